"""Spectral blocks beside NumPy, SciPy, librosa and PyWavelets."""

import numpy as np
import scipy.signal
import scipy.stats

from ..dsp import shape, spectral
from ..dsp.shape import SpectralShape
from ..dsp.spectrum import FloatFft, PowerSpectrum
from .case import TINY, Case
from .signals import finite, sensible


def _wide(x: np.ndarray) -> np.ndarray:
    return x.astype(float)


_DENSITY = PowerSpectrum(125, detrend=True, scaling="density", rate_hz=50.0)
_LOG = PowerSpectrum(128)
_POWER = PowerSpectrum(256)
_WELCH = spectral.Spectrogram(PowerSpectrum(128, detrend=False, scaling="density", rate_hz=50.0), 64)
_BIN_HZ, _EDGES = 0.5, [(0, 4), (4, 8), (8.2, 30), (30, 64.1)]
_SHAPE, _BANDS = SpectralShape(_BIN_HZ), shape.BandEnergies(_EDGES, _BIN_HZ, 129)
_FREQUENCIES = np.arange(129) * _BIN_HZ
_ENVELOPE, _WAVELET, _KURTOGRAM = (
    spectral.Envelope(65),
    spectral.WaveletEnergies("db4", 4),
    spectral.Kurtogram(3, thirds=True),
)


def spectra(length: int) -> dict[str, np.ndarray]:
    """Power spectra of the signals, float32[129]; none of the signals that have no power."""
    found = finite(256)
    return {name: _POWER.process(x) for name, x in found.items() if name not in ("zeros", "denormal")}


def _density(x: np.ndarray) -> np.ndarray:
    return scipy.signal.periodogram(_wide(x), 50.0, window="hann", nfft=_DENSITY.fft.length, detrend="constant")[1]


def _welch(x: np.ndarray) -> np.ndarray:
    _WELCH.process(x)
    return _WELCH.mean()


def _shape(p: np.ndarray) -> np.ndarray:
    import librosa

    wide, of = _wide(p)[:, None], {"freq": _FREQUENCIES}
    share = _wide(p) / _wide(p).sum()
    share = share[share > TINY]
    return np.array(
        [
            _wide(p).sum(),
            librosa.feature.spectral_centroid(S=wide, **of)[0, 0],
            librosa.feature.spectral_bandwidth(S=wide, **of)[0, 0],
            librosa.feature.spectral_rolloff(S=wide, **of)[0, 0],
            librosa.feature.spectral_flatness(S=wide, power=1.0, amin=TINY)[0, 0],
            -(share * np.log(share)).sum() / np.log(129),
        ]
    )


def _shape_size(p: np.ndarray, expected: np.ndarray) -> np.ndarray:
    return np.array([abs(expected[0]), 64.0, 64.0, 64.0, 1.0, 1.0])


def _bands(p: np.ndarray) -> np.ndarray:
    return np.array([_wide(p)[(low <= _FREQUENCIES) & (high > _FREQUENCIES)].sum() for low, high in _EDGES])


def _highest(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Parabolas through the five highest maxima, and which of them are sharp."""
    p = _wide(p)
    at = 1 + np.flatnonzero((p[1:-1] > p[:-2]) & (p[1:-1] >= p[2:]))
    at = at[np.argsort(-p[at], kind="stable")][:5]
    below, middle, above = (np.log(np.maximum(p[at + k], TINY)) for k in (-1, 0, 1))
    bend = below - 2 * middle + above
    shift = 0.5 * (below - above) / bend
    found = np.stack([at + shift, np.exp(middle - 0.25 * (below - above) * shift)], axis=1)
    # where the three are nearly equal, the rounding of the logarithms decides the place
    return found, np.abs(bend) > 0.1


def _cepstrum(p: np.ndarray) -> np.ndarray:
    return np.fft.irfft(np.log(np.maximum(_wide(p), TINY)) / 2)[:129]


def _envelope(x: np.ndarray) -> np.ndarray:
    delayed = np.concatenate([np.zeros(_ENVELOPE.delay), _wide(x)])[: len(x)]
    return np.hypot(delayed, scipy.signal.lfilter(_ENVELOPE.taps, 1, _wide(x)))


def _wavelet(x: np.ndarray) -> np.ndarray:
    import pywt

    low, high = (_WAVELET.tables[name].astype(float) for name in ("low", "high"))
    parts = pywt.wavedec(_wide(x), pywt.Wavelet("ours", [low, high, low[::-1], high[::-1]]), "symmetric", 4)
    return np.array([np.square(part).sum() for part in [*parts[:0:-1], parts[0]]])


def _turns(x: np.ndarray) -> np.ndarray:
    return np.linspace(0.004, 0.009, len(x)).astype(np.float32)


def _tracked(x: np.ndarray) -> np.ndarray:
    found = spectral.OrderTracker(64).process(x, _turns(x))
    return found[: len(_angles(x))]


def _angles(x: np.ndarray) -> np.ndarray:
    angle = np.concatenate([[0], np.cumsum(_turns(x).astype(float)[1:])]) * 64
    # the last may fall on either side of a rounding
    return np.interp(np.arange(int(angle[-1])), angle, _wide(x))


def _order_size(x: np.ndarray, expected: np.ndarray) -> float:
    """The angle is known to 1e-5 of a step, which a steep signal turns into a difference."""
    return float(np.abs(expected).max() + 4 * np.abs(np.diff(_wide(x))).max() / 0.256)


def _kurtogram(x: np.ndarray) -> np.ndarray:
    """Antoni's binary tree with SciPy's filters in float64."""
    x = _wide(x) - _wide(x).mean()
    levels, bands, thirds = [[scipy.stats.kurtosis(x)]], [x.astype(complex)], []
    for _ in range(_KURTOGRAM.levels):
        for band in bands:
            for taps in _KURTOGRAM.third_filters:
                part = scipy.signal.lfilter(taps.astype(complex), 1, band)[2::3]
                square = np.abs(part[min(len(taps), len(part) // 2) :]) ** 2
                thirds.append(np.mean(square**2) / np.mean(square) ** 2 - 2)
        halves = []
        for band in bands:
            for upper, taps in enumerate(_KURTOGRAM.filters):
                half = scipy.signal.lfilter(taps.astype(complex), 1, band)[1::2][: len(band) // 2]
                halves.append(half * (-1.0) ** np.arange(len(half)) if upper else half)
        skip = min(_KURTOGRAM.taps, len(bands[0]) // 4)
        squares = [np.abs(half[skip:]) ** 2 for half in halves]
        levels.append([np.mean(square**2) / np.mean(square) ** 2 - 2 for square in squares])
        bands = halves
    return np.concatenate([*levels, thirds])


def _sized(name: str, length: int, any_length: bool) -> Case:
    block = spectral.AnyFft(length) if any_length else FloatFft(length)
    return Case(
        name, "mk_rfft_any" if any_length else "mk_rfft", "numpy.fft.rfft", block.process,
        lambda x: np.fft.rfft(_wide(x)), 1e-6, length=length,
        signals=lambda _: finite(length),
    )  # fmt: skip


CASES = [
    _sized("rfft", 512, False),
    _sized("rfft_4096", 4096, False),
    _sized("rfft_any", 375, True),
    Case("spectrum", "mk_spectrum", "scipy.signal.periodogram", _DENSITY.process, _density, length=125,
         signals=lambda _: finite(125), skip=("constant",),
         why="a constant less its mean is 0 in the core, rounding in the oracle"),
    Case("spectrum_log", "mk_spectrum_log", "numpy.log", _LOG.process_log,
         lambda x: np.log(np.maximum(_wide(_LOG.process(x)), TINY)), length=128,
         signals=lambda _: finite(128)),
    Case("welch", "mk_spectrogram", "scipy.signal.welch", _welch,
         lambda x: scipy.signal.welch(_wide(x), 50.0, "hann", 128, 64, detrend=False)[1],
         signals=lambda _: finite(512)),
    Case("shape", "mk_shape", "librosa.feature", _SHAPE.process, _shape, size=_shape_size, signals=spectra,
         relative_to="total, half the rate or 1"),
    Case("bands", "mk_bands", "numpy.sum", _BANDS.process, _bands, signals=spectra),
    Case("peaks", "mk_shape_peaks", "its definition", lambda p: shape.peaks(p, 5)[_highest(p)[1]],
         lambda p: _highest(p)[0][_highest(p)[1]], size=lambda p, e: np.abs(e).max(axis=0, initial=0),
         signals=spectra),
    Case("cepstrum", "mk_cepstrum", "numpy.fft.irfft", spectral.cepstrum, _cepstrum, signals=spectra),
    Case("envelope", "mk_envelope", "scipy.signal.lfilter", _ENVELOPE.process, _envelope),
    Case("wavelet", "mk_wavelet", "pywt.wavedec", _WAVELET.process, _wavelet),
    Case("order", "mk_order", "numpy.interp", _tracked, _angles, size=_order_size, relative_to="output and slope",
         signals=sensible, why="a jump lies where the angle does"),
    Case("kurtogram", "mk_kurtogram", "scipy.signal.lfilter, scipy.stats.kurtosis",
         lambda x: np.concatenate([*_KURTOGRAM.process(x), *_KURTOGRAM.thirds]), _kurtogram, length=2048,
         size=lambda x, e: float(np.abs(e).max() + 2), relative_to="kurtosis before 2 is taken off",
         signals=lambda _: sensible(2048), why="a band without power has none: 0"),
]  # fmt: skip
