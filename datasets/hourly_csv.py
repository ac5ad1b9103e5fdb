"""One station's soil and weather in a CSV file with a header: hourly, daily or any even step.

    datetime,tavg,rhavg,prcp,srad,wspd,vwc_5cm,vwc_20cm,soiltemp_5cm,...

Column names are recognised in any case (`ALIASES`; the depth may stand anywhere: vwc_5cm, soil_moisture_5, sm5);
others are left out. Units: degC, %, mm, MJ/m2 in the step, m/s, m3/m3. The file's name is the station.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from motekit.data.series import Series, regular
from motekit.errors import DataError

NAME = "soil_kansas_pynotes"

#: names by channel, lower case, without depth
ALIASES = {
    "air_temperature": ("tavg", "t_avg", "temperature", "air_temperature", "temp2mavg", "tair", "ta"),
    "air_temperature_min": ("tmin", "t_min", "air_temperature_min", "temp2mmin"),
    "air_temperature_max": ("tmax", "t_max", "air_temperature_max", "temp2mmax"),
    "humidity": ("rhavg", "rh", "humidity", "relhum2mavg"),
    "humidity_min": ("rmin", "rhmin", "hmin", "humidity_min", "relhum2mmin"),
    "humidity_max": ("rmax", "rhmax", "hmax", "humidity_max", "relhum2mmax"),
    "rain": ("prcp", "rain", "precip", "precipitation"),
    "solar": ("srad", "solar", "sr", "atot"),
    "wind": ("wspd", "wind", "wspd2mavg", "w2avg"),
    "soil_moisture": ("vwc", "soil_moisture", "sm", "theta"),
    "soil_temperature": ("soiltemp", "soil_temperature", "soil_temp", "ts"),
}
TIMES = ("datetime", "timestamp", "time", "date")
_DEPTH = re.compile(r"^(?P<head>[a-z_]+?)_?(?P<depth>\d{1,3})_?(cm)?$")


def load(path: Path | str, columns: Mapping[str, str] | None = None) -> list[Series]:
    """Read a file, or every recognisable .csv of a folder; see `read`."""
    return [read(p, columns) for p in find(path, columns)]


def find(path: Path | str, columns: Mapping[str, str] | None = None) -> list[Path]:
    """The file, or every recognisable .csv at or below a folder, sorted.

    Raises
    ------
    DataError
        If there is none.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"{path} does not exist. Name a CSV file with a header, or a folder of them.")
    paths = [path] if path.is_file() else [p for p in sorted(path.rglob("*.csv")) if _recognised(p, columns)]
    if not paths:
        raise DataError(f"{path} holds no .csv with a time and a known column. Name the columns.")
    return paths


def read(path: Path | str, columns: Mapping[str, str] | None = None) -> Series:
    """Read one station's file.

    Parameters
    ----------
    path : Path
    columns : mapping of str to str, optional
        Our channel by the file's own column name, for names that `ALIASES` does not know.

    Raises
    ------
    DataError
        If there is no time column or no known one, or the times have no even step.
    """
    path = Path(path)
    try:
        table = pd.read_csv(path, low_memory=False, encoding_errors="replace")
    except (ValueError, OSError) as error:
        raise DataError(f"{path} cannot be read as CSV. Save it as CSV with one header line.") from error
    clock = _time_column(table.columns)
    channels = _channels(table.columns, columns)
    if clock is None or not channels:
        lacks = f"time column ({', '.join(TIMES)})" if clock is None else "known column"
        raise DataError(f"{path} has no {lacks}. Give names as in motekit.datasets.hourly_csv.")
    times = pd.to_datetime(table[clock], errors="coerce", format="mixed").to_numpy("datetime64[s]")
    steps = np.diff(np.unique(times[~np.isnat(times)])).astype(int)
    if len(steps) == 0:
        raise DataError(f"{path} has fewer than two rows with a time. Check its column {clock!r}.")
    step = int(np.median(steps))
    if np.mean(steps % step != 0) > 0.01:
        raise DataError(f"{path} has no even step (mostly {step} s). Resample it.")
    values = {c: pd.to_numeric(table[name], errors="coerce").to_numpy(float) for c, name in channels.items()}
    return regular(times, values, step_s=step, name=path.stem, station=path.stem, source="real", path=path)


def _recognised(path: Path, columns: Mapping[str, str] | None) -> bool:
    with open(path, encoding="utf-8", errors="replace") as file:
        names = [name.strip().strip('"') for name in file.readline().split(",")]
    return _time_column(names) is not None and bool(_channels(names, columns))


def _time_column(names) -> str | None:
    return next((name for known in TIMES for name in names if str(name).strip().lower() == known), None)


def _channels(names, columns: Mapping[str, str] | None) -> dict[str, str]:
    """File column by channel; of several names for one channel the first counts."""
    found: dict[str, str] = {}
    for name in names:
        channel = (columns or {}).get(name) or _channel(str(name).strip().lower())
        if channel is not None:
            found.setdefault(channel, name)
    return found


def _channel(name: str) -> str | None:
    for channel, known in ALIASES.items():
        if name in known and not channel.startswith("soil"):
            return channel
    if match := _DEPTH.match(name):
        for channel, known in ALIASES.items():
            if channel.startswith("soil") and match["head"].rstrip("_") in known:
                return f"{channel}_{int(match['depth'])}cm"
    return None
