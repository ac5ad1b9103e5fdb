"""Activity counts: against the published algorithm in float64, and any split of the stream."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from motekit.datasets.synthetic import motion
from motekit.dsp.counts import DENOMINATOR, NUMERATOR, RATE_HZ, Counts
from signals import chunkings, split


def published(acceleration: np.ndarray) -> np.ndarray:
    """Counts a minute of float[n, 3] at 30 Hz, as the publication describes them, in the direct form."""
    rest = signal.lfilter_zi(NUMERATOR, DENOMINATOR)
    columns = []
    for x in acceleration.T.astype(float):
        band = 17.127404 * signal.lfilter(NUMERATOR, DENOMINATOR, x, zi=rest * x[0])[0]
        level = np.floor(np.where(np.abs(band) < 4, 0, np.minimum(np.abs(band), 128)))
        tenth = np.floor(level[: len(level) // 3 * 3].reshape(-1, 3).mean(1))
        columns.append(tenth[: len(tenth) // 600 * 600].reshape(-1, 600).sum(1))
    return np.stack(columns, 1)


def moved(rate_hz: int, seconds: float = 125, seed: int = 1) -> np.ndarray:
    plan = [("walking", seconds / 3), ("jogging", seconds / 3), ("sitting", seconds / 3)]
    return motion.make(plan, rate_hz, np.random.default_rng(seed)).acceleration / motion.GRAVITY


def test_agrees_with_the_published_algorithm():
    x = moved(RATE_HZ).astype(np.float32)
    want, found = published(x), Counts(RATE_HZ).process(x)
    assert want.shape == (2, 3) and want[0].min() > 500
    np.testing.assert_allclose(found, want, rtol=0.01, atol=10)


@pytest.mark.parametrize("rate_hz", [20, 25, 50, 100])
def test_the_rate_matters_little(rate_hz):
    """People move the same at any rate: within a tenth of the counts at 30 Hz."""
    want = published(moved(RATE_HZ))
    found = Counts(rate_hz).process(moved(rate_hz))
    np.testing.assert_allclose(found, want, rtol=0.1, atol=40)


def test_gravity_alone_counts_nothing():
    still = np.tile(np.float32([0.5, -0.6, 0.62]), (20 * 130, 1))
    assert (Counts(20).process(still) == 0).all()
    assert len(Counts(20).process(still)) == 2


def test_missing_samples_repeat_the_last():
    x = moved(20).astype(np.float32)
    holed = x.copy()
    holed[500:510] = np.nan
    held = x.copy()
    held[500:510] = x[499]
    np.testing.assert_array_equal(Counts(20).process(holed), Counts(20).process(held))


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_any_split_of_the_stream_gives_the_same_counts(data):
    x = moved(20, 70).astype(np.float32)
    block = Counts(20)
    whole = block.process(x)
    assert len(whole) == 1
    block.reset()
    parts = [block.push(x[p]) for p in split(np.arange(len(x)), data.draw(chunkings(len(x))))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
