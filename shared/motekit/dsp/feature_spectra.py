"""The blocks of `[[features]]` that look at a window's spectrum."""

from typing import Any

import numpy as np

from ..errors import ConfigError
from .constants import Struct
from .feature import Feature, Window
from .resample import Resampler
from .shape import SHAPE, BandEnergies
from .sos import Sos
from .spectral import Envelope, Kurtogram
from .spectrum import PowerSpectrum


def power_of(given: dict[str, Any], length: int, rate_hz: float) -> PowerSpectrum:
    """The spectrum that a block's keys declare, of frames of this length."""
    return PowerSpectrum(
        length,
        given.get("fft_length"),
        given.get("window", "hann"),
        given.get("detrend", True),
        given.get("scaling", "power"),
        rate_hz,
    )


def spectrum_config(given: dict[str, Any], power: PowerSpectrum, rate_hz: float, bands: BandEnergies | None) -> Struct:
    """The core's mk_feature_spectrum_config."""
    share = np.float32(given.get("share", 0.85))
    if not 0 < share <= 1:
        raise ConfigError(f"shape: share {share} must be above 0 and at most 1.")
    spectrum = (
        (power.fft.length, power.tables["twiddle"], power.tables["order"]),
        power.frame_length, power.struct.detrend, power.struct.one_sided, power.scale, power.tables.get("window"),
    )  # fmt: skip
    band = (None, None, 0, 0)
    if bands is not None:
        start, count = bands.tables["start"], bands.tables["count"]
        band = (start, count, len(start), int(given.get("relative", False)))
    bin_hz = np.float32(rate_hz / power.fft.length)
    return Struct("mk_feature_spectrum_config", (spectrum, band, int(given.get("log", False)), bin_hz, share))


def _named_bands(
    given: dict[str, Any], name: str, power: PowerSpectrum, rate_hz: float
) -> tuple[list[str], BandEnergies | None]:
    if "bands_hz" in given:
        edges = [(float(low), float(high)) for low, high in given["bands_hz"]]
        bands = BandEnergies(edges, rate_hz / power.fft.length, power.bins)
        return [f"{name}.{low:g}-{high:g}Hz" for low, high in edges], bands
    if given.get("relative"):
        raise ConfigError("spectrum: relative goes with bands_hz. Give the bands or leave relative out.")
    return [f"{name}.{hz:.4g}Hz" for hz in power.frequencies], None


def _spectrum_scratch(power: PowerSpectrum) -> int:
    return 2 * power.fft.length + power.bins


def spectrum(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """All bins, or bands."""
    power = power_of(given, window.length, window.rate_hz)
    names, bands = _named_bands(given, name, power, window.rate_hz)
    config = spectrum_config(given, power, window.rate_hz, bands)
    return Feature("mk_feature_spectrum", channel, names, _spectrum_scratch(power), config)


def shape(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """Centroid, spread, roll-off, flatness and entropy."""
    power = power_of(given, window.length, window.rate_hz)
    config = spectrum_config(given, power, window.rate_hz, None)
    names = [f"{name}.{value}" for value in SHAPE]
    return Feature("mk_feature_shape", channel, names, _spectrum_scratch(power), config)


def peaks(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """Frequency and power of the highest peaks."""
    power = power_of(given, window.length, window.rate_hz)
    count = int(given.get("count", 3))
    if not 1 <= count <= power.bins // 2:
        raise ConfigError(f"peaks: count {count} must be from 1 to {power.bins // 2}.")
    config = spectrum_config(given, power, window.rate_hz, None)
    names = [f"{name}.peak{k + 1}_{what}" for k in range(count) for what in ("hz", "power")]
    return Feature("mk_feature_peaks", channel, names, _spectrum_scratch(power), config)


def cepstrum(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """Cepstrum at some quefrencies."""
    power = power_of(given, window.length, window.rate_hz)
    first, count = int(given.get("first", 1)), int(given.get("count", 12))
    if not (first >= 0 and count >= 1 and first + count <= power.bins):
        raise ConfigError(f"cepstrum: first + count must be at most {power.bins}.")
    inner = spectrum_config(given, power, window.rate_hz, None).value
    config = Struct("mk_feature_cepstrum_config", (inner, first))
    names = [f"{name}.c{k}" for k in range(first, first + count)]
    return Feature("mk_feature_cepstrum", channel, names, _spectrum_scratch(power) + power.bins, config)


def _frames(given: dict[str, Any], window: Window, block: str) -> tuple[int, int]:
    length = round(given["frame_s"] * window.rate_hz)
    hop = round(given.get("hop_s", given["frame_s"] / 2) * window.rate_hz)
    if not 2 <= length <= window.length or not 1 <= hop <= length:
        raise ConfigError(f"{block}: frame_s must be within the window, and hop_s from a sample to frame_s.")
    return length, hop


def welch(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """Mean spectrum of frames of the window."""
    length, hop = _frames(given, window, "welch")
    power = power_of(given, length, window.rate_hz)
    names, bands = _named_bands(given, f"{name}.welch", power, window.rate_hz)
    inner = spectrum_config(given, power, window.rate_hz, bands).value
    config = Struct("mk_feature_welch_config", (inner, hop, 0))
    return Feature("mk_feature_welch", channel, names, _spectrum_scratch(power) + power.bins, config)


def spectrogram(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """Spectra of frames of the window, one after the other."""
    length, hop = _frames(given, window, "spectrogram")
    power = power_of(given, length, window.rate_hz)
    row, bands = _named_bands(given, "", power, window.rate_hz)
    rows = (window.length - length) // hop + 1
    inner = spectrum_config(given, power, window.rate_hz, bands).value
    config = Struct("mk_feature_welch_config", (inner, hop, rows))
    names = [f"{name}[{k}]{value}" for k in range(rows) for value in row]
    return Feature("mk_feature_welch", channel, names, _spectrum_scratch(power) + power.bins, config)


def envelope_spectrum(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """Spectrum of the envelope of a band, up to `top_hz`."""
    rate = window.rate_hz
    band = Sos("bandpass", tuple(given["band_hz"]), given.get("order", 2), rate)
    hilbert = Envelope(given.get("taps", 65))
    top = float(given.get("top_hz", rate / 20))
    every = max(1, int(rate / (2.56 * top)))
    slower = Resampler(every, 1)
    taps = len(hilbert.taps), int(slower.struct.taps)
    # until the filters have filled
    skip = taps[0]
    frame = -(-(window.length - skip) // every)
    if frame < 16:
        raise ConfigError(
            f"envelope_spectrum: {frame} values are left of the window. Take a longer one or a higher top_hz."
        )
    power = power_of(given, frame, rate / every)
    if "bins" in given:
        wanted = int(given["bins"])
        bin_hz = rate / every / power.fft.length
        if not 1 <= wanted < power.bins or "bands_hz" in given:
            raise ConfigError(f"envelope_spectrum: bins must be from 1 to {power.bins - 1}, and goes without bands_hz.")
        # the edges lie between bins
        given = given | {"bands_hz": [[(k - 0.5) * bin_hz, (k + 0.5) * bin_hz] for k in range(1, wanted + 1)]}
    names, bands = _named_bands(given, f"{name}.envelope", power, rate / every)
    inner = spectrum_config(given, power, rate / every, bands).value
    coefficients = band.tables["coefficients"]
    config = Struct(
        "mk_feature_envelope_config",
        (
            coefficients, len(coefficients), skip, (hilbert.tables["phases"], 1, 1, taps[0]),
            (slower.tables["phases"], slower.up, slower.down, taps[1]), inner,
        ),
    )  # fmt: skip
    scratch = 2 * window.length + 2 * len(coefficients) + sum(taps) + _spectrum_scratch(power)
    return Feature("mk_feature_envelope_spectrum", channel, names, scratch, config)


def kurtogram(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """The most impulsive band."""
    block = Kurtogram(given.get("levels", 4), given.get("taps", 16), bool(given.get("thirds", False)))
    if window.length < block.taps << block.levels:
        raise ConfigError(f"kurtogram: a window of {block.taps << block.levels} samples is needed. Take fewer levels.")
    tables, third_taps = block.tables, int(block.struct.third_taps)
    tree = (tables["low"], tables["high"], block.taps, block.levels, third_taps, tables.get("thirds"))
    config = Struct("mk_feature_kurtogram_config", (tree, np.float32(window.rate_hz)))
    names = [f"{name}.{value}" for value in ("band_kurtosis", "band_centre_hz", "band_width_hz")]
    values = 2 ** (block.levels + 1) - 1 + (3 * (2**block.levels - 1) if third_taps else 0)
    scratch = values + 4 * window.length + 32
    return Feature("mk_feature_kurtogram", channel, names, scratch, config)
