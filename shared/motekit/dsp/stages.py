"""The stages that `[[conditioning]]` can declare, and what each makes of channels and rate (`mk_stage`)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.signal

from ..core import lib
from ..errors import ConfigError
from .conditioning import DcBlock, Gravity, Median, Normalise
from .constants import Name, Struct
from .floats import floats
from .resample import Fir, Resampler
from .sos import Sos
from .spectral import Envelope, OrderTracker


@dataclass(frozen=True)
class Signal:
    """What flows between two stages: names of the channels, and frames a second (or a turn)."""

    channels: tuple[str, ...]
    rate_hz: float


@dataclass(frozen=True)
class Stage:
    """One stage as the core runs it.

    Attributes
    ----------
    name : str
        As declared.
    run : str
        The core's function.
    config : Struct or ndarray
        Its configuration.
    state : int
        floats of state.
    chosen : int
        Bit c is set for channel c that the stage works on.
    out : Signal
        What comes out.
    most : int
        Frames out for one frame in, at most.
    memory : float
        Frames out for which a frame in is felt (above a hundredth).
    delay_s : float
        By which a slow signal is late, in seconds.
    """

    name: str
    run: str
    config: Any
    state: int
    chosen: int
    out: Signal
    most: int = 1
    memory: float = 0.0
    delay_s: float = 0.0

    def struct(self, channels: int) -> tuple:
        """Members of the core's `mk_stage`."""
        return (Name(self.run), self.config, self.state, self.chosen, self.most, channels, len(self.out.channels))


_NOTHING = np.zeros(1, np.uint8)


def _impulse_memory(response: np.ndarray) -> int:
    """Samples until what is left of an impulse response is a hundredth of it."""
    left = np.cumsum(np.abs(response)[::-1])[::-1]
    return int((left > 0.01 * left[0]).sum())


def _filter(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    rate = signal.rate_hz
    if "notch_hz" in given:
        b, a = scipy.signal.iirnotch(given["notch_hz"], given.get("q", 30.0), fs=rate)
        block = Sos.from_sections(scipy.signal.tf2sos(b, a), rate)
    else:
        cutoff = given["cutoff_hz"]
        cutoff = tuple(cutoff) if isinstance(cutoff, list) else cutoff
        block = Sos(given.get("kind", "lowpass"), cutoff, given.get("order", 2), rate)
    coefficients = block.tables["coefficients"]
    slowest = float(np.abs(scipy.signal.sos2zpk(block.sections)[1]).max())
    impulse = np.zeros(min(int(8 / (1 - slowest)) + 16, 10**6))
    impulse[0] = 1
    # a band-pass has no gain at 0 but for rounding, and its sections say so exactly
    gain = float(np.prod(block.sections[:, :3].sum(1) / block.sections[:, 3:].sum(1)))
    gain = gain if abs(gain) > 1e-6 else 0.0
    config = Struct("mk_stage_sos_config", (coefficients, np.float32(gain), len(coefficients)))
    memory = _impulse_memory(scipy.signal.sosfilt(block.sections, impulse))
    delay = block.group_delay_s(rate / 1e4) if gain else 0.0
    state = len(chosen) * (2 + 2 * len(coefficients))
    return Stage("filter", "mk_stage_sos", config, state, _bits(chosen), signal, 1, memory, delay)


def _rate_changer(name: str, block: Fir, signal: Signal, ratio: float) -> Stage:
    taps = int(block.struct.taps)
    config = Struct("mk_resample_config", (block.tables["phases"], block.up, block.down, taps))
    state = 5 + len(signal.channels) * taps
    out = Signal(signal.channels, signal.rate_hz * ratio)
    bits = _bits(range(len(signal.channels)))
    most = -(-block.up // block.down)
    return Stage(name, "mk_stage_resample", config, state, bits, out, most, taps * ratio, block.delay / signal.rate_hz)


def _fir(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    taps = given.get("taps")
    if not isinstance(taps, list):
        cutoff = given["cutoff_hz"]
        taps = scipy.signal.firwin(
            int(taps or 31), cutoff, pass_zero=given.get("kind", "lowpass"), fs=signal.rate_hz,
            window=("kaiser", 5.0),
        )  # fmt: skip
    every = int(given.get("decimate", 1))
    return _rate_changer("fir", Fir(np.asarray(taps), 1, every), signal, 1 / every)


def _resample(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    if abs(signal.rate_hz - round(signal.rate_hz)) > 1e-9:
        raise ConfigError(f"resample: {signal.rate_hz:g} Hz is not a whole number. Take fir with decimate.")
    to_hz = given["to_hz"]
    block = Resampler(round(signal.rate_hz), to_hz, given.get("half_length", 10))
    return _rate_changer("resample", block, signal, to_hz / signal.rate_hz)


def _dc_block(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    pole = np.float32(DcBlock(given["cutoff_hz"], signal.rate_hz).r)
    memory = np.log(0.01) / np.log(max(float(pole), 1e-6))
    config = floats([pole])
    return Stage("dc_block", "mk_stage_dcblock", config, 3 * len(chosen), _bits(chosen), signal, 1, memory)


def _median(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    hampel = given["stage"] == "hampel"
    block = Median(given.get("width", 5), given.get("threshold", 3.0) if hampel else 0.0)
    config = Struct("mk_stage_median_config", (np.float32(block.threshold), block.width))
    state = len(chosen) * (2 + 2 * block.width)
    delay = block.width // 2 / signal.rate_hz
    return Stage(given["stage"], "mk_stage_median", config, state, _bits(chosen), signal, 1, block.width, delay)


def _normalise(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    share = 1 - np.exp(-1 / (given["time_s"] * signal.rate_hz))
    block = Normalise(float(share), given["floor"])
    config = Struct("mk_stage_normalise_config", (np.float32(block.share), np.float32(block.floor)))
    memory = 4.6 * given["time_s"] * signal.rate_hz
    return Stage("normalise", "mk_stage_normalise", config, 4 * len(chosen), _bits(chosen), signal, 1, memory)


def _gravity(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    block = Gravity(1, given.get("cutoff_hz", 0.3), signal.rate_hz)
    outputs = given.get("outputs", "body")
    if outputs not in ("body", "gravity", "both"):
        raise ConfigError(f"gravity: outputs {outputs!r} must be body, gravity or both.")
    body, gravity = outputs != "gravity", outputs != "body"
    added = tuple(f"gravity_{signal.channels[c]}" for c in chosen) if body and gravity else ()
    config = Struct("mk_stage_gravity_config", (np.float32(block.share), int(body), int(gravity)))
    out = Signal(signal.channels + added, signal.rate_hz)
    memory = np.log(0.01) / np.log(1 - block.share) if block.share < 1 else 1.0
    return Stage("gravity", "mk_stage_gravity", config, 2 * len(chosen), _bits(chosen), out, 1, memory)


def _magnitude(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    keep = bool(given.get("keep", False))
    left = tuple(n for c, n in enumerate(signal.channels) if keep or c not in chosen)
    out = Signal((*left, given.get("name", "magnitude")), signal.rate_hz)
    return Stage("magnitude", "mk_stage_magnitude", np.array([keep], np.uint8), 0, _bits(chosen), out)


def _select(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    out = Signal(tuple(signal.channels[c] for c in sorted(chosen)), signal.rate_hz)
    return Stage("select", "mk_stage_select", _NOTHING, 0, _bits(chosen), out)


def _gain(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    order = given.get("channels", list(signal.channels))
    places = [order.index(signal.channels[c]) for c in chosen]
    pairs = [(each(given.get("offset", 0.0), k), each(given["gain"], k)) for k in places]
    return Stage("gain", "mk_stage_gain", floats(pairs), 0, _bits(chosen), signal)


def _difference(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    config = floats([signal.rate_hz])
    return Stage("difference", "mk_stage_difference", config, 2 * len(chosen), _bits(chosen), signal, 1, 1)


def _envelope(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    block = Envelope(given.get("taps", 65))
    taps = len(block.taps)
    config = Struct("mk_resample_config", (block.tables["phases"], 1, 1, taps))
    state, delay = len(chosen) * (2 + taps), block.delay / signal.rate_hz
    return Stage("envelope", "mk_stage_envelope", config, state, _bits(chosen), signal, 1, taps, delay)


def _rectify(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    return Stage("rectify", "mk_stage_rectify", _NOTHING, 0, _bits(chosen), signal)


_TURNS_A_SECOND = {"hz": 1.0, "rpm": 1 / 60, "rad/s": 1 / (2 * np.pi)}


def _order(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    speed, unit, most = given["speed"], given.get("unit", "hz"), given.get("most", 4)
    if speed not in signal.channels or len(signal.channels) < 2:
        raise ConfigError(f"order: no channel {speed!r} beside others. Known: {', '.join(signal.channels)}.")
    if unit not in _TURNS_A_SECOND or not 1 <= most <= lib.MK_ORDER_MOST:
        raise ConfigError(f"order: unit must be one of {', '.join(_TURNS_A_SECOND)}, and most from 1 to 64.")
    block = OrderTracker(given["per_turn"])
    factor = np.float32(_TURNS_A_SECOND[unit] / signal.rate_hz)
    config = Struct("mk_stage_order_config", (factor, block.per_turn, signal.channels.index(speed)))
    out = Signal(tuple(name for name in signal.channels if name != speed), float(block.per_turn))
    bits = _bits(range(len(signal.channels)))
    return Stage("order", "mk_stage_order", config, 2 + 2 * len(out.channels), bits, out, most, most)


def _smooth(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    samples = given["time_s"] * signal.rate_hz
    if not samples > 0:
        raise ConfigError(f"smooth: time_s {given['time_s']} must be above 0.")
    share = np.float32(1 - np.exp(-1 / samples))
    return Stage(
        "smooth", "mk_stage_smooth", floats([share]), 2 * len(chosen), _bits(chosen), signal, 1, 4.6 * samples,
        given["time_s"],
    )  # fmt: skip


def _copy(given: dict[str, Any], chosen: list[int], signal: Signal) -> Stage:
    names = given.get("names", [f"{signal.channels[c]}_copy" for c in chosen])
    if len(names) != len(chosen):
        raise ConfigError(f"copy: {len(names)} names for {len(chosen)} channels. Give one each.")
    out = Signal((*signal.channels, *names), signal.rate_hz)
    return Stage("copy", "mk_stage_copy", _NOTHING, 0, _bits(chosen), out)


Maker = Callable[[dict[str, Any], list[int], Signal], Stage]

STAGES: dict[str, tuple[Maker, set[str]]] = {
    "filter": (_filter, {"kind", "cutoff_hz", "order", "notch_hz", "q", "channels"}),
    "fir": (_fir, {"kind", "cutoff_hz", "taps", "decimate"}),
    "resample": (_resample, {"to_hz", "half_length"}),
    "dc_block": (_dc_block, {"cutoff_hz", "channels"}),
    "median": (_median, {"width", "channels"}),
    "hampel": (_median, {"width", "threshold", "channels"}),
    "normalise": (_normalise, {"time_s", "floor", "channels"}),
    "gravity": (_gravity, {"cutoff_hz", "outputs", "channels"}),
    "magnitude": (_magnitude, {"keep", "name", "channels"}),
    "select": (_select, {"channels"}),
    "gain": (_gain, {"gain", "offset", "channels"}),
    "difference": (_difference, {"channels"}),
    "envelope": (_envelope, {"taps", "channels"}),
    "rectify": (_rectify, {"channels"}),
    "smooth": (_smooth, {"time_s", "channels"}),
    "copy": (_copy, {"names", "channels"}),
    "order": (_order, {"per_turn", "speed", "unit", "most"}),
}


def _bits(channels: Any) -> int:
    return sum(1 << c for c in channels)


def each(value: Any, channel: int) -> float:
    """A number for all channels, or one of a list."""
    return float(value[channel] if isinstance(value, list) else value)


def build(given: dict[str, Any], signal: Signal) -> Stage:
    """The stage that one entry of `[[conditioning]]` declares, for the signal before it.

    Raises
    ------
    ConfigError
        If the stage, a key or a channel is unknown, or a value out of its range.
    """
    name = given.get("stage")
    if name not in STAGES:
        known = ", ".join(sorted({*STAGES, "scale", "gaps", "detrend", "standardise"}))
        raise ConfigError(f"unknown conditioning stage {name!r}. Known: {known}.")
    make, keys = STAGES[name]
    if unknown := set(given) - keys - {"stage"}:
        raise ConfigError(f"{name} has no key {sorted(unknown)[0]!r}. Known: {', '.join(sorted(keys))}.")
    channels = given.get("channels", list(signal.channels))
    for channel in channels:
        if channel not in signal.channels:
            raise ConfigError(f"{name}: no channel {channel!r}. Known: {', '.join(signal.channels)}.")
    if not channels:
        raise ConfigError(f"{name}: no channels. Name at least one.")
    try:
        stage = make(given, sorted(signal.channels.index(channel) for channel in channels), signal)
    except KeyError as error:
        raise ConfigError(f"{name} needs the key {error.args[0]!r}. Add it.") from None
    except (TypeError, ValueError, IndexError, ZeroDivisionError) as error:
        raise ConfigError(f"{name}: {error}. Correct the value.") from error
    if len(stage.out.channels) > lib.MK_CONDITIONING_CHANNELS or len(set(stage.out.channels)) < len(stage.out.channels):
        raise ConfigError(f"{name}: gives channels {', '.join(stage.out.channels)}: at most 16, all different.")
    return stage
