"""Log-mel energies of audio (`mk_logmel`)."""

from typing import Any

import librosa
import numpy as np
import scipy.signal

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError
from .block import Block
from .fft import RealFft


class LogMel(Block):
    """Natural logarithm of mel energies, one row a hop, in fixed point.

    Values run from -16 (digital silence) to about 33; below 2.7 lies only the rounding noise of 16-bit audio,
    so a network may clip at 0.

    Parameters
    ----------
    rate_hz : int
        Sampling rate of the audio.
    frame_length, hop : int
        Samples a frame (even) and samples between frames, hop <= frame_length.
    fft_length : int
        Power of two from 16 to 4096, at least `frame_length`; frames are padded with zeros.
    bands : int
        Mel bands, 1 to 128.
    range_hz : tuple of float
        Lowest and highest frequency of the bank, in Hz, at most half of `rate_hz`.
    preemphasis : float
        p of y[n] = x[n] - p x[n-1], 0 (off) to below 1.

    Raises
    ------
    ConfigError
        If a parameter is out of its range, or a band holds no FFT bin.

    Notes
    -----
    Periodic Hann window and HTK mel scale with unit-height triangles, by `scipy.signal.get_window` and
    `librosa.filters.mel(htk=True, norm=None)`; the arithmetic is the core's `mk_logmel`. A row says something
    about the middle of its frame: it comes `frame_length / 2` samples late.
    """

    def __init__(
        self,
        rate_hz: int = 16000,
        frame_length: int = 480,
        hop: int = 320,
        fft_length: int = 512,
        bands: int = 40,
        range_hz: tuple[float, float] = (20.0, 7600.0),
        preemphasis: float = 0.0,
    ):
        low, high = map(float, range_hz)
        if not 0 <= low < high <= rate_hz / 2:
            raise ConfigError(f"range_hz {low:g} to {high:g} must rise and end at or below {rate_hz / 2:g} Hz.")
        if not 0 <= preemphasis < 1:
            raise ConfigError(f"preemphasis {preemphasis} must be from 0 (off) to below 1.")
        if not 2 <= frame_length <= fft_length or frame_length % 2:
            raise ConfigError(f"frame_length {frame_length} must be even and at most fft_length {fft_length}.")
        if not 1 <= hop <= frame_length:
            raise ConfigError(f"hop {hop} must be from 1 to frame_length {frame_length}.")
        if not 1 <= bands <= lib.MK_LOGMEL_MAX_BANDS:
            raise ConfigError(f"bands {bands} must be from 1 to {lib.MK_LOGMEL_MAX_BANDS}.")
        self.rate_hz, self.frame_length, self.hop, self.bands = rate_hz, frame_length, hop, bands
        self.range_hz, self.preemphasis = (low, high), preemphasis
        self.fft = RealFft(fft_length)
        # librosa warns about empty bands; here they are an error, below
        bank = self.mel_bank(suppress=True)
        bank_q15 = np.round(bank * 2**15).astype(np.uint16)
        # the core packs the half-rate bin beside the constant one
        bank_q15[:, -1] = 0
        used = bank_q15 > 0
        if not used.any(axis=1).all():
            empty = int(np.flatnonzero(~used.any(axis=1))[0])
            raise ConfigError(
                f"mel band {empty} of {bands} lies between two FFT bins. Use fewer bands or a longer fft_length."
            )
        start = used.argmax(axis=1)
        stop = bank_q15.shape[1] - used[:, ::-1].argmax(axis=1)
        self._window = np.round(scipy.signal.get_window("hann", frame_length) * 2**14).astype(np.int16)
        self._start = start.astype(np.uint16)
        self._length = (stop - start).astype(np.uint16)
        self._weights = np.concatenate([row[a:b] for row, a, b in zip(bank_q15, start, stop, strict=True)])
        self.struct = ffi.new(
            "mk_logmel_config *",
            {
                "frame_length": frame_length,
                "hop": hop,
                "bands": bands,
                "preemphasis": round(preemphasis * 2**15),
                "fft": self.fft.struct[0],
                "window": pointer("int16_t", self._window),
                "band_start": pointer("uint16_t", self._start),
                "band_length": pointer("uint16_t", self._length),
                "weights": pointer("uint16_t", self._weights),
            },
        )
        self.reset()

    def mel_bank(self, suppress: bool = False) -> np.ndarray:
        """Mel filter bank in float64[bands, fft_length / 2 + 1], before it is rounded to Q15."""
        import warnings

        with warnings.catch_warnings():
            if suppress:
                warnings.simplefilter("ignore")
            return librosa.filters.mel(
                sr=self.rate_hz,
                n_fft=self.fft.length,
                n_mels=self.bands,
                fmin=self.range_hz[0],
                fmax=self.range_hz[1],
                htk=True,
                norm=None,
                dtype=np.float64,
            )

    @property
    def width(self) -> int:
        """Values a row."""
        return self.bands

    #: fractional bits of a row's values
    q = 9

    @property
    def parameters(self) -> dict[str, Any]:
        """Scalars that decide the output, by name."""
        return {
            "frame_length": self.frame_length,
            "hop": self.hop,
            "bands": self.bands,
            "fft_length": self.fft.length,
            "preemphasis": self.struct.preemphasis,
        }

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {
            "window": self._window,
            "band_start": self._start,
            "band_length": self._length,
            "weights": self._weights,
            "twiddle": self.fft.twiddle,
            "reversed": self.fft.reversed,
        }

    def reset(self) -> None:
        """Forget all samples."""
        self._history = np.zeros(self.frame_length + 1, np.int16)
        self._scratch = np.zeros(self.fft.length, np.int32)
        self._state = ffi.new("mk_logmel *")
        check(
            lib.mk_logmel_init(
                self._state,
                self.struct,
                pointer("int16_t", self._history),
                pointer("int32_t", self._scratch),
            ),
            "log-mel",
        )

    def rows_of(self, samples: int) -> int:
        """Rows that a recording of so many samples gives."""
        return max(0, (samples - self.frame_length) // self.hop + 1)

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Next part of a stream, int16[n], to the rows it completes, int16[rows, bands] in Q9."""
        samples = np.ascontiguousarray(samples, np.int16)
        rows = np.empty((len(samples) // self.hop + 2, self.bands), np.int16)
        count = lib.mk_logmel_rows(self._state, pointer("int16_t", samples), len(samples), pointer("int16_t", rows))
        return rows[:count]

    def process(self, samples: np.ndarray) -> np.ndarray:
        """Whole recording, int16[n], to int16[rows, bands] in Q9, from a fresh start."""
        lib.mk_logmel_reset(self._state)
        return self.push(samples)
