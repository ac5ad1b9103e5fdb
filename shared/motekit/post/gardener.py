"""The irrigation controller whole (`mk_gardener`): an hour's readings in, the valve out."""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from ..core import check, ffi, lib
from ..dsp.probe import ProbeConfig
from ..dsp.quantizer import Quantizer
from ..errors import ConfigError
from .irrigation import Fault, IrrigationConfig

#: channels of a frame, in the order of `mk_gardener_hour`
CHANNELS = ("clock", "probe_5cm", "probe_10cm", "probe_roots", "soil", "air", "humidity", "rain", "light", "supply")
MISSING = -32768
HOUR_S = 3600
#: what a struct points to lives as long as the struct
_POINTED_TO: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()


class Code(IntEnum):
    """What an event says."""

    OPENED = lib.MK_GARDENER_OPENED
    CLOSED = lib.MK_GARDENER_CLOSED
    FAULT = lib.MK_GARDENER_FAULT
    PROBE = lib.MK_GARDENER_PROBE
    DAY = lib.MK_GARDENER_DAY
    BLIND = lib.MK_GARDENER_BLIND


class Told(NamedTuple):
    """An event: seconds since reset, what it is, and its value."""

    at: int
    code: int
    value: int


@dataclass(frozen=True)
class RootzoneConfig:
    """Crop and soil; see `mk_rootzone_config`.

    Attributes
    ----------
    stages : tuple of int
        Days of the initial, development, mid and late stage.
    sown : int
        Day of the year.
    roots_mm : tuple of int
        Depth after sowing and when grown.
    kc : tuple of float
        Crop coefficient of the initial and mid stage and at the end.
    share : float
        p of FAO-56 table 22.
    capacity, wilting : float
        m3/m3 at field capacity and wilting point.
    probes_mm : tuple of int
        Depths of the three probes; 0: there is none.
    below : float
        Share of the available water that is missing where the roots have not yet been.
    trust : float
        How far a day's probes move the balance, 0 to 1.
    et0_scale : float
        Local calibration of Hargreaves' evapotranspiration (FAO-56 equation 53).
    """

    stages: tuple[int, int, int, int]
    sown: int
    roots_mm: tuple[int, int]
    kc: tuple[float, float, float]
    share: float
    capacity: float
    wilting: float
    probes_mm: tuple[int, int, int] = (50, 100, 300)
    below: float = 0.2
    trust: float = 0.1
    et0_scale: float = 1.0

    @property
    def fields(self) -> dict:
        """Of `mk_rootzone_config`."""
        return {
            "days": list(self.stages),
            "sown": self.sown,
            "roots": list(self.roots_mm),
            "kc": [round(100 * kc) for kc in self.kc],
            "share": round(100 * self.share),
            "below": round(100 * self.below),
            "trust": round(255 * self.trust),
            "et0": round(100 * self.et0_scale),
            "capacity": round(10_000 * self.capacity),
            "wilting": round(10_000 * self.wilting),
            "probes": list(self.probes_mm),
        }


@dataclass(frozen=True)
class GardenerConfig:
    """A garden: its valve, its crop and soil, its probes, and what the gardener wants.

    Attributes
    ----------
    zone : RootzoneConfig
    probes : sequence of ProbeConfig
        Calibration of the three probes.
    irrigation : IrrigationConfig
        Its `start` and `stop` are replaced.
    start, stop, finish : int
        Percent of the readily available water missing at which an irrigation starts, to which it refills, and
        that may be missing at harvest.
    hours : tuple of int
        Hours of the day between which the valve may open.
    latitude : float
        Degrees north.
    blind_days : int
        Days without any good probe after which the valve stays closed.
    dark_mj : float
        Radiation in an hour, MJ/m2, at or below which it is night.
    supply_min_v : float
        Below it the valve stays closed.
    """

    zone: RootzoneConfig
    probes: Sequence[ProbeConfig]
    irrigation: IrrigationConfig = field(default_factory=IrrigationConfig)
    start: int = 60
    stop: int = 35
    finish: int = 85
    hours: tuple[int, int] = (0, 7)
    latitude: float = 45.0
    blind_days: int = 7
    dark_mj: float = 0.02
    supply_min_v: float = 3.0

    @property
    def struct(self):
        """The `mk_gardener_config`.

        Raises
        ------
        ConfigError
            If a value does not fit its field.
        """
        try:
            struct = ffi.new(
                "mk_gardener_config *",
                {
                    "irrigation": replace(self.irrigation, start=100, stop=0).struct[0],
                    "zone": self.zone.fields,
                    "probe": [probe.struct[0] for probe in self.probes],
                    "start": self.start,
                    "stop": self.stop,
                    "finish": self.finish,
                    "from": self.hours[0],
                    "until": self.hours[1],
                    "blind_days": self.blind_days,
                    "dark": round(1000 * self.dark_mj),
                    "supply_min": round(1000 * self.supply_min_v),
                },
            )
        except (OverflowError, TypeError, IndexError) as error:
            raise ConfigError(f"gardener: {error}. See post_gardener.h for the ranges.") from error
        above = ffi.new("int16_t[]", self.above.tolist())
        struct.above = above
        _POINTED_TO[struct] = above
        return struct

    @property
    def above(self) -> np.ndarray:
        """Radiation above the atmosphere on every 14th day, int16[27] in 1/100 MJ/m2."""
        days = 1 + 14 * np.arange(lib.MK_GARDENER_YEAR_PARTS)
        return np.array([round(100 * lib.mk_extraterrestrial(self.latitude, int(day))) for day in days], np.int16)


def forecast_struct(address: int, quantizer: Quantizer, zero: int, scale: float, units: Sequence[float]):
    """The `mk_gardener_forecast` of a compiled model.

    Parameters
    ----------
    address : int
        Of its `mk_nn_model`; 0 where only the numbers are wanted.
    quantizer : Quantizer
        From features to its input.
    zero, scale
        Of its int8 output.
    units : sequence of float
        Change of moisture in m3/m3 that 1 is, for each output.
    """
    model = ffi.cast("mk_nn_model *", address) if address else ffi.NULL
    counts = [round(scale * unit * 10_000 * 256) for unit in units]
    return ffi.new("mk_gardener_forecast *", (model, quantizer.struct[0], zero, counts))


class _Heard:
    def __init__(self):
        self.features: list[bytes] = []
        self.scores: list[bytes] = []
        self.events: list[Told] = []


@ffi.def_extern()
def motekit_on_day(context, values):
    """Take a day's features from the core."""
    ffi.from_handle(context).features.append(bytes(ffi.buffer(values, 2 * lib.MK_MOISTURE_FEATURES)))


@ffi.def_extern()
def motekit_on_forecast(context, values):
    """Take a forecast from the core."""
    ffi.from_handle(context).scores.append(bytes(ffi.buffer(values, lib.MK_GARDENER_OUTPUTS)))


@ffi.def_extern()
def motekit_on_valve(context, at, code, value):
    """Take an event from the core."""
    ffi.from_handle(context).events.append(Told(at, code, value))


class Gardener:
    """The controller as on the device, hour by hour.

    Parameters
    ----------
    config : GardenerConfig
    forecast : cdata
        Of `forecast_struct`; what it points to must outlive this object.
    arena_bytes : int
        Of the model.

    Attributes
    ----------
    features, scores, events : list
        What it has said since `forget`: a day's features (int16[36] as bytes), its forecast (int8[4] as bytes),
        and `Told`.

    Raises
    ------
    ConfigError
        If the configuration contradicts itself.
    """

    def __init__(self, config: GardenerConfig, forecast, arena_bytes: int):
        self.config = config
        self._heard = _Heard()
        self._handle = ffi.new_handle(self._heard)
        callbacks = (lib.motekit_on_day, lib.motekit_on_forecast, lib.motekit_on_valve)
        sink = ffi.new("mk_gardener_sink *", (self._handle, *callbacks))
        # the arena has to be aligned as the model asks
        memory = np.zeros(arena_bytes + 16, np.uint8)
        arena = ffi.from_buffer(memory[-memory.ctypes.data % 16 :])
        self._keep = (config.struct, forecast, sink, memory, arena)
        self._hour = ffi.new("mk_gardener_hour *")
        self._state = ffi.new("mk_gardener *")
        check(lib.mk_gardener_init(self._state, self._keep[0], forecast, sink, arena), "gardener")

    @property
    def features(self) -> list[bytes]:
        """Features of each day since `forget`."""
        return self._heard.features

    @property
    def scores(self) -> list[bytes]:
        """Forecast of each day since `forget`."""
        return self._heard.scores

    @property
    def events(self) -> list[Told]:
        """Events since `forget`."""
        return self._heard.events

    @property
    def depletion_mm(self) -> float:
        """Water that the root zone lacks, as the controller has it."""
        return self._state.zone.depletion / 100

    @property
    def readily_mm(self) -> float:
        """Readily available water of today's roots."""
        return self._state.zone.readily / 100

    def forget(self) -> None:
        """Empty what has been said."""
        for said in (self._heard.features, self._heard.scores, self._heard.events):
            said.clear()

    def reset(self) -> None:
        """As after a reset of the machine."""
        check(lib.mk_gardener_reset(self._state), "gardener")

    def hour(self, frame: Sequence[int]) -> None:
        """Readings of an hour that has ended, as `CHANNELS`."""
        row = np.ascontiguousarray(frame, np.int16)
        ffi.memmove(self._hour, ffi.from_buffer(row), row.nbytes)
        lib.mk_gardener_process(self._state, self._hour)

    def tick(self, elapsed_s: int, faults: Fault | int = 0) -> bool:
        """Seconds have passed; whether the valve is open until the next call."""
        return bool(lib.mk_gardener_tick(self._state, elapsed_s, int(faults)))

    def run(self, seconds: int = HOUR_S) -> int:
        """Seconds pass in the ticks a machine would make; for how many of them the valve was open."""
        return lib.mk_gardener_pass(self._state, seconds)

    def process(self, frames: np.ndarray) -> int:
        """Hours int16[n, 10], each with the time after it; seconds that the valve was open."""
        frames = np.ascontiguousarray(frames, np.int16)
        if frames.ndim != 2 or frames.shape[1] != len(CHANNELS):
            raise ConfigError(f"the gardener takes int16[hours, {len(CHANNELS)}], not {frames.shape}.")
        hours = ffi.cast("mk_gardener_hour *", ffi.from_buffer(frames))
        opened = 0
        for i in range(len(frames)):
            lib.mk_gardener_process(self._state, hours + i)
            opened += lib.mk_gardener_pass(self._state, HOUR_S)
        return opened
