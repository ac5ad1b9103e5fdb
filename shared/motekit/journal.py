"""What a replay has finished so far, so that a run that broke off can go on where it was."""

import hashlib
import json
from pathlib import Path
from typing import Any

from .chain import Answer, Chain, Take
from .link import Event
from .paths import work_dir


class Journal:
    """Answers of a board, kept recording by recording.

    Parameters
    ----------
    chain : Chain
        The app and its model: another feature configuration or model has another journal.
    where : str
        Board or port.
    """

    def __init__(self, chain: Chain, where: str):
        name = f"{chain.feature_hash:016x}{chain.model_hash:016x}{where}"
        key = hashlib.sha256(name.encode()).hexdigest()[:16]
        self.path: Path = work_dir() / "runs" / f"{chain.app.name}-{key}.jsonl"
        self._kept: dict[str, Any] = {}

    def read(self) -> int:
        """Take up what an earlier run has left; the number of recordings."""
        self._kept = {}
        if self.path.is_file():
            for line in self.path.read_text(encoding="utf8").splitlines():
                try:
                    self._kept.update(json.loads(line))
                except ValueError:
                    break  # the line that was being written when the run ended
        return len(self._kept)

    def get(self, take: Take) -> Answer | None:
        """The board's answer to a recording, if it has given it."""
        found = self._kept.get(_digest(take))
        if found is None:
            return None
        rows = ([bytes.fromhex(row) for row in found[part]] for part in ("features", "scores"))
        return Answer(*rows, [Event(*event) for event in found["events"]])

    def put(self, take: Take, answer: Answer) -> None:
        """Keep an answer."""
        told = {
            "features": [row.hex() for row in answer.features],
            "scores": [row.hex() for row in answer.scores],
            "events": [[event.at, event.code, event.value] for event in answer.events],
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a", encoding="utf8") as file:
            file.write(json.dumps({_digest(take): told}) + "\n")

    def clear(self) -> None:
        """Forget what is kept."""
        self.path.unlink(missing_ok=True)


def _digest(take: Take) -> str:
    return hashlib.sha256(take.frames.tobytes()).hexdigest()
