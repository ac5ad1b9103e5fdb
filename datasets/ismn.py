"""International Soil Moisture Network: files `.stm` as downloaded, both layouts.

    <network>/<station>/<network>_<network>_<station>_<variable>_<from>_<to>_<sensor>_<start>_<end>.stm

    header + values    a line "cse network station lat lon elevation from to sensor", then lines
                       "YYYY/MM/DD HH:MM value flag original_flag"
    CEOP               every line with time, time of reference, cse, network, station, lat, lon, elevation,
                       from, to, value, flag, original flag

Variables: sm (m3/m3), ts (soil, degC), ta (air, degC), p (mm).
Only values flagged good ("G") or not checked ("U") are kept. Times are UTC.

The download asks for a free account, and forbids passing the files on: this reads what you fetched yourself.
Source: W. Dorigo et al., "The International Soil Moisture Network: serving Earth system science for over a
decade", HESS 25 (2021); flags: W. Dorigo et al., Vadose Zone J. 12 (2013).
"""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from motekit.data.series import HOUR_S, Series, merge, regular
from motekit.errors import DataError

NAME = "ismn"

_VARIABLES = {"sm": "soil_moisture", "ts": "soil_temperature", "ta": "air_temperature", "p": "rain"}
_CEOP_FIELDS = 15


def find(root: Path | str) -> list[Path]:
    """Files of the variables this reads, at or below a path, sorted.

    Raises
    ------
    DataError
        If there is none.
    """
    root = Path(root)
    if not root.exists():
        raise DataError(f"{root} does not exist. Name the folder an ISMN download was unpacked to.")
    paths = [root] if root.is_file() else sorted(root.rglob("*.stm"))
    found = [path for path in paths if path.suffix == ".stm" and _variable(path)]
    if not found:
        raise DataError(f"{root} holds no .stm file of soil moisture, temperature or rain. Unpack the download there.")
    return found


def load(root: Path | str, *, progress: Callable[[int, int], None] | None = None) -> list[Series]:
    """Read every station at or below a path, hourly.

    Two sensors at one depth are averaged where both have a value. A sensor between two depths
    (0.05 to 0.10 m) counts for the mean of them.

    Returns
    -------
    list of Series
        Hourly, by station ("<network>/<station>").

    Raises
    ------
    DataError
        For the first file that is not in one of the layouts.
    """
    paths = find(root)
    sensors: dict[tuple[str, str], list[Series]] = defaultdict(list)
    for done, path in enumerate(paths, 1):
        series = read(path)
        sensors[series.station, series.channels[0]].append(series)
        if progress:
            progress(done, len(paths))
    return merge(_average(same) for same in sensors.values())


def read(path: Path | str) -> Series:
    """Read one file, one sensor of one station.

    Raises
    ------
    DataError
        If the file is in neither layout.
    """
    path = Path(path)
    variable = _variable(path)
    lines = [line.split() for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    if variable is None or not lines:
        raise DataError(f"{path} is not an ISMN file of a known variable. Download it again.")
    try:
        if len(lines[0]) >= _CEOP_FIELDS and "/" in lines[0][0]:
            network, station, latitude, longitude, elevation, upper, lower = lines[0][5:12]
            rows = [(fields[0], fields[1], fields[12], fields[13]) for fields in lines]
        else:
            network, station, latitude, longitude, elevation, upper, lower = lines[0][1:8]
            rows = [(fields[0], fields[1], fields[2], fields[3]) for fields in lines[1:]]
        times = [f"{date.replace('/', '-')}T{clock}" for date, clock, _, _ in rows]
        values = np.array([float(value) if _good(flag) else np.nan for _, _, value, flag in rows])
        depth_cm = round(50 * (float(upper) + float(lower)))
        channel = f"{variable}_{depth_cm}cm" if variable.startswith("soil") else variable
        return regular(
            np.array(times, "datetime64[s]"),
            {channel: values},
            step_s=HOUR_S,
            name=f"{network}/{station}",
            station=f"{network}/{station}",
            source="real",
            latitude=float(latitude),
            longitude=float(longitude),
            elevation_m=float(elevation),
            path=path,
        )
    except (ValueError, IndexError) as error:
        raise DataError(f"{path} is in neither ISMN layout ({error}). Download it again.") from error


def _variable(path: Path) -> str | None:
    # network and station may hold underscores: the variable is what stands before the two depths
    parts = path.stem.split("_")
    for name, upper, lower in zip(parts, parts[1:], parts[2:], strict=False):
        if name in _VARIABLES and _is_number(upper) and _is_number(lower):
            return _VARIABLES[name]
    return None


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _good(flag: str) -> bool:
    return "G" in flag.split(",") or flag == "U"


def _average(same: list[Series]) -> Series:
    if len(same) == 1:
        return same[0]
    first, last = min(s.start for s in same), max(s.times[-1] for s in same)
    rows = int((last - first).astype(int)) // HOUR_S + 1
    stack = np.full((len(same), rows), np.nan)
    for row, series in zip(stack, same, strict=True):
        offset = int((series.start - first).astype(int)) // HOUR_S
        row[offset : offset + len(series)] = series.values[:, 0]
    count = np.isfinite(stack).sum(axis=0)
    mean = np.where(count > 0, np.nansum(stack, axis=0) / np.maximum(count, 1), np.nan)
    times = first + np.arange(rows) * np.timedelta64(HOUR_S, "s")
    one = same[0]
    return regular(
        times,
        {one.channels[0]: mean},
        step_s=HOUR_S,
        name=one.name,
        station=one.station,
        source=one.source,
        latitude=one.latitude,
        longitude=one.longitude,
        elevation_m=one.elevation_m,
        path=one.path,
    )
