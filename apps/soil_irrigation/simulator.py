"""Seasons on the host: the compiled controller in a field of real weather, and what the water costs other ways.

The field (`Fields`) is finer than anything the controllers know; its soil differs from the preset that they are told,
and the probes are noisy. The controller is `mk_gardener` as the firmware runs it: hours of counts in, seconds of open
valve out. Whatever is tuned is tuned on years that are not scored.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Protocol

import numpy as np
import pandas as pd

from motekit.core import lib
from motekit.errors import DataError
from motekit.post.gardener import CHANNELS, MISSING, Gardener

from .field import Day, Fields
from .presets import CLIMATES, Crop, Soil

#: what of the water at the valve reaches the roots' layers
EFFICIENCY = 0.85
#: how far the real soil's capacity and wilting point are off the preset
SOIL_SPREAD = 0.07
#: hour after which a day's water, and its weather, show in the probes
DAWN = 8
_PROBES = slice(CHANNELS.index("probe_5cm"), CHANNELS.index("probe_roots") + 1)


@dataclass(frozen=True)
class Weather:
    """Days of one place from sowing on.

    Attributes
    ----------
    rain, et0 : ndarray
        mm a day.
    t_min, t_max : ndarray
        degC.
    first : int
        Day of the year on which the season begins.
    latitude : float
        Degrees north.
    """

    rain: np.ndarray
    et0: np.ndarray
    t_min: np.ndarray
    t_max: np.ndarray
    first: int
    latitude: float


@dataclass(frozen=True)
class Season:
    """What one season cost and did.

    Attributes
    ----------
    water, drained : float
        Let through the valve, lost below the roots, mm.
    stress_days : int
        Days that ended with the depletion above the readily available water.
    """

    water: float
    drained: float
    stress_days: int


@dataclass(frozen=True)
class Trouble:
    """What is wrong with the probes, beyond what their presets allow for.

    Attributes
    ----------
    noise : float
        Standard deviation of an hour's reading, m3/m3.
    drift : float
        What the readings have gained by harvest, m3/m3.
    fails : int
        Day on which the probe among the roots breaks; -1: never.
    """

    noise: float = 0.01
    drift: float = 0.0
    fails: int = -1


def climate(name: str, crop: Crop) -> dict[int, Weather]:
    """Seasons of a crop by the year they begin in, from the weather series in the package `aquacrop`.

    Raises
    ------
    DataError
        If the package has no such series.
    """
    sowing, latitude = CLIMATES[name]
    path = resources.files("aquacrop") / "data" / f"{name}_climate.txt"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"aquacrop has no weather of {name}. Choose from {', '.join(CLIMATES)}.") from error
    rows = np.array([line.split() for line in text.splitlines()[1:]], float)
    dates = np.array([datetime.date(int(y), int(m), int(d)) for d, m, y in rows[:, :3]])
    seasons = {}
    for year in sorted({date.year for date in dates}):
        first = np.searchsorted(dates, datetime.date(year, 1, 1) + datetime.timedelta(sowing - 1))
        part = slice(first, first + crop.days)
        if (
            first + crop.days <= len(dates)
            and dates[first].year == year
            and (dates[part][-1] - dates[first]).days == crop.days - 1
        ):
            t_min, t_max, rain, et0 = rows[part, 3:7].T
            seasons[year] = Weather(rain, et0, t_min, np.maximum(t_max, t_min), sowing, latitude)
    return seasons


def probes_mm(crop: Crop) -> tuple[int, int, int]:
    """Depths of the probes: two for the forecast, one at three quarters of the grown roots."""
    return 50, 100, round(750 * crop.roots_m[1])


def hours_of(weather: Weather, rng: np.random.Generator) -> np.ndarray:
    """Frames int16[days, 24, channels] of a season's weather; the probes are left missing.

    Temperatures follow a sine between the day's extremes, radiation one between sunrise and sunset with Hargreaves'
    sum (FAO-56 equation 50), dew falls at the lowest temperature (48), and the rain comes in three hours of the day.
    """
    days = len(weather.rain)
    hour = np.arange(24)
    mean, half = (weather.t_max + weather.t_min) / 2, (weather.t_max - weather.t_min) / 2
    air = mean[:, None] + half[:, None] * np.sin(2 * np.pi * (hour - 9) / 24)
    day_of_year = (weather.first - 1 + np.arange(days)) % 365 + 1
    above = np.array([lib.mk_extraterrestrial(weather.latitude, int(day)) for day in day_of_year])
    length = np.array([lib.mk_daylight_hours(weather.latitude, int(day)) for day in day_of_year])
    bell = np.maximum(np.cos(np.pi * (hour - 11.5) / np.maximum(length, 1)[:, None]), 0)
    bell[np.abs(hour - 11.5) > length[:, None] / 2] = 0
    light = 0.16 * np.sqrt(2 * half)[:, None] * above[:, None] * bell / np.maximum(bell.sum(1, keepdims=True), 1e-9)
    dew = 0.6108 * np.exp(17.27 * weather.t_min / (weather.t_min + 237.3))
    humidity = np.clip(100 * dew[:, None] / (0.6108 * np.exp(17.27 * air / (air + 237.3))), 5, 100)
    soil = pd.Series(mean).ewm(span=7).mean().to_numpy()

    frames = np.full((days, 24, len(CHANNELS)), MISSING, np.int16)
    at = {name: i for i, name in enumerate(CHANNELS)}
    frames[:, :, at["clock"]] = 24 * (day_of_year - 1)[:, None] + hour
    frames[:, :, at["soil"]] = np.round(10 * soil)[:, None]
    frames[:, :, at["air"]] = np.round(10 * air)
    frames[:, :, at["humidity"]] = np.round(10 * humidity)
    frames[:, :, at["light"]] = np.round(1000 * light)
    frames[:, :, at["supply"]] = 5000
    frames[:, :, at["rain"]] = 0
    for day in np.flatnonzero(weather.rain > 0):
        parts = np.round(10 * weather.rain[day] * np.diff(np.r_[0, np.sort(rng.random(2)), 1]))
        frames[day, rng.choice(24, 3, replace=False), at["rain"]] = parts
    return frames


class Controllers(Protocol):
    """Water n fields, day by day."""

    def morning(self, day: int, frames: np.ndarray, moisture: np.ndarray) -> np.ndarray:
        """Until dawn: hours int16[n, DAWN, channels], the probes' means float[n, 3] in m3/m3; mm through each valve."""

    def evening(self, day: int, frames: np.ndarray) -> np.ndarray:
        """The hours after dawn, int16[n, 24 - DAWN, channels]; mm through each valve, which count for the next day."""


@dataclass(frozen=True)
class Plot:
    """One season of one field: weather, the soil that is told, and a seed.

    The seed decides how the real soil differs, the hours of rain and the probes' noise.
    """

    weather: Weather
    soil: Soil
    seed: int
    trouble: Trouble = Trouble()


def simulate(
    plots: Sequence[Plot],
    crop: Crop,
    controllers: Controllers,
    counts: Callable[[np.ndarray], np.ndarray] | None = None,
    record: list[np.ndarray] | None = None,
    watch: Callable[[np.ndarray, Day], None] | None = None,
) -> list[Season]:
    """Run a season of each plot, all of one crop.

    Parameters
    ----------
    plots : sequence of Plot
    crop : Crop
    controllers : Controllers
        As many as plots.
    counts : callable, optional
        From moisture in m3/m3 to the probes' counts; without it no frames are made, and controllers get none.
    record : list of ndarray, optional
        Takes the frames int16[hours, channels] of each plot, as its controller saw them.
    watch : callable, optional
        Called each day with the mm through each valve and with what came of it.
    """
    soils, noises, days = [], [], []
    for plot in plots:
        rng = np.random.default_rng(plot.seed)
        off = 1 + SOIL_SPREAD * rng.uniform(-1, 1, 2)
        soils.append(replace(plot.soil, capacity=plot.soil.capacity * off[0], wilting=plot.soil.wilting * off[1]))
        noises.append(np.random.default_rng((plot.seed, 1)).normal(0, plot.trouble.noise, (crop.days, 24, 3)))
        days.append(hours_of(plot.weather, rng) if counts else np.empty((crop.days, 24, 0), np.int16))
    ground, frames, noise = Fields(soils, crop), np.array(days), np.array(noises, np.float32)
    rain, et0 = (np.array([getattr(plot.weather, name) for plot in plots]) for name in ("rain", "et0"))
    drift = np.array([plot.trouble.drift for plot in plots])
    fails = np.array([plot.trouble.fails for plot in plots])
    depths = probes_mm(crop)
    water, drained, late = (np.zeros(len(plots)) for _ in range(3))
    stress = np.zeros(len(plots), int)
    for day in range(crop.days):
        shown = noise[:, day] + (drift * day / crop.days)[:, None, None]

        def look(hours: slice, day=day, shown=shown) -> tuple[np.ndarray, np.ndarray]:
            moisture = np.stack([ground.moisture(mm) for mm in depths], 1)[:, None]
            moisture = np.clip(moisture + shown[:, hours], 0, 1)
            part = frames[:, day, hours]
            if counts:
                part[:, :, _PROBES] = counts(moisture)
                part[(fails >= 0) & (fails <= day), :, _PROBES.stop - 1] = 0
            return part, moisture.mean(1)

        given = late + controllers.morning(day, *look(slice(0, DAWN)))
        result = ground.step(rain[:, day], given * EFFICIENCY, et0[:, day])
        late = controllers.evening(day, look(slice(DAWN, 24))[0])
        water, drained, stress = water + given, drained + result.drained, stress + result.stressed
        if watch:
            watch(given, result)
    if record is not None:
        record.extend(frames.reshape(len(plots), -1, frames.shape[-1]))
    return [Season(float(w), float(d), int(s)) for w, d, s in zip(water, drained, stress, strict=True)]


@dataclass
class Timers:
    """So many mm twice a week, whatever the weather."""

    weekly: np.ndarray

    def morning(self, day: int, frames: np.ndarray, moisture: np.ndarray) -> np.ndarray:
        """Half of the week's water on two of its days."""
        return np.full(len(moisture), self.weekly[day // 7] / 2 if day % 7 in (0, 3) else 0.0)

    def evening(self, day: int, frames: np.ndarray) -> np.ndarray:
        """Nothing."""
        return np.zeros(len(frames))


def timer(years: Iterable[Weather], crop: Crop, effective_rain: float = 0.0) -> Timers:
    """The crop's mean need of each week by FAO-56 (Kc x ET0) in other years.

    Parameters
    ----------
    years : iterable of Weather
    crop : Crop
    effective_rain : float
        Share of the mean rain that is taken off it: 0 for the crop's need, 0.8 for what FAO calls the irrigation need.
    """
    days = np.arange(crop.days)
    kc = np.array([crop.coefficient(int(day)) for day in days])
    need = np.mean([kc * year.et0 - effective_rain * year.rain for year in years], axis=0)
    return Timers(np.maximum(pd.Series(need).groupby(days // 7).sum().to_numpy(), 0) / EFFICIENCY)


@dataclass(frozen=True)
class Threshold:
    """`portion` mm whenever the mean of some probes is below a share of the available water."""

    level: float
    portion: float
    probes: tuple[int, ...] = (1, 2)


#: what a fixed threshold is chosen from
THRESHOLDS = [
    Threshold(round(float(level), 2), portion, probes)
    for level in np.arange(0.4, 1.01, 0.05)
    for portion in (8.0, 14.0, 20.0, 30.0)
    for probes in ((1,), (1, 2), (2,))
]


class Thresholds:
    """A threshold on each of n fields."""

    def __init__(self, choices: Sequence[Threshold], soils: Sequence[Soil]):
        spans = [(soil.wilting, soil.capacity - soil.wilting) for soil in soils]
        self.limits = np.array([low + c.level * span for c, (low, span) in zip(choices, spans, strict=True)])
        self.portions = np.array([choice.portion for choice in choices])
        self.weights = np.array([[(i in c.probes) / len(c.probes) for i in range(3)] for c in choices])

    def morning(self, day: int, frames: np.ndarray, moisture: np.ndarray) -> np.ndarray:
        """Water at once."""
        return np.where((moisture * self.weights).sum(1) < self.limits, self.portions, 0.0)

    def evening(self, day: int, frames: np.ndarray) -> np.ndarray:
        """Nothing."""
        return np.zeros(len(frames))


class Devices:
    """The controllers of the firmware, compiled; one a field."""

    def __init__(self, gardeners: Sequence[Gardener]):
        self.gardeners = gardeners

    def morning(self, day: int, frames: np.ndarray, moisture: np.ndarray) -> np.ndarray:
        """Hour by hour."""
        return self.evening(day, frames)

    def evening(self, day: int, frames: np.ndarray) -> np.ndarray:
        """Hour by hour."""
        return np.array([
            gardener.process(hours) * gardener.config.irrigation.rate_mm_h / 3600
            for gardener, hours in zip(self.gardeners, frames, strict=True)
        ])  # fmt: skip


def cost(seasons: Sequence[Season], stress_mm: float) -> float:
    """Mean water in mm with each day of stress counted as `stress_mm` of it: what tuning makes small."""
    return float(np.mean([s.water + stress_mm * s.stress_days for s in seasons]))


def tuned_threshold(years: dict[int, Weather], soil: Soil, crop: Crop, stress_mm: float) -> Threshold:
    """The cheapest fixed threshold over some years, with a day of stress counted as so much water."""
    plots = [Plot(weather, soil, year) for _ in THRESHOLDS for year, weather in years.items()]
    choices = [choice for choice in THRESHOLDS for _ in years]
    seasons = simulate(plots, crop, Thresholds(choices, [soil] * len(plots)))
    costs = [cost(seasons[i * len(years) : (i + 1) * len(years)], stress_mm) for i in range(len(THRESHOLDS))]
    return THRESHOLDS[int(np.argmin(costs))]
