"""Stations and simulated seasons as the frames that the garden's sensors would have given."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from motekit.app import App
from motekit.chain import Take
from motekit.core import lib
from motekit.data.series import DAY_S, Series
from motekit.datasets.synthetic import weather as generator
from motekit.dsp.probe import ProbeFault
from motekit.errors import DataError
from motekit.post.gardener import CHANNELS, MISSING

from . import garden, recipe, simulator

if TYPE_CHECKING:
    from .chain import AppChain

#: seasons of the built-in recordings
SEASONS = 2
_AT = {name: i for i, name in enumerate(CHANNELS)}
#: counts of one unit, by channel of a frame
_SCALES = {"soil": 10, "air": 10, "humidity": 10, "rain": 10, "light": 1000}
_OF_STATIONS = {
    "soil": "soil_temperature_5cm",
    "air": "air_temperature",
    "humidity": "humidity",
    "rain": "rain",
    "light": "solar",
}
_PROBES = {"probe_5cm": "soil_moisture_5cm", "probe_10cm": "soil_moisture_10cm"}


def fault_names(bits: int) -> list[str]:
    """Faults of a probe, in words."""
    return [fault.name.lower() for fault in ProbeFault(bits)]


def recorded(app: App, source: Path, limit: int | None = None) -> list[Take]:
    """Stations of a folder, or of one file; the truth of each is its series.

    A probe shows what the declared calibration gives for the station's moisture; nothing is among the roots.

    Raises
    ------
    DataError
        If there is no station with soil moisture.
    """
    stations = recipe.stations(source if source.is_dir() else source.parent, daily_only=False)
    if source.is_file():
        stations = [station for station in stations if station.path == source] or stations
    if not stations:
        raise DataError(f"{source} holds no station. Give a folder of some.")
    return [take_of(app, station) for station in stations[:limit]]


def take_of(app: App, station: Series, days: int | None = None) -> Take:
    """One station, or its first days."""
    frames = _hours_of_days(app, station) if station.step_s == DAY_S else _hours(app, station)
    stop = None if days is None else 24 * days
    return Take(station.name, station.station, frames[:stop], truth=station, source=station.source)


def synthetic(chain: "AppChain", seasons: int = SEASONS) -> list[Take]:
    """Seasons of the declared crop and soil in made-up weather, as the controller itself has watered them."""
    takes = []
    crop, soil = garden.crop_of(chain.app), garden.soil_of(chain.app)
    for seed in range(seasons):
        climate = generator.CLIMATES["mediterranean"]
        days = generator.weather(climate, crop.days, np.random.default_rng((7, seed)), chain.config.zone.sown)
        low, high = days["air_temperature_min"], days["air_temperature_max"]
        day_of_year = (chain.config.zone.sown - 1 + np.arange(crop.days)) % 365 + 1
        above = [round(100 * lib.mk_extraterrestrial(climate.latitude, int(day))) for day in day_of_year]
        extremes = zip(np.round(10 * low), np.round(10 * high), above, strict=True)
        et0 = np.array([lib.mk_rootzone_et0(int(a), int(b), ra) / 100 for a, b, ra in extremes])
        season = simulator.Weather(days["rain"], et0, low, high, chain.config.zone.sown, climate.latitude)
        record: list[np.ndarray] = []
        simulator.simulate(
            [simulator.Plot(season, soil, seed)],
            crop,
            simulator.Devices([chain.gardener()]),
            lambda moisture: garden.counts_of(chain.app, moisture),
            record,
        )
        takes.append(Take(f"season{seed + 1}", f"season{seed + 1}", record[0], source="synthetic"))
    return takes


def _frames(app: App, clock: np.ndarray) -> np.ndarray:
    frames = np.full((len(clock), len(CHANNELS)), MISSING, np.int16)
    frames[:, _AT["clock"]] = clock
    frames[:, _AT["supply"]] = 5000
    return frames


def _put(frames: np.ndarray, name: str, values: np.ndarray) -> None:
    scaled = np.round(np.nan_to_num(values.astype(float)) * _SCALES[name])
    frames[:, _AT[name]] = np.where(np.isfinite(values), np.clip(scaled, -32_000, 32_000), MISSING)


def _hours(app: App, station: Series) -> np.ndarray:
    times = station.times
    clock = ((times - times.astype("datetime64[Y]")) // np.timedelta64(3600, "s")).astype(int)
    frames = _frames(app, clock)
    for name, column in _OF_STATIONS.items():
        _put(frames, name, station.column(column))
    for name, column in _PROBES.items():
        frames[:, _AT[name]] = garden.counts_of(app, station.column(column))
    return frames


def _hours_of_days(app: App, station: Series) -> np.ndarray:
    """24 hours a day with the day's extremes, means and sums; the soil stays as it was."""
    days = len(station)
    hour = np.arange(24)
    frames = _frames(app, (24 * (station.day_of_year - 1)[:, None] + hour).ravel())

    def wave(low: np.ndarray, high: np.ndarray, top: int) -> np.ndarray:
        share = (1 + np.cos(2 * np.pi * (hour - top) / 24)) / 2
        return (low[:, None] + (high - low)[:, None] * share).ravel()

    low, high = station.column("air_temperature_min"), station.column("air_temperature_max")
    _put(frames, "air", wave(low, high, 15))
    driest, dampest = station.column("humidity_min"), station.column("humidity_max")
    _put(frames, "humidity", wave(driest, dampest, 4))
    _put(frames, "soil", np.repeat(station.column("soil_temperature_5cm"), 24))
    bell = np.maximum(np.sin(np.pi * (hour - 5) / 14), 0) * ((hour > 5) & (hour < 19))
    _put(frames, "light", np.outer(station.column("solar"), bell / bell.sum()).ravel())
    rain = np.zeros((days, 24))
    rain[:, 14:17] = station.column("rain")[:, None] / 3
    _put(frames, "rain", rain.ravel())
    for name, column in _PROBES.items():
        frames[:, _AT[name]] = np.repeat(garden.counts_of(app, station.column(column)), 24)
    return frames
