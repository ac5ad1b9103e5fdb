"""The link to a board: frames, messages, sessions over any stream of bytes (docs/protocol.md)."""

from .frames import VERSION, Decoder, Frame, Kind, encode
from .messages import Event, Hello, Outputs, Stats
from .session import Recording, Session
from .streams import ByteStream, Disconnected, FileStream, SerialStream

__all__ = [
    "VERSION",
    "ByteStream",
    "Decoder",
    "Disconnected",
    "Event",
    "FileStream",
    "Frame",
    "Hello",
    "Kind",
    "Outputs",
    "Recording",
    "SerialStream",
    "Session",
    "Stats",
    "encode",
]
