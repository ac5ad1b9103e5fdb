"""A wrist's motion in values: against NumPy in float64, however the watch is worn, and any signal."""

import numpy as np
import pytest

from float_signals import broken, finite
from motekit.accuracy.motion import TILTED, gait_values, worn
from motekit.datasets.synthetic import motion
from motekit.dsp.cadence import CadenceParameters, cadence
from motekit.dsp.gait import LENGTH, NAMES, RATE_HZ, Gait
from motekit.errors import ConfigError

PLAIN = motion.Wearing()


@pytest.mark.parametrize("label", motion.ACTIVITIES)
def test_agrees_with_numpy(label):
    for seed in range(3):
        window = worn(label, TILTED, seed)
        want = gait_values(window)
        assert set(want) == set(NAMES)
        np.testing.assert_allclose(Gait().process(window), [want[name] for name in NAMES], rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("label", ["walking", "jogging", "sitting", "kicking"])
def test_neither_wrist_nor_turn_changes_a_value(label):
    window = worn(label, PLAIN)
    plain = Gait().process(window)
    turn = np.radians(70)
    turned = window.copy()
    turned[:, 0] *= -1
    turned[:, 1] = np.cos(turn) * window[:, 1] - np.sin(turn) * window[:, 2]
    turned[:, 2] = np.sin(turn) * window[:, 1] + np.cos(turn) * window[:, 2]
    np.testing.assert_allclose(Gait().process(turned), plain, rtol=1e-3, atol=1e-3)


def test_hostile_windows_give_numbers():
    for name, x in (finite(240) | broken(240)).items():
        window = np.asarray(x, np.float32)[:240].reshape(LENGTH, 3)
        window = np.clip(window, -16, 16) if np.isfinite(window).all() else window
        values = Gait().process(window)
        assert np.isfinite(values).all(), name
        assert (values == 0).all() == (not np.isfinite(window).all()), name


def test_other_shapes_are_refused():
    with pytest.raises(ConfigError):
        Gait().process(np.zeros((79, 3)))
    with pytest.raises(ConfigError):
        cadence(np.zeros(64), 0.2, CadenceParameters())
    with pytest.raises(ConfigError):
        cadence(np.zeros(65), 0.2, CadenceParameters(walk_hz=(2.0, 1.0)))


@pytest.mark.parametrize(("label", "low", "high"), [("walking", 1.2, 2.4), ("jogging", 2.0, 3.4)])
def test_cadence_is_that_of_the_steps(label, low, high):
    errors = []
    for seed in range(8):
        moved = motion.make([(label, 20)], RATE_HZ, np.random.default_rng(seed))
        window = moved.acceleration[200:280] / motion.GRAVITY
        gait = Gait()
        power = gait.spectrum(window)
        hz, share = cadence(power, float(np.linalg.norm(window, axis=1).std()), CadenceParameters())
        true = 1 / np.diff(moved.steps[(moved.steps > 9) & (moved.steps < 15)]).mean()
        assert low <= hz <= high and share > 0.8
        errors.append(abs(hz - true) / true)
    assert np.mean(errors) < 0.04


def test_nobody_who_sits_has_a_cadence():
    for seed in range(4):
        window = worn("sitting", PLAIN, seed)
        deviation = float(np.linalg.norm(window, axis=1).std())
        assert cadence(Gait().spectrum(window), deviation, CadenceParameters())[0] == 0
