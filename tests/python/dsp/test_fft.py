import numpy as np
import pytest

from motekit.dsp.fft import RealFft
from motekit.errors import ConfigError
from signals import hostile

LENGTHS = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096]


@pytest.mark.parametrize("length", LENGTHS)
def test_agrees_with_numpy(length):
    for name, signal in hostile(length).items():
        data = signal.astype(np.int32) * 2**14
        expected = np.fft.rfft(data) / length
        error = np.abs(RealFft(length).process(data) - expected)
        # products lose their lower half: a few steps of 2^-31 full scale, whatever the signal
        assert error.max() < 12, (name, error.max())


@pytest.mark.parametrize("length", LENGTHS)
def test_full_scale_does_not_overflow(length):
    signs = np.random.default_rng(3).choice([-1, 1], length)
    for data in (np.full(length, 2**30), signs * 2**30):
        error = np.abs(RealFft(length).process(data) - np.fft.rfft(data) / length)
        assert error.max() < 12


def test_other_lengths_are_refused():
    with pytest.raises(ConfigError, match="480"):
        RealFft(480)
