"""What a wrist does now: against NumPy in float64, however the watch is worn, and any signal."""

import numpy as np
import pytest

from float_signals import broken, finite
from motekit.datasets.synthetic import motion
from motekit.dsp.recent import LENGTH, NAMES, recent
from motekit.errors import ConfigError

TILTED = motion.Wearing("right", 30, 10, 50)


def worn(label: str, wearing: motion.Wearing = TILTED, seed: int = 0) -> np.ndarray:
    moved = motion.make([(label, 8)], 20, np.random.default_rng(seed), motion.Person(wearing=wearing))
    return (moved.acceleration[40 : 40 + LENGTH] / motion.GRAVITY).astype(np.float32)


def expected(window: np.ndarray) -> dict[str, float]:
    """What dsp_recent.h says, in float64."""
    x = window.astype(float)
    before, now = x[:40], x[40:]
    a, b = before.mean(0), now.mean(0)
    log = lambda v: np.log(v + 1e-3)  # noqa: E731
    magnitude, radial = np.linalg.norm(now, axis=1), np.linalg.norm(now[:, 1:], axis=1)
    out = {
        "now_along": b[0] * (-1 if x[:, 0].mean() < 0 else 1),
        "now_across": np.hypot(b[1], b[2]),
        "now_magnitude": magnitude.mean(),
        "now_plane_deviation": log(np.sqrt(now[:, 1].var() + now[:, 2].var())),
        "now_plane_change": log(np.linalg.norm(np.diff(now[:, 1:], axis=0), axis=1).mean()),
        "now_turned": a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-3),
    }
    for name, track in (("along", now[:, 0]), ("magnitude", magnitude), ("radial", radial)):
        out[f"now_{name}_deviation"] = log(track.std())
        out[f"now_{name}_change"] = log(np.abs(np.diff(track)).mean())
    return out


@pytest.mark.parametrize("label", motion.ACTIVITIES)
def test_agrees_with_numpy(label):
    for seed in range(3):
        window = worn(label, seed=seed)
        want = expected(window)
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
