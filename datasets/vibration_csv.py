"""Your own recordings of a machine: a folder of CSV files with a header.

One file a recording; the first folder below the root, if there is one, is its class ("normal", "inner_race", "ball",
"outer_race", or any name of yours). Lines that begin with # may hold `key: value` pairs: `rate_hz`, `rpm`, `machine`,
`label`, `unit`. Then a header and a row a sample:

    # rate_hz: 3200
    # machine: pump 3
    x,rpm
    0.12,1480

`x` (or `acceleration`) is the acceleration, in m/s^2 or, with `unit: g`, in g; `rpm` is the shaft's speed. Without a
column `rpm` the key counts, without either the app's own. `time` (seconds) gives the rate where no key does. A cell
that is empty or `nan` is a sample that is missing. What is not
at the app's rate is brought to it, and the note says so.
"""

import csv
from pathlib import Path

import numpy as np

from motekit.data.machine import MachineRecording, at_rate
from motekit.errors import DataError

NAME = "vibration_csv"
RATE_HZ = 12000
STANDARD_GRAVITY = 9.80665
_X = ("x", "acceleration", "acc", "x_m_s2", "x_g")


def load(root: Path | str, rate_hz: float = RATE_HZ) -> list[MachineRecording]:
    """Read every CSV file below `root`, brought to `rate_hz`.

    Returns
    -------
    list of MachineRecording
        Group the machine that the file names, else the file.

    Raises
    ------
    DataError
        If there are none, or for the first that cannot be read.
    """
    root = Path(root)
    paths = [root] if root.is_file() else sorted(root.rglob("*.csv")) if root.is_dir() else []
    if not paths:
        raise DataError(f"{root} holds no .csv file. Name a recording or a folder of them.")
    return [_read(path, root, rate_hz) for path in paths]


def _read(path: Path, root: Path, wanted_hz: float) -> MachineRecording:
    keys, header, rows = _parse(path)
    if (column := next((name for name in _X if name in header), None)) is None:
        raise DataError(f"{path.name} has no column x. Name the acceleration's column so.")
    table = np.array([[_number(cell) for cell in row] for row in rows], float)
    gravity = keys.get("unit", "").lower() == "g" or column == "x_g"
    x = table[:, header.index(column)] * (STANDARD_GRAVITY if gravity else 1.0)
    rate = _rate(path, keys, header, table)
    rpm = table[:, header.index("rpm")] if "rpm" in header else np.full(len(x), _number(keys.get("rpm", "")))
    note = "" if rate == wanted_hz else f"recorded at {rate:g} Hz, brought to {wanted_hz:g} Hz"
    parts = path.relative_to(root).parts if root.is_dir() else (path.name,)
    return MachineRecording(
        samples=at_rate(np.stack([x, rpm], axis=1).astype(np.float32), rate, wanted_hz),
        rate_hz=wanted_hz,
        unit="m/s^2, rpm",
        channels=("x", "rpm"),
        label=keys.get("label", parts[0] if len(parts) > 1 else ""),
        group=keys.get("machine", path.stem),
        name="/".join(parts),
        source="real",
        path=path,
        rpm=float(np.nanmean(rpm)) if np.isfinite(rpm).any() else float("nan"),
        note=note,
    )


def _parse(path: Path) -> tuple[dict[str, str], list[str], list[list[str]]]:
    """Keys, column names in lower case, and rows of as many cells."""
    keys: dict[str, str] = {}
    lines = []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} is not readable text. Save it as UTF-8.") from error
    for line in text.splitlines():
        if line.startswith("#"):
            key, colon, value = line[1:].partition(":")
            if colon:
                keys[key.strip().lower()] = value.strip()
        elif line.strip():
            lines.append(line)
    rows = list(csv.reader(lines))
    if len(rows) < 2:
        raise DataError(f"{path.name} has no header and samples. Write a line of column names first.")
    header = [name.strip().lower() for name in rows[0]]
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(header):
            raise DataError(f"{path.name}, sample {number} has {len(row)} cells for {len(header)} columns. Correct it.")
    return keys, header, rows[1:]


def _number(cell: str) -> float:
    try:
        return float(cell) if cell.strip() else float("nan")
    except ValueError:
        raise DataError(f"{cell.strip()!r} is not a number. Use a dot for decimals, and leave gaps empty.") from None


def _rate(path: Path, keys: dict[str, str], header: list[str], table: np.ndarray) -> float:
    rate = _number(keys.get("rate_hz", ""))
    if not np.isfinite(rate) and "time" in header and len(table) > 1:
        rate = 1 / np.median(np.diff(table[:, header.index("time")]))
    if not 100 <= rate <= 1e6:
        raise DataError(f"{path.name} does not say its rate. Add a line `# rate_hz: 12000`, or a column time (s).")
    return float(rate)
