"""Beats of made-up ECGs and pulse waves at known times, of hostile signals, and of real ECGs with a known rate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from float_signals import broken, finite
from motekit import paths
from motekit.datasets import ieee_spc2015
from motekit.dsp.beats import Beats
from motekit.errors import ConfigError
from signals import chunkings, split

RATE_HZ = 300


def band(x: np.ndarray, low: float = 8, high: float = 20, rate_hz: int = RATE_HZ) -> np.ndarray:
    return signal.sosfilt(signal.butter(2, (low, high), "bandpass", fs=rate_hz, output="sos"), x).astype(np.float32)


def times(seconds: float = 40, mean: float = 0.8, spread: float = 0.03, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.normal(mean, spread * mean, int(seconds / mean) - 2)) + 0.37


def ecg(
    beats: np.ndarray, seconds: float = 40, noise: float = 0.02, rate_hz: int = RATE_HZ, seed: int = 4
) -> np.ndarray:
    """Q, R, S and T as bumps at the beats' times, wander and noise, in mV."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    since = time[:, None] - beats
    waves = ((-0.1, -0.03, 0.01), (1.0, 0, 0.012), (-0.2, 0.03, 0.012), (0.25, 0.28, 0.05))
    x = sum(a * np.exp(-0.5 * ((since - at) / width) ** 2).sum(1) for a, at, width in waves)
    rng = np.random.default_rng(seed)
    return x + 0.2 * np.sin(2 * np.pi * 0.3 * time) + rng.normal(0, noise, len(time))


def compare(found: np.ndarray, beats: np.ndarray, within_s: float = 0.08) -> tuple[int, int]:
    """How many beats after the first 3.5 s are missed, and how many found are none (a constant delay allowed)."""
    delay = np.median([found[np.abs(found - b - 0.03).argmin()] - b for b in beats])
    found = found - delay
    missed = sum(np.abs(found - b).min() > within_s for b in beats[:-1] if b > 3.5)
    return missed, sum(np.abs(beats - f).min() > within_s for f in found)


@pytest.mark.parametrize("mean", [0.35, 0.5, 0.8, 1.4])
@pytest.mark.parametrize("sign", [1, -1])
def test_every_beat_and_nothing_else(mean, sign):
    beats = times(mean=mean)
    assert compare(Beats(RATE_HZ).process(band(sign * ecg(beats))), beats) == (0, 0)


def test_an_irregular_rhythm_with_pauses():
    rng = np.random.default_rng(8)
    beats = np.cumsum(rng.uniform(0.4, 1.9, 34)) + 0.2
    assert compare(Beats(RATE_HZ).process(band(ecg(beats))), beats) == (0, 0)


@pytest.mark.parametrize("rate_hz", [125, 300])
def test_times_lie_between_the_samples(rate_hz):
    beats = times(spread=0.05)
    found = Beats(rate_hz).process(band(ecg(beats, noise=0, rate_hz=rate_hz), rate_hz=rate_hz))
    found = found[found > 3.5]
    nearest = beats[np.abs(found[:, None] - beats - 0.03).argmin(1)]
    error = found - nearest
    assert np.std(error) < 0.15 / rate_hz


def test_pulse_waves_by_their_rise():
    beats = times()
    time = np.arange(40 * 50) / 50
    since = time[:, None] - beats
    wave = np.exp(-0.5 * ((since - 0.2) / 0.1) ** 2).sum(1) + 0.4 * np.exp(-0.5 * ((since - 0.48) / 0.1) ** 2).sum(1)
    detector = Beats(50, smoothing_s=0.2, refractory_s=0.3, upward=True)
    found = detector.process(band(wave, 0.5, 5, 50))
    assert compare(found - 0.17, beats, 0.1) == (0, 0)


def test_an_artefact_deafens_it_for_a_few_beats_only():
    beats = times()
    x = ecg(beats)
    x[15 * RATE_HZ : 15 * RATE_HZ + 60] += 40 * np.hanning(60)
    found = Beats(RATE_HZ).process(band(x))
    late = [b for b in beats[:-1] if b > 21]
    assert all(np.abs(found - b).min() < 0.08 for b in late)


def test_an_artefact_at_the_start_does_not_set_the_level():
    beats = times()
    x = ecg(beats)
    x[:90] += 30 * np.hanning(90)
    assert compare(Beats(RATE_HZ).process(band(x)), beats) == (0, 0)


def test_the_unit_does_not_matter():
    x = band(ecg(times()))
    expected = Beats(RATE_HZ).process(x)
    assert len(expected) > 40
    for scale in (2.0**-12, 2.0**12):
        assert np.array_equal(Beats(RATE_HZ).process(x * np.float32(scale)), expected)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_split_of_the_stream_gives_the_same_beats(data):
    x = band(ecg(times(12), 12))
    whole = Beats(RATE_HZ)
    expected = whole.process(x)
    assert len(expected) > 8
    whole.reset()
    assert np.array_equal(
        np.concatenate([whole.push(part) for part in split(x, data.draw(chunkings(len(x))))]), expected
    )


def test_hostile_signals_give_bounded_answers():
    for name, x in (finite(3000) | broken(3000)).items():
        detector = Beats(RATE_HZ)
        found = detector.process(x)
        assert np.isfinite(found).all() and (np.diff(found) > 0).all(), name
        assert (found >= 0).all() and (found <= 10).all(), name
        assert bool(detector.quality & 1) == (not np.isfinite(x).all()), name
    for quiet in (np.zeros(3000), np.full(3000, np.nan)):
        assert len(Beats(RATE_HZ).process(quiet)) == 0


@pytest.mark.parametrize(
    "given", [{"smoothing_s": 0.001}, {"smoothing_s": 1.0}, {"refractory_s": 0.05}, {"smoothing_s": 0.6}]
)
def test_wrong_parameters_are_refused(given):
    with pytest.raises(ConfigError):
        Beats(RATE_HZ, **given)


def test_real_ecgs_in_motion_give_the_published_heart_rate():
    mirror = paths.data_dir()
    folder = mirror / ieee_spc2015.NAME if mirror else None
    if not (folder and folder.is_dir()):
        return
    errors = []
    for recording in ieee_spc2015.load(folder):
        found = Beats(125).process(band(recording.ecg, rate_hz=125))
        for window, bpm in enumerate(recording.bpm):
            inside = found[(found >= 2 * window) & (found < 2 * window + 8)]
            if window > 0 and len(inside) > 3:
                errors.append(abs(60 / np.median(np.diff(inside)) - bpm))
    # the published rates are themselves counts of R waves, to about 1 a minute
    assert len(errors) > 1800 and np.mean(errors) < 1.5
