"""Weather and soil tables: regular series of one station, missing values as NaN."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..errors import DataError
from .recording import Recording, Source

HOUR_S = 3600
DAY_S = 86_400

#: channels any loader may give, with their units; soil channels end in their depth in cm
UNITS = {
    "air_temperature": "degC",
    "air_temperature_min": "degC",
    "air_temperature_max": "degC",
    "humidity": "%",
    "humidity_min": "%",
    "humidity_max": "%",
    "rain": "mm",
    "solar": "MJ/m2",
    "wind": "m/s",
    "soil_moisture": "m3/m3",
    "soil_temperature": "degC",
}
#: what a physically possible value of each lies within
LIMITS = {
    "air_temperature": (-90.0, 60.0),
    "air_temperature_min": (-90.0, 60.0),
    "air_temperature_max": (-90.0, 60.0),
    "humidity": (0.0, 105.0),
    "humidity_min": (0.0, 105.0),
    "humidity_max": (0.0, 105.0),
    "rain": (0.0, 2000.0),
    "solar": (0.0, 50.0),
    "wind": (0.0, 120.0),
    "soil_moisture": (0.0, 1.0),
    "soil_temperature": (-60.0, 80.0),
}
# channels that a day adds up; of all others it has the mean
_SUMS = ("rain", "solar")


def quantity(channel: str) -> str:
    """Channel without its depth: "soil_moisture" of "soil_moisture_5cm"."""
    head, _, depth = channel.rpartition("_")
    return head if depth.endswith("cm") and depth[:-2].isdigit() else channel


@dataclass(frozen=True, eq=False)
class Series:
    """What one station measured, one row a time step without gaps in time.

    Attributes
    ----------
    station : str
        The group: no station is ever on both sides of a split.
    start : numpy.datetime64
        Time of the first row, local standard time of the station.
    step_s : int
        Seconds between rows: `DAY_S` or `HOUR_S`.
    channels : tuple of str
        Names of the columns, of `UNITS`, with a depth for the soil ("soil_moisture_5cm").
    values : ndarray
        float32[rows, channels]; NaN where a value is missing or impossible.
    name : str
    source : {"real", "synthetic"}
    latitude, longitude, elevation_m : float
        Degrees north and east, metres; NaN if unknown.
    path : Path, optional

    Raises
    ------
    DataError
        If there is no row, or not one column a channel.
    """

    station: str
    start: np.datetime64
    step_s: int
    channels: tuple[str, ...]
    values: np.ndarray
    name: str
    source: Source
    latitude: float = np.nan
    longitude: float = np.nan
    elevation_m: float = np.nan
    path: Path | None = None

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.channels) or len(self.values) == 0:
            raise DataError(
                f"{self.name} has shape {self.values.shape} for {len(self.channels)} channels. "
                "Give at least one row, and one column a channel."
            )
        unknown = [c for c in self.channels if quantity(c) not in UNITS]
        if unknown:
            raise DataError(f"{self.name} has an unknown channel {unknown[0]!r}. Known: {', '.join(UNITS)}.")
        values = np.array(self.values, np.float32)
        for column, channel in zip(values.T, self.channels, strict=True):
            low, high = LIMITS[quantity(channel)]
            with np.errstate(invalid="ignore"):
                column[~((column >= low) & (column <= high))] = np.nan
        values.flags.writeable = False
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def times(self) -> np.ndarray:
        """Time of every row, datetime64[s]."""
        return self.start.astype("datetime64[s]") + np.arange(len(self)) * np.timedelta64(self.step_s, "s")

    @property
    def day_of_year(self) -> np.ndarray:
        """1 to 366 of every row, int."""
        days = self.times.astype("datetime64[D]")
        return (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(int) + 1

    def column(self, channel: str) -> np.ndarray:
        """One channel, float32[rows]; all NaN if the station has no such sensor."""
        if channel in self.channels:
            return self.values[:, self.channels.index(channel)]
        if quantity(channel) not in UNITS:
            raise DataError(f"there is no channel {channel!r}. Known: {', '.join(UNITS)}.")
        return np.full(len(self), np.nan, np.float32)

    def valid(self, channel: str) -> int:
        """How many rows have a value of the channel."""
        return int(np.isfinite(self.column(channel)).sum())

    def recording(self) -> Recording:
        """The same as a `Recording` of float32[rows, channels]; its units are those of `UNITS`."""
        return Recording(
            samples=self.values if len(self.channels) > 1 else self.values[:, 0],
            rate_hz=1 / self.step_s,
            unit=",".join(UNITS[quantity(c)] for c in self.channels),
            channels=self.channels,
            label="",
            group=self.station,
            name=self.name,
            source=self.source,
            path=self.path,
        )


def regular(
    times: Sequence | np.ndarray, columns: Mapping[str, np.ndarray], *, step_s: int, name: str, **about
) -> Series:
    """Put rows in any order, with gaps and repeats, on a grid without gaps.

    Parameters
    ----------
    times : datetime64[n]
        Rounded down to the step.
    columns : mapping of str to array [n]
        By channel. Of rows of one time, the first value that is not missing counts.
    step_s : int
    name : str
    about
        The other attributes of `Series`.

    Raises
    ------
    DataError
        If there is no row with a time, or the times span more than 200 years.
    """
    times = np.asarray(times, "datetime64[s]")
    known = ~np.isnat(times)
    if not known.any():
        raise DataError(f"{name} has no row with a valid time. Check the file's layout.")
    slots = times[known].astype(np.int64) // step_s
    first, count = int(slots.min()), int(slots.max() - slots.min()) + 1
    if count * step_s > 200 * 366 * DAY_S:
        raise DataError(f"{name} spans more than 200 years. Check its dates.")
    values = np.full((count, len(columns)), np.nan, np.float32)
    for i, column in enumerate(columns.values()):
        column = np.asarray(column, float)[known]
        # from the last to the first, so that the first of a time remains
        order = np.flatnonzero(np.isfinite(column))[::-1]
        values[slots[order] - first, i] = column[order]
    start = np.datetime64(first * step_s, "s")
    return Series(start=start, step_s=step_s, channels=tuple(columns), values=values, name=name, **about)


def daily(series: Series, *, enough: float = 0.75) -> Series:
    """Days of an hourly series: sums of rain and radiation, means of the rest, extremes of air and humidity.

    Parameters
    ----------
    series : Series
        With a step that divides a day.
    enough : float
        Share of a day's rows that must have a value for the day to have one.

    Raises
    ------
    DataError
        If the step does not divide a day.
    """
    if series.step_s == DAY_S:
        return series
    if series.step_s > DAY_S or DAY_S % series.step_s:
        raise DataError(f"{series.name} has a row every {series.step_s} s, which does not divide a day. Resample it.")
    per_day = DAY_S // series.step_s
    midnight = series.start.astype("datetime64[D]")
    lead = int((series.start.astype("datetime64[s]") - midnight.astype("datetime64[s]")).astype(int)) // series.step_s
    days = -(-(lead + len(series)) // per_day)
    padded = np.full((days * per_day, len(series.channels)), np.nan)
    padded[lead : lead + len(series)] = series.values
    cubes = padded.reshape(days, per_day, -1)
    counts = np.isfinite(cubes).sum(axis=1)
    columns: dict[str, np.ndarray] = {}
    for i, channel in enumerate(series.channels):
        filled, count = cubes[:, :, i], counts[:, i]
        rows = count >= max(1, enough * per_day)
        mean = np.nansum(filled, axis=1) / np.maximum(count, 1)
        # a sum with hours missing is scaled to the whole day
        whole = mean * per_day if quantity(channel) in _SUMS else mean
        columns[channel] = np.where(rows, whole, np.nan)
        if channel in ("air_temperature", "humidity"):
            low = np.where(np.isnan(filled), np.inf, filled).min(axis=1)
            high = np.where(np.isnan(filled), -np.inf, filled).max(axis=1)
            columns[f"{channel}_min"] = np.where(rows, low, np.nan)
            columns[f"{channel}_max"] = np.where(rows, high, np.nan)
    return replace(
        series,
        start=midnight.astype("datetime64[s]"),
        step_s=DAY_S,
        channels=tuple(columns),
        values=np.stack(list(columns.values()), axis=1),
    )


def merge(parts: Iterable[Series]) -> list[Series]:
    """Bring series of one station and step together: all their channels, from the first day to the last.

    Where two give a value for the same time and channel, the first one's counts. Ordered by station.
    """
    groups: dict[tuple[str, int], list[Series]] = {}
    for part in parts:
        groups.setdefault((part.station, part.step_s), []).append(part)
    merged = []
    for _, same in sorted(groups.items(), key=lambda item: item[0]):
        if len(same) == 1:
            merged.append(same[0])
            continue
        channels = list(dict.fromkeys(c for part in same for c in part.channels))
        times = np.concatenate([part.times for part in same])
        columns = {c: np.concatenate([part.column(c) for part in same]) for c in channels}
        first = same[0]
        merged.append(
            regular(
                times,
                columns,
                step_s=first.step_s,
                name=first.name,
                station=first.station,
                source="synthetic" if any(p.source == "synthetic" for p in same) else "real",
                latitude=first.latitude,
                longitude=first.longitude,
                elevation_m=first.elevation_m,
                path=first.path,
            )
        )
    return merged
