"""Heart rate from wrist pulse waves in motion, at 25 Hz (`mk_heart`, `mk_heart_spectrum`)."""

from dataclasses import dataclass

import numpy as np

from ..core import check, ffi, lib
from ..dsp.floats import FloatBlock, floats, fp
from ..dsp.sos import Sos
from ..dsp.spectrum import FloatFft
from ..errors import ConfigError

#: samples a second that the chain works at
RATE_HZ = 25
#: names of the bits of a reading's trouble, post_heart.h
TROUBLE = {
    1: "no pulse wave",
    2: "no motion sensor",
    4: "unsure",
    8: "starting",
    16: "after a fault",
    32: "light off",
    64: "slow",
}


def trouble_names(bits: int) -> list[str]:
    """Why there is no reading, in words."""
    return [name for bit, name in TROUBLE.items() if bits & bit]


@dataclass(frozen=True)
class HeartParameters:
    """What decides a heart rate. Few and physical; the defaults are the app's.

    Attributes
    ----------
    hop_s, hops : float, int
        A window is `hops` hops long and comes every hop.
    highpass_hz : float
        Slower than any pulse.
    lags, stride, ahead : int
        Samples (of 40 ms) of the accelerometer that explain one of the pulse wave, their distance, and how many of
        them come after it.
    ridge : float
        Of the cancellation, see `Canceller`.
    memory : tuple of float
        Of the cancellation: experts of equal trust.
    band_hz : tuple of float
        Where a pulse wave's power is counted.
    harmonic : float
        Weight of the second harmonic.
    strength : float
        Independent values in a window.
    first_bpm, last_bpm, step_bpm, spread_bpm, jump, tempering, tolerance_bpm, least_confidence
        Of the track, see `HeartRate`.
    least_pulse : float
        Root mean square of a pulse wave, in counts, below which nothing is worn.
    least_motion : float
        Of an axis, in g, above which a fault of the accelerometer matters.
    recover : int
        Windows after a fault without a reading.
    """

    hop_s: float = 2.0
    hops: int = 4
    highpass_hz: float = 0.5
    lags: int = 5
    stride: int = 2
    ahead: int = 1
    ridge: float = 0.01
    memory: tuple[float, ...] = (0.0, 0.5, 0.85)
    band_hz: tuple[float, float] = (0.5, 4.0)
    harmonic: float = 0.5
    strength: float = 8.0
    first_bpm: float = 30.0
    last_bpm: float = 220.0
    step_bpm: float = 1.0
    spread_bpm: float = 2.5
    jump: float = 1e-5
    tempering: float = 0.5
    tolerance_bpm: float = 5.0
    least_confidence: float = 0.5
    least_pulse: float = 1.0
    least_motion: float = 0.05
    recover: int = 2


@dataclass(frozen=True)
class HeartReading:
    """One window's answer.

    Attributes
    ----------
    bpm, confidence : float
        Median of the belief, also where it is no reading, and the belief near it.
    trouble : int
        0 for a reading, else the bits of `TROUBLE`.
    quality : tuple of int
        Flags of each channel over the window (dsp_quality.h).
    evidence : ndarray or None
        float32[rates], natural logarithms; None where the window says nothing.
    """

    bpm: float
    confidence: float
    trouble: int
    quality: tuple[int, ...]
    evidence: np.ndarray | None


class Heart(FloatBlock):
    """Heart rate of windows of 8 s, every 2 s, from two pulse waves and three axes at 25 Hz.

    Parameters
    ----------
    parameters : HeartParameters

    Raises
    ------
    ConfigError
        If one is out of its range.
    """

    def __init__(self, parameters: HeartParameters = HeartParameters()):
        p = parameters
        super().__init__(**p.__dict__)
        self.settings = p
        self.hop = round(p.hop_s * RATE_HZ)
        length = self.hop * p.hops
        self.bpm = np.arange(p.first_bpm, p.last_bpm + p.step_bpm / 2, p.step_bpm)
        if not (0 < length <= 256 and 3 <= len(self.bpm) <= lib.MK_HEART_RATE_MOST_STATES and 0 < len(p.memory) <= 4):
            raise ConfigError("heart: windows of at most 10 s, 3 to 512 rates and 1 to 4 memories are possible.")
        self.fft = FloatFft(256)
        self._weights = floats(np.hanning(length + 2)[1:-1])
        self._highpass = Sos("highpass", p.highpass_hz, order=2, rate_hz=RATE_HZ)
        bins = self.fft.length / RATE_HZ
        sections, coefficients = self._highpass.struct.sections, self._highpass.struct.coeffs
        self.struct = ffi.new(
            "mk_heart_config *",
            {
                "highpass": {"coeffs": coefficients, "sections": sections},
                "cancel": {
                    "length": length,
                    "references": 3,
                    "lags": p.lags,
                    "stride": p.stride,
                    "targets": 2,
                    "memories": len(p.memory),
                    "pitch": length + (p.lags - 1) * p.stride,
                    "ridge": p.ridge,
                    "memory": list(p.memory),
                    "weights": fp(self._weights),
                },
                "spectrum": {
                    "fft": self.fft.struct[0],
                    "length": length,
                    "states": len(self.bpm),
                    "band_low": int(np.ceil(p.band_hz[0] * bins)),
                    "band_high": int(np.floor(p.band_hz[1] * bins)),
                    "first": p.first_bpm / 60 * bins,
                    "step": p.step_bpm / 60 * bins,
                    "lobe": 1.5 * self.fft.length / length,
                    "harmonic": p.harmonic,
                    "strength": p.strength,
                },
                "rate": {
                    "states": len(self.bpm),
                    "first_bpm": p.first_bpm,
                    "step_bpm": p.step_bpm,
                    "spread_bpm": p.spread_bpm,
                    "jump": p.jump,
                    "tempering": p.tempering,
                    "tolerance_bpm": p.tolerance_bpm,
                    "least_confidence": p.least_confidence,
                },
                "hop": self.hop,
                "hops": p.hops,
                "ahead": p.ahead,
                "least_pulse": p.least_pulse,
                "least_motion": p.least_motion,
                "recover": p.recover,
            },
        )
        #: float32 values that the core needs for itself, and that others may use between two windows
        self.memory, self.scratch = lib.mk_heart_memory(self.struct), lib.mk_heart_scratch(self.struct)
        self._memory, self._scratch = np.zeros(self.memory, np.float32), np.zeros(self.scratch, np.float32)
        self._state = ffi.new("mk_heart *")
        check(lib.mk_heart_init(self._state, self.struct, fp(self._memory), fp(self._scratch)), "heart")

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {
            "weights": self._weights,
            "highpass": self._highpass.tables["coefficients"],
            "twiddle": self.fft.twiddle,
            "order": self.fft.order,
        }

    def reset(self) -> None:
        """Know nothing again."""
        lib.mk_heart_reset(self._state)

    def push(self, samples: np.ndarray, quality: tuple[int, ...] = (0,) * 5) -> HeartReading:
        """Next hop, float32[5, hop] (two pulse waves, then x, y, z), and its channels' faults, to a reading."""
        samples = floats(samples)
        if samples.shape != (5, self.hop):
            raise ConfigError(f"a hop of the heart has shape {samples.shape}, not (5, {self.hop}).")
        lib.mk_heart_push(self._state, fp(samples), self.hop, self.hop)
        evidence = ffi.new("const float **")
        found = lib.mk_heart_hop(self._state, ffi.new("mk_quality[5]", list(quality)), evidence)
        row = None
        if evidence[0]:
            row = np.frombuffer(ffi.buffer(evidence[0], 4 * len(self.bpm)), np.float32).copy()
        return HeartReading(found.rate.bpm, found.rate.confidence, found.trouble, tuple(found.channel), row)

    def process(self, samples: np.ndarray) -> list[HeartReading]:
        """Whole recording, float32[5, n], from a fresh start: one reading a hop, of the last windows' hops."""
        self.reset()
        samples = floats(samples)
        ends = range(self.hop, samples.shape[1] + 1, self.hop)
        return [self.push(samples[:, end - self.hop : end]) for end in ends]
