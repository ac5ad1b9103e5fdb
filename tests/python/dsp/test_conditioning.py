import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from float_signals import assert_close, assert_same_bits, assert_within, broken, finite, ppg, sensible
from motekit.dsp import conditioning as c
from motekit.errors import ConfigError
from signals import chunkings, split


def streams():
    return {
        "dc": c.DcBlock(0.5, 50.0),
        "median": c.Median(5),
        "hampel": c.Median(9, 3.0),
        "normalise": c.Normalise(0.02, 0.01),
        "gravity": c.Gravity(1, 0.3, 50.0),
    }


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(list(streams())))
def test_any_split_of_the_stream_gives_the_same_bits(data, name):
    signal, block = ppg(120), streams()[name]
    if name == "gravity":
        signal = signal[:, None]
    whole = block.process(signal)
    block.reset()
    parts = [block.push(part) for part in split(signal, data.draw(chunkings(len(signal))))]
    assert_same_bits(np.concatenate(parts), whole)


def test_dc_blocker_agrees_with_scipy():
    block = c.DcBlock(0.5, 50.0)
    for name, signal in finite(1000).items():
        exact = signal.astype(float)
        expected = scipy.signal.lfilter([1, -1], [1, -block.r], exact - exact[0])
        assert_close(block.process(signal), expected, np.abs(exact).max(), name)


@pytest.mark.parametrize("width", [3, 5, 9, 63])
def test_median_agrees_with_scipy(width):
    for signal in finite(400).values():
        padded = np.concatenate([np.full(width, signal[0]), signal])
        expected = scipy.signal.medfilt(padded.astype(float), width)[width - width // 2 : -(width // 2)]
        assert_same_bits(c.Median(width).process(signal)[: len(expected)], expected.astype(np.float32)[: len(signal)])


def hampel(signal, width, threshold):
    padded = np.concatenate([np.full(width - 1, signal[0]), signal]).astype(float)
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    median = np.median(windows, axis=1)
    deviation = 1.4826 * np.median(np.abs(windows - median[:, None]), axis=1)
    centre = windows[:, width // 2]
    return np.where(np.abs(centre - median) <= threshold * deviation, centre, median)


def test_hampel_agrees_with_numpy_and_counts():
    for name, signal in sensible(400).items():
        spiked = signal.copy()
        spiked[[50, 51, 200]] += 50 * np.ptp(signal)
        block = c.Median(9, 3.0)
        expected = hampel(spiked, 9, 3.0)
        assert_within(block.process(spiked), expected, name)
        assert 3 <= block.replaced < 150


def test_median_takes_nan_as_largest_and_hampel_replaces_it():
    signal = broken(100)["one NaN"]
    assert np.isfinite(c.Median(5).process(signal)).all()
    assert np.isfinite(c.Median(5, 3.0).process(signal)).all()
    assert np.isnan(c.Median(5).process(broken(100)["all NaN"])).all()


def test_detrend_and_line_agree_with_scipy():
    for length in (1, 2, 3, 125, 2000):
        for name, signal in finite(length).items():
            exact = signal.astype(float)
            expected = scipy.signal.detrend(exact) if length > 1 else np.zeros(1)
            size = np.abs(exact).max()
            assert_close(c.detrend(signal), expected, size, name)
            if length > 1:
                slope, level = c.line(signal)
                fitted = np.polyfit(np.arange(length) - (length - 1) / 2, exact, 1)
                assert_close([slope * length, level], [fitted[0] * length, fitted[1]], size, name)


def test_short_gaps_are_filled_and_long_ones_flagged():
    time = np.arange(20, dtype=np.float32)
    gaps = time.copy()
    gaps[[0, 5, 6, 19]] = np.nan
    filled, quality = c.fill(gaps, 2)
    assert quality == 4
    expected = np.interp(time, time[np.isfinite(gaps)], gaps[np.isfinite(gaps)])
    np.testing.assert_allclose(filled, expected, rtol=1e-6)
    gaps[10:13] = np.nan
    filled, quality = c.fill(gaps, 2)
    assert quality == 5 and np.isnan(filled[10:13]).all() and np.isfinite(filled[:10]).all()
    assert c.fill(np.full(5, np.nan), 2)[1] == 4 | 16 | 1
    assert c.fill(np.ones(5), 2)[1] == 0
    assert c.fill(np.array([1, np.nan, np.inf]), 2)[1] == 5


def test_units_and_saturation():
    counts = np.array([-32768, -100, 0, 100, 32767], np.int16)
    got, quality = c.scale(counts, 12.5, 0.0392266, -32768, 32767)
    assert quality == 2
    assert_within(got, (counts - 12.5) * np.float64(np.float32(0.0392266)))
    assert c.scale(counts[1:4], 0, 1)[1] == 0
    with pytest.raises(ConfigError):
        c.scale(counts, 0, np.nan)


def test_magnitude_and_correlation_agree_with_numpy():
    signals = finite(300)
    for first in signals.values():
        for second in signals.values():
            frames = np.stack([first, second, first + 1], axis=1)
            assert_within(c.magnitude(frames), np.linalg.norm(frames.astype(float), axis=1))
            got, quality = c.correlation(frames, 0, 1)
            if quality == 8:
                assert got == 0 and (np.ptp(first) < 1e-18 or np.ptp(second) < 1e-18)
            else:
                assert abs(got - np.corrcoef(frames.astype(float).T)[0, 1]) < 1e-5
    frames = np.stack([broken(50)["one NaN"], ppg(50)], axis=1)
    assert np.isnan(c.correlation(frames, 0, 1)[0]) and c.correlation(frames, 0, 1)[1] == 1
    assert np.isnan(c.magnitude(frames)).sum() == 1


def test_gravity_agrees_with_scipy():
    block = c.Gravity(3, 0.3, 50.0)
    frames = np.stack([ppg(300, seed=s) for s in range(3)], axis=1)
    exact = frames.astype(float)
    estimate = scipy.signal.lfilter([block.share], [1, block.share - 1], exact - exact[0], axis=0) + exact[0]
    assert_close(block.process(frames), exact - estimate, np.abs(exact).max())
    assert_within(block.gravity, estimate[-1])


def test_running_normalisation_agrees_with_float64():
    block = c.Normalise(0.02, 0.01)
    for name, signal in sensible(500).items():
        mean, variance, expected = float(signal[0]), block.floor**2, []
        for x in signal.astype(float):
            step = block.share * (x - mean)
            variance = (1 - block.share) * (variance + (x - mean) * step)
            mean += step
            expected.append((x - mean) / max(np.sqrt(variance), block.floor))
        assert_within(block.process(signal), expected, name)
    assert (block.process(np.full(50, 7.0)) == 0).all()


def test_window_normalisation_agrees_with_numpy():
    block = c.Normalise(0.02, 1e-3)
    for name, signal in sensible(250).items():
        exact = signal.astype(float)
        got, quality = block.window(signal)
        assert_within(got, (exact - exact.mean()) / max(exact.std(), 1e-3), name)
        assert quality == 0
    assert block.window(np.full(9, 4.0))[1] == 8
    assert block.window(broken(90)["one NaN"])[1] == 1


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 30), st.integers(1, 3))
def test_windows_do_not_depend_on_the_split(data, length, channels):
    hop = data.draw(st.integers(1, length))
    stream = ppg(100 * channels).reshape(100, channels)
    block = c.Frames(length, hop, channels)
    got = [window for part in split(stream, data.draw(chunkings(100))) for window, _ in block.push(part)]
    expected = [stream[i : i + length] for i in range(0, 100 - length + 1, hop)]
    assert len(got) == len(expected)
    for one, other in zip(got, expected, strict=True):
        assert_same_bits(one, other)


def test_windows_carry_their_quality():
    block = c.Frames(10, 10, low=-1.0, high=1.0)
    stream = np.sin(np.arange(60)).astype(np.float32) * 0.9
    stream[15], stream[25], stream[30:40], stream[45] = np.nan, 1.0, 0.5, np.inf
    assert [quality for _, quality in block.push(stream)] == [0, 5, 2, 8, 3, 0]
    block.reset()
    block.gap(3)
    windows = list(block.push(stream[:7]))
    assert windows[0][1] == 5 and np.isnan(windows[0][0][:3]).all()


def test_wrong_parameters_are_refused():
    for make in (
        lambda: c.Median(4),
        lambda: c.Median(65),
        lambda: c.Median(5, -1.0),
        lambda: c.DcBlock(20.0, 50.0),
        lambda: c.Normalise(2.0, 1.0),
        lambda: c.Normalise(0.5, 0.0),
        lambda: c.Gravity(9, 1.0, 50.0),
        lambda: c.Frames(10, 11),
        lambda: c.Frames(10, 5, low=1.0, high=0.0),
    ):
        with pytest.raises(ConfigError):
            make()
