"""Anomaly detector: distance, learning that refuses, levels with hysteresis, drift; and the trend."""

import numpy as np
import pytest
import scipy.stats

from motekit.core import lib
from motekit.errors import ConfigError
from motekit.post.anomaly import Anomaly, Level, State, trend

DIMS = 5
FLOORS = np.full(DIMS, 0.3, np.float32)


def rows(n, seed=0, shift=0.0):
    rng = np.random.default_rng(seed)
    mix = np.random.default_rng(9).normal(size=(DIMS, DIMS))
    return (rng.normal(size=(n, DIMS)) @ mix + 4 + shift).astype(np.float32)


def learned(**options):
    found = Anomaly(FLOORS, learn_rows=300, check_rows=150, **options)
    assert found.learn()
    trace = found.push(rows(450))
    assert trace.state[-1] == State.WATCHING and trace.happened[-1] & lib.MK_ANOMALY_LEARNED
    return found


def test_normal_quantile():
    for p in (0.4, 0.1, 1e-3, 1e-6, 1e-12):
        assert lib.mk_normal_exceeded(p) == pytest.approx(scipy.stats.norm.isf(p), abs=5e-4)
    assert lib.mk_normal_exceeded(0.7) == 0


def test_score_is_mahalanobis_distance():
    found = learned(follow=0.0)
    taken, test = rows(450)[:300].astype(float), rows(40, seed=3)
    covariance = np.cov(taken.T) + np.diag(FLOORS.astype(float) ** 2)
    away = test - taken.mean(0)
    wanted = np.sqrt(np.einsum("ij,jk,ik->i", away, np.linalg.inv(covariance), away) / DIMS)
    np.testing.assert_allclose(found.push(test).score, wanted, rtol=2e-3)


def test_healthy_rows_stay_normal_and_a_shift_raises_warning_then_alarm():
    found = learned()
    assert not found.push(rows(3000, seed=4)).level.any()
    trace = found.push(rows(300, seed=5, shift=12.0))
    assert trace.level[-1] == Level.ALARM
    assert (trace.level[:5] == Level.NORMAL).all()  # one row is no alarm
    back = found.push(rows(600, seed=6))
    assert back.level[-1] == Level.NORMAL and back.level[0] == Level.ALARM


def test_hysteresis_does_not_chatter():
    """Wherever the score comes to lie, also right at a threshold, levels change a few times in 400 rows."""
    changes, levels = [], set()
    for shift in np.linspace(0.0, 8.0, 17):
        found = learned(follow=0.0)
        trace = found.push(rows(400, seed=11, shift=shift))
        changes.append(int((trace.happened & lib.MK_ANOMALY_LEVEL_CHANGED > 0).sum()))
        levels.add(int(trace.level[-1]))
    assert levels == {0, 1, 2} and max(changes) <= 4


def test_learning_is_refused_in_an_alarm_and_the_old_baseline_stays():
    found = learned()
    before = list(found.state.baseline.mean)
    found.push(rows(300, seed=5, shift=12.0))
    assert not found.learn()
    assert found.state.state == State.WATCHING and list(found.state.baseline.mean) == before


def test_learning_is_given_up_when_rows_are_not_sane():
    found = learned()
    before = list(found.state.baseline.mean)
    assert found.learn()
    trace = found.push(rows(200, seed=7, shift=3.0), np.zeros(200, bool))
    assert (trace.happened & lib.MK_ANOMALY_REFUSED).any()
    assert found.state.state == State.WATCHING and list(found.state.baseline.mean) == before


def test_unsteady_running_is_not_learned():
    found = Anomaly(FLOORS, learn_rows=300, check_rows=150)
    found.learn()
    trace = found.push(np.concatenate([rows(300), rows(150, seed=2, shift=40.0)]))
    assert trace.happened[-1] & lib.MK_ANOMALY_REFUSED and trace.state[-1] == State.UNLEARNED


def test_slow_drift_is_followed_but_not_for_ever():
    found = learned(follow=0.01, follow_most=2.0)
    floor_shift = np.float32(1.5 * 0.3)
    slow = rows(2000, seed=8) + np.linspace(0, floor_shift, 2000, dtype=np.float32)[:, None]
    assert not found.push(slow).level.any()
    assert np.allclose(list(found.state.drift)[:DIMS], floor_shift, atol=0.35)
    grown = rows(4000, seed=9) + np.linspace(floor_shift, 14, 4000, dtype=np.float32)[:, None]
    assert found.push(grown).level.max() == Level.ALARM
    assert np.abs(list(found.state.drift)).max() <= 2.0 * 0.3 + 1e-6


def test_a_smaller_budget_is_a_higher_threshold():
    loose, strict = learned(budget_per_day=10, least=0.0), learned(budget_per_day=0.01, least=0.0)
    assert strict.state.alarm_at > loose.state.alarm_at > loose.state.warning_at > loose.state.baseline.score_mean


def test_rows_that_are_not_finite_count_for_nothing():
    found = learned()
    bad = rows(50)
    bad[:, 2] = np.nan
    before = found.state.smoothed
    assert not found.push(bad).level.any() and found.state.smoothed == before


@pytest.mark.parametrize(
    "options", [{"budget_per_day": 0}, {"smoothing": 0}, {"learn_rows": 2}, {"row_s": 0}, {"follow": 1.0}]
)
def test_parameters_are_checked(options):
    with pytest.raises(ConfigError):
        Anomaly(FLOORS, **options)
    with pytest.raises(ConfigError):
        Anomaly(np.zeros(DIMS))


def test_trend_is_theil_and_sens():
    rng = np.random.default_rng(1)
    t = np.arange(30) * 10.0
    y = 1.0 + 0.004 * t + 0.05 * rng.normal(size=30)
    y[7] = 9.0  # an outlier
    slope, _, low, high = scipy.stats.theilslopes(y, t, 0.9)
    found = trend(t, y, 4.5)
    assert found.slope == pytest.approx(slope, rel=1e-4)
    # scipy takes whole ranks, we lie between them
    assert found.slope_low == pytest.approx(low, rel=0.05) and found.slope_high == pytest.approx(high, rel=0.05)
    assert found.rises and found.time_soonest < found.time_to < found.time_latest
    assert found.time_to == pytest.approx((4.5 - 1.0 - 0.004 * 290) / 0.004, rel=0.1)


def test_trend_interval_holds_what_it_says():
    rng = np.random.default_rng(2)
    t = np.arange(20.0)
    inside = 0
    for _ in range(400):
        found = trend(t, 0.1 * t + rng.normal(size=20), 100.0)
        inside += found.slope_low <= 0.1 <= found.slope_high
    assert 0.85 < inside / 400 < 0.96


def test_no_trend_has_no_time():
    t = np.arange(12.0)
    down = trend(t, 3 - 0.1 * t, 5.0)
    assert not down.rises and np.isinf(down.time_to)
    assert trend(t, 3 + 0.1 * t, 2.0).time_to == 0
    with pytest.raises(ConfigError):
        trend(t[:5], t[:5], 1.0)
    with pytest.raises(ConfigError):
        trend(t[::-1].copy(), t, 1.0)
