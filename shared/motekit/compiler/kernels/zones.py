"""Zones of an image: where a convolution adds the same numbers to its sums."""

from dataclasses import dataclass, replace

import numpy as np

from . import Array, Kernel, Struct
from .describe import ConvOp


@dataclass(frozen=True, eq=False)
class Zones:
    """Rows and columns of an image in runs of one kind; a kind of row and a kind of column make a zone.

    `base` (int64 [channels]) is what the largest zone adds; `biases` (int64 [row kinds, column kinds, channels]) what
    each adds besides.
    """

    rows: tuple[tuple[int, int], ...]
    columns: tuple[tuple[int, int], ...]
    base: np.ndarray
    biases: np.ndarray


def zones_of(shares: np.ndarray) -> Zones:
    """Divide an image.

    Parameters
    ----------
    shares : int64 array [height, width, channels]
        What each sum of a convolution has added to it.
    """
    row_kinds = _kinds(shares)
    column_kinds = _kinds(np.moveaxis(shares, 1, 0))
    first_row, first_column = (np.unique(kinds, return_index=True)[1] for kinds in (row_kinds, column_kinds))
    biases = shares[np.ix_(first_row, first_column)]
    sizes = np.bincount(row_kinds)[:, None] * np.bincount(column_kinds)[None, :]
    largest = np.unravel_index(int(sizes.argmax()), sizes.shape)
    base = biases[largest]
    return Zones(_runs(row_kinds), _runs(column_kinds), base, biases - base)


def _kinds(lines: np.ndarray) -> np.ndarray:
    """The kind of each line: equal lines are of one kind, numbered in the order of their first."""
    numbers: dict[bytes, int] = {}
    return np.array([numbers.setdefault(np.ascontiguousarray(line).tobytes(), len(numbers)) for line in lines])


def _runs(kinds: np.ndarray) -> tuple[tuple[int, int], ...]:
    starts = np.flatnonzero(np.diff(kinds, prepend=-1))
    lengths = np.diff(starts, append=len(kinds))
    return tuple((int(length), int(kinds[start])) for length, start in zip(lengths, starts, strict=True))


def zone_biases(op: ConvOp) -> list[np.ndarray]:
    """The biases of a layer's zones, rows of zones first; one, if it has no zones."""
    if op.shares is None:
        return [op.bias]
    zones = zones_of(op.shares)
    return list(op.bias + zones.base + zones.biases.reshape(-1, len(zones.base)))


def with_zones(op: ConvOp, kernel: Kernel, tables: list[Array], *, extra: int = 0) -> Kernel:
    """A kernel that is called zone by zone, each with constants of its own; `kernel` itself if there are no zones.

    Parameters
    ----------
    op : ConvOp
        The layer.
    kernel : Kernel
        For the whole image.
    tables : list of Array
        Channels of each zone, as many in each.
    extra : int
        The kernel's extra argument, if it has one.
    """
    if op.shares is None or kernel.config is None:
        return kernel
    zones = zones_of(op.shares)
    channels = replace(tables[0], values=np.concatenate([table.values for table in tables]))
    config = Struct(
        "mk_zones",
        {
            "channels": channels,
            "rows": Array("uint16_t", np.array(zones.rows).ravel()),
            "columns": Array("uint16_t", np.array(zones.columns).ravel()),
            "row_runs": len(zones.rows),
            "column_runs": len(zones.columns),
            "column_kinds": zones.biases.shape[1],
            "channel_count": len(tables[0].values),
            "extra": extra,
        },
    )
    function = f"{kernel.function}_zones"
    return replace(
        kernel,
        function=function,
        header="motekit/nn_zones.h",
        sources=(*kernel.sources, "zones.c", f"{function.removeprefix('mk_')}.c"),
        # the same array, so that there is only one
        config=replace(kernel.config, fields={**kernel.config.fields, "channels": channels}),
        extra=(config,),
    )
