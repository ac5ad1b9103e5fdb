"""One block beside its oracle."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..files import replacing
from .signals import finite

#: below the smallest normal number float32 keeps no digits, and quotients are 0
TINY = float(np.finfo(np.float32).tiny)


def output_size(x: np.ndarray, expected: np.ndarray) -> float:
    """What errors are relative to: the oracle's largest magnitude."""
    return float(np.abs(expected).max(initial=0))


def input_size(x: np.ndarray, expected: np.ndarray) -> float:
    """What errors are relative to where the output is a difference of larger numbers: the input's largest."""
    return float(np.abs(x.astype(float)).max(initial=0))


@dataclass(frozen=True)
class Case:
    """A block of the core and what it must equal.

    Attributes
    ----------
    name : str
        Of the vectors' file.
    block : str
        Functions of the core.
    oracle : str
        The library's function, for people.
    run : callable
        Signal to what the core makes of it.
    expect : callable
        Signal to what the oracle makes of it, in float64.
    bar : float
        Largest error allowed, relative to `size`.
    size : callable
        (signal, expected) to what errors are relative to; per value if it gives an array.
    relative_to : str
        The same for people.
    length : int
        Samples a signal.
    skip : tuple of str
        Signals for which the oracle says nothing.
    why : str
        Reason for a bar above 1e-5, or for a skip.
    signals : callable
        Length to signals by name.
    """

    name: str
    block: str
    oracle: str
    run: Callable[[np.ndarray], np.ndarray]
    expect: Callable[[np.ndarray], np.ndarray]
    bar: float = 1e-5
    size: Callable[[np.ndarray, np.ndarray], float | np.ndarray] = output_size
    relative_to: str = "output"
    length: int = 1000
    skip: tuple[str, ...] = ()
    why: str = ""
    signals: Callable[[int], dict[str, np.ndarray]] = finite

    def inputs(self, length: int | None = None) -> dict[str, np.ndarray]:
        """Its signals, by name."""
        found = self.signals(length or self.length)
        return {name: x for name, x in found.items() if name not in self.skip}

    def error(self, x: np.ndarray) -> float:
        """Largest difference for a signal, relative to the size."""
        with np.errstate(all="ignore"):
            expected = np.atleast_1d(np.asarray(self.expect(x)))
        got = np.atleast_1d(np.asarray(self.run(x)))
        kind = complex if np.iscomplexobj(expected) else float
        if got.shape != expected.shape:
            raise ValueError(f"{self.name}: the core gives {got.shape}, the oracle {expected.shape}")
        off = np.maximum(np.abs(got.astype(kind) - expected.astype(kind)) - TINY, 0)
        return float((off / np.maximum(self.size(x, expected), TINY)).max(initial=0))


@dataclass(frozen=True)
class Measured:
    """Largest error of a case over its signals, and for which it was."""

    case: Case
    error: float
    signal: str

    @property
    def within(self) -> bool:
        """Whether the bar holds."""
        return self.error <= self.case.bar


def measure(case: Case) -> Measured:
    """Try a case on all its signals."""
    errors = {name: case.error(x) for name, x in case.inputs().items()}
    worst = max(errors, key=errors.__getitem__)
    return Measured(case, errors[worst], worst)


#: length of the signals in vectors; of large ones there are few
VECTOR, _LARGE, _FEW = 96, 400, ("vibration", "impulse")


def write_vectors(case: Case, path: Path) -> None:
    """Inputs, the oracle's outputs and the core's, small enough to be looked at and committed."""
    arrays: dict[str, np.ndarray] = {}
    inputs = case.inputs(min(case.length, VECTOR) if case.signals is finite else None)
    if max(x.size for x in inputs.values()) > _LARGE:
        inputs = {name: x for name, x in inputs.items() if name in _FEW} or dict(list(inputs.items())[:1])
    for name, x in inputs.items():
        key = name.replace(" ", "_")
        got = np.atleast_1d(np.asarray(case.run(x)))
        with np.errstate(all="ignore"):
            expected = np.atleast_1d(np.asarray(case.expect(x)))
        single = np.complex64 if np.iscomplexobj(expected) else np.float32
        arrays |= {f"{key}.input": x, f"{key}.output": got, f"{key}.oracle": expected.astype(single)}
    with replacing(path) as temporary:
        np.savez_compressed(temporary, **arrays)


def check_vectors(case: Case, path: Path) -> list[str]:
    """What is wrong with a vectors' file: outputs that the core does not give today, or that the oracle denies."""
    wrong = []
    with np.load(path, allow_pickle=False) as file:
        names = sorted({name.rsplit(".", 1)[0] for name in file.files})
        for name in names:
            x, output, oracle = (file[f"{name}.{part}"] for part in ("input", "output", "oracle"))
            got = np.atleast_1d(np.asarray(case.run(x)))
            if got.shape != output.shape or not _same(got, output):
                wrong.append(f"{case.name}: {name}: the core gives other bits than the vector")
            off = np.maximum(np.abs(output.astype(oracle.dtype) - oracle) - TINY, 0)
            # the oracle is stored in single precision: half a step more
            allowed = case.bar * np.maximum(case.size(x, oracle.astype(complex)), TINY) + np.abs(oracle) * 2.0**-24
            if not (off <= allowed).all():
                wrong.append(f"{case.name}: {name}: output and oracle differ by {off.max():.2e}")
    return wrong


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal bits, any NaN being equal to any NaN."""
    if a.dtype != b.dtype:
        return False
    if a.dtype.kind in "fc":
        return bool(((a == b) | (np.isnan(a) & np.isnan(b))).all())
    return bool((a == b).all())
