"""Frames: COBS(version, type, sequence, acknowledge, payload, CRC-16) and a zero byte."""

import binascii
import struct
from dataclasses import dataclass
from enum import IntEnum

from cobs import cobs

VERSION = 1
_HEADER = struct.Struct("<BBHH")
#: longer than any frame a board may send; what exceeds it is noise
_LONGEST = 8192


class Kind(IntEnum):
    """Types of frames; those from `START` on are numbered and kept in order."""

    HELLO = 0x01
    ACK = 0x02
    ERROR = 0x03
    QUIT = 0x04
    START = 0x10
    SAMPLES = 0x11
    END = 0x12
    FEATURES = 0x20
    SCORES = 0x21
    EVENT = 0x22
    STATS = 0x23
    LOG = 0x24


ORDERED = 0x10


@dataclass(frozen=True)
class Frame:
    """One frame, checked.

    Attributes
    ----------
    kind : int
        A `Kind`, or a number this version does not know.
    payload : bytes
        What the kind defines.
    sequence : int
        Number of an ordered frame, modulo 65536; 0 for others.
    acknowledge : int
        Number of the next ordered frame the sender waits for.
    version : int
        Protocol version of the sender.
    """

    kind: int
    payload: bytes = b""
    sequence: int = 0
    acknowledge: int = 0
    version: int = VERSION


def encode(frame: Frame) -> bytes:
    """Bytes for the wire, delimiter included."""
    head = _HEADER.pack(frame.version, frame.kind, frame.sequence, frame.acknowledge)
    body = head + frame.payload
    # binascii's CRC-CCITT with this start value is CRC-16/CCITT-FALSE
    return cobs.encode(body + binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "little")) + b"\0"


class Decoder:
    """Cuts a stream of bytes into frames.

    Attributes
    ----------
    damaged : int
        Pieces between delimiters that were no frame.
    """

    def __init__(self):
        self.damaged = 0
        self._pending = bytearray()

    def feed(self, data: bytes) -> list[Frame | None]:
        """Take bytes as they come; give the frames completed, None for a damaged one."""
        *pieces, rest = data.split(b"\0")
        frames = []
        for piece in pieces:
            whole = bytes(self._pending) + piece
            self._pending.clear()
            if whole:
                frames.append(self._decode(whole))
        # a stream without delimiters must not fill the memory: what is too long stays too long
        self._pending += rest[: _LONGEST + 1 - len(self._pending)]
        return frames

    def _decode(self, piece: bytes) -> Frame | None:
        try:
            body = cobs.decode(piece) if len(piece) <= _LONGEST else b""
        except cobs.DecodeError:
            body = b""
        told = int.from_bytes(body[-2:], "little")
        if len(body) < _HEADER.size + 2 or binascii.crc_hqx(body[:-2], 0xFFFF) != told:
            self.damaged += 1
            return None
        version, kind, sequence, acknowledge = _HEADER.unpack_from(body)
        return Frame(kind, body[_HEADER.size : -2], sequence, acknowledge, version)
