"""Conditioning and statistics beside SciPy and NumPy."""

import numpy as np
import scipy.signal
import scipy.stats

from ..dsp import conditioning as c
from ..dsp import statistics as s
from ..dsp.affine import Affine
from ..dsp.chain import Conditioning
from ..dsp.floats import floats
from ..dsp.resample import Fir, Resampler
from ..dsp.sos import Sos
from .case import Case, input_size
from .signals import ppg, sensible, vibration


def _wide(x: np.ndarray) -> np.ndarray:
    return x.astype(float)


def _sos(name: str, block: Sos, bar: float = 1e-5, why: str = "") -> Case:
    return Case(
        name, "mk_sos", "scipy.signal.sosfilt", block.process,
        lambda x: scipy.signal.sosfilt(block.sections, _wide(x)), bar, why=why, length=1500,
    )  # fmt: skip


def _fir(name: str, block: Fir) -> Case:
    def expect(x):
        return scipy.signal.upfirdn(block.taps, _wide(x), block.up, block.down)[: -(-len(x) * block.up // block.down)]

    return Case(name, "mk_resample", "scipy.signal.upfirdn", block.process, expect)


def _hampel(x: np.ndarray, width: int = 9, threshold: float = 3.0) -> np.ndarray:
    padded = _wide(np.concatenate([np.full(width - 1, x[0]), x]))
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    median = np.median(windows, axis=1)
    deviation = 1.4826 * np.median(np.abs(windows - median[:, None]), axis=1)
    centre = windows[:, width // 2]
    return np.where(np.abs(centre - median) <= threshold * deviation, centre, median)


def _median(x: np.ndarray, width: int = 5) -> np.ndarray:
    padded = np.concatenate([np.full(width - 1, x[0]), x]).astype(float)
    return np.median(np.lib.stride_tricks.sliding_window_view(padded, width), axis=1)


def _gapped(x: np.ndarray) -> np.ndarray:
    x = x.copy()
    x[[5, 20, 21, len(x) - 1]] = np.nan
    return x


def _filled(x: np.ndarray) -> np.ndarray:
    time, known = np.arange(len(x)), np.isfinite(_gapped(x))
    return np.interp(time, time[known], _wide(x)[known])


def _frames(x: np.ndarray) -> np.ndarray:
    """Three axes out of one signal."""
    return floats(x[: len(x) // 3 * 3].reshape(-1, 3))


def _running(x: np.ndarray, share: float, floor: float) -> np.ndarray:
    mean, variance, out = float(x[0]), floor**2, []
    for value in _wide(x):
        step = share * (value - mean)
        variance = (1 - share) * (variance + (value - mean) * step)
        mean += step
        out.append((value - mean) / max(np.sqrt(variance), floor))
    return np.array(out)


def _moments(x: np.ndarray) -> np.ndarray:
    y = _wide(x)
    rms, peak, absolute, flat = np.sqrt(np.mean(y**2)), np.abs(y).max(), np.abs(y).mean(), (x == x[0]).all()
    ratio = [peak / rms, rms / absolute] if rms else [0.0, 0.0]
    shape = [0.0, 0.0] if flat else [scipy.stats.skew(y), scipy.stats.kurtosis(y)]
    return np.array(
        [y.mean(), 0.0 if flat else y.var(), rms, *shape, y.min(), y.max(), np.ptp(y), peak, absolute, *ratio]
    )


def _moments_size(x: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """A mean near 0 is as exact as the signal's own size; a ratio as 1."""
    sizes = np.full(12, abs(expected[2]))
    sizes[1] = abs(expected[1])
    ratios = [3, 4, 10, 11]
    sizes[ratios] = np.maximum(1.0, np.abs(expected[ratios]))
    return sizes


def _crossings(x: np.ndarray) -> np.ndarray:
    return np.array([np.count_nonzero(np.diff(x < 0))])


def _differences(x: np.ndarray) -> np.ndarray:
    steps = np.diff(_wide(x)) * 50
    return np.array([np.abs(steps).mean(), np.sqrt(np.mean(steps**2))])


def _autocorrelation(x: np.ndarray) -> np.ndarray:
    y = _wide(x) - _wide(x).mean()
    full = np.correlate(y, y, "full")[len(y) - 1 : len(y) + len(y) // 3]
    return full / full[0]


def _sample_entropy(x: np.ndarray, m: int = 2) -> np.ndarray:
    radius = np.float32(0.2 * x.std())

    def alike(length: int) -> float:
        runs = np.array([x[i : i + length] for i in range(len(x) - m)])
        distance = np.abs(runs[:, None] - runs[None]).max(axis=2)
        return (np.count_nonzero(distance <= radius) - len(runs)) / 2

    return np.array([-np.log(alike(m + 1) / alike(m))])


def _some(length: int) -> dict[str, np.ndarray]:
    return {"random": sensible(length)["random"], "ppg": ppg(length), "vibration": vibration(length)}


_SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
_DC, _GRAVITY, _NORMALISE = c.DcBlock(0.5, 50.0), c.Gravity(3, 0.3, 50.0), c.Normalise(0.02, 0.01)
_WINDOW = c.Normalise(0.02, 1e-3)


def _gravity(x: np.ndarray) -> np.ndarray:
    frames = _wide(_frames(x))
    estimate = scipy.signal.lfilter([_GRAVITY.share], [1, _GRAVITY.share - 1], frames - frames[0], axis=0)
    return frames - frames[0] - estimate


def _counts(x: np.ndarray) -> np.ndarray:
    return np.clip(x, -32767, 32767).astype(np.int16)[:, None]


_CHAIN = Conditioning([{"stage": "filter", "kind": "lowpass", "cutoff_hz": 8, "order": 4}], ("x",), 100, 0.01)


def _chain(x: np.ndarray) -> np.ndarray:
    """As if the first sample had been there for ever."""
    sections = Sos("lowpass", 8.0, 4, 100).sections
    wide = _counts(x)[:, 0] * float(np.float32(0.01))
    return scipy.signal.sosfilt(sections, wide, zi=scipy.signal.sosfilt_zi(sections) * wide[0])[0]


_AFFINE = Affine(np.linspace(-2, 2, 50), np.linspace(0.5, 3, 50), 0.05, -9)


def _affine(x: np.ndarray) -> np.ndarray:
    wide = (_wide(x[:50]) - _AFFINE.mean) / _AFFINE.deviation / 0.05 - 9
    return np.clip(wide, -128, 127)


def _correlation(x: np.ndarray) -> np.ndarray:
    return np.array([np.corrcoef(_wide(_frames(x)).T)[0, 1]])


CASES = [
    _sos("sos", Sos("bandpass", (2000.0, 5000.0), 4, 12000.0)),
    _sos("sos_low", Sos("bandpass", (0.5, 8.0), 4, 125.0), 4e-5, "poles within a sixtieth of the rate of 1"),
    _fir("resample", Resampler(125, 50)),
    _fir("fir", Fir(scipy.signal.firwin(65, 0.2))),
    Case("dcblock", "mk_dcblock", "scipy.signal.lfilter", _DC.process,
         lambda x: scipy.signal.lfilter([1, -1], [1, -_DC.r], _wide(x) - float(x[0])),
         size=input_size, relative_to="input"),
    Case("detrend", "mk_detrend", "scipy.signal.detrend", c.detrend, lambda x: scipy.signal.detrend(_wide(x)),
         size=input_size, relative_to="input"),
    Case("line", "mk_line_fit", "numpy.polyfit", lambda x: np.array(c.line(x)) * [len(x), 1],
         lambda x: np.polyfit(np.arange(len(x)) - (len(x) - 1) / 2, _wide(x), 1) * [len(x), 1],
         size=input_size, relative_to="input"),
    Case("median", "mk_median", "numpy.median", c.Median(5).process, _median, 0.0),
    Case("hampel", "mk_median", "numpy.median", c.Median(9, 3.0).process, _hampel, signals=sensible,
         why="on a step the threshold is 0: a rounding decides"),
    Case("fill", "mk_fill", "numpy.interp", lambda x: c.fill(_gapped(x), 5)[0], _filled),
    Case("scale", "mk_scale", "its definition",
         lambda x: c.scale(np.clip(x, -32768, 32767).astype(np.int16), 12.5, 0.0392266)[0],
         lambda x: (np.clip(x, -32768, 32767).astype(np.int16) - 12.5) * float(np.float32(0.0392266))),
    Case("magnitude", "mk_magnitude", "numpy.linalg.norm", lambda x: c.magnitude(_frames(x)),
         lambda x: np.linalg.norm(_wide(_frames(x)), axis=1)),
    Case("correlation", "mk_correlation", "numpy.corrcoef", lambda x: np.array([c.correlation(_frames(x), 0, 1)[0]]),
         _correlation, size=lambda x, e: 1.0, relative_to="1", signals=sensible,
         why="a constant has none: 0 and FLAT"),
    Case("gravity", "mk_gravity", "scipy.signal.lfilter", lambda x: _GRAVITY.process(_frames(x)), _gravity,
         size=input_size, relative_to="input"),
    Case("conditioning", "mk_conditioning", "scipy.signal.sosfilt", lambda x: _CHAIN.process(_counts(x))[0][:, 0],
         _chain),
    Case("affine", "mk_affine", "its definition", lambda x: _AFFINE.process(x[:50]).astype(np.float32), _affine,
         0.5 + 1e-4, size=lambda x, e: 1.0, relative_to="a step of int8", why="the nearest step"),
    Case("normalise", "mk_normalise", "its definition", _NORMALISE.process,
         lambda x: _running(x, _NORMALISE.share, _NORMALISE.floor)),
    Case("normalise_window", "mk_normalise_window", "numpy.std", lambda x: _WINDOW.window(x)[0],
         lambda x: (_wide(x) - _wide(x).mean()) / max(_wide(x).std(), 1e-3), signals=sensible,
         why="a constant has no deviation: 0 and FLAT"),
    Case("moments", "mk_moments", "scipy.stats", s.Statistics().process, _moments, size=_moments_size,
         relative_to="RMS, variance or 1"),
    Case("crossings", "mk_crossings", "numpy.diff", lambda x: np.array([s.crossings(x)]), _crossings, 0.0),
    Case("differences", "mk_differences", "numpy.diff", lambda x: np.array(s.differences(x, 50.0)), _differences,
         skip=("denormal",), why="squares of subnormal numbers are 0"),
    Case("quantiles", "mk_quantile", "numpy.quantile", lambda x: s.quantiles(x, _SHARES),
         lambda x: np.quantile(_wide(x), _SHARES)),
    Case("autocorrelation", "mk_autocorr", "numpy.correlate", lambda x: s.autocorrelation(x, len(x) // 3 + 1)[0],
         _autocorrelation, skip=("zeros", "constant", "denormal"), why="a constant has none: 0 and FLAT"),
    Case("histogram", "mk_histogram", "numpy.histogram", lambda x: s.histogram(x, 13, -2000.5, 2000.25)[0],
         lambda x: np.histogram(_wide(x), 13, (-2000.5, 2000.25))[0] / len(x)),
    Case("sample_entropy", "mk_sampen", "its definition",
         lambda x: np.array([s.sample_entropy(x, 2, float(np.float32(0.2 * x.std())))[0]]), _sample_entropy,
         length=300, signals=_some, why="the definition is quadratic: three signals"),
]  # fmt: skip
