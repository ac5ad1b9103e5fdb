"""A recording of a machine's vibration."""

from dataclasses import dataclass

import numpy as np

from ..errors import DataError
from .recording import Recording

#: counts of int16 frames: no sample
MISSING = -32768


@dataclass(frozen=True, eq=False)
class MachineRecording(Recording):
    """Vibration and shaft speed.

    `samples` is float32[n, 2]: acceleration in m/s^2 and speed in rpm, NaN where there is none.

    Attributes
    ----------
    diameter : float
        Of the fault, in inches; 0 where it is normal or not known.
    load : int
        In hp, or the data set's number of the load.
    rpm : float
        Mean speed of the shaft; NaN if unknown.
    bearing : str
        Which of the data set's bearings has the fault.
    note : str
        What the loader changed.
    """

    diameter: float = 0.0
    load: int = 0
    rpm: float = float("nan")
    bearing: str = ""
    note: str = ""


def frames_of(samples: np.ndarray, scale: float) -> np.ndarray:
    """Samples float32[n, 2] as the sensor's int16[n, 2] frames, `scale` m/s^2 a count; NaN becomes `MISSING`.

    Raises
    ------
    DataError
        If a speed does not fit.
    """
    samples = np.asarray(samples, float)
    rpm = samples[:, 1]
    if np.nanmax(np.abs(rpm), initial=0) > 32767:
        raise DataError("a shaft speed is above 32,767 rpm. Give it in turns a minute.")
    counts = np.stack([samples[:, 0] / scale, rpm], axis=1)
    limited = np.clip(np.rint(counts), -32767, 32767)
    return np.where(np.isnan(counts), MISSING, limited).astype(np.int16)
