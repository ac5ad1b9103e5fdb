"""Blinks, PERCLOS, microsleeps and the driver's state (`mk_drowsiness`)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from ..core import check, ffi, lib
from ..errors import ConfigError

OPEN, CLOSED, NO_EYES, NOTHING = range(4)
TROUBLES = ("none", "black", "white", "saturated", "flat", "frozen", "torn", "unplugged")
STATES = {
    0: "starting",
    1: "alert",
    2: "tired",
    3: "drowsy",
    4: "eyes_closed",
    5: "microsleep",
    6: "no_eyes",
    7: "head_down",
    8: "absent",
    **{16 + k: f"camera_{name}" for k, name in enumerate(TROUBLES) if k},
}
CODES = {1: "state", 2: "blink", 3: "closure", 4: "perclos", 5: "blink_rate"}


@dataclass(frozen=True)
class DrowsinessEvent:
    """An event: when (ms), what (see `CODES`), and its value."""

    at: int
    code: int
    value: int


@dataclass(frozen=True)
class Thresholds:
    """What the decision goes by; PERCLOS and `wrong` as shares, times in ms (see post_drowsiness.h)."""

    tired_on: float = 0.075
    tired_off: float = 0.06
    drowsy_on: float = 0.15
    drowsy_off: float = 0.12
    blink_ms: int = 500
    warn_ms: int = 500
    alarm_ms: int = 1500
    bridge_ms: int = 60
    gap_ms: int = 250
    absent_ms: int = 1500
    wrong: float = 0.01


class Drowsiness:
    """From what each frame shows to what there is to say of the driver.

    Raises
    ------
    ConfigError
        If thresholds are out of their range or order.
    """

    def __init__(self, thresholds: Thresholds | None = None):
        values = asdict(thresholds or Thresholds())
        for name, value in values.items():
            if not 0 <= value <= (1 if isinstance(value, float) else 65535):
                raise ConfigError(f"{name} = {value:g} is out of its range. Shares are 0 to 1, times 0 to 65535 ms.")
        shares = {k: round(v * 10000) if isinstance(v, float) else v for k, v in values.items()}
        self.struct = ffi.new("mk_drowsiness_config *", shares)
        self._state = ffi.new("mk_drowsiness *")
        check(lib.mk_drowsiness_init(self._state, self.struct), "drowsiness thresholds")

    def reset(self) -> None:
        """Forget the driver."""
        lib.mk_drowsiness_reset(self._state)

    def push(self, time_ms: int, seen: int, detail: int = 0) -> list[DrowsinessEvent]:
        """One frame: OPEN, CLOSED, NO_EYES or NOTHING."""
        lib.mk_drowsiness_process(self._state, time_ms, seen, detail)
        return [DrowsinessEvent(e.at, e.code, e.value) for e in self._state.event[0 : self._state.events]]

    def process(self, times_ms: Sequence[int], seen: Sequence[int]) -> list[DrowsinessEvent]:
        """Many frames, from a reset."""
        self.reset()
        return [event for t, s in zip(times_ms, seen, strict=True) for event in self.push(int(t), int(s))]

    @property
    def state(self) -> str:
        """After the last frame; see `STATES`."""
        return STATES[self._state.state]

    @property
    def alarm(self) -> int:
        """0 none, 1 warn, 2 alarm."""
        return self._state.alarm

    @property
    def kss(self) -> int:
        """Least level of the Karolinska Sleepiness Scale the state stands for; 0: not known."""
        return self._state.kss

    @property
    def perclos(self) -> float | None:
        """Share of the last 60 s with the eyes closed; None before half of it is known."""
        return None if self._state.perclos < 0 else self._state.perclos / 10000

    @property
    def blink_rate(self) -> float | None:
        """Blinks a minute; None before half of one is known."""
        return None if self._state.blink_rate < 0 else self._state.blink_rate / 100
