"""A machine watched by its vibration (`mk_machine`): names, anomaly, zones, trend, baseline in flash."""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..codegen import c
from ..core import check, ffi, lib, pointer
from ..dsp.bearing import Bearing
from ..dsp.floats import floats, fp
from ..errors import ConfigError

#: names of a row's levels, after the features
LEVELS = ("ln_rms", "ln_velocity", "impulsiveness")


class Code(enum.IntEnum):
    """What an event is about; its value is in post_machine.h."""

    LEVEL = 1
    FAULT = 2
    LEARNED = 3
    REFUSED = 4
    RESTORED = 5
    STORE = 6
    ZONE = 7
    SENSOR = 8
    LOST = 9
    TREND = 10


@dataclass(frozen=True, eq=False)
class Naming:
    """How far a name is to be trusted, as training found it.

    Attributes
    ----------
    center, scale : float32[width]
        Standardise the features.
    whitener : float32[width (width + 1) / 2]
        Lower triangle, by rows.
    means : float32[classes, width]
        Of the whitened features of each class.
    least_evidence : float32[classes]
        Mean level of a class's lines that shows its mechanism, dB.
    nearest : float
        Distance to a class's mean up to which a row is one of those trained on.
    """

    center: np.ndarray
    scale: np.ndarray
    whitener: np.ndarray
    means: np.ndarray
    least_evidence: np.ndarray
    nearest: float


@dataclass(frozen=True)
class Watch:
    """The anomaly detector's and the condition's parameters: seconds, dB, mm/s (post_anomaly.h, post_machine.h)."""

    learn_s: float = 400
    check_s: float = 200
    false_alarms_per_day: float = 0.1
    smoothing: float = 0.1
    confirm: int = 6
    least: float = 1.0
    follow: float = 0.0005
    follow_most: float = 2.0
    floors: Mapping[str, float] = field(default_factory=dict)
    zones_mm_s: Sequence[float] = (1.4, 2.8, 4.5)
    most_kurtosis: float = 6.0
    trend_s: float = 600
    erase_ms: int = 250


#: what the detector looks at, by name: members (features or levels), and the kind whose floor it has
_VALUES = {
    "shaft": (("shaft", "shaft2", "shaft3", "shaft4"), "lines"),
    "inner": (("inner", "inner2", "inner-1", "inner+1"), "lines"),
    "outer": (("outer", "outer2"), "lines"),
    "ball": (("ball", "ball2", "ball-cage", "ball+cage"), "lines"),
    "cage": (("cage", "cage2", "spin"), "lines"),
    "level": (("ln_rms",), "level"),
    "velocity": (("ln_velocity",), "level"),
    "impulsiveness": (("impulsiveness",), "impulsiveness"),
}
_FLOORS = {"lines": 3.0, "level": 0.35, "impulsiveness": 0.2, "shape": 0.35}


@dataclass(frozen=True)
class Verdict:
    """A row's record on the link, 32 bytes.

    Attributes
    ----------
    scores : int8[classes]
    name : int
        Class, or their number for unknown.
    state, level, zone : int
        `motekit.post.anomaly.State`, `Level`, and 0 (A) to 3 (D).
    score : float
        Of the anomaly detector.
    velocity, rms : float
        mm/s and m/s^2.
    crest, kurtosis : float
        Peak by RMS; excess.
    spectral_distance : float
        RMS difference of the spectrum's shape from the baseline's, dB.
    """

    scores: np.ndarray
    name: int
    state: int
    level: int
    zone: int
    score: float
    velocity: float
    rms: float
    crest: float
    kurtosis: float
    spectral_distance: float

    @classmethod
    def of(cls, record: bytes, classes: int) -> "Verdict":
        """From its bytes."""
        flags = record[7]
        levels = np.frombuffer(record[8:32], "<f4")
        scores = np.frombuffer(record[:classes], np.int8)
        return cls(scores, record[6], flags & 3, flags >> 2 & 3, flags >> 4, *(float(x) for x in levels))


class Machine:
    """Watches one machine.

    Parameters
    ----------
    bearing : Bearing
        The features.
    labels : sequence of str
        Classes of the network; the first is the normal one.
    evidence : mapping
        By label: the features (lines) whose mean level shows the fault's mechanism.
    naming : Naming
        Trained with the network.
    network : callable
        int8[width] to int8[classes].
    input_scale, input_zero : float, int
        Of the network's input; its output has a zero point of -128 and a scale of 1/256.
    watch : Watch
        Parameters of detector, condition and flash.
    least_probability : float
        Below it there is no name.
    schema : int
        32 bits that tell what a baseline in flash means.
    flash : bytearray, optional
        Two sectors of a simulated flash, which keeps its content; blank unless given.

    Raises
    ------
    ConfigError
        If a parameter is out of its range, or a name is unknown.
    """

    FLASH_SECTOR = 640

    def __init__(
        self,
        bearing: Bearing,
        labels: Sequence[str],
        evidence: Mapping[str, Sequence[str]],
        naming: Naming,
        network: Callable[[np.ndarray], np.ndarray] | None = None,
        *,
        input_scale: float = 1.0,
        input_zero: int = 0,
        watch: Watch | None = None,
        least_probability: float = 0.6,
        schema: int = 0,
        flash: bytearray | None = None,
    ):
        self.bearing, self.labels, self.network = bearing, list(labels), network
        self.watch = watch = watch or Watch()
        self._names = [*bearing.names, *LEVELS]
        floors = {**_FLOORS, **watch.floors}
        if strange := set(floors) - set(_FLOORS):
            raise ConfigError(f"floors know no {sorted(strange)[0]!r}. Known: {', '.join(_FLOORS)}.")
        shapes = [name for name in bearing.names if name.startswith("shape")]
        groups = [members for members, _ in _VALUES.values()]
        groups += [tuple(part) for part in np.array_split(shapes, min(8, len(shapes)))]
        kinds = [kind for _, kind in _VALUES.values()] + ["shape"] * (len(groups) - len(_VALUES))
        self.values = [*_VALUES, *(f"shape {i}" for i in range(len(groups) - len(_VALUES)))]
        row_s = bearing.points / bearing.per_turn * 60 / bearing.rpm
        self.row_s = row_s
        self.tables = {
            "value_starts": _starts(groups), "value_members": self._members(groups),
            "evidence_starts": _starts([evidence.get(label, ()) for label in labels]),
            "evidence_members": self._members([evidence.get(label, ()) for label in labels]),
            "center": floats(naming.center), "scale": floats(naming.scale), "whitener": floats(naming.whitener),
            "means": floats(naming.means).ravel(), "floors": floats([floors[kind] for kind in kinds]),
        }  # fmt: skip
        width = bearing.width
        sizes = (width, width, width * (width + 1) // 2, len(labels) * width)
        if tuple(self.tables[name].size for name in ("center", "scale", "whitener", "means")) != sizes:
            raise ConfigError(f"the naming tables are not of {width} features and {len(labels)} classes. Train again.")
        self.numbers: dict[str, Any] = {
            "classes": len(labels),
            "shape_from": len(_VALUES),
            "nearest": float(np.float32(naming.nearest)),
            "input_scale": float(np.float32(input_scale)),
            "input_zero": int(input_zero),
            "least_score": int(np.clip(round(least_probability * 256) - 128, -128, 127)),
            "most_kurtosis": float(watch.most_kurtosis),
            "trend_s": float(watch.trend_s),
            "erase_ms": int(watch.erase_ms),
            "schema": int(schema) & 0xFFFFFFFF,
        }
        self.anomaly: dict[str, Any] = {
            "row_s": float(np.float32(row_s)),
            "budget_per_day": float(watch.false_alarms_per_day),
            "smoothing": float(watch.smoothing),
            "least": float(watch.least),
            "follow": float(watch.follow),
            "follow_most": float(watch.follow_most),
            "learn_rows": round(watch.learn_s / row_s),
            "check_rows": round(watch.check_s / row_s),
            "confirm": int(watch.confirm),
            "dims": len(groups),
        }
        self.lists = {
            "least_evidence": floats(naming.least_evidence),
            "zones": floats(watch.zones_mm_s),
        }
        self._config = ffi.new("mk_machine_config *")
        self._fill()
        self._memory = np.zeros(bearing.memory_floats, np.float32)
        self.scratch_floats = max(bearing.scratch_floats, lib.MK_TREND_MOST * (lib.MK_TREND_MOST - 1) // 2)
        self._scratch = np.zeros(self.scratch_floats, np.float32)
        self._state = ffi.new("mk_machine *")
        self._flash, self._device = ffi.new("mk_flash *"), ffi.new("mk_flash_memory *")
        self.memory = np.frombuffer(flash, np.uint8) if flash is not None else None
        self._blank = flash is None
        self.reset()

    def _members(self, groups: Sequence[Sequence[str]]) -> np.ndarray:
        flat = [name for group in groups for name in group]
        if unknown := [name for name in flat if name not in self._names]:
            raise ConfigError(f"there is no line {unknown[0]!r}. Known: {', '.join(self.bearing.names)}.")
        return np.array([self._names.index(name) for name in flat] or [0], np.uint8)

    def _fill(self) -> None:
        config = self._config[0]
        config.bearing = self.bearing.struct[0]
        for name, value in self.numbers.items():
            setattr(config, name, value)
        for name, value in self.anomaly.items():
            setattr(config.anomaly, name, value)
        config.anomaly.floors = fp(self.tables["floors"])
        for group in ("value", "evidence"):
            lists = getattr(config, "values" if group == "value" else group)
            lists.starts = pointer("uint8_t", self.tables[f"{group}_starts"])
            lists.members = pointer("uint8_t", self.tables[f"{group}_members"])
        for name in ("center", "scale", "whitener", "means"):
            setattr(config, name, fp(self.tables[name]))
        for name, values in self.lists.items():
            for i, value in enumerate(values):
                getattr(config, name)[i] = value

    def reset(self) -> None:
        """As if just started; a blank flash unless one was given."""
        if self._blank:
            self.memory = np.full(2 * self.FLASH_SECTOR, 255, np.uint8)
        lib.mk_flash_memory_init(self._device, self._flash, pointer("uint8_t", self.memory), len(self.memory) // 2)
        status = lib.mk_machine_init(self._state, self._config, self._flash, fp(self._memory), fp(self._scratch))
        check(status, "machine")
        self._first = self._take_events()

    @property
    def state(self):
        """The `mk_machine`, for a look inside."""
        return self._state[0]

    def _take_events(self) -> list[tuple[int, int, int]]:
        state = self._state[0]
        found = [(e.at, e.code, e.value) for e in state.events[0 : state.event_count]]
        state.event_count = 0
        return found

    def push(self, frames: np.ndarray) -> tuple[list[np.ndarray], list[bytes], list[tuple[int, int, int]]]:
        """Next frames, int16[n, 2], to features float32[width] and verdicts (32 bytes) of the rows they complete, and
        events (at, code, value).
        """
        frames = np.ascontiguousarray(frames, np.int16).reshape(-1, 2)
        base = pointer("int16_t", frames) if len(frames) else ffi.NULL
        done, at = ffi.new("uint8_t *"), 0
        features: list[np.ndarray] = []
        verdicts: list[bytes] = []
        events, self._first = self._first, []
        state, width = self._state, self.bearing.width
        while at < len(frames):
            at += lib.mk_machine_push(state, base + 2 * at, len(frames) - at, done)
            if done[0]:
                features.append(np.frombuffer(ffi.buffer(state.row.features), np.float32)[:width].copy())
                given = np.frombuffer(ffi.buffer(state.input), np.int8)[:width].copy()
                scores = np.ascontiguousarray(self.network(given), np.int8)
                lib.mk_machine_judge(state, pointer("int8_t", scores))
                verdicts.append(bytes(ffi.buffer(state.verdict)))
            events += self._take_events()
        return features, verdicts, events

    def source(self, name: str) -> str:
        """C: `const mk_machine_config <name>` and its tables."""
        tables, bearing = self.bearing.source(f"{name}_bearing")
        tables += "".join(c.array(f"{name}_{key}", value) for key, value in self.tables.items())
        numbers = ", ".join(f".{key} = {_number(value)}" for key, value in self.numbers.items())
        anomaly = ", ".join(f".{key} = {_number(value)}" for key, value in self.anomaly.items())
        lists = ", ".join(
            f".{key} = {{{', '.join(c.literal(v) for v in values)}}}" for key, values in self.lists.items()
        )
        return f"""{tables}
const mk_machine_config {name} = {{
    .bearing = {bearing},
    .anomaly = {{.floors = {name}_floors, {anomaly}}},
    .values = {{{name}_value_starts, {name}_value_members}},
    .evidence = {{{name}_evidence_starts, {name}_evidence_members}},
    .center = {name}_center, .scale = {name}_scale, .whitener = {name}_whitener, .means = {name}_means,
    {numbers}, {lists}}};
"""


def _starts(groups: Sequence[Sequence[str]]) -> np.ndarray:
    return np.cumsum([0, *(len(group) for group in groups)]).astype(np.uint8)


def _number(value: float | int) -> str:
    return (
        f"{value}u"
        if isinstance(value, int) and value > 32767
        else (str(value) if isinstance(value, int) else c.literal(np.float32(value)))
    )
