"""Feature rows of many readings, on all cores, and kept under the hash of the features and of each reading."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter

import numpy as np

from motekit import feature_cache
from motekit.app import App
from motekit.dsp.bearing import Rows

from . import machine

#: readings in memory at a time: augmented ones are made while the others are read, and a data set is hundreds of MB
BATCH = 64
_NAMES = ("features", "levels", "quality")


def rows_of(app: App, readings: Iterable[tuple[str, np.ndarray]]) -> Iterator[Rows]:
    """Rows of readings, in their order.

    Parameters
    ----------
    app : App
    readings : iterable of (str, ndarray)
        Which bearing (`machine.geometry_of`), and int16[n, 2] frames.

    Yields
    ------
    Rows
        What `machine.bearing(...).process` gives for the frames, to the bit.
    """
    for bearing, those in groupby(readings, key=itemgetter(0)):
        while some := [frames for _, frames in islice(those, BATCH)]:
            yield from _extracted(app, bearing, some)


def _extracted(app: App, bearing: str, frames: list[np.ndarray]) -> Iterator[Rows]:
    geometry = machine.geometry_of(app, bearing)

    def make() -> Callable[[np.ndarray], feature_cache.Arrays]:
        block = machine.bearing(app, geometry)

        def run(reading: np.ndarray) -> feature_cache.Arrays:
            found = block.process(reading)
            return {name: getattr(found, name) for name in _NAMES}

        return run

    hash_ = int.from_bytes(machine.bearing(app, geometry).digest()[:8], "big")
    for found in feature_cache.extract(make, hash_, frames):
        yield Rows(*(found[name] for name in _NAMES))
