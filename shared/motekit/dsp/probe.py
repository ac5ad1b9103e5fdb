"""A capacitive soil probe: calibration and faults (`mk_probe`)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import Any

import numpy as np

from ..core import check, ffi, lib
from ..errors import ConfigError
from .block import Block

_MISSING = -32768


class ProbeFault(IntFlag):
    """What is wrong with a probe."""

    SHORT = lib.MK_PROBE_SHORT
    OPEN = lib.MK_PROBE_OPEN
    AIR = lib.MK_PROBE_AIR
    STUCK = lib.MK_PROBE_STUCK
    JUMP = lib.MK_PROBE_JUMP


@dataclass(frozen=True)
class ProbeConfig:
    """Calibration of one probe, and what of it counts as a fault.

    Attributes
    ----------
    counts : sequence of int
        Counts of 2 to 8 calibration points, from dry to wet; all rising or all falling.
    moisture : sequence of float
        Moisture of each in m3/m3, rising.
    reference_c, drift_per_c : float
        Temperature of the calibration, and counts by which one degree more raises the reading.
    short_max, open_min : int
        Counts at and beyond which the line is broken.
    air : int
        Counts that only a probe in air passes.
    stuck_samples, stuck_band : int
        A run of so many samples within so many counts is stuck.
    rise, fall : float
        Largest change of moisture from one sample to the next, m3/m3; rises are free after rain or irrigation.
    confirm : int
        Samples a new level has to last to be believed.
    """

    counts: Sequence[int]
    moisture: Sequence[float]
    reference_c: float = 20.0
    drift_per_c: float = 0.0
    short_max: int = 8
    open_min: int = 1016
    air: int = 900
    stuck_samples: int = 48
    stuck_band: int = 0
    rise: float = 0.05
    fall: float = 0.05
    confirm: int = 6

    @property
    def struct(self):
        """The `mk_probe_config`.

        Raises
        ------
        ConfigError
            If a value does not fit its field, or there is not one moisture a point.
        """
        if len(self.counts) != len(self.moisture):
            raise ConfigError(f"probe: {len(self.counts)} counts and {len(self.moisture)} moistures. Give pairs.")
        try:
            return ffi.new(
                "mk_probe_config *",
                {
                    "points": len(self.counts),
                    "counts": list(self.counts),
                    "moisture": [round(m * 10_000) for m in self.moisture],
                    "reference": round(self.reference_c * 10),
                    "drift": round(self.drift_per_c * 25.6),
                    "short_max": self.short_max,
                    "open_min": self.open_min,
                    "air": self.air,
                    "stuck_samples": self.stuck_samples,
                    "stuck_band": self.stuck_band,
                    "rise": round(self.rise * 10_000),
                    "fall": round(self.fall * 10_000),
                    "confirm": self.confirm,
                },
            )
        except (OverflowError, TypeError, IndexError) as error:
            raise ConfigError(f"probe: {error}. See dsp_probe.h for the ranges.") from error


class Probe(Block):
    """One probe, sample by sample, as on the device.

    Parameters
    ----------
    config : ProbeConfig

    Raises
    ------
    ConfigError
        If the calibration is not monotonic, `air` lies within it, or a threshold is out of its range.
    """

    def __init__(self, config: ProbeConfig):
        self.config = config
        self._config = config.struct
        self._state = ffi.new("mk_probe *")
        self.reset()

    @property
    def parameters(self) -> dict[str, Any]:
        """The configuration."""
        return {**vars(self.config), "counts": list(self.config.counts), "moisture": list(self.config.moisture)}

    def reset(self) -> None:
        """Forget the last samples."""
        check(lib.mk_probe_init(self._state, self._config), "probe")

    def moisture(self, counts: int, temperature_c: float = math.nan) -> float:
        """Calibrated moisture in m3/m3 of one reading, without any check."""
        return lib.mk_probe_moisture(self._config, counts, _temperature(temperature_c)) / 10_000

    def process(
        self,
        counts: Sequence[int],
        temperature_c: Sequence[float] | float = math.nan,
        wetted: Sequence[bool] | bool = False,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Next samples.

        Parameters
        ----------
        counts : sequence of int
            0 to 65535.
        temperature_c : float or sequence of float
            Of the probe; NaN if unknown.
        wetted : bool or sequence of bool
            Whether rain or irrigation fell since the sample before.

        Returns
        -------
        moisture : ndarray
            float32[n], m3/m3; NaN while a fault stands.
        faults : ndarray
            uint8[n], of `ProbeFault`.
        """
        rows = np.broadcast_arrays(counts, temperature_c, wetted)
        out, found = np.empty(len(rows[0]), np.float32), np.empty(len(rows[0]), np.uint8)
        value = ffi.new("int16_t *")
        for i, (count, temperature, wet) in enumerate(zip(*(row.tolist() for row in rows), strict=True)):
            found[i] = lib.mk_probe_process(self._state, count, _temperature(temperature), wet, value)
            out[i] = np.nan if value[0] == _MISSING else value[0] / 10_000
        return out, found


def _temperature(temperature_c: float) -> int:
    return _MISSING if math.isnan(temperature_c) else max(min(round(temperature_c * 10), 2000), -2000)
