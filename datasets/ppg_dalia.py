"""PPG-DaLiA: wrist pulse wave, acceleration and heart rate in daily life, 15 people.

    PPG_FieldStudy/S<n>/S<n>.pkl    one dictionary a person: signal.wrist.BVP (64 Hz) and .ACC (32 Hz, 1/64 g or g),
                                    label (BPM of each window of 8 s, every 2 s, from the chest ECG), activity (4 Hz)

A pickle may run any code when it is read, so only numpy arrays and plain values are: anything else in the file is an
error, and nothing of it has run.

Source: A. Reiss, I. Indlekofer, P. Schmidt, K. Van Laerhoven, "Deep PPG: Large-Scale Heart Rate Estimation with
Convolutional Neural Networks", Sensors 19(14), 2019. archive.ics.uci.edu/dataset/495.
"""

import pickle
import re
from pathlib import Path

import numpy as np

from motekit.dsp.resample import Resampler
from motekit.errors import DataError

from .ieee_spc2015 import HOP_S, WINDOW_S, HeartRateRecording

NAME = "ppg_dalia"
#: the rate that recordings are given at; the pulse wave comes at 64 Hz, acceleration at 32 Hz
RATE_HZ = 125
PPG_HZ, ACC_HZ = 64, 32
CHANNELS = ("ppg1", "acc_x", "acc_y", "acc_z")

_FILE = re.compile(r"S\d+\.pkl")
#: what an array of numbers needs to be read, and nothing that could do harm
_ALLOWED = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("_codecs", "encode"),
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str):
        if (module, name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return super().find_class(module, name)


def holds(root: Path | str) -> bool:
    """Whether a folder holds the people of PPG-DaLiA."""
    root = Path(root)
    return root.is_dir() and any(_FILE.fullmatch(path.name) for path in root.rglob("S*.pkl"))


def load(root: Path | str) -> list[HeartRateRecording]:
    """Read every person below `root`.

    Returns
    -------
    list of HeartRateRecording
        Samples float32[n, 4] at 125 Hz (the pulse wave in the sensor's unit, scaled as it came; g), group "S<n>".

    Raises
    ------
    DataError
        If there is nobody, or a file is damaged or not one of these.
    """
    root = Path(root)
    paths = sorted(path for path in root.rglob("S*.pkl") if _FILE.fullmatch(path.name)) if root.is_dir() else []
    if not paths:
        raise DataError(f"{root} holds no S<n>/S<n>.pkl. Name the folder PPG_FieldStudy.")
    return [_read(path) for path in paths]


def _read(path: Path) -> HeartRateRecording:
    try:
        with open(path, "rb") as file:
            content = _Reader(file, encoding="latin1").load()
        wrist, bpm = content["signal"]["wrist"], np.asarray(content["label"], float).ravel()
        pulse = np.asarray(wrist["BVP"], np.float32).reshape(-1)
        motion = np.asarray(wrist["ACC"], np.float32).reshape(-1, 3)
    except Exception as error:  # a damaged pickle may fail in any way
        raise DataError(f"{path.name} is not a file of PPG-DaLiA ({error}). Fetch it again.") from error
    seconds = min(len(pulse) / PPG_HZ, len(motion) / ACC_HZ)
    windows = max(0, int((seconds - WINDOW_S) // HOP_S) + 1)
    if windows == 0 or not np.isfinite(pulse).all() or not np.isfinite(motion).all():
        raise DataError(f"{path.name} holds less than 8 s, or values that are not finite. Fetch it again.")
    if abs(windows - len(bpm)) > 1:
        raise DataError(f"{path.name} has {windows} windows of 8 s and {len(bpm)} heart rates. Fetch it again.")
    windows = min(windows, len(bpm))
    # gravity tells the unit: 1 in g, 64 in the sensor's own counts
    gravity = float(np.median(np.linalg.norm(motion, axis=1)))
    if gravity > 8:
        motion = motion / np.float32(64)
    channels = [_at_rate(pulse, PPG_HZ), *(_at_rate(axis, ACC_HZ) for axis in motion.T)]
    length = round((WINDOW_S + HOP_S * (windows - 1)) * RATE_HZ)
    return HeartRateRecording(
        samples=np.stack([channel[:length] for channel in channels], axis=1),
        rate_hz=RATE_HZ,
        unit="1, g",
        channels=CHANNELS,
        label="heart_rate",
        group=path.stem,
        name=path.stem,
        source="real",
        path=path,
        bpm=bpm[:windows],
        ecg=None,
        motion="daily life",
        part="dalia",
    )


def _at_rate(signal: np.ndarray, rate_hz: int) -> np.ndarray:
    """A channel at 125 Hz, its delay taken off, with room at the end for a whole window."""
    resampler = Resampler(rate_hz, RATE_HZ)
    late = round(resampler.delay * RATE_HZ / rate_hz)
    padded = np.concatenate([signal, np.full(rate_hz + int(resampler.delay), signal[-1], np.float32)])
    return (resampler.process(padded - signal[0]) + signal[0])[late:]
