"""float32 signals the tests of the feature blocks share, and how results are compared."""

import numpy as np

from motekit.accuracy import signals as given
from motekit.accuracy.signals import broken, extreme, ppg, vibration
from signals import speech

__all__ = [
    "TOLERANCE",
    "assert_close",
    "assert_same_bits",
    "assert_within",
    "broken",
    "error",
    "extreme",
    "finite",
    "ppg",
    "sensible",
    "spoken",
    "vibration",
]

TOLERANCE = 1e-5


def spoken(length: int) -> np.ndarray:
    """Synthetic speech, -1 to 1."""
    clip = np.concatenate([clip.astype(np.float32) for clip in speech(3)]) / 32768
    return np.resize(clip[4000:], length).astype(np.float32)


def sensible(length: int) -> dict[str, np.ndarray]:
    """Signals an app might see, by name; the speech is eSpeak's."""
    return {**given.sensible(length), "speech": spoken(length)}


def finite(length: int) -> dict[str, np.ndarray]:
    """All signals without a NaN, by name."""
    return sensible(length) | extreme(length)


def error(got: np.ndarray, expected: np.ndarray) -> float:
    """Largest difference relative to the oracle's largest magnitude."""
    got, expected = np.asarray(got).astype(complex), np.asarray(expected).astype(complex)
    assert got.shape == expected.shape, (got.shape, expected.shape)
    if not expected.size:
        return 0.0
    # below the smallest normal number float32 keeps no digits, and quotients are 0
    off = np.maximum(np.abs(got - expected) - np.finfo(np.float32).tiny, 0).max()
    return float(off / max(np.abs(expected).max(), np.finfo(np.float32).tiny))


def assert_within(got: np.ndarray, expected: np.ndarray, what: str = "", tolerance: float = TOLERANCE) -> None:
    """The difference is below `tolerance` of the oracle's largest magnitude."""
    off = error(got, expected)
    assert off <= tolerance, f"{what}: off by {off:.2e} of the largest magnitude"


def assert_same_bits(got: np.ndarray, expected: np.ndarray) -> None:
    """Equal float32 bits, any NaN being equal to any NaN."""
    got, expected = np.asarray(got, np.float32), np.asarray(expected, np.float32)
    assert got.shape == expected.shape, (got.shape, expected.shape)
    same = (got.view(np.uint32) == expected.view(np.uint32)) | (np.isnan(got) & np.isnan(expected))
    assert same.all(), f"first difference at {np.flatnonzero(~same.ravel())[0]}"


def assert_close(got: np.ndarray, expected: np.ndarray, size: float, what: str = "") -> None:
    """The difference is below `TOLERANCE` of `size`: for results that are differences of larger numbers."""
    off = np.abs(np.asarray(got, float) - np.asarray(expected, float)).max()
    assert off <= TOLERANCE * size + np.finfo(np.float32).tiny, f"{what}: off by {off:.2e} of {size:.2e}"
