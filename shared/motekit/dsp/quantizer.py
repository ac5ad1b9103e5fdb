"""Fixed-point features to a network's int8 input (`mk_quantizer`)."""

import numpy as np

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError


class Quantizer:
    """Affine map of fixed-point values to an int8 tensor.

    The float network sees (x - mean) / deviation with x = value * 2^-q; the int8 one sees that value in its
    own scale and zero point.

    Parameters
    ----------
    q : int
        Fractional bits of the values.
    mean, deviation : float
        Normalisation the network was trained with, in the values' unit.
    scale : float
        Scale of the int8 tensor, above 0.
    zero_point : int
        Zero point of the int8 tensor, -128 to 127.

    Raises
    ------
    ConfigError
        If the factor is too large for 15 bits or the offset for 30.
    """

    def __init__(self, q: int, mean: float, deviation: float, scale: float, zero_point: int):
        if not (deviation > 0 and scale > 0):
            raise ConfigError("quantizer: deviation and scale must be above 0.")
        self.q, self.mean, self.deviation = q, mean, deviation
        factor = 1.0 / (deviation * scale * 2**q)
        offset = zero_point - mean / (deviation * scale)
        for shift in range(30, -1, -1):
            multiplier = round(factor * 2**shift)
            # half a step is added so that the shift rounds to nearest
            biased = round(offset * 2**shift) + (1 << shift >> 1)
            if multiplier <= 32767 and abs(biased) <= 2**30:
                break
        else:
            raise ConfigError("quantizer: the normalisation does not fit 15-bit arithmetic. Check mean and deviation.")
        self.multiplier, self.offset, self.shift = multiplier, biased, shift
        self.struct = ffi.new("mk_quantizer *", (multiplier, biased, shift))
        check(lib.mk_quantizer_check(self.struct), "quantizer")

    def process(self, values: np.ndarray) -> np.ndarray:
        """Values int16[...] to int8 of the same shape."""
        values = np.ascontiguousarray(values, np.int16)
        out = np.empty(values.shape, np.int8)
        lib.mk_quantizer_process(self.struct, pointer("int16_t", values), pointer("int8_t", out), values.size)
        return out

    def normalise(self, values: np.ndarray) -> np.ndarray:
        """Values int16[...] to what the float network sees, float32 of the same shape."""
        return ((values.astype(np.float64) * 2.0**-self.q - self.mean) / self.deviation).astype(np.float32)
