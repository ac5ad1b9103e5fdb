"""Features of a soil-moisture forecast, a row a day (`mk_moisture`)."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ..core import check, ffi, lib
from ..errors import ConfigError
from .block import Block

if TYPE_CHECKING:
    from ..data.series import Series

#: MK_MOISTURE_MISSING
MISSING = -32768
#: columns of a day, in the order of `mk_moisture_day`, with the counts of one unit and the largest count
COLUMNS = {
    "soil_moisture_5cm": (10_000, 10_000),
    "soil_moisture_10cm": (10_000, 10_000),
    "rain": (10, 5_000),
    "air_temperature_max": (10, 1_000),
    "air_temperature_min": (10, 1_000),
    "humidity": (10, 1_100),
    "humidity_min": (10, 1_100),
    "humidity_max": (10, 1_100),
    "solar": (100, 6_000),
    "extraterrestrial": (100, 6_000),
    "soil_temperature_5cm": (10, 1_000),
}
NAMES = (
    *(f"{depth}_{name}" for depth in ("5cm", "10cm") for name in
      ("moisture", "change", "change_1", "change_2", "below_highest", "above_lowest", "above_mean")),
    "gradient", "rain", "rain_1", "rain_2", "rain_3", "wetness_2d", "wetness_7d", "wetness_20d",
    "t_max", "t_min", "t_max_change", "t_min_change", "sunshine", "sunshine_1",
    "humidity", "humidity_min", "humidity_max", "humidity_change",
    "soil_temperature", "thaw", "season", "season_change",
)  # fmt: skip


class Moisture(Block):
    """Features int16[days, 36] in Q10 from days int16[days, 11]; 0 stands for what is missing.

    The block has no parameters. `process` goes on where the last call ended; `reset` forgets.
    """

    width = lib.MK_MOISTURE_FEATURES

    def __init__(self) -> None:
        self._state = ffi.new("mk_moisture *")
        self.reset()

    @property
    def parameters(self) -> dict[str, Any]:
        """Nothing but the number of features decides the output."""
        return {"features": self.width}

    def reset(self) -> None:
        """Forget all days."""
        lib.mk_moisture_init(self._state)

    def process(self, days: np.ndarray) -> np.ndarray:
        """Next days, of `days_of`, to their features.

        Raises
        ------
        ConfigError
            If a value is beyond the range of its column.
        """
        days = np.ascontiguousarray(days, np.int16)
        if days.ndim != 2 or days.shape[1] != len(COLUMNS):
            raise ConfigError(f"moisture features take int16[days, {len(COLUMNS)}], not {days.shape}. Use days_of.")
        out = np.empty((len(days), self.width), np.int16)
        rows = ffi.cast("mk_moisture_day *", ffi.from_buffer(days))
        features = ffi.cast("int16_t *", ffi.from_buffer(out))
        for day in range(len(days)):
            check(
                lib.mk_moisture_process(self._state, rows + day, features + day * self.width),
                f"moisture features, day {day}",
            )
        return out


def days_of(series: "Series") -> np.ndarray:
    """Days as the device counts them, int16[days, 11], from a daily series.

    Radiation above the atmosphere follows from latitude and date; what is missing is `MISSING`.
    """
    out = np.empty((len(series), len(COLUMNS)), np.int16)
    for i, (name, (counts, largest)) in enumerate(COLUMNS.items()):
        if name == "extraterrestrial":
            values = np.array([lib.mk_extraterrestrial(series.latitude, day) for day in series.day_of_year.tolist()])
        else:
            values = series.column(name)
        scaled = np.round(values.astype(float) * counts)
        out[:, i] = np.where(np.isfinite(scaled), np.clip(np.nan_to_num(scaled), -largest, largest), MISSING)
    return out
