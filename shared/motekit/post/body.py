"""Activity, steps, falls and sleep of a wrist (`mk_body` and its parts)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np

from ..core import check, ffi, lib
from ..dsp.cadence import CadenceParameters
from ..dsp.counts import Counts
from ..dsp.floats import FloatBlock, floats, fp
from ..dsp.gait import NAMES as GAIT_NAMES
from ..dsp.gait import RATE_HZ, Gait
from ..dsp.recent import NAMES as RECENT_NAMES
from ..dsp.recent import recent
from ..errors import ConfigError

TICK_S = 2.0
#: values of a window, as the activity network takes them
NAMES = GAIT_NAMES + RECENT_NAMES
RULES = ("cole_kripke", "sadeh")


@dataclass(frozen=True)
class ActivityParameters:
    """How decisions are smoothed; post_activity.h says what is done with it.

    Attributes
    ----------
    labels : tuple of str
    change : float
        Share of windows in which people begin another activity: 0.02 is once in 100 s.
    tempering : float
        Exponent of a window's probabilities: 1 takes them at their word; above it decisions are quicker and less calm.
    floor : float
        Least probability that a window can give: how wrong it may be, once.
    certain : float
        Belief from which another activity is reported.
    """

    labels: tuple[str, ...] = ("walking", "jogging", "stairs", "sitting", "standing", "kicking")
    change: float = 0.02
    tempering: float = 1.0
    floor: float = 0.02
    certain: float = 0.3

    @property
    def weights(self) -> np.ndarray:
        """Weight of each int8 score, float32[256]."""
        probability = np.maximum((np.arange(256) + 0.5) / 256, self.floor)
        return floats(probability**self.tempering)


@dataclass(frozen=True)
class FallParameters:
    """What is taken for a fall; post_fall.h says how. Seconds, g, and degrees of posture."""

    before_s: float = 1.0
    settle_s: float = 2.5
    rest_s: float = 10.0
    light_g: float = 0.65
    impact_g: float = 1.2
    hard_g: float = 6.0
    still_g: float = 0.1
    most_lights: float = 2.0
    turned_deg: float = 30.0

    @property
    def struct(self):
        """The `mk_fall_config`."""
        return ffi.new(
            "mk_fall_config *",
            {
                "rate": RATE_HZ,
                "before": round(self.before_s * RATE_HZ),
                "settle": round(self.settle_s * RATE_HZ),
                "rest": round(self.rest_s * RATE_HZ),
                "light": self.light_g,
                "impact": self.impact_g,
                "hard": self.hard_g,
                "still": self.still_g,
                "most_lights": self.most_lights,
                "turned": float(np.cos(np.radians(self.turned_deg))),
            },
        )


class Fall:
    """Falls in acceleration at 20 Hz, alone.

    Parameters
    ----------
    parameters : FallParameters

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, parameters: FallParameters = FallParameters()):
        self._state = ffi.new("mk_fall *")
        check(lib.mk_fall_init(self._state, parameters.struct), "falls")

    def reset(self) -> None:
        """Forget all samples."""
        lib.mk_fall_reset(self._state)

    def push(self, acceleration: np.ndarray) -> np.ndarray:
        """Next samples, float32[n, 3] in g; bool[n], where a fall is reported."""
        rows = floats(acceleration).reshape(-1, 3).tolist()
        return np.array([lib.mk_fall_take(self._state, *row) for row in rows], bool)


def values(windows: np.ndarray, gait: Gait | None = None) -> np.ndarray:
    """Windows float32[..., 80, 3] in g at 20 Hz to values float32[..., 98], as the core's body has them."""
    return np.concatenate([(gait or Gait()).process(windows), recent(windows)], axis=-1)


class Activity:
    """Smoothing of activity scores, alone.

    Parameters
    ----------
    parameters : ActivityParameters

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, parameters: ActivityParameters = ActivityParameters()):
        self.parameters = parameters
        self._weights = parameters.weights
        self._state = ffi.new("mk_activity *")
        config = ffi.new("mk_activity_config *", _activity(parameters, self._weights))
        check(lib.mk_activity_init(self._state, config), "activity")

    def reset(self) -> None:
        """Know nothing again."""
        lib.mk_activity_reset(self._state)

    def next(self, scores: np.ndarray | None) -> int:
        """Next window's scores int8[labels], or None if it says nothing, to the decided label; -1: none yet."""
        row = ffi.NULL if scores is None else ffi.cast("int8_t *", ffi.from_buffer(np.ascontiguousarray(scores)))
        label = lib.mk_activity_process(self._state, row).label
        return -1 if label == lib.MK_ACTIVITY_UNKNOWN else label

    def push(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Next windows' scores int8[n, labels] to the best label of each, and whether it is a reported change."""
        scores = np.ascontiguousarray(scores, np.int8)
        if scores.ndim != 2 or scores.shape[1] != len(self.parameters.labels):
            raise ConfigError(f"scores have shape {scores.shape}, not one column a label.")
        told = [lib.mk_activity_process(self._state, ffi.cast("int8_t *", ffi.from_buffer(row))) for row in scores]
        return np.array([t.best for t in told], int), np.array([t.changed for t in told], bool)


@dataclass(frozen=True)
class NightSum:
    """A night that has ended: minutes since reset at its onset, minutes from then to its last sleep, and of those."""

    onset: int
    minutes: int
    asleep: int
    awake: int
    awakenings: int
    efficiency: float


@dataclass(frozen=True)
class Night:
    """Minutes of a night by one rule (`asleep`, bool) and by both (`both`, bool[minutes, 2]), and their sum."""

    asleep: np.ndarray
    both: np.ndarray
    minutes: int
    onset: int | None
    awake: int
    awakenings: int
    efficiency: float


class Sleep:
    """Sleep and wake each minute from activity counts, alone.

    Parameters
    ----------
    rule : {"cole_kripke", "sadeh"}
        Which rule the sum of a night goes by.
    """

    def __init__(self, rule: str = "cole_kripke"):
        self._rule = _rule(rule)
        self._state = ffi.new("mk_sleep *")
        check(lib.mk_sleep_init(self._state, self._rule), "sleep")

    def reset(self) -> None:
        """Begin another night."""
        lib.mk_sleep_reset(self._state)

    def push(self, counts: np.ndarray) -> np.ndarray:
        """Next minutes' counts; bool[m, 2], sleep by both rules, of the minutes that are judged (5 minutes late)."""
        told = [lib.mk_sleep_process(self._state, min(int(c), 2**32 - 1)) for c in np.atleast_1d(counts)]
        rows = [[bool(t.asleep[0]), bool(t.asleep[1])] for t in told if t.valid]
        return np.array(rows, bool).reshape(-1, 2)

    def process(self, counts: np.ndarray) -> Night:
        """A whole night: five minutes without counts are put behind it, so that its last minute is judged."""
        self.reset()
        both = self.push(np.concatenate([np.asarray(counts), np.zeros(lib.MK_SLEEP_LATE)]))
        s = lib.mk_sleep_sum(self._state)
        onset = None if s.onset == lib.MK_SLEEP_NEVER else s.onset
        return Night(both[:, self._rule], both, s.minutes, onset, s.awake, s.awakenings, s.efficiency)


@dataclass(frozen=True)
class BodyParameters:
    """Everything that decides about motion but the trained network.

    Attributes
    ----------
    activity, cadence, fall
        See there.
    rule : str
        One of `RULES`.
    axis : int
        Whose counts it judges: 0 is along the forearm.
    gain, offset : sequence of float
        From values to the network's int8 inputs.
    """

    activity: ActivityParameters = field(default_factory=ActivityParameters)
    cadence: CadenceParameters = field(default_factory=CadenceParameters)
    fall: FallParameters = field(default_factory=FallParameters)
    rule: str = "cole_kripke"
    axis: int = 0
    gain: Sequence[float] = ()
    offset: Sequence[float] = ()


@dataclass(frozen=True)
class BodyTick:
    """What one tick says (`mk_body_report`)."""

    label: int
    best: int
    changed: bool
    belief: float
    valid: bool
    scores: np.ndarray
    cadence_hz: float
    regularity: float
    steps: float
    falls: int
    counts: tuple[int, int, int] | None
    asleep: tuple[bool, bool] | None
    night: "NightSum | None"


class Body(FloatBlock):
    """The core's motion half, with the memory it asks for.

    Parameters
    ----------
    parameters : BodyParameters
    model : HostModel, optional
        Compiled activity network, int8[98] to int8[labels].

    Raises
    ------
    ConfigError
        If a parameter is out of its range, or the network is of another shape.
    """

    def __init__(self, parameters: BodyParameters = BodyParameters(), model=None):
        p = parameters
        super().__init__(
            activity=p.activity.__dict__, cadence=p.cadence.__dict__, fall=p.fall.__dict__, rule=p.rule, axis=p.axis
        )
        self.settings, self.model = p, model
        self.gait, self.counts = Gait(), Counts(RATE_HZ)
        self._weights = p.activity.weights
        self._gain = floats(p.gain if len(p.gain) else np.ones(len(NAMES)))
        self._offset = floats(p.offset if len(p.offset) else np.zeros(len(NAMES)))
        if self._gain.shape != (len(NAMES),) or self._offset.shape != (len(NAMES),):
            raise ConfigError(
                f"gain and offset have {self._gain.size} and {self._offset.size} values, not {len(NAMES)}."
            )
        self.struct = ffi.new(
            "mk_body_config *",
            {
                "gait": self.gait.struct[0],
                "cadence": p.cadence.struct[0],
                "counts": self.counts.struct[0],
                "fall": p.fall.struct[0],
                "activity": _activity(p.activity, self._weights),
                "gain": fp(self._gain),
                "offset": fp(self._offset),
                "sleep_rule": _rule(p.rule),
                "sleep_axis": p.axis,
            },
        )
        #: float32 values of memory and scratch
        self.memory, self.scratch = lib.mk_body_memory(self.struct), lib.MK_BODY_SCRATCH
        self._memory, self._scratch = np.zeros(self.memory, np.float32), np.zeros(self.scratch, np.float32)
        arena = np.zeros((model.arena_bytes if model else 0) + 16, np.uint8)
        self._arena = arena[-arena.ctypes.data % 16 :]
        self._state, self._report = ffi.new("mk_body *"), ffi.new("mk_body_report *")
        status = lib.mk_body_init(
            self._state,
            self.struct,
            ffi.cast("const mk_nn_model *", model.address if model else 0),
            ffi.from_buffer(self._arena),
            fp(self._memory),
        )
        check(status, "motion")

    @cached_property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        own = {"activity_weight": self._weights, "activity_gain": self._gain, "activity_offset": self._offset}
        parts = {"gait": self.gait, "counts": self.counts}
        return {**{f"{part}_{k}": v for part, block in parts.items() for k, v in block.tables.items()}, **own}

    @property
    def rates(self) -> dict:
        """Changes of rate, by their name in C."""
        return {"counts_rate": self.counts.resampler}

    def reset(self) -> None:
        """Forget everything."""
        lib.mk_body_reset(self._state)

    def take(self, acceleration: np.ndarray) -> None:
        """Next samples, float32[n, 3] in g at 20 Hz."""
        planar = np.ascontiguousarray(floats(acceleration).reshape(-1, 3).T)
        lib.mk_body_push(self._state, fp(planar), planar.shape[1], planar.shape[1])

    def tick(self, quality: int = 0) -> BodyTick:
        """What the last 4 s say; after each 2 s of samples."""
        check(lib.mk_body_tick(self._state, quality, fp(self._scratch), self._report), "motion")
        r = self._report
        return BodyTick(
            label=r.label,
            best=r.best,
            changed=bool(r.changed),
            belief=r.belief,
            valid=bool(r.valid),
            scores=np.array(list(r.scores)[: len(self.settings.activity.labels)], np.int8),
            cadence_hz=r.cadence,
            regularity=r.regularity,
            steps=r.steps / 256,
            falls=r.falls,
            counts=tuple(r.counts) if r.minute else None,
            asleep=(bool(r.sleep.asleep[0]), bool(r.sleep.asleep[1])) if r.sleep.valid else None,
            night=NightSum(*(getattr(r.night, f.name) for f in fields(NightSum))) if r.night_over else None,
        )

    def process(self, acceleration: np.ndarray) -> list[BodyTick]:
        """Ticks of a whole recording, float32[n, 3] in g at 20 Hz, from a fresh start."""
        self.reset()
        step, ticks = round(TICK_S * RATE_HZ), []
        for start in range(0, len(acceleration) - step + 1, step):
            self.take(acceleration[start : start + step])
            ticks.append(self.tick())
        return ticks


def _activity(p: ActivityParameters, weights: np.ndarray) -> dict:
    return {"labels": len(p.labels), "change": p.change, "certain": p.certain, "weight": fp(weights)}


def _rule(name: str) -> int:
    if name not in RULES:
        raise ConfigError(f'there is no sleep rule "{name}". Choose from {", ".join(RULES)}.')
    return RULES.index(name)
