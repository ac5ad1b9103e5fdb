"""A machine's vibration beside NumPy and SciPy in float64: the whole chain of dsp_bearing.h, one row of it."""

import numpy as np
import scipy.signal

from ..data.machine import MISSING, frames_of
from ..datasets.synthetic import vibration
from ..dsp.bearing import LEVELS, Bearing
from .case import Case

_RATE_HZ, _STEP, _PER_TURN, _TURNS, _SHAPE_HZ, _FRAME = 12000, 8, 32, 16, (250, 5000, 19), 256
_POINTS, _RPM, _TOLERANCE, _SCALE = _PER_TURN * _TURNS, 1797.0, 0.006, 0.005
_BANDS_HZ = ((700, 2000), (2000, 3500), (3500, 5000))
#: dsp_bearing.h: orders about a line that are its background, and the highest level
_REACH, _MOST_DB = 0.375, 30.0
_BEARING = Bearing(vibration.GEOMETRY, turns=_TURNS)


def vibrations(length: int) -> dict[str, np.ndarray]:
    """A little more than a row of a machine with each fault, int16[n, 2]; the last speeds up and lacks samples."""
    found, made = {}, vibration.machine(3)
    for number, fault in enumerate(("outer_race", "inner_race", "ball", "")):
        running = vibration.Running(fault=fault, severity=1.5 if fault else 0.0, speed=(1.0, 1.0 + 0.1 * number))
        found[fault.replace("_", " ") or "healthy"] = frames_of(vibration.simulate(made, running, 0.6, number), _SCALE)
    found["healthy"][50:5000:200] = MISSING
    return found


def _row(frames: np.ndarray) -> np.ndarray:
    rows = _BEARING.process(frames)
    return np.concatenate([rows.features[0], rows.levels[0]])


def _acceleration(frames: np.ndarray) -> np.ndarray:
    """Without its mean, in m/s^2; where a sample is missing the last one stands."""
    counts = frames[:, 0].astype(float)
    last = np.maximum.accumulate(np.where(counts == MISSING, 0, np.arange(len(counts))))
    x = counts[last] * float(np.float32(_SCALE))
    pole = float(np.float32(0.998))
    return scipy.signal.lfilter([1, -1], [1, -pole], x, zi=[-x[0]])[0]


def _lines(power: np.ndarray) -> np.ndarray:
    """Level of each line above what surrounds it, dB."""
    found, last = [], len(power) - 1
    for order in vibration.GEOMETRY.lines().values():
        centre = order * _TURNS
        wide = max(centre * _TOLERANCE, 1.5)
        reach = _REACH * _TURNS + wide
        if centre + wide >= last or centre - wide < 2:
            found.append(0.0)
            continue
        low, high = int(max(centre - reach, 2)), int(min(centre + reach, last))
        around = np.sort(power[low : high + 1])
        peak = power[max(int(centre - wide), low) : min(int(centre + wide) + 1, high) + 1].max()
        found.append(np.clip(10 * np.log10(peak / around[len(around) // 2]), 0, _MOST_DB))
    return np.array(found)


def _shares(y: np.ndarray) -> np.ndarray:
    """Logarithms of the shares of the spectrum's bands."""
    frames = np.lib.stride_tricks.sliding_window_view(y, _FRAME)[:: _FRAME // 2]
    power = (np.abs(np.fft.rfft(frames * scipy.signal.get_window("hann", _FRAME))) ** 2).sum(axis=0)
    low, high, count = _SHAPE_HZ
    edges = np.ceil(np.linspace(low, high, count + 1) * _FRAME / _RATE_HZ).astype(int)
    sums = np.add.reduceat(power, edges)[:-1]
    return np.log(np.maximum(sums / sums.sum(), 1e-6))


def _velocity(y: np.ndarray) -> float:
    """RMS in mm/s: integrated above 10 Hz, at half the rate."""
    low = scipy.signal.butter(4, 1000, fs=_RATE_HZ, output="sos")
    zeros, poles, gain = scipy.signal.butter(4, 2 * np.pi * 10, "highpass", analog=True, output="zpk")
    integrated = scipy.signal.bilinear_zpk(zeros[:-1], poles, 1000 * gain, _RATE_HZ / 2)
    slow = scipy.signal.sosfilt(low, y)[1::2]
    return float(np.sqrt((scipy.signal.sosfilt(scipy.signal.zpk2sos(*integrated), slow) ** 2).mean()))


def _definition(frames: np.ndarray) -> np.ndarray:
    y = _acceleration(frames)
    rpm = np.where(frames[:, 1] == MISSING, _RPM, frames[:, 1].astype(float))
    turns = rpm[: len(rpm) // _STEP * _STEP].reshape(-1, _STEP).sum(axis=1) / 60 / _RATE_HZ
    angle = np.cumsum(np.r_[0, turns[1:]]) * _PER_TURN
    n = (int(np.argmax(angle >= _POINTS - 1)) + 1) * _STEP
    y, rpm = y[:n], rpm[:n]
    taps = scipy.signal.firwin(8 * _STEP + 1, min(0.4 * _RATE_HZ / _STEP, 0.45 * _RPM / 60 * _PER_TURN), fs=_RATE_HZ)
    lines, impulsive = [], []
    for band in _BANDS_HZ:
        square = scipy.signal.sosfilt(scipy.signal.butter(2, band, "bandpass", fs=_RATE_HZ, output="sos"), y) ** 2
        envelope = np.sqrt(np.maximum(scipy.signal.lfilter(taps, 1, square)[::_STEP], 0))
        even = np.interp(np.arange(_POINTS), angle[: len(envelope)], envelope)
        power = np.abs(np.fft.rfft((even - even.mean()) * scipy.signal.get_window("hann", _POINTS))) ** 2
        lines.append(_lines(power))
        impulsive.append(np.log((square**2).mean() / square.mean() ** 2))
    square = (y**2).mean()
    levels = [n / _RATE_HZ, rpm.mean(), np.sqrt(square), np.abs(y).max(), (y**4).mean() / square**2 - 3,
              _velocity(y), max(impulsive)]  # fmt: skip
    return np.concatenate([np.max(lines, axis=0), _shares(y), levels])


def _sizes(x: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """30 dB for lines, the largest logarithm for shares, each level for itself; the kurtosis before 3 is taken off."""
    levels = np.abs(expected[_BEARING.width :])
    levels[LEVELS.index("kurtosis")] = abs(expected[_BEARING.width + LEVELS.index("kurtosis")] + 3)
    lines, shares = _BEARING.lines, _BEARING.width - _BEARING.lines
    largest = np.abs(expected[lines : lines + shares]).max()
    most = [np.full(lines, _MOST_DB), np.full(shares, largest)]
    return np.concatenate([*most, levels])


CASES = [
    Case("bearing", "mk_bearing", "NumPy and SciPy, the whole chain", _row, _definition, 5e-5, size=_sizes,
         relative_to="30 dB, largest logarithm, or each level",
         why="velocity: poles within a hundredth of 1; all else 1e-5", signals=vibrations),
]  # fmt: skip
