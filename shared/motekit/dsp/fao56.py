"""Vapour pressure, radiation and reference evapotranspiration of FAO-56 (`dsp_fao56.h`)."""

import math

import numpy as np

from ..core import ffi, lib
from ..errors import ConfigError

_WEATHER = ("t_max", "t_min", "rh_max", "rh_min", "wind", "solar")


def _each(function, *columns) -> np.ndarray:
    """One call a row over columns of one length, or scalars, float32."""
    rows = np.broadcast_arrays(*[np.asarray(c) for c in columns])
    values = [function(*row) for row in zip(*(r.ravel().tolist() for r in rows), strict=True)]
    return np.array(values, np.float32).reshape(rows[0].shape)


def saturation_pressure(temperature) -> np.ndarray:
    """Saturation vapour pressure in kPa of a temperature in degC (eq. 11)."""
    return _each(lib.mk_saturation_pressure, temperature)


def dew_point(temperature, humidity) -> np.ndarray:
    """Dew point in degC of a temperature in degC and a relative humidity in %."""
    return _each(lib.mk_dew_point, temperature, humidity)


def pressure_deficit(temperature, humidity) -> np.ndarray:
    """Vapour pressure deficit in kPa of one moment."""
    return _each(lib.mk_pressure_deficit, temperature, humidity)


def air_pressure(elevation_m) -> np.ndarray:
    """Mean pressure in kPa at a height above the sea (eq. 7)."""
    return _each(lib.mk_air_pressure, elevation_m)


def extraterrestrial(latitude_deg, day_of_year) -> np.ndarray:
    """Radiation on top of the atmosphere, MJ/m2 a day (eq. 21), at degrees north, on days 1 to 366."""
    return _each(lib.mk_extraterrestrial, radians(latitude_deg), np.asarray(day_of_year, int))


def daylight_hours(latitude_deg, day_of_year) -> np.ndarray:
    """Hours from sunrise to sunset (eq. 34)."""
    return _each(lib.mk_daylight_hours, radians(latitude_deg), np.asarray(day_of_year, int))


def et0_hargreaves(t_max, t_min, extraterrestrial) -> np.ndarray:
    """Reference evapotranspiration in mm a day from temperatures alone (eq. 52)."""
    return _each(lib.mk_et0_hargreaves, t_max, t_min, extraterrestrial)


def et0(
    t_max, t_min, extraterrestrial, *, rh_max=math.nan, rh_min=math.nan, wind=math.nan, solar=math.nan, elevation_m=0.0
) -> np.ndarray:
    """Reference evapotranspiration in mm a day by Penman-Monteith (eq. 6).

    Parameters
    ----------
    t_max, t_min : float or array
        degC.
    extraterrestrial : float or array
        MJ/m2 a day, of `extraterrestrial`.
    rh_max, rh_min : float or array
        %; NaN where not measured.
    wind : float or array
        m/s at 2 m; NaN where not measured.
    solar : float or array
        MJ/m2 a day; NaN where not measured.
    elevation_m : float or array

    Returns
    -------
    ndarray of float32
        NaN only where a temperature, the extraterrestrial radiation or the elevation is.
    """
    weather = ffi.new("mk_weather_day *")

    def one(ra, elevation, *values):
        for name, value in zip(_WEATHER, values, strict=True):
            setattr(weather, name, value)
        return lib.mk_et0(weather, ra, elevation)

    return _each(one, extraterrestrial, elevation_m, t_max, t_min, rh_max, rh_min, wind, solar)


def radians(latitude_deg) -> np.ndarray:
    """Latitude in degrees as the core takes it.

    Raises
    ------
    ConfigError
        If it is beyond a pole.
    """
    latitude = np.asarray(latitude_deg, float)
    if np.any(np.abs(latitude) > 90):
        raise ConfigError(f"latitude {np.abs(latitude).max():g} is beyond 90 degrees. Give degrees north.")
    return np.radians(latitude)
