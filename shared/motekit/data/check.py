"""Whether every file of a data set on this machine can be used."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import ConfigError, DataError
from .series import Series


def check(name: str, folder: Path | str) -> dict[str, Any]:
    """Read every recording of a folder in a data set's official layout.

    Returns
    -------
    dict
        `path`, `clips`, `groups`, `labels` (clips by label), `duplicates` (clips that repeat another's
        samples) and `problems` (one line a file that cannot be used). Of tables of soil and weather `clips` are
        files, `groups` stations, `labels` stations by what they measure, `duplicates` rows that repeat a time.

    Raises
    ------
    ConfigError
        If the data set has no loader.
    DataError
        If the folder holds nothing in that layout.
    """
    from motekit.datasets import hourly_csv, ismn, speech_commands, uscrn

    tables: dict[str, tuple[Callable[[Path], list[Path]], Callable[[Path], list[Series]]]] = {
        uscrn.NAME: (uscrn.find, uscrn.load),
        ismn.NAME: (ismn.find, lambda path: [ismn.read(path)]),
        hourly_csv.NAME: (hourly_csv.find, lambda path: [hourly_csv.read(path)]),
    }
    if name in tables:
        return {"dataset": name, "path": str(folder), **_tables(Path(folder), *tables[name])}
    if name != speech_commands.NAME:
        known = ", ".join([speech_commands.NAME, *tables])
        raise ConfigError(f'there is no loader for "{name}". Choose from {known}.')
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


def _tables(folder: Path, find: Callable[[Path], list[Path]], load: Callable[[Path], list[Series]]) -> dict[str, Any]:
    paths, series, problems = find(folder), [], []
    for path in paths:
        try:
            series += load(path)
        except DataError as error:
            problems.append(str(error))
    stations: dict[str, set[str]] = {}
    rows: Counter[tuple[str, str, int]] = Counter()
    for one in series:
        for channel in one.channels:
            valid = ~(one.column(channel) != one.column(channel))
            if valid.any():
                stations.setdefault(channel, set()).add(one.station)
            rows.update((one.station, channel, int(time)) for time in one.times[valid].astype(int))
    return {
        "clips": len(paths),
        "groups": len({one.station for one in series}),
        "labels": {channel: len(names) for channel, names in sorted(stations.items())},
        "duplicates": sum(count - 1 for count in rows.values()),
        "problems": problems,
    }
