"""Heart rate in motion against an independent chain in float64, and what faults must do to it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.accuracy.hearts import HOP, PARAMETERS, evidence, recording
from motekit.errors import ConfigError
from motekit.post.heart import Heart, trouble_names


@settings(max_examples=6, deadline=None)
@given(st.floats(50, 170), st.floats(50, 170), st.integers(0, 1000))
def test_evidence_equals_the_same_chain_in_float64(bpm, cadence, seed):
    samples = recording(20, bpm, cadence, seed=seed)
    found = [reading.evidence for reading in Heart().process(samples) if reading.evidence is not None]
    for row, wanted in zip(found, evidence(samples), strict=True):
        assert np.abs(row - wanted).max() < 0.02


def test_finds_the_pulse_under_motion():
    readings = Heart().process(recording())[8:]
    assert np.abs([reading.bpm - 95 for reading in readings]).max() < 2
    assert all(reading.trouble == 0 and reading.confidence > 0.8 for reading in readings)


def test_a_start_is_no_reading():
    readings = Heart().process(recording(8))
    assert [trouble_names(r.trouble & 8) for r in readings] == [["starting"]] * 3 + [[]]


def faulty(flags: tuple[int, ...], hops: range, samples: np.ndarray | None = None):
    """Readings with these flags in these hops."""
    heart, samples = Heart(), recording() if samples is None else samples
    return [
        heart.push(samples[:, start : start + HOP], flags if start // HOP in hops else (0,) * 5)
        for start in range(0, samples.shape[1], HOP)
    ]


def test_both_pulse_waves_lost_give_no_reading_until_the_window_is_clean():
    readings = faulty((4, 4, 0, 0, 0), range(10, 12))
    assert [bool(r.trouble & 1) for r in readings] == [10 <= hop < 15 for hop in range(30)]
    # and for two more windows it says that there was a fault
    assert [bool(r.trouble & 16) for r in readings] == [15 <= hop < 17 for hop in range(30)]
    assert readings[14].confidence < readings[9].confidence and not readings[20].trouble


def test_one_pulse_wave_is_enough():
    samples = recording()
    samples[1] = np.random.default_rng(1).normal(0, 500, samples.shape[1])
    readings = faulty((0, 4, 0, 0, 0), range(30), samples)[8:]
    assert np.abs([r.bpm - 95 for r in readings]).max() < 2 and all(r.trouble == 0 for r in readings)


def test_a_stuck_axis_matters_in_motion_alone():
    moving, still = recording(), recording(motion=0.005)
    for samples, trouble in ((moving, True), (still, False)):
        samples[2] = 0.0
        readings = faulty((0, 0, 8, 0, 0), range(30), samples)[8:]
        assert all(bool(r.trouble & 2) is trouble for r in readings)


def test_nothing_worn_is_no_reading():
    readings = Heart().process(0.001 * recording())
    assert all(r.trouble & 1 for r in readings[4:])


def test_one_bad_window_leaves_no_trace_in_a_fresh_start():
    heart = Heart()
    first = heart.process(recording())
    assert [(r.bpm, r.trouble) for r in heart.process(recording())] == [(r.bpm, r.trouble) for r in first]


@pytest.mark.parametrize(
    "bad", [{"lags": 0}, {"memory": ()}, {"memory": (1.0,)}, {"last_bpm": 900.0}, {"strength": 0.0}, {"ahead": 99}]
)
def test_refuses_what_makes_no_sense(bad):
    with pytest.raises(ConfigError):
        Heart(replace(PARAMETERS, **bad))
