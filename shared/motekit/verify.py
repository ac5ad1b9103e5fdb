"""Replay recordings through an app's firmware and compare every bit with Python's own chain."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from . import chains
from .chain import Answer, Chain, Take
from .errors import LinkError
from .journal import Journal


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


def verify(
    chain: Chain, board: str, takes: Sequence[Take], port: str | None = None, resume: bool = False
) -> Verification:
    """Replay each recording through the firmware from a reset and compare with Python.

    Parameters
    ----------
    chain : Chain
        The app with its model.
    board : str
        An emulated board, which the firmware is built for.
    takes : sequence of Take
        What to replay.
    port : str, optional
        Serial port of a board on the desk that runs the firmware already: used instead of an emulator. What it has
        answered is kept, should it fall silent in the middle.
    resume : bool
        Go on with the answers that an earlier run with this port, app and model has kept.

    Raises
    ------
    ToolError
        If a compiler or the emulator is missing or fails.
    LinkError
        If the firmware does not answer.
    """
    from .firmware.run import FirmwareReplay

    journal = Journal(chain, port) if port else None
    if journal and not resume:
        journal.clear()
    elif journal:
        journal.read()
    app = chain.app if port else chains.app_with(chain)
    with FirmwareReplay(app, board, port=port) as firmware:
        found = Verification(firmware.hello.board if port else board)
        for take in takes:
            replayed = journal.get(take) if journal else None
            if replayed is None:
                replayed = _replay(firmware, take, len(found.takes), len(takes), journal)
            found.takes.append(take)
            found.python.append(chain.answer(take.frames))
            found.firmware.append(replayed)
        found.cost = firmware.cost()
    if journal:
        journal.clear()
    return found


def _replay(firmware: Any, take: Take, done: int, total: int, journal: Journal | None) -> Answer:
    try:
        answer = firmware.answer(take.frames)
    except LinkError as error:
        if not journal:
            raise
        raise LinkError(f"{error} {done} of {total} recordings are done: go on with --resume.") from error
    if journal:
        journal.put(take, answer)
    return answer
