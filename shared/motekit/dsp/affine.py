"""float32 features to a network's int8 input, each by its own mean and deviation (`mk_affine`)."""

import numpy as np

from ..core import lib, pointer
from ..errors import ConfigError
from .constants import Native, Struct
from .floats import FloatBlock, floats, fp


class Affine(FloatBlock):
    """Map of features to an int8 tensor.

    The float network sees (x - mean) / deviation; the int8 one sees that in its own scale and zero point.

    Parameters
    ----------
    mean, deviation : array of float
        Of each feature, as the network was trained with; deviations above 0.
    scale : float
        Of the int8 tensor, above 0.
    zero_point : int
        Of the int8 tensor, -128 to 127.

    Raises
    ------
    ConfigError
        If a value is out of its range.
    """

    def __init__(self, mean: np.ndarray, deviation: np.ndarray, scale: float = 1.0, zero_point: int = 0):
        self.mean, self.deviation = floats(mean), floats(deviation)
        whole = self.mean.shape == self.deviation.shape and self.mean.ndim == 1 and len(self.mean) > 0
        if not (whole and np.isfinite(self.mean).all() and (self.deviation > 0).all() and scale > 0):
            raise ConfigError("affine: means and deviations must be as many and finite, deviations and scale above 0.")
        if not -128 <= zero_point <= 127:
            raise ConfigError(f"affine: zero point {zero_point} must be from -128 to 127.")
        super().__init__(zero_point=int(zero_point))
        self._gain = floats(1.0 / (self.deviation.astype(np.float64) * scale))
        #: the core's mk_affine
        self.constants = Struct("mk_affine", (self.mean, self._gain, len(self.mean), int(zero_point)))
        self._native = Native()
        self.struct = self._native.struct(self.constants)

    @property
    def width(self) -> int:
        """Features."""
        return len(self.mean)

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {"mean": self.mean, "gain": self._gain}

    def process(self, features: np.ndarray) -> np.ndarray:
        """Features float32[..., width] to int8 of the same shape."""
        features = floats(features)
        rows = features.reshape(-1, self.width)
        out = np.empty(rows.shape, np.int8)
        for i in range(len(rows)):
            lib.mk_affine_process(self.struct, fp(rows[i]), pointer("int8_t", out[i]))
        return out.reshape(features.shape)

    def normalise(self, features: np.ndarray) -> np.ndarray:
        """Features float32[..., width] to what the float network sees; 0 for a NaN."""
        wide = (np.asarray(features, np.float64) - self.mean) / self.deviation
        return np.where(np.isnan(wide), 0.0, wide).astype(np.float32)
