import numpy as np
import pytest
import pywt
import scipy.signal
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from float_signals import assert_close, assert_same_bits, assert_within, broken, finite, ppg, sensible, vibration
from motekit.dsp import spectral as s
from motekit.dsp.sos import Sos
from motekit.dsp.spectrum import PowerSpectrum
from motekit.errors import ConfigError
from signals import chunkings, split


@pytest.mark.parametrize("detrend", [False, True])
def test_mean_of_the_spectrogram_agrees_with_welch(detrend):
    block = s.Spectrogram(PowerSpectrum(128, window_name="hann", detrend=detrend, scaling="density", rate_hz=50.0), 64)
    for name, signal in finite(1000).items():
        rows = block.process(signal)
        _, expected = scipy.signal.welch(
            signal.astype(float), 50.0, "hann", 128, 64, detrend="constant" if detrend else False
        )
        assert rows.shape == (14, 65)
        if name == "constant" and detrend:
            assert (block.mean() == 0).all()
            continue
        assert_within(block.mean(), expected, name)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_split_gives_the_same_rows(data):
    signal, block = ppg(300), s.Spectrogram(PowerSpectrum(64), 20)
    whole, mean = block.process(signal), block.mean()
    block.reset()
    parts = [row for part in split(signal, data.draw(chunkings(300))) for row, _ in block.push(part)]
    assert_same_bits(parts, whole)
    assert_same_bits(block.mean(), mean)


def test_a_frame_with_nan_is_flagged_and_stays_out_of_the_mean():
    block = s.Spectrogram(PowerSpectrum(32), 32)
    signal = ppg(128)
    signal[40] = np.nan
    flags = [quality for _, quality in block.push(signal)]
    assert flags == [0, 5, 0, 0]
    assert np.isfinite(block.mean()).all()


def test_cepstrum_agrees_with_numpy():
    for name, signal in finite(512).items():
        power = PowerSpectrum(512).process(signal)
        logs = np.log(np.maximum(power.astype(float), np.finfo(np.float32).tiny)) / 2
        assert_within(s.cepstrum(power), np.fft.irfft(logs)[:257], name)


@pytest.mark.parametrize(
    "length", [2, 3, 4, 5, 6, 9, 12, 15, 25, 50, 60, 125, 128, 243, 250, 375, 625, 1000, 1500, 15000]
)
def test_fft_of_any_length_agrees_with_numpy(length):
    block = s.AnyFft(length)
    for name, signal in finite(length).items():
        assert_within(block.process(signal), np.fft.rfft(signal.astype(float)), name, 1e-6)


def test_fft_of_a_prime_length_is_refused_with_a_better_one():
    with pytest.raises(ConfigError, match="Take 128"):
        s.AnyFft(127)


def test_envelope_agrees_with_float64_and_with_the_analytic_signal():
    block = s.Envelope(65)
    for name, signal in finite(600).items():
        exact = signal.astype(float)
        delayed = np.concatenate([np.zeros(block.delay), exact])[: len(exact)]
        assert_within(block.process(signal), np.hypot(delayed, scipy.signal.lfilter(block.taps, 1, exact)), name)
    band = Sos("bandpass", (2000, 5000), 4, 12000).process(vibration(3000))
    ideal = np.abs(scipy.signal.hilbert(band.astype(float)))
    got = block.process(band)[block.delay :]
    assert np.abs(got - ideal[: len(got)])[100:-100].max() < 0.01 * ideal.max()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_split_gives_the_same_envelope(data):
    signal, block = vibration(200), s.Envelope(15)
    whole = block.process(signal)
    block.reset()
    parts = [block.push(part) for part in split(signal, data.draw(chunkings(200)))]
    assert_same_bits(np.concatenate(parts), whole)


def test_envelope_spectrum_shows_the_fault_rate():
    """The synthetic bearing is struck 162.2 times a second; its shaft turns at 29.9 Hz."""
    band = Sos("bandpass", (2000, 5000), 4, 12000).process(vibration(4096 + 64))
    envelope = s.Envelope(65).process(band)[64:]
    block = PowerSpectrum(4096, window_name="hann", detrend=True, rate_hz=12000)
    power = block.process(envelope)
    assert block.frequencies[5:400][power[5:400].argmax()] == pytest.approx(162.2, abs=3)


@pytest.mark.parametrize("wavelet", s.WAVELETS)
def test_filters_are_daubechies_own(wavelet):
    block = s.WaveletEnergies(wavelet, 1)
    assert_within(block.tables["low"], pywt.Wavelet(wavelet).dec_lo)
    assert_within(block.tables["high"], pywt.Wavelet(wavelet).dec_hi)


@pytest.mark.filterwarnings("ignore:Level value")
@pytest.mark.parametrize(
    ("wavelet", "levels", "length"), [("db2", 4, 125), ("db4", 5, 1000), ("db4", 3, 9), ("db1", 2, 2)]
)
def test_wavelet_energies_agree_with_pywavelets(wavelet, levels, length):
    block = s.WaveletEnergies(wavelet, levels)
    filters = pywt.Wavelet(
        "ours",
        [block.tables[k].astype(float) for k in ("low", "high")]
        + [block.tables["low"][::-1].astype(float), block.tables["high"][::-1].astype(float)],
    )
    for name, signal in finite(length).items():
        parts = pywt.wavedec(signal.astype(float), filters, mode="symmetric", level=levels)
        expected = [np.square(part).sum() for part in [*parts[:0:-1], parts[0]]]
        assert_within(block.process(signal), expected, name)


def order_oracle(signal, turns, per_turn):
    angle = np.concatenate([[0], np.cumsum(turns.astype(float)[1:])]) * per_turn
    return np.interp(np.arange(int(np.floor(angle[-1] + 1e-9)) + 1), angle, signal.astype(float))


def test_orders_agree_with_interpolation_in_float64():
    time = np.arange(2000) / 2000
    turns = ((10 + 8 * time) / 2000).astype(np.float32)
    block = s.OrderTracker(64)
    for name, signal in {"chirp": np.sin(2 * np.pi * (10 * time + 4 * time**2)), **sensible(2000)}.items():
        got, expected = block.process(signal, turns), order_oracle(signal.astype(np.float32), turns, 64)
        # the angle is known to 1e-5 of a step, which a steep signal turns into a difference
        assert abs(len(got) - len(expected)) <= 1
        steepest = np.abs(np.diff(signal.astype(float))).max() / 0.3
        shared = min(len(got), len(expected))
        assert_close(got[:shared], expected[:shared], np.abs(expected).max() + 4 * steepest, name)


def test_a_shaft_that_speeds_up_stays_in_one_order():
    time = np.arange(8000) / 4000
    turns = np.diff(10 * time + 5 * time**2, prepend=0).astype(np.float32)
    signal = np.sin(2 * np.pi * 3 * np.cumsum(turns.astype(float)))
    got = s.OrderTracker(32).process(signal, turns)[:1024]
    spectrum = np.abs(np.fft.rfft(got * np.hanning(1024)))
    assert spectrum.argmax() == 3 * 32
    assert spectrum[96 - 3 : 96 + 4].sum() > 0.9 * spectrum.sum()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_split_gives_the_same_orders(data):
    signal, turns, block = ppg(150), np.linspace(0, 0.5, 150).astype(np.float32), s.OrderTracker(7)
    whole = block.process(signal, turns)
    block.reset()
    lengths = data.draw(chunkings(150))
    parts = [block.push(a, b) for a, b in zip(split(signal, lengths), split(turns, lengths), strict=True)]
    assert_same_bits(np.concatenate(parts), whole)


def test_impossible_turns_are_flagged():
    block = s.OrderTracker(10)
    for bad in (-0.1, np.nan, 7.0, np.inf):
        assert len(block.process(np.ones(3), np.array([0, bad, 0]))) == 1 and block.quality == 32
    block.process(broken(100)["one NaN"], np.full(100, 0.1))
    assert block.quality == 1


def kurtogram_oracle(block, signal):
    """Antoni's binary tree with scipy's filters in float64."""
    x = signal.astype(float) - signal.astype(float).mean()
    levels, bands = [[scipy.stats.kurtosis(x)]], [x.astype(complex)]
    for _ in range(block.levels):
        halves = []
        for band in bands:
            for upper, taps in enumerate(block.filters):
                half = scipy.signal.lfilter(taps.astype(complex), 1, band)[1::2]
                half = half[: len(band) // 2]
                halves.append(half * (-1.0) ** np.arange(len(half)) if upper else half)
        skip = min(block.taps, len(bands[0]) // 4)
        squares = [np.abs(half[skip:]) ** 2 for half in halves]
        levels.append([np.mean(square**2) / np.mean(square) ** 2 - 2 for square in squares])
        bands = halves
    return levels


def test_kurtogram_agrees_with_scipy_in_float64():
    block = s.Kurtogram(4)
    for name, signal in sensible(4096).items():
        for got, expected in zip(block.process(signal), kurtogram_oracle(block, signal), strict=True):
            # kurtosis is a ratio: its tolerance is that of the ratio before 2 is taken off
            assert_close(got, expected, np.abs(expected).max() + 2, name)
        assert block.quality == 0


def test_kurtogram_finds_the_resonance_of_the_fault():
    block = s.Kurtogram(4)
    low, high = block.band_hz(block.process(vibration(12000)), 12000)
    assert low - 800 < 3400 < high + 800 and high - low <= 3000


def test_thirds_find_a_band_that_halves_cut():
    """A ringing at a third of the band, 2 kHz of 6 kHz: it lies across the middle of no third."""
    rng, time = np.random.default_rng(0), np.arange(12000) / 12000
    since = np.mod(time, 1 / 90)
    struck = np.exp(-since * 700) * np.sin(2 * np.pi * 3000 * since) + rng.normal(0, 0.12, 12000)
    whole, halves = s.Kurtogram(3, thirds=True), s.Kurtogram(3)
    found = whole.process(struck)
    for one, other in zip(found, halves.process(struck), strict=True):
        assert_same_bits(one, other)
    assert [len(row) for row in whole.thirds] == [3, 6, 12] and halves.thirds == []
    low, high = whole.band_hz(found, 12000)
    assert low < 3000 < high
    assert max(float(row.max()) for row in whole.thirds) > max(float(row.max()) for row in found[1:])
    assert whole.digest() != halves.digest()


def test_kurtogram_flags_what_it_cannot_judge():
    block = s.Kurtogram(2)
    assert all((level == 0).all() for level in block.process(np.full(256, 3.0))) and block.quality == 8
    block.process(broken(256)["one NaN"])
    assert block.quality == 1
    with pytest.raises(ConfigError):
        block.process(np.ones(40))


def test_wrong_parameters_are_refused():
    for make in (
        lambda: s.Spectrogram(PowerSpectrum(32), 33),
        lambda: s.Envelope(64),
        lambda: s.WaveletEnergies("haar"),
        lambda: s.WaveletEnergies("db4", 0),
        lambda: s.OrderTracker(0),
        lambda: s.Kurtogram(9),
        lambda: s.AnyFft(1),
    ):
        with pytest.raises(ConfigError):
            make()
