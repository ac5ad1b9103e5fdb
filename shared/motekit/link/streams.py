"""Streams of bytes a session can run over: sockets, pipes, pseudo-terminals, serial ports."""

import os
import select
from typing import Protocol

from ..errors import LinkError

_GONE = "the board has gone (its end of the link was closed). Check cable and power, then run again."


class Disconnected(LinkError):
    """The other end of the stream has gone."""


class ByteStream(Protocol):
    """What a session needs of a stream."""

    def read(self, timeout: float) -> bytes:
        """Wait at most `timeout` seconds for bytes; b"" if none came. Disconnected if the other end left."""

    def write(self, data: bytes) -> None:
        """Write all of `data`, or raise a LinkError."""

    def close(self) -> None:
        """Give the stream back."""


class FileStream:
    """A stream over file descriptors: a socket, two pipes, a pseudo-terminal.

    Parameters
    ----------
    incoming, outgoing : int
        Descriptors to read from and write to; may be the same. The stream owns and closes them.
    write_timeout : float
        Seconds the other end may refuse to take bytes.
    """

    def __init__(self, incoming: int, outgoing: int | None = None, write_timeout: float = 10.0):
        self._in = incoming
        self._out = incoming if outgoing is None else outgoing
        self._write_timeout = write_timeout
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self._early = bytearray()

    def read(self, timeout: float) -> bytes:
        """Wait for bytes; see `ByteStream`."""
        if self._early:
            data = bytes(self._early)
            self._early.clear()
            return data
        if not _ready(timeout, self._in)[0]:
            return b""
        return self._take()

    def write(self, data: bytes) -> None:
        """Write all; see `ByteStream`."""
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._out, view) :]
            except BlockingIOError:
                # the other end may be waiting for us to read before it takes more
                readable, writable = _ready(self._write_timeout, self._in, self._out)
                if readable:
                    self._early += self._take()
                elif not writable:
                    raise LinkError("the board takes no more bytes. Reset it, then run again.") from None
            except OSError as error:
                raise Disconnected(_GONE) from error

    def _take(self) -> bytes:
        try:
            data = os.read(self._in, 65536)
        except BlockingIOError:
            return b""
        except OSError as error:  # a pseudo-terminal whose other end is closed says EIO
            raise Disconnected(_GONE) from error
        if not data:
            raise Disconnected(_GONE)
        return data

    def close(self) -> None:
        """Close the descriptors."""
        for descriptor in {self._in, self._out}:
            os.close(descriptor)


def _ready(timeout: float, incoming: int, outgoing: int | None = None) -> tuple[bool, bool]:
    """Whether `incoming` can be read and `outgoing` written, after at most `timeout` seconds."""
    poll = select.poll()  # select.select ends at descriptor 1024
    poll.register(incoming, select.POLLIN | (select.POLLOUT if outgoing == incoming else 0))
    if outgoing not in (None, incoming):
        poll.register(outgoing, select.POLLOUT)
    events = dict(poll.poll(max(0.0, timeout) * 1000))
    # errors and hang-ups count as readable: reading tells what they are
    return bool(events.get(incoming, 0) & ~select.POLLOUT), bool(events.get(outgoing, 0) & select.POLLOUT)


class SerialStream:
    """A stream over a serial port, by pyserial.

    Parameters
    ----------
    port : str
        A device ("/dev/ttyACM0") or a URL that pyserial knows ("socket://host:port", "rfc2217://..."). With @BAUD
        behind it: at so many bits a second ("/dev/ttyUSB0@57600", a Pro Mini of 8 MHz).
    baud : int
        Bits a second unless the port says them; USB ports ignore it.

    Raises
    ------
    LinkError
        If the port cannot be opened.
    """

    def __init__(self, port: str, baud: int = 115200):
        import serial  # not needed where no board is attached

        self._errors = (serial.SerialException, OSError)
        name, _, rate = port.rpartition("@")
        port, baud = (name, int(rate)) if name and rate.isdigit() else (port, baud)
        try:
            self._port = serial.serial_for_url(port, baud, write_timeout=10)
        except self._errors as error:
            denied = "ermission" in str(error)
            hint = "Add yourself to the group dialout." if denied else "Check name and cable."
            raise LinkError(f"cannot open {port}: {error}. {hint}") from error

    def read(self, timeout: float) -> bytes:
        """Wait for bytes; see `ByteStream`."""
        try:
            self._port.timeout = max(0.0, timeout)
            first = self._port.read(1)
            return first + self._port.read(self._port.in_waiting) if first else b""
        except self._errors as error:
            raise Disconnected(_GONE) from error

    def write(self, data: bytes) -> None:
        """Write all; see `ByteStream`."""
        try:
            self._port.write(data)
        except self._errors as error:
            raise Disconnected(_GONE) from error

    def close(self) -> None:
        """Close the port."""
        self._port.close()
