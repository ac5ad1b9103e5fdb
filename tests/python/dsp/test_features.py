"""Features declared as in an app.toml: the values of the blocks one by one, on the host and as generated C."""

import subprocess

import numpy as np
import pytest
from window_streams import core_sources

from float_signals import assert_same_bits, broken, finite, ppg
from motekit import paths
from motekit.core import ffi, lib
from motekit.dsp import conditioning, resample, shape, sos, spectral, statistics
from motekit.dsp.features import VALUES, WindowFeatures
from motekit.dsp.floats import floats, fp
from motekit.dsp.spectrum import PowerSpectrum
from motekit.errors import ConfigError

LENGTH, RATE_HZ, AXES = 125, 50.0, ("x", "y", "z")
DECLARED = [
    {"block": "statistics", "values": list(VALUES)},
    {"block": "statistics", "channels": ["magnitude"], "values": ["rms", "slope"]},
    {"block": "quantiles", "channels": ["y"], "shares": [0.1, 0.5]},
    {"block": "spectrum", "channels": ["x"], "log": True},
    {"block": "spectrum", "channels": ["z"], "bands_hz": [[0, 4], [4, 25]], "relative": True, "window": None},
    {"block": "shape", "channels": ["magnitude"], "fft_length": 256},
    {"block": "period", "channels": ["y"], "longest_s": 1.5},
    {"block": "correlation"},
    {"block": "wavelet", "channels": ["x"], "wavelet": "db2", "levels": 3},
    {"block": "autocorrelation", "channels": ["y"], "lags_s": [0.1, 0.5, 1.0]},
    {"block": "histogram", "channels": ["x"], "range": [0, 3000], "bins": 4},
    {"block": "sample_entropy", "channels": ["z"], "m": 1},
    {"block": "sample_entropy", "channels": ["x"], "radius": 0.5, "relative": False},
    {"block": "welch", "channels": ["y"], "frame_s": 0.64, "log": True},
    {"block": "spectrogram", "channels": ["x"], "frame_s": 0.64, "hop_s": 0.4, "bands_hz": [[1, 5], [5, 20]]},
    {"block": "peaks", "channels": ["x"], "count": 2},
    {"block": "cepstrum", "channels": ["x"], "first": 2, "count": 5},
    {"block": "envelope_spectrum", "channels": ["x"], "band_hz": [10, 20], "top_hz": 5, "taps": 15, "bins": 6},
    {"block": "kurtogram", "channels": ["y"], "levels": 2},
    {"block": "kurtogram", "channels": ["x"], "levels": 2, "thirds": True},
    {"block": "samples", "channels": ["z"], "every": 5},
]


def frames(seed: int = 0) -> np.ndarray:
    signals = list(finite(LENGTH).values())
    return np.stack([signals[(seed + k) % len(signals)] for k in range(3)], axis=1)


def by_hand(window: np.ndarray) -> list[float]:
    columns, norm = [floats(column) for column in window.T], conditioning.magnitude(window)
    values: list[float] = []
    for x in columns:
        differences = statistics.differences(x)
        values += [*statistics.Statistics().process(x), statistics.crossings(x) / np.float32(LENGTH)]
        values += [statistics.crossings(x, None) / np.float32(LENGTH), *differences, conditioning.line(x)[0]]
    values += [*statistics.Statistics(("rms",)).process(norm), conditioning.line(norm)[0]]
    values += [*statistics.quantiles(columns[1], (0.1, 0.5))]
    values += [*PowerSpectrum(LENGTH, detrend=True).process_log(columns[0])]
    power = PowerSpectrum(LENGTH, window_name=None, detrend=True)
    bands = shape.BandEnergies([(0, 4), (4, 25)], RATE_HZ / 128, 65, relative=True)
    values += [*bands.process(power.process(columns[2]))]
    values += [*shape.SpectralShape(RATE_HZ / 256).process(PowerSpectrum(LENGTH, 256, detrend=True).process(norm))]
    values += [*statistics.first_peak(statistics.autocorrelation(columns[1], 77)[0])]
    values += [conditioning.correlation(window, *pair)[0] for pair in ((0, 1), (0, 2), (1, 2))]
    values += [*spectral.WaveletEnergies("db2", 3).process(columns[0])]
    return [*values, *by_hand_new(columns)]


def by_hand_new(columns: list[np.ndarray]) -> list[float]:
    x, y, z = columns
    values = [*statistics.autocorrelation(y, 51)[0][[5, 25, 50]], *statistics.histogram(x, 4, 0, 3000)[0]]
    # the core multiplies in float32
    deviation = np.sqrt(statistics.Statistics(("variance",)).process(z)[0])
    values += [statistics.sample_entropy(z, 1, float(np.float32(0.2) * deviation))[0]]
    values += [statistics.sample_entropy(x, 2, 0.5)[0]]
    welch = spectral.Spectrogram(PowerSpectrum(32, detrend=True), 16)
    welch.process(y)
    mean, log = welch.mean(), np.empty(17, np.float32)
    lib.mk_spectrum_log(fp(mean), fp(log), 17)
    values += [*log]
    rows = spectral.Spectrogram(PowerSpectrum(32, detrend=True), 20).process(x)
    bands = shape.BandEnergies([(1, 5), (5, 20)], RATE_HZ / 32, 17)
    values += [value for row in rows for value in bands.process(row)]
    power = PowerSpectrum(LENGTH, detrend=True).process(x)
    for place, height in np.pad(shape.peaks(power, 2), ((0, 2), (0, 0)))[:2]:
        values += [place * np.float32(RATE_HZ / 128), height]
    values += [*spectral.cepstrum(power)[2:7]]
    band = sos.Sos("bandpass", (10, 20), 2, RATE_HZ).process(x - x[0])
    slow = resample.Resampler(3, 1).process(spectral.Envelope(15).process(band)[15:])
    values += [*PowerSpectrum(len(slow), detrend=True).process(slow)[1:7]]
    for x_or_y, tree in ((y, spectral.Kurtogram(2)), (x, spectral.Kurtogram(2, thirds=True))):
        found = tree.process(x_or_y)
        low, high = tree.band_hz(found, RATE_HZ)
        # the core multiplies in float32, where a sixth is not exact
        width = np.float32(high - low)
        centre = np.float32(round(low / (high - low)) + 0.5) * width
        values += [max(float(level.max()) for level in [*found[1:], *tree.thirds]), centre, width]
    return [*values, *z[::5]]


@pytest.mark.parametrize("seed", range(0, 12, 2))
def test_values_are_those_of_the_blocks_one_by_one(seed):
    block = WindowFeatures(DECLARED, LENGTH, AXES, RATE_HZ)
    got = block.process(frames(seed))
    assert got.shape == (block.width,) == (len(block.names),)
    assert_same_bits(got, floats(by_hand(frames(seed))))


def test_values_are_named_and_names_are_unique():
    names = WindowFeatures(DECLARED, LENGTH, AXES, RATE_HZ).names
    assert len(set(names)) == len(names)
    assert {"x.rms", "magnitude.slope", "y.q0.5", "z.4-25Hz", "x.z.correlation", "x.d1", "y.period"} <= set(names)


def test_flags_of_all_blocks_reach_the_decision():
    block = WindowFeatures(DECLARED, LENGTH, AXES, RATE_HZ)
    block.process(np.stack([ppg(LENGTH), ppg(LENGTH, seed=1), ppg(LENGTH, seed=2)], axis=1))
    assert block.quality == 0
    window = np.stack([ppg(LENGTH), broken(LENGTH)["one NaN"], np.ones(LENGTH)], axis=1)
    got = dict(zip(block.names, block.process(window), strict=True))
    assert block.quality == 1 | 8
    assert np.isnan(got["y.rms"]) and np.isfinite(got["x.rms"])


def test_generated_c_gives_the_same_bits(tmp_path):
    block = WindowFeatures(DECLARED, LENGTH, AXES, RATE_HZ)
    (tmp_path / "features.c").write_text(block.source("app_features"))
    (tmp_path / "main.c").write_text(
        '#include <stdio.h>\n#include "motekit/dsp_features.h"\nextern const mk_features_config app_features;\n'
        f"static float frames[{LENGTH * 3}], scratch[{block.scratch}], out[{block.width}];\n"
        "int main(void)\n{\n    if (mk_features_check(&app_features) != MK_OK)\n        return 2;\n"
        "    while (fread(frames, sizeof frames, 1, stdin) == 1) {\n"
        "        (void)mk_features_process(&app_features, frames, out, scratch);\n"
        "        fwrite(out, sizeof out, 1, stdout);\n    }\n    return 0;\n}\n"
    )
    core = core_sources("features_3x125", "features_more_3x333")
    flags = ["-std=c99", "-O1", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"]
    sources = [str(tmp_path / "main.c"), str(tmp_path / "features.c"), *core]
    command = ["cc", *flags, "-I", str(paths.core_dir() / "include"), *sources, "-lm", "-o", str(tmp_path / "run")]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    windows = [frames(seed) for seed in range(6)]
    data = b"".join(floats(window).tobytes() for window in windows)
    done = subprocess.run([tmp_path / "run"], input=data, capture_output=True, check=True, timeout=60)
    got = np.frombuffer(done.stdout, np.float32).reshape(len(windows), -1)
    assert_same_bits(got, np.array([block.process(window) for window in windows]))


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ([], "at least one"),
        ([{"block": "statistics"}], "needs the key 'values'"),
        ([{"block": "statistics", "values": ["loudness"]}], "loudness"),
        ([{"block": "magic"}], "unknown feature block 'magic'"),
        ([{"block": "quantiles", "share": [0.5]}], "no key 'share'"),
        ([{"block": "quantiles", "shares": [2]}], "from 0 to 1"),
        ([{"block": "spectrum", "channels": ["w"]}], "no channel 'w'"),
        ([{"block": "spectrum", "bands_hz": [[1.0, 1.1]]}], "no bin"),
        ([{"block": "spectrum", "relative": True}], "bands_hz"),
        ([{"block": "correlation", "channels": ["x"]}], "two channels"),
        ([{"block": "period", "longest_s": 9.0}], "longest_s"),
        ([{"block": "wavelet", "levels": 0}], "wavelet"),
        ([{"block": "autocorrelation", "lags_s": [1.0, 0.5]}], "lags_s must rise"),
        ([{"block": "histogram", "range": [1, 1]}], "range must rise"),
        ([{"block": "sample_entropy", "m": 9}], "1 to 8"),
        ([{"block": "welch"}], "needs the key 'frame_s'"),
        ([{"block": "welch", "frame_s": 9.0}], "within the window"),
        ([{"block": "peaks", "count": 60}], "count"),
        ([{"block": "cepstrum", "first": 60, "count": 6}], "at most 65"),
        ([{"block": "envelope_spectrum", "band_hz": [5, 20], "top_hz": 0.5}], "longer one"),
        ([{"block": "envelope_spectrum", "band_hz": [5, 20], "taps": 15, "top_hz": 5, "bins": 99}], "bins"),
        ([{"block": "kurtogram", "levels": 8}], "fewer levels"),
        ([{"block": "samples", "every": 0}], "every"),
        ([{"block": "shape"}, {"block": "shape"}], "twice"),
    ],
)
def test_wrong_declarations_are_refused(declared, message):
    with pytest.raises(ConfigError, match=message):
        WindowFeatures(declared, LENGTH, AXES, RATE_HZ)


def test_the_core_refuses_what_is_not_whole():
    block = WindowFeatures([{"block": "correlation"}], LENGTH, AXES, RATE_HZ)
    row = ffi.cast("mk_feature *", block.struct.features)
    row.channel = 3
    assert lib.mk_features_check(block.struct) == 1
    row.channel = 255
    out, scratch = np.empty(block.width, np.float32), np.empty(block.scratch, np.float32)
    assert lib.mk_features_check(block.struct) == 0
    assert lib.mk_features_process(block.struct, fp(floats(frames())), fp(out), fp(scratch)) & 16
    block.struct.scratch = LENGTH - 1
    assert lib.mk_features_check(block.struct) == 1


def test_the_hash_follows_the_declaration():
    hashes = {WindowFeatures(DECLARED[:k], LENGTH, AXES, RATE_HZ).digest() for k in range(1, 10)}
    assert len(hashes) == 9
    assert WindowFeatures(DECLARED, 126, AXES, RATE_HZ).digest() not in hashes
