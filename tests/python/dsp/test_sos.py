import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from float_signals import assert_same_bits, assert_within, broken, finite, ppg
from motekit.dsp.sos import Sos
from motekit.errors import ConfigError
from signals import chunkings, split

DESIGNS = [
    ("bandpass", (0.5, 8.0), 4, 125.0),
    ("bandpass", (0.4, 4.0), 2, 125.0),
    ("lowpass", 3.0, 3, 50.0),
    ("highpass", 0.5, 2, 50.0),
    ("bandpass", (2000.0, 5000.0), 4, 12000.0),
    ("bandstop", (48.0, 52.0), 2, 500.0),
    ("lowpass", 100.0, 8, 1000.0),
    ("lowpass", 10.0, 1, 100.0),
]


@pytest.mark.parametrize("design", DESIGNS, ids=str)
def test_agrees_with_scipy(design):
    block = Sos(*design)
    # poles close to 1 amplify the rounding of each step: a sixtieth of the rate costs two bits
    tolerance = 1e-5 if min(np.atleast_1d(design[1])) > design[3] / 60 else 4e-5
    for name, signal in finite(1500).items():
        expected = scipy.signal.sosfilt(block.sections, signal.astype(float))
        assert_within(block.process(signal), expected, name, tolerance)


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from(DESIGNS))
def test_any_split_of_the_stream_gives_the_same_bits(data, design):
    signal, block = ppg(200), Sos(*design)
    whole = block.process(signal)
    block.reset()
    parts = [block.push(part) for part in split(signal, data.draw(chunkings(len(signal))))]
    assert_same_bits(np.concatenate(parts), whole)


def test_nan_stays_until_reset():
    block = Sos("lowpass", 3.0, 3, 50.0)
    for signal in broken(100).values():
        assert not np.isfinite(block.process(signal)[51:]).any()
    assert np.isfinite(block.process(np.ones(100))).all()


def test_any_design_of_scipy_is_taken():
    b, a = scipy.signal.iirnotch(50, 30, fs=500)
    block = Sos.from_sections(scipy.signal.tf2sos(b, a), 500)
    signal = ppg(500)
    assert_within(block.process(signal), scipy.signal.sosfilt(block.sections, signal.astype(float)))


def test_group_delay_of_a_tone():
    block = Sos("lowpass", 5.0, 2, 1000.0)
    time = np.arange(4000) / 1000
    tone = block.process(np.sin(2 * np.pi * 1.0 * time))
    crossing = np.flatnonzero((tone[:-1] < 0) & (tone[1:] >= 0))[-1] / 1000
    assert crossing % 1 == pytest.approx(block.group_delay_s(1.0), abs=0.003)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bandpass", (8.0, 0.5), 4, 125), "rise"),
        (("lowpass", 70.0, 4, 125), "62.5 Hz"),
        (("lowpass", 3.0, 9, 125), "order 9"),
        (("notch", 3.0, 2, 125), "unknown"),
        (("bandpass", 3.0, 2, 125), "2 cut-off"),
    ],
)
def test_wrong_parameters_are_refused(arguments, message):
    with pytest.raises(ConfigError, match=message):
        Sos(*arguments)


def test_the_hash_follows_the_design():
    assert len({Sos(*design).digest() for design in DESIGNS}) == len(DESIGNS)
