"""The blocks that `[[features]]` can declare for windows of float32 samples (`mk_feature`)."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from ..core import lib
from ..errors import ConfigError
from . import feature_heart as heart
from . import feature_spectra as spectra
from . import feature_weather as weather
from .constants import Struct
from .feature import MAGNITUDE, Feature, Window
from .floats import floats
from .spectral import WaveletEnergies
from .statistics import MOMENTS

#: values of the block "statistics", in the core's order
VALUES = (*MOMENTS, "zero_crossings", "mean_crossings", "mean_absolute_difference", "rms_difference", "slope")
Maker = Callable[[dict[str, Any], int, str, Window], Feature]


def _statistics(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    values = given["values"]
    for value in values:
        if value not in VALUES:
            raise ConfigError(f"statistics know no {value!r}. Known: {', '.join(VALUES)}.")
    table = np.array([VALUES.index(value) for value in values], np.uint8)
    return Feature("mk_feature_statistics", channel, [f"{name}.{v}" for v in values], 0, table)


def _quantiles(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    shares = floats(given.get("shares", [0.25, 0.5, 0.75]))
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ConfigError("quantiles: shares must be from 0 to 1.")
    names = [f"{name}.q{float(share):g}" for share in shares]
    return Feature("mk_feature_quantiles", channel, names, window.length, shares)


def _lags(given: dict[str, Any], window: Window, block: str) -> int:
    lags = round(given.get("longest_s", window.length / window.rate_hz / 2) * window.rate_hz) + 2
    if not 3 <= lags <= window.length:
        raise ConfigError(f"{block}: longest_s must be from {1 / window.rate_hz:g} s to the window's length.")
    return lags


def _period(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    lags = _lags(given, window, "period")
    config = Struct("mk_feature_period_config", (lags, np.float32(given.get("least", 0.2))))
    names = [f"{name}.period", f"{name}.period_height"]
    return Feature("mk_feature_period", channel, names, window.length + lags, config)


def _wavelet(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    block = WaveletEnergies(given.get("wavelet", "db4"), given.get("levels", 4))
    low, high = block.tables["low"], block.tables["high"]
    names = [f"{name}.d{level + 1}" for level in range(block.levels)] + [f"{name}.a{block.levels}"]
    scratch = window.length + lib.MK_WAVELET_TAPS * block.levels
    return Feature(
        "mk_feature_wavelet", channel, names, scratch, Struct("mk_wavelet", (low, high, len(low), block.levels))
    )


def _samples(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    every = int(given.get("every", 1))
    if not 1 <= every <= window.length:
        raise ConfigError(f"samples: every {every} must be from 1 to the window's {window.length} samples.")
    names = [f"{name}[{at}]" for at in range(0, window.length, every)]
    return Feature("mk_feature_samples", channel, names, 0, np.array([every], np.uint16))


def _autocorrelation(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    at = np.array([round(lag * window.rate_hz) for lag in given["lags_s"]], np.uint16)
    if not len(at) or (np.diff(at.astype(int)) <= 0).any() or at[-1] >= window.length:
        raise ConfigError("autocorrelation: lags_s must rise by at least a sample and lie below the window's length.")
    config = Struct("mk_feature_autocorrelation_config", (at, int(at[-1]) + 1))
    names = [f"{name}.r{lag:g}s" for lag in given["lags_s"]]
    return Feature("mk_feature_autocorrelation", channel, names, window.length + int(at[-1]) + 1, config)


def _histogram(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    bins, (low, high) = int(given.get("bins", 8)), given["range"]
    if not (1 <= bins <= 1024 and low < high):
        raise ConfigError("histogram: range must rise, and bins be from 1 to 1024.")
    edges = np.linspace(low, high, bins + 1)
    names = [f"{name}.{edge:.4g}..{after:.4g}" for edge, after in pairwise(edges)]
    config = Struct("mk_histogram", (np.float32(low), np.float32(high), bins))
    return Feature("mk_feature_histogram", channel, names, 0, config)


def _sample_entropy(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    m, radius = int(given.get("m", 2)), float(given.get("radius", 0.2))
    if not (1 <= m <= 8 and radius > 0 and window.length <= 4096):
        raise ConfigError("sample_entropy: m must be 1 to 8, radius above 0, the window at most 4096 samples.")
    config = Struct("mk_feature_sampen_config", (np.float32(radius), m, int(given.get("relative", True))))
    return Feature("mk_feature_sampen", channel, [f"{name}.sample_entropy"], 0, config)


_POWER = {"fft_length", "window", "detrend", "scaling"}
_BANDS = _POWER | {"log", "bands_hz", "relative"}
_FRAMES = {"frame_s", "hop_s"}


@dataclass(frozen=True)
class Declared:
    """What an entry of `[[features]]` of one name may say.

    Attributes
    ----------
    make : callable
        The entry, a channel's number and name, and the window, to the feature.
    keys : set of str
        Keys besides the block's name and its channels.
    of : str
        Key that names the channels, one feature each; or that names the only one.
    """

    make: Maker
    keys: set[str]
    of: str = "channels"


#: every block that is a function of one channel: Python's configuration and the core's come from the same entry
BLOCKS: dict[str, Declared] = {
    "statistics": Declared(_statistics, {"values"}),
    "quantiles": Declared(_quantiles, {"shares"}),
    "autocorrelation": Declared(_autocorrelation, {"lags_s"}),
    "histogram": Declared(_histogram, {"bins", "range"}),
    "sample_entropy": Declared(_sample_entropy, {"m", "radius", "relative"}),
    "spectrum": Declared(spectra.spectrum, _BANDS),
    "welch": Declared(spectra.welch, _BANDS | _FRAMES),
    "spectrogram": Declared(spectra.spectrogram, _BANDS | _FRAMES),
    "shape": Declared(spectra.shape, _POWER | {"share"}),
    "peaks": Declared(spectra.peaks, _POWER | {"count"}),
    "cepstrum": Declared(spectra.cepstrum, _POWER | {"first", "count"}),
    "envelope_spectrum": Declared(spectra.envelope_spectrum, _BANDS | {"band_hz", "order", "top_hz", "bins", "taps"}),
    "kurtogram": Declared(spectra.kurtogram, {"levels", "taps", "thirds"}),
    "period": Declared(_period, {"longest_s", "least"}),
    "wavelet": Declared(_wavelet, {"wavelet", "levels"}),
    "samples": Declared(_samples, {"every"}),
    "beats": Declared(heart.beats, heart.BEATS_KEYS | {"values"}),
    "pulse_quality": Declared(heart.pulse_quality, heart.BEATS_KEYS | {"motion", "level", "enough", "much"}),
    "heart_rate": Declared(heart.heart_rate, heart.RATE_KEYS),
    "air": Declared(weather.air, {"humidity", "values"}, of="temperature"),
    "evapotranspiration": Declared(weather.evapotranspiration, weather.DAY_KEYS, of="temperature"),
    "degree_days": Declared(weather.degree_days, {"base", "ceiling"}, of="temperature"),
    "soil_water": Declared(weather.soil_water, weather.SOIL_KEYS, of="temperature"),
}


#: it is of all channels together
_CORRELATION = Declared(_statistics, set())


def _correlations(channels: list[str], window: Window) -> list[Feature]:
    if "magnitude" in channels or len(channels) < 2:
        raise ConfigError("correlation needs at least two channels, and not the magnitude.")
    features = []
    for first in dict.fromkeys(a for a, _ in combinations(channels, 2)):
        others = channels[channels.index(first) + 1 :]
        table = np.array([window.channels.index(other) for other in others], np.uint8)
        names = [f"{first}.{other}.correlation" for other in others]
        features.append(Feature("mk_feature_correlation", window.channels.index(first), names, 0, table))
    return features


def build(given: dict[str, Any], window: Window) -> list[Feature]:
    """The features that one entry of `[[features]]` declares.

    Raises
    ------
    ConfigError
        If the block, a key or a channel is unknown, or a value out of its range.
    """
    block = given.get("block")
    if block != "correlation" and block not in BLOCKS:
        raise ConfigError(f"unknown feature block {block!r}. Known: correlation, {', '.join(sorted(BLOCKS))}.")
    entry = BLOCKS.get(block, _CORRELATION)
    known = {"block", entry.of} | entry.keys
    if unknown := set(given) - known:
        raise ConfigError(f"{block} has no key {sorted(unknown)[0]!r}. Known: {', '.join(sorted(known))}.")
    try:
        channels = list(given.get("channels", window.channels)) if entry.of == "channels" else [given[entry.of]]
        for name in channels:
            if name not in window.channels and (name != "magnitude" or entry.of != "channels"):
                raise ConfigError(f"{block}: no channel {name!r}. Known: {', '.join(window.channels)}, magnitude.")
        if block == "correlation":
            return _correlations(channels, window)
        numbers = [window.channels.index(name) if name in window.channels else MAGNITUDE for name in channels]
        return [entry.make(given, number, name, window) for number, name in zip(numbers, channels, strict=True)]
    except KeyError as error:
        raise ConfigError(f"{block} needs the key {error.args[0]!r}. Add it.") from None
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{block}: {error}. Correct the value.") from error
