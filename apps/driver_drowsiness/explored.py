"""What `motekit explore` looks at: the network's view of an eye, as an 8 x 8 grid of its grey levels."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from motekit import feature_cache
from motekit.dsp import image
from motekit.explore import Table, spread

from . import recipe

GRID = 8


def table(
    feature_hash: int, data: Path | None, limit: int | None, progress: Callable[[int, int, str], None] | None
) -> Table:
    """Pictures of eyes by state; without data rendered ones."""
    of = recipe.load(data)
    chosen = spread(list(range(len(of.labels))), limit)

    def make() -> Callable[[np.ndarray], feature_cache.Arrays]:
        def run(patch: np.ndarray) -> feature_cache.Arrays:
            return {"levels": image.resize_area(image.equalise(patch)[0], GRID, GRID).ravel()}

        return run

    told = None if progress is None else lambda done, total: progress(done, total, "features")
    found = feature_cache.extract(make, feature_hash, [of.patches[k] for k in chosen], progress=told)
    names = [f"row {k // GRID} column {k % GRID} of {GRID}" for k in range(GRID * GRID)]
    labels = np.array([recipe.LABELS[k] for k in of.labels])[chosen]
    levels = np.array([one["levels"] for one in found], np.float32)
    return Table(levels, names, labels, of.groups[chosen], of.images[0].source)
