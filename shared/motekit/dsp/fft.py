"""Constants of the core's fixed-point real FFT (`mk_rfft_q31`)."""

import numpy as np

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError


def twiddles_q30(length: int) -> np.ndarray:
    """Cosines and sines of 2 pi j / length, j < 3 length / 4, as int32[j, 2] in Q30."""
    angle = 2 * np.pi * np.arange(length * 3 // 4) / length
    return np.round(np.stack([np.cos(angle), np.sin(angle)], axis=1) * 2**30).astype(np.int32)


def bit_reversal(points: int) -> np.ndarray:
    """Index of each of `points` (a power of two) with its bits reversed, as uint16."""
    bits = points.bit_length() - 1
    index = np.arange(points)
    return sum(((index >> b) & 1) << (bits - 1 - b) for b in range(bits)).astype(np.uint16)


class RealFft:
    """Real FFT in 32-bit fixed point, X[k] / length.

    Parameters
    ----------
    length : int
        Power of two, 16 to 4096.

    Raises
    ------
    ConfigError
        If the length is not one of these.
    """

    def __init__(self, length: int):
        if length not in (16, 32, 64, 128, 256, 512, 1024, 2048, 4096):
            raise ConfigError(f"FFT length {length} is not a power of two from 16 to 4096. Choose one that is.")
        self.length = length
        self.twiddle = twiddles_q30(length)
        self.reversed = bit_reversal(length // 2)
        self.struct = ffi.new("mk_rfft_q31 *")
        check(
            lib.mk_rfft_q31_init(
                self.struct, length, pointer("int32_t", self.twiddle), pointer("uint16_t", self.reversed)
            ),
            "FFT",
        )

    def process(self, signal: np.ndarray) -> np.ndarray:
        """Transform int32[length] samples (magnitude at most 2^30) to complex128[length / 2 + 1], X / length."""
        data = np.empty((self.length // 2, 2), np.int32)
        data[self.reversed] = np.asarray(signal, np.int32).reshape(-1, 2)
        lib.mk_rfft_q31_process(self.struct, pointer("int32_t", data))
        middle = data[1:, 0] + 1j * data[1:, 1]
        return np.concatenate([data[:1, 0], middle, data[:1, 1]])
