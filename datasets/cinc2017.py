"""PhysioNet/CinC Challenge 2017: short single-lead ECGs from a hand-held recorder, by rhythm.

    <folder>/A<nnnnn>.mat       MATLAB 4, `val` int16 (1, n), 300 Hz, 1000 counts a millivolt
    <folder>/A<nnnnn>.hea       WFDB header; read where it is there, for rate and gain
    <folder>/REFERENCE.csv      A<nnnnn>,<N|A|O|~>

Source: G. Clifford et al., "AF Classification from a Short Single Lead ECG Recording: the PhysioNet/Computing
in Cardiology Challenge 2017", Computing in Cardiology 44, 2017.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motekit.data import mat
from motekit.data.recording import Recording
from motekit.errors import DataError

NAME = "physionet_cinc2017"
RATE_HZ = 300
REFERENCE = "REFERENCE.csv"
LABELS = {"N": "normal", "A": "atrial_fibrillation", "O": "other", "~": "noisy"}

# signal line of a .hea: file, format, gain[(baseline)][/unit], ...
_GAIN = re.compile(r"(?P<gain>\d+(\.\d+)?)(\((?P<baseline>-?\d+)\))?(/(?P<unit>\S+))?")


@dataclass(frozen=True)
class Record:
    """One labelled ECG, found but not read: its .mat file, its name (its group too) and its class."""

    path: Path
    name: str
    label: str


def find(root: Path | str) -> list[Record]:
    """Every record that a REFERENCE.csv below `root` labels, in the order of their names.

    A record in two folders (the official validation set repeats part of the training set) is found once.

    Raises
    ------
    DataError
        If there is no REFERENCE.csv, or one that names other classes or missing files.
    """
    root = Path(root)
    lists = sorted(root.rglob(REFERENCE)) if root.is_dir() else []
    if not lists:
        raise DataError(f"{root} holds no {REFERENCE}. Name the folder of the training or validation set.")
    records: dict[str, Record] = {}
    for reference in lists:
        for number, line in enumerate(reference.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            name, _, code = (field.strip() for field in line.partition(","))
            if code not in LABELS:
                raise DataError(f"{reference}, line {number}: the class is one of {', '.join(LABELS)}.")
            path = reference.parent / f"{name}.mat"
            if not path.is_file():
                raise DataError(f"{reference} names {name}, but {path.name} is missing. Fetch the set again.")
            records.setdefault(name, Record(path, name, LABELS[code]))
    if not records:
        raise DataError(f"{lists[0]} is empty. Fetch the set again.")
    return [records[name] for name in sorted(records)]


def load(root: Path | str) -> list[Recording]:
    """Read every labelled record below `root`.

    Returns
    -------
    list of Recording
        Samples float32[n] in mV, label one of `LABELS`' values, group the record (nobody is recorded twice
        under one name; the set does not tell people apart).

    Raises
    ------
    DataError
        For the first record that cannot be read.
    """
    return [_read(record) for record in find(root)]


def _read(record: Record) -> Recording:
    rate_hz, gain, baseline = _header(record.path.with_suffix(".hea"))
    counts = mat.read(record.path, "val")
    if counts.ndim != 2 or counts.shape[0] != 1:
        raise DataError(f"{record.path.name} has shape {counts.shape}, not one lead. Fetch the set again.")
    return Recording(
        samples=((counts[0].astype(float) - baseline) / gain).astype(np.float32),
        rate_hz=rate_hz,
        unit="mV",
        channels=("ecg",),
        label=record.label,
        group=record.name,
        name=record.name,
        source="real",
        path=record.path,
    )


def _header(path: Path) -> tuple[float, float, float]:
    """Rate in Hz, counts a millivolt, and counts at 0 mV; the official values where there is no header."""
    if not path.is_file():
        return RATE_HZ, 1000.0, 0.0
    try:
        lines = [line.split() for line in path.read_text(encoding="ascii").splitlines() if line[:1] not in ("#", "")]
        rate_hz, signal = float(lines[0][2].partition("/")[0]), lines[1]
        match = _GAIN.fullmatch(signal[2])
        # WFDB: a gain of 0 means the default of 200, no baseline means the ADC's zero
        gain = float(match["gain"]) or 200.0
        baseline = float(match["baseline"] if match["baseline"] else signal[4])
    except (ValueError, IndexError, TypeError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} is not a WFDB header of one signal. Fetch the set again.") from error
    if rate_hz <= 0 or match["unit"] not in (None, "mV"):
        raise DataError(f"{path.name}: a rate above 0 and a gain per mV are read. Fetch the set again.")
    return rate_hz, gain, baseline
