"""Beats by looking to both sides, against the same rule in float64."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import maximum_filter1d

from motekit.dsp.peaks import Peaks, smoother
from motekit.errors import ConfigError

RATE_HZ = 125


def ecg(seconds: float = 30.0, bpm: float = 75.0, noise: float = 0.02, seed: int = 0):
    """A band-passed ECG of sharp beats between smaller waves, float32[n], and the beats' times."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    beats = np.cumsum(rng.normal(60 / bpm, 0.02, int(seconds * bpm / 60) - 1)) + 0.3
    beats = beats[beats < seconds - 0.3]
    signal = rng.normal(0, noise, len(time))
    for beat in beats:
        signal += np.cos(2 * np.pi * 14 * (time - beat)) * np.exp(-(((time - beat) / 0.02) ** 2))
        signal += 0.2 * np.exp(-(((time - beat - 0.3) / 0.04) ** 2))
    return signal.astype(np.float32), beats


def oracle(signal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times and shares of all peaks, whole recording at once."""
    weights = smoother(0.12, RATE_HZ).astype(float)
    energy = np.convolve(signal.astype(float) ** 2, weights, "same")
    apart, late = round(0.2 * RATE_HZ), len(weights) // 2
    at = np.flatnonzero((maximum_filter1d(energy, 2 * apart + 1) == energy) & (energy > 0))
    # the core needs the whole of a peak's surroundings
    at = at[(at >= late + 1) & (at + apart + late < len(signal))]
    before, top, after = energy[at - 1], energy[at], energy[at + 1]
    times = (at + 0.5 * (before - after) / (before - 2 * top + after)) / RATE_HZ
    amplitude = np.sqrt(top)
    shares = []
    for index, sample in enumerate(at):
        near = np.abs(at - sample) < 4 * RATE_HZ
        most = np.clip((at[near].max() - at[near].min()) // RATE_HZ, 1, near.sum())
        shares.append(amplitude[index] / np.median(np.sort(amplitude[near])[::-1][:most]))
    return times, np.array(shares)


@settings(max_examples=15, deadline=None)
@given(st.floats(45, 150), st.floats(0.005, 0.3), st.integers(0, 1000))
def test_equals_the_rule_over_the_whole_recording(bpm, noise, seed):
    signal, _ = ecg(20, bpm, noise, seed)
    found = Peaks(RATE_HZ).process(signal)
    times, shares = oracle(signal)
    # the first energies are those of the filter's start
    first = next(i for i, time in enumerate(times) if time * RATE_HZ > 25 + 2)
    found = [peak for peak in found if peak.time_s >= times[first] - 0.01]
    times, shares = times[first:], shares[first:]
    np.testing.assert_allclose([peak.time_s for peak in found], times, atol=1e-3)
    # peaks before the first that counts here belong to the level of the first four seconds
    later = times > 4.5
    np.testing.assert_allclose(np.array([peak.share for peak in found])[later], shares[later], rtol=1e-3)


@given(st.lists(st.integers(1, 499), min_size=1, max_size=30))
@settings(max_examples=10, deadline=None)
def test_any_split_gives_the_same_peaks(lengths):
    signal, _ = ecg()
    peaks = Peaks(RATE_HZ)
    whole = peaks.process(signal)
    peaks.reset()
    found, start = [], 0
    while start < len(signal):
        length = lengths[len(found) % len(lengths)]
        found += peaks.push(signal[start : start + length])
        start += length
    assert found + peaks.open() == whole


def test_finds_the_beats_and_nothing_else():
    signal, beats = ecg()
    found = [peak.time_s for peak in Peaks(RATE_HZ).process(signal) if peak.share >= 0.6]
    np.testing.assert_allclose(found, beats[-len(found) :], atol=0.004)
    assert len(found) >= len(beats) - 1


def test_an_artefact_deafens_nobody():
    signal, beats = ecg()
    signal[1500:1510] += 50
    found = np.array([peak.time_s for peak in Peaks(RATE_HZ).process(signal) if peak.share >= 0.6])
    # a beat may hide under it
    clear = beats[(np.abs(beats - 12.0) > 0.4) & (beats > 0.5)]
    assert all(np.abs(found - beat).min() < 0.01 for beat in clear)


def test_not_a_number_is_no_beat():
    signal, _ = ecg()
    signal[700] = np.nan
    assert all(np.isfinite(peak.time_s + peak.share) for peak in Peaks(RATE_HZ).process(signal))


def test_refuses_what_makes_no_sense():
    with pytest.raises(ConfigError):
        Peaks(RATE_HZ, apart_s=5, reach_s=4)
    with pytest.raises(ConfigError):
        Peaks(RATE_HZ, smoothing_s=3)
