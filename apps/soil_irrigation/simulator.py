"""Seasons on the host: the compiled decisions beside a timer, a moisture threshold and pyfao56, over real weather.

The field (`Field`) is finer than anything the controllers know; its soil differs from the preset that they are told,
and the probes are noisy. Everything that is tuned is tuned on years that are not scored.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import resources

import numpy as np
import pandas as pd

from motekit.core import check, ffi, lib
from motekit.errors import DataError
from motekit.post.irrigation import Irrigation, IrrigationConfig

from .field import Field
from .presets import CLIMATES, Crop, Soil

#: what of the water at the valve reaches the roots' layers
EFFICIENCY = 0.85
#: standard deviation of a probe's reading, m3/m3
PROBE_NOISE = 0.01
#: how far the real soil's capacity and wilting point are off the preset
SOIL_SPREAD = 0.07


@dataclass(frozen=True)
class Weather:
    """Days of one place from sowing on: rain and reference evapotranspiration in mm, minimum temperature in degC."""

    rain: np.ndarray
    et0: np.ndarray
    t_min: np.ndarray


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


def climate(name: str, crop: Crop) -> dict[int, Weather]:
    """Seasons of a crop by the year they begin in, from the weather series in the package `aquacrop`.

    Raises
    ------
    DataError
        If the package has no such series.
    """
    sowing, _ = CLIMATES[name]
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
            seasons[year] = Weather(rain=rows[part, 5], et0=rows[part, 6], t_min=rows[part, 3])
    return seasons


def probes_mm(crop: Crop) -> tuple[float, float]:
    """Depths of the two probes: where roots begin, and at three quarters of the grown ones.

    A shallow pair alone mistakes a wetted surface for a filled root zone.
    """
    return 250.0, 750.0 * crop.roots_m[1]


# a controller sees a day's readings at dawn and says how many mm to let through the valve
Controller = Callable[[int, "Morning"], float]


@dataclass(frozen=True)
class Morning:
    """What a controller knows at dawn: yesterday's weather and the probes now."""

    rain: float
    et0: float
    t_min: float
    moisture: tuple[float, ...]


def simulate(
    weather: Weather, soil: Soil, crop: Crop, controller: Controller, seed: int, noise: float = PROBE_NOISE
) -> Season:
    """Run one season; the seed decides the real soil and the probes' noise."""
    rng = np.random.default_rng(seed)
    off = 1 + SOIL_SPREAD * rng.uniform(-1, 1, 2)
    real = replace(soil, capacity=soil.capacity * off[0], wilting=soil.wilting * off[1])
    field, depths = Field(real, crop), probes_mm(crop)
    water = drained = 0.0
    stress = 0
    rain = et0 = 0.0
    for day in range(crop.days):
        readings = tuple(float(np.clip(field.moisture(mm) + rng.normal(0, noise), 0, 1)) for mm in depths)
        given = controller(day, Morning(rain, et0, float(weather.t_min[day]), readings))
        rain, et0 = float(weather.rain[day]), float(weather.et0[day])
        result = field.step(rain, given * EFFICIENCY, et0)
        water, drained, stress = water + given, drained + result.drained, stress + result.stressed
    return Season(water, drained, stress)


def timer(years: Iterable[Weather], crop: Crop) -> Controller:
    """Give the crop's mean need of each week by FAO-56 in other years, in two portions a week."""
    days = np.arange(crop.days)
    kc = np.array([crop.coefficient(int(day)) for day in days])
    # FAO's effective rain of a dekad, brought to days: four fifths of it
    need = np.mean([kc * year.et0 - 0.8 * year.rain for year in years], axis=0)
    weekly = np.maximum(pd.Series(need).groupby(days // 7).sum().to_numpy(), 0) / EFFICIENCY

    def decide(day: int, morning: Morning) -> float:
        return float(weekly[day // 7]) / 2 if day % 7 in (0, 3) else 0.0

    return decide


def threshold(soil: Soil, crop: Crop, level: float, portion: float) -> Controller:
    """Give `portion` mm whenever the mean of the probes is below a share of the available water."""
    limit = soil.wilting + level * (soil.capacity - soil.wilting)

    def decide(day: int, morning: Morning) -> float:
        return portion if np.mean(morning.moisture) < limit else 0.0

    return decide


class Controlled:
    """The device's way: a bucket kept right by the probes, tomorrow's need, and the compiled state machine.

    Parameters
    ----------
    soil, crop
        Presets, as declared.
    config : IrrigationConfig
    trust : float
        How far a morning's probes move the bucket's depletion, 0 to 1.
    """

    START_H, HOURS = 4, 6

    def __init__(self, soil: Soil, crop: Crop, config: IrrigationConfig, trust: float = 0.2):
        self.soil, self.crop, self.config, self.trust = soil, crop, config, trust
        self.block = Irrigation(config)
        self.block.process(config.interval_s, np.nan, np.nan)
        self._bucket, self._config = ffi.new("mk_soil *"), ffi.new("mk_soil_config *")
        self._depletion, self._given = 0.0, 0.0

    def __call__(self, day: int, morning: Morning) -> float:
        """Water let through the valve this morning, mm."""
        available = (self.soil.capacity - self.soil.wilting) * 1000 * self.crop.roots(day)
        need = self.crop.coefficient(day) * morning.et0
        self._pass_day(day, morning, need)
        seen = self._seen(day, morning)
        self._depletion += (seen - self._depletion) * (1.0 if day == 0 else self.trust)
        share = float(np.clip(self.crop.share + 0.04 * (5 - need), 0.1, 0.8))
        # today will take about what yesterday did
        predicted = self._depletion + need
        self._given = self._water(predicted, share * available, morning)
        return self._given

    def _pass_day(self, day: int, morning: Morning, need: float) -> None:
        c = self._config
        c.field_capacity, c.wilting_point = self.soil.capacity, self.soil.wilting
        c.root_depth, c.depletion_share = self.crop.roots(day), self.crop.share
        total = (self.soil.capacity - self.soil.wilting) * 1000 * self.crop.roots(day)
        check(lib.mk_soil_init(self._bucket, c, float(np.clip(self._depletion, 0, 0.999 * total))), "bucket")
        lib.mk_soil_day(self._bucket, morning.rain, self._given * EFFICIENCY, need)
        self._depletion = self._bucket.depletion

    def _seen(self, day: int, morning: Morning) -> float:
        """Depletion of the root zone as the probes show it: each stands for the layers nearest to it."""
        roots = self.crop.roots(day) * 1000
        edge = min(sum(probes_mm(self.crop)) / 2, roots)
        missing = [max(self.soil.capacity - m, 0.0) for m in morning.moisture]
        return missing[0] * edge + missing[1] * (roots - edge)

    def _water(self, predicted: float, readily: float, morning: Morning) -> float:
        """Play the morning's hours through the state machine, tick by tick while the valve is open."""
        config, block = self.config, self.block
        given = {"temperature_c": morning.t_min + 4, "allowed": True}
        block.process(
            (24 - self.HOURS) * 3600, predicted, readily, rain_mm=morning.rain, temperature_c=15, allowed=False
        )
        left, opened, is_open = self.HOURS * 3600, 0, False
        while left > 0:
            step = min(config.tick_s if is_open else 600, left)
            left, opened = left - step, opened + step * is_open
            is_open = block.process(step, predicted, readily, **given)
        if is_open:
            block.process(config.tick_s, predicted, readily, temperature_c=15, allowed=False)
            opened += config.tick_s
        return opened * config.rate_mm_h / 3600


#: of the valve and the field, as an app.toml may declare them
FIELD = IrrigationConfig(
    tick_s=60, max_open_s=3600, pulse_s=1800, soak_s=1200, interval_s=3600, limit_s=14_400, rain_delay_s=43_200,
    rain_min_mm=8.0, rate_mm_h=10.0, efficiency=round(EFFICIENCY * 100), start=80, stop=35,
)  # fmt: skip


def cost(seasons: Sequence[Season], stress_mm: float = 15.0) -> float:
    """Mean water in mm with each day of stress counted as `stress_mm` of it: what tuning makes small."""
    return float(np.mean([s.water + stress_mm * s.stress_days for s in seasons]))


def tuned_threshold(years: dict[int, Weather], soil: Soil, crop: Crop) -> tuple[float, float]:
    """Level and portion of the cheapest fixed threshold over some years."""
    choices = [(level, portion) for level in np.arange(0.25, 0.96, 0.1) for portion in (8.0, 16.0, 28.0)]

    def total(choice: tuple[float, float]) -> float:
        control = threshold(soil, crop, *choice)
        return cost([simulate(weather, soil, crop, control, year) for year, weather in years.items()])

    return min(choices, key=total)
