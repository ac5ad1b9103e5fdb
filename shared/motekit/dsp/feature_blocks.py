"""The blocks that `[[features]]` can declare for windows of float32 samples (`mk_feature`)."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from ..core import lib
from ..errors import ConfigError
from .constants import Name, Struct
from .floats import floats
from .shape import SHAPE, BandEnergies
from .spectral import WaveletEnergies
from .spectrum import PowerSpectrum
from .statistics import MOMENTS

#: values of the block "statistics", in the core's order
VALUES = (*MOMENTS, "zero_crossings", "mean_crossings", "mean_absolute_difference", "rms_difference", "slope")
MAGNITUDE = 255


@dataclass(frozen=True)
class Window:
    """Shape of the windows: samples, channels by name, rate."""

    length: int
    channels: tuple[str, ...]
    rate_hz: float


@dataclass(frozen=True)
class Feature:
    """One block on one channel: what the core's `mk_feature` holds."""

    run: str
    channel: int
    names: list[str]
    #: floats
    scratch: int
    config: Struct | np.ndarray

    def struct(self) -> tuple:
        """Members of the core's `mk_feature`."""
        return (Name(self.run), self.config, len(self.names), self.channel)


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


def _spectrum(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    power = power_of(given, window.length, window.rate_hz)
    names, bands = _named_bands(given, name, power, window.rate_hz)
    config = spectrum_config(given, power, window.rate_hz, bands)
    return Feature("mk_feature_spectrum", channel, names, _spectrum_scratch(power), config)


def _shape(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    power = power_of(given, window.length, window.rate_hz)
    config = spectrum_config(given, power, window.rate_hz, None)
    names = [f"{name}.{value}" for value in SHAPE]
    return Feature("mk_feature_shape", channel, names, _spectrum_scratch(power), config)


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


_POWER = {"fft_length", "window", "detrend", "scaling"}
BLOCKS: dict[str, tuple[Maker, set[str]]] = {
    "statistics": (_statistics, {"values"}),
    "quantiles": (_quantiles, {"shares"}),
    "spectrum": (_spectrum, _POWER | {"log", "bands_hz", "relative"}),
    "shape": (_shape, _POWER | {"share"}),
    "period": (_period, {"longest_s", "least"}),
    "wavelet": (_wavelet, {"wavelet", "levels"}),
    "samples": (_samples, {"every"}),
}


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
    known = {"block", "channels"} | (set() if block == "correlation" else BLOCKS[block][1])
    if unknown := set(given) - known:
        raise ConfigError(f"{block} has no key {sorted(unknown)[0]!r}. Known: {', '.join(sorted(known))}.")
    channels = list(given.get("channels", window.channels))
    for name in channels:
        if name not in window.channels and name != "magnitude":
            raise ConfigError(f"{block}: no channel {name!r}. Known: {', '.join(window.channels)}, magnitude.")
    if block == "correlation":
        return _correlations(channels, window)
    make = BLOCKS[block][0]
    try:
        return [
            make(given, window.channels.index(name) if name in window.channels else MAGNITUDE, name, window)
            for name in channels
        ]
    except KeyError as error:
        raise ConfigError(f"{block} needs the key {error.args[0]!r}. Add it.") from None
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{block}: {error}. Correct the value.") from error
