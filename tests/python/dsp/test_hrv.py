"""Variability and irregularity of intervals, against float64 NumPy and cases worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from float_signals import assert_within
from motekit.dsp.hrv import IRREGULARITY, irregularity, valid_intervals, variability

GAP, EMPTY, NONFINITE, RANGE = 4, 16, 1, 32


def sinus(n: int = 120, mean: float = 0.85, seed: int = 1) -> np.ndarray:
    """Intervals of a healthy rhythm: breathing, a slow wave and noise."""
    rng = np.random.default_rng(seed)
    time = np.arange(n) * mean
    slow = 0.03 * np.sin(2 * np.pi * 0.25 * time) + 0.02 * np.sin(2 * np.pi * 0.1 * time)
    return (mean + slow + rng.normal(0, 0.008, n)).astype(np.float32)


def fibrillation(n: int = 60, seed: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).gamma(16, 0.65 / 16, n).clip(0.32, 1.6).astype(np.float32)


def oracle(rr: np.ndarray, valid: np.ndarray) -> dict[str, float]:
    """The definitions, in float64, one by one."""
    rr = rr.astype(float)
    kept = rr[valid]
    pairs = np.array([(a, b) for a, b, u, v in zip(rr, rr[1:], valid, valid[1:], strict=False) if u and v])
    change, level = pairs[:, 1] - pairs[:, 0], pairs[:, 1] + pairs[:, 0]
    return {
        "mean_rr": kept.mean(),
        "sdnn": kept.std(ddof=1),
        "rmssd": np.sqrt((change**2).mean()),
        "pnn50": (np.abs(change) > np.float32(0.05)).mean(),
        "sd1": np.std(change / np.sqrt(2), ddof=1),
        "sd2": np.std(level / np.sqrt(2), ddof=1),
    }


@given(st.integers(0, 10**6), st.integers(8, 300), st.floats(0.001, 0.3), st.floats(0.35, 1.9))
def test_equals_the_definitions(seed, n, spread, mean):
    rng = np.random.default_rng(seed)
    rr = (mean * (1 + rng.normal(0, spread, n))).astype(np.float32)
    valid = rng.random(n) < 0.9
    found = variability(rr, valid)
    if found.quality & EMPTY:
        assert found.intervals < 2 or found.pairs < 3
        return
    for name, expected in oracle(rr, valid).items():
        # deviations are differences of intervals: float32's steps of the interval bound their error
        assert abs(getattr(found, name) - expected) <= 1e-5 * max(abs(expected), mean * 0.05), name
    assert found.intervals == valid.sum()
    assert bool(found.quality & GAP) == (not valid.all())


def test_a_case_worked_by_hand():
    # changes +100, -100, +20, +40 ms: RMSSD sqrt((10000 + 10000 + 400 + 1600) / 4) = 74.16 ms; two of four above 50
    found = variability(np.array([0.80, 0.90, 0.80, 0.82, 0.86]))
    assert_within(
        [found.mean_rr, found.rmssd, found.pnn50, found.sdnn], [0.836, 0.0741620, 0.5, 0.0433590], "hand", 2e-6
    )
    # mean change 15 ms, so SD1 is sqrt((22000 - 4 * 225) / 3 / 2) = 59.30 ms
    assert_within([found.sd1], [0.0593014], "SD1", 2e-6)


def test_steady_and_alternating_rhythms():
    steady = variability(np.full(20, 0.75))
    assert (steady.sdnn, steady.rmssd, steady.pnn50, steady.sd1, steady.sd2) == (0, 0, 0, 0, 0)
    alternating = variability(np.tile([0.75, 0.875], 10))
    assert alternating.rmssd == 0.125 and alternating.pnn50 == 1
    assert alternating.sd2 < 1e-6 < alternating.sd1


def test_a_missed_and_an_extra_beat_are_left_out():
    clean = sinus()
    rr = clean.copy()
    missed = np.concatenate([rr[:40], [rr[40] + rr[41]], rr[42:]])
    assert np.flatnonzero(~valid_intervals(missed)).tolist() == [40]
    extra = np.concatenate([rr[:60], [0.35 * rr[60], 0.65 * rr[60]], rr[61:]])
    assert np.flatnonzero(~valid_intervals(extra)).tolist() == [60, 61]
    reference = variability(clean)
    for damaged in (missed, extra):
        found = variability(damaged)
        assert found.quality == GAP
        assert abs(found.rmssd - reference.rmssd) < 0.1 * reference.rmssd
        assert variability(damaged, np.ones(len(damaged), bool)).rmssd > 2 * reference.rmssd


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, 0.0, 0.29, 2.01])
def test_what_is_no_interval_never_counts(value):
    rr = sinus()
    rr[50] = value
    assert np.flatnonzero(~valid_intervals(rr)).tolist() == [50]
    found = variability(rr)
    assert found.intervals == len(rr) - 1 and np.isfinite(found.sd2)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_too_few_are_said_to_be(n):
    found = variability(np.full(n, 0.8))
    assert found.quality == EMPTY and found.rmssd == 0


def irregularity_oracle(rr: np.ndarray) -> np.ndarray:
    rr = rr.astype(np.float32)
    change = np.diff(rr)  # float32, as the thresholds are compared
    median = np.median(rr)
    small, signs = np.abs(change) < np.float32(0.08) * median, np.sign(change)
    return np.array(
        [
            np.sqrt(np.quantile(np.abs(change).astype(float), 0.25) / median),
            np.mean(np.abs(change) > np.float32(0.1) * median),
            np.mean(small[1:] & small[:-1]),
            np.mean(signs[1:] * signs[:-1] < 0),
            rr.astype(float).mean(),
        ]
    )


@given(st.integers(0, 10**6), st.integers(6, 200), st.floats(0.0, 0.5))
def test_irregularity_equals_its_definition(seed, n, spread):
    rng = np.random.default_rng(seed)
    rr = (0.7 * np.exp(rng.normal(0, spread, n))).astype(np.float32)
    values, quality = irregularity(rr)
    assert quality == 0
    assert_within(values, irregularity_oracle(rr))


def test_fibrillation_stands_apart_from_ectopic_beats():
    ectopic = sinus()
    ectopic[10::9] *= 0.7
    ectopic[11::9] *= 1.3
    named = {
        name: dict(zip(IRREGULARITY, irregularity(rr)[0], strict=True))
        for name, rr in {"sinus": sinus(), "ectopic": ectopic, "fibrillation": fibrillation()}.items()
    }
    assert named["fibrillation"]["quarter"] > 2 * max(named["sinus"]["quarter"], named["ectopic"]["quarter"])
    assert named["fibrillation"]["origin"] < 0.3 < 0.5 < named["ectopic"]["origin"] < named["sinus"]["origin"]


@pytest.mark.parametrize(
    ("rr", "flag"),
    [
        (np.full(5, 0.8), EMPTY),
        (np.full(1025, 0.8), RANGE),
        (np.zeros(30), RANGE),
        (-sinus(), RANGE),
        (np.where(np.arange(30) == 7, np.nan, 0.8), NONFINITE),
        (np.full(30, np.inf), NONFINITE),
    ],
)
def test_irregularity_of_what_is_no_rhythm(rr, flag):
    values, quality = irregularity(rr)
    assert quality == flag and not values.any()
