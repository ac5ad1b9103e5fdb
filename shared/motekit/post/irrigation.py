"""Irrigation decisions (`mk_irrigation`)."""

import math
from dataclasses import asdict, dataclass
from enum import IntEnum, IntFlag

from ..core import check, ffi, lib
from ..errors import ConfigError

_UNKNOWN_WATER = lib.MK_IRRIGATION_UNKNOWN_WATER
_UNKNOWN_TEMPERATURE = -32768


class State(IntEnum):
    """Where the block is; the valve is open in `WATERING` only."""

    HOLD = lib.MK_IRRIGATION_HOLD
    IDLE = lib.MK_IRRIGATION_IDLE
    WATERING = lib.MK_IRRIGATION_WATERING
    SOAKING = lib.MK_IRRIGATION_SOAKING
    FAULT = lib.MK_IRRIGATION_FAULT


class Reason(IntEnum):
    """Why the valve is closed."""

    NONE = lib.MK_IRRIGATION_NO_REASON
    INTERVAL = lib.MK_IRRIGATION_BY_INTERVAL
    WATER = lib.MK_IRRIGATION_BY_WATER
    SOAKING = lib.MK_IRRIGATION_BY_SOAKING
    RAIN = lib.MK_IRRIGATION_BY_RAIN
    FROST = lib.MK_IRRIGATION_BY_FROST
    HOURS = lib.MK_IRRIGATION_BY_HOURS
    LIMIT = lib.MK_IRRIGATION_BY_LIMIT
    UNKNOWN = lib.MK_IRRIGATION_BY_UNKNOWN
    FAULT = lib.MK_IRRIGATION_BY_FAULT


class Fault(IntFlag):
    """What closes the valve at once; `LATE` and `STATE` are found by the block."""

    SENSOR = lib.MK_IRRIGATION_SENSOR
    CLOCK = lib.MK_IRRIGATION_CLOCK
    MEMORY = lib.MK_IRRIGATION_MEMORY
    SUPPLY = lib.MK_IRRIGATION_SUPPLY
    FLOW = lib.MK_IRRIGATION_FLOW
    OVERRUN = lib.MK_IRRIGATION_OVERRUN
    LATE = lib.MK_IRRIGATION_LATE
    STATE = lib.MK_IRRIGATION_STATE


@dataclass(frozen=True)
class IrrigationConfig:
    """What the valve, the field and the gardener allow.

    Attributes
    ----------
    tick_s : int
        Longest time between two calls while the valve is open.
    max_open_s, pulse_s, soak_s : int
        The valve's own limit, one pulse, the pause to soak in after it.
    interval_s : int
        From one irrigation (or a reset, or a fault) to the next.
    limit_s, period_s : int
        Open time within a period, a day by default.
    rain_delay_s : int
        Time without irrigation after rain.
    rain_min_mm : float
        Rain within a period that counts.
    frost_on_c, frost_off_c : float
        Locked at or below the first, until above the second.
    rate_mm_h : float
        What the field gets with the valve open.
    efficiency : int
        Percent of it that reaches the roots.
    start, stop : int
        Percent of the readily available water at which an irrigation starts, and to which it refills.
    """

    tick_s: int = 10
    max_open_s: int = 1800
    pulse_s: int = 900
    soak_s: int = 1800
    interval_s: int = 43_200
    limit_s: int = 5400
    period_s: int = 86_400
    rain_delay_s: int = 86_400
    rain_min_mm: float = 5.0
    frost_on_c: float = 2.0
    frost_off_c: float = 4.0
    rate_mm_h: float = 10.0
    efficiency: int = 85
    start: int = 90
    stop: int = 10

    @property
    def struct(self):
        """The `mk_irrigation_config`.

        Raises
        ------
        ConfigError
            If a value does not fit its field.
        """
        fields = asdict(self)
        fields["rain_min"] = round(fields.pop("rain_min_mm") * 100)
        fields["frost_on"] = round(fields.pop("frost_on_c") * 10)
        fields["frost_off"] = round(fields.pop("frost_off_c") * 10)
        fields["rate"] = round(fields.pop("rate_mm_h") * 100)
        try:
            return ffi.new("mk_irrigation_config *", fields)
        except (OverflowError, TypeError) as error:
            raise ConfigError(f"irrigation: {error}. See post_irrigation.h for the ranges.") from error


class Irrigation:
    """The irrigation state machine, as on the device.

    Parameters
    ----------
    config : IrrigationConfig

    Raises
    ------
    ConfigError
        If the configuration contradicts itself (a pulse longer than the valve's limit, `stop` not below `start`).
    """

    def __init__(self, config: IrrigationConfig):
        self.config = config
        self._config = config.struct
        self._state = ffi.new("mk_irrigation *")
        self._input = ffi.new("mk_irrigation_input *")
        self.reset()

    def reset(self) -> None:
        """As after a reset of the controller without a record: closed, for a whole interval."""
        check(lib.mk_irrigation_init(self._state, self._config), "irrigation")

    def save(self) -> dict[str, int]:
        """What a reset must not forget (`mk_irrigation_record`)."""
        record = ffi.new("mk_irrigation_record *")
        lib.mk_irrigation_save(self._state, record)
        return {name: getattr(record, name) for name in ("wait_s", "rain_wait_s", "period_left_s", "period_open_s")}

    def restore(self, record: dict[str, int]) -> None:
        """After `reset`: go on with the waits and the used limit of a record."""
        lib.mk_irrigation_restore(self._state, ffi.new("mk_irrigation_record *", record))

    def process(
        self,
        elapsed_s: int,
        depletion_mm: float,
        readily_mm: float,
        *,
        rain_mm: float = 0.0,
        temperature_c: float = math.nan,
        allowed: bool = True,
        faults: Fault | int = 0,
    ) -> bool:
        """One call; NaN is unknown.

        Returns
        -------
        bool
            Whether the valve is open from now until the next call.
        """
        given = self._input
        given.elapsed_s = elapsed_s
        given.depletion = _water(depletion_mm)
        given.readily = _water(readily_mm)
        given.rain = 0 if math.isnan(rain_mm) else min(round(max(rain_mm, 0) * 100), 65_535)
        given.temperature = (
            _UNKNOWN_TEMPERATURE if math.isnan(temperature_c) else max(min(round(temperature_c * 10), 2000), -2000)
        )
        given.allowed = bool(allowed)
        given.faults = int(faults)
        return bool(lib.mk_irrigation_process(self._state, given))

    @property
    def state(self) -> State:
        """Where the block is."""
        return State(self._state.state)

    @property
    def reason(self) -> Reason:
        """Why the valve is closed; `Reason.NONE` while it is open."""
        return Reason(self._state.reason)

    @property
    def faults(self) -> Fault:
        """Those of the last fault, kept until the next irrigation."""
        return Fault(self._state.faults)


def _water(mm: float) -> int:
    """Millimetres as 1/100 mm; above the range the largest known value."""
    return _UNKNOWN_WATER if math.isnan(mm) else min(round(max(mm, 0) * 100), _UNKNOWN_WATER - 1)
