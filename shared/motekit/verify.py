"""Replay recordings through an app's firmware and compare every bit with Python's own chain."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from . import chains
from .chain import Answer, Chain, Take


@dataclass
class Verification:
    """What came of a replay.

    Attributes
    ----------
    board : str
        Where the firmware ran.
    takes : list of Take
        What was replayed.
    python, firmware : list of Answer
        Both answers, one a recording.
    cost : dict
        `instructions_per_window`, `flash`, `ram`, `stack` (None where a board cannot tell).
    """

    board: str
    takes: list[Take] = field(default_factory=list)
    python: list[Answer] = field(default_factory=list)
    firmware: list[Answer] = field(default_factory=list)
    cost: dict[str, Any] = field(default_factory=dict)

    @property
    def equal(self) -> dict[str, bool]:
        """Whether features, scores and decisions are the same, bit for bit, in all recordings."""
        compared = [p.equal(f) for p, f in zip(self.python, self.firmware, strict=True)]
        return {what: all(same[what] for same in compared) for what in ("features", "scores", "decisions")}

    @property
    def agree(self) -> bool:
        """Whether everything is the same."""
        return all(self.equal.values())

    def summary(self, chain: Chain) -> dict[str, Any]:
        """The object that `motekit run --json` prints."""
        return {
            "app": chain.app.name,
            "board": self.board,
            "agree": self.agree,
            "recordings": len(self.takes),
            "windows": sum(len(f.scores) for f in self.firmware),
            "equal": self.equal,
            "events": [
                {"recording": take.name, **chain.describe(event)}
                for take, found in zip(self.takes, self.firmware, strict=True)
                for event in found.events
            ],
            "cost": self.cost,
        }


def verify(chain: Chain, board: str, takes: Iterable[Take]) -> Verification:
    """Build the firmware, replay each recording from a reset, compare with Python.

    Raises
    ------
    ToolError
        If a compiler or the emulator is missing or fails.
    LinkError
        If the firmware does not answer.
    """
    from .firmware.run import FirmwareReplay

    found = Verification(board)
    with FirmwareReplay(chains.app_with(chain), board) as firmware:
        for take in takes:
            found.takes.append(take)
            found.python.append(chain.answer(take.frames))
            found.firmware.append(firmware.answer(take.frames))
        found.cost = firmware.cost()
    return found
