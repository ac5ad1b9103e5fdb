"""Heart-rate tracking over windows (`mk_heart_rate`)."""

from dataclasses import dataclass

import numpy as np

from ..core import check, ffi, lib
from ..dsp.floats import floats, fp
from ..errors import ConfigError


@dataclass(frozen=True, eq=False)
class HeartRateTrace:
    """Readings, one a window.

    Attributes
    ----------
    bpm : ndarray
        float32[windows], median of the belief, also where there is no reading.
    confidence : ndarray
        float32[windows], probability that the rate lies within the tolerance.
    valid : ndarray
        bool[windows], whether it is a reading.
    """

    bpm: np.ndarray
    confidence: np.ndarray
    valid: np.ndarray


class HeartRate:
    """Forward filter of a hidden Markov model over a grid of heart rates.

    Parameters
    ----------
    first_bpm, last_bpm, step_bpm : float
        The grid.
    spread_bpm : float
        Scale of the Laplace distribution of the change from one window to the next.
    jump : float
        Share of the belief that spreads over all rates each step, 1e-7 to 1.
    tempering : float
        Exponent of the evidence, 0 to 1: windows that overlap tell the same thing again.
    tolerance_bpm : float
        What the confidence is about.
    least_confidence : float
        Below it there is no reading.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(
        self,
        first_bpm: float = 30.0,
        last_bpm: float = 220.0,
        step_bpm: float = 1.0,
        *,
        spread_bpm: float = 2.5,
        jump: float = 1e-5,
        tempering: float = 0.5,
        tolerance_bpm: float = 5.0,
        least_confidence: float = 0.5,
    ):
        if not (0 < first_bpm < last_bpm and step_bpm > 0):
            raise ConfigError(f"heart rates from {first_bpm:g} to {last_bpm:g} by {step_bpm:g} are no grid.")
        self.bpm = np.arange(first_bpm, last_bpm + step_bpm / 2, step_bpm)
        if len(self.bpm) > lib.MK_HEART_RATE_MOST_STATES:
            raise ConfigError(
                f"{len(self.bpm)} heart rates are over {lib.MK_HEART_RATE_MOST_STATES}. Take larger steps."
            )
        config = ffi.new(
            "mk_heart_rate_config *",
            (
                len(self.bpm),
                first_bpm,
                step_bpm,
                spread_bpm,
                jump,
                tempering,
                tolerance_bpm,
                least_confidence,
            ),
        )
        self._memory = np.zeros(len(self.bpm), np.float32)
        self._scratch = np.zeros(2 * len(self.bpm), np.float32)
        self._state = ffi.new("mk_heart_rate *")
        check(lib.mk_heart_rate_init(self._state, config, fp(self._memory)), "heart rate")

    def reset(self) -> None:
        """Know nothing again."""
        lib.mk_heart_rate_reset(self._state)

    def push(self, evidence: np.ndarray) -> HeartRateTrace:
        """Next windows' evidence, float32[windows, rates] (a row of NaN says nothing), to their readings."""
        evidence = floats(evidence)
        if evidence.ndim != 2 or evidence.shape[1] != len(self.bpm):
            raise ConfigError(f"evidence has shape {evidence.shape}, not one column for each of {len(self.bpm)} rates.")
        readings = [lib.mk_heart_rate_process(self._state, fp(row), fp(self._scratch)) for row in evidence]
        return HeartRateTrace(
            bpm=floats([reading.bpm for reading in readings]),
            confidence=floats([reading.confidence for reading in readings]),
            valid=np.array([reading.valid for reading in readings], bool),
        )

    def process(self, evidence: np.ndarray) -> HeartRateTrace:
        """All windows of a recording, from a fresh start."""
        self.reset()
        return self.push(evidence)
