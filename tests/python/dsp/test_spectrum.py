import numpy as np
import pytest
import scipy.signal

from float_signals import assert_within, broken, finite
from motekit.dsp.spectrum import LENGTHS, FloatFft, PowerSpectrum
from motekit.errors import ConfigError


@pytest.mark.parametrize("length", LENGTHS)
def test_fft_agrees_with_numpy(length):
    fft = FloatFft(length)
    for name, signal in finite(length).items():
        assert_within(fft.process(signal), np.fft.rfft(signal.astype(float)), name, 1e-6)


@pytest.mark.parametrize("settings", [{}, {"window_name": None, "detrend": True}, {"fft_length": 256}], ids=str)
def test_density_agrees_with_scipy(settings):
    block = PowerSpectrum(125, scaling="density", rate_hz=50.0, **settings)
    for name, signal in finite(125).items():
        frequencies, expected = scipy.signal.periodogram(
            signal.astype(float),
            50.0,
            window=settings.get("window_name", "hann") or "boxcar",
            nfft=block.fft.length,
            detrend="constant" if settings.get("detrend") else False,
        )
        if name == "constant" and settings.get("detrend"):
            assert (block.process(signal) == 0).all()
            continue
        assert_within(block.process(signal), expected, name)
        np.testing.assert_allclose(block.frequencies, frequencies)


def test_log_is_the_logarithm_of_the_power():
    block = PowerSpectrum(128)
    for signal in finite(128).values():
        power = block.process(signal).astype(float)
        expected = np.log(np.maximum(power, np.finfo(np.float32).tiny))
        np.testing.assert_allclose(block.process_log(signal), expected, rtol=2e-7, atol=2e-7)


def test_nan_is_flagged_and_stays():
    block = PowerSpectrum(128)
    for signal in broken(128).values():
        assert np.isnan(block.process(signal)).any()
        assert block.quality == 1
    assert np.isfinite(block.process(np.ones(128))).all() and block.quality == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"frame_length": 0}, "frame_length 0"),
        ({"frame_length": 100, "fft_length": 100}, "power of two"),
        ({"frame_length": 200, "fft_length": 128}, "above fft_length"),
        ({"frame_length": 100, "window_name": "round"}, "round"),
        ({"frame_length": 100, "scaling": "loud"}, "loud"),
    ],
)
def test_wrong_parameters_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        PowerSpectrum(**settings)
