"""One channel of a sensor: counts to values, and what is wrong with them (`mk_channel`)."""

import numpy as np

from ..core import check, ffi, lib, pointer
from .floats import FloatBlock, fp

#: the count that stands for no sample
MISSING = -32768


class Channel(FloatBlock):
    """Counts of one channel as values, missing ones held, with the faults seen on the way.

    Parameters
    ----------
    scale : float
        Value of one count, above 0.
    low, high : int
        Counts at or beyond these are at the end of the sensor's range.
    stuck : int
        Equal samples in a row, at least 2, that make a channel flat.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, scale: float, *, low: int = -32767, high: int = 32767, stuck: int = 125):
        super().__init__(scale=scale, low=low, high=high, stuck=stuck)
        self._state = ffi.new("mk_channel *")
        config = ffi.new("mk_channel_config *", (scale, low, high, min(max(stuck, 0), 65535)))
        check(lib.mk_channel_init(self._state, config), "channel")

    def reset(self) -> None:
        """Forget all samples."""
        lib.mk_channel_reset(self._state)

    def push(self, counts: np.ndarray) -> np.ndarray:
        """Next counts, int16[n], as float32[n]."""
        counts = np.ascontiguousarray(counts, np.int16)
        out = np.empty(len(counts), np.float32)
        lib.mk_channel_process(self._state, pointer("int16_t", counts), 1, len(counts), fp(out))
        return out

    def quality(self) -> int:
        """Flags (dsp_quality.h) of the samples since it was last asked for."""
        return lib.mk_channel_quality(self._state)
