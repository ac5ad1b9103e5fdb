"""float32 signals the tests of the feature blocks share, and how results are compared."""

import numpy as np

from signals import speech

TOLERANCE = 1e-5


def ppg(length: int, rate_hz: float = 125.0, seed: int = 5) -> np.ndarray:
    """Pulse waves at about 75 a minute with a dicrotic notch, breathing, drift and noise, on a large offset."""
    rng = np.random.default_rng(seed)
    time = np.arange(length) / rate_hz
    phase = 2 * np.pi * (1.25 * time + 0.05 * np.sin(2 * np.pi * 0.25 * time))
    pulse = np.exp(2 * np.cos(phase)) / 7.4 + 0.3 * np.exp(4 * np.cos(phase - 2.4)) / 54
    wander = 8 * np.sin(2 * np.pi * 0.2 * time) + 0.5 * time
    return (1500 + 40 * pulse + wander + rng.normal(0, 0.3, length)).astype(np.float32)


def vibration(length: int, rate_hz: float = 12000.0, seed: int = 6) -> np.ndarray:
    """A shaft with harmonics, resonances struck at a bearing's fault rate, and noise, in m/s^2."""
    rng = np.random.default_rng(seed)
    time = np.arange(length) / rate_hz
    shaft = sum(np.sin(2 * np.pi * 29.9 * k * time + k) / k for k in range(1, 5))
    since = np.mod(time, 1 / 162.2)
    ring = 6 * np.exp(-since * 900) * np.sin(2 * np.pi * 3400 * since)
    return (shaft + ring + rng.normal(0, 0.4, length)).astype(np.float32)


def spoken(length: int) -> np.ndarray:
    """Synthetic speech, -1 to 1."""
    clip = np.concatenate([clip.astype(np.float32) for clip in speech(3)]) / 32768
    return np.resize(clip[4000:], length).astype(np.float32)


def sensible(length: int) -> dict[str, np.ndarray]:
    """Signals an app might see, by name."""
    rng = np.random.default_rng(4)
    return {
        "random": rng.normal(0, 1, length).astype(np.float32),
        "uniform": rng.uniform(-1000, 1000, length).astype(np.float32),
        "speech": spoken(length),
        "ppg": ppg(length),
        "vibration": vibration(length),
        "dropped samples": np.where(rng.random(length) < 0.05, 0, ppg(length)).astype(np.float32),
    }


def extreme(length: int) -> dict[str, np.ndarray]:
    """Finite signals that break careless arithmetic, by name."""
    impulse = np.zeros(length, np.float32)
    impulse[length // 3] = 1
    return {
        "zeros": np.zeros(length, np.float32),
        "constant": np.full(length, 1000.1, np.float32),
        "impulse": impulse,
        "full scale": np.where(np.arange(length) // 7 % 2, 32767, -32768).astype(np.float32),
        "alternating": np.where(np.arange(length) % 2, 1, -1).astype(np.float32),
        "denormal": (np.arange(length) % 5 * 1e-41).astype(np.float32),
    }


def finite(length: int) -> dict[str, np.ndarray]:
    """All signals without a NaN, by name."""
    return sensible(length) | extreme(length)


def broken(length: int) -> dict[str, np.ndarray]:
    """Signals with NaN or infinity, by name."""
    one = ppg(length)
    one[length // 2] = np.nan
    infinite = ppg(length)
    infinite[length // 2] = np.inf
    return {"one NaN": one, "all NaN": np.full(length, np.nan, np.float32), "infinity": infinite}


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
