"""Air, evapotranspiration and soil water after FAO-56 (`mk_climate`, `mk_soil`)."""

from dataclasses import dataclass

import numpy as np

from ..core import check, ffi, lib
from .floats import FloatBlock, floats, fp


def saturation_pressure(temperature: float) -> float:
    """Saturation vapour pressure in kPa of air at so many degrees C (FAO-56 equation 11)."""
    return lib.mk_saturation_pressure(temperature)


def dew_point(vapour_pressure: float) -> float:
    """Dew point in degrees C of a vapour pressure in kPa."""
    return lib.mk_dew_point(vapour_pressure)


def vapour_deficit(temperature: float, humidity: float) -> tuple[float, int]:
    """Vapour-pressure deficit in kPa at degrees C and % relative humidity, and quality flags."""
    deficit = ffi.new("float *")
    quality = lib.mk_vapour_deficit(temperature, humidity, deficit)
    return deficit[0], quality


@dataclass(frozen=True)
class Weather:
    """A day's weather.

    Temperatures in degrees C, relative humidity in %, wind at 2 m in m/s, solar radiation in MJ/m^2/day, altitude in
    m, latitude in degrees north, day of the year from 1.
    """

    temperature_min: float
    temperature_max: float
    humidity_min: float
    humidity_max: float
    wind: float
    solar: float
    altitude: float
    latitude: float
    day: int


def et0_penman_monteith(weather: Weather) -> tuple[float, int]:
    """Reference evapotranspiration in mm/day (FAO-56 equation 6), and quality flags."""
    w, et0 = ffi.new("mk_weather *", vars(weather)), ffi.new("float *")
    quality = lib.mk_et0_penman_monteith(w, et0)
    return et0[0], quality


def et0_hargreaves(temperature_min: float, temperature_max: float, latitude: float, day: int) -> tuple[float, int]:
    """Reference evapotranspiration in mm/day from temperatures alone (FAO-56 equation 52), and quality flags."""
    et0 = ffi.new("float *")
    quality = lib.mk_et0_hargreaves(temperature_min, temperature_max, latitude, day, et0)
    return et0[0], quality


def degree_days(temperature_min: float, temperature_max: float, base: float = 10.0, ceiling: float = 30.0) -> float:
    """Growing degree days of a day."""
    return lib.mk_degree_days(temperature_min, temperature_max, base, ceiling)


class SoilWater(FloatBlock):
    """Soil-water balance of the root zone, day by day (FAO-56 chapter 8).

    Parameters
    ----------
    field_capacity, wilting_point : float
        m^3 of water a m^3 of soil.
    root_depth : float
        In m, at most 10.
    depletion_share : float
        Share of the available water used without stress, 0.1 to 0.9.
    depletion : float
        At the start, in mm.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(
        self,
        field_capacity: float,
        wilting_point: float,
        root_depth: float,
        depletion_share: float = 0.5,
        depletion: float = 0.0,
    ):
        super().__init__(
            field_capacity=field_capacity,
            wilting_point=wilting_point,
            root_depth=root_depth,
            depletion_share=depletion_share,
        )
        config = ffi.new("mk_soil_config *", (field_capacity, wilting_point, root_depth, depletion_share))
        self._state = ffi.new("mk_soil *")
        check(lib.mk_soil_init(self._state, config, depletion), "soil water")
        self.quality = 0

    def day(self, rain: float, irrigation: float, crop_evapotranspiration: float) -> dict[str, float]:
        """One day's depths of water in mm, to depletion, stress, evapotranspiration, percolation."""
        self.quality = lib.mk_soil_day(self._state, rain, irrigation, crop_evapotranspiration)
        names = ("total", "readily", "depletion", "stress", "evapotranspiration", "percolation")
        return {name: getattr(self._state, name) for name in names}


class Smooth(FloatBlock):
    """Exponential smoothing, y += share (x - y) (`mk_smooth`).

    Parameters
    ----------
    share : float
        Above 0, at most 1.

    Raises
    ------
    ConfigError
        If it is out of range.
    """

    def __init__(self, share: float):
        self.share = float(np.float32(share))
        super().__init__(share=self.share)
        self._state = ffi.new("mk_smooth *")
        self.quality = 0
        self.reset()

    def reset(self) -> None:
        """Forget all samples."""
        check(lib.mk_smooth_init(self._state, self.share), "smoothing")

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Next part of a stream, float32[n], smoothed."""
        samples = floats(samples)
        out = np.empty_like(samples)
        self.quality = lib.mk_smooth_process(self._state, fp(samples), fp(out), len(samples))
        return out

    def process(self, samples: np.ndarray) -> np.ndarray:
        """Whole recording, from a fresh start."""
        self.reset()
        return self.push(samples)
