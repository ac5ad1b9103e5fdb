"""IEEE Signal Processing Cup 2015 (TROIKA): wrist PPG and acceleration in motion, heart rate from an ECG.

    Training_data/DATA_<xx>_TYPE<yy>.mat             sig (6, n): ECG, PPG1, PPG2, accX, accY, accZ
    Training_data/DATA_<xx>_TYPE<yy>_BPMtrace.mat    BPM0: one heart rate a window
    Extra_TrainingData/DATA_S<xx>_T<yy>.mat          as above, of the test's series of subjects and motions
    Extra_TrainingData/BPM_S<xx>_T<yy>.mat
    TestData/TEST_S<xx>_T<yy>.mat                    sig (5, n): no ECG
    TrueBPM/True_S<xx>_T<yy>.mat                     BPM0

Source: Z. Zhang, Z. Pi, B. Liu, "TROIKA: A General Framework for Heart Rate Monitoring Using Wrist-Type
Photoplethysmographic Signals During Intensive Physical Exercise", IEEE Trans. Biomed. Eng. 62(2), 2015.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motekit.data import mat
from motekit.data.recording import Recording
from motekit.errors import DataError

NAME = "ieee_spc2015_troika"
RATE_HZ = 125
WINDOW_S, HOP_S = 8.0, 2.0
CHANNELS = ("ppg1", "ppg2", "acc_x", "acc_y", "acc_z")

_SIGNALS = (
    (re.compile(r"DATA_(?P<subject>\d+)_TYPE(?P<motion>\d+)"), "training"),
    (re.compile(r"DATA_S(?P<subject>\d+)_T(?P<motion>\d+)"), "extra"),
    (re.compile(r"TEST_S(?P<subject>\d+)_T(?P<motion>\d+)"), "test"),
)


@dataclass(frozen=True, eq=False, kw_only=True)
class HeartRateRecording(Recording):
    """A recording with the heart rate of each window of 8 s, every 2 s.

    Attributes
    ----------
    bpm : ndarray
        float64[windows], beats a minute over samples [250 k, 250 k + 1000).
    ecg : ndarray or None
        float32[n], the chest ECG beside it; the test distribution has none.
    motion : str
        "TYPE01", "TYPE02" (treadmill, training) or "T01", "T02" (arm exercise, boxing; extra and test).
    part : str
        "training", "extra" or "test".
    """

    bpm: np.ndarray
    ecg: np.ndarray | None
    motion: str
    part: str

    def __post_init__(self) -> None:
        super().__post_init__()
        expected = windows(len(self.samples))
        if len(self.bpm) != expected:
            raise DataError(
                f"{self.name} has {expected} windows of 8 s and {len(self.bpm)} heart rates. "
                "Fetch or copy both of its files again."
            )


def windows(samples: int) -> int:
    """How many whole windows of 8 s, one every 2 s, a recording of so many samples has."""
    return max(0, (samples - round(WINDOW_S * RATE_HZ)) // round(HOP_S * RATE_HZ) + 1)


def load(root: Path | str) -> list[HeartRateRecording]:
    """Read every recording below `root`, whichever of the official folders it holds.

    Returns
    -------
    list of HeartRateRecording
        Samples float32[n, 5] (the ADC's counts for PPG, g for acceleration), in the order of their names;
        group "training-<xx>" or "S<xx>": extra and test share their subjects.

    Raises
    ------
    DataError
        If there is no recording, or one of them (or its heart rates) cannot be used.
    """
    root = Path(root)
    if not root.is_dir():
        raise DataError(f"{root} is not a folder. Name the folder that holds Training_data or TestData.")
    found = [(path, match, part) for path in sorted(root.rglob("*.mat")) for match, part in _signal(path)]
    if not found:
        raise DataError(
            f"{root} holds no DATA_xx_TYPEyy.mat, DATA_Sxx_Tyy.mat or TEST_Sxx_Tyy.mat. "
            "Name the folder that holds Training_data or TestData."
        )
    return [_read(root, path, match, part) for path, match, part in found]


def _signal(path: Path) -> list[tuple[re.Match, str]]:
    return [(match, part) for pattern, part in _SIGNALS if (match := pattern.fullmatch(path.stem))]


def _truth(path: Path, match: re.Match, part: str) -> Path:
    if part == "training":
        return path.with_name(f"{path.stem}_BPMtrace.mat")
    suffix = f"S{match['subject']}_T{match['motion']}.mat"
    if part == "extra":
        return path.with_name(f"BPM_{suffix}")
    # officially in a folder beside TestData; a copy may keep both together
    beside = path.parent.parent / "TrueBPM" / f"True_{suffix}"
    return beside if beside.is_file() else path.with_name(f"True_{suffix}")


def _read(root: Path, path: Path, match: re.Match, part: str) -> HeartRateRecording:
    signal = mat.read(path, "sig")
    rows = len(CHANNELS) if part == "test" else len(CHANNELS) + 1
    if signal.ndim != 2 or signal.shape[0] != rows:
        raise DataError(f"{path.name} has shape {signal.shape}, not {rows} rows. Fetch or copy it again.")
    training = part == "training"
    bpm = mat.read(_truth(path, match, part), "BPM0").ravel().astype(float)
    if abs(len(bpm) - windows(signal.shape[1])) == 1:
        # a last window more or less on one side: what both have is used
        fewest = min(len(bpm), windows(signal.shape[1]))
        bpm, signal = bpm[:fewest], signal[:, : round((WINDOW_S + HOP_S * (fewest - 1)) * RATE_HZ)]
    return HeartRateRecording(
        samples=np.ascontiguousarray(signal[-len(CHANNELS) :].T, np.float32),
        rate_hz=RATE_HZ,
        unit="counts, g",
        channels=CHANNELS,
        label="heart_rate",
        group=f"training-{match['subject']}" if training else f"S{match['subject']}",
        name=path.relative_to(root).as_posix(),
        source="real",
        path=path,
        bpm=bpm,
        ecg=None if part == "test" else signal[0].astype(np.float32),
        motion=f"{'TYPE' if training else 'T'}{match['motion']}",
        part=part,
    )
