"""Hearts, motion, decisions and fields beside float64."""

import numpy as np
import scipy.ndimage
import scipy.signal

from ..core import lib
from ..dsp import environment as env
from ..dsp import eye_crop
from ..dsp import image as im
from ..dsp.beats import Beats
from ..dsp.camera import Camera, pack
from ..dsp.cancel import Canceller
from ..dsp.channel import Channel
from ..dsp.conditioning import Frames
from ..dsp.counts import DENOMINATOR, NUMERATOR, Counts
from ..dsp.hrv import irregularity
from ..dsp.peaks import Peaks, smoother
from ..dsp.quantizer import Quantizer
from ..dsp.voice import VoiceActivity
from ..post.heart_rate import HeartRate
from ..post.label import UNKNOWN, Label
from .case import Case
from .others import images, intervals
from .signals import finite

_RATE_HZ = 125


def _one(x: np.ndarray, expected: np.ndarray) -> float:
    return 1.0


# --- hearts -----------------------------------------------------------------------------------------------------------


def waves(length: int) -> dict[str, np.ndarray]:
    """Band-passed pulse waves without noise: their maxima lie where they lie."""
    found, time = {}, np.arange(2500) / _RATE_HZ
    for name, rate, swing in (("even", 1.25, 0.0), ("breathing", 1.1, 0.08), ("fast", 2.4, 0.03)):
        phase = 2 * np.pi * (rate * time + swing * np.sin(2 * np.pi * 0.25 * time))
        found[name] = (np.exp(2 * np.cos(phase)) - 2.2).astype(np.float32)
    return found


def _inner(times: np.ndarray) -> np.ndarray:
    """Those that both find: after what the core learns from, and with all of their surroundings."""
    return times[(times > 5 * _RATE_HZ) & (times < 2500 - _RATE_HZ)]


def _beats(x: np.ndarray) -> np.ndarray:
    return _inner(Beats(_RATE_HZ, upward=True).process(x) * _RATE_HZ)


def _parabolas(y: np.ndarray, at: np.ndarray) -> np.ndarray:
    before, top, after = y[at - 1], y[at], y[at + 1]
    return at + 0.5 * (before - after) / (before - 2 * top + after)


def _maxima(x: np.ndarray) -> np.ndarray:
    wide = x.astype(float)
    return _inner(_parabolas(wide, scipy.signal.find_peaks(wide, distance=_RATE_HZ // 4)[0]))


def _peaks(x: np.ndarray) -> np.ndarray:
    return _inner(np.array([peak.time_s for peak in Peaks(_RATE_HZ).process(x) if peak.share > 0.5]) * _RATE_HZ)


def _energies(x: np.ndarray) -> np.ndarray:
    energy = np.convolve(x.astype(float) ** 2, smoother(0.12, _RATE_HZ).astype(float), "same")
    at = np.flatnonzero((scipy.ndimage.maximum_filter1d(energy, 51) == energy) & (energy > 0.25 * energy.max()))
    return _inner(_parabolas(energy, at[(at > 0) & (at < len(x) - 1)]))


def _irregular(rr: np.ndarray) -> np.ndarray:
    rr = rr.astype(float)
    change, middle = np.diff(rr), np.median(rr)
    size = np.abs(change)
    return np.array(
        [
            np.sqrt(np.quantile(size, 0.25) / middle), (size > middle / 10).mean(),
            ((size[1:] < 0.08 * middle) & (size[:-1] < 0.08 * middle)).mean(),
            (change[1:] * change[:-1] < 0).mean(), rr.mean(),
        ]
    )  # fmt: skip


_LENGTH, _LAGS = 100, 5
_HANN = np.hanning(_LENGTH + 2)[1:-1].astype(np.float32)
_CANCEL = Canceller(_HANN, references=2, lags=_LAGS)


def moved(length: int) -> dict[str, np.ndarray]:
    """Two axes of motion and, last, what reaches a pulse wave of it, float32[3, span]."""
    found, time = {}, np.arange(_LENGTH + _LAGS - 1) / 25
    for number, name in enumerate(("walking", "running")):
        rng = np.random.default_rng(number)
        axes = [np.cos(2 * np.pi * (1.8 + number) * time + k) + rng.normal(0, 0.1, len(time)) for k in (0, 2)]
        light = np.convolve(axes[0], [0.5, 1, -0.3], "same") + 0.4 * np.cos(2 * np.pi * 1.2 * time)
        found[name] = np.array([*axes, light], np.float32)
    return found


def _cancelled(x: np.ndarray) -> np.ndarray:
    _CANCEL.reset()
    return _CANCEL.process(x[:2], x[2:, 2 : 2 + _LENGTH])[0]


def _weighted(x: np.ndarray) -> np.ndarray:
    target = x[2:, 2 : 2 + _LENGTH].astype(float)
    return (target - target.mean(axis=1, keepdims=True)) * _HANN


def _solved(x: np.ndarray) -> np.ndarray:
    z = np.array([row[lag : lag + _LENGTH] for row in x[:2].astype(float) for lag in range(_LAGS)])
    z = (z - z.mean(axis=1, keepdims=True)) * _HANN
    equations, y = z @ z.T, _weighted(x)
    equations = equations + 0.01 * np.trace(equations) / len(z) * np.eye(len(z))
    return y - np.linalg.solve(equations, z @ y.T).T @ z


_TRACK = HeartRate(40, 192, 2, tolerance_bpm=6.5)


def evidence(length: int) -> dict[str, np.ndarray]:
    """What windows say of each rate: a bump that moves, and clutter."""
    rng, bpm = np.random.default_rng(5), _TRACK.bpm
    rising = 80 + 50 * np.clip(np.arange(24) / 15, 0, 1)
    rows = 9 * np.exp(-0.5 * ((bpm - rising[:, None]) / 4) ** 2)
    return {"rising": rows.astype(np.float32), "noisy": (rows + rng.normal(0, 0.7, rows.shape)).astype(np.float32)}


def _tracked(rows: np.ndarray) -> np.ndarray:
    found = _TRACK.process(rows)
    return np.concatenate([found.bpm, found.confidence])


def _forward(rows: np.ndarray) -> np.ndarray:
    """The recursion with its whole matrix."""
    bpm, jump, tempering = _TRACK.bpm.astype(float), 1e-5, 0.5
    kernel = np.exp(-np.abs(bpm[:, None] - bpm) / 2.5)
    transition = (1 - jump) * kernel / kernel.sum(axis=0) + jump / len(bpm)
    belief, found = np.full(len(bpm), 1 / len(bpm)), []
    for row in rows.astype(float):
        belief = transition @ belief
        belief = belief * np.exp(np.maximum(tempering * (row - row.max()), -40))
        belief /= belief.sum()
        median = np.interp(0.5, np.concatenate([[0], np.cumsum(belief)]), np.concatenate([[bpm[0] - 1], bpm + 1]))
        found.append((median, belief[np.abs(bpm - median) <= 6.5].sum()))
    return np.array(found).T.ravel()


def _rates(rows: np.ndarray, expected: np.ndarray) -> np.ndarray:
    return np.repeat([float(_TRACK.bpm[-1]), 1.0], len(rows))


# --- motion -----------------------------------------------------------------------------------------------------------


def shaken(length: int) -> dict[str, np.ndarray]:
    """A wrist at 30 Hz for a minute, float32[1800, 3] in g."""
    rng, time = np.random.default_rng(3), np.arange(1800) / 30
    swing = np.sin(2 * np.pi * 1.7 * time)[:, None] * [0.4, 0.2, 0.7]
    return {"walking": (swing + [0, 0, 1] + rng.normal(0, 0.05, (1800, 3))).astype(np.float32)}


def _published(x: np.ndarray) -> np.ndarray:
    """The direct form of the publication."""
    rest, sums = scipy.signal.lfilter_zi(NUMERATOR, DENOMINATOR), []
    for column in x.T.astype(float):
        band = 17.127404 * scipy.signal.lfilter(NUMERATOR, DENOMINATOR, column, zi=rest * column[0])[0]
        level = np.floor(np.where(np.abs(band) < 4, 0, np.minimum(np.abs(band), 128)))
        sums.append(np.floor(level.reshape(-1, 3).mean(1)).sum())
    return np.array([sums])


def counted(length: int) -> dict[str, np.ndarray]:
    """A sensor's counts, some of them missing or at the ends of its range."""
    rng = np.random.default_rng(4)
    return {"counts": rng.choice([-32768, -32767, -5, 0, 900, 32767], 300).astype(np.int16)}


def _channelled(x: np.ndarray) -> np.ndarray:
    last, out = 0.0, []
    for value in x:
        last = last if value == -32768 else value * float(np.float32(0.01))
        out.append(last)
    return np.array(out)


# --- decisions --------------------------------------------------------------------------------------------------------


def levels(length: int) -> dict[str, np.ndarray]:
    """Levels above the noise floor, Q9."""
    rng = np.random.default_rng(6)
    return {"levels": (rng.integers(0, 1200, 300) * (np.sin(np.arange(300) / 12) > 0)).astype(np.int16)}


def _speaks(x: np.ndarray) -> np.ndarray:
    active, run, found = False, 0, []
    for level in x:
        run = run + 1 if (level < 256 if active else level >= 512) else 0
        if run >= (3 if active else 2):
            active, run = not active, 0
        found.append(active)
    return np.array(found, float)


def votes(length: int) -> dict[str, np.ndarray]:
    """Scores of windows, int8[60, 3]."""
    rng = np.random.default_rng(7)
    rows = rng.integers(-128, 0, (60, 3))
    rows[np.arange(60), np.arange(60) // 12 % 3] += rng.integers(60, 128, 60)
    return {"votes": rows.astype(np.int8)}


_ON = np.array([0.3, 0.6, 0.45])


def _flags(x: np.ndarray) -> np.ndarray:
    return np.where(x[:, 0].astype(int) % 5 == 0, 1, 0).astype(np.uint8)


def _decided(x: np.ndarray) -> np.ndarray:
    events = Label(_ON, 4, 3, reject=1).process(x, _flags(x))
    return np.array([(e.window, e.label, e.value) for e in events], np.float32)


def _definition(x: np.ndarray) -> np.ndarray:
    kept, state, bad, events = [], UNKNOWN, 0, []
    for window, (row, flag) in enumerate(zip(x, _flags(x), strict=True)):
        if flag:
            bad += 1
            if bad >= 3:
                kept = []
                if state != UNKNOWN:
                    state = UNKNOWN
                    events.append((window, UNKNOWN, int(flag)))
            continue
        bad, kept = 0, [*kept, row.astype(int) + 128][-4:]
        sums = np.sum(kept, axis=0)
        best = int(sums.argmax())
        probability = int(sums[best]) * 256 // len(kept)
        if probability >= round(_ON[best] * 65536) and best != state:
            state = best
            events.append((window, best, probability))
    return np.array(events, float)


def _windows(x: np.ndarray) -> np.ndarray:
    return np.array([window[:, 0] for window, _ in Frames(40, 15).push(x[:, None])])


_QUANTIZER = Quantizer(9, 12.0, 4.0, 0.05, -7)


def _quantized(x: np.ndarray) -> np.ndarray:
    return _QUANTIZER.process(x).astype(np.float32)


def rows(length: int) -> dict[str, np.ndarray]:
    """Log-mel values, Q9."""
    return {"rows": np.random.default_rng(8).integers(-8192, 17000, 400).astype(np.int16)}


def powers(length: int) -> dict[str, np.ndarray]:
    """Energies over their whole range, as exponents of 2."""
    return {"powers": np.linspace(0, 62.9, 300).astype(np.float32)}


def _energy(x: np.ndarray) -> np.ndarray:
    return np.array([int(2.0 ** float(value)) for value in x])


# --- pictures ---------------------------------------------------------------------------------------------------------


def _seen(image: np.ndarray) -> np.ndarray:
    camera = Camera(image.shape[1], image.shape[0])
    return camera.push(pack(image[None], [40]))[-1].pixels


# --- fields -----------------------------------------------------------------------------------------------------------


def seasons(length: int) -> dict[str, np.ndarray]:
    """Days of rain and of the crop's demand, mm, float32[120, 2]."""
    rng = np.random.default_rng(9)
    rain = rng.exponential(6, 120) * (rng.random(120) < 0.25)
    return {"season": np.stack([rain, rng.uniform(1, 8, 120)], axis=1).astype(np.float32)}


def _balance(x: np.ndarray) -> np.ndarray:
    soil, found = env.SoilWater(0.32, 0.12, 0.5, 0.6), []
    for rain, crop in x:
        day = soil.day(float(rain), 0.0, float(crop))
        found.append((day["depletion"], day["stress"]))
    return np.array(found, np.float32)


def _bucket(x: np.ndarray) -> np.ndarray:
    total, depletion, found = 1000 * (0.32 - 0.12) * 0.5, 0.0, []
    for rain, crop in x.astype(float):
        stress = (total - depletion) / (total - 0.6 * total) if depletion > 0.6 * total else 1.0
        depletion = min(max(depletion + stress * crop - rain, 0.0), total)
        found.append((depletion, stress))
    return np.array(found)


def pressures(length: int) -> dict[str, np.ndarray]:
    """Vapour pressures, kPa."""
    return {"pressures": np.geomspace(0.02, 12, 200).astype(np.float32)}


def _dew(x: np.ndarray) -> np.ndarray:
    ratio = np.log(x.astype(float) / 0.6108)
    return 237.3 * ratio / (17.27 - ratio)


def extremes(length: int) -> dict[str, np.ndarray]:
    """Lowest and highest temperatures of days."""
    low = np.random.default_rng(10).uniform(-10, 25, 100)
    return {"days": np.stack([low, low + np.linspace(0, 20, 100)], axis=1).astype(np.float32)}


CASES = [
    Case("beats", "mk_beats", "scipy.signal.find_peaks", _beats, _maxima, signals=waves),
    Case("peaks_both_sides", "mk_peaks", "scipy.ndimage.maximum_filter1d", _peaks, _energies, signals=waves),
    Case("irregularity", "mk_rr", "its definitions", lambda rr: irregularity(rr)[0], _irregular, size=_one,
         relative_to="1", signals=intervals),
    Case("cancel", "mk_cancel", "numpy.linalg.solve", _cancelled, _solved, 1e-4,
         size=lambda x, e: float(np.abs(_weighted(x)).max()), relative_to="input",
         why="the condition number reaches terms / ridge", signals=moved),
    Case("heart_rate", "mk_heart_rate", "forward recursion in float64", _tracked, _forward, size=_rates,
         relative_to="highest rate, or 1", signals=evidence),
    Case("counts", "mk_counts", "scipy.signal.lfilter", lambda x: Counts(30).process(x).astype(np.float32), _published,
         0.01, why="whole numbers: a rounding moves a level by 1", signals=shaken),
    Case("channel", "mk_channel", "its definition", lambda x: Channel(0.01).push(x), _channelled, signals=counted),
    Case("frame", "mk_frame", "sliding windows", _windows,
         lambda x: np.lib.stride_tricks.sliding_window_view(x, 40)[::15].astype(float), 0.0, signals=finite),
    Case("vad", "mk_vad", "its definition",
         lambda x: VoiceActivity(1.0, 0.5, attack=2, hang=3).push(x).astype(np.float32), _speaks, 0.0, signals=levels),
    Case("log2", "mk_log2_q16", "math.log2",
         lambda x: np.array([lib.mk_log2_q16(int(value)) for value in _energy(x)]) / np.float32(65536),
         lambda x: np.log2(_energy(x).astype(float)), 1.2e-5 + 2.0**-17, size=_one, relative_to="1 (a logarithm)",
         why="fixed point: steps of 2^-16", signals=powers),
    Case("quantizer", "mk_quantizer", "the nearest step", _quantized,
         lambda x: np.clip((x / 512 - 12) / 4 / 0.05 - 7, -128, 127), 0.505, size=_one, relative_to="a step of int8",
         why="the nearest step, by 15 bits of multiplier", signals=rows),
    Case("label", "mk_label", "its definition", _decided, _definition, 0.0, signals=votes),
    Case("camera", "mk_camera", "frames as they were packed", _seen, lambda x: x.astype(float), 0.0, signals=images),
    Case("eye_patch", "mk_eye_resize", "mk_image", lambda x: eye_crop.patch(x),
         lambda x: (im.resize_area if min(x.shape) > 32 else im.resize_bilinear)(x, 32, 32).astype(float), 0.0,
         signals=lambda length: {"face": images(length)["face"][:, :24].copy()}),
    Case("soil_water", "mk_soil", "FAO-56 equations 84 to 88", _balance, _bucket, signals=seasons),
    Case("dew_point", "mk_dew_point", "FAO-56 equation 11", lambda x: np.array([env.dew_point(float(p)) for p in x]),
         _dew, signals=pressures),
    Case("degree_days", "mk_degree_days", "its definition",
         lambda x: np.array([env.degree_days(float(a), float(b)) for a, b in x], np.float32),
         lambda x: np.clip(x.astype(float), 10, 30).mean(axis=1) - 10, signals=extremes),
]  # fmt: skip
