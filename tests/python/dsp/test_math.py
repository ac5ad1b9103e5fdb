import numpy as np
import pytest

from motekit.core import lib

RNG = np.random.default_rng(1)


def each(function, *values):
    return np.array([function(*map(float, row)) for row in zip(*values, strict=True)])


def test_logarithm():
    x = np.exp(RNG.uniform(-87, 88, 20000)).astype(np.float32)
    x = np.concatenate([x, np.linspace(0.5, 2, 20001, dtype=np.float32)])
    exact = np.log(x.astype(float))
    assert (np.abs(each(lib.mk_ln, x) - exact) / np.maximum(np.abs(exact), 1)).max() < 1.5e-7
    assert lib.mk_ln(1.0) == 0
    # the relative error stays small where the logarithm itself is
    near = (1 + np.linspace(-1e-3, 1e-3, 999)).astype(np.float32)
    near = near[near != 1]
    assert (np.abs(each(lib.mk_ln, near) / np.log(near.astype(float)) - 1)).max() < 3e-7


def test_exponential():
    x = RNG.uniform(-87.3, 88.7, 40000).astype(np.float32)
    assert np.abs(each(lib.mk_exp, x) / np.exp(x.astype(float)) - 1).max() < 3e-7
    assert lib.mk_exp(0.0) == 1
    assert lib.mk_exp(-88.0) == 0
    assert lib.mk_exp(89.0) == np.inf


@pytest.mark.parametrize("limit", [4, 8192])
def test_sine_and_cosine(limit):
    x = RNG.uniform(-limit, limit, 40000).astype(np.float32)
    assert np.abs(each(lib.mk_sin, x) - np.sin(x.astype(float))).max() < 2e-7
    assert np.abs(each(lib.mk_cos, x) - np.cos(x.astype(float))).max() < 2e-7


def test_angle():
    y, x = RNG.normal(0, 1, (2, 40000)).astype(np.float32)
    assert np.abs(each(lib.mk_atan2, y, x) - np.arctan2(y.astype(float), x.astype(float))).max() < 3e-7
    for y, x, angle in [(0, 1, 0), (1, 0, np.pi / 2), (0, -1, np.pi), (-1, 0, -np.pi / 2), (0, 0, 0)]:
        assert lib.mk_atan2(y, x) == pytest.approx(angle, abs=2e-7)


def test_limits_and_nan():
    floor = np.log(np.finfo(np.float32).tiny)
    assert lib.mk_ln(0.0) == pytest.approx(floor)
    assert lib.mk_ln(1e-40) == pytest.approx(floor)
    assert lib.mk_ln(np.inf) == np.inf
    for value in (
        lib.mk_ln(-1.0),
        lib.mk_ln(np.nan),
        lib.mk_exp(np.nan),
        lib.mk_sin(np.nan),
        lib.mk_cos(np.inf),
    ):
        assert np.isnan(value)
    assert np.isnan(lib.mk_atan2(np.nan, 1.0)) and np.isnan(lib.mk_atan2(1.0, np.nan))
