"""Statistics of a window (`mk_moments`)."""

import numpy as np

from ..core import ffi, lib
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
