"""A wrist's motion in values: against NumPy in float64, however the watch is worn, and any signal."""

from itertools import pairwise

import numpy as np
import pytest

from float_signals import broken, finite
from motekit.datasets.synthetic import motion
from motekit.dsp.cadence import CadenceParameters, cadence
from motekit.dsp.gait import BANDS_HZ, LENGTH, NAMES, RATE_HZ, Gait
from motekit.errors import ConfigError

PLAIN = motion.Wearing()


def worn(label: str, wearing: motion.Wearing = PLAIN, seed: int = 0) -> np.ndarray:
    person = motion.Person(wearing=wearing)
    moved = motion.make([(label, 8)], RATE_HZ, np.random.default_rng(seed), person)
    return (moved.acceleration[40 : 40 + LENGTH] / motion.GRAVITY).astype(np.float32)


def expected(window: np.ndarray) -> dict[str, float]:
    """What dsp_gait.h says, in float64."""
    x = window.astype(float)
    mean = x.mean(0)
    d = x - mean
    along = d[:, 0] * (-1 if mean[0] < 0 else 1)
    norm, radial = np.linalg.norm(x, axis=1), np.linalg.norm(x[:, 1:], axis=1)
    log = lambda v: np.log(v + 1e-3)  # noqa: E731
    values = np.linalg.eigvalsh(np.cov(d[:, 1:].T, bias=True))
    radius = np.hypot(*mean[1:])
    unit = mean[1:] / (radius + 1e-3)
    down, sideways = d[:, 1:] @ unit, d[:, 1:] @ np.array([unit[1], -unit[0]])
    centred = norm - norm.mean()
    r = np.array([(centred[k:] * centred[:-k]).sum() for k in range(5, 31)])
    out = {
        "along": abs(mean[0]), "across": radius,
        "plane_less": log(np.sqrt(max(values[0], 0))), "plane_more": log(np.sqrt(values[1])),
        "plane_change": log(np.linalg.norm(np.diff(d[:, 1:], axis=0), axis=1).mean()),
        "down": log(down.std()), "sideways": log(sideways.std()),
        "down_with_along": (down * along).mean() / (down.std() * along.std() + 1e-3),
        "magnitude": norm.mean(), "radius": radial.mean(),
        "period_height": r.max() / ((centred**2).sum() + 1e-3), "period_s": 0.05 * (5 + r.argmax()),
    }  # fmt: skip
    for name, track in (("along", along), ("magnitude", centred), ("radial", radial - radial.mean())):
        s = track.std()
        out |= {
            f"{name}_deviation": log(s), f"{name}_change": log(np.abs(np.diff(track)).mean()),
            f"{name}_skewness": (track**3).mean() / (s**3 + 1e-4),
            f"{name}_kurtosis": (track**4).mean() / (s**4 + 1e-4),
            f"{name}_largest": log(track.max()), f"{name}_smallest": log(-track.min()),
        }  # fmt: skip
    window_of = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(LENGTH) / LENGTH)
    power = lambda s: np.abs(np.fft.rfft(s * window_of, 128)) ** 2  # noqa: E731
    hz = np.fft.rfftfreq(128, 1 / RATE_HZ)
    spectra = {
        "along": power(along), "plane": power(d[:, 1]) + power(d[:, 2]),
        "magnitude": power(centred), "radial": power(radial - radial.mean()),
    }  # fmt: skip
    for name, p in spectra.items():
        for k, (low, high) in enumerate(pairwise(BANDS_HZ)):
            out[f"{name}_band{k}"] = log(p[(hz >= low) & (hz < high)].sum())
        used = p[2:61] / (p[2:61].sum() + 1e-3)
        out[f"{name}_entropy"] = -(used * np.log(used + 1e-6)).sum()
        out[f"{name}_line_hz"] = hz[2 + used.argmax()]
        out[f"{name}_line_share"] = used.max()
    return out


@pytest.mark.parametrize("label", motion.ACTIVITIES)
def test_agrees_with_numpy(label):
    for seed in range(3):
        window = worn(label, motion.Wearing("right", 30, 10, 50), seed)
        want = expected(window)
        assert set(want) == set(NAMES)
        np.testing.assert_allclose(Gait().process(window), [want[name] for name in NAMES], rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("label", ["walking", "jogging", "sitting", "kicking"])
def test_neither_wrist_nor_turn_changes_a_value(label):
    window = worn(label)
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
        window = worn("sitting", seed=seed)
        deviation = float(np.linalg.norm(window, axis=1).std())
        assert cadence(Gait().spectrum(window), deviation, CadenceParameters())[0] == 0
