"""float32 signals that feature blocks are tried on: what sensors give, and what breaks careless arithmetic."""

import numpy as np


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


def voice(length: int, rate_hz: float = 16000.0, seed: int = 7) -> np.ndarray:
    """Vowels and hisses as a source and formants make them, -1 to 1: speech where no recording may be needed."""
    import scipy.signal

    rng = np.random.default_rng(seed)
    time = np.arange(length) / rate_hz
    pitch = 120 + 15 * np.sin(2 * np.pi * 2.1 * time)
    source = np.mod(np.cumsum(pitch) / rate_hz, 1.0) - 0.5 + 0.02 * rng.normal(size=length)
    for formant, width in ((660, 90), (1720, 120), (2410, 150)):
        radius = np.exp(-np.pi * width / rate_hz)
        a = [1, -2 * radius * np.cos(2 * np.pi * formant / rate_hz), radius**2]
        source = scipy.signal.lfilter([1 - radius], a, source)
    syllables = np.clip(np.sin(2 * np.pi * 3.3 * time), 0, 1)
    whole = source / np.abs(source).max() * syllables + 0.05 * (1 - syllables) * rng.normal(size=length)
    return whole.astype(np.float32)


def sensible(length: int) -> dict[str, np.ndarray]:
    """Signals an app might see, by name."""
    rng = np.random.default_rng(4)
    return {
        "random": rng.normal(0, 1, length).astype(np.float32),
        "uniform": rng.uniform(-1000, 1000, length).astype(np.float32),
        "speech": voice(length),
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
    one, infinite = ppg(length), ppg(length)
    one[length // 2], infinite[length // 2] = np.nan, np.inf
    return {"one NaN": one, "all NaN": np.full(length, np.nan, np.float32), "infinity": infinite}
