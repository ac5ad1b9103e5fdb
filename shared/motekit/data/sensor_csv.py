"""Recordings of any sensor: a folder of CSV files, which an app that has no loader of its own reads.

    <folder>/<label>/<group>*.csv      walking/anna_2.csv is the group "anna": the name up to the first underscore

A header names the channels; a row is a sample, in the sensor's unit. A cell that is empty or "nan" is missing. Lines
that begin with # may say `key: value`: `rate_hz` (else the app's), `group`, `label`.
"""

import csv
from pathlib import Path

import numpy as np

from ..errors import DataError
from .recording import Recording


def load(root: Path | str, channels: tuple[str, ...], rate_hz: float, unit: str) -> list[Recording]:
    """Read one file, or all below a folder.

    Raises
    ------
    DataError
        If there is none, or one has not the channels or not a number in a cell.
    """
    root = Path(root)
    paths = [root] if root.is_file() else sorted(root.rglob("*.csv")) if root.is_dir() else []
    if not paths:
        raise DataError(f"{root} holds no .csv file. Name a recording, or a folder of <label>/<group>_<any>.csv.")
    return [_read(path, root, channels, rate_hz, unit) for path in paths]


def _read(path: Path, root: Path, channels: tuple[str, ...], rate_hz: float, unit: str) -> Recording:
    try:
        lines = path.read_text(encoding="utf8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}. Save it as CSV in UTF-8.") from error
    told = [line[1:].split(":", 1) for line in lines if line.startswith("#") and ":" in line]
    keys = {key.strip().lower(): value.strip() for key, value in told}
    rows = list(csv.reader(line for line in lines if line.strip() and not line.startswith("#")))
    header = [cell.strip() for cell in rows[0]] if rows else []
    if missing := [name for name in channels if name not in header]:
        raise DataError(f"{path} has no column {missing[0]!r}. Name the columns as in [sensor] channels.")
    columns = [header.index(name) for name in channels]
    try:
        values = [[float(row[c]) if row[c].strip() else np.nan for c in columns] for row in rows[1:]]
        rate_hz = float(keys.get("rate_hz", rate_hz))
    except (ValueError, IndexError) as error:
        raise DataError(f"{path}: {error}. Give a number or nothing in each cell, one a channel.") from error
    relative = path.relative_to(root) if root.is_dir() else Path(path.name)
    folder = relative.parts[0] if len(relative.parts) > 1 else path.parent.name
    return Recording(
        samples=np.array(values, np.float32).reshape(-1, len(channels)),
        rate_hz=rate_hz,
        unit=unit,
        channels=channels,
        label=keys.get("label", folder),
        group=keys.get("group", path.stem.split("_")[0]),
        name=str(relative),
        source="real",
        path=path,
    )
