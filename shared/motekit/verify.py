"""Replay recordings through an app's firmware and compare every bit with Python's own chain."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .app import App
from .pipeline import Pipeline, Replay
from .pretrained import Pretrained, app_with


@dataclass
class Verification:
    """What came of a replay.

    Attributes
    ----------
    board : str
        Where the firmware ran.
    python, firmware : list of Replay
        Both answers, one a recording.
    names : list of str
        Names of the recordings.
    cost : dict
        `instructions_per_window`, `flash`, `ram`, `stack` (None where a board cannot tell).
    """

    board: str
    names: list[str] = field(default_factory=list)
    python: list[Replay] = field(default_factory=list)
    firmware: list[Replay] = field(default_factory=list)
    cost: dict[str, Any] = field(default_factory=dict)

    @property
    def equal(self) -> dict[str, bool]:
        """Whether features, scores and decisions are the same, bit for bit, in all recordings."""
        pairs = list(zip(self.python, self.firmware, strict=True))
        return {
            "features": all(_same(p.features, f.features) for p, f in pairs),
            "scores": all(_same(p.scores, f.scores) for p, f in pairs),
            "decisions": all(p.events == f.events for p, f in pairs),
        }

    @property
    def agree(self) -> bool:
        """Whether everything is the same."""
        return all(self.equal.values())

    def summary(self, app: App) -> dict[str, Any]:
        """The object that `motekit run --json` prints."""
        return {
            "app": app.name,
            "board": self.board,
            "agree": self.agree,
            "recordings": len(self.names),
            "windows": sum(len(f.scores) for f in self.firmware),
            "equal": self.equal,
            "events": [
                {
                    "recording": name,
                    "label": app.labels[event.label],
                    "time_s": round(window_end_s(app, event.window), 3),
                    "window": event.window,
                    "probability": round(event.probability, 4),
                }
                for name, found in zip(self.names, self.firmware, strict=True)
                for event in found.events
            ],
            "cost": self.cost,
        }


def window_end_s(app: App, window: int) -> float:
    """Seconds from the start of a stream to the end of a window."""
    block = app.feature_block
    last_row = app.rows - 1 + window * app.stride
    frame = getattr(block, "logmel", block).frame_length
    return (last_row * block.hop + frame) / app.rate_hz


def verify(
    app: App, board: str, recordings: Iterable[tuple[str, np.ndarray]], model: Pretrained | None = None
) -> Verification:
    """Build the firmware, replay each recording (name, int16 samples) from a reset, compare with Python.

    Raises
    ------
    ToolError
        If a compiler or the emulator is missing or fails.
    LinkError
        If the firmware does not answer.
    """
    from .firmware.run import FirmwareReplay

    pipeline = Pipeline(app, model)
    found = Verification(board)
    with FirmwareReplay(app_with(pipeline.model), board) as firmware:
        for name, samples in recordings:
            found.names.append(name)
            found.python.append(pipeline.stream([samples]))
            found.firmware.append(firmware.replay(samples))
        found.cost = firmware.cost()
    return found


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and bool((one == other).all())
