"""What the payloads of frames mean."""

import struct
from dataclasses import dataclass
from enum import IntFlag

from ..errors import LinkError

_HELLO = struct.Struct("<IBBHIQQffHH")
_EVENT = struct.Struct("<IHi")


class Outputs(IntFlag):
    """What a board is asked to send while it processes a stream."""

    FEATURES = 1
    SCORES = 2
    EVENTS = 4
    ALL = 7


@dataclass(frozen=True)
class Hello:
    """A board's description of itself.

    Attributes
    ----------
    session : int
        The session it believes to be in; 0 after a restart.
    has_sensor, watchdog_reset : bool
        It has the sensor's hardware; its last reset was the watchdog's.
    status : int
        `mk_status` of the last trouble.
    payload : int
        Longest payload it takes, in bytes.
    buffer : int
        Values (int16) its sample buffer holds.
    feature_hash, model_hash : int
        Of the feature configuration and of the model, 64 bits each.
    rate_hz, scale : float
        Frames a second; `unit` per count.
    channels, block : int
        Values a frame; frames the app takes at once.
    app, version, board, sensor, unit : str
        Names.
    channel_names : list of str
        One a channel.
    """

    session: int
    has_sensor: bool
    watchdog_reset: bool
    status: int
    payload: int
    buffer: int
    feature_hash: int
    model_hash: int
    rate_hz: float
    scale: float
    channels: int
    block: int
    app: str
    version: str
    board: str
    sensor: str
    unit: str
    channel_names: list[str]

    @classmethod
    def unpack(cls, payload: bytes) -> "Hello":
        """Read a hello's payload; LinkError if it is not one."""
        if len(payload) < _HELLO.size:
            raise LinkError("the board's hello is too short. Flash firmware of this motekit version.")
        session, flags, status, *numbers = _HELLO.unpack_from(payload)
        texts = payload[_HELLO.size :].decode("utf8", "replace").split("\0")
        texts += [""] * (6 - len(texts))
        *names, channel_names = texts[:6]
        has_sensor, watchdog_reset = bool(flags & 1), bool(flags & 2)
        return cls(session, has_sensor, watchdog_reset, status, *numbers, *names, channel_names.split(","))


@dataclass(frozen=True)
class Stats:
    """What a stream has cost a board.

    Attributes
    ----------
    frames, lost_values : int
        Frames processed; values that did not fit into the buffer (overrun).
    calls, feature_rows, windows : int
        Calls of the app, feature rows and windows it made.
    ticks, longest_ticks : int
        Time inside the app, and in its longest call, in ticks.
    tick_hz : int
        Ticks a second.
    stack_used, stack_size : int
        High-water mark since reset and size, bytes; 0: unknown.
    damaged, gaps, repeats, dropped : int
        Frames that reached the board damaged, not at all or twice; frames it gave up sending again.
    longest_window_ticks : int
        Time inside the app from one window's scores to the next, at most; 0 with less than two windows.
    """

    frames: int
    lost_values: int
    calls: int
    feature_rows: int
    windows: int
    ticks: int
    longest_ticks: int
    tick_hz: int
    stack_used: int
    stack_size: int
    damaged: int
    gaps: int
    repeats: int
    dropped: int
    longest_window_ticks: int

    @classmethod
    def unpack(cls, payload: bytes) -> "Stats":
        """Read a stats payload; numbers that a later firmware appends are left away."""
        if len(payload) < 64:
            raise LinkError("the board's statistics are too short. Flash firmware of this motekit version.")
        values = struct.unpack_from("<16I", payload)
        return cls(*values[:5], values[5] | values[6] << 32, *values[7:])


@dataclass(frozen=True)
class Event:
    """Something an app reports: `at`, `code` and `value` are the app's to define."""

    at: int
    code: int
    value: int

    @classmethod
    def unpack(cls, payload: bytes) -> "Event":
        """Read an event's payload."""
        return cls(*_EVENT.unpack_from(payload))
