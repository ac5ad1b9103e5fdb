"""Forecast features beside the same in floating point, and what they must survive."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.accuracy.moisture import LARGEST, SIGNED, account, weather
from motekit.core import lib
from motekit.data.series import DAY_S, Series
from motekit.dsp.moisture import COLUMNS, MISSING, NAMES, Moisture, days_of
from motekit.errors import ConfigError


@pytest.mark.parametrize("gaps", [0.0, 0.15])
def test_agrees_with_floating_point(gaps):
    days = weather(800, gaps=gaps)
    got, expected = Moisture().process(days) / 1024, account(days)
    assert got.shape == (800, len(NAMES)) == (800, lib.MK_MOISTURE_FEATURES)
    off = np.abs(got - expected)
    # the root of a difference of 0.0001 and less is coarse: there the squares agree
    small = np.abs(expected) < 0.5
    assert off[~small].max() < 0.02, [NAMES[i] for i in np.unique(np.nonzero((off >= 0.02) & ~small)[1])]
    assert np.abs(got * np.abs(got) - expected * np.abs(expected))[small].max() < 0.02
    assert np.abs(got).max() <= 4 and (np.abs(got).max(axis=0) > 0.2).all()


def test_missing_is_zero():
    blank = np.full((5, len(COLUMNS)), MISSING, np.int16)
    assert not Moisture().process(blank).any()
    block = Moisture()
    block.process(weather(50))
    after = dict(zip(NAMES, block.process(blank[:1])[0], strict=True))
    assert after["5cm_moisture"] == after["rain"] == after["t_max"] == after["sunshine"] == 0
    # what the days before left is still there
    assert after["5cm_change_1"] != 0 and after["wetness_20d"] != 0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.integers(0, 60))
def test_any_split_of_the_days_gives_the_same_bits(seed, cut):
    days = weather(60, seed, gaps=0.2)
    whole, block = Moisture().process(days), Moisture()
    np.testing.assert_array_equal(np.concatenate([block.process(days[:cut]), block.process(days[cut:])]), whole)


def test_extremes_stay_within_the_range():
    rng = np.random.default_rng(2)
    low = np.where(SIGNED, -LARGEST, 0)
    days = np.where(rng.random((400, len(COLUMNS))) < 0.5, low, LARGEST).astype(np.int16)
    out = Moisture().process(days)
    assert np.abs(out.astype(int)).max() == 4096


def test_values_beyond_their_range_are_refused_and_change_nothing():
    days = weather(3)
    for column, largest in enumerate(LARGEST):
        for value in (largest + 1, -largest - 1 if SIGNED[column] else -1):
            wrong = days[:1].copy()
            wrong[0, column] = value
            block = Moisture()
            block.process(days[1:2])
            with pytest.raises(ConfigError, match="day 0"):
                block.process(wrong)
            same = Moisture()
            same.process(days[1:2])
            np.testing.assert_array_equal(block.process(days[2:]), same.process(days[2:]))
    with pytest.raises(ConfigError, match="days_of"):
        Moisture().process(np.zeros((3, 4), np.int16))


def test_days_of_a_series():
    values = np.array([[0.2345, 12.34, 15.04], [np.nan, 0, np.nan]])
    channels = ("soil_moisture_5cm", "rain", "solar")
    series = Series("s", np.datetime64("2020-06-20"), DAY_S, channels, values, "s", "real", latitude=45.0)
    rows = days_of(series)
    assert rows[0].tolist()[:3] == [2345, MISSING, 123] and rows[0, 8] == 1504
    assert rows[1].tolist()[:3] == [MISSING, MISSING, 0] and rows[1, 8] == MISSING
    assert 4100 < rows[0, 9] < 4250
    unknown = Series("s", series.start, DAY_S, channels, values, "s", "real")
    assert days_of(unknown)[0, 9] == MISSING
