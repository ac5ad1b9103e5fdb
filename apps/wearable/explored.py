"""What `motekit explore` looks at: windows of a wrist's motion by activity, or intervals between beats by rhythm."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from motekit import feature_cache
from motekit.dsp.gait import LENGTH, NAMES, RATE_HZ, Gait
from motekit.dsp.hrv import IRREGULARITY
from motekit.errors import ConfigError, DataError
from motekit.explore import Table, spread
from motekit.post.wearable import Wearable

from . import activity, rhythm

if TYPE_CHECKING:
    from .chain import AppChain


def table(
    chain: "AppChain", task: str, data: Path | None, limit: int | None, progress: Callable[[int, int], None] | None
) -> Table:
    """Features of recordings by label; without data those of synthetic people's activities.

    Raises
    ------
    ConfigError
        If the task's recordings have no classes.
    """
    if task == "rhythm":
        return _rhythms(chain, data, limit)
    if task != "activity" and data is not None:
        raise ConfigError(f"{task} has no classes to explore. Name those of activity or rhythm.")
    return _activities(chain, data, limit, progress)


def _activities(chain: "AppChain", data: Path | None, limit: int | None, progress) -> Table:
    given = activity.streams(data, limit)
    parts = [(stream, part, label) for stream in given for part, label in zip(stream.parts, stream.labels, strict=True)]

    def make() -> Callable[[np.ndarray], feature_cache.Arrays]:
        # one a thread: filters have a state
        gait, way = Gait(), activity.Way.of(Wearable(chain.bare))

        def run(part: np.ndarray) -> feature_cache.Arrays:
            felt = way.both(part)
            starts = np.arange(0, len(felt) - LENGTH + 1, activity.TICK)
            return {"values": gait.process(felt[starts[:, None] + np.arange(LENGTH)])}

        return run

    told = None if progress is None else lambda done, total: progress(done, total, "features")
    found = feature_cache.extract(make, chain.feature_hash, [part for _, part, _ in parts], progress=told)
    of = np.repeat(np.arange(len(parts)), [len(one["values"]) for one in found])
    if not len(of):
        raise DataError(f"no recording is {LENGTH / RATE_HZ:g} s long. Record longer ones.")
    labels = np.array([activity.LABELS[label] for _, _, label in parts])[of]
    groups = np.array([stream.group for stream, _, _ in parts])[of]
    return Table(np.concatenate([one["values"] for one in found]), list(NAMES), labels, groups, given[0].source)


def _rhythms(chain: "AppChain", data: Path | None, limit: int | None) -> Table:
    takes = spread(chain.takes_of("rhythm", data), limit)
    found = rhythm.measure(takes, chain.bare)
    trusted = found.reading.astype(bool) & np.isfinite(found.values).all(axis=1)
    values, labels, groups = found.values[trusted], found.labels[trusted], found.groups[trusted]
    left_out = int((~trusted).sum())
    return Table(values.astype(np.float32), list(IRREGULARITY), labels, groups, takes[0].source, left_out)
