"""float32 arrays to the core and back, and what the float32 blocks' mirrors share."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..core import pointer
from .block import Block

#: meaning of the flags that come with a window (dsp_quality.h)
QUALITY = {1: "not finite", 2: "saturated", 4: "gap", 8: "flat", 16: "empty", 32: "out of range"}


def quality_names(flags: int) -> list[str]:
    """What a byte of quality flags says, in words."""
    return [name for bit, name in QUALITY.items() if flags & bit]


def floats(values: np.ndarray | Iterable[float]) -> np.ndarray:
    """Values as a C-contiguous float32 array; NaN and infinity stay."""
    return np.ascontiguousarray(values, np.float32)


def fp(array: np.ndarray):
    """Pointer to a float32 array."""
    return pointer("float", array)


class FloatBlock(Block):
    """Base of the float32 blocks: parameters are the keyword arguments, tables are float32 or integer arrays."""

    def __init__(self, **parameters: Any):
        self._parameters = parameters

    @property
    def parameters(self) -> dict[str, Any]:
        """Scalars that decide the output, by name."""
        return self._parameters
