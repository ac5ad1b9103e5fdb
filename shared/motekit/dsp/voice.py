"""What follows the log-mel energies: noise floor and gain, voice activity, slopes (`mk_pcan`, `mk_vad`, `mk_delta`)."""

from typing import Any

import numpy as np

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError
from .block import Block
from .logmel import LogMel


def _rows(rows: np.ndarray, width: int) -> np.ndarray:
    rows = np.ascontiguousarray(rows, np.int16)
    if rows.ndim != 2 or rows.shape[1] != width:
        raise ValueError(f"rows have shape {rows.shape}, not (n, {width})")
    return rows


class Pcan(Block):
    """Automatic gain of log-mel rows by each band's noise floor, in fixed point.

    Parameters
    ----------
    logmel : LogMel
        Where the rows come from.
    rise_s, fall_s : float
        Time constants of the floor where the energy is above and below it; equal ones smooth (per-channel energy
        normalisation), a slow rise and a fast fall follow the noise under the speech.
    strength : float
        How much of the floor is taken off, 0 to below 1.
    offset : float
        Natural logarithm of the least floor that counts, -16 to 33.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    #: fractional bits of a row's values
    q = 9

    def __init__(
        self, logmel: LogMel, rise_s: float = 4.0, fall_s: float = 0.4, strength: float = 0.8, offset: float = 5.0
    ):
        if min(rise_s, fall_s) < 0 or not 0 <= strength < 1 or not -16 <= offset <= 33:
            raise ConfigError("gain: time constants from 0, strength in [0, 1) and offset in [-16, 33] are needed.")
        self.logmel, self.bands = logmel, logmel.bands
        row_s = logmel.hop / logmel.rate_hz
        shares = [round((1 - np.exp(-row_s / t) if t else 1.0) * 2**30) for t in (rise_s, fall_s)]
        self.struct = ffi.new(
            "mk_pcan_config *", (self.bands, min(round(strength * 2**15), 32767), round(offset * 512), *shares)
        )
        self._floor = np.zeros(self.bands, np.int32)
        self._state = ffi.new("mk_pcan *")
        check(lib.mk_pcan_init(self._state, self.struct, pointer("int32_t", self._floor)), "gain")

    @property
    def width(self) -> int:
        """Values a row."""
        return self.bands

    @property
    def hop(self) -> int:
        """Samples between rows."""
        return self.logmel.hop

    @property
    def parameters(self) -> dict[str, Any]:
        """Scalars that decide the output, by name."""
        numbers = {name: getattr(self.struct, name) for name in ("strength", "offset", "rise", "fall")}
        return numbers | {"logmel": self.logmel.digest().hex()}

    @property
    def floor(self) -> np.ndarray:
        """Natural logarithm of each band's noise floor after the newest row, float64[bands]."""
        return self._floor * np.log(2) / 65536

    def reset(self) -> None:
        """Forget all samples."""
        self.logmel.reset()
        lib.mk_pcan_reset(self._state)

    def transform(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Next log-mel rows, int16[n, bands], to rows of the same shape, and levels above the floor, int16[n], Q9."""
        rows = _rows(rows, self.bands)
        out, levels = np.empty_like(rows), np.empty(len(rows), np.int16)
        for i, (row, result) in enumerate(zip(rows, out, strict=True)):
            lib.mk_pcan_process(self._state, pointer("int16_t", row), pointer("int16_t", result))
            levels[i] = self._state.level
        return out, levels

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Next part of a stream, int16[n], to the rows it completes, int16[rows, bands] in Q9."""
        return self.transform(self.logmel.push(samples))[0]

    def process(self, samples: np.ndarray) -> np.ndarray:
        """Whole recording, int16[n], to int16[rows, bands] in Q9, from a fresh start."""
        self.reset()
        return self.push(samples)

    def rows_of(self, samples: int) -> int:
        """Rows that a recording of so many samples gives."""
        return self.logmel.rows_of(samples)


class VoiceActivity(Block):
    """Whether someone speaks, from the level above the noise floor.

    Parameters
    ----------
    on, off : float
        Levels (natural logarithm) to begin and to end, on >= off.
    attack, hang : int
        Rows in a row that it takes to begin and to end, at least 1.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, on: float = 1.5, off: float = 0.7, attack: int = 2, hang: int = 15):
        if not all(abs(level) < 64 for level in (on, off)) or not all(1 <= n <= 65535 for n in (attack, hang)):
            raise ConfigError("voice activity: levels within 64 and attack and hang of 1 to 65535 rows are needed.")
        self.struct = ffi.new("mk_vad_config *", (round(on * 512), round(off * 512), attack, hang))
        self._state = ffi.new("mk_vad *")
        self.reset()

    @property
    def parameters(self) -> dict[str, Any]:
        """Scalars that decide the output, by name."""
        return {name: getattr(self.struct, name) for name in ("on", "off", "attack", "hang")}

    def reset(self) -> None:
        """Forget all rows."""
        check(lib.mk_vad_init(self._state, self.struct), "voice activity")

    def push(self, levels: np.ndarray) -> np.ndarray:
        """Next levels, int16[n] in Q9, to bool[n]."""
        return np.array([lib.mk_vad_process(self._state, int(level)) for level in levels], bool)


class Delta(Block):
    """Slope of each feature over time, rows from `reach` before to `reach` after.

    Parameters
    ----------
    width : int
        Values a row.
    reach : int
        1 to 8.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, width: int, reach: int = 2):
        if width < 1 or not 1 <= reach <= 8:
            raise ConfigError(f"delta: width {width} must be at least 1 and reach {reach} from 1 to 8.")
        self.width, self.reach = width, reach
        self._ring = np.zeros((2 * reach + 1, width), np.int16)
        self._state = ffi.new("mk_delta *")
        check(lib.mk_delta_init(self._state, width, reach, pointer("int16_t", self._ring)), "delta")

    @property
    def parameters(self) -> dict[str, Any]:
        """Scalars that decide the output, by name."""
        return {"width": self.width, "reach": self.reach}

    def reset(self) -> None:
        """Forget all rows."""
        lib.mk_delta_reset(self._state)

    def push(self, rows: np.ndarray) -> np.ndarray:
        """Next rows, int16[n, width], to the slopes they complete, `reach` rows late."""
        out = np.empty(self.width, np.int16)
        found = [
            out.copy()
            for row in _rows(rows, self.width)
            if lib.mk_delta_next(self._state, pointer("int16_t", row), pointer("int16_t", out))
        ]
        return np.array(found, np.int16).reshape(-1, self.width)

    def end(self) -> np.ndarray:
        """Slopes of the last rows, the newest row held."""
        out = np.empty(self.width, np.int16)
        found = [out.copy() for _ in range(self.reach) if lib.mk_delta_end(self._state, pointer("int16_t", out))]
        return np.array(found, np.int16).reshape(-1, self.width)

    def process(self, rows: np.ndarray) -> np.ndarray:
        """Slopes of a whole recording's rows, int16[n, width], of the same shape."""
        self.reset()
        return np.concatenate([self.push(rows), self.end()])
