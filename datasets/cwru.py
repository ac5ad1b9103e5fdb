"""Case Western Reserve University bearing data: seeded faults in the bearings of a motor, at four loads.

Official layout: `NNN.mat`, in any folders; the number tells fault, diameter, load and sampling rate (`TABLE`).
Variables `X<nnn>_DE_time`, `X<nnn>_FE_time` (accelerations in g at the drive end and fan end) and `X<nnn>RPM`. A few
files hold another number's variables besides their own, or only under another number; some have no RPM.

The normal recordings (97 to 100) and the "48k" ones are sampled at 48 kHz, the others at 12 kHz; all are brought to
12 kHz, and the recording's `note` says so. Read at the wrong rate, a classifier learns the rate.

Licence: none stated; offered publicly by the Case School of Engineering Bearing Data Center. Citation: Case Western
Reserve University Bearing Data Center, https://engineering.case.edu/bearingdatacenter.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.io
import scipy.signal

from motekit.data.machine import MachineRecording
from motekit.errors import DataError

NAME = "cwru_bearing"
RATE_HZ = 12000
LABELS = ("normal", "inner_race", "ball", "outer_race")
#: rpm at loads of 0 to 3 hp, where a file does not say
NOMINAL_RPM = (1797, 1772, 1750, 1730)
STANDARD_GRAVITY = 9.80665


@dataclass(frozen=True)
class Entry:
    """What the official table says of a file number.

    Attributes
    ----------
    label : str
        One of `LABELS`.
    mils : int
        Diameter of the fault in 0.001 inch; 0 if normal.
    load : int
        Horsepower.
    end : str
        "DE" or "FE": the end whose bearing has the fault, and whose acceleration is read.
    rate_hz : int
        Of the file.
    position : str
        Of an outer race's fault: "6", "3" or "12" o'clock; the load lies at 6.
    """

    label: str
    mils: int
    load: int
    end: str = "DE"
    rate_hz: int = 12000
    position: str = ""


def _table() -> dict[int, Entry]:
    table = {number: Entry("normal", 0, load, rate_hz=48000) for load, number in enumerate(range(97, 101))}
    ball, inner, outer = "ball", "inner_race", "outer_race"
    # (label, mils, position), end, rate: numbers at loads 0, 1, 2, 3 (None: there is none)
    for label, mils, position, end, rate, numbers in (
        (inner, 7, "", "DE", 12000, (105, 106, 107, 108)),
        (ball, 7, "", "DE", 12000, (118, 119, 120, 121)),
        (outer, 7, "6", "DE", 12000, (130, 131, 132, 133)),
        (outer, 7, "3", "DE", 12000, (144, 145, 146, 147)),
        (outer, 7, "12", "DE", 12000, (156, 158, 159, 160)),
        (inner, 14, "", "DE", 12000, (169, 170, 171, 172)),
        (ball, 14, "", "DE", 12000, (185, 186, 187, 188)),
        (outer, 14, "6", "DE", 12000, (197, 198, 199, 200)),
        (inner, 21, "", "DE", 12000, (209, 210, 211, 212)),
        (ball, 21, "", "DE", 12000, (222, 223, 224, 225)),
        (outer, 21, "6", "DE", 12000, (234, 235, 236, 237)),
        (outer, 21, "3", "DE", 12000, (246, 247, 248, 249)),
        (outer, 21, "12", "DE", 12000, (258, 259, 260, 261)),
        (inner, 28, "", "DE", 12000, (3001, 3002, 3003, 3004)),
        (ball, 28, "", "DE", 12000, (3005, 3006, 3007, 3008)),
        (inner, 7, "", "DE", 48000, (109, 110, 111, 112)),
        (ball, 7, "", "DE", 48000, (122, 123, 124, 125)),
        (outer, 7, "6", "DE", 48000, (135, 136, 137, 138)),
        (outer, 7, "3", "DE", 48000, (148, 149, 150, 151)),
        (outer, 7, "12", "DE", 48000, (161, 162, 163, 164)),
        (inner, 14, "", "DE", 48000, (174, 175, 176, 177)),
        (ball, 14, "", "DE", 48000, (189, 190, 191, 192)),
        (outer, 14, "6", "DE", 48000, (201, 202, 203, 204)),
        (inner, 21, "", "DE", 48000, (213, 214, 215, 217)),
        (ball, 21, "", "DE", 48000, (226, 227, 228, 229)),
        (outer, 21, "6", "DE", 48000, (238, 239, 240, 241)),
        (outer, 21, "3", "DE", 48000, (250, 251, 252, 253)),
        (outer, 21, "12", "DE", 48000, (262, 263, 264, 265)),
        (inner, 7, "", "FE", 12000, (278, 279, 280, 281)),
        (ball, 7, "", "FE", 12000, (282, 283, 284, 285)),
        (outer, 7, "6", "FE", 12000, (294, 295, 296, 297)),
        (outer, 7, "3", "FE", 12000, (298, 299, 300, 301)),
        (outer, 7, "12", "FE", 12000, (302, 305, 306, 307)),
        (inner, 14, "", "FE", 12000, (274, 275, 276, 277)),
        (ball, 14, "", "FE", 12000, (286, 287, 288, 289)),
        (outer, 14, "6", "FE", 12000, (313, None, None, None)),
        (outer, 14, "3", "FE", 12000, (310, 309, 311, 312)),
        (inner, 21, "", "FE", 12000, (270, 271, 272, 273)),
        (ball, 21, "", "FE", 12000, (290, 291, 292, 293)),
        (outer, 21, "6", "FE", 12000, (315, None, None, None)),
        (outer, 21, "3", "FE", 12000, (None, 316, 317, 318)),
    ):
        for load, number in enumerate(numbers):
            if number is not None:
                table[number] = Entry(label, mils, load, end, rate, position)
    return table


#: the official file numbers
TABLE = _table()


def find(root: Path | str) -> dict[int, Path]:
    """Files of the official table below `root`, by number.

    Raises
    ------
    DataError
        If there are none.
    """
    root = Path(root)
    paths = [root] if root.is_file() else sorted(root.rglob("*.mat")) if root.is_dir() else []
    found: dict[int, Path] = {}
    for path in paths:
        if path.stem.isdigit() and int(path.stem) in TABLE:
            found.setdefault(int(path.stem), path)
    if not found:
        raise DataError(f"{root} holds no NNN.mat of the CWRU table (97.mat, 105.mat, ...). Name its folder.")
    return dict(sorted(found.items()))


def load(root: Path | str) -> list[MachineRecording]:
    """Read every file of the official table below `root`, at 12 kHz.

    Returns
    -------
    list of MachineRecording
        Acceleration of the faulty bearing's end in m/s^2, and the shaft's speed in rpm; label one of `LABELS`, group
        the physical bearing (one a fault, diameter, position and end: sampled at both rates it is one).

    Raises
    ------
    DataError
        For the first file that cannot be read.
    """
    return [_read(number, path) for number, path in find(root).items()]


def group_of(entry: Entry) -> str:
    """Name of the physical bearing."""
    if entry.label == "normal":
        return "normal"
    at = f"@{entry.position}" if entry.position else ""
    end = "" if entry.end == "DE" else " fan end"
    return f"{entry.label} 0.{entry.mils:03d}{at}{end}"


def _read(number: int, path: Path) -> MachineRecording:
    entry = TABLE[number]
    try:
        # scipy's reader raises whatever a damaged field led it into
        content = scipy.io.loadmat(path)
    except Exception as error:
        raise DataError(f"{path.name} is not a readable .mat file. Fetch or copy it again.") from error
    signal, end, prefix = _signal(content, number, entry.end, path)
    notes = []
    if end != entry.end:
        notes.append(f"only the {end} channel, the fault lies at {entry.end}")
    if entry.rate_hz != RATE_HZ:
        signal = scipy.signal.resample_poly(signal, 1, entry.rate_hz // RATE_HZ)
        notes.append(f"recorded at {entry.rate_hz // 1000} kHz, brought to {RATE_HZ // 1000} kHz")
    speed = content.get(f"{prefix}RPM")
    if speed is None or not np.size(speed) or not np.isfinite(speed).all():
        rpm = float(NOMINAL_RPM[entry.load])
        notes.append("no RPM in the file: nominal")
    else:
        rpm = float(np.ravel(speed)[0])
    samples = np.empty((len(signal), 2), np.float32)
    samples[:, 0], samples[:, 1] = signal * STANDARD_GRAVITY, rpm
    return MachineRecording(
        samples=samples,
        rate_hz=RATE_HZ,
        unit="m/s^2, rpm",
        channels=("x", "rpm"),
        label=entry.label,
        group=group_of(entry),
        name=path.name,
        source="real",
        path=path,
        diameter=entry.mils / 1000,
        load=entry.load,
        rpm=rpm,
        bearing=entry.end,
        note="; ".join(notes),
    )


def _signal(content: dict, number: int, end: str, path: Path) -> tuple[np.ndarray, str, str]:
    """Samples, the end they are of, and the prefix of the file's own variables."""
    found = {name: match for name in content if (match := re.fullmatch(r"(X\d+)_?(DE|FE)_time", name))}
    for wanted in (end, "DE", "FE"):
        of_end = [name for name, match in found.items() if match[2] == wanted]
        # a file may hold a neighbour's variables too: its own number comes first
        of_end.sort(key=lambda name: int(found[name][1][1:]) != number)
        if of_end:
            values = np.ravel(content[of_end[0]])
            if values.dtype.kind not in "iuf" or not values.size or not np.isfinite(values).all():
                raise DataError(f"{path.name}: {of_end[0]} holds no finite numbers. Fetch the file again.")
            return values.astype(float), wanted, found[of_end[0]][1]
    raise DataError(f"{path.name} has no variable X{number:03d}_DE_time. Fetch the file again.")
