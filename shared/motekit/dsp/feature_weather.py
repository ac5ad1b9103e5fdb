"""The blocks of `[[features]]` that look at weather and soil (dsp_features_weather.h)."""

from typing import Any

import numpy as np

from ..core import check, ffi, lib
from ..errors import ConfigError
from .constants import Native, Struct
from .feature import MAGNITUDE, Feature, Window

#: values of the block "air", in the core's order
AIR_VALUES = ("saturation_pressure", "vapour_pressure", "vapour_deficit", "dew_point")
DAY_KEYS = {"latitude", "altitude", "wind_height", "humidity", "wind", "solar", "day", "first_day"}
SOIL_KEYS = DAY_KEYS | {
    "field_capacity", "wilting_point", "root_depth", "depletion_share", "depletion", "crop", "rain", "irrigation",
}  # fmt: skip


def _channel(given: dict[str, Any], key: str, window: Window, block: str) -> int:
    """Number of the channel that a key names, or that there is none."""
    return window.channel(given[key], block) if key in given else MAGNITUDE


def _within(given: dict[str, Any], key: str, default: float | None, low: float, high: float, block: str) -> np.float32:
    value = given[key] if default is None else given.get(key, default)
    if not low <= value <= high:
        raise ConfigError(f"{block}: {key} {value} must be from {low:g} to {high:g}.")
    return np.float32(value)


def air(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """Humidity of air as dew point and vapour pressures."""
    values = given.get("values", ["vapour_deficit", "dew_point"])
    for value in values:
        if value not in AIR_VALUES:
            raise ConfigError(f"air knows no {value!r}. Known: {', '.join(AIR_VALUES)}.")
    table = np.array([AIR_VALUES.index(value) for value in values], np.uint8)
    config = Struct("mk_feature_air_config", (table, window.channel(given["humidity"], "air")))
    return Feature("mk_feature_air", channel, [f"{name}.{value}" for value in values], window.length, config)


def _et0(given: dict[str, Any], window: Window, block: str) -> tuple:
    """The core's mk_feature_et0_config."""
    window.once(block)
    first = int(_within(given, "first_day", 1, 1, 366, block))
    numbers = (
        _within(given, "latitude", None, -90, 90, block), _within(given, "altitude", 0, -500, 9000, block),
        _within(given, "wind_height", 2, 0.5, 200, block), first,
    )  # fmt: skip
    channels = tuple(_channel(given, key, window, block) for key in ("humidity", "wind", "solar", "day"))
    known = [key for key in ("humidity", "wind", "solar") if key in given]
    if 0 < len(known) < 3:
        raise ConfigError(f"{block}: {known[0]} alone is not used. Name humidity, wind and solar, or none of them.")
    return numbers + channels


def evapotranspiration(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """Reference evapotranspiration of a day."""
    config = Struct("mk_feature_et0_config", _et0(given, window, "evapotranspiration"))
    return Feature("mk_feature_et0", channel, [f"{name}.et0"], window.length, config, 1)


def degree_days(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """Growing degree days of a day, and of all so far."""
    window.once("degree_days")
    base, ceiling = float(given["base"]), float(given.get("ceiling", 60.0))
    if not -60 <= base < ceiling <= 80:
        raise ConfigError(f"degree_days: base {base:g} must be below ceiling {ceiling:g}, both from -60 to 80.")
    config = Struct("mk_feature_degree_days_config", (np.float32(base), np.float32(ceiling)))
    names = [f"{name}.degree_days", f"{name}.degree_days_sum"]
    return Feature("mk_feature_degree_days", channel, names, window.length, config, 1)


def soil_water(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """Depletion of the root zone and the crop's stress after a day."""
    soil = tuple(
        np.float32(given[key] if key != "depletion_share" else given.get(key, 0.5))
        for key in ("field_capacity", "wilting_point", "root_depth", "depletion_share")
    )
    depletion = np.float32(given.get("depletion", 0.0))
    native = Native()
    status = lib.mk_soil_init(ffi.new("mk_soil *"), native.struct(Struct("mk_soil_config", soil)), float(depletion))
    check(status, "soil_water: field_capacity, wilting_point, root_depth, depletion_share or depletion")
    water = tuple(_channel(given, key, window, "soil_water") for key in ("rain", "irrigation"))
    crop = _within(given, "crop", 1.0, 0, 3, "soil_water")
    config = Struct("mk_feature_soil_config", (_et0(given, window, "soil_water"), soil, crop, depletion, *water))
    names = [f"{name}.depletion", f"{name}.stress"]
    return Feature("mk_feature_soil_water", channel, names, window.length, config, 3)
