"""Heart-rate tracking against the forward recursion in float64, and on evidence with clutter, gaps and lies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from float_signals import assert_same_bits
from motekit.errors import ConfigError
from motekit.post.heart_rate import HeartRate

BPM = np.arange(30.0, 221.0)


def evidence(track: np.ndarray, height: float = 6.0, width: float = 4.0) -> np.ndarray:
    """A bump at each window's rate."""
    return height * np.exp(-0.5 * ((BPM - np.asarray(track)[:, None]) / width) ** 2)


def oracle(rows: np.ndarray, bpm: np.ndarray, spread: float, jump: float, tempering: float, tolerance: float = 5.0):
    """The recursion with its whole matrix, in float64: medians and confidences."""
    kernel = np.exp(-np.abs(bpm[:, None] - bpm) / spread)
    transition = (1 - jump) * kernel / kernel.sum(axis=0) + jump / len(bpm)
    belief, found = np.full(len(bpm), 1 / len(bpm)), []
    step = bpm[1] - bpm[0]
    for row in rows.astype(float):
        belief = transition @ belief
        if np.isfinite(row).all():
            belief = belief * np.exp(np.maximum(tempering * (row - row.max()), -40))
        belief /= belief.sum()
        edges = np.concatenate([[bpm[0] - step / 2], bpm + step / 2])
        median = np.interp(0.5, np.concatenate([[0], np.cumsum(belief)]), edges)
        found.append((median, belief[np.abs(bpm - median) <= tolerance].sum()))
    return np.array(found).T


@settings(deadline=None)
@given(
    st.integers(0, 10**6), st.floats(0.5, 8), st.sampled_from([1e-6, 1e-4, 1e-2]), st.floats(0.1, 1), st.floats(0.5, 20)
)
def test_equals_the_forward_recursion(seed, spread, jump, tempering, height):
    rng = np.random.default_rng(seed)
    rows = rng.normal(0, height, (20, 77)).astype(np.float32)
    rows[rng.random(20) < 0.2, rng.integers(77)] = rng.choice([np.nan, np.inf, -np.inf])
    tracker = HeartRate(40, 192, 2, spread_bpm=spread, jump=jump, tempering=tempering, tolerance_bpm=6.5)
    found = tracker.process(rows)
    medians, confidences = oracle(rows, tracker.bpm, spread, jump, tempering, 6.5)
    # where the belief lies in two halves the median may fall anywhere between: compare what the belief decides
    clear = confidences > 0.6
    np.testing.assert_allclose(found.bpm[clear], medians[clear], atol=2e-3)
    off = np.abs(found.confidence - confidences)
    # a grid rate on the very edge of the tolerance may fall on either side
    on_edge = np.abs(np.abs(tracker.bpm - medians[:, None]) - 6.5).min(axis=1) < 5e-3
    assert (off[clear & ~on_edge] < 2e-5).all()


def test_follows_a_changing_rate_through_clutter():
    rng = np.random.default_rng(3)
    track = 80 + 70 * np.clip(np.arange(150) / 60, 0, 1) - 40 * np.clip((np.arange(150) - 90) / 50, 0, 1)
    rows = evidence(track)
    for row in rows:  # peaks as high as the true one, elsewhere each time
        for bpm in rng.uniform(40, 210, 3):
            row += evidence([bpm])[0]
    found = HeartRate().process(rows)
    assert np.abs(found.bpm - track)[5:].mean() < 2
    assert found.valid[5:].mean() > 0.9


def test_stays_with_the_pulse_when_a_stronger_line_is_far_away_for_a_while():
    track = np.full(40, 100.0)
    rows = evidence(track)
    rows[20:24] = evidence(np.full(4, 165.0), height=7)
    found = HeartRate(tempering=0.25).process(rows)
    assert np.abs(found.bpm - 100)[5:].max() < 3


def test_a_wrong_track_is_left():
    rows = np.concatenate([evidence(np.full(20, 170.0)), evidence(np.full(30, 90.0))])
    found = HeartRate(jump=1e-3).process(rows)
    assert abs(found.bpm[19] - 170) < 1 and abs(found.bpm[-1] - 90) < 1


def test_without_evidence_confidence_falls_until_there_is_no_reading():
    rows = np.concatenate([evidence(np.full(15, 72.0)), np.full((60, len(BPM)), np.nan)])
    found = HeartRate().process(rows)
    assert found.valid[14] and not found.valid[-1]
    silent = found.confidence[15:]
    assert (np.diff(silent) < 1e-6).all()
    assert abs(found.bpm[20] - 72) < 1


def test_evidence_that_says_nothing_is_no_reading():
    found = HeartRate().process(np.zeros((50, len(BPM))))
    assert not found.valid.any() and (found.confidence < 0.1).all()


def test_confidence_means_what_it_says():
    rng = np.random.default_rng(1)
    inside, claimed = [], []
    for _ in range(60):
        walk = np.clip(110 + np.cumsum(rng.laplace(0, 2.5, 60)), 45, 200)
        # evidence that is the likelihood of what was seen: the rate with an error of 6 BPM
        seen = walk + rng.normal(0, 6, 60)
        found = HeartRate(tempering=1.0).process(-0.5 * ((BPM - seen[:, None]) / 6) ** 2)
        inside.append(np.abs(found.bpm - walk) <= 5)
        claimed.append(found.confidence)
    assert abs(np.mean(inside) - np.mean(claimed)) < 0.03


@given(st.integers(0, 1000), st.integers(0, 30))
def test_any_split_of_the_windows_gives_the_same_readings(seed, cut):
    rows = np.random.default_rng(seed).normal(0, 4, (30, len(BPM)))
    tracker = HeartRate()
    whole = tracker.process(rows)
    tracker.reset()
    parts = tracker.push(rows[:cut]), tracker.push(rows[cut:])
    assert_same_bits(np.concatenate([part.bpm for part in parts]), whole.bpm)
    assert_same_bits(np.concatenate([part.confidence for part in parts]), whole.confidence)


@pytest.mark.parametrize("scale", [0.0, 1e-30, 1e30, -1e30])
def test_extreme_evidence_gives_finite_answers(scale):
    rows = np.random.default_rng(2).normal(0, 1, (30, len(BPM))) * scale
    found = HeartRate(tempering=1.0).process(rows)
    assert np.isfinite(found.bpm).all() and (found.bpm >= 29.5).all() and (found.bpm <= 220.5).all()
    assert (found.confidence >= 0).all() and (found.confidence <= 1).all()


@pytest.mark.parametrize(
    "given",
    [
        {"first_bpm": 0},
        {"last_bpm": 20},
        {"step_bpm": 0.1},
        {"spread_bpm": 0},
        {"jump": 0},
        {"jump": 1},
        {"tempering": 0},
        {"tempering": 1.5},
        {"tolerance_bpm": -1},
        {"least_confidence": 1.5},
        {"spread_bpm": float("nan")},
    ],
)
def test_wrong_parameters_are_refused(given):
    with pytest.raises(ConfigError):
        HeartRate(**given)


def test_evidence_of_another_grid_is_refused():
    with pytest.raises(ConfigError, match="one column for each of 191"):
        HeartRate().push(np.zeros((3, 190)))
