"""Activity counts a minute from acceleration (`mk_counts`)."""

import numpy as np
import scipy.signal

from ..core import check, ffi, lib
from .floats import FloatBlock, floats, fp
from .resample import Fir

RATE_HZ = 30
#: the published band-pass at 30 Hz, about 0.3 to 1.6 Hz: numerator and denominator (Neishabouri et al. 2022)
NUMERATOR = (
    -0.009341062898525, -0.025470289659360, -0.004235264826105, 0.044152415456420,
    0.036493718347760, -0.011893961934740, -0.022917390623150, -0.006788163862310,
)  # fmt: skip
DENOMINATOR = (
    1.0, -3.63367395910957, 5.03689812757486, -3.09612247819666,
    0.50620507633883, 0.32421701566682, -0.15685485875559, 0.0194913020589,
)  # fmt: skip


class Counts(FloatBlock):
    """Counts of each axis and minute, as an ActiGraph gives them.

    Parameters
    ----------
    rate_hz : int
        Samples a second of what comes in, 10 to 125.

    Notes
    -----
    See dsp_counts.h for what differs from the publication.
    """

    def __init__(self, rate_hz: int = 20):
        super().__init__(rate_hz=rate_hz)
        self.resampler = _to_30(rate_hz)
        self._band = floats(scipy.signal.tf2sos(NUMERATOR, DENOMINATOR)[:, [0, 1, 2, 4, 5]])
        self.struct = ffi.new(
            "mk_counts_config *",
            {
                "rate": self.resampler.struct if self.resampler else ffi.NULL,
                "band": fp(self._band),
                "sections": len(self._band),
            },
        )
        taps = self.resampler.struct.taps if self.resampler else 0
        self._memory = np.zeros(3 * (taps + 2 * len(self._band)), np.float32)
        self._state = ffi.new("mk_counts *")
        check(lib.mk_counts_init(self._state, self.struct, fp(self._memory)), "activity counts")

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        phases = {"phases": self.resampler.tables["phases"]} if self.resampler else {}
        return {"band": self._band, **phases}

    def reset(self) -> None:
        """Forget all samples."""
        lib.mk_counts_reset(self._state)

    def push(self, acceleration: np.ndarray) -> np.ndarray:
        """Next samples, float32[n, 3] in g, to the minutes they complete: uint32[minutes, 3]."""
        state, minutes = self._state, []
        for x, y, z in floats(acceleration).reshape(-1, 3).tolist():
            if lib.mk_counts_take(state, x, y, z):
                minutes.append(list(state.minute))
        return np.array(minutes, np.uint32).reshape(-1, 3)

    def process(self, acceleration: np.ndarray) -> np.ndarray:
        """Counts of a whole recording, from a fresh start."""
        self.reset()
        return self.push(acceleration)


def _to_30(rate_hz: int) -> Fir | None:
    """Change of rate to 30 Hz, flat over the band: a short filter does, the band-pass is far below."""
    if rate_hz == RATE_HZ:
        return None
    both = int(np.lcm(rate_hz, RATE_HZ))
    up, down = both // rate_hz, both // RATE_HZ
    taps = scipy.signal.firwin(8 * max(up, down) + 1, 0.9 * min(rate_hz, RATE_HZ) / 2, fs=both) * up
    return Fir(taps, up, down)
