"""The streams of windows that the bench of the feature blocks runs: a usual one, and one with all there is."""

from pathlib import Path

import numpy as np

from .dsp.affine import Affine
from .dsp.feature_heart import HEART_VALUES
from .dsp.feature_weather import AIR_VALUES
from .dsp.features import WindowFeatures
from .dsp.windows import WindowStream

#: blocks that the first list of features (bench_dsp) does not have
_MORE = [
    {"block": "autocorrelation", "channels": ["x"], "lags_s": [0.1, 0.5]},
    {"block": "histogram", "channels": ["y"], "range": [-100, 800]},
    {"block": "sample_entropy", "channels": ["z"]},
    {"block": "welch", "channels": ["x"], "frame_s": 0.64, "log": True},
    {"block": "spectrogram", "channels": ["y"], "frame_s": 0.64, "bands_hz": [[0, 10], [10, 50]]},
    {"block": "peaks", "channels": ["x"]},
    {"block": "cepstrum", "channels": ["x"]},
    {"block": "envelope_spectrum", "channels": ["z"], "band_hz": [10, 30], "top_hz": 10, "taps": 31, "bins": 12},
    {"block": "kurtogram", "channels": ["y"], "levels": 3},
    {"block": "samples", "channels": ["magnitude"], "every": 9},
]
_USUAL = [
    {"stage": "gaps", "longest_s": 0.05},
    {"stage": "gravity", "cutoff_hz": 0.3},
    {"stage": "filter", "kind": "lowpass", "cutoff_hz": 20, "order": 4},
]
_EVERY_STAGE = [
    {"stage": "gaps", "longest_s": 0.03},
    {"stage": "hampel", "width": 5, "channels": ["x"]},
    {"stage": "median", "width": 3, "channels": ["y"]},
    {"stage": "gain", "gain": 0.01, "offset": 3.0, "channels": ["z"]},
    {"stage": "resample", "to_hz": 125},
    {"stage": "gravity", "channels": ["x", "y"], "outputs": "both"},
    {"stage": "filter", "kind": "bandpass", "cutoff_hz": [5, 30], "channels": ["x"]},
    {"stage": "dc_block", "cutoff_hz": 1.0, "channels": ["z"]},
    {"stage": "magnitude", "channels": ["gravity_x", "gravity_y"], "name": "g"},
    {"stage": "envelope", "taps": 15, "channels": ["x"]},
    {"stage": "rectify", "channels": ["y"]},
    {"stage": "difference", "channels": ["g"]},
    {"stage": "normalise", "time_s": 1.0, "floor": 0.01, "channels": ["z"]},
    {"stage": "order", "per_turn": 16, "speed": "speed", "most": 3},
    {"stage": "select", "channels": ["x", "y", "z", "g"]},
    {"stage": "detrend"},
    {"stage": "standardise", "floor": 0.001},
]
_STATISTICS = [{"block": "statistics", "values": ["rms", "kurtosis", "mean_crossings"]}]


#: a wrist's light and motion at 25 a second
_HEART = [
    {"block": "heart_rate", "channels": ["light"], "motion": ["x", "y", "z"], "lags": 3, "range_bpm": [40, 160]},
    {"block": "beats", "channels": ["light"], "upward": True, "values": list(HEART_VALUES)},
    {"block": "pulse_quality", "channels": ["light"], "motion": ["x", "y", "z"], "level": "z", "much": 50.0},
]
_DAY = {
    "temperature": "t", "humidity": "h", "wind": "wind", "solar": "sun", "latitude": 48.0, "altitude": 300.0,
    "first_day": 120,
}  # fmt: skip
#: a station's values by the hour, a window a day
_WEATHER = [
    {"block": "air", "temperature": "t", "humidity": "h", "values": list(AIR_VALUES)},
    {"block": "evapotranspiration", **_DAY},
    {"block": "evapotranspiration", "temperature": "wind", "latitude": -20.0},
    {"block": "degree_days", "temperature": "t", "base": 10.0, "ceiling": 30.0},
    {
        "block": "soil_water", **_DAY, "field_capacity": 0.3, "wilting_point": 0.12, "root_depth": 0.5, "crop": 0.9,
        "rain": "rain",
    },
]  # fmt: skip


def heart() -> WindowStream:
    """What a watch shows of the heart."""
    band = [{"stage": "filter", "kind": "bandpass", "cutoff_hz": [0.5, 5], "channels": ["light"]}]
    return WindowStream(band, _HEART, ("light", "x", "y", "z"), 25, 5.0, 2.5)


def weather() -> WindowStream:
    """What a station says of a field."""
    return WindowStream([], _WEATHER, ("t", "h", "rain", "wind", "sun"), 1 / 3600, 86400, 86400, gain=0.1)


def usual() -> WindowStream:
    """Three axes at 100 a second, cleaned and filtered: what the cost of conditioning is quoted for."""
    return WindowStream(_USUAL, _STATISTICS, ("x", "y", "z"), 100, 1.28, 0.64, gain=0.01)


def every_stage() -> WindowStream:
    """Every stage there is, order tracking too."""
    stream = WindowStream(_EVERY_STAGE, _STATISTICS, ("x", "y", "z", "speed"), 100, 2.0, 1.0, gain=0.05)
    stream.set_affine(Affine(np.zeros(stream.width), np.linspace(0.5, 2, stream.width), 0.05, 3))
    return stream


def write(folder: Path) -> None:
    """`usual_windows`, `all_windows` and more_features.h as C, into the folder the bench is built in."""
    more = WindowFeatures(_MORE, 333, ("x", "y", "z"), 100.0)
    text = f"#define MORE_FEATURES_SCRATCH {more.scratch}u\n" + more.source("more_features")
    text += "".join(
        f"#define {name.upper()}_MEMORY {stream.memory}u\n" + stream.source(name)
        for name, stream in (
            ("usual_windows", usual()), ("all_windows", every_stage()),
            ("heart_windows", heart()), ("weather_windows", weather()),
        )
    )  # fmt: skip
    (folder / "streams.h").write_text(text, encoding="utf8")
