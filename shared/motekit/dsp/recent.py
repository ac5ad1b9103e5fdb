"""What a wrist does now, from the last half of a window (`mk_recent`)."""

import numpy as np

from ..core import lib
from ..errors import ConfigError
from .floats import floats, fp

LENGTH = 80
#: what each value is
NAMES = (
    "now_along", "now_across", "now_magnitude",
    *(f"now_{track}_{name}" for track in ("along", "magnitude", "radial", "plane") for name in ("deviation", "change")),
    "now_turned",
)  # fmt: skip


def recent(windows: np.ndarray) -> np.ndarray:
    """Windows float32[..., 80, 3] in g at 20 Hz to values float32[..., 12]; dsp_recent.h says which.

    Raises
    ------
    ConfigError
        If the windows have another shape.
    """
    windows = floats(windows)
    if windows.shape[-2:] != (LENGTH, 3):
        raise ConfigError(f"windows have shape {windows.shape}, not (..., {LENGTH}, 3).")
    planar = np.ascontiguousarray(np.swapaxes(windows, -1, -2)).reshape(-1, 3 * LENGTH)
    values, scratch = np.empty((len(planar), len(NAMES)), np.float32), np.zeros(lib.MK_RECENT_SCRATCH, np.float32)
    for row, out in zip(planar, values, strict=True):
        lib.mk_recent_process(fp(row), fp(out), fp(scratch))
    return values.reshape(*windows.shape[:-2], len(NAMES))
