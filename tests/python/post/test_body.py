"""Activity, steps, falls and sleep: decisions against their definitions, on synthetic wrists with known truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.accuracy.decisions import decisions, sleeps, smoothed
from motekit.datasets.synthetic import motion, nights
from motekit.dsp.counts import Counts
from motekit.errors import ConfigError
from motekit.post.body import (
    Activity,
    ActivityParameters,
    Body,
    BodyParameters,
    Fall,
    FallParameters,
    Sleep,
)
from signals import chunkings, split


def walk(plan, seed: int = 0) -> motion.Motion:
    return motion.make(plan, 20, np.random.default_rng((5, seed)))


def in_g(moved: motion.Motion) -> np.ndarray:
    return (moved.acceleration / motion.GRAVITY).astype(np.float32)


# --- activity -------------------------------------------------------------------------------------------------------


def test_smoothing_is_the_forward_recursion():
    scores = np.random.default_rng(1).integers(-128, 128, (200, 6)).astype(np.int8)
    np.testing.assert_array_equal(smoothed(scores), decisions(scores))


def test_one_odd_window_changes_nothing_and_a_new_activity_is_followed():
    def shows(label: int) -> np.ndarray:
        return np.where(np.arange(6) == label, 60, -100).astype(np.int8)

    block = Activity()
    best, changed = block.push(np.stack([shows(0)] * 20 + [shows(4)] + [shows(0)] * 5 + [shows(4)] * 10))
    assert (best[5:26] == 0).all() and best[-1] == 4
    assert changed.sum() == 2


@pytest.mark.parametrize("wrong", [{"change": 0.0}, {"change": 1.0}, {"certain": 1.5}, {"labels": ("one",)}])
def test_wrong_smoothing_is_refused(wrong):
    with pytest.raises(ConfigError):
        Activity(ActivityParameters(**wrong))


# --- steps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["walking", "jogging", "stairs"])
def test_steps_are_within_five_percent_of_those_done(label):
    body = Body()
    errors = []
    for seed in range(6):
        moved = walk([("standing", 8), (label, 60), ("standing", 8)], seed)
        errors.append(body.process(in_g(moved))[-1].steps / len(moved.steps) - 1)
    assert abs(np.mean(errors)) < 0.05 and np.max(np.abs(errors)) < 0.12


def test_who_stands_makes_few_steps():
    assert Body().process(in_g(walk([("standing", 120)])))[-1].steps < 5


def test_missing_samples_make_no_steps():
    moved = in_g(walk([("walking", 60)]))
    body = Body()
    body.reset()
    for start in range(0, len(moved), 40):
        body.take(moved[start : start + 40])
        told = body.tick(quality=4 if start >= 600 else 0)
    assert 30 < told.steps < 70
    assert told.cadence_hz == 0 and not told.valid


# --- falls ----------------------------------------------------------------------------------------------------------


def test_most_falls_are_found_and_few_others():
    fall = Fall()
    found = 0
    for seed in range(20):
        moved = walk([("standing", 6), ("fall", 25)], seed)
        fall.reset()
        found += bool(fall.push(in_g(moved)).any())
    assert found >= 13
    fall.reset()
    quiet = walk([("walking", 60), ("sitting", 60), ("jogging", 60), ("bump", 15), ("standing", 20)], 3)
    assert fall.push(in_g(quiet)).sum() <= 1


def test_a_fall_needs_its_stillness_and_its_turn():
    def felt(turn: bool, still: bool) -> np.ndarray:
        x = np.tile(np.float32([1.0, 0, 0]), (600, 1))
        x[200:206] = [0.1, 0, 0]
        x[206:209] = [2.5, 1.0, 0]
        if turn:
            x[209:] = [0, 0, 1.0]
        if not still:
            x[209:, 1] += 0.3 * np.sin(np.arange(391))
        return x

    for turn in (False, True):
        for still in (False, True):
            fall = Fall()
            assert fall.push(felt(turn, still)).sum() == (turn and still)


def test_a_lost_sample_ends_the_watch():
    x = np.tile(np.float32([1.0, 0, 0]), (600, 1))
    x[200:206], x[206:209], x[209:] = [0.1, 0, 0], [2.5, 1.0, 0], [0, 0, 1.0]
    x[300] = np.nan
    assert not Fall().push(x).any()


@pytest.mark.parametrize("wrong", [{"light_g": 2.0}, {"rest_s": 0.0}, {"still_g": 0.0}, {"hard_g": 1.0}])
def test_wrong_falls_are_refused(wrong):
    with pytest.raises(ConfigError):
        Fall(FallParameters(**wrong))


# --- sleep ----------------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.just(0), st.integers(0, 400), st.integers(0, 5000)), min_size=1, max_size=80))
def test_both_rules_are_those_of_the_papers(counts):
    counts = np.array(counts)
    night = Sleep().process(counts)
    cole, sadeh = sleeps(counts)
    np.testing.assert_array_equal(night.both[:, 0], cole)
    np.testing.assert_array_equal(night.both[:, 1], sadeh)
    assert night.minutes == len(counts)


def test_the_sum_of_a_night():
    counts = np.concatenate([np.full(20, 3000), np.zeros(100), np.full(6, 3000), np.zeros(60), np.full(10, 3000)])
    night = Sleep().process(counts)
    asleep = night.asleep
    assert night.onset == np.flatnonzero(asleep)[0]
    assert night.awakenings == 1
    first, last = np.flatnonzero(asleep)[[0, -1]]
    assert night.awake == (~asleep[first:last]).sum()
    assert night.efficiency == pytest.approx(asleep.mean(), abs=1e-6)
    assert Sleep().process(np.full(60, 5000)).onset is None


def test_a_synthetic_night_is_told_from_its_waking():
    (night,) = nights.make(1, seed=3, hours=3)
    again = nights.make(1, seed=3, hours=3)[0]
    np.testing.assert_array_equal(night.samples, again.samples)
    assert night.source == "synthetic"
    found = Sleep().process(Counts(20).process(night.samples)[:, 0])
    true = night.asleep[: len(found.asleep)]
    assert found.asleep[true].mean() > 0.9 and (~found.asleep)[~true].mean() > 0.4


def restless(minutes: int, rng, size: float = 0.3) -> np.ndarray:
    """Acceleration in g of somebody who moves about."""
    time = np.arange(minutes * 60 * 20) / 20
    swing = size * np.sin(2 * np.pi * 0.8 * time)[:, None] * rng.normal(0, 1, 3)
    return (np.float32([0, 0, 1]) + swing + rng.normal(0, 0.05, (len(time), 3))).astype(np.float32)


def test_a_night_is_told_when_it_is_over():
    rng = np.random.default_rng(4)
    still = lambda minutes: np.tile(np.float32([0, 0, 1]), (minutes * 1200, 1))  # noqa: E731
    parts = [restless(20, rng), still(50), restless(8, rng), still(60), restless(70, rng), still(30), restless(75, rng)]
    ticks = Body().process(np.concatenate(parts))
    (told,) = [(k, tick.night) for k, tick in enumerate(ticks) if tick.night]
    at, night = told
    asleep = np.array([tick.asleep[0] for tick in ticks if tick.asleep])
    first = next(k for k in range(len(asleep)) if asleep[k : k + 10].all())
    last = np.flatnonzero(asleep[: first + 125])[-1]
    # the nap of half an hour after it is no night; an hour awake ends one, 5 minutes late as every verdict
    assert abs(first - 20) <= 5 and abs(last - 137) <= 5
    assert at == (last + 60 + 5 + 1) * 30 - 1
    assert (night.onset, night.minutes) == (first, last - first + 1)
    assert night.asleep == asleep[first : last + 1].sum() and night.awake == night.minutes - night.asleep
    assert night.awakenings == 1 and night.efficiency == pytest.approx(night.asleep / night.minutes)


def test_no_such_rule():
    with pytest.raises(ConfigError, match="cole_kripke"):
        Sleep("guess")


# --- all together ---------------------------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None)
@given(st.data())
def test_any_split_of_the_stream_gives_the_same_ticks(data):
    moved = in_g(walk([("walking", 30), ("fall", 40)], 2))
    body = Body(BodyParameters(axis=1, rule="sadeh"))
    want = body.process(moved)
    body.reset()
    for tick, row in zip(range(0, len(moved) - 39, 40), want, strict=True):
        for part in split(np.arange(tick, tick + 40), data.draw(chunkings(40))):
            body.take(moved[part])
        told = body.tick()
        assert repr(told) == repr(row)
    assert want[-1].steps > 20 and any(t.counts for t in want)


def test_lost_samples_do_no_harm():
    moved = in_g(walk([("walking", 40)]))
    moved[100:130] = np.nan
    ticks = Body().process(moved)
    assert all(np.isfinite([t.cadence_hz, t.belief, t.steps]).all() for t in ticks)
    assert ticks[-1].cadence_hz > 0


def test_wrong_parameters_are_refused():
    for wrong in ({"axis": 3}, {"gain": (1.0,)}, {"rule": "none"}):
        with pytest.raises(ConfigError):
            Body(BodyParameters(**wrong))
