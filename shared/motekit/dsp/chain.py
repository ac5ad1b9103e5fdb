"""What `[[conditioning]]` declares: from a sensor's counts to the frames that windows are cut from (`mk_conditioning`).

Each entry names its stage, the channels it works on (all if left out) and the stage's keys:

    stage = "scale"       gain, offset, low, high; boards.<board> = the same    counts to a unit; must be first
    stage = "gaps"        longest_s                                             missing samples that are filled; next
    stage = "filter"      kind, cutoff_hz, order   or   notch_hz, q             second-order sections
    stage = "fir"         taps, or taps (how many), cutoff_hz, kind; decimate
    stage = "resample"    to_hz, half_length
    stage = "dc_block"    cutoff_hz
    stage = "median"      width            stage = "hampel"  width, threshold
    stage = "normalise"   time_s, floor                                         by running mean and deviation
    stage = "gravity"     cutoff_hz, outputs = "body" | "gravity" | "both"
    stage = "magnitude"   name, keep                                            norm of the channels
    stage = "select"                                                            only these channels go on
    stage = "gain"        gain, offset: (x - offset) * gain
    stage = "smooth"      time_s                                                exponential
    stage = "copy"        names                                                 the channels once more
    stage = "difference"                                                        a second: jerk of an acceleration
    stage = "envelope"    taps             stage = "rectify"
    stage = "order"       per_turn, speed, unit = "hz" | "rpm" | "rad/s", most
    stage = "detrend"                                                           of each window; last
    stage = "standardise" floor                                                 each window by mean and deviation; last
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError
from . import stages
from .constants import Native, Source, Struct, tables
from .floats import FloatBlock
from .stages import Signal, Stage, each

#: frames the core takes at once
BLOCK = 16
_SCALE = {"gain", "offset", "low", "high"}


@dataclass(frozen=True)
class Step:
    """A recording after one more stage: its name, what it is and the frames, float32[n, channels]."""

    name: str
    signal: Signal
    frames: np.ndarray


def _scales(given: dict[str, Any], channels: tuple[str, ...], gain: float, board: str | None) -> list[tuple]:
    """(offset, gain, low, high) of each channel; a board's own values come before the common ones."""
    boards = given.get("boards", {})
    chosen = given | boards.get(board, {})
    for table in (given, *boards.values()):
        if unknown := set(table) - _SCALE - {"stage", "boards"}:
            raise ConfigError(f"scale has no key {sorted(unknown)[0]!r}. Known: boards, {', '.join(sorted(_SCALE))}.")
    rows = []
    for c in range(len(channels)):
        try:
            offset, own = each(chosen.get("offset", 0.0), c), each(chosen.get("gain", gain), c)
            low, high = int(each(chosen.get("low", -32767), c)), int(each(chosen.get("high", 32767), c))
        except (TypeError, ValueError, IndexError) as error:
            raise ConfigError(f"scale: {error}. Give one number, or one for each of the channels.") from error
        if not (-32768 <= low < high <= 32767):
            raise ConfigError(f"scale: low {low} must be below high {high}, both within int16.")
        rows.append((np.float32(offset), np.float32(own), np.int16(low), np.int16(high)))
    return rows


class Conditioning(FloatBlock):
    """The stages of an app's stream.

    Parameters
    ----------
    declared : list of dict
        The entries of `[[conditioning]]`, as this module's text says; may be empty.
    channels : sequence of str
        The sensor's channels.
    rate_hz : float
        Its sampling rate.
    gain : float
        Unit a count, where no stage "scale" says otherwise.
    board : str, optional
        Whose scale to take, where stage "scale" names boards.

    Raises
    ------
    ConfigError
        If a stage, key or channel is unknown, or a value out of its range.
    """

    def __init__(
        self,
        declared: list[dict[str, Any]],
        channels: tuple[str, ...],
        rate_hz: float,
        gain: float = 1.0,
        board: str | None = None,
    ):
        channels = tuple(channels)
        if not 1 <= len(channels) <= lib.MK_CONDITIONING_CHANNELS or len(set(channels)) < len(channels):
            raise ConfigError(f"channels {', '.join(channels)}: 1 to 16 are needed, all different.")
        self.input = Signal(channels, float(rate_hz))
        self._sensor = (channels, float(rate_hz), gain, board)
        left = [dict(given) for given in declared]
        scale = left.pop(0) if left and left[0].get("stage") == "scale" else {}
        gaps = left.pop(0) if left and left[0].get("stage") == "gaps" else {}
        self._head = [head for head in (scale, gaps) if head]
        #: work on whole windows: straight line removed, divided by the deviation (at least this; 0: not)
        self.detrend, self.floor = False, 0.0
        self._declared = self._take_window_stages(left)
        if unknown := set(gaps) - {"stage", "longest_s"}:
            raise ConfigError(f"gaps has no key {sorted(unknown)[0]!r}. Known: longest_s.")
        self.longest = round(gaps.get("longest_s", 0.0) * rate_hz)
        if not 0 <= self.longest <= 1000:
            raise ConfigError(f"gaps: longest_s is {self.longest} samples. Take 0 to 1000: they all wait in memory.")
        self._scale = _scales(scale, channels, gain, board)
        self.stages: list[Stage] = []
        self.output = self.input
        for given in self._declared:
            if given.get("stage") in ("scale", "gaps", "detrend", "standardise"):
                raise ConfigError(
                    f"stage {given['stage']} is out of its place: scale comes first, then gaps; detrend and "
                    "standardise come last. Move it."
                )
            self.stages.append(stages.build(given, self.output))
            self.output = self.stages[-1].out
        super().__init__(channels=list(channels), rate_hz=float(rate_hz))
        self._lay_out()
        self._native = Native()
        self.struct = self._native.struct(self.constants)
        self._memory = np.zeros(self.memory, np.float32)
        self._state = ffi.new("mk_conditioning *")
        self.reset()

    def _take_window_stages(self, left: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if left and left[-1].get("stage") == "standardise":
            given = left.pop()
            self.floor = float(given.get("floor", 0.0))
            if set(given) - {"stage", "floor"} or not self.floor > 0:
                raise ConfigError("standardise takes the key floor, above 0: the least deviation. Give it.")
        if left and left[-1].get("stage") == "detrend":
            self.detrend = True
            if set(left.pop()) != {"stage"}:
                raise ConfigError("detrend takes no key. Remove it.")
        return left

    def _lay_out(self) -> None:
        """Memory, and what the stages amount to together."""
        frames, capacity, memory, delay = (
            BLOCK,
            BLOCK * len(self.input.channels),
            0.0,
            self.longest / self.input.rate_hz,
        )
        before = self.input
        for stage in self.stages:
            frames *= stage.most
            capacity = max(capacity, frames * len(stage.out.channels))
            memory = memory * stage.out.rate_hz / before.rate_hz + stage.memory
            delay, before = delay + stage.delay_s, stage.out
        if capacity > 65535:
            raise ConfigError("conditioning: a stage gives too many frames at once. Lower most or to_hz.")
        channels = len(self.input.channels)
        #: frames out for which a flag stays up after its cause
        self.hold = min(round(memory), 65535)
        #: by which a slow signal is late, in seconds
        self.delay_s = delay
        gap_floats = (self.longest + 1) * (channels + 1) + 4 * channels + 2
        state = sum(stage.state for stage in self.stages)
        #: floats that the core's caller provides
        self.memory = gap_floats + state + 2 * capacity + (2 * capacity + 3) // 4
        rows, before = [], self.input
        for stage in self.stages:
            rows.append(stage.struct(len(before.channels)))
            before = stage.out
        scales = Struct("mk_scale", list(self._scale))
        #: the core's mk_conditioning_config
        self.constants = Struct(
            "mk_conditioning_config",
            (
                scales, Struct("mk_stage", rows) if rows else None, self.memory, capacity,
                BLOCK, self.longest, self.hold, channels, len(self.output.channels), len(self.stages),
            ),
        )  # fmt: skip

    @property
    def parameters(self) -> dict[str, Any]:
        """Scalars that decide the output, by name."""
        return super().parameters | {"detrend": self.detrend, "floor": self.floor}

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {str(i): table for i, table in enumerate(tables(self.constants))}

    @property
    def in_time(self) -> bool:
        """Whether frames come at equal times, not at equal angles of a shaft."""
        return all(stage.name != "order" for stage in self.stages)

    def counts(self, values: np.ndarray) -> np.ndarray:
        """Values in the sensor's unit, [n, channels], as counts (not rounded): the inverse of the scale."""
        offset, gain = (np.array([row[k] for row in self._scale], np.float64) for k in (0, 1))
        return values / gain + offset

    def most_frames(self, frames: int) -> int:
        """Most frames that come out of so many."""
        for stage in self.stages:
            frames *= stage.most
        return frames

    def reset(self) -> None:
        """Forget all frames."""
        check(
            lib.mk_conditioning_init(self._state, self.struct, pointer("float", self._memory)),
            "conditioning",
        )

    def push(self, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Next part of a stream, int16[n, channels], to float32[m, output channels] and quality flags uint8[m]."""
        frames = np.ascontiguousarray(frames, np.int16).reshape(-1, len(self.input.channels))
        out, flags = ffi.new("const float **"), ffi.new("const mk_quality **")
        width = len(self.output.channels)
        parts, marks = [np.empty((0, width), np.float32)], [np.empty(0, np.uint8)]
        start = pointer("int16_t", frames)
        for at in range(0, len(frames), BLOCK):
            taken = min(BLOCK, len(frames) - at)
            count = lib.mk_conditioning_process(self._state, start + at * frames.shape[1], taken, out, flags)
            if count:
                block = np.frombuffer(ffi.buffer(out[0], 4 * count * width), np.float32)
                parts.append(block.reshape(count, width).copy())
                marks.append(np.frombuffer(ffi.buffer(flags[0], count), np.uint8).copy())
        return np.concatenate(parts), np.concatenate(marks)

    def process(self, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Whole recording, from a fresh start."""
        self.reset()
        return self.push(frames)

    def steps(self, frames: np.ndarray) -> list[Step]:
        """The recording after the unit and the gaps, and after each stage: for looking at."""
        steps = []
        for count in range(len(self.stages) + 1):
            part = Conditioning(self._head + self._declared[:count], *self._sensor)
            name = part.stages[-1].name if part.stages else "unit"
            steps.append(Step(name, part.output, part.process(frames)[0]))
        return steps

    def write(self, source: Source, name: str) -> str:
        """Define the core's `mk_conditioning_config` in a C source; an expression for its address."""
        return source.struct(self.constants, name)
