"""Spectra of streams and what is made of them: spectrogram, cepstrum, any FFT length, wavelets, orders, kurtogram."""

from collections.abc import Iterator

import numpy as np
import scipy.fft
import scipy.signal
import scipy.special

from ..core import check, ffi, lib
from ..errors import ConfigError
from .conditioning import Frames
from .floats import FloatBlock, floats, fp
from .resample import Fir
from .spectrum import FloatFft, PowerSpectrum

WAVELETS = ("db1", "db2", "db3", "db4", "db5", "db6", "db8")


class Spectrogram(FloatBlock):
    """Power spectra of overlapping frames of a stream, and their mean: Welch's estimate (`mk_spectrogram`).

    Parameters
    ----------
    spectrum : PowerSpectrum
        Of each frame.
    hop : int
        Samples between frames, 1 to the frame's length.

    Raises
    ------
    ConfigError
        If the hop is out of range.
    """

    def __init__(self, spectrum: PowerSpectrum, hop: int):
        super().__init__(hop=hop, spectrum=spectrum.digest().hex())
        self.spectrum, self.hop = spectrum, hop
        self._frames = Frames(spectrum.frame_length, hop)
        self._sum = np.zeros(spectrum.bins, np.float32)
        self._state = ffi.new("mk_spectrogram *")
        check(lib.mk_spectrogram_init(self._state, self._frames._state, spectrum._state, fp(self._sum)), "spectrogram")

    def reset(self) -> None:
        """Forget all samples and rows."""
        lib.mk_spectrogram_reset(self._state)

    def push(self, samples: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
        """Rows that the next part of a stream, float32[n], completes: float32[bins] and quality flags."""
        samples, row = floats(samples), np.empty(self.spectrum.bins, np.float32)
        cursor, count = ffi.new("const float **", fp(samples)), ffi.new("uint32_t *", len(samples))
        quality = ffi.new("mk_quality *")
        while lib.mk_spectrogram_next(self._state, cursor, count, fp(row), quality):
            yield row.copy(), quality[0]

    def mean(self) -> np.ndarray:
        """Mean of all rows so far that hold no NaN, float32[bins]."""
        out = np.empty(self.spectrum.bins, np.float32)
        lib.mk_spectrogram_mean(self._state, fp(out))
        return out

    def process(self, samples: np.ndarray) -> np.ndarray:
        """Whole recording, float32[n], to float32[rows, bins], from a fresh start."""
        self.reset()
        return floats([row for row, _ in self.push(samples)]).reshape(-1, self.spectrum.bins)


def cepstrum(power: np.ndarray) -> np.ndarray:
    """Real cepstrum of a power spectrum float32[length / 2 + 1], of the same shape (`mk_cepstrum`)."""
    power = floats(power)
    fft = FloatFft(2 * (len(power) - 1))
    out, scratch = np.empty_like(power), np.empty(2 * fft.length, np.float32)
    lib.mk_cepstrum_process(fft.struct, fp(power), fp(out), fp(scratch))
    return out


class AnyFft(FloatBlock):
    """Real FFT of a length 2^a 3^b 5^c (`mk_rfft_any`).

    Parameters
    ----------
    length : int
        2 to 15000, no prime factor above 5.

    Raises
    ------
    ConfigError
        If it has one.
    """

    def __init__(self, length: int):
        super().__init__(length=length)
        self.length = length
        if not 2 <= length <= 15000:
            raise ConfigError(f"FFT length {length} must be from 2 to 15000.")
        angle = 2 * np.pi * np.arange(length) / length
        self._twiddle = floats(np.stack([np.cos(angle), np.sin(angle)], axis=1))
        self.struct = ffi.new("mk_rfft_any *")
        if lib.mk_rfft_any_init(self.struct, length, fp(self._twiddle)):
            near = scipy.fft.next_fast_len(length, real=True)
            raise ConfigError(f"FFT length {length} has a prime factor above 5. Take {near}.")
        self._scratch = np.empty(4 * length, np.float32)

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {"twiddle": self._twiddle}

    def process(self, signal: np.ndarray) -> np.ndarray:
        """Transform float32[length] to complex64[length // 2 + 1]."""
        signal, out = floats(signal), np.empty(self.length // 2 + 1, np.complex64)
        if signal.shape != (self.length,):
            raise ValueError(f"signal has shape {signal.shape}, not ({self.length},)")
        lib.mk_rfft_any_process(self.struct, fp(signal), fp(out), fp(self._scratch))
        return out


class Envelope(FloatBlock):
    """Envelope of a band-passed stream by an FIR Hilbert transformer (`mk_envelope`); `delay` samples late.

    Parameters
    ----------
    taps : int
        Odd; more let lower frequencies through: from about 2 rate / taps up.

    Raises
    ------
    ConfigError
        If it is even or below 3.
    """

    def __init__(self, taps: int = 65):
        if taps < 3 or taps % 2 == 0:
            raise ConfigError(f"Hilbert transformer of {taps} taps: take an odd number from 3 up.")
        offset = np.arange(taps) - taps // 2
        with np.errstate(divide="ignore", invalid="ignore"):
            ideal = np.where(offset % 2, 2 / (np.pi * offset), 0.0)
        super().__init__(taps=taps)
        self._fir = Fir(ideal * scipy.signal.get_window(("kaiser", 6.0), taps, fftbins=False))
        self.delay, self.taps = taps // 2, self._fir.taps
        self._history = np.zeros(taps, np.float32)
        self._state = ffi.new("mk_envelope *")
        check(lib.mk_envelope_init(self._state, self._fir.struct, fp(self._history)), "envelope")

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return self._fir.tables

    def reset(self) -> None:
        """Forget all samples."""
        lib.mk_envelope_reset(self._state)

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Envelope of the next part of a stream, float32[n] to float32[n]."""
        samples = floats(samples)
        out = np.empty_like(samples)
        lib.mk_envelope_process(self._state, fp(samples), fp(out), len(samples))
        return out

    def process(self, samples: np.ndarray) -> np.ndarray:
        """Whole recording, from a fresh start."""
        self.reset()
        return self.push(samples)


def daubechies(moments: int) -> np.ndarray:
    """Decomposition low-pass of Daubechies' wavelet with so many vanishing moments, float64[2 * moments].

    By spectral factorisation: the roots inside the unit circle of the half-band polynomial.
    """
    binomials = [scipy.special.comb(moments - 1 + k, k) for k in range(moments)]
    # y = (2 - z - 1/z) / 4 in the polynomial sum binomial(k) y^k, times z^(moments - 1)
    half_band = np.zeros(2 * moments - 1)
    y, power = np.array([-0.25, 0.5, -0.25]), np.array([1.0])
    for k, binomial in enumerate(binomials):
        half_band[moments - 1 - k : moments + k] += binomial * power
        power = np.convolve(power, y)
    filter_ = np.poly(np.r_[[r for r in np.roots(half_band) if abs(r) < 1], -np.ones(moments)]).real
    return filter_[::-1] * np.sqrt(2) / filter_.sum()


class WaveletEnergies(FloatBlock):
    """Energies of a window by level of a discrete wavelet transform (`mk_wavelet`): finest first, approximation last.

    Parameters
    ----------
    wavelet : str
        "db1" to "db6" or "db8".
    levels : int
        1 to 16.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, wavelet: str = "db4", levels: int = 4):
        if wavelet not in WAVELETS:
            raise ConfigError(f"wavelet {wavelet!r} is unknown. Known: {', '.join(WAVELETS)}.")
        super().__init__(wavelet=wavelet, levels=levels)
        low = daubechies(int(wavelet[2:]))
        signs = np.where(np.arange(len(low)) % 2, 1.0, -1.0)
        self.levels, self._low, self._high = levels, floats(low), floats(signs * low[::-1])
        self.struct = ffi.new("mk_wavelet *", (fp(self._low), fp(self._high), len(low), min(max(levels, 0), 255)))
        check(lib.mk_wavelet_check(self.struct), "wavelet")

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {"low": self._low, "high": self._high}

    def process(self, window: np.ndarray) -> np.ndarray:
        """Energies of float32[n], n >= 2, float32[levels + 1]."""
        window, out = floats(window), np.empty(self.levels + 1, np.float32)
        if len(window) < 2:
            raise ValueError("a wavelet transform takes at least 2 samples")
        scratch = np.empty(len(window) + lib.MK_WAVELET_TAPS * self.levels, np.float32)
        lib.mk_wavelet_energies(self.struct, fp(window), len(window), fp(out), fp(scratch))
        return out


class OrderTracker(FloatBlock):
    """A signal resampled to equal angles of a shaft (`mk_order`).

    Parameters
    ----------
    per_turn : int
        Samples a turn, 1 to 4096.

    Raises
    ------
    ConfigError
        If it is out of range.
    """

    def __init__(self, per_turn: int):
        super().__init__(per_turn=per_turn)
        self.per_turn = per_turn
        self._state = ffi.new("mk_order *")
        self.quality = 0
        self.reset()

    def reset(self) -> None:
        """Forget all samples."""
        check(lib.mk_order_init(self._state, min(max(self.per_turn, 0), 65535)), "order tracking")

    def push(self, samples: np.ndarray, turns: np.ndarray) -> np.ndarray:
        """Next samples, float32[n], and turns since the sample before each, float32[n], to what they complete."""
        samples, turns = floats(samples), floats(turns)
        if samples.shape != turns.shape:
            raise ValueError(f"{samples.shape} samples with {turns.shape} turns")
        out = np.empty(lib.mk_order_size(self._state, fp(turns), len(turns)), np.float32)
        quality = ffi.new("mk_quality *")
        count = lib.mk_order_process(self._state, fp(samples), fp(turns), len(samples), fp(out), quality)
        self.quality = quality[0]
        return out[:count]

    def process(self, samples: np.ndarray, turns: np.ndarray) -> np.ndarray:
        """Whole recording, from a fresh start."""
        self.reset()
        return self.push(samples, turns)


class Kurtogram(FloatBlock):
    """How impulsive a vibration is in each band of a binary tree (`mk_kurtogram`).

    Parameters
    ----------
    levels : int
        1 to 8; level k has 2^k bands.
    taps : int
        Of the half-band filters, 8 to 64.
    thirds : bool
        Also split each band into thirds: Antoni's levels 1.6, 2.6, ...

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, levels: int = 4, taps: int = 16, thirds: bool = False):
        if not (1 <= levels <= 8 and 8 <= taps <= 64):
            raise ConfigError(f"kurtogram: levels {levels} must be 1 to 8 and taps {taps} 8 to 64.")
        super().__init__(levels=levels, taps=taps, thirds=thirds)
        self.levels, self.taps = levels, taps
        prototype = scipy.signal.firwin(taps, 0.25)
        turn = 2j * np.pi * np.arange(taps)
        self.filters = [(prototype * np.exp(turn * centre)).astype(np.complex64) for centre in (1 / 8, 3 / 8)]
        narrow = scipy.signal.firwin(3 * taps // 2, 1 / 6)
        turn = 2j * np.pi * np.arange(3 * taps // 2)
        #: complex filters of the thirds, none without them
        self.third_filters = np.array(
            [narrow * np.exp(turn * centre) for centre in (1 / 12, 3 / 12, 5 / 12)][: 3 * thirds], np.complex64
        )
        more = (3 * taps // 2, fp(self.third_filters)) if thirds else (0, ffi.NULL)
        self.struct = ffi.new("mk_kurtogram *", (*(fp(f) for f in self.filters), taps, levels, *more))
        #: of the last signal, with `thirds`: kurtosis of the 3 * 2^k thirds of level k, one array a level
        self.thirds: list[np.ndarray] = []
        self.quality = 0

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        tables = {"low": self.filters[0].view(np.float32), "high": self.filters[1].view(np.float32)}
        return tables | ({"thirds": self.third_filters.view(np.float32)} if len(self.third_filters) else {})

    def process(self, signal: np.ndarray) -> list[np.ndarray]:
        """Kurtosis by band of float32[n], n >= 2^levels * taps: one float32[2^k] for each level k from 0."""
        signal = floats(signal)
        check(lib.mk_kurtogram_check(self.struct, len(signal)), "kurtogram")
        halves = 2 ** (self.levels + 1) - 1
        out = np.empty(halves + (3 * (2**self.levels - 1) if len(self.third_filters) else 0), np.float32)
        scratch = np.empty(4 * len(signal) + 32, np.float32)
        self.quality = lib.mk_kurtogram_process(self.struct, fp(signal), len(signal), fp(out), fp(scratch))
        if len(self.third_filters):
            more = out[halves:]
            self.thirds = [more[3 * (2**k - 1) : 3 * (2 ** (k + 1) - 1)] for k in range(self.levels)]
        return [out[2**k - 1 : 2 ** (k + 1) - 1] for k in range(self.levels + 1)]

    def band_hz(self, kurtosis: list[np.ndarray], rate_hz: float) -> tuple[float, float]:
        """Edges of the band with the highest kurtosis, in Hz; thirds of the last signal count too."""
        bands = [(row, rate_hz / 2 ** (level + 1)) for level, row in enumerate(kurtosis) if level]
        bands += [(row, rate_hz / (6 * 2**level)) for level, row in enumerate(self.thirds)]
        row, width = max(bands, key=lambda band: float(band[0].max()))
        return int(row.argmax()) * width, (int(row.argmax()) + 1) * width
