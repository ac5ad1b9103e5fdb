"""NOAA U.S. Climate Reference Network, daily product: the official text and the tables made from it.

    CRND0103-<year>-<state>_<place>.txt     28 fields a line, blank-separated, no header
    *.parquet, *.csv                        one table with the same columns (any case), as the PyPI package
                                            `uscrn` writes it: station `wban` or `wbanno`, date `lst_date`

Missing numbers are -99 (soil moisture), -9999 (all others) or empty. Soil moisture is m3/m3.

Source: https://www.ncei.noaa.gov/pub/data/uscrn/products/daily01/readme.txt (format 03);
H. J. Diamond et al., "U.S. Climate Reference Network after One Decade of Operations", BAMS 94 (2013).
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from motekit.data.series import DAY_S, Series, merge, regular
from motekit.errors import DataError

NAME = "soil_uscrn_2020"
DEPTHS_CM = (5, 10, 20, 50, 100)

#: fields of a line of the official text, in order
FIELDS = (
    "wbanno", "lst_date", "crx_vn", "longitude", "latitude", "t_daily_max", "t_daily_min", "t_daily_mean",
    "t_daily_avg", "p_daily_calc", "solarad_daily", "sur_temp_daily_type", "sur_temp_daily_max",
    "sur_temp_daily_min", "sur_temp_daily_avg", "rh_daily_max", "rh_daily_min", "rh_daily_avg",
    *(f"soil_moisture_{depth}_daily" for depth in DEPTHS_CM), *(f"soil_temp_{depth}_daily" for depth in DEPTHS_CM),
)  # fmt: skip

#: our channel for a field
CHANNELS = {
    "t_daily_max": "air_temperature_max",
    "t_daily_min": "air_temperature_min",
    "t_daily_avg": "air_temperature",
    "p_daily_calc": "rain",
    "solarad_daily": "solar",
    "rh_daily_max": "humidity_max",
    "rh_daily_min": "humidity_min",
    "rh_daily_avg": "humidity",
    **{f"soil_moisture_{depth}_daily": f"soil_moisture_{depth}cm" for depth in DEPTHS_CM},
    **{f"soil_temp_{depth}_daily": f"soil_temperature_{depth}cm" for depth in DEPTHS_CM},
}
_SUFFIXES = (".txt", ".parquet", ".csv")


def find(root: Path | str) -> list[Path]:
    """Files of the daily product at or below a path, sorted.

    Raises
    ------
    DataError
        If there is none.
    """
    root = Path(root)
    if not root.exists():
        raise DataError(f"{root} does not exist. Name a folder of CRND0103-*.txt files, or a table of them.")
    candidates = [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.is_file())
    found = [p for p in candidates if _is_daily(p)]
    if not found:
        raise DataError(
            f"{root} holds no CRND0103-<year>-<station>.txt and no .parquet or .csv table with the columns "
            "wban and lst_date. Name the folder that does."
        )
    return found


def load(root: Path | str, *, progress: Callable[[int, int], None] | None = None) -> list[Series]:
    """Read every station at or below a path.

    Parameters
    ----------
    root : Path
        A file, or a folder that is searched with everything below it. A station that several files hold
        (one a year, or a text beside a table) is one series.
    progress : callable, optional
        Called with (done, total) after each file.

    Returns
    -------
    list of Series
        Daily, by station number (WBAN, five digits).

    Raises
    ------
    DataError
        If there is no file, or one is not in the layout; the line names it.
    """
    paths = find(root)
    series: list[Series] = []
    for path in paths:
        series += _stations(read_table(path), path)
        if progress:
            progress(len(series), len(paths))
    return merge(series)


def read_table(path: Path | str) -> pd.DataFrame:
    """Read one file as a table of `FIELDS`: station five characters, date datetime64, missing NaN.

    Raises
    ------
    DataError
        If the file is not in one of the three layouts.
    """
    path = Path(path)
    try:
        if path.suffix == ".parquet":
            table = pd.read_parquet(path)
        elif path.suffix == ".csv":
            table = pd.read_csv(path, dtype={"WBANNO": str, "wbanno": str, "wban": str}, low_memory=False)
        else:
            table = pd.read_csv(path, sep=r"\s+", header=None, names=FIELDS, dtype={"wbanno": str}, index_col=False)
    except (ValueError, OSError) as error:  # pandas' and pyarrow's parser errors are ValueErrors
        raise DataError(f"{path} cannot be read as a USCRN daily table: {_line(error)}. Fetch it again.") from error
    if "wban" not in (columns := [str(c).lower() for c in table.columns]) and "wbanno" not in columns:
        # `uscrn` may have written the station as the table's index
        table = table.reset_index()
    table.columns = [str(c).lower() for c in table.columns]
    table = table.rename(columns={"wban": "wbanno"})
    missing = [f for f in ("wbanno", "lst_date", "soil_moisture_5_daily", "p_daily_calc") if f not in table.columns]
    if missing or len(table) == 0:
        lacks = f"lacks the column {missing[0]}" if missing else "is empty"
        raise DataError(f"{path} {lacks}. Give the daily product, CRND0103, or a table made from it.")
    table["wbanno"] = [_station(number, path) for number in table["wbanno"]]
    table["lst_date"] = _dates(table["lst_date"], path)
    for field in ("longitude", "latitude", *CHANNELS):
        column = pd.to_numeric(table[field], errors="coerce") if field in table.columns else np.nan
        table[field] = np.asarray(column + np.zeros(len(table)), float)
        flag = -99.0 if field.startswith("soil_moisture") else -9999.0
        table.loc[table[field] <= flag, field] = np.nan
    return table


def _is_daily(path: Path) -> bool:
    if path.suffix not in _SUFFIXES or path.name.startswith("."):
        return False
    if path.suffix == ".txt":
        return path.name.upper().startswith("CRND")
    if path.suffix == ".csv":
        with open(path, encoding="utf-8", errors="replace") as file:
            header = file.readline().lower()
        return "wban" in header and "lst_date" in header
    return True


def _stations(table: pd.DataFrame, path: Path) -> list[Series]:
    return [
        regular(
            rows["lst_date"].to_numpy("datetime64[s]"),
            {channel: rows[field].to_numpy() for field, channel in CHANNELS.items()},
            step_s=DAY_S,
            name=f"uscrn/{station}",
            station=str(station),
            source="real",
            latitude=float(rows["latitude"].median()),
            longitude=float(rows["longitude"].median()),
            path=path,
        )
        for station, rows in table.groupby("wbanno", sort=True)
    ]


def _station(number: object, path: Path) -> str:
    text = str(number).strip().removesuffix(".0")
    if not text.isdigit() or len(text) > 5:
        raise DataError(f"{path}: {number!r} is not a station number of five digits. Give the daily product, CRND0103.")
    return text.zfill(5)


def _dates(column: pd.Series, path: Path) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column):
        return column
    text = column.astype(str).str.replace("-", "").str[:8]
    dates = pd.to_datetime(text.where(text.str.fullmatch(r"\d{8}")), format="%Y%m%d", errors="coerce")
    if dates.isna().any():
        row = int(np.flatnonzero(dates.isna())[0])
        raise DataError(f"{path}: {str(column.iloc[row])!r} in row {row + 1} is not a date (YYYYMMDD). Fetch it again.")
    return dates


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
