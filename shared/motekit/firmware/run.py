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
from .build import BuildResult, build
from .emulate import Emulation


class FirmwareReplay:
    """An app's firmware on an emulated board, ready for recordings; a context manager.

    Parameters
    ----------
    app : App or str
        The application.
    board : str
        An emulated board.
    built : BuildResult, optional
        The firmware to run; built if not given.
    time_limit : float
        Seconds of real time for everything.
    uart : bool
        See `Emulation`.

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
    ):
        self.app = load_app(app) if isinstance(app, str) else app
        self.board = board
        self.built = built or build(self.app, board)
        self._longest = 0
        self._stack = 0
        self._emulation = Emulation(self.built.elf, board, time_limit=time_limit, uart=uart)
        try:
            self._session = self._try(Session, self._emulation.stream, timeout=60.0 if uart else 30.0)
            _check(self.app, self.hello)
        except BaseException:
            self._emulation.close()
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
        self._emulation.close()

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
        """Instructions from one window's scores to the next at most, flash, RAM and stack in bytes.

        Where a clock cannot count instructions (the host) or a stack cannot be measured, None.
        """
        if not self._longest:  # nothing so far was long enough for two windows
            self.raw(chains.of(self.app).probe(self.hello.rate_hz, self.hello.channels), Outputs(0))
        per_tick = self._instructions_per_tick()
        return {
            "instructions_per_window": round(self._longest * per_tick) if per_tick else None,
            "flash": self.built.flash,
            "ram": self.built.ram,
            "stack": self._stack or None,
        }

    def _instructions_per_tick(self) -> float:
        # -icount shift=0: one instruction is one nanosecond of the virtual clock
        return 1e9 / self._tick_hz if self._stack else 0.0

    def _try(self, action: Callable, *arguments, **options) -> Any:
        try:
            result = action(*arguments, **options)
        except LinkError as error:
            raise self._emulation.explain(error) from error
        if isinstance(result, Recording):
            self._tick_hz = result.stats.tick_hz
        return result


def _check(app: App, hello: Hello) -> None:
    if (hello.app, hello.feature_hash) != (app.name, app.feature_hash):
        raise LinkError(
            f"the firmware is {hello.app} {hello.version} with features {hello.feature_hash:016x}, "
            f"not {app.name} with {app.feature_hash:016x}. Build and flash it again."
        )
