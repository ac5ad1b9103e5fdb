"""Statistics of a window: moments, order, change, correlation with itself, entropy."""

import numpy as np

from ..core import check, ffi, lib
from ..errors import ConfigError
from .floats import FloatBlock, floats, fp

MOMENTS = (
    "mean", "variance", "rms", "skewness", "kurtosis", "minimum", "maximum", "peak_to_peak", "peak",
    "mean_absolute", "crest_factor", "shape_factor",
)  # fmt: skip


class Statistics(FloatBlock):
    """Moments and shape of a window of samples.

    Parameters
    ----------
    values : sequence of str
        What to compute, of `MOMENTS`, in the order wanted.

    Raises
    ------
    ConfigError
        If a name is unknown.

    Notes
    -----
    Population variance and Fisher's kurtosis (0 for Gaussian noise), as of `scipy.stats`; a constant window
    has skewness and kurtosis 0 and the quality flag "flat".
    """

    def __init__(self, values: tuple[str, ...] = MOMENTS):
        for name in values:
            if name not in MOMENTS:
                raise ConfigError(f"statistics know no {name!r}. Known: {', '.join(MOMENTS)}.")
        super().__init__(values=list(values))
        self.values = tuple(values)
        self._out = ffi.new("mk_moments *")
        #: flags of the last window (dsp_quality.h)
        self.quality = 0

    @property
    def width(self) -> int:
        """Values a window."""
        return len(self.values)

    def process(self, window: np.ndarray) -> np.ndarray:
        """Values of float32[n], n >= 1, float32[width]."""
        window = floats(window)
        self.quality = lib.mk_moments_process(fp(window), len(window), self._out)
        return floats([getattr(self._out, name) for name in self.values])


def crossings(window: np.ndarray, level: float | None = 0.0) -> int:
    """How often float32[n] crosses `level`, or its mean if that is None (`mk_crossings`)."""
    window = floats(window)
    return lib.mk_crossings(fp(window), len(window), lib.mk_mean(fp(window), len(window)) if level is None else level)


def differences(window: np.ndarray, rate_hz: float = 1.0) -> tuple[float, float]:
    """Mean absolute and RMS change of float32[n] a second: of an acceleration the jerk (`mk_differences`)."""
    window = floats(window)
    found = lib.mk_differences_process(fp(window), len(window))
    return found.mean_absolute * rate_hz, found.rms * rate_hz


def quantiles(window: np.ndarray, shares: tuple[float, ...]) -> np.ndarray:
    """Quantiles of float32[n], as of `numpy.quantile` (`mk_sort`, `mk_quantile`)."""
    ordered = floats(window).copy()
    if not ordered.size or not all(0 <= share <= 1 for share in shares):
        raise ConfigError("quantiles need at least one sample and shares from 0 to 1.")
    lib.mk_sort(fp(ordered), len(ordered))
    return floats([lib.mk_quantile(fp(ordered), len(ordered), share) for share in shares])


def autocorrelation(window: np.ndarray, lags: int) -> tuple[np.ndarray, int]:
    """Autocorrelation of float32[n] at lags 0 to lags - 1, and quality flags (`mk_autocorr`)."""
    window = floats(window)
    if not 1 <= lags <= len(window):
        raise ConfigError(f"lags {lags} must be from 1 to the window's {len(window)} samples.")
    r, scratch = np.empty(lags, np.float32), np.empty(len(window), np.float32)
    quality = lib.mk_autocorr_process(fp(window), len(window), fp(r), lags, fp(scratch))
    return r, quality


def first_peak(r: np.ndarray, least: float = 0.2) -> tuple[float, float]:
    """Lag and height of an autocorrelation's first peak of at least `least`; (0, 0) if there is none."""
    r = floats(r)
    peak = lib.mk_autocorr_first_peak(fp(r), len(r), least)
    return peak.lag, peak.height


def histogram(window: np.ndarray, bins: int, low: float, high: float) -> tuple[np.ndarray, int]:
    """Share of the samples in each of equal bins, and quality flags (`mk_histogram`)."""
    window, out = floats(window), np.empty(max(bins, 1), np.float32)
    struct = ffi.new("mk_histogram *", (low, high, bins))
    check(lib.mk_histogram_check(struct), "histogram")
    return out, lib.mk_histogram_process(struct, fp(window), len(window), fp(out))


def sample_entropy(window: np.ndarray, m: int, radius: float) -> tuple[float, int]:
    """Sample entropy of float32[n], and quality flags (`mk_sampen`)."""
    window, entropy = floats(window), ffi.new("float *")
    if not 1 <= m <= 8 or len(window) > 4096:
        raise ConfigError("sample entropy takes m from 1 to 8 and at most 4096 samples.")
    quality = lib.mk_sampen_process(fp(window), len(window), m, radius, entropy)
    return entropy[0], quality
