"""What `motekit explore` looks at: the features of a day, by what the soil does until the next."""

from pathlib import Path

import numpy as np

from motekit.dsp.moisture import NAMES
from motekit.explore import Table

from . import scoring

#: change of moisture in a day, m3/m3, that is more than the probes' noise
STEADY = 0.005
LABELS = ("dries", "steady", "wets")


def table(data: Path | None, limit: int | None) -> Table:
    """Days of the first `limit` stations; without data those of the weather generator."""
    found, source = scoring.rows_of(data)
    used = np.isfinite(found.change[:, 0]) & (found.station < (limit or len(found.names)))
    found = found.of(np.flatnonzero(used))
    change = found.change[:, 0]
    labels = np.array(LABELS)[1 + (change > STEADY).astype(int) - (change < -STEADY).astype(int)]
    groups = np.array(found.names)[found.station]
    return Table(found.features.astype(np.float32), list(NAMES), labels, groups, source)
