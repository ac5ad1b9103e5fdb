"""Blinks, PERCLOS, microsleeps, states: on hours of made-up lids with mistakes in them, and on any input at all."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.datasets.synthetic import blinks
from motekit.errors import ConfigError
from motekit.post.drowsiness import CLOSED, NO_EYES, NOTHING, OPEN, STATES, TROUBLES, Drowsiness, Thresholds

WRONG = 0.01


def reference(sequence: blinks.Sequence) -> np.ndarray:
    """PERCLOS by definition, from the labels: share of the time of the 60 s before each frame."""
    period = np.minimum(np.diff(sequence.times_ms, append=sequence.times_ms[-1] + 66), 250)
    closed = np.concatenate([[0], np.cumsum(period * sequence.closed)])
    known = np.concatenate([[0], np.cumsum(period)])
    now = np.arange(len(sequence.times_ms))
    before = np.searchsorted(sequence.times_ms, sequence.times_ms - 60_000)
    return (closed[now] - closed[before]) / np.maximum(1, known[now] - known[before])


def run(sequence: blinks.Sequence, seed: int):
    """PERCLOS after each frame, alarms' times in s, and events, with 1 % of the frames wrong."""
    wrong = np.random.default_rng(seed).random(len(sequence.closed)) < WRONG
    block, perclos, alarms, events, before = Drowsiness(), [], [], [], 0
    for t, closed in zip(sequence.times_ms.tolist(), (sequence.closed ^ wrong).tolist(), strict=True):
        events += block.push(t, CLOSED if closed else OPEN)
        perclos.append(np.nan if block.perclos is None else block.perclos)
        if block.alarm > before:
            alarms.append(t / 1000)
        before = block.alarm
    return np.array(perclos), alarms, events


@pytest.mark.parametrize("fps", [10, 15, 30])
@pytest.mark.parametrize("driver", [blinks.ALERT, blinks.DROWSY], ids=["alert", "drowsy"])
def test_an_hour_with_wrong_and_dropped_frames(driver, fps):
    sequence = blinks.make(driver, 3600, fps=fps, dropped=0.05, seed=fps)
    perclos, alarms, events = run(sequence, seed=fps + 1)
    after = sequence.times_ms > 61_000
    error = (perclos - reference(sequence))[after]
    assert np.abs(error).mean() <= 0.005, "PERCLOS within 0.5 points of the labels'"
    assert abs(error.mean()) <= 0.002, "and no bias over the hour"
    if driver is blinks.ALERT:
        assert len(alarms) <= 1, "false alarms an hour"
        return
    began = [e.at / 1000 for e in events if e.code == 1 and STATES[e.value] in ("eyes_closed", "microsleep")]
    assert len(sequence.microsleeps) > 20
    for start, _ in sequence.microsleeps:
        assert any(start <= t <= start + 2 for t in began), f"the microsleep at {start:.1f} s was not found within 2 s"


def test_a_closure_warns_after_half_a_second_and_alarms_after_one_and_a_half():
    block = Drowsiness()
    told = {}
    for t in range(0, 8000, 50):
        for event in block.push(t, CLOSED if 3000 <= t < 6000 else OPEN):
            if event.code == 1:
                told[STATES[event.value]] = t
    assert told["eyes_closed"] == 3500 and told["microsleep"] == 4500
    assert block.state == "drowsy" and block.kss == 8, "a microsleep counts for a minute"


def blinking(block, start_ms, seconds, period_ms, shut_ms, step=50):
    for t in range(start_ms, start_ms + seconds * 1000, step):
        block.push(t, CLOSED if (t - start_ms) % period_ms < shut_ms else OPEN)
    return start_ms + seconds * 1000


def test_levels_have_hysteresis():
    block = Drowsiness()
    t = blinking(block, 0, 90, 4000, 200)
    assert (block.state, block.kss, block.alarm) == ("alert", 1, 0) and block.perclos == pytest.approx(0.05, abs=0.005)
    t = blinking(block, t, 90, 4000, 400)
    assert (block.state, block.kss) == ("tired", 7) and block.perclos == pytest.approx(0.1, abs=0.005)
    t = blinking(block, t, 90, 2000, 400)
    assert (block.state, block.kss, block.alarm) == ("drowsy", 8, 1) and block.perclos == pytest.approx(0.2, abs=0.005)
    t = blinking(block, t, 90, 3000, 400)
    assert block.state == "drowsy" and block.perclos == pytest.approx(0.133, abs=0.005), "below 0.15, above 0.12"
    t = blinking(block, t, 90, 4000, 400)
    assert block.state == "tired"


def test_blinks_are_counted_and_measured():
    block = Drowsiness()
    events = [e for t in range(0, 60_000, 50) for e in block.push(t, CLOSED if t % 3000 < 200 else OPEN)]
    found = [e.value for e in events if e.code == 2]
    assert len(found) == 19 + 1 and set(found) == {200}
    assert block.blink_rate == pytest.approx(20, abs=0.5)


@pytest.mark.parametrize("trouble", range(1, len(TROUBLES)))
def test_bad_frames_have_a_name_and_are_never_a_level(trouble):
    block = Drowsiness()
    blinking(block, 0, 60, 4000, 200)
    assert block.state == "alert"
    block.push(60_000, NOTHING, trouble)
    assert block.state == f"camera_{TROUBLES[trouble]}" and block.kss == 0
    for t in range(60_050, 120_000, 50):
        block.push(t, NOTHING, trouble)
        assert block.state == f"camera_{TROUBLES[trouble]}"
    block.push(120_000, OPEN)
    assert block.state == "starting", "nothing is known of the last minute"


def test_an_alarm_outlasts_a_camera_that_fails_in_it():
    block = Drowsiness()
    for t in range(0, 3000, 50):
        block.push(t, CLOSED)
    assert block.alarm == 2
    for t in range(3000, 6000, 50):
        block.push(t, NOTHING, 7)
        assert (block.state, block.alarm) == ("camera_unplugged", 2)
    for t in range(6000, 6500, 50):
        block.push(t, OPEN)
    assert block.alarm < 2


@pytest.mark.parametrize(("sunk", "state", "alarm"), [(1, "head_down", 2), (0, "absent", 0)])
def test_lost_eyes_are_a_state_of_their_own(sunk, state, alarm):
    block = Drowsiness()
    blinking(block, 0, 60, 4000, 200)
    block.push(60_000, NO_EYES, sunk)
    assert block.state == "no_eyes"
    for t in range(60_050, 61_600, 50):
        block.push(t, NO_EYES, 0)
    assert (block.state, block.alarm) == (state, alarm)


FRAMES = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from([OPEN, OPEN, CLOSED, NO_EYES, NOTHING]), st.integers(1, 7)),
    max_size=400,
)


@settings(max_examples=60, deadline=None)
@given(FRAMES, st.integers(0, 2**31))
def test_whatever_comes_the_figures_stay_in_their_ranges(frames, start):
    block, t = Drowsiness(), start
    for step, seen, detail in frames:
        t += step
        block.push(t, seen, detail if seen == NOTHING else 0)
        assert block.perclos is None or 0 <= block.perclos <= 1
        assert block.blink_rate is None or block.blink_rate >= 0
        assert block.alarm in (0, 1, 2) and block.state in STATES.values()
        assert (block.state == f"camera_{TROUBLES[detail]}") == (seen == NOTHING)
        if seen in (NO_EYES, NOTHING):
            assert block.kss == 0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10), st.integers(1, 10_000_000))
def test_only_differences_of_time_matter(seed, start):
    sequence = blinks.make(replace(blinks.DROWSY, microsleeps_per_hour=200), 100, seed=seed)
    plain = Drowsiness().process(sequence.times_ms, sequence.closed)
    start *= 250  # whole quarter seconds: the minute's divisions stay where they were
    later = Drowsiness().process(sequence.times_ms + start, sequence.closed)
    assert [(e.at, e.code, e.value) for e in plain] == [(e.at - start, e.code, e.value) for e in later]


def test_a_reset_forgets():
    sequence = blinks.make(blinks.DROWSY, 120, seed=3)
    block = Drowsiness()
    first = block.process(sequence.times_ms, sequence.closed)
    assert block.process(sequence.times_ms, sequence.closed) == first


@pytest.mark.parametrize(
    "wrong",
    [
        {"tired_off": 0.1},
        {"drowsy_on": 0.05},
        {"warn_ms": 400},
        {"alarm_ms": 100},
        {"gap_ms": 0},
        {"gap_ms": 300},
        {"wrong": 0.5},
        {"wrong": -0.1},
        {"absent_ms": 70_000},
    ],
)
def test_thresholds_are_checked(wrong):
    with pytest.raises(ConfigError):
        Drowsiness(replace(Thresholds(), **wrong))
