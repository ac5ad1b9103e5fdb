"""Which C kernel runs an operator, with what constants, in what layout.

An operator describes itself as a small dataclass (`ConvOp`, `DenseOp`, ...); candidates registered
for it are asked in order and the first that accepts decides. `fast` holds the layouts made for
particular cores, `plain` the kernels that take everything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...errors import ConfigError

TARGETS = ("generic", "dsp", "mve", "m0", "avr")


@dataclass(frozen=True)
class Target:
    """What kind of core the code is arranged for; every arrangement runs on every core."""

    name: str = "generic"

    def __post_init__(self) -> None:
        if self.name not in TARGETS:
            raise ConfigError(f"there is no compiler target {self.name!r}. Choose one of {', '.join(TARGETS)}.")

    @property
    def has_zones(self) -> bool:
        """Whether kernels may be given a structure out of RAM, which the walk over zones makes."""
        return self.name != "avr"

    @property
    def takes_groups_apart(self) -> bool:
        """Whether an ordinary convolution is so much faster than a grouped one that moving its bytes pays."""
        return self.name not in ("generic", "avr")


@dataclass(frozen=True, eq=False)
class Array:
    """Constant array in flash."""

    ctype: str
    values: np.ndarray
    #: what it counts as in the size table: "weights", "bias", "requantization" or "table"
    kind: str = "table"
    align: int = 0


@dataclass(frozen=True, eq=False)
class Struct:
    """Constant structure in flash: field name -> number, nested list or dict, or Array (by pointer)."""

    ctype: str
    fields: dict[str, Any]


@dataclass(frozen=True, eq=False)
class Kernel:
    """One call in the generated code: function(&config, *extra, *inputs, *outputs[, scratch]).

    Parameters
    ----------
    function, header : str
        C function and the header that declares it, `motekit/nn_*.h`.
    sources : tuple of str
        Files of shared/core/src/nn it needs.
    config : Struct or None
        Passed by address, first.
    inputs, outputs : tuple of int
        Tensor numbers in the order of the C arguments; constants are passed from flash.
    extra : tuple
        Integers, Structs or Arrays between config and inputs.
    scratch : int
        Bytes of working memory during the call, 0 for none.
    distance : dict
        For an input that may share memory with the output: by how many bytes, at least, the output
        must begin before the input. 0 is exactly in place, negative values let it begin later; None
        means that both must begin at the same address, or not overlap.
    macs : int
        Multiply-accumulates of one call.
    pointer : int
        Kernels that only move elements take them as intN_t of this many bits; 0 for the tensor's own type.
    overread : int
        Bytes behind the end of its inputs that the kernel may read (and ignore).
    """

    function: str
    header: str
    sources: tuple[str, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    config: Struct | None = None
    extra: tuple[Any, ...] = ()
    scratch: int = 0
    distance: dict[int, int | None] = field(default_factory=dict)
    macs: int = 0
    pointer: int = 0
    overread: int = 0


Candidate = Callable[[Any, Target], Kernel | None]
_CANDIDATES: dict[str, list[Candidate]] = {}


def kernel(op: str) -> Callable[[Candidate], Candidate]:
    """Register a candidate for an operator description; earlier registrations are asked first."""

    def register(candidate: Candidate) -> Candidate:
        _CANDIDATES.setdefault(op, []).append(candidate)
        return candidate

    return register


def select(op: str, description: Any, target: Target) -> Kernel:
    """The first candidate's kernel that takes this operator."""
    for candidate in _CANDIDATES[op]:
        chosen = candidate(description, target)
        if chosen is not None:
            return chosen
    raise AssertionError(f"no plain kernel registered for {op}")


def channels(bias: np.ndarray, multipliers: np.ndarray, shifts: np.ndarray) -> Array:
    """`mk_channel[]` of a layer."""
    rows = np.stack([bias, multipliers, shifts], axis=1).astype(np.int64)
    return Array("mk_channel", rows, kind="requantization")


from . import fast, plain  # noqa: E402, F401  (registration order is the order of preference)
