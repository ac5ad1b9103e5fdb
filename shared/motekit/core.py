"""The compiled C core, and what a status of it means to a user."""

import numpy as np

from ._core import ffi, lib
from .errors import ConfigError, MotekitError

__all__ = ["check", "ffi", "lib", "pointer"]

_MEANING = {
    1: "a parameter is out of its documented range",
    2: "a buffer is too small",
    3: "called in the wrong state",
    4: "damaged data (CRC)",
    5: "input/output failed",
    6: "samples were lost (overrun)",
    7: "the model does not fit this configuration",
}


def check(status: int, what: str) -> None:
    """Raise the error that a `mk_status` stands for; `what` names the block in the message."""
    if status in (1, 7):
        raise ConfigError(f"{what}: {_MEANING[status]}. See its header in shared/core/include/motekit.")
    if status:
        raise MotekitError(f"{what}: {_MEANING.get(status, f'status {status}')}.")


def pointer(ctype: str, array: np.ndarray):
    """Pointer of C type `ctype *` to a C-contiguous array; the caller keeps the array alive."""
    if not array.flags.c_contiguous:
        raise ValueError("array must be C-contiguous")
    return ffi.cast(f"{ctype} *", ffi.from_buffer(array))
