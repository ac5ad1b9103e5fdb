"""A sensor's channel against what its header promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from motekit.dsp.channel import MISSING, Channel
from motekit.dsp.floats import quality_names
from motekit.errors import ConfigError

COUNTS = hnp.arrays(np.int16, st.integers(0, 300), elements=st.sampled_from([MISSING, -100, 0, 1, 2, 100]))


@given(COUNTS, st.lists(st.integers(1, 40), max_size=20))
def test_any_split_gives_the_same(counts, lengths):
    whole, parts = Channel(0.5, low=-100, high=100, stuck=5), Channel(0.5, low=-100, high=100, stuck=5)
    expected = whole.push(counts)
    cuts = np.cumsum(lengths, dtype=int)
    found = [parts.push(part) for part in np.split(counts, cuts[cuts < len(counts)])]
    np.testing.assert_array_equal(np.concatenate(found), expected)
    assert parts.quality() == whole.quality()


@given(COUNTS)
def test_missing_samples_hold_the_last(counts):
    found, last = Channel(2.0).push(counts), 0.0
    for count, value in zip(counts, found, strict=True):
        last = last if count == MISSING else 2.0 * count
        assert value == last


def flags(counts) -> list[str]:
    channel = Channel(1.0, low=-1000, high=1000, stuck=20)
    channel.push(np.array(counts))
    return quality_names(channel.quality())


def test_faults_have_names():
    moving = np.arange(100) % 7
    assert flags(moving) == []
    assert flags(np.full(100, MISSING)) == ["gap", "empty"]
    assert flags(np.where(np.arange(100) % 8 == 0, MISSING, moving)) == ["gap"]
    assert flags(np.where(np.arange(100) % 11 == 0, MISSING, moving)) == []
    assert flags(np.where(np.arange(100) < 20, MISSING, moving)) == ["gap"]
    assert flags(np.where(np.arange(100) < 20, 5, moving)) == ["flat"]
    assert flags(np.where(np.arange(100) < 19, 6, moving)) == []
    assert flags(np.where(np.arange(100) % 10 == 0, 1000, moving)) == ["saturated"]
    assert flags(np.full(100, -1000)) == ["saturated"]
    assert flags([]) == ["empty"]


def test_quality_starts_anew_when_asked():
    channel = Channel(1.0, stuck=10)
    channel.push(np.full(30, MISSING))
    assert channel.quality()
    channel.push(np.arange(30))
    assert not channel.quality()


@pytest.mark.parametrize("bad", [{"scale": 0.0}, {"scale": float("nan")}, {"scale": 1.0, "low": 5, "high": 5}])
def test_refuses_what_makes_no_sense(bad):
    with pytest.raises(ConfigError):
        Channel(**bad)
