"""Values of windows of motion, as the activity network takes them, of whole data sets."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np

from motekit import feature_cache
from motekit.dsp.gait import Gait
from motekit.post.body import NAMES
from motekit.post.body import values as values_of


def features_hash() -> int:
    """Of all that decides the values of a window."""
    digest = hashlib.sha256(Gait().digest() + " ".join(NAMES).encode()).digest()
    return int.from_bytes(digest[:8], "big")


def measured(given: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Windows float32[..., 80, 3] in g at 20 Hz to values float32[..., 98]; on all cores and kept by hash."""

    def make() -> Callable[[np.ndarray], feature_cache.Arrays]:
        gait = Gait()
        return lambda windows: {"values": values_of(windows, gait)}

    return [found["values"] for found in feature_cache.extract(make, features_hash(), given)]
