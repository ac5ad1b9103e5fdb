"""Whether every file of a data set on this machine can be used."""

from collections import Counter
from pathlib import Path
from typing import Any

from ..errors import ConfigError


def check(name: str, folder: Path | str) -> dict[str, Any]:
    """Read every recording of a folder in a data set's official layout.

    Returns
    -------
    dict
        `path`, `clips`, `groups`, `labels` (clips by label), `duplicates` (clips that repeat another's
        samples) and `problems` (one line a file that cannot be used).

    Raises
    ------
    ConfigError
        If the data set has no loader.
    DataError
        If the folder holds nothing in that layout.
    """
    from motekit.datasets import speech_commands

    if name != speech_commands.NAME:
        raise ConfigError(f'there is no loader for "{name}". Choose from {speech_commands.NAME}.')
    found = speech_commands.find(folder)
    return {
        "dataset": name,
        "path": str(folder),
        "clips": len(found.clips),
        "groups": len({clip.group for clip in found.clips if clip.word}),
        "labels": dict(Counter(clip.label for clip in found.clips)),
        "duplicates": sum(len(same) - 1 for same in found.duplicates),
        "problems": found.problems(),
    }
