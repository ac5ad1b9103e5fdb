"""Cancellation of motion against least squares in float64, and what it must do to a pulse in motion."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from float_signals import assert_same_bits, ppg
from motekit.dsp.cancel import Canceller
from motekit.errors import ConfigError

LENGTH, LAGS = 200, 10
HANN = np.hanning(LENGTH + 2)[1:-1]
RATE_HZ = 25


def motion(windows: int, seed: int = 1, cadence_hz: float = 1.4) -> np.ndarray:
    """Three axes of running, float64[3, n], windows of 8 s every 2 s."""
    rng = np.random.default_rng(seed)
    time = np.arange(50 * windows + LENGTH + LAGS) / RATE_HZ
    phase = 2 * np.pi * (cadence_hz * time + 0.3 * np.sin(2 * np.pi * 0.05 * time))
    axes = [sum(rng.normal() * np.cos(k * phase + rng.uniform(0, 6)) / k for k in (1, 2, 3)) for _ in range(3)]
    return np.array(axes) + rng.normal(0, 0.05, (3, len(time)))


def artefact(acceleration: np.ndarray, seed: int = 2) -> np.ndarray:
    """What reaches the pulse wave: a random mixture of the axes at neighbouring samples, float64[n]."""
    taps = np.random.default_rng(seed).normal(0, 1, (3, 5))
    return sum(np.convolve(axis, row)[: len(axis)] for axis, row in zip(acceleration, taps, strict=True))


def windows(reference: np.ndarray, target: np.ndarray):
    """Pairs for `process`; the target's samples are explained by the references' next ones."""
    for start in range(0, reference.shape[1] - LENGTH - LAGS, 50):
        yield reference[:, start : start + LENGTH + LAGS - 1], target[:, start + 4 : start + 4 + LENGTH]


def oracle(pairs, memory: float, ridge: float, delays=tuple(range(LAGS))) -> list[np.ndarray]:
    """The same problem, in float64, by numpy's solver."""
    equations, right, found = 0.0, 0.0, []
    for reference, target in pairs:
        reference, target = reference.astype(np.float32).astype(float), target.astype(np.float32).astype(float)
        z = np.array([row[lag : lag + LENGTH] for row in reference for lag in delays])
        z = (z - z.mean(axis=1, keepdims=True)) * HANN.astype(np.float32)
        y = (target - target.mean(axis=1, keepdims=True)) * HANN.astype(np.float32)
        equations, right = z @ z.T + memory * equations, z @ y.T + memory * right
        loaded = equations + ridge * np.trace(equations) / len(z) * np.eye(len(z))
        found.append(y - np.linalg.solve(loaded, right).T @ z)
    return found


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.01, 0.1, 1.0]), st.floats(0.01, 1000))
def test_equals_least_squares(seed, ridge, scale):
    acceleration = motion(6, seed)
    rng = np.random.default_rng(seed)
    target = scale * np.array(
        [artefact(acceleration, seed + k) + rng.normal(0, 0.5, acceleration.shape[1]) for k in (1, 2)]
    )
    memory = (0.0, 0.5, 0.85)
    canceller = Canceller(HANN, targets=2, lags=LAGS, memory=memory, ridge=ridge)
    pairs = list(windows(acceleration, target))
    expected = [oracle(pairs, m, ridge) for m in memory]
    size = max(np.abs(y * HANN).max() for _, y in pairs)
    for k, (reference, y) in enumerate(pairs):
        found = canceller.process(reference, y)
        assert canceller.quality == 0
        for m in range(3):
            assert np.abs(found[m] - expected[m][k]).max() <= 1e-4 * size


def test_motion_goes_and_the_pulse_stays():
    acceleration = motion(12)
    pulse = ppg(acceleration.shape[1], RATE_HZ).astype(float)
    pulse = (pulse - pulse.mean()) / 20
    wave = pulse + artefact(acceleration)
    canceller = Canceller(HANN, lags=LAGS, memory=(0.85,))
    for (reference, seen), (_, clean) in zip(
        windows(acceleration, wave[None]), windows(acceleration, pulse[None]), strict=True
    ):
        left = canceller.process(reference, seen)[0, 0]
        truth = (clean[0] - clean[0].mean()) * HANN
        before = np.sum(((seen[0] - seen[0].mean()) * HANN - truth) ** 2)
        after = np.sum((left - truth) ** 2)
    assert after < 0.02 * before


def test_a_long_memory_keeps_a_pulse_at_the_cadence():
    """Where pulse and cadence meet for one window, the coupling learnt before tells them apart."""
    acceleration = motion(10, cadence_hz=1.4)
    time = np.arange(acceleration.shape[1]) / RATE_HZ
    pulse = np.sin(2 * np.pi * np.where(time < 16, 2.2, 1.4) * time)
    canceller = Canceller(HANN, lags=LAGS, memory=(0.0, 0.9))
    for reference, seen in windows(acceleration, (pulse + artefact(acceleration))[None]):
        short, long = canceller.process(reference, seen)[:, 0]
    assert np.sum(long**2) > 1.5 * np.sum(short**2)


def test_nothing_moves():
    still, wave = np.full((3, LENGTH + LAGS - 1), 9.81), ppg(LENGTH, RATE_HZ)[None]
    canceller = Canceller(HANN, lags=LAGS)
    found = canceller.process(np.zeros_like(still), wave)
    assert canceller.quality == 8
    np.testing.assert_allclose(found[0, 0], (wave[0] - wave[0].mean()) * HANN, atol=2e-3)
    assert_same_bits(canceller.process(np.full_like(still, 8.0), wave), found)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_broken_window_is_flagged_and_leaves_no_trace(value):
    acceleration = motion(6)
    pairs = list(windows(acceleration, artefact(acceleration)[None]))
    clean, broken = (Canceller(HANN, lags=LAGS, memory=(0.0, 0.7)) for _ in range(2))
    for k, (reference, y) in enumerate(pairs):
        if k == 2:
            for bad_reference, bad_y in ((reference + [[value], [0], [0]], y), (reference, y * value)):
                assert not broken.process(bad_reference, bad_y).any() and broken.quality == 1
        assert_same_bits(broken.process(reference, y), clean.process(reference, y))
    broken.reset()
    clean.reset()
    assert_same_bits(broken.process(*pairs[0]), Canceller(HANN, lags=LAGS, memory=(0.0, 0.7)).process(*pairs[0]))


@pytest.mark.parametrize("scale", [1e-18, 1e15])
def test_the_units_do_not_matter(scale):
    acceleration = motion(3)
    reference, y = next(windows(acceleration, artefact(acceleration)[None]))
    plain = Canceller(HANN, lags=LAGS).process(reference, y)
    scaled = Canceller(HANN, lags=LAGS).process(reference * scale, y)
    assert np.abs(plain - scaled).max() < 1e-3 * np.abs(y).max()


@pytest.mark.parametrize(
    "given",
    [
        {"lags": 0},
        {"lags": 22},
        {"targets": 0},
        {"memory": ()},
        {"memory": (1.0,)},
        {"memory": (0.1,) * 5},
        {"ridge": 0.0},
        {"ridge": float("nan")},
    ],
)
def test_wrong_parameters_are_refused(given):
    with pytest.raises(ConfigError):
        Canceller(HANN, **given)


def test_windows_of_another_shape_are_refused():
    with pytest.raises(ConfigError, match="a window has shapes"):
        Canceller(HANN).process(np.zeros((3, LENGTH)), np.zeros((1, LENGTH)))


def test_a_stride_leaves_samples_out():
    acceleration = motion(4)
    target = np.array([artefact(acceleration)])
    pairs = list(windows(acceleration, target))
    # lags 0, 3, 6 and 9 of the ten
    sparse = Canceller(HANN, lags=4, stride=3)
    for (reference, part), wanted in zip(pairs, oracle(pairs, 0.0, 0.01, (0, 3, 6, 9)), strict=True):
        found = sparse.process(reference[:, : LENGTH + 9], part)[0]
        assert np.abs(found - wanted).max() < 1e-4 * np.abs(part * HANN).max()
