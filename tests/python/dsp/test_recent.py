"""What a wrist does now: against NumPy in float64, however the watch is worn, and any signal."""

import numpy as np
import pytest

from float_signals import broken, finite
from motekit.accuracy.motion import recent_values, worn
from motekit.datasets.synthetic import motion
from motekit.dsp.recent import LENGTH, NAMES, recent
from motekit.errors import ConfigError


@pytest.mark.parametrize("label", motion.ACTIVITIES)
def test_agrees_with_numpy(label):
    for seed in range(3):
        window = worn(label, seed=seed)
        want = recent_values(window)
        assert set(want) == set(NAMES)
        np.testing.assert_allclose(recent(window), [want[name] for name in NAMES], rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("label", ["walking", "jogging", "sitting", "kicking"])
def test_neither_wrist_nor_turn_changes_a_value(label):
    window, turn = worn(label), np.radians(70)
    about = [[-1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]]
    np.testing.assert_allclose(recent(window @ np.float32(about).T), recent(window), rtol=1e-3, atol=1e-3)


def test_it_sees_the_new_half_alone():
    walk, rest = worn("walking"), np.tile(np.float32([0, 0, 1]), (LENGTH, 1))
    values = dict(zip(NAMES, recent(np.concatenate([walk[:40], rest[:40]])), strict=True))
    assert values["now_magnitude_deviation"] == pytest.approx(np.log(1e-3), abs=1e-3)
    assert values["now_across"] == pytest.approx(1.0, abs=1e-6)
    turned = dict(zip(NAMES, recent(np.concatenate([rest[:40], rest[:40][:, [1, 2, 0]]])), strict=True))
    assert turned["now_turned"] == pytest.approx(0.0, abs=1e-6) and values["now_turned"] < 0.9


def test_hostile_windows_give_numbers():
    for name, x in (finite(240) | broken(240)).items():
        window = np.asarray(x, np.float32)[:240].reshape(LENGTH, 3)
        window = np.clip(window, -16, 16) if np.isfinite(window).all() else window
        values = recent(window)
        assert np.isfinite(values).all(), name
        assert np.isfinite(window).all() or (values == 0).all(), name
    with pytest.raises(ConfigError, match="shape"):
        recent(np.zeros((LENGTH, 2), np.float32))
