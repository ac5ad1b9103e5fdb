"""The `[[features]]` of an app whose sensor gives float32 windows: a list of blocks (`mk_features`).

Each entry names its block, the channels it looks at (all if left out; "magnitude" is their norm) and the block's keys:

    block = "statistics"   values = ["rms", "kurtosis", ...]      names of `VALUES`
    block = "quantiles"    shares = [0.25, 0.5, 0.75]
    block = "spectrum"     fft_length, window, detrend, log, bands_hz = [[0, 4], ...], relative
    block = "welch"        the same of frames: frame_s, hop_s; their mean   block = "spectrogram"  each
    block = "shape"        fft_length, window, detrend, share: centroid, spread, roll-off, flatness, entropy
    block = "peaks"        count: frequency and power of the highest            block = "cepstrum"  first, count
    block = "envelope_spectrum"  band_hz, order, top_hz, taps; bins or bands_hz, log, relative
    block = "kurtogram"    levels, taps, thirds: kurtosis, centre and width of the most impulsive band
    block = "period"       longest_s, least: lag and height of the autocorrelation's first peak
    block = "autocorrelation"  lags_s
    block = "histogram"    range, bins
    block = "sample_entropy"   m, radius, relative
    block = "correlation"  of each pair of the channels
    block = "wavelet"      wavelet = "db4", levels = 4
    block = "samples"      every: the window itself, for a network that finds its own features

Of a band-passed pulse wave or ECG (dsp_features_heart.h):

    block = "beats"          values of `HEART_VALUES`; smoothing_s, apart_s, reach_s, accept, upward
    block = "pulse_quality"  motion = channels, level = channel, enough, much; and those of "beats"
    block = "heart_rate"     motion = channels, lags, stride, ahead, ridge, memory, band_hz, range_bpm, ...

Of weather, the channel being the temperature; for the last three a window is a day (dsp_features_weather.h):

    block = "air"                 humidity = channel; values of `AIR_VALUES`
    block = "evapotranspiration"  latitude, altitude, wind_height; humidity, wind, solar, day = channels; first_day
    block = "degree_days"         base, ceiling
    block = "soil_water"          the same; field_capacity, wilting_point, root_depth, crop, rain = channel, ...
"""

from typing import Any

import numpy as np

from ..core import check, lib
from ..errors import ConfigError
from .constants import Native, Source, Struct, tables
from .feature import HEADERS, MAGNITUDE, Window
from .feature_blocks import VALUES, build
from .floats import FloatBlock, floats, fp

__all__ = ["INCLUDES", "VALUES", "WindowFeatures"]

#: what generated C needs
INCLUDES = "".join(f'#include "motekit/{name}"\n' for name in HEADERS)


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
    detrend : bool
        Whether each channel loses its straight line before a block sees it.
    floor : float
        Above 0: each channel is also divided by its deviation, which is taken to be at least this.
    hop : int
        Samples from window to window, where it is known: some blocks need it to be the length.

    Raises
    ------
    ConfigError
        If a block, key or channel is unknown, or a value out of its range.
    """

    def __init__(
        self,
        declared: list[dict[str, Any]],
        length: int,
        channels: tuple[str, ...],
        rate_hz: float,
        detrend: bool = False,
        floor: float = 0.0,
        hop: int = 0,
    ):
        if not declared:
            raise ConfigError("no [[features]] are declared. Add at least one.")
        if not (2 <= length <= 65535 and 1 <= len(channels) < MAGNITUDE):
            raise ConfigError(
                f"windows of {length} samples of {len(channels)} channels: 2 to 65535 and 1 to 254 are needed."
            )
        window = Window(length, tuple(channels), float(rate_hz), hop)
        # same channels together: each is taken out of the frames once
        self.features = [feature for given in declared for feature in build(given, window)]
        super().__init__(length=length, channels=list(channels), rate_hz=float(rate_hz), declared=repr(declared))
        self.window = window
        #: name of each value
        self.names = [name for feature in self.features for name in feature.names]
        if len(set(self.names)) < len(self.names):
            twice = next(name for name in self.names if self.names.count(name) > 1)
            raise ConfigError(f"[[features]] give {twice} twice. Take one of the two blocks away.")
        #: floats
        self.scratch = length + max(feature.scratch for feature in self.features)
        #: floats that the blocks remember from window to window
        self.state = sum(feature.state for feature in self.features)
        rows = Struct("mk_feature", [feature.struct() for feature in self.features])
        count, floor32 = len(self.features), np.float32(floor)
        #: the core's mk_features_config
        self.constants = Struct(
            "mk_features_config", (rows, self.scratch, self.state, count, length, len(channels), int(detrend), floor32)
        )
        self._native = Native()
        self.struct = self._native.struct(self.constants)
        check(lib.mk_features_check(self.struct), "features")
        self._scratch = np.zeros(self.scratch + self.state, np.float32)
        #: flags of the last window (dsp_quality.h)
        self.quality = 0

    @property
    def width(self) -> int:
        """Values a window."""
        return len(self.names)

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {str(i): table for i, table in enumerate(tables(self.constants))}

    def reset(self) -> None:
        """Forget the windows before: some blocks follow a value from one to the next."""
        lib.mk_features_reset(self.struct, fp(self._scratch))

    def process(self, window: np.ndarray) -> np.ndarray:
        """Values of the next window, float32[length, channels], float32[width]."""
        window, out = floats(window), np.empty(self.width, np.float32)
        if window.shape != (self.window.length, len(self.window.channels)):
            wanted = (self.window.length, len(self.window.channels))
            raise ValueError(f"window has shape {window.shape}, not {wanted}")
        self.quality = lib.mk_features_process(self.struct, fp(window), fp(out), fp(self._scratch))
        return out

    def write(self, source: Source, name: str, qualifier: str = "static const") -> str:
        """Define the core's `mk_features_config` in a C source; an expression for its address."""
        return source.struct(self.constants, name, qualifier)

    def source(self, name: str) -> str:
        """C source that defines `const mk_features_config <name>` with these features."""
        source = Source(name)
        self.write(source, name, "const")
        return INCLUDES + "\n" + source.text()
