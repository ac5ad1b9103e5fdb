import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from float_signals import assert_same_bits, assert_within, broken, finite, ppg
from motekit.dsp.resample import Fir, Resampler
from motekit.errors import ConfigError
from signals import chunkings, split

RATES = [(125, 25), (125, 50), (50, 125), (100, 125), (48000, 16000), (16000, 48000), (64, 25), (50, 50)]


def expected(block, signal):
    outputs = -(-len(signal) * block.up // block.down)
    return scipy.signal.upfirdn(block.taps, signal.astype(float), block.up, block.down)[:outputs]


@pytest.mark.parametrize("rates", RATES, ids=str)
def test_resampling_agrees_with_scipy(rates):
    block = Resampler(*rates)
    for name, signal in finite(700).items():
        assert_within(block.process(signal), expected(block, signal), name)


def test_filtering_agrees_with_scipy():
    block = Fir(scipy.signal.firwin(65, 0.2))
    for name, signal in finite(500).items():
        assert_within(block.process(signal), scipy.signal.lfilter(block.taps, 1, signal.astype(float)), name)


def test_a_slow_tone_keeps_its_phase_but_for_the_stated_delay():
    block = Resampler(100, 125)
    time = np.arange(1000) / 100
    got = block.process(np.sin(2 * np.pi * 2 * time))
    later = np.arange(len(got)) / 125 - block.delay / 100
    np.testing.assert_allclose(got[100:], np.sin(2 * np.pi * 2 * later)[100:], atol=0.01)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(RATES))
def test_any_split_of_the_stream_gives_the_same_bits(data, rates):
    signal, block = ppg(150), Resampler(*rates, half_length=3)
    whole = block.process(signal)
    block.reset()
    parts = [block.push(part) for part in split(signal, data.draw(chunkings(len(signal))))]
    assert_same_bits(np.concatenate(parts), whole)


def test_nan_leaves_with_the_filter():
    block = Fir(np.ones(5) / 5)
    got = block.process(broken(100)["one NaN"])
    assert np.flatnonzero(np.isnan(got)).tolist() == [50, 51, 52, 53, 54]


def test_wrong_parameters_are_refused():
    with pytest.raises(ConfigError, match="rounder"):
        Resampler(44100, 16001)
    with pytest.raises(ConfigError, match="up 0"):
        Fir([1.0], up=0)
    with pytest.raises(ConfigError, match="finite"):
        Fir([np.nan])
