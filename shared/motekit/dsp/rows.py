"""Log-mel rows and what an app.toml makes of them: gain, cepstrum, slopes, voice activity (`mk_rows`)."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError
from .block import Block
from .constants import Name, Native, Source, Struct, tables
from .logmel import LogMel
from .mfcc import Mfcc
from .voice import Delta, Pcan, VoiceActivity


@dataclass(frozen=True)
class RowStage:
    """One stage as the core runs it.

    Attributes
    ----------
    run : str
        The core's function.
    config : Struct
        Its configuration.
    width, q : int
        Values a row that comes out, and their fractional bits.
    memory : int
        int32 values that it remembers.
    late : int
        Rows that it waits for before it gives one.
    """

    run: str
    config: Struct
    width: int
    q: int
    memory: int = 0
    late: int = 0


def _pcan(given: dict[str, Any], logmel: LogMel, width: int, q: int) -> RowStage:
    if width != logmel.bands or q != 9:
        raise ConfigError("pcan works on log-mel rows. Put it before mfcc, delta and vad.")
    c = Pcan(logmel, **given).struct
    config = (c.bands, np.int16(c.strength), np.int16(c.offset), np.int32(c.rise), np.int32(c.fall))
    return RowStage("mk_row_pcan", Struct("mk_pcan_config", config), width, q, 1 + width)


def _mfcc(given: dict[str, Any], logmel: LogMel, width: int, q: int) -> RowStage:
    if width != logmel.bands or q != 9:
        raise ConfigError("mfcc works on log-mel rows. Put it before delta and vad.")
    block = Mfcc(logmel, given.get("coefficients", 13))
    config = Struct("mk_dct", (block.struct.bands, block.struct.coefficients, block.tables["matrix"]))
    return RowStage("mk_row_dct", config, block.width, block.q)


def _delta(given: dict[str, Any], logmel: LogMel, width: int, q: int) -> RowStage:
    gain, block = int(given.get("gain_bits", 0)), Delta(width, int(given.get("reach", 2)))
    if not 0 <= gain <= 8:
        raise ConfigError(f"delta: gain_bits {gain} must be from 0 to 8.")
    config = Struct("mk_row_delta_config", (block.reach, gain))
    memory = 2 + ((2 * block.reach + 1) * width + 1) // 2
    return RowStage("mk_row_delta", config, 2 * width, q, memory, block.reach)


def _vad(given: dict[str, Any], logmel: LogMel, width: int, q: int) -> RowStage:
    c = VoiceActivity(**given).struct
    config = ((np.int16(c.on), np.int16(c.off), c.attack, c.hang), q)
    return RowStage("mk_row_vad", Struct("mk_row_vad_config", config), width + 2, q, 2)


STAGES = {
    "pcan": (_pcan, {"rise_s", "fall_s", "strength", "offset"}),
    "mfcc": (_mfcc, {"coefficients"}),
    "delta": (_delta, {"reach", "gain_bits"}),
    "vad": (_vad, {"on", "off", "attack", "hang"}),
}


class Rows(Block):
    """Log-mel rows through a list of stages.

    Parameters
    ----------
    logmel : LogMel
        Where the rows come from.
    declared : list of dict
        `[[features]]` after log_mel: `block` is one of "pcan", "mfcc", "delta", "vad".

        - pcan: `rise_s`, `fall_s`, `strength`, `offset` of `Pcan`
        - mfcc: `coefficients`
        - delta: `reach`, `gain_bits`: the row, and its slopes times 2^gain_bits after it
        - vad: `on`, `off`, `attack`, `hang` of `VoiceActivity`: two more values, the level above the noise and 1 while
          someone speaks; a pcan before it follows the noise (with strength 0 it changes nothing)

    Raises
    ------
    ConfigError
        If a stage or key is unknown, out of its place, or a value out of its range.
    """

    def __init__(self, logmel: LogMel, declared: list[dict[str, Any]]):
        self.logmel, self.width, self.q, self.late = logmel, logmel.bands, 9, 0
        self.stages: list[RowStage] = []
        rows, seen = [], set()
        for given in declared:
            name, keys = given.get("block"), {key: value for key, value in given.items() if key != "block"}
            if name not in STAGES:
                raise ConfigError(f"{name!r} cannot follow log_mel. Known: {', '.join(sorted(STAGES))}.")
            make, known = STAGES[name]
            if unknown := set(keys) - known:
                raise ConfigError(f"{name} has no key {sorted(unknown)[0]!r}. Known: {', '.join(sorted(known))}.")
            if name == "vad" and "pcan" not in seen:
                raise ConfigError(
                    "vad needs the noise floor. Put a pcan before it; strength = 0 leaves the rows alone."
                )
            stage = make(keys, logmel, self.width, self.q)
            rows.append((Name(stage.run), stage.config, self.width, stage.width, stage.memory))
            self.stages.append(stage)
            seen.add(name)
            self.width, self.q, self.late = stage.width, stage.q, self.late + stage.late
        widest = max(stage.width for stage in self.stages)
        #: int32 values that the core's caller provides
        self.memory = sum(stage.memory for stage in self.stages) + widest
        #: the core's mk_rows_config
        self.constants = Struct(
            "mk_rows_config", (Struct("mk_row_stage", rows), self.memory, len(rows), self.width, widest)
        )
        self._native = Native()
        self.struct = self._native.struct(self.constants)
        self._memory = np.zeros(self.memory, np.int32)
        self._state = ffi.new("mk_rows *")
        check(lib.mk_rows_init(self._state, self.struct, pointer("int32_t", self._memory)), "rows")

    @property
    def hop(self) -> int:
        """Samples between rows."""
        return self.logmel.hop

    @property
    def parameters(self) -> dict[str, Any]:
        """Scalars that decide the output, by name."""
        return {"logmel": self.logmel.digest().hex()}

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {str(i): table for i, table in enumerate(tables(self.constants))}

    def reset(self) -> None:
        """Forget all samples."""
        self.logmel.reset()
        lib.mk_rows_reset(self._state)

    def transform(self, rows: np.ndarray) -> np.ndarray:
        """Next log-mel rows, int16[n, bands], to those that come out, int16[m, width]."""
        rows = np.ascontiguousarray(rows, np.int16)
        out = np.empty((len(rows), self.width), np.int16)
        count = lib.mk_rows_run(self._state, pointer("int16_t", rows), len(rows), pointer("int16_t", out))
        return out[:count]

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Next part of a stream, int16[n], to the rows it completes, int16[rows, width]."""
        return self.transform(self.logmel.push(samples))

    def process(self, samples: np.ndarray) -> np.ndarray:
        """Whole recording, int16[n], to int16[rows, width], from a fresh start."""
        self.reset()
        return self.push(samples)

    def rows_of(self, samples: int) -> int:
        """Rows that a recording of so many samples gives."""
        return max(0, self.logmel.rows_of(samples) - self.late)

    def write(self, source: Source, name: str) -> str:
        """Define the core's `mk_rows_config` in a C source; an expression for its address."""
        return source.struct(self.constants, name)
