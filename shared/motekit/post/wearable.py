"""A wrist's tick: raw frames to heart rate, rhythm and variability (`mk_wearable`)."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import scipy.signal

from ..core import check, ffi, lib, pointer
from ..dsp.floats import FloatBlock, fp
from ..dsp.peaks import Peaks
from ..dsp.resample import Fir, Resampler
from ..dsp.sos import Sos
from ..errors import ConfigError
from .heart import RATE_HZ as HEART_HZ
from .heart import Heart, HeartParameters

CHANNELS = ("ppg1", "ppg2", "acc_x", "acc_y", "acc_z", "ecg")
#: values of one count: pulse wave in counts of the sensor, acceleration in g, ECG in mV
SCALES = (1 / 16, 1 / 16, 1 / 4096, 1 / 4096, 1 / 4096, 1 / 1000)
MOTION_HZ, ECG_HZ = 20, 125
TICK_S = 2
SOURCES = ("none", "ecg", "pulse")


@dataclass(frozen=True)
class RhythmParameters:
    """What decides beats and rhythm; see post_rhythm.h.

    Attributes
    ----------
    accept, doubt_low, doubt_high, most_doubt : float
        Shares of a peak's level, and of peaks in doubt.
    least : int
        Intervals that a reading needs.
    threshold : int
        The model's int8 output from which a rhythm is irregular.
    gain, offset : tuple of float
        Features to the model's int8 inputs.
    """

    accept: float = 0.6
    doubt_low: float = 0.45
    doubt_high: float = 0.75
    most_doubt: float = 0.3
    least: int = 8
    threshold: int = 127
    gain: tuple[float, ...] = (1.0,) * 5
    offset: tuple[float, ...] = (0.0,) * 5


@dataclass(frozen=True)
class WearableParameters:
    """A wrist, declared.

    Attributes
    ----------
    rate_hz : int
        Frames a second, 25 to 125.
    pulse_hz, motion_hz : int
        Samples a second of the pulse sensor (25 to 125) and of the accelerometer (20 to 125), one of them `rate_hz`,
        the other at most that; 0: `rate_hz`.
    heart : HeartParameters
    rhythm : RhythmParameters
    rest_g : float
        Motion below which beats of the pulse wave count.
    slow_bpm : float
        Below it a heart rate needs regular beats that agree.
    stuck_s : float
        Time without a change that makes a channel flat.
    pulse_range : float
        Magnitude in counts from which the pulse sensor is saturated.
    pulse_upward : bool
        More blood is more counts; raw sensors have less light.
    on_s, every_s : float
        How long the pulse sensor's light is on, of how long.
    confirm_s : float
        How long a rhythm must look irregular before it is said.
    """

    rate_hz: int = 125
    pulse_hz: int = 0
    motion_hz: int = 0
    heart: HeartParameters = field(default_factory=HeartParameters)
    rhythm: RhythmParameters = field(default_factory=RhythmParameters)
    rest_g: float = 0.05
    slow_bpm: float = 50.0
    stuck_s: float = 0.5
    pulse_range: float = 2040.0
    pulse_upward: bool = False
    on_s: float = 2.0
    every_s: float = 2.0
    confirm_s: float = 20.0


@dataclass(frozen=True)
class Tick:
    """What one tick of 2 s says: `scores` and `evidence` as they go over the link, and its events."""

    scores: bytes
    evidence: bytes
    events: list[tuple[int, int, int]]


class _Memory:
    """An arena aligned to 16 bytes."""

    def __init__(self, size: int):
        self._bytes = np.zeros(size + 16, np.uint8)
        start = -self._bytes.ctypes.data % 16
        self.array = self._bytes[start : start + size]


class Wearable(FloatBlock):
    """The core's wrist, with the memory it asks for.

    Parameters
    ----------
    parameters : WearableParameters
    rhythm : HostModel, optional
        The compiled rhythm model, int8[5] to int8[1]; without it no rhythm is irregular.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, parameters: WearableParameters, rhythm=None):
        p = parameters
        super().__init__(**{**p.__dict__, "heart": p.heart.__dict__, "rhythm": p.rhythm.__dict__})
        if not 25 <= p.rate_hz <= 125:
            raise ConfigError(f"a wrist samples at 25 to 125 Hz, not {p.rate_hz}. Resample, or choose another rate.")
        pulse_hz, motion_hz = p.pulse_hz or p.rate_hz, p.motion_hz or p.rate_hz
        if pulse_hz < 25 or motion_hz < 20 or max(pulse_hz, motion_hz) != p.rate_hz:
            raise ConfigError(
                f"a wrist's pulse sensor gives 25 to 125 samples a second, its accelerometer 20 to 125, and the faster "
                f"one's is the rate of frames: not {pulse_hz} and {motion_hz} of {p.rate_hz}. Correct [sensor] rate_hz "
                "and [rates]."
            )
        self.settings, self.model = p, rhythm
        self.heart = Heart(p.heart)
        same = pulse_hz == motion_hz
        self._to_heart = _to_heart(pulse_hz, same)
        self._axes_to_heart = self._to_heart if same else _to_heart(motion_hz, same)
        # from the 25 Hz that the heart works at: a fifth of the work and memory
        self._to_motion = Resampler(HEART_HZ, MOTION_HZ, half_length=5)
        self._to_ecg = Resampler(pulse_hz, ECG_HZ) if pulse_hz != ECG_HZ else None
        self.ecg_band = Sos("bandpass", (8.0, 20.0), order=2, rate_hz=ECG_HZ)
        self._pulse_band = Sos("bandpass", (0.5, 5.0), order=2, rate_hz=HEART_HZ)
        self.ecg_peaks = Peaks(ECG_HZ)
        self._pulse_peaks = Peaks(HEART_HZ, smoothing_s=0.2, apart_s=0.2, upward=True)
        stuck = [max(2, round(p.stuck_s * rate)) for rate in [pulse_hz] * 2 + [motion_hz] * 3 + [pulse_hz]]
        tops = [round(p.pulse_range / SCALES[0])] * 2 + [32767] * 4
        self.struct = ffi.new(
            "mk_wearable_config *",
            {
                "channel": [(scale, -top, top, s) for scale, top, s in zip(SCALES, tops, stuck, strict=True)],
                "to_heart": self._to_heart.struct if self._to_heart else ffi.NULL,
                "axes_to_heart": self._axes_to_heart.struct if self._axes_to_heart else ffi.NULL,
                "to_motion": self._to_motion.struct,
                "to_ecg": self._to_ecg.struct if self._to_ecg else ffi.NULL,
                "heart": self.heart.struct[0],
                "ecg": _rhythm(p.rhythm, self.ecg_peaks),
                "pulse": _rhythm(p.rhythm, self._pulse_peaks),
                "ecg_band": _band(self.ecg_band),
                "pulse_band": _band(self._pulse_band),
                "rest": p.rest_g,
                "slow": p.slow_bpm,
                "rate": p.rate_hz,
                "pulse_rate": pulse_hz,
                "motion_rate": motion_hz,
                "upward": p.pulse_upward,
                "on": round(p.on_s / TICK_S),
                "every": round(p.every_s / TICK_S),
                "confirm": max(1, round(p.confirm_s / TICK_S)),
            },
        )
        #: float32 values of memory and scratch
        self.memory, self.scratch = lib.mk_wearable_memory(self.struct), lib.mk_wearable_scratch(self.struct)
        self._memory = np.zeros(self.memory, np.float32)
        self._scratch = np.zeros(self.scratch, np.float32)
        self._arena = _Memory(rhythm.arena_bytes if rhythm else 0)
        self._state = ffi.new("mk_wearable *")
        status = lib.mk_wearable_init(
            self._state,
            self.struct,
            ffi.cast("const mk_nn_model *", rhythm.address if rhythm else 0),
            ffi.from_buffer(self._arena.array),
            fp(self._memory),
            fp(self._scratch),
        )
        check(status, "wearable")

    @cached_property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        parts = {
            "heart": self.heart,
            "to_heart": self._to_heart,
            **({"axes_to_heart": self._axes_to_heart} if self._axes_to_heart is not self._to_heart else {}),
            "to_motion": self._to_motion,
            "to_ecg": self._to_ecg,
            "ecg_band": self.ecg_band,
            "pulse_band": self._pulse_band,
            "ecg_peaks": self.ecg_peaks,
            "pulse_peaks": self._pulse_peaks,
        }
        return {f"{part}_{k}": v for part, block in parts.items() if block for k, v in block.tables.items()}

    @property
    def rates(self) -> dict[str, Fir | None]:
        """Changes of rate, by their name in mk_wearable_config; None: none."""
        found = {"to_heart": self._to_heart, "to_motion": self._to_motion, "to_ecg": self._to_ecg}
        # one for both parts where they have one rate
        own = self._axes_to_heart is not self._to_heart
        return found | ({"axes_to_heart": self._axes_to_heart} if own else {})

    def reset(self) -> None:
        """Forget everything."""
        lib.mk_wearable_reset(self._state)

    def push(self, frames: np.ndarray) -> tuple[list[Tick], np.ndarray]:
        """Next frames, int16[n, 6], to the ticks they complete and the accelerations float32[m, 3] (g, 20 Hz)."""
        frames = np.ascontiguousarray(frames, np.int16)
        if frames.ndim != 2 or frames.shape[1] != len(CHANNELS):
            raise ConfigError(f"frames have shape {frames.shape}, not one column for each of {', '.join(CHANNELS)}.")
        cursor = ffi.new("const int16_t **", pointer("int16_t", frames))
        count, complete = ffi.new("uint32_t *", len(frames)), ffi.new("uint8_t *")
        ticks, motion, state = [], [], self._state
        while count[0]:
            check(lib.mk_wearable_next(state, cursor, count, complete), "wearable")
            row = np.frombuffer(ffi.buffer(state.motion, 12 * state.motion_pitch), np.float32)
            motion.append(row.reshape(3, -1)[:, : state.motion_count].T.copy())
            if complete[0]:
                ticks.append(self._tick())
        return ticks, np.concatenate(motion) if motion else np.empty((0, 3), np.float32)

    def process(self, frames: np.ndarray) -> list[Tick]:
        """Ticks of a whole recording, from a fresh start."""
        self.reset()
        return self.push(frames)[0]

    def _tick(self) -> Tick:
        report = self._state.report
        evidence = b""
        if report.evidence:
            evidence = bytes(ffi.buffer(report.evidence, 4 * len(self.heart.bpm)))
        events = [(report.tick, report.event[i].code, report.event[i].value) for i in range(report.events)]
        return Tick(bytes(ffi.buffer(ffi.addressof(report, "scores"))), evidence, events)


#: one tick's scores, as the firmware sends them (mk_wearable_scores)
SCORES = np.dtype(
    [
        ("bpm", "<f4"),
        ("confidence", "<f4"),
        ("values", "<f4", 5),
        ("doubt", "<f4"),
        ("rmssd", "<f4"),
        ("sdnn", "<f4"),
        ("pnn50", "<f4"),
        ("sd1", "<f4"),
        ("sd2", "<f4"),
        ("mean_rr", "<f4"),
        ("intervals", "<u2"),
        ("trouble", "u1"),
        ("rhythm_trouble", "u1"),
        ("source", "u1"),
        ("irregular", "u1"),
        ("light", "u1"),
        ("score", "i1"),
        ("quality", "u1", 6),
        ("inputs", "i1", 5),
        ("said", "u1"),
    ]
)


def scores_of(ticks: list[Tick] | list[bytes]) -> np.ndarray:
    """Ticks, or the bytes of their scores, as a record array of `SCORES`; what follows them is left away."""
    rows = [tick.scores if isinstance(tick, Tick) else tick for tick in ticks]
    return np.frombuffer(b"".join(row[: SCORES.itemsize] for row in rows), SCORES)


def _to_heart(rate_hz: int, alone: bool) -> Fir | None:
    """Anti-alias filter and change of rate to 25 Hz: flat to 7.5 Hz, 0.2 s late, as another part's must be too."""
    if rate_hz == HEART_HZ and alone:
        return None
    down = int(np.gcd(rate_hz, HEART_HZ))
    up = HEART_HZ // down
    taps = scipy.signal.firwin(round(0.4 * rate_hz * up) | 1, 9.0, fs=rate_hz * up) * up
    return Fir(taps, up, rate_hz // down)


def _rhythm(p: RhythmParameters, peaks: Peaks) -> dict:
    return {
        "peaks": peaks.struct[0],
        "accept": p.accept,
        "doubt_low": p.doubt_low,
        "doubt_high": p.doubt_high,
        "most_doubt": p.most_doubt,
        "least": p.least,
        "threshold": p.threshold,
        "gain": list(p.gain),
        "offset": list(p.offset),
    }


def _band(sos: Sos) -> dict:
    return {"coeffs": sos.struct.coeffs, "sections": sos.struct.sections}
