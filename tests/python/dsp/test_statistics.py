import numpy as np
import pytest
import scipy.stats

from float_signals import TOLERANCE, assert_same_bits, assert_within, broken, finite, sensible
from motekit.core import lib
from motekit.dsp.floats import fp
from motekit.dsp.statistics import (
    MOMENTS,
    Statistics,
    autocorrelation,
    crossings,
    differences,
    first_peak,
    histogram,
    quantiles,
    sample_entropy,
)
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


@pytest.mark.parametrize("level", [0.0, 1500.0, None])
def test_crossings_agree_with_numpy(level):
    for name, signal in sensible(500).items():
        below = signal < (np.float32(lib.mk_mean(fp(signal), 500)) if level is None else level)
        assert crossings(signal, level) == np.count_nonzero(np.diff(below)), name


def test_differences_agree_with_numpy():
    for length in (2, 33, 500):
        for name, signal in finite(length).items():
            steps = np.diff(signal.astype(float)) * 50
            expected = [np.abs(steps).mean(), np.sqrt(np.mean(steps**2))]
            if name != "denormal":
                assert_within(differences(signal, 50.0), expected, name)
    assert differences(np.ones(1)) == (0, 0)


@pytest.mark.parametrize("length", [1, 2, 3, 100, 1001])
def test_quantiles_agree_with_numpy(length):
    shares = (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)
    for name, signal in finite(length).items():
        assert_within(quantiles(signal, shares), np.quantile(signal.astype(float), shares), name)
    assert np.isnan(quantiles(broken(100)["one NaN"], shares)).all()
    with pytest.raises(ConfigError):
        quantiles(np.ones(3), (1.5,))


def test_sorting_puts_nan_last():
    signal = np.random.default_rng(1).normal(size=500).astype(np.float32)
    signal[::7] = np.nan
    ordered = signal.copy()
    lib.mk_sort(fp(ordered), len(ordered))
    assert_same_bits(ordered, np.sort(signal))


def test_autocorrelation_agrees_with_numpy():
    for name, signal in finite(600).items():
        r, quality = autocorrelation(signal, 200)
        x = signal.astype(float) - signal.astype(float).mean()
        if quality == 8:
            assert (r == 0).all() and np.square(x).sum() < 1e-37
            continue
        full = np.correlate(x, x, "full")[599:799]
        assert_within(r, full / full[0], name)
    assert np.isnan(autocorrelation(broken(100)["one NaN"], 9)[0]).all()
    with pytest.raises(ConfigError):
        autocorrelation(np.ones(5), 6)


def test_the_first_peak_is_the_period():
    time = np.arange(400)
    for period in (17.3, 31.0, 60.9):
        r, _ = autocorrelation(np.sin(2 * np.pi * time / period) + 0.2 * np.sin(4 * np.pi * time / period), 200)
        lag, height = first_peak(r)
        assert lag == pytest.approx(period, rel=0.01) and 0.7 < height < 1
    assert first_peak(np.linspace(1, 0, 50)) == (0, 0)


def test_histogram_agrees_with_numpy():
    for name, signal in sensible(1000).items():
        low, high = float(np.quantile(signal, 0.1)), float(np.quantile(signal, 0.9))
        got, quality = histogram(signal, 13, low, high)
        expected = np.histogram(signal.astype(float), 13, (low, high))[0] / 1000
        # a sample within a rounding of an edge may fall on either side
        assert np.abs(got - expected).sum() <= 0.004, name
        assert quality == (32 if ((signal < low) | (signal > high)).any() else 0)
    assert histogram(broken(100)["one NaN"], 4, 0, 5000)[1] == 1
    with pytest.raises(ConfigError):
        histogram(np.ones(3), 0, 0, 1)


def entropy_oracle(x, m, radius):
    def alike(length):
        runs = np.array([x[i : i + length] for i in range(len(x) - m)])
        distance = np.abs(runs[:, None] - runs[None]).max(axis=2)
        return (np.count_nonzero(distance <= radius) - len(runs)) / 2

    return -np.log(alike(m + 1) / alike(m))


@pytest.mark.parametrize("m", [1, 2, 3])
def test_sample_entropy_agrees_with_its_definition(m):
    for name in ("random", "ppg", "vibration", "uniform"):
        signal = sensible(300)[name]
        radius = float(np.float32(0.2 * signal.std()))
        got, quality = sample_entropy(signal, m, radius)
        assert got == pytest.approx(entropy_oracle(signal.astype(np.float32), m, np.float32(radius)), abs=1e-5)
        assert quality == 0
    assert sample_entropy(np.arange(50), 2, 0.1) == (0, 16)
    assert sample_entropy(broken(50)["one NaN"], 2, 0.1)[1] == 1
