"""Weather and soil moisture of stations that do not exist: a generator, so that everything runs offline.

Rain is a two-state Markov chain with gamma amounts, air temperature and humidity follow the season and their own
yesterday, and differ on wet days; radiation is that above the atmosphere through clear or cloudy air. Soil moisture
at 5 and 10 cm comes from two layers that fill, drain and dry by reference evapotranspiration, with the noise of a
probe. Source of the weather: C. W. Richardson, "Stochastic simulation of daily precipitation, temperature, and solar
radiation", Water Resources Research 17 (1981).
"""

from dataclasses import dataclass

import numpy as np

from motekit.core import ffi, lib
from motekit.data.series import DAY_S, Series
from motekit.errors import ConfigError

CHANNELS = (
    "air_temperature_max", "air_temperature_min", "air_temperature", "rain", "solar", "humidity", "humidity_min",
    "humidity_max", "soil_moisture_5cm", "soil_moisture_10cm", "soil_temperature_5cm",
)  # fmt: skip


@dataclass(frozen=True)
class Climate:
    """Means of one place.

    Attributes
    ----------
    latitude : float
        Degrees north.
    mean_c, swing_c : float
        Mean of the year, and half of the way from the coldest to the warmest month.
    wet_share : float
        Share of wet days over the year.
    wet_season : float
        How much of it falls in winter (1) or summer (-1).
    rain_mm : float
        Mean of a wet day.
    humidity : float
        Mean relative humidity, %.
    """

    latitude: float
    mean_c: float
    swing_c: float
    wet_share: float
    wet_season: float
    rain_mm: float
    humidity: float


#: between them the stations of `make` lie
CLIMATES = {
    "maritime": Climate(51.0, 10.0, 7.0, 0.50, 0.2, 4.5, 80.0),
    "continental": Climate(41.0, 10.5, 14.0, 0.28, -0.5, 8.5, 66.0),
    "mediterranean": Climate(36.8, 18.5, 8.0, 0.20, 0.8, 7.5, 65.0),
    "semi-arid": Climate(32.0, 16.0, 11.0, 0.12, -0.3, 7.0, 45.0),
    "monsoon": Climate(17.4, 26.5, 5.0, 0.25, -0.9, 11.0, 62.0),
}
#: field capacity, wilting point, saturation (m3/m3) and the share of the surplus that drains in a day
SOILS = {"sand": (0.12, 0.04, 0.38, 0.75), "loam": (0.27, 0.12, 0.44, 0.55), "clay": (0.38, 0.22, 0.50, 0.35)}


def weather(climate: Climate, days: int, rng: np.random.Generator, first_day: int = 1) -> dict[str, np.ndarray]:
    """Days of a climate, by channel (all but those of the soil); the year begins with `first_day`."""
    day = (np.arange(days) + first_day - 1) % 365 + 1
    # 1 in the warmest month, 21 days after the longest day
    warm = np.cos(2 * np.pi * (day - (193 if climate.latitude >= 0 else 10)) / 365)
    share = np.clip(climate.wet_share * (1 - climate.wet_season * warm), 0.01, 0.9)
    wet = np.zeros(days, bool)
    for i in range(days):
        # wet days come together: after one, half of the way to certainty
        chance = share[i] * 0.7 + (0.3 if i and wet[i - 1] else 0.0) * (1 - share[i])
        wet[i] = rng.random() < chance
    rain = np.where(wet, rng.gamma(0.7, climate.rain_mm / 0.7, days), 0.0).round(1)
    anomaly, damp = _ar1(days, 0.72, rng), _ar1(days, 0.55, rng)
    mean = climate.mean_c + climate.swing_c * warm + 3.5 * anomaly - np.where(wet, 1.5, 0.0)
    span = np.clip(
        (10.5 + 0.08 * (70 - climate.humidity)) * np.where(wet, 0.65, 1.05) + rng.normal(0, 1.8, days), 2, 25
    )
    above = np.array([lib.mk_extraterrestrial(climate.latitude, int(d)) for d in day])
    clear = np.clip(np.where(wet, 0.34, 0.62) + rng.normal(0, 0.1, days), 0.08, 0.77)
    humidity = np.clip(climate.humidity + 8 * damp + np.where(wet, 10.0, -4.0) - 6 * warm, 12, 99)
    return {
        "air_temperature_max": mean + span / 2,
        "air_temperature_min": mean - span / 2,
        "air_temperature": mean,
        "rain": rain,
        "solar": above * clear,
        "humidity": humidity,
        "humidity_min": np.clip(humidity - 1.8 * span, 5, 100),
        "humidity_max": np.clip(humidity + 1.6 * span, 5, 100),
    }


def soil(
    days: dict[str, np.ndarray], climate: Climate, kind: str, rng: np.random.Generator, first_day: int = 1
) -> dict[str, np.ndarray]:
    """Moisture at 5 and 10 cm and soil temperature under that weather, by channel."""
    capacity, wilting, saturation, drains = (
        v * f for v, f in zip(SOILS[kind], [*rng.uniform(0.85, 1.15, 3), 1], strict=True)
    )
    saturation, wilting = max(saturation, capacity + 0.05), min(wilting, 0.7 * capacity)
    count = len(days["rain"])
    et0 = ffi.new("float *")
    layers = np.full(2, (capacity + wilting) / 2)
    # mm of water a layer holds at 1 m3/m3, and its share of the demand
    thickness, demand, residual = np.array([75.0, 75.0]), np.array([0.45, 0.25]), 0.5 * wilting
    moisture = np.empty((count, 2))
    warmth = np.empty(count)
    ground = days["air_temperature"][0]
    for i in range(count):
        number = (i + first_day - 1) % 365 + 1
        low, high = float(days["air_temperature_min"][i]), float(days["air_temperature_max"][i])
        lib.mk_et0_hargreaves(low, high, climate.latitude, number, et0)
        ground += 0.35 * (days["air_temperature"][i] + 1.5 - ground)
        flow = float(days["rain"][i]) if ground > 0 else 0.0
        for k in range(2):
            layers[k] += flow / thickness[k]
            over = max(layers[k] - saturation, 0.0)
            layers[k] -= over
            surplus = max(layers[k] - capacity, 0.0) * drains
            layers[k] -= surplus
            flow = (surplus + over) * thickness[k]
            held = np.clip((layers[k] - residual) / (0.7 * (capacity - residual)), 0, 1)
            layers[k] -= held * demand[k] * et0[0] / thickness[k]
        exchange = 0.08 * (layers[0] - layers[1])
        layers += [-exchange, exchange]
        moisture[i], warmth[i] = layers, ground
    measured = np.clip(moisture + rng.normal(0, 0.002, moisture.shape), 0, 0.6).round(3)
    return {
        "soil_moisture_5cm": measured[:, 0],
        "soil_moisture_10cm": measured[:, 1],
        "soil_temperature_5cm": warmth + rng.normal(0, 0.2, count),
    }


def make(stations: int = 20, seed: int = 0, *, days: int = 366, missing: float = 0.02) -> list[Series]:
    """Daily series of stations in climates and soils between those of `CLIMATES` and `SOILS`.

    Parameters
    ----------
    stations, days : int
    seed : int
        The same request gives the same values.
    missing : float
        Share of values that are missing, in stretches of some days.

    Raises
    ------
    ConfigError
        If there is nothing to make.
    """
    if stations < 1 or days < 2 or not 0 <= missing < 1:
        raise ConfigError("synthetic weather needs a station, two days and less than all missing. Raise the numbers.")
    series = []
    for number in range(stations):
        rng = np.random.default_rng((seed, number))
        name = list(CLIMATES)[number % len(CLIMATES)]
        kind = list(SOILS)[rng.integers(len(SOILS))]
        base = CLIMATES[name]
        climate = Climate(
            latitude=base.latitude + rng.uniform(-3, 3),
            mean_c=base.mean_c + rng.normal(0, 1.5),
            swing_c=base.swing_c * rng.uniform(0.85, 1.15),
            wet_share=base.wet_share * rng.uniform(0.8, 1.25),
            wet_season=base.wet_season,
            rain_mm=base.rain_mm * rng.uniform(0.8, 1.25),
            humidity=base.humidity + rng.normal(0, 4),
        )
        columns = weather(climate, days, rng)
        columns |= soil(columns, climate, kind, rng)
        values = np.stack([columns[c] for c in CHANNELS], axis=1)
        for i in range(len(CHANNELS)):
            for start in np.flatnonzero(rng.random(days) < missing / 4):
                values[start : start + 1 + rng.poisson(3), i] = np.nan
        series.append(
            Series(
                station=f"{name}-{kind}-{number}",
                start=np.datetime64("2021-01-01", "s"),
                step_s=DAY_S,
                channels=CHANNELS,
                values=values,
                name=f"synthetic/{name}-{kind}-{number}",
                source="synthetic",
                latitude=climate.latitude,
            )
        )
    return series


def _ar1(count: int, memory: float, rng: np.random.Generator) -> np.ndarray:
    """Noise of variance 1 in which each value keeps `memory` of the one before."""
    noise = rng.normal(0, np.sqrt(1 - memory**2), count)
    noise[0] = rng.normal()
    for i in range(1, count):
        noise[i] += memory * noise[i - 1]
    return noise
