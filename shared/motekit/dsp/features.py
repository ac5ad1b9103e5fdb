"""The `[[features]]` of an app whose sensor gives float32 windows: a list of blocks (`mk_features`).

Each entry names its block, the channels it looks at (all if left out; "magnitude" is their norm) and the block's keys:

    block = "statistics"   values = ["rms", "kurtosis", ...]      names of `VALUES`
    block = "quantiles"    shares = [0.25, 0.5, 0.75]
    block = "spectrum"     fft_length, window, detrend, log, bands_hz = [[0, 4], ...], relative
    block = "shape"        fft_length, window, detrend, share: centroid, spread, roll-off, flatness, entropy
    block = "period"       longest_s, least: lag and height of the autocorrelation's first peak
    block = "correlation"  of each pair of the channels
    block = "wavelet"      wavelet = "db4", levels = 4
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from string import Template
from typing import Any

import numpy as np

from ..codegen import c
from ..core import check, ffi, lib, pointer
from ..errors import ConfigError
from .floats import FloatBlock, floats, fp
from .shape import SHAPE, BandEnergies
from .spectral import WaveletEnergies
from .spectrum import PowerSpectrum
from .statistics import MOMENTS

#: values of the block "statistics", in the core's order
VALUES = (*MOMENTS, "zero_crossings", "mean_crossings", "mean_absolute_difference", "rms_difference", "slope")
MAGNITUDE = 255


@dataclass
class Feature:
    """One block on one channel: what the core's `mk_feature` holds, and how to write it as C."""

    run: str
    channel: int
    names: list[str]
    scratch: int
    #: tables by name, each used by `config` under that name
    tables: dict[str, np.ndarray]
    #: C type of the configuration and its initialiser, in which $name is a table or scalar; None: the only table itself
    config: tuple[str, str] | None
    scalars: dict[str, Any] = field(default_factory=dict)


Maker = Callable[[dict[str, Any], int, str, "Window"], Feature]


@dataclass(frozen=True)
class Window:
    """Shape of the windows: samples, channels by name, rate."""

    length: int
    channels: tuple[str, ...]
    rate_hz: float


def _statistics(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    values = given["values"]
    for value in values:
        if value not in VALUES:
            raise ConfigError(f"statistics know no {value!r}. Known: {', '.join(VALUES)}.")
    table = np.array([VALUES.index(value) for value in values], np.uint8)
    return Feature("mk_feature_statistics", channel, [f"{name}.{v}" for v in values], 0, {"values": table}, None)


def _quantiles(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    shares = floats(given.get("shares", [0.25, 0.5, 0.75]))
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ConfigError("quantiles: shares must be from 0 to 1.")
    names = [f"{name}.q{float(share):g}" for share in shares]
    return Feature("mk_feature_quantiles", channel, names, window.length, {"shares": shares}, None)


def _power(given: dict[str, Any], window: Window) -> PowerSpectrum:
    return PowerSpectrum(
        window.length,
        given.get("fft_length"),
        given.get("window", "hann"),
        given.get("detrend", True),
        given.get("scaling", "power"),
        window.rate_hz,
    )


def _spectral(
    run: str, given: dict[str, Any], channel: int, names: list[str], window: Window, bands: BandEnergies | None
) -> Feature:
    power = _power(given, window)
    tables = dict(power.tables) | ({} if bands is None else bands.tables)
    bin_hz, share = np.float32(window.rate_hz / power.fft.length), np.float32(given.get("share", 0.85))
    if not 0 < share <= 1:
        raise ConfigError(f"shape: share {share} must be above 0 and at most 1.")
    scalars = {
        "length": power.fft.length, "frame": window.length, "detrend": power.struct.detrend,
        "one_sided": power.struct.one_sided, "scale": power.scale, "log": int(given.get("log", False)),
        "bin_hz": bin_hz, "share": share, "relative": int(given.get("relative", False)),
    }  # fmt: skip
    window_table = "$window" if "window" in tables else "0"
    spectrum = "{{$length, $twiddle, $order}, $frame, $detrend, $one_sided, $scale, " + window_table + "}"
    band = "{0, 0, 0, 0}" if bands is None else f"{{$start, $count, {len(bands.tables['start'])}, $relative}}"
    initialiser = f"{{{spectrum}, {band}, $log, $bin_hz, $share}}"
    scratch = 2 * power.fft.length + power.bins
    return Feature(run, channel, names, scratch, tables, ("mk_feature_spectrum_config", initialiser), scalars)


def _spectrum(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    power, bands = _power(given, window), None
    names = [f"{name}.{hz:.4g}Hz" for hz in power.frequencies]
    if "bands_hz" in given:
        edges = [(float(low), float(high)) for low, high in given["bands_hz"]]
        bands = BandEnergies(edges, window.rate_hz / power.fft.length, power.bins)
        names = [f"{name}.{low:g}-{high:g}Hz" for low, high in edges]
    elif given.get("relative"):
        raise ConfigError("spectrum: relative goes with bands_hz. Give the bands or leave relative out.")
    return _spectral("mk_feature_spectrum", given, channel, names, window, bands)


def _shape(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    return _spectral("mk_feature_shape", given, channel, [f"{name}.{value}" for value in SHAPE], window, None)


def _period(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    lags = round(given.get("longest_s", window.length / window.rate_hz / 2) * window.rate_hz) + 2
    if not 3 <= lags <= window.length:
        raise ConfigError(f"period: longest_s must be from {1 / window.rate_hz:g} s to the window's length.")
    scalars = {"lags": lags, "least": np.float32(given.get("least", 0.2))}
    names = [f"{name}.period", f"{name}.period_height"]
    config = ("mk_feature_period_config", "{$lags, $least}")
    return Feature("mk_feature_period", channel, names, window.length + lags, {}, config, scalars)


def _wavelet(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    block = WaveletEnergies(given.get("wavelet", "db4"), given.get("levels", 4))
    tables = block.tables
    names = [f"{name}.d{level + 1}" for level in range(block.levels)] + [f"{name}.a{block.levels}"]
    scratch = window.length + lib.MK_WAVELET_TAPS * block.levels
    scalars = {"taps": len(tables["low"]), "levels": block.levels}
    config = ("mk_wavelet", "{$low, $high, $taps, $levels}")
    return Feature("mk_feature_wavelet", channel, names, scratch, tables, config, scalars)


_POWER = {"fft_length", "window", "detrend", "scaling"}
_BLOCKS: dict[str, tuple[Maker, set[str]]] = {
    "statistics": (_statistics, {"values"}),
    "quantiles": (_quantiles, {"shares"}),
    "spectrum": (_spectrum, _POWER | {"log", "bands_hz", "relative"}),
    "shape": (_shape, _POWER | {"share"}),
    "period": (_period, {"longest_s", "least"}),
    "wavelet": (_wavelet, {"wavelet", "levels"}),
}


def _correlations(channels: list[str], window: Window) -> list[Feature]:
    if "magnitude" in channels or len(channels) < 2:
        raise ConfigError("correlation needs at least two channels, and not the magnitude.")
    features = []
    for first in dict.fromkeys(a for a, _ in combinations(channels, 2)):
        others = channels[channels.index(first) + 1 :]
        table = np.array([window.channels.index(other) for other in others], np.uint8)
        names = [f"{first}.{other}.correlation" for other in others]
        channel = window.channels.index(first)
        features.append(Feature("mk_feature_correlation", channel, names, 0, {"others": table}, None))
    return features


def _features(given: dict[str, Any], window: Window) -> list[Feature]:
    block = given.get("block")
    if block != "correlation" and block not in _BLOCKS:
        raise ConfigError(f"unknown feature block {block!r}. Known: correlation, {', '.join(sorted(_BLOCKS))}.")
    known = {"block", "channels"} | (set() if block == "correlation" else _BLOCKS[block][1])
    if unknown := set(given) - known:
        raise ConfigError(f"{block} has no key {sorted(unknown)[0]!r}. Known: {', '.join(sorted(known))}.")
    channels = list(given.get("channels", window.channels))
    for name in channels:
        if name not in window.channels and name != "magnitude":
            raise ConfigError(f"{block}: no channel {name!r}. Known: {', '.join(window.channels)}, magnitude.")
    if block == "correlation":
        return _correlations(channels, window)
    make = _BLOCKS[block][0]
    try:
        return [
            make(given, MAGNITUDE if name == "magnitude" else window.channels.index(name), name, window)
            for name in channels
        ]
    except KeyError as error:
        raise ConfigError(f"{block} needs the key {error.args[0]!r}. Add it.") from None
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{block}: {error}. Correct the value.") from error


class WindowFeatures(FloatBlock):
    """The features of windows of one or more channels.

    Parameters
    ----------
    declared : list of dict
        The entries of `[[features]]`, as this module's text says.
    length : int
        Samples a window.
    channels : sequence of str
        Names of the channels.
    rate_hz : float
        Sampling rate.

    Raises
    ------
    ConfigError
        If a block, key or channel is unknown, or a value out of its range.
    """

    def __init__(self, declared: list[dict[str, Any]], length: int, channels: tuple[str, ...], rate_hz: float):
        if not declared:
            raise ConfigError("no [[features]] are declared. Add at least one.")
        if length < 2 or not 1 <= len(channels) < MAGNITUDE:
            raise ConfigError(f"windows of {length} samples of {len(channels)} channels: at least 2 and 1 are needed.")
        window = Window(length, tuple(channels), float(rate_hz))
        # same channels together: each is taken out of the frames once
        self.features = [feature for given in declared for feature in _features(given, window)]
        super().__init__(length=length, channels=list(channels), rate_hz=float(rate_hz), declared=repr(declared))
        self.window = window
        #: name of each value
        self.names = [name for feature in self.features for name in feature.names]
        self._keep: list[Any] = []
        self._array = ffi.new("mk_feature[]", [self._struct(feature) for feature in self.features])
        self.scratch = length + max(feature.scratch for feature in self.features)
        self.struct = ffi.new(
            "mk_features_config *", (self._array, self.scratch, len(self.features), length, len(channels))
        )
        check(lib.mk_features_check(self.struct), "features")
        self._scratch = np.zeros(self.scratch, np.float32)
        #: flags of the last window (dsp_quality.h)
        self.quality = 0

    def _struct(self, feature: Feature) -> tuple:
        pointers = {name: _pointer(table) for name, table in feature.tables.items()}
        if feature.config is None:
            (config,) = pointers.values()
        else:
            config = ffi.new(f"{feature.config[0]} *", _nested(feature, pointers))
            self._keep.append(config)
        run = ffi.addressof(lib, feature.run)
        return run, ffi.cast("void *", config), len(feature.names), feature.channel

    @property
    def width(self) -> int:
        """Values a window."""
        return len(self.names)

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {f"{i}.{name}": table for i, f in enumerate(self.features) for name, table in f.tables.items()}

    def process(self, window: np.ndarray) -> np.ndarray:
        """Values of a window, float32[length, channels], float32[width]."""
        window, out = floats(window), np.empty(self.width, np.float32)
        if window.shape != (self.window.length, len(self.window.channels)):
            wanted = (self.window.length, len(self.window.channels))
            raise ValueError(f"window has shape {window.shape}, not {wanted}")
        self.quality = lib.mk_features_process(self.struct, fp(window), fp(out), fp(self._scratch))
        return out

    def source(self, name: str) -> str:
        """C source that defines `const mk_features_config <name>` with these features."""
        lines = ['#include "motekit/dsp_features.h"', ""]
        entries = []
        for i, feature in enumerate(self.features):
            tables = {table: f"{name}_{i}_{table}" for table in feature.tables}
            lines += [c.array(tables[table], values) for table, values in feature.tables.items()]
            config = next(iter(tables.values()), "")
            if feature.config is not None:
                ctype, initialiser = feature.config
                config = f"{name}_{i}"
                values = {key: _literal(value) for key, value in feature.scalars.items()}
                lines.append(f"static const {ctype} {config} = {Template(initialiser).substitute(tables | values)};")
                config = f"&{config}"
            entries.append(f"    {{{feature.run}, {config}, {len(feature.names)}, {feature.channel}}},")
        lines += [f"static const mk_feature {name}_list[] = {{", *entries, "};"]
        numbers = f"{self.scratch}, {len(self.features)}, {self.window.length}, {len(self.window.channels)}"
        lines += [f"const mk_features_config {name} = {{{name}_list, {numbers}}};", ""]
        return "\n".join(lines)


def _pointer(table: np.ndarray):
    return pointer({"float32": "float", "uint8": "uint8_t", "uint16": "uint16_t"}[table.dtype.name], table)


def _literal(value: Any) -> str:
    return c.literal(value) if isinstance(value, np.generic) else str(value)


def _nested(feature: Feature, pointers: dict[str, Any]) -> Any:
    """The configuration as cffi takes it."""
    s = feature.scalars
    if feature.config[0] == "mk_feature_period_config":
        return (s["lags"], s["least"])
    if feature.config[0] == "mk_wavelet":
        return (pointers["low"], pointers["high"], s["taps"], s["levels"])
    fft = (s["length"], pointers["twiddle"], pointers["order"])
    spectrum = (fft, s["frame"], s["detrend"], s["one_sided"], s["scale"], pointers.get("window", ffi.NULL))
    bands = (ffi.NULL, ffi.NULL, 0, 0)
    if "start" in pointers:
        bands = (pointers["start"], pointers["count"], len(feature.tables["start"]), s["relative"])
    return (spectrum, bands, s["log"], s["bin_hz"], s["share"])
