import librosa
import numpy as np
import pytest

from float_signals import assert_within, broken, finite
from motekit.dsp.shape import SHAPE, BandEnergies, SpectralShape, peaks
from motekit.dsp.spectrum import PowerSpectrum
from motekit.errors import ConfigError

RATE_HZ, BIN_HZ = 128.0, 0.5


def spectra():
    block = PowerSpectrum(256)
    return {name: block.process(signal) for name, signal in finite(256).items() if name not in ("zeros", "denormal")}


def test_shape_agrees_with_librosa_and_float64():
    block = SpectralShape(BIN_HZ)
    for name, power in spectra().items():
        got = dict(zip(SHAPE, block.process(power).astype(float), strict=True))
        p = power.astype(float)[:, None]
        frequencies = np.arange(129) * BIN_HZ
        centroid = librosa.feature.spectral_centroid(S=p, freq=frequencies)[0, 0]
        spread = librosa.feature.spectral_bandwidth(S=p, freq=frequencies)[0, 0]
        flatness = librosa.feature.spectral_flatness(S=p, power=1.0, amin=np.finfo(np.float32).tiny)[0, 0]
        share = p[:, 0] / p.sum()
        share = share[share > 1.2e-38]
        assert_within([got["total"]], [p.sum()], name)
        assert_within([got["centroid"], got["spread"]], [centroid, spread], name, 1e-5 * 64 / max(centroid, 1))
        assert got["flatness"] == pytest.approx(flatness, abs=1e-5), name
        assert got["entropy"] == pytest.approx(-(share * np.log(share)).sum() / np.log(129), abs=1e-5), name
        assert got["rolloff"] == librosa.feature.spectral_rolloff(S=p, freq=frequencies)[0, 0], name
        assert block.quality == 0


def test_no_power_and_nan_are_flagged():
    block = SpectralShape(BIN_HZ)
    assert (block.process(np.zeros(10)) == 0).all() and block.quality == 8
    assert np.isnan(block.process(broken(10)["one NaN"])).all() and block.quality == 1
    bands = BandEnergies([(0, 5)], 1.0, 10, relative=True)
    assert (bands.process(np.zeros(10)) == 0).all() and bands.quality == 8
    assert np.isnan(bands.process(np.full(10, np.nan))).all() and bands.quality == 1


@pytest.mark.parametrize("relative", [False, True])
def test_bands_agree_with_numpy(relative):
    edges = [(0, 4), (4, 8), (8.2, 30), (30, 64.1)]
    block = BandEnergies(edges, BIN_HZ, 129, relative)
    frequencies = np.arange(129) * BIN_HZ
    for name, power in spectra().items():
        exact = power.astype(float)
        expected = np.array([exact[(frequencies >= low) & (frequencies < high)].sum() for low, high in edges])
        assert_within(block.process(power), expected / exact.sum() if relative else expected, name)


def test_peaks_find_tones_between_bins():
    time = np.arange(256) / RATE_HZ
    tones = np.sin(2 * np.pi * 10.13 * time) + 0.5 * np.sin(2 * np.pi * 25.32 * time)
    found = peaks(PowerSpectrum(256).process(tones), 2)
    np.testing.assert_allclose(found[:, 0] * BIN_HZ, [10.13, 25.32], atol=0.03)
    assert found[0, 1] / found[1, 1] == pytest.approx(4, rel=0.1)


def test_peaks_agree_with_a_parabola_in_float64():
    for name, power in spectra().items():
        p = power.astype(float)
        at = 1 + np.flatnonzero((p[1:-1] > p[:-2]) & (p[1:-1] >= p[2:]))
        at = at[np.argsort(-p[at], kind="stable")][:5]
        below, middle, above = (np.log(np.maximum(p[at + k], np.finfo(np.float32).tiny)) for k in (-1, 0, 1))
        shift = 0.5 * (below - above) / (below - 2 * middle + above)
        got = peaks(power, 5)
        # where the three are nearly equal, the rounding of the logarithms decides the place
        sharp = np.abs(below - 2 * middle + above) > 0.1
        assert_within(got[sharp, 0], (at + shift)[sharp], name)
        assert_within(got[sharp, 1], np.exp(middle - 0.25 * (below - above) * shift)[sharp], name)
        assert len(got) == len(at)


def test_wrong_parameters_are_refused():
    with pytest.raises(ConfigError, match="no bin"):
        BandEnergies([(1.1, 1.2)], 1.0, 10)
    with pytest.raises(ConfigError, match="share"):
        SpectralShape(1.0, 0.0)
