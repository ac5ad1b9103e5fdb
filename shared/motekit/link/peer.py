"""Order and repetition: the computer's half of what shared/firmware/src/link.c does on the board."""

from collections import deque

from ..errors import LinkError
from .frames import ORDERED, VERSION, Decoder, Frame, Kind, encode

AGAIN = 1
POLL = 2
ANSWER = 4
_MODULUS = 1 << 16


class Peer:
    """Numbers what is sent, keeps it until acknowledged, takes what comes in order. No input or output.

    Attributes
    ----------
    outgoing : bytearray
        Bytes to put on the wire; the owner empties it.
    credit : int
        Values the board is ready for since the start of the stream, modulo 2**32.
    damaged, gaps, repeats : int
        Frames from the board that came damaged, not at all, or twice.
    needless : int
        Polls that found nothing lost: the board was only slow.
    """

    def __init__(self):
        self.outgoing = bytearray()
        self._decoder = Decoder()
        self.restart()

    def restart(self) -> None:
        """Number from 0 again and forget what is in flight."""
        self._kept: deque[Frame] = deque()
        self._next_out = 0
        self._next_in = 0
        self._acknowledged = 0
        self._asked = False
        self._poll = 0
        self._polled: dict[int, int] = {}
        self.credit = 0
        self.gaps = self.repeats = self.needless = 0
        self._decoder.damaged = 0

    @property
    def damaged(self) -> int:
        """Frames that came damaged."""
        return self._decoder.damaged

    @property
    def idle(self) -> bool:
        """Whether everything sent has been acknowledged."""
        return not self._kept

    def send(self, kind: Kind, payload: bytes = b"") -> None:
        """Put one frame on the wire."""
        frame = Frame(kind, payload)
        if kind >= ORDERED:
            frame = Frame(kind, payload, self._next_out)
            self._next_out = (self._next_out + 1) % _MODULUS
            self._kept.append(frame)
        self._transmit(frame)

    def acknowledge(self, flags: int = 0) -> None:
        """Tell what has been taken; with AGAIN or POLL ask for what has not come."""
        self.send(Kind.ACK, bytes([flags]))

    def poll(self) -> None:
        """After silence: ask the board what it has, and to send again what may be lost.

        What we have sent is not sent again before the board has answered: it may only be slow.
        """
        self._asked = False
        self._poll = (self._poll + 1) % 256
        self._polled[self._poll] = self._next_out
        self.send(Kind.ACK, bytes([POLL, self._poll]))

    @property
    def owes(self) -> bool:
        """Whether frames were taken that have not been acknowledged."""
        return self._acknowledged != self._next_in

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes from the wire; give the frames that are for the session, ordered ones in order.

        Raises
        ------
        LinkError
            If the board speaks another version of the protocol.
        """
        given = []
        for frame in self._decoder.feed(data):
            if frame is None:
                self._ask()
            elif frame.version != VERSION:
                raise LinkError(
                    f"the firmware speaks link version {frame.version}, this motekit {VERSION}. "
                    "Build and flash the firmware again with this motekit."
                )
            elif frame.kind in (Kind.HELLO, Kind.ERROR):
                given.append(frame)
            else:
                self._take_acknowledgement(frame.acknowledge)
                if frame.kind == Kind.ACK:
                    self._take_ack(frame.payload)
                elif frame.kind >= ORDERED:
                    given += self._take_ordered(frame)
        return given

    def _take_ordered(self, frame: Frame) -> list[Frame]:
        ahead = (frame.sequence - self._next_in) % _MODULUS
        if ahead == 0:
            self._next_in = (self._next_in + 1) % _MODULUS
            self._asked = False
            if frame.kind == Kind.START:
                self.credit = 0  # what was told before counted the stream before
            return [frame]
        if ahead >= _MODULUS // 2:
            self.repeats += 1
            self._acknowledged = -1  # our acknowledgement may be what was lost
        else:
            self.gaps += not self._asked
            self._ask()
        return []

    def _take_ack(self, payload: bytes) -> None:
        if len(payload) >= 5:
            self.credit = int.from_bytes(payload[1:5], "little")
        flags = payload[0] if payload else 0
        if flags & AGAIN:
            self._send_again()
        if flags & ANSWER and len(payload) >= 6 and payload[5] in self._polled:
            # the wire keeps order: what was sent before this poll has come by now, or is lost
            before = self._polled.pop(payload[5])
            if self._kept and (before - 1 - self._kept[0].sequence) % _MODULUS < _MODULUS // 2:
                self._send_again()
            else:
                self.needless += 1

    def _take_acknowledgement(self, following: int) -> None:
        if not self._kept:
            return
        done = (following - self._kept[0].sequence) % _MODULUS
        if done <= len(self._kept):
            for _ in range(done):
                self._kept.popleft()

    def _ask(self) -> None:
        if not self._asked:
            self._asked = True
            self.acknowledge(AGAIN)

    def _send_again(self) -> None:
        for frame in self._kept:
            self._transmit(frame)

    def _transmit(self, frame: Frame) -> None:
        self._acknowledged = self._next_in
        self.outgoing += encode(Frame(frame.kind, frame.payload, frame.sequence, self._next_in))
