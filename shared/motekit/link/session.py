"""A conversation with one board, over any stream of bytes."""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from ..errors import LinkError
from .frames import Frame, Kind
from .messages import Event, Hello, Outputs, Stats
from .peer import Peer
from .streams import ByteStream

_SENSOR, _LINK = 0, 1
_FRAMES, _CSV = 0, 1
_STATUS = (  # of mk_status
    "ok",
    "bad argument",
    "wrong size",
    "wrong state",
    "damaged data",
    "no answer",
    "overrun",
    "wrong format",
)


@dataclass
class Recording:
    """What a board has said while it processed a stream.

    Attributes
    ----------
    features, scores : list of bytes
        One a row and one a window, as the app emitted them.
    events : list of Event
        In order.
    logs : list of str
        Lines for people.
    stats : Stats or None
        Cost of the stream, told at its end.
    """

    features: list[bytes] = field(default_factory=list)
    scores: list[bytes] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    stats: Stats | None = None


class Session:
    """A session with a board; a context manager that closes its stream.

    Parameters
    ----------
    stream : ByteStream
        Socket, pipe, pseudo-terminal or serial port.
    timeout : float
        Seconds without any sign of progress after which the board is given up.
    patience : float
        Seconds of silence after which the board is asked; doubled, up to 2 s, while asking finds nothing lost.

    Attributes
    ----------
    hello : Hello
        The board's description of itself.
    peer : Peer
        Counts of damaged, missing and repeated frames.

    Raises
    ------
    LinkError
        If the board is silent, speaks another protocol version, restarts, or reports trouble.
    """

    def __init__(self, stream: ByteStream, timeout: float = 10.0, patience: float = 0.25):
        self.peer = Peer()
        self._stream = stream
        self._timeout = timeout
        self._patience = self._first_patience = patience
        self._number = 0
        self.hello = self._say_hello()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Close the stream. The board goes on with what it does."""
        self._stream.close()

    def quit(self, code: int = 0) -> None:
        """Ask an emulated board to end with this exit code."""
        self.peer.send(Kind.QUIT, bytes([code]))
        self._flush()

    def replay(
        self,
        samples: np.ndarray,
        outputs: Outputs = Outputs.ALL,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Recording:
        """Send a recording through the board as if its sensor had measured it.

        Parameters
        ----------
        samples : int16[n] or int16[n, channels]
            Raw counts.
        outputs : Outputs
            What the board shall send back.
        on_progress : callable, optional
            Called with the number of values sent and the total.

        Returns
        -------
        Recording
            All the board has said, complete and in order.
        """
        values = self._values(samples)
        total = len(values) // 2
        self._start(_LINK, outputs, _FRAMES)
        recording = Recording()
        sent, ended = 0, False
        watch = _Watch(self, "while samples were replayed")
        while True:
            more = self._send_samples(values, sent, total)
            if more != sent and on_progress:
                on_progress(more, total)
            sent = more
            if sent == total and not ended:
                self.peer.send(Kind.END, (total % 2**32).to_bytes(4, "little"))
                ended = True
            for frame in watch.wait():
                if frame.kind == Kind.END:
                    self._settle()
                    return recording
                _record(recording, frame)

    def csv(self, samples: np.ndarray) -> bytes:
        """Have the board print a recording as the text its CSV mode makes of samples; returns that text."""
        values = self._values(samples)
        lines = len(values) // (2 * self.hello.channels)
        self._start(_LINK, Outputs(0), _CSV)
        text = bytearray()
        deadline = time.monotonic() + self._timeout
        # CSV mode acknowledges nothing: at most one buffer may be on its way
        step = self.hello.buffer // self.hello.channels * self.hello.channels // 2
        block = max(1, self.hello.block * self.hello.channels)
        step = max(block, step // block * block)
        sent = 0
        while text.count(b"\n") < lines:
            if time.monotonic() > deadline:
                raise LinkError("the board stopped printing samples. Reset it, then run again.")
            frames_seen = text.count(b"\n") * self.hello.channels
            if frames_seen == sent and sent < len(values) // 2:
                for at in range(sent, min(sent + step, len(values) // 2), self._chunk):
                    upto = min(at + self._chunk, sent + step, len(values) // 2)
                    self.peer.send(Kind.SAMPLES, at.to_bytes(4, "little") + values[2 * at : 2 * upto])
                sent = min(sent + step, len(values) // 2)
                if sent == len(values) // 2:
                    self.peer.send(Kind.END, sent.to_bytes(4, "little"))
            self._flush()
            if data := self._stream.read(self._patience):
                text += data
                deadline = time.monotonic() + self._timeout
        self.peer.restart()
        self.hello = self._say_hello()
        return bytes(text)

    def listen(
        self, outputs: Outputs = Outputs.EVENTS | Outputs.SCORES, end: float | None = None
    ) -> Iterator[Frame | Event | str]:
        """Watch the board's own sensor: events, log lines, and other frames as they come.

        Without end, or until `time.monotonic()` is `end`.
        """
        self._start(_SENSOR, outputs, _FRAMES)
        while end is None or time.monotonic() < end:
            for frame in self._exchange(self._patience):
                if frame.kind == Kind.EVENT:
                    yield Event.unpack(frame.payload)
                elif frame.kind == Kind.LOG:
                    yield frame.payload.decode("utf8", "replace")
                else:
                    yield frame

    @property
    def _chunk(self) -> int:
        """Values a frame of samples carries: a quarter of the buffer, but at least one frame of the sensor's."""
        least = min(self.hello.channels, self.hello.buffer)
        return min((self.hello.payload - 4) // 2, max(least, self.hello.buffer // 4))

    def _values(self, samples: np.ndarray) -> bytes:
        samples = np.asarray(samples)
        channels = 1 if samples.ndim == 1 else samples.shape[1] if samples.ndim == 2 else 0
        if samples.dtype != np.int16 or channels != self.hello.channels:
            raise LinkError(
                f"{self.hello.app} takes int16 samples of {self.hello.channels} channel(s), "
                f"not {samples.dtype} of {channels}. Convert them first."
            )
        return np.ascontiguousarray(samples, "<i2").tobytes()

    def _send_samples(self, values: bytes, sent: int, total: int) -> int:
        """Send what the board has credit for; returns the new position."""
        while sent < total:
            ready = (self.peer.credit - sent + 2**31) % 2**32 - 2**31
            count = min(self._chunk, total - sent)
            if ready < count:
                break
            payload = (sent % 2**32).to_bytes(4, "little") + values[2 * sent : 2 * (sent + count)]
            self.peer.send(Kind.SAMPLES, payload)
            sent += count
        return sent

    def _start(self, source: int, outputs: Outputs, form: int) -> None:
        self.peer.send(Kind.START, bytes([source, int(outputs), form]))
        watch = _Watch(self, "when a stream was started")
        while True:
            for frame in watch.wait():
                if frame.kind == Kind.START:
                    return

    def _say_hello(self) -> Hello:
        """Begin a session of a new number: whatever the board was doing, it starts afresh."""
        deadline = time.monotonic() + self._timeout
        self._number = secrets.randbelow(2**32 - 1) + 1
        number = self._number.to_bytes(4, "little")
        while time.monotonic() < deadline:
            self.peer.outgoing += b"\0"  # ends whatever an earlier program left half-written
            self.peer.send(Kind.HELLO, number)
            self._flush()
            again = time.monotonic() + self._patience
            while (left := again - time.monotonic()) > 0:
                for frame in self.peer.feed(self._stream.read(left)):
                    if frame.kind == Kind.HELLO and frame.payload[:4] == number:
                        self.peer.restart()
                        self.peer.outgoing.clear()
                        return Hello.unpack(frame.payload)
                self.peer.outgoing.clear()
        raise LinkError(
            f"no answer from the board within {self._timeout:g} s. Check that it runs motekit firmware of this version."
        )

    def _settle(self) -> None:
        """Acknowledge the end, so that the board does not send it again."""
        self.peer.acknowledge()
        self._flush()

    def _flush(self) -> None:
        if self.peer.outgoing:
            data = bytes(self.peer.outgoing)
            self.peer.outgoing.clear()
            self._stream.write(data)

    def _exchange(self, timeout: float) -> list[Frame]:
        """Send what waits, take what comes."""
        self._flush()
        frames = self.peer.feed(self._stream.read(timeout))
        for frame in frames:
            if frame.kind == Kind.HELLO and int.from_bytes(frame.payload[:4], "little") != self._number:
                why = " by its watchdog" if Hello.unpack(frame.payload).watchdog_reset else ""
                raise LinkError(f"the board restarted{why} in the middle of the session. Run again.")
            if frame.kind == Kind.ERROR:
                raise LinkError(_trouble(frame.payload))
        if self.peer.owes:
            self.peer.acknowledge()
        self._flush()
        return [frame for frame in frames if frame.kind not in (Kind.HELLO, Kind.ERROR)]


class _Watch:
    """Waits for frames, asks after silence, gives up after too much of it."""

    def __init__(self, session: Session, when: str):
        self._session = session
        self._when = when
        self._heard = self._asked = time.monotonic()
        self._needless = session.peer.needless
        self._pause = session._patience
        self._state: tuple = ()

    def wait(self) -> list[Frame]:
        session = self._session
        frames = session._exchange(self._pause)
        now = time.monotonic()
        state = (session.peer.credit, len(session.peer._kept))
        if frames or state != self._state:
            self._state = state
            self._heard = now
            self._pause = session._patience
        elif now - self._heard > session._timeout:
            raise LinkError(
                f"the board has been silent for {session._timeout:g} s {self._when}. Reset it, then run again."
            )
        elif now - max(self._heard, self._asked) >= self._pause:
            self._asked = now
            if session.peer.needless > self._needless:
                session._patience = max(session._patience, min(2 * session._patience, 2.0))
            else:
                session._patience = session._first_patience
            self._needless = session.peer.needless
            session.peer.poll()
            self._pause = min(2 * self._pause, 2.0)
        return frames


def _record(recording: Recording, frame: Frame) -> None:
    """Add one frame from the board to a recording."""
    payload = frame.payload
    if frame.kind == Kind.FEATURES:
        index, size, offset = (int.from_bytes(payload[a:b], "little") for a, b in ((0, 4), (4, 6), (6, 8)))
        if offset == 0:
            _expect(index, recording.features, "feature row")
            recording.features.append(b"")
        elif index != len(recording.features) - 1 or offset != len(recording.features[-1]):
            raise LinkError(f"part of feature row {index} is missing. Run again.")
        recording.features[-1] += payload[8:]
        if len(recording.features[-1]) > size:
            raise LinkError(f"feature row {index} is longer than it says. Build and flash the firmware again.")
    elif frame.kind == Kind.SCORES:
        _expect(int.from_bytes(payload[:4], "little"), recording.scores, "window")
        recording.scores.append(payload[4:])
    elif frame.kind == Kind.EVENT:
        recording.events.append(Event.unpack(payload))
    elif frame.kind == Kind.LOG:
        recording.logs.append(payload.decode("utf8", "replace"))
    elif frame.kind == Kind.STATS:
        recording.stats = Stats.unpack(payload)


def _expect(index: int, so_far: list, what: str) -> None:
    if index != len(so_far):
        raise LinkError(f"{what} {len(so_far)} is missing (the board sent {index}). Run again.")


def _trouble(payload: bytes) -> str:
    code = payload[0] if payload else 0
    address = int.from_bytes(payload[1:5], "little")
    text = payload[5:].decode("utf8", "replace")
    at = f" at 0x{address:08x}" if address else ""
    status = _STATUS[code] if code < len(_STATUS) else f"status {code}"
    return f"the firmware reports: {text}{at} ({status}). docs/protocol.md says what to do."
