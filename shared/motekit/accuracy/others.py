"""Audio, images, weather and pulse beside librosa, SciPy, NumPy and the standards' equations."""

import numpy as np
import scipy.fft
import scipy.ndimage
import scipy.signal

from ..dsp import environment as env
from ..dsp import image as im
from ..dsp.fft import RealFft
from ..dsp.hrv import variability
from ..dsp.logmel import LogMel
from ..dsp.mfcc import Mfcc
from ..dsp.ppg_quality import PpgQuality
from ..dsp.voice import Delta, Pcan
from .case import Case
from .signals import finite, ppg, voice

_FLOOR = np.log(1e6)
_LOG_MEL = LogMel()
_MFCC, _DELTA, _PCAN = Mfcc(_LOG_MEL, 13), Delta(13, 2), Pcan(_LOG_MEL)


def audio(length: int) -> dict[str, np.ndarray]:
    """int16 audio: speech loud and faint, noise, and a tone."""
    time = np.arange(6400)
    rng = np.random.default_rng(2)
    speech = voice(6400)
    return {
        "speech": np.round(speech * 9000).astype(np.int16),
        "faint speech": np.round(speech * 300).astype(np.int16),
        "noise": rng.normal(0, 3000, 6400).clip(-32768, 32767).astype(np.int16),
        "tone": np.round(32767 * np.sin(2 * np.pi * time / 16)).astype(np.int16),
    }


def _floored(rows: np.ndarray) -> np.ndarray:
    """60 dB below each frame's peak: below lies the rounding of the samples."""
    return np.maximum(rows, rows.max(axis=1, keepdims=True) - _FLOOR)


def _mel(x: np.ndarray) -> np.ndarray:
    import librosa

    block = _LOG_MEL
    lead = (block.fft.length - block.frame_length) // 2
    padded = np.concatenate([np.zeros(lead), x.astype(float), np.zeros(block.fft.length)])
    energy = librosa.feature.melspectrogram(
        y=padded, sr=16000, n_fft=block.fft.length, win_length=block.frame_length, hop_length=block.hop, center=False,
        n_mels=block.bands, fmin=block.range_hz[0], fmax=block.range_hz[1], htk=True, norm=None, dtype=np.float64,
    ).T[: block.rows_of(len(x))]  # fmt: skip
    return _floored(np.log(np.maximum(energy, 1.0)))


def _log_mel(x: np.ndarray) -> np.ndarray:
    return _floored(_LOG_MEL.process(x) / 512.0).astype(np.float32)


def _mfcc(x: np.ndarray) -> np.ndarray:
    return (_MFCC.transform(np.round(_log_mel(x) * 512)) / 2.0**_MFCC.q).astype(np.float32)


def _delta(x: np.ndarray) -> np.ndarray:
    import librosa

    return librosa.feature.delta(_MFCC.process(x).T.astype(float), width=5, mode="nearest").T


def _gain(x: np.ndarray) -> np.ndarray:
    """The definition of the gain, in the linear domain."""
    c = _PCAN.struct
    rise, fall, strength, floor, out = c.rise / 2**30, c.fall / 2**30, c.strength / 2**15, None, []
    for row in _LOG_MEL.process(x) / 512.0:
        energy = np.exp(row)
        floor = energy if floor is None else floor
        floor = floor + np.where(energy > floor, rise, fall) * (energy - floor)
        out.append(row - strength * np.log(floor + np.exp(c.offset / 512)))
    return np.array(out)


def _gained(x: np.ndarray) -> np.ndarray:
    _PCAN.reset()
    return (_PCAN.transform(_LOG_MEL.process(x))[0] / 512.0).astype(np.float32)


def _q31(x: np.ndarray) -> np.ndarray:
    return RealFft(512).process(x[:512].astype(np.int32) << 15)


def images(length: int) -> dict[str, np.ndarray]:
    """Grey pictures, uint8."""
    y, x = np.mgrid[0:24, 0:32]
    face = 60 + 100 * np.exp(-((x - 15) ** 2 + (y - 10) ** 2) / 50) + 5 * np.sin(x / 3)
    noise = np.random.default_rng(3).integers(0, 256, (24, 32), dtype=np.uint8)
    return {"face": face.astype(np.uint8), "noise": noise, "checks": ((x + y) % 2 * 255).astype(np.uint8)}


def _area(image: np.ndarray, width: int = 9, height: int = 7) -> np.ndarray:
    def weights(size: int, out: int) -> np.ndarray:
        edges, pixels = np.arange(out + 1) * size / out, np.arange(size)
        overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
        return np.maximum(overlap, 0) * out / size

    return weights(image.shape[0], height) @ image.astype(float) @ weights(image.shape[1], width).T


def _bilinear(image: np.ndarray, width: int = 9, height: int = 7) -> np.ndarray:
    y = (np.arange(height) + 0.5) * image.shape[0] / height - 0.5
    x = (np.arange(width) + 0.5) * image.shape[1] / width - 0.5
    return scipy.ndimage.map_coordinates(image.astype(float), np.meshgrid(y, x, indexing="ij"), order=1, mode="nearest")


def _equalised(image: np.ndarray) -> np.ndarray:
    counts = np.bincount(image.ravel(), minlength=256)
    below, darkest = np.cumsum(counts), counts[np.flatnonzero(counts)[0]]
    table = np.floor(np.maximum(below - darkest, 0) * 255 / (image.size - darkest) + 0.5)
    return table[image]


def _moved(image: np.ndarray) -> np.ndarray:
    size = np.abs(image.astype(int) - np.roll(image, 3, axis=1))
    y, x = np.mgrid[0 : image.shape[0], 0 : image.shape[1]] + 0.5
    centre = [(size * x).sum() / size.sum() / image.shape[1], (size * y).sum() / size.sum() / image.shape[0]]
    return np.array([size.mean(), (size > 16).mean(), *centre])


def _rgb(image: np.ndarray) -> np.ndarray:
    return np.stack([image, image[::-1], image[:, ::-1]], axis=-1)


def days(length: int) -> dict[str, np.ndarray]:
    """Weather of days: low, high, humidity low and high, wind, sun, altitude, latitude, day."""
    rng = np.random.default_rng(8)
    rows = []
    for _ in range(40):
        low = rng.uniform(-20, 25)
        rows.append([low, low + rng.uniform(0, 20), rng.uniform(5, 60), rng.uniform(60, 100), rng.uniform(0, 8),
                     rng.uniform(2, 33), rng.uniform(0, 3000), rng.uniform(-60, 60), rng.integers(1, 367)])  # fmt: skip
    return {"days": np.array(rows, np.float32)}


def _pressure(t: np.ndarray) -> np.ndarray:
    return 0.6108 * np.exp(17.27 * t / (t + 237.3))


def _radiation(latitude: np.ndarray, day: np.ndarray) -> np.ndarray:
    phi, season = np.radians(latitude), 2 * np.pi * day / 365
    declination = 0.409 * np.sin(season - 1.39)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1, 1))
    inside = sunset * np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    return 24 * 60 / np.pi * 0.0820 * (1 + 0.033 * np.cos(season)) * inside


def _penman(rows: np.ndarray) -> np.ndarray:
    low, high, dry, wet, wind, solar, altitude, latitude, day = rows.astype(float).T
    saturation, mean = (_pressure(high) + _pressure(low)) / 2, (low + high) / 2
    vapour = (_pressure(low) * wet + _pressure(high) * dry) / 200
    slope = 4098 * _pressure(mean) / (mean + 237.3) ** 2
    gamma = 0.665e-3 * 101.3 * ((293 - 0.0065 * altitude) / 293) ** 5.26
    cloud = 1.35 * np.minimum(solar / ((0.75 + 2e-5 * altitude) * _radiation(latitude, day)), 1) - 0.35
    kelvin = ((high + 273.16) ** 4 + (low + 273.16) ** 4) / 2
    net = 0.77 * solar - 4.903e-9 * kelvin * (0.34 - 0.14 * np.sqrt(vapour)) * cloud
    air = gamma * 900 / (mean + 273) * wind * (saturation - vapour)
    return np.maximum((0.408 * slope * net + air) / (slope + gamma * (1 + 0.34 * wind)), 0)


def _hargreaves(rows: np.ndarray) -> np.ndarray:
    low, high, latitude, day = rows.astype(float).T[[0, 1, 7, 8]]
    found = 0.0023 * ((low + high) / 2 + 17.8) * np.sqrt(high - low) * 0.408 * _radiation(latitude, day)
    return np.maximum(found, 0)


def _each(rows: np.ndarray, run) -> np.ndarray:
    return np.array([run(*(float(value) for value in row)) for row in rows], np.float32)


def _weather(*values: float) -> float:
    return env.et0_penman_monteith(env.Weather(*values[:-1], day=int(values[-1])))[0]


_SMOOTH = env.Smooth(0.1)


def _smoothed(x: np.ndarray) -> np.ndarray:
    first, wide = float(x[0]), x.astype(float)
    return first + scipy.signal.lfilter([_SMOOTH.share], [1, _SMOOTH.share - 1], wide - first)


def intervals(length: int) -> dict[str, np.ndarray]:
    """Intervals of beats, in seconds."""
    rng, time = np.random.default_rng(1), np.arange(120) * 0.85
    sinus = 0.85 + 0.03 * np.sin(2 * np.pi * 0.25 * time) + rng.normal(0, 0.008, 120)
    return {"sinus": sinus.astype(np.float32), "irregular": rng.gamma(16, 0.04, 120).clip(0.32, 1.6).astype(np.float32)}


def _variability(rr: np.ndarray) -> np.ndarray:
    found = variability(rr, np.ones(len(rr), bool))
    return np.array([found.mean_rr, found.sdnn, found.rmssd, found.pnn50, found.sd1, found.sd2], np.float32)


def _definitions(rr: np.ndarray) -> np.ndarray:
    rr = rr.astype(float)
    change, level = np.diff(rr), rr[1:] + rr[:-1]
    return np.array(
        [rr.mean(), rr.std(ddof=1), np.sqrt((change**2).mean()), (np.abs(change) > np.float32(0.05)).mean(),
         np.std(change / np.sqrt(2), ddof=1), np.std(level / np.sqrt(2), ddof=1)]
    )  # fmt: skip


def pulses(length: int) -> dict[str, np.ndarray]:
    """Band-passed pulse waves."""
    sections = scipy.signal.butter(2, (0.5, 8), "bandpass", fs=125, output="sos")
    return {f"ppg {k}": scipy.signal.sosfiltfilt(sections, ppg(600, seed=k)).astype(np.float32) for k in (1, 2)}


def _beats(pulse: np.ndarray) -> np.ndarray:
    return scipy.signal.find_peaks(pulse, distance=60)[0].astype(np.float32)


def _pulse(pulse: np.ndarray) -> np.ndarray:
    got = PpgQuality().process(pulse, _beats(pulse), 1500.0, pulse[:100] / 1000)
    return np.array([got.perfusion, got.correlation, got.motion, got.index], np.float32)


def _pulse_definition(pulse: np.ndarray) -> np.ndarray:
    wide, beats = pulse.astype(float), _beats(pulse)
    perfusion, length = 2 * np.sqrt(2) * wide.std() / 1500.0, int(np.median(np.diff(beats)) + 0.5)
    starts = [int(b - length / 2 + 0.5) for b in beats if b - length / 2 + 0.5 >= 0]
    cut = np.array([wide[s : s + length] for s in starts if s + length <= len(wide)])
    likeness = np.mean([np.corrcoef(beat, cut.sum(0))[0, 1] for beat in cut])
    moved = np.sqrt(((wide[:100] / 1000) ** 2).mean())
    index = np.clip(likeness, 0, 1) * min(perfusion / 0.005, 1) / (1 + (moved / 0.1) ** 2)
    return np.array([perfusion, likeness, moved, index])


_LOGARITHM = {"size": lambda x, e: 1.0, "relative_to": "1 (a natural logarithm)"}
_FIXED = "fixed point: 16 bits of energy's logarithm"

CASES = [
    Case("log_mel", "mk_logmel", "librosa.feature.melspectrogram", _log_mel, _mel, 0.15, why=_FIXED, signals=audio,
         **_LOGARITHM),
    Case("mfcc", "mk_dct", "scipy.fft.dct", _mfcc,
         lambda x: scipy.fft.dct(_mel(x), type=2, norm="ortho")[:, :13], 0.15, why=_FIXED, signals=audio,
         **_LOGARITHM),
    Case("delta", "mk_delta", "librosa.feature.delta", lambda x: _DELTA.process(_MFCC.process(x)).astype(np.float32),
         _delta, 0.5 + 1e-6, size=lambda x, e: 1.0, relative_to="a step of int16", why="fixed point: the nearest step",
         signals=audio),
    Case("pcan", "mk_pcan", "its definition", _gained, _gain, 0.01, why=_FIXED, signals=audio, **_LOGARITHM),
    Case("rfft_q31", "mk_rfft_q31", "numpy.fft.rfft", _q31,
         lambda x: np.fft.rfft(x[:512].astype(float) * 32768) / 512, 12.0, size=lambda x, e: 1.0,
         relative_to="2^-31 full scale", why="fixed point", signals=audio),
    Case("gray", "mk_gray", "ITU-R BT.601", lambda x: im.gray(_rgb(x)), lambda x: _rgb(x) @ [0.299, 0.587, 0.114], 1.0,
         size=lambda x, e: 1.0, relative_to="a grey level", why="8-bit weights", signals=images),
    Case("resize_area", "mk_image", "its definition", lambda x: im.resize_area(x, 9, 7), _area, 0.5 + 1e-9,
         size=lambda x, e: 1.0, relative_to="a grey level", why="the nearest whole level", signals=images),
    Case("resize_bilinear", "mk_image", "scipy.ndimage.map_coordinates", lambda x: im.resize_bilinear(x, 9, 7),
         _bilinear, 0.5 + 1e-9, size=lambda x, e: 1.0, relative_to="a grey level", why="the nearest whole level",
         signals=images),
    Case("equalise", "mk_image_equalise", "its definition", lambda x: im.equalise(x)[0], _equalised, 0.0,
         signals=images),
    Case("image_normalise", "mk_image_normalise", "numpy.std", lambda x: im.normalise(x)[0],
         lambda x: (x.astype(float) - x.mean()) / x.std(), signals=images),
    Case("integral", "mk_integral", "numpy.cumsum", lambda x: im.integral(x)[1:, 1:],
         lambda x: x.cumsum(0, dtype=float).cumsum(1), 0.0, signals=images),
    Case("motion", "mk_motion", "its definition",
         lambda x: np.array(im.motion(np.ascontiguousarray(np.roll(x, 3, axis=1)), x), np.float32), _moved,
         signals=images),
    Case("vapour_pressure", "mk_saturation_pressure", "FAO-56 equation 11",
         lambda x: _each(x[:, :1], env.saturation_pressure), lambda x: _pressure(x[:, 0].astype(float)), signals=days),
    Case("vapour_deficit", "mk_vapour_deficit", "FAO-56 equations 11, 17",
         lambda x: _each(x[:, [1, 2]], lambda t, h: env.vapour_deficit(t, h)[0]),
         lambda x: _pressure(x[:, 1].astype(float)) * (1 - x[:, 2].astype(float) / 100), signals=days),
    Case("et0_penman_monteith", "mk_et0_penman_monteith", "FAO-56 equation 6", lambda x: _each(x, _weather), _penman,
         signals=days),
    Case("et0_hargreaves", "mk_et0_hargreaves", "FAO-56 equation 52",
         lambda x: _each(x[:, [0, 1, 7, 8]], lambda a, b, c, d: env.et0_hargreaves(a, b, c, int(d))[0]), _hargreaves,
         signals=days),
    Case("smooth", "mk_smooth", "scipy.signal.lfilter", _SMOOTH.process, _smoothed, signals=finite),
    Case("hrv", "mk_hrv", "its definitions", _variability, _definitions, size=lambda x, e: float(x.mean() * 0.05 + 1),
         relative_to="1 s", signals=intervals),
    Case("ppg_quality", "mk_ppg_quality", "its definitions", _pulse, _pulse_definition, size=lambda x, e: 1.0,
         relative_to="1", signals=pulses),
]  # fmt: skip
