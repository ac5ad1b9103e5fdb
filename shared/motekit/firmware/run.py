"""Recordings through an app's firmware: replayed over the link, answered like an app's chain in Python."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import chains
from ..app import App
from ..app import load as load_app
from ..chain import Answer
from ..errors import LinkError
from ..link import Hello, Outputs, Recording, Session
from . import boards
from .attached import Attached
from .build import BuildResult, build
from .emulate import Emulation


class FirmwareReplay:
    """An app's firmware on an emulated board or on one on the desk, ready for recordings; a context manager.

    Parameters
    ----------
    app : App or str
        The application.
    board : str
        An emulated board.
    built : BuildResult, optional
        The firmware to run; built if not given.
    time_limit : float
        Seconds of real time for everything an emulator does.
    uart : bool
        See `Emulation`.
    port : str, optional
        Serial port of a board that runs the firmware already; nothing is built or emulated then.

    Raises
    ------
    ToolError
        If a compiler or the emulator is missing or fails.
    LinkError
        If the firmware does not answer, or is not this app's.
    """

    def __init__(
        self,
        app: App | str,
        board: str,
        built: BuildResult | None = None,
        time_limit: float = 3600.0,
        uart: bool = False,
        port: str | None = None,
    ):
        self.app = load_app(app) if isinstance(app, str) else app
        self.board = board
        self._longest = 0
        self._stack = 0
        self._counted = port is None
        if port:
            self.built = None
            self._machine = Attached(port)
        else:
            self.built = built or build(self.app, board)
            self._machine = Emulation(self.built.elf, board, time_limit=time_limit, uart=uart)
        try:
            self._session = self._try(Session, self._machine.stream, timeout=60.0 if uart else 30.0)
            _check(self.app, self.hello)
        except BaseException:
            self._machine.close()
            raise

    def __enter__(self) -> "FirmwareReplay":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    @property
    def hello(self) -> Hello:
        """The firmware's description of itself."""
        return self._session.hello

    def close(self) -> None:
        """End the firmware."""
        self._machine.close()

    def raw(
        self,
        samples: np.ndarray,
        outputs: Outputs = Outputs.ALL,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> Recording:
        """Replay samples, int16[n] or int16[n, channels], from a reset; the messages as they came."""
        recording = self._try(self._session.replay, samples, outputs, on_progress)
        if recording.stats.lost_values:
            raise LinkError(f"the firmware lost {recording.stats.lost_values} values. Run again.")
        self._longest = max(self._longest, recording.stats.longest_window_ticks)
        self._stack = recording.stats.stack_used
        return recording

    def answer(self, samples: np.ndarray, on_progress: Callable[[int, int], None] | None = None) -> Answer:
        """Replay samples, int16[n] or int16[n, channels], from a reset; as `motekit.chain.Chain.answer` says it."""
        found = self.raw(samples, on_progress=on_progress)
        return Answer(found.features, found.scores, found.events)

    def cost(self) -> dict[str, Any]:
        """Instructions (emulated; cycles in simavr) or milliseconds (hardware) from one window's scores to the next at
        most, and bytes of flash, RAM and stack. None for what cannot be told: a process counts no instructions, a
        board on the desk does not know its sizes.
        """
        if not self._longest:  # nothing so far was long enough for two windows
            self.raw(chains.of(self.app).probe(self.hello.rate_hz, self.hello.channels), Outputs(0))
        counted = self._counted and self._stack
        return {
            "instructions_per_window": self._instructions(self._longest / self._tick_hz) if counted else None,
            "milliseconds_per_window": None if self._counted else round(self._longest * 1e3 / self._tick_hz, 3),
            "flash": self.built.flash if self.built else None,
            "ram": self.built.ram if self.built else None,
            "stack": self._stack or None,
        }

    def _instructions(self, seconds: float) -> int:
        info = boards.load(self.board).info
        if info["emulator"].get("program") == "simavr":  # whose clock is the processor's: cycles
            return round(seconds * float(info["build"]["f_cpu"].rstrip("L")))
        # QEMU with -icount shift=0: one instruction is one nanosecond of the virtual clock
        return round(seconds * 1e9)

    def _try(self, action: Callable, *arguments, **options) -> Any:
        try:
            result = action(*arguments, **options)
        except LinkError as error:
            raise self._machine.explain(error) from error
        if isinstance(result, Recording):
            self._tick_hz = result.stats.tick_hz
        return result


def _check(app: App, hello: Hello) -> None:
    if (hello.app, hello.feature_hash) != (app.name, app.feature_hash):
        raise LinkError(
            f"the firmware is {hello.app} {hello.version} with features {hello.feature_hash:016x}, "
            f"not {app.name} with {app.feature_hash:016x}. Build and flash it again."
        )
