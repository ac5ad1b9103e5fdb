"""How far a window of a pulse wave can be trusted (`mk_ppg_quality`)."""

from dataclasses import dataclass

import numpy as np

from ..core import check, ffi, lib
from .floats import FloatBlock, floats, fp


@dataclass(frozen=True)
class PulseQuality:
    """Quality of one window.

    Attributes
    ----------
    perfusion : float
        Alternating by constant light.
    correlation : float
        Mean likeness of the beats to their mean, -1 to 1.
    motion : float
        Root mean square of the acceleration.
    index : float
        All three as one number, 0 to 1.
    flags : int
        Quality flags (dsp_quality.h).
    """

    perfusion: float
    correlation: float
    motion: float
    index: float
    flags: int


class PpgQuality(FloatBlock):
    """Signal quality index of a pulse wave from perfusion, likeness of its beats and motion.

    Parameters
    ----------
    enough : float
        Perfusion that is enough, above 0.
    much : float
        Motion that halves the index, above 0, in the motion's unit.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.

    Notes
    -----
    Orphanidou et al. 2015 (template matching), Elgendi 2016 (perfusion).
    """

    def __init__(self, enough: float = 0.005, much: float = 0.1):
        super().__init__(enough=enough, much=much)
        self.struct = ffi.new("mk_ppg_quality_config *", (enough, much))
        check(lib.mk_ppg_quality_check(self.struct), "pulse quality")

    def process(
        self, pulse: np.ndarray, beats: np.ndarray, level: float = 0.0, motion: np.ndarray | None = None
    ) -> PulseQuality:
        """Quality of a band-passed pulse wave float32[n] with beats float32[count], in samples from its first.

        `level` is the light's mean before the band-pass, 0 if unknown; `motion` acceleration without
        gravity, float32[m].
        """
        pulse, beats = floats(pulse), floats(beats)
        motion = floats([] if motion is None else motion)
        scratch = np.empty(len(pulse) + len(beats) + 1, np.float32)
        out = ffi.new("mk_ppg_quality *")
        flags = lib.mk_ppg_quality_process(
            self.struct, fp(pulse), len(pulse), level, fp(beats), len(beats), fp(motion), len(motion), out, fp(scratch)
        )
        return PulseQuality(out.perfusion, out.correlation, out.motion, out.index, flags)
