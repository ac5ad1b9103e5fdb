"""WISDM smartphone and smartwatch activity 2019: the watch's accelerometer.

    [wisdm-dataset/]raw/watch/accel/data_<nnnn>_accel_watch.txt
        <subject>,<activity>,<timestamp ns>,<x>,<y>,<z>;      official
        <subject>,<activity>,<x>,<y>,<z>;                     copies without time stamps

m/s^2, about 3 minutes an activity. Source: G. Weiss, K. Yoneda, T. Hayajneh, "Smartphone and Smartwatch-Based
Biometrics Using Activities of Daily Living", IEEE Access 7, 2019.

The set calls itself 20 samples a second of an LG G Watch. Its values end at 2 g. Some subjects (1638 to 1640 are)
have values of up to 5.8 g in steps of 1/4096 g: another watch, of 8 g. Taken at 20 Hz, these people run with 1.1 steps
a second, where everybody else takes 2.5 to 3.0, and an arm that hangs has its gravity along y, not x: that watch gives
50 samples a second and has x and y the other way round. Here it is told by its range, of a subject's whole file and
without a look at the labels; where there are time stamps they tell the rate.
"""

from collections.abc import Collection, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

from motekit.data.recording import Recording
from motekit.errors import DataError

NAME = "wisdm_watch_accel"
#: samples a second of the LG G Watch, and of the other one
RATE_HZ, OTHER_RATE_HZ = 20, 50
#: the LG G Watch's range is 2 g (19.6 m/s^2, 20.0 with its calibration), the other's 8 g
RANGE = 20.5
FILES = "data_*_accel_watch.txt"
ACTIVITIES = {
    "A": "walking",
    "B": "jogging",
    "C": "stairs",
    "D": "sitting",
    "E": "standing",
    "F": "typing",
    "G": "brushing_teeth",
    "H": "eating_soup",
    "I": "eating_chips",
    "J": "eating_pasta",
    "K": "drinking",
    "L": "eating_sandwich",
    "M": "kicking",
    "O": "playing_catch",
    "P": "dribbling",
    "Q": "writing",
    "R": "clapping",
    "S": "folding_clothes",
}
#: the classes of the wearable's activity task
LABELS = ("walking", "jogging", "stairs", "sitting", "standing", "kicking")
#: a pause of the recording starts a new one
GAP_NS = 1_000_000_000


def load(root: Path | str, activities: Collection[str] = LABELS) -> list[Recording]:
    """Read every stretch of one activity below `root`.

    Parameters
    ----------
    root : Path
        A folder that holds the watch's accelerometer files, at any depth.
    activities : collection of str
        Names of `ACTIVITIES` to keep.

    Returns
    -------
    list of Recording
        Samples float32[n, 3] in m/s^2, x along the forearm, at 20 or 50 Hz; label the activity, group the subject.
        A stretch ends where the activity changes or, in files with time stamps, where they pause for over a second
        or run backwards. A stretch that repeats another of its subject to the last bit is there once.

    Raises
    ------
    DataError
        If there is nothing of that kind, or a line that is neither of the two forms.
    """
    root = Path(root)
    files = sorted(root.rglob(FILES)) if root.is_dir() else []
    if not files:
        raise DataError(f"{root} holds no data_<nnnn>_accel_watch.txt. Name the folder of the official set.")
    recordings = [recording for path in files for recording in _stretches(path, activities)]
    if not recordings:
        raise DataError(f"{root} holds none of {', '.join(activities)}. Ask for other activities.")
    return recordings


def _stretches(path: Path, activities: Collection[str]) -> Iterator[Recording]:
    rows = list(_rows(path))
    other = bool(rows) and np.abs(np.array([row[3] for row in rows])).max() > RANGE
    seen = set()
    for index, ((subject, activity), group) in enumerate(groupby(rows, key=lambda row: row[:2])):
        if activity not in activities:
            continue
        stretch = list(group)
        samples = np.array([row[3] for row in stretch], np.float32)
        if other:
            samples = samples[:, [1, 0, 2]]
        starts, rate_hz = [0], OTHER_RATE_HZ if other else RATE_HZ
        if stretch[0][2] is not None and len(stretch) > 1:
            steps = np.diff(np.array([row[2] for row in stretch], np.int64))
            starts += [int(i) + 1 for i in np.flatnonzero((steps > GAP_NS) | (steps < 0))]
            rate_hz = _rate(float(np.median(steps)))
        for start, stop in zip(starts, [*starts[1:], len(stretch)], strict=True):
            repeated = (activity, samples[start:stop].tobytes())
            if repeated in seen:
                continue
            seen.add(repeated)
            yield Recording(
                samples=samples[start:stop],
                rate_hz=rate_hz,
                unit="m/s^2",
                channels=("x", "y", "z"),
                label=activity,
                group=subject,
                name=f"{subject}/{activity}#{index}@{start}",
                source="real",
                path=path,
            )


def _rate(step_ns: float) -> int:
    """The watch's rate that is nearest to time stamps, whose steps waver by some percent."""
    return min((RATE_HZ, OTHER_RATE_HZ), key=lambda rate: abs(np.log(max(step_ns, 1.0) * 1e-9 * rate)))


def _rows(path: Path) -> Iterator[tuple[str, str, int | None, tuple[float, float, float]]]:
    # a few official lines run together or end in ",;": the semicolon ends a row, not the line
    text = path.read_text(encoding="ascii", errors="replace")
    for number, row in enumerate((part.strip() for part in text.split(";")), start=1):
        if not row:
            continue
        fields = row.rstrip(",").split(",")
        try:
            subject, code, *time, x, y, z = fields
            values = (float(x), float(y), float(z))
            stamp = int(time[0]) if time else None
            activity = ACTIVITIES[code.strip()]
        except (ValueError, KeyError, IndexError) as error:
            raise DataError(
                f"{path.name}, row {number}: `{row[:60]}` is not subject,activity,[timestamp,]x,y,z. "
                "Correct or remove it."
            ) from error
        if len(time) > 1 or not np.isfinite(values).all():
            raise DataError(f"{path.name}, row {number}: `{row[:60]}` has other fields. Correct or remove it.")
        yield subject.strip(), activity, stamp, values
