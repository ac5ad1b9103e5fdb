"""Steps a second from the spectrum of a wrist's acceleration (`mk_cadence`)."""

from dataclasses import dataclass

import numpy as np

from ..core import check, ffi, lib
from ..errors import ConfigError
from .floats import floats, fp
from .gait import FFT, RATE_HZ


@dataclass(frozen=True)
class CadenceParameters:
    """What is taken for steps; dsp_cadence.h says how.

    Attributes
    ----------
    least_g, running_g : float
        Deviations of the magnitude below which nobody walks, and above which people run.
    walk_hz, run_hz : tuple of float
        Steps a second.
    weight : tuple of float
        Of the lines at 1/2, 1, 3/2 and 2 times the cadence.
    reach : int
        Bins that a line is wide to either side.
    regular : float
        Least share of the power in the lines.
    """

    least_g: float = 0.05
    running_g: float = 0.5
    walk_hz: tuple[float, float] = (1.2, 2.4)
    run_hz: tuple[float, float] = (2.0, 3.4)
    weight: tuple[float, float, float, float] = (0.5, 1.0, 0.2, 0.5)
    reach: int = 2
    regular: float = 0.75

    @property
    def struct(self):
        """The `mk_cadence_config`."""
        return ffi.new(
            "mk_cadence_config *",
            {
                "bin_hz": RATE_HZ / FFT,
                "least": self.least_g,
                "running": self.running_g,
                "regular": self.regular,
                "walk": list(self.walk_hz),
                "run": list(self.run_hz),
                "weight": list(self.weight),
                "bins": lib.MK_GAIT_BINS,
                "reach": self.reach,
            },
        )


def cadence(power: np.ndarray, deviation: float, parameters: CadenceParameters) -> tuple[float, float]:
    """Steps a second (0: none) and their regularity, from a power spectrum float32[65] (`Gait.spectrum`)."""
    power, config = floats(power), parameters.struct
    if power.shape != (lib.MK_GAIT_BINS,):
        raise ConfigError(f"a power spectrum of {power.shape} is not one of Gait. Use Gait.spectrum.")
    check(lib.mk_cadence_check(config), "cadence")
    found = lib.mk_cadence_process(config, fp(power), deviation)
    return found.hz, found.share
