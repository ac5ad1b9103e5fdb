"""What a signal goes through before features: offsets, outliers, gaps, units, gravity, windows."""

from collections.abc import Iterator

import numpy as np

from ..core import check, ffi, lib, pointer
from .floats import FloatBlock, floats, fp


class Stream(FloatBlock):
    """Base of the blocks that turn a stream of float32[n] into another of the same length."""

    def _start(self) -> None:
        raise TypeError(f"{type(self).__name__} does not say how it starts")

    def _run(self, samples: np.ndarray, out: np.ndarray) -> None:
        raise TypeError(f"{type(self).__name__} does not say how it runs")

    def reset(self) -> None:
        """Forget all samples."""
        self._start()

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Next part of a stream, float32[n, ...], to float32 of the same shape."""
        samples = floats(samples)
        out = np.empty_like(samples)
        self._run(samples, out)
        return out

    def process(self, samples: np.ndarray) -> np.ndarray:
        """Whole recording, from a fresh start."""
        self._start()
        return self.push(samples)


class DcBlock(Stream):
    """Removes the constant part of a stream (`mk_dcblock`).

    Parameters
    ----------
    cutoff_hz, rate_hz : float
        -3 dB frequency and sampling rate; the pole is 1 - 2 pi cutoff_hz / rate_hz.

    Raises
    ------
    ConfigError
        If the cut-off is not between 0 and rate_hz / (2 pi).
    """

    def __init__(self, cutoff_hz: float, rate_hz: float):
        #: pole, float32
        self.r = float(np.float32(1 - 2 * np.pi * cutoff_hz / rate_hz))
        super().__init__(r=self.r)
        self._state = ffi.new("mk_dcblock *")
        self._start()

    def _start(self) -> None:
        check(lib.mk_dcblock_init(self._state, self.r), "DC blocker")

    def _run(self, samples: np.ndarray, out: np.ndarray) -> None:
        lib.mk_dcblock_process(self._state, fp(samples), fp(out), len(samples))


class Median(Stream):
    """Running median, or Hampel's filter of outliers (`mk_median`); `width // 2` samples late.

    Parameters
    ----------
    width : int
        Odd, 3 to 63.
    threshold : float
        0 for the median; above it (usual: 3) only samples further than threshold x 1.4826 x the median
        absolute deviation from the median are replaced.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, width: int, threshold: float = 0.0):
        super().__init__(width=width, threshold=threshold)
        self.width, self.threshold = width, threshold
        self._memory = np.zeros(2 * max(width, 1), np.float32)
        self._state = ffi.new("mk_median *")
        self._start()

    @property
    def replaced(self) -> int:
        """Samples replaced by Hampel's filter since the start."""
        return self._state.replaced

    def _start(self) -> None:
        check(
            lib.mk_median_init(self._state, min(max(self.width, 0), 255), self.threshold, fp(self._memory)),
            "median filter",
        )

    def _run(self, samples: np.ndarray, out: np.ndarray) -> None:
        lib.mk_median_process(self._state, fp(samples), fp(out), len(samples))


class Gravity(Stream):
    """Acceleration without gravity (`mk_gravity`): frames float32[n, axes].

    Parameters
    ----------
    axes : int
        1 to 8.
    cutoff_hz, rate_hz : float
        Of the low-pass that estimates gravity, and the sampling rate.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, axes: int, cutoff_hz: float, rate_hz: float):
        #: what one sample adds to the estimate, float32
        self.share = float(np.float32(1 - np.exp(-2 * np.pi * cutoff_hz / rate_hz)))
        super().__init__(axes=axes, share=self.share)
        self.axes = axes
        self._state = ffi.new("mk_gravity *")
        self._start()

    def _start(self) -> None:
        check(lib.mk_gravity_init(self._state, self.axes, self.share), "gravity")

    def _run(self, samples: np.ndarray, out: np.ndarray) -> None:
        if samples.ndim != 2 or samples.shape[1] != self.axes:
            raise ValueError(f"frames have shape {samples.shape}, not (n, {self.axes})")
        lib.mk_gravity_process(self._state, fp(samples), fp(out), len(samples))

    @property
    def gravity(self) -> np.ndarray:
        """Estimate after the newest sample, float32[axes]."""
        return floats(list(self._state.gravity)[: self.axes])


class Normalise(Stream):
    """Removes a signal's slowly changing mean and size (`mk_normalise`).

    Parameters
    ----------
    share : float
        0 to 1, what one sample adds to the running statistics.
    floor : float
        Least deviation, above 0, in the signal's unit.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, share: float, floor: float):
        self.share, self.floor = float(np.float32(share)), float(np.float32(floor))
        super().__init__(share=self.share, floor=self.floor)
        self._state = ffi.new("mk_normalise *")
        self._start()

    def _start(self) -> None:
        check(lib.mk_normalise_init(self._state, self.share, self.floor), "normalisation")

    def _run(self, samples: np.ndarray, out: np.ndarray) -> None:
        lib.mk_normalise_process(self._state, fp(samples), fp(out), len(samples))

    def window(self, samples: np.ndarray) -> tuple[np.ndarray, int]:
        """One window by its own mean and deviation, and its quality flags."""
        samples = floats(samples)
        out = np.empty_like(samples)
        quality = lib.mk_normalise_window(fp(samples), fp(out), len(samples), self.floor)
        return out, quality


class Frames(FloatBlock):
    """Overlapping windows of a stream, each with its quality (`mk_frame`).

    Parameters
    ----------
    length, hop : int
        Samples a window and between windows, hop <= length.
    channels : int
    low, high : float
        A value at or beyond them is at the end of the sensor's range.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, length: int, hop: int, channels: int = 1, low: float = -np.inf, high: float = np.inf):
        super().__init__(length=length, hop=hop, channels=channels, low=repr(low), high=repr(high))
        self.length, self.channels = length, channels
        self.struct = ffi.new("mk_frame_config *", (length, hop, channels, low, high))
        self._memory = np.zeros((length, channels), np.float32)
        self._state = ffi.new("mk_frame *")
        check(lib.mk_frame_init(self._state, self.struct, fp(self._memory)), "windows")

    def reset(self) -> None:
        """Forget all samples."""
        lib.mk_frame_reset(self._state)

    def gap(self, lost: int) -> None:
        """Say that so many samples were lost before the next ones."""
        lib.mk_frame_gap(self._state, lost)

    def push(self, samples: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
        """Windows that the next samples, float32[n, channels], complete: float32[length, channels] and flags."""
        samples = floats(samples).reshape(-1, self.channels)
        cursor, count = ffi.new("const float **", fp(samples)), ffi.new("uint32_t *", len(samples))
        quality = ffi.new("mk_quality *")
        while lib.mk_frame_next(self._state, cursor, count, quality):
            yield self._memory.copy(), quality[0]


def detrend(window: np.ndarray) -> np.ndarray:
    """Window float32[n] without its least-squares line (`mk_detrend`)."""
    window = floats(window)
    out = np.empty_like(window)
    lib.mk_detrend_process(fp(window), fp(out), len(window))
    return out


def line(window: np.ndarray) -> tuple[float, float]:
    """Slope a sample of the least-squares line through float32[n], and its level in the middle (`mk_line`)."""
    window = floats(window)
    fitted = lib.mk_line_fit(fp(window), len(window))
    return fitted.slope, fitted.level


def fill(window: np.ndarray, longest: int) -> tuple[np.ndarray, int]:
    """Window with its gaps (NaN) of at most `longest` samples filled, and quality flags (`mk_fill`)."""
    filled = floats(window).copy()
    return filled, lib.mk_fill_process(fp(filled), len(filled), longest)


def scale(
    counts: np.ndarray, offset: float, gain: float, low: int = -32768, high: int = 32767
) -> tuple[np.ndarray, int]:
    """Counts int16[n] as (counts - offset) * gain, float32[n], and quality flags (`mk_scale`)."""
    counts = np.ascontiguousarray(counts, np.int16)
    out = np.empty(counts.shape, np.float32)
    struct = ffi.new("mk_scale *", (offset, gain, low, high))
    check(lib.mk_scale_check(struct), "scaling")
    return out, lib.mk_scale_process(struct, pointer("int16_t", counts), fp(out), counts.size)


def magnitude(frames: np.ndarray) -> np.ndarray:
    """Euclidean norm of each of float32[n, axes] (`mk_magnitude`)."""
    frames = floats(frames)
    out = np.empty(len(frames), np.float32)
    lib.mk_magnitude_process(fp(frames), len(frames), frames.shape[1], fp(out))
    return out


def correlation(frames: np.ndarray, first: int, second: int) -> tuple[float, int]:
    """Pearson correlation of two columns of float32[n, axes], and quality flags (`mk_correlation`)."""
    frames, r = floats(frames), ffi.new("float *")
    quality = lib.mk_correlation_process(fp(frames) + first, fp(frames) + second, len(frames), frames.shape[1], r)
    return r[0], quality
