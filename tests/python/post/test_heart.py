"""Heart rate in motion against an independent chain in float64, and what faults must do to it."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.errors import ConfigError
from motekit.post.heart import RATE_HZ, Heart, HeartParameters, trouble_names

PARAMETERS = HeartParameters()
HOP = 50


def recording(seconds: int = 60, bpm: float = 95.0, cadence: float = 75.0, motion: float = 0.3, seed: int = 0):
    """Two pulse waves with motion in them, and the axes, float64[5, n]; the motion is three times the pulse."""
    rng = np.random.default_rng(seed)
    time = np.arange(seconds * RATE_HZ) / RATE_HZ
    beat, step = 2 * np.pi * bpm / 60 * time, 2 * np.pi * cadence / 60 * time
    axes = [motion * (np.cos(step + a) + 0.5 * np.cos(2 * step + b)) for a, b in rng.uniform(0, 6, (3, 2))]
    axes = np.array(axes) + rng.normal(0, 0.01, (3, len(time)))
    pulse = np.cos(beat) + 0.4 * np.cos(2 * beat + 1)
    waves = [20 * pulse + 200 * axes.T @ rng.normal(0, 1, 3) + rng.normal(0, 2, len(time)) for _ in range(2)]
    return np.vstack([waves, axes])


def evidence(samples: np.ndarray, p: HeartParameters = PARAMETERS) -> list[np.ndarray]:
    """The chain as the headers tell it, in float64, by scipy and numpy."""
    filtered = scipy.signal.sosfilt(
        scipy.signal.butter(2, p.highpass_hz, "highpass", fs=RATE_HZ, output="sos"), samples.astype(np.float32)
    )
    length, lags = HOP * p.hops, np.arange(p.lags) * p.stride
    padded = np.concatenate([np.zeros((5, lags[-1])), filtered], axis=1)
    weights = np.hanning(length + 2)[1:-1]
    frequency = np.arange(p.first_bpm, p.last_bpm + 1) / 60
    bins = np.fft.rfftfreq(256, 1 / RATE_HZ)
    band = (bins >= p.band_hz[0]) & (bins <= p.band_hz[1])
    kept = [(0.0, 0.0)] * len(p.memory)
    rows = []
    for end in range(length, samples.shape[1] + 1, HOP):
        window = padded[:, end - length : end + lags[-1]]
        z = np.array([axis[lag : lag + length] for axis in window[2:] for lag in lags])
        z = (z - z.mean(axis=1, keepdims=True)) * weights
        y = window[:2, lags[-1] - p.ahead : lags[-1] - p.ahead + length]
        y = (y - y.mean(axis=1, keepdims=True)) * weights
        total = np.zeros(len(frequency))
        for m, memory in enumerate(p.memory):
            g, b = kept[m] = z @ z.T + memory * kept[m][0], z @ y.T + memory * kept[m][1]
            rest = y - np.linalg.solve(g + p.ridge * np.trace(g) / len(g) * np.eye(len(g)), b).T @ z
            power = np.abs(np.fft.rfft(rest, 256)) ** 2
            likelihood = np.zeros(len(frequency))
            for row in power:
                at = [parabola(row, k * frequency * 256 / RATE_HZ) for k in (1, 2)]
                rho = 1.5 * 256 / length * (at[0] + p.harmonic * at[1]) / row[band].sum()
                likelihood -= p.strength / 2 * np.log(1 - np.minimum(rho, 0.98))
            share = np.exp(likelihood - likelihood.max())
            total += share / share.sum()
        rows.append(np.log(total))
    return rows


def parabola(power: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Power between bins, by the magnitudes."""
    i = np.floor(place + 0.5).astype(int)
    size = np.sqrt(power)
    e, a, b, c = place - i, size[i - 1], size[i], size[i + 1]
    return np.maximum(b + 0.5 * e * (c - a) + 0.5 * e * e * (a - 2 * b + c), 0) ** 2


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
