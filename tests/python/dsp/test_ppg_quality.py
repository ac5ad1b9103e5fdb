"""Pulse quality against its definition in NumPy, and what must lower it."""

import numpy as np
import pytest
import scipy.signal

from float_signals import TOLERANCE, broken, finite, ppg
from motekit.dsp.floats import floats
from motekit.dsp.ppg_quality import PpgQuality
from motekit.errors import ConfigError

RATE_HZ, LENGTH = 125.0, 1000


def filtered(signal: np.ndarray) -> np.ndarray:
    sections = scipy.signal.butter(2, (0.5, 8), "bandpass", fs=RATE_HZ, output="sos")
    return floats(scipy.signal.sosfiltfilt(sections, signal))


def definition(pulse, beats, level, motion, enough=0.005, much=0.1):
    """In float64, with the same rounding of the beats' places."""
    pulse, motion = pulse.astype(float), np.asarray(motion, float)
    perfusion = 2 * np.sqrt(2) * pulse.std() / level
    length = int(np.median(np.diff(beats)) + 0.5)
    starts = [int(b - length / 2 + 0.5) for b in beats if b - length / 2 + 0.5 >= 0]
    cut = np.array([pulse[s : s + length] for s in starts if s + length <= len(pulse)])
    correlation = np.mean([np.corrcoef(beat, cut.sum(0))[0, 1] for beat in cut])
    moved = np.sqrt((motion**2).mean())
    index = np.clip(correlation, 0, 1) * min(perfusion / enough, 1) / (1 + (moved / much) ** 2)
    return np.array([perfusion, correlation, moved, index])


def beats_of(pulse: np.ndarray) -> np.ndarray:
    return floats(scipy.signal.find_peaks(pulse, distance=60)[0])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_equals_its_definition(seed):
    rng = np.random.default_rng(seed)
    raw = ppg(LENGTH, seed=seed)
    pulse, motion = filtered(raw), floats(rng.normal(0, 0.05, 200))
    beats = beats_of(pulse)
    got = PpgQuality().process(pulse, beats, float(raw.mean()), motion)
    expected = definition(pulse, beats, float(np.float32(raw.mean())), motion)
    assert np.allclose([got.perfusion, got.correlation, got.motion, got.index], expected, rtol=0, atol=TOLERANCE)
    assert got.flags == 0 and got.index > 0.6


def test_noise_motion_and_weak_pulses_lower_the_index():
    rng = np.random.default_rng(0)
    pulse = filtered(ppg(LENGTH))
    beats, block = beats_of(pulse), PpgQuality()
    good = block.process(pulse, beats, 1500.0)
    noisy = filtered(ppg(LENGTH) + rng.normal(0, 60, LENGTH))
    assert block.process(noisy, beats_of(noisy), 1500.0).index < 0.7 * good.index
    assert block.process(pulse, beats, 1500.0, np.full(100, 0.1)).index == pytest.approx(good.index / 2, rel=1e-5)
    assert block.process(pulse / 100, beats, 1500.0).index < 0.5 * good.index
    assert block.process(pulse, beats).index == pytest.approx(good.correlation, rel=1e-6)
    assert block.process(pulse, beats).flags == 32


@pytest.mark.parametrize("name", [*finite(64), *broken(64)])
def test_hostile_signals_never_pass_silently(name):
    signal = (finite(LENGTH) | broken(LENGTH))[name]
    got = PpgQuality().process(signal, np.arange(50, LENGTH, 100), 10.0)
    values = [got.perfusion, got.correlation, got.index]
    assert np.isfinite(values).all() or got.flags & 1
    if name in broken(64):
        assert got.flags & 1
    if name in ("zeros", "constant"):
        assert got.flags & 8 and got.index == 0


@pytest.mark.parametrize("beats", [[], [500], [10, 990], [500, 500.5], [-50, 2000], [np.nan, 3, 400]])
def test_too_few_beats_are_said(beats):
    got = PpgQuality().process(filtered(ppg(LENGTH)), np.array(beats), 1500.0)
    assert got.flags & 16 and got.correlation == 0 and got.index == 0


def test_an_empty_window_and_wrong_parameters():
    assert PpgQuality().process(np.zeros(0), np.zeros(0)).flags == 16
    for wrong in ((0, 1), (1, 0), (float("nan"), 1), (1, float("inf"))):
        with pytest.raises(ConfigError):
            PpgQuality(*wrong)
