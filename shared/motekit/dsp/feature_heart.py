"""The blocks of `[[features]]` that look at a band-passed pulse wave or ECG (dsp_features_heart.h)."""

from typing import Any

import numpy as np

from ..core import check, ffi, lib
from ..errors import ConfigError
from .constants import Native, Struct
from .feature import MAGNITUDE, Feature, Window
from .floats import floats
from .peaks import Peaks
from .spectrum import FloatFft

#: values of the block "beats", in the core's order
HEART_VALUES = (
    "beats", "rate_bpm", "mean_rr", "sdnn", "rmssd", "pnn50", "sd1", "sd2", "sample_entropy", "quarter", "large",
    "origin", "turning", "mean_interval",
)  # fmt: skip
BEATS_KEYS = {"smoothing_s", "apart_s", "reach_s", "accept", "upward"}
RATE_KEYS = {
    "motion", "lags", "stride", "ahead", "ridge", "memory", "band_hz", "range_bpm", "step_bpm", "spread_bpm", "jump",
    "tempering", "tolerance_bpm", "least_confidence", "harmonic", "strength",
}  # fmt: skip


def _beats(given: dict[str, Any], window: Window) -> tuple[tuple, int, int]:
    """The core's mk_feature_beats, floats that the search needs, and beats at most."""
    rate = round(window.rate_hz)
    if abs(rate - window.rate_hz) > 1e-9:
        raise ConfigError(f"beats: {window.rate_hz:g} Hz is not a whole number. Add a stage resample.")
    block = Peaks(
        rate, smoothing_s=given.get("smoothing_s", 0.12), apart_s=given.get("apart_s", 0.2),
        reach_s=given.get("reach_s", 4.0), upward=bool(given.get("upward", False)),
    )  # fmt: skip
    accept = np.float32(given.get("accept", 0.5))
    if not accept > 0:
        raise ConfigError(f"beats: accept {accept} must be above 0: 1 is a usual beat.")
    config, taps = block.struct, block.tables["smoother"]
    peaks = (taps, rate, config.apart, config.reach, len(taps), config.upward)
    most = window.length // config.apart + 2
    return (peaks, accept), block.ring + most, most


def _motion(given: dict[str, Any], window: Window, block: str) -> np.ndarray:
    names = given.get("motion", [])
    if len(names) > lib.MK_AXES_MAX:
        raise ConfigError(f"{block}: motion takes at most {lib.MK_AXES_MAX} channels.")
    return np.array([window.channel(name, block) for name in names], np.uint8)


def _or_none(table: np.ndarray) -> np.ndarray | None:
    return table if len(table) else None


def beats(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """Beats, their variability and how irregular they are."""
    search, scratch, most = _beats(given, window)
    values = given.get("values", HEART_VALUES[:8])
    for value in values:
        if value not in HEART_VALUES:
            raise ConfigError(f"beats know no {value!r}. Known: {', '.join(HEART_VALUES)}.")
    table = np.array([HEART_VALUES.index(value) for value in values], np.uint8)
    config = Struct("mk_feature_beats_config", (search, table))
    names = [f"{name}.{value}" for value in values]
    return Feature("mk_feature_heart_beats", channel, names, scratch + 3 * most, config)


def pulse_quality(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """Perfusion, likeness of beats, motion, and all as one number."""
    search, scratch, most = _beats(given, window)
    motion = _motion(given, window, "pulse_quality")
    level = window.channel(given["level"], "pulse_quality") if "level" in given else MAGNITUDE
    limits = (np.float32(given.get("enough", 0.005)), np.float32(given.get("much", 0.1)))
    check(lib.mk_ppg_quality_check(Native().struct(Struct("mk_ppg_quality_config", limits))), "pulse_quality")
    config = Struct("mk_feature_pulse_config", (search, limits, _or_none(motion), len(motion), level))
    names = [f"{name}.{value}" for value in ("perfusion", "correlation", "motion", "index")]
    return Feature("mk_feature_pulse_quality", channel, names, scratch + 2 * window.length + most, config)


def heart_rate(given: dict[str, Any], channel: int, name: str, window: Window) -> Feature:
    """Heart rate by spectral tracking, without what motion explains, and its confidence."""
    motion = _motion(given, window, "heart_rate")
    lags, stride, ahead = int(given.get("lags", 5)), int(given.get("stride", 2)), int(given.get("ahead", 1))
    if not (1 <= lags <= 64 and 1 <= stride <= 255 and 0 <= ahead < lags):
        raise ConfigError("heart_rate: lags must be 1 to 64, stride 1 to 255, and ahead below lags.")
    if not len(motion):
        lags = stride = 1
        ahead = 0
    length = window.length - (lags - 1) * stride
    if length < 16:
        raise ConfigError(f"heart_rate: a window of {window.length} samples is too short for {lags} lags of {stride}.")
    fft = FloatFft(max(16, 1 << (length - 1).bit_length()))
    low, high = map(float, given.get("range_bpm", (30.0, 220.0)))
    step = float(given.get("step_bpm", 1.0))
    states = round((high - low) / step) + 1 if step > 0 else 0
    bins, band = fft.length / window.rate_hz, given.get("band_hz", (0.5, 4.0))
    memory = floats(given.get("memory", (0.0, 0.5, 0.85) if len(motion) else (0.0,)))
    if not 3 <= states <= lib.MK_HEART_RATE_MOST_STATES:
        raise ConfigError(f"heart_rate: range_bpm and step_bpm give {states} rates, not 3 to 512.")
    if not 1 <= len(memory) <= lib.MK_CANCEL_MOST_MEMORIES:
        raise ConfigError(f"heart_rate: memory takes 1 to {lib.MK_CANCEL_MOST_MEMORIES} numbers.")
    weights = floats(np.hanning(length + 2)[1:-1])
    cancel = (
        length, len(motion), lags, stride, 1, len(memory), window.length, np.float32(given.get("ridge", 0.01)),
        tuple(np.float32(value) for value in memory), weights,
    )  # fmt: skip
    spectrum = (
        (fft.length, fft.twiddle, fft.order), length, states, int(np.ceil(band[0] * bins)),
        int(np.floor(band[1] * bins)), np.float32(low / 60 * bins), np.float32(step / 60 * bins),
        np.float32(1.5 * fft.length / length), np.float32(given.get("harmonic", 0.5)),
        np.float32(given.get("strength", 8.0)),
    )  # fmt: skip
    numbers = {"spread_bpm": 2.5, "jump": 1e-5, "tempering": 0.5, "tolerance_bpm": 5.0, "least_confidence": 0.5}
    rate = (states, np.float32(low), np.float32(step), *(np.float32(given.get(k, v)) for k, v in numbers.items()))
    equations = _check(cancel, spectrum, rate, bool(len(motion)))
    config = Struct("mk_feature_rate_config", (cancel, spectrum, rate, _or_none(motion), (lags - 1 - ahead) * stride))
    terms = len(motion) * lags
    own = max(length + terms + terms * (terms + 1) + 2 * terms, 2 * fft.length)
    scratch = 4 * states + len(memory) * length + len(motion) * window.length + own
    names = [f"{name}.heart_rate_bpm", f"{name}.heart_rate_confidence"]
    return Feature("mk_feature_heart_rate", channel, names, scratch, config, 2 + states + equations)


def _check(cancel: tuple, spectrum: tuple, rate: tuple, moved: bool) -> int:
    """Let the core's blocks refuse what they can't do; floats that the cancellation remembers."""
    native = Native()
    tracked = native.struct(Struct("mk_heart_rate_config", rate))
    belief = ffi.new("float[]", lib.MK_HEART_RATE_MOST_STATES)
    check(lib.mk_heart_rate_init(ffi.new("mk_heart_rate *"), tracked, belief), "heart_rate: range_bpm or its track")
    check(lib.mk_heart_spectrum_check(native.struct(Struct("mk_heart_spectrum", spectrum))), "heart_rate: band_hz")
    if not moved:
        return 0
    config = native.struct(Struct("mk_cancel_config", cancel))
    equations = int(lib.mk_cancel_state(config))
    state = ffi.new("float[]", equations + 1)
    check(lib.mk_cancel_init(ffi.new("mk_cancel *"), config, state), "heart_rate: lags, ridge or memory")
    return equations
