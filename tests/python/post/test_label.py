"""The decision on windows against its definition, and what untrusted windows do to it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motekit.errors import ConfigError
from motekit.post.label import UNKNOWN, Label, LabelEvent


def definition(scores, quality, on, smoothing, patience, reject):
    """In exact whole numbers."""
    kept, state, bad, events = [], UNKNOWN, 0, []
    for window, (row, flags) in enumerate(zip(scores, quality, strict=True)):
        if flags & reject:
            bad += 1
            if bad >= patience:
                kept = []
                if state != UNKNOWN:
                    state = UNKNOWN
                    events.append(LabelEvent(window, UNKNOWN, int(flags)))
            continue
        bad = 0
        kept = [*kept, row.astype(int) + 128][-smoothing:]
        sums = np.sum(kept, axis=0)
        best = int(sums.argmax())
        probability = int(sums[best]) * 256 // len(kept)
        threshold = round(on[best] * 65536)
        if threshold and probability >= threshold and best != state:
            state = best
            events.append(LabelEvent(window, best, probability))
    return events


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 4), st.integers(1, 5))
def test_equals_its_definition(seed, labels, smoothing, patience):
    rng = np.random.default_rng(seed)
    scores = rng.integers(-128, 128, (60, labels)).astype(np.int8)
    quality = rng.choice([0, 0, 0, 1, 4, 9], 60).astype(np.uint8)
    on = rng.choice([0.0, 0.3, 0.6], labels)
    got = Label(on, smoothing, patience, reject=5).process(scores, quality)
    assert got == definition(scores, quality, on, smoothing, patience, 5)


def test_wrong_parameters_are_refused():
    for options in ({"smoothing": 0}, {"smoothing": 65}, {"patience": 0}):
        with pytest.raises(ConfigError):
            Label(np.array([0.5]), **options)
    with pytest.raises(ConfigError):
        Label(np.empty(0))
