import numpy as np
import pytest
import scipy.stats

from float_signals import TOLERANCE, broken, finite
from motekit.dsp.statistics import MOMENTS, Statistics
from motekit.errors import ConfigError


def oracle(signal: np.ndarray) -> dict[str, float]:
    x = signal.astype(np.float64)
    rms, peak, absolute = np.sqrt(np.mean(x**2)), np.abs(x).max(), np.abs(x).mean()
    flat = (x == x[0]).all()
    return {
        "mean": x.mean(),
        "variance": 0.0 if flat else x.var(),
        "rms": rms,
        "skewness": 0.0 if flat else scipy.stats.skew(x),
        "kurtosis": 0.0 if flat else scipy.stats.kurtosis(x),
        "minimum": x.min(),
        "maximum": x.max(),
        "peak_to_peak": np.ptp(x),
        "peak": peak,
        "mean_absolute": absolute,
        "crest_factor": peak / rms if rms else 0.0,
        "shape_factor": rms / absolute if rms else 0.0,
    }


@pytest.mark.parametrize("length", [1, 2, 31, 125, 6000])
def test_agrees_with_scipy(length):
    block = Statistics()
    for name, signal in finite(length).items():
        got, expected = dict(zip(MOMENTS, block.process(signal), strict=True)), oracle(signal)
        for value in MOMENTS:
            # a mean near 0 is as exact as the signal's own size; a ratio as 1
            size = expected["variance"] if value == "variance" else expected["rms"]
            if value in ("skewness", "kurtosis", "crest_factor", "shape_factor"):
                size = max(1.0, abs(expected[value]))
            assert abs(got[value] - expected[value]) <= TOLERANCE * size + 1.2e-38, (name, value)
        assert block.quality == (8 if (signal == signal[0]).all() else 0)


def test_an_offset_costs_no_digits():
    x = (1e6 + np.random.default_rng(2).normal(0, 10, 4000)).astype(np.float32)
    got = Statistics(("variance", "skewness", "kurtosis")).process(x)
    exact = x.astype(float)
    np.testing.assert_allclose(got, [exact.var(), scipy.stats.skew(exact), scipy.stats.kurtosis(exact)], atol=1e-4)


def test_nan_makes_all_values_nan_and_is_flagged():
    block = Statistics()
    for signal in broken(125).values():
        assert np.isnan(block.process(signal)).all()
        assert block.quality == 1
    assert (block.process(np.zeros(0)) == 0).all() and block.quality == 16


def test_unknown_names_are_refused():
    with pytest.raises(ConfigError, match="loudness"):
        Statistics(("loudness",))
