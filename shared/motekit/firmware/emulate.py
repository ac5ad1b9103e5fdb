"""Starts firmware in an emulator, or as a process, with its link on a stream of bytes."""

import math
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from ..errors import LinkError, ToolError
from ..link import Disconnected, FileStream
from ..toolchain import require
from . import boards, simavr

_FAULT_EXIT = 70


class Emulation:
    """A running firmware; a context manager that ends it.

    Parameters
    ----------
    elf : Path
        The firmware.
    board : str
        What it was built for.
    time_limit : float
        Seconds of real time after which it is ended, whatever it does.
    uart : bool
        Talk over the emulated UART rather than over files. The UART is real to the last register, and slow:
        QEMU hands it about 30 kB/s.
    counted : bool
        Let the virtual clock advance by one nanosecond an instruction, so that ticks count instructions.

    Attributes
    ----------
    stream : FileStream
        The link.

    Raises
    ------
    ToolError
        If the emulator is missing or does not start.
    """

    def __init__(self, elf: Path, board: str, *, time_limit: float = 600.0, uart: bool = False, counted: bool = True):
        machine = boards.load(board)
        if not machine.emulated:
            raise ToolError(f"{board} is hardware, it cannot be emulated. Attach it and give its --port.")
        elf = Path(elf).resolve()
        command = _command(machine, elf, counted)
        self.board = board
        self._folder = tempfile.TemporaryDirectory(prefix="motekit-")
        self._errors = open(Path(self._folder.name) / "errors", "w+", encoding="utf8", errors="replace")  # noqa: SIM115
        self._deadline = time.monotonic() + time_limit
        self._time_limit = time_limit
        try:
            if machine.machine and not uart:
                self._start_on_files(command)
            else:
                self._start_on_sockets(command, standard=not machine.machine)
        except OSError as error:
            self._errors.close()
            self._folder.cleanup()
            raise ToolError(f"{elf} does not start: {error.strerror}. Build it again.") from error

    def __enter__(self) -> "Emulation":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    @property
    def running(self) -> bool:
        """Whether the program still runs."""
        return self._process.poll() is None

    def wait(self, timeout: float = 10.0) -> int:
        """Exit code of a program that was asked to end, or that failed.

        Raises
        ------
        ToolError
            If it has not ended after `timeout` seconds.
        """
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise ToolError(f"the firmware on {self.board} does not end. Report this as a bug.") from error

    def explain(self, error: LinkError) -> LinkError | ToolError:
        """The better of two reasons for a broken link: what the session saw, or how the program ended."""
        if time.monotonic() >= self._deadline:
            return ToolError(
                f"the firmware on {self.board} ran into the time limit of {self._time_limit:g} s. "
                "Give it more time or less to do."
            )
        if not isinstance(error, Disconnected):
            return error
        try:
            code = self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            return error
        self._errors.seek(0)
        lines = self._errors.read().strip().splitlines()
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        why = f" ({lines[-1]})" if lines else " (a fault in the firmware)" if code == _FAULT_EXIT else ""
        return ToolError(f"the firmware on {self.board} {how}{why}. Build it again; if it recurs, report it.")

    def close(self) -> None:
        """End the program, if it still runs, and remove its files."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self.stream.close()
        self._errors.close()
        self._folder.cleanup()

    def _start_on_sockets(self, command: list[str], standard: bool) -> None:
        ours, theirs = socket.socketpair()
        self.stream = _Limited(ours.detach(), None, self._deadline)
        try:
            if standard:
                self._start(command, stdin=theirs, stdout=theirs)
            else:
                serial = ["-chardev", f"socket,id=link,fd={theirs.fileno()}", "-serial", "chardev:link"]
                self._start([*command, *serial], stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
        except OSError:
            self.stream.close()
            raise
        finally:
            theirs.close()

    def _start_on_files(self, command: list[str]) -> None:
        # the firmware opens these two names through the emulator (ports/cortexm/hal.c)
        incoming, outgoing = (Path(self._folder.name) / name for name in ("link.out", "link.in"))
        os.mkfifo(incoming)
        os.mkfifo(outgoing)
        # read-write: opening does not wait for the emulator
        self.stream = _Limited(
            os.open(incoming, os.O_RDONLY | os.O_NONBLOCK), os.open(outgoing, os.O_RDWR), self._deadline
        )
        try:
            self._start([*command, "-serial", "null"], stdin=subprocess.DEVNULL)
        except OSError:
            self.stream.close()
            raise

    def _start(self, command: list[str], **options) -> None:
        options.setdefault("stdout", self._errors)
        self._process = subprocess.Popen(command, stderr=self._errors, cwd=self._folder.name, **options)
        if sys.platform == "linux":
            # should Python be killed, a firmware that hangs shall not stay behind for ever
            limit = math.ceil(self._time_limit) + 1
            with suppress(ProcessLookupError):
                resource.prlimit(self._process.pid, resource.RLIMIT_CPU, (limit, limit))


class _Limited(FileStream):
    """A stream that fails when the emulation's time is over."""

    def __init__(self, incoming: int, outgoing: int | None, deadline: float):
        super().__init__(incoming, outgoing)
        self._deadline = deadline

    def read(self, timeout: float) -> bytes:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise LinkError("the time limit of the emulation is reached. Give it more time or less to do.")
        return super().read(min(timeout, left))


def _command(board: boards.Board, elf: Path, counted: bool) -> list[str]:
    if board.machine:
        return _qemu(board, elf, counted)
    if board.info["emulator"].get("program") == "simavr":
        return [str(simavr.runner()), board.info["build"]["f_cpu"].rstrip("L"), str(elf)]
    return [str(elf)]


def _qemu(board: boards.Board, elf: Path, counted: bool) -> list[str]:
    emulator = board.info["emulator"]
    command = [require(emulator["program"]), "-M", board.machine, *emulator.get("options", [])]
    command += ["-display", "none", "-monitor", "none", "-semihosting-config", "enable=on,target=native"]
    if counted:
        command += ["-icount", "shift=0"]
    return [*command, "-kernel", str(elf)]
