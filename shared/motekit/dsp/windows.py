"""From a sensor's stream to windows of features, as an app.toml declares them (`mk_window_stream`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError
from ..files import write_if_changed
from .affine import Affine
from .chain import Conditioning, Step
from .constants import Native, Source, Struct, tables
from .features import INCLUDES, WindowFeatures
from .floats import FloatBlock


@dataclass(frozen=True)
class WindowResult:
    """One window of a stream.

    Attributes
    ----------
    index : int
        Number of the window, from 0.
    features : float32[width]
    quality : int
        Flags of dsp_quality.h: `motekit.dsp.floats.quality_names` says them in words.
    tensor : int8[width] or None
        Input of the network, if the stream has an `Affine`.
    """

    index: int
    features: np.ndarray
    quality: int
    tensor: np.ndarray | None


class WindowStream(FloatBlock):
    """Conditioning, windows, features and int8 input, all as the firmware computes them.

    Parameters
    ----------
    conditioning : list of dict
        The entries of `[[conditioning]]` (motekit.dsp.chain), may be empty.
    features : list of dict
        The entries of `[[features]]` (motekit.dsp.features).
    channels : sequence of str
        The sensor's channels.
    rate_hz : float
        Its sampling rate.
    length_s, hop_s : float
        Of the windows. After a stage "order" they count turns.
    gain : float
        Unit a count, where no stage "scale" says otherwise.
    affine : Affine, optional
        Of the network's input.
    board : str, optional
        Whose scale to take, where stage "scale" names boards.

    Raises
    ------
    ConfigError
        If a stage, block, key or channel is unknown, or a value out of its range.
    """

    def __init__(
        self,
        conditioning: list[dict[str, Any]],
        features: list[dict[str, Any]],
        channels: tuple[str, ...],
        rate_hz: float,
        length_s: float,
        hop_s: float,
        gain: float = 1.0,
        affine: Affine | None = None,
        board: str | None = None,
    ):
        self.conditioning = Conditioning(conditioning, channels, rate_hz, gain, board)
        signal = self.conditioning.output
        #: conditioned frames a window, and between windows
        self.length, self.hop = round(length_s * signal.rate_hz), round(hop_s * signal.rate_hz)
        if not 1 <= self.hop <= self.length <= 65535:
            raise ConfigError(
                f"windows of {self.length} frames every {self.hop}: the hop must be from 1 to the length, and that "
                "at most 65535. Change [window] or lower the rate."
            )
        self.block = WindowFeatures(
            features, self.length, signal.channels, signal.rate_hz, self.conditioning.detrend, self.conditioning.floor,
            self.hop,
        )  # fmt: skip
        super().__init__(
            length=self.length, hop=self.hop, conditioning=self.conditioning.digest().hex(),
            features=self.block.digest().hex(),
        )  # fmt: skip
        self.rate_hz = float(rate_hz)
        # saturation is judged on the sensor's counts
        most = np.finfo(np.float32).max
        self._frame = Struct("mk_frame_config", (self.length, self.hop, len(signal.channels), -most, most))
        self.set_affine(affine)

    @classmethod
    def from_app(cls, app: Any, affine: Affine | None = None, board: str | None = None) -> "WindowStream":
        """The stream that an app.toml declares: [sensor], [window], [[conditioning]], [[features]]."""
        sensor, window = app.sensor, app.window
        gain = sensor.get("scale", sensor["range"] / 32768 if "range" in sensor else 1.0)
        conditioning = getattr(app, "declared", {}).get("conditioning", [])
        where = app.folder / "app.toml"
        try:
            return cls(
                conditioning, app.features, tuple(sensor["channels"]), sensor["rate_hz"], window["length_s"],
                window["hop_s"], gain, affine, board,
            )  # fmt: skip
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}") from error

    def set_affine(self, affine: Affine | None) -> None:
        """Take this map to the network's input; forgets all frames."""
        if affine is not None and affine.width != self.width:
            raise ConfigError(
                f"the map to int8 is for {affine.width} features, not {self.width}. Train the model anew."
            )
        self.affine = affine
        memory = self.length * len(self.block.window.channels) + self.block.scratch + self.block.state + self.width
        #: floats that the core's caller provides
        self.memory = memory + self.conditioning.memory
        maps = affine.constants if affine else None
        #: the core's mk_window_stream_config
        self.constants = Struct(
            "mk_window_stream_config",
            (self.conditioning.constants, self._frame, self.block.constants, maps, self.memory, self.width),
        )
        self._native = Native()
        self.struct = self._native.struct(self.constants)
        self._memory = np.zeros(self.memory, np.float32)
        self._state = ffi.new("mk_window_stream *")
        check(lib.mk_window_stream_init(self._state, self.struct, pointer("float", self._memory)), "windows")

    @property
    def channels(self) -> tuple[str, ...]:
        """The sensor's channels."""
        return self.conditioning.input.channels

    @property
    def names(self) -> list[str]:
        """Name of each feature."""
        return self.block.names

    @property
    def width(self) -> int:
        """Features a window."""
        return self.block.width

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the features, by name."""
        return {f"frame.{i}": table for i, table in enumerate(tables(self._frame))}

    @property
    def feature_hash(self) -> int:
        """64 bits that change whenever the features' bits may change."""
        return int.from_bytes(self.digest()[:8], "big")

    @property
    def delay_s(self) -> float:
        """Seconds between a window's newest frame and the newest sample that it shows."""
        return self.conditioning.delay_s

    def reset(self) -> None:
        """Forget all frames."""
        lib.mk_window_stream_reset(self._state)

    def gap(self, lost: int) -> None:
        """Say that so many frames were lost before the next ones."""
        lib.mk_window_stream_gap(self._state, lost)

    def push(self, frames: np.ndarray) -> Iterator[WindowResult]:
        """Windows that the next frames, int16[n, channels], complete; INT16_MIN is a missing sample."""
        channels = len(self.conditioning.input.channels)
        frames = np.ascontiguousarray(frames, np.int16).reshape(-1, channels)
        cursor = ffi.new("const int16_t **", pointer("int16_t", frames))
        count, quality = ffi.new("uint32_t *", len(frames)), ffi.new("mk_quality *")
        while lib.mk_window_stream_next(self._state, cursor, count, quality):
            tensor = None
            if self.affine is not None:
                tensor = np.empty(self.width, np.int8)
                lib.mk_window_stream_tensor(self._state, pointer("int8_t", tensor))
            features = np.frombuffer(ffi.buffer(self._state.features, 4 * self.width), np.float32).copy()
            yield WindowResult(self._state.index - 1, features, quality[0], tensor)

    def process(self, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Whole recording from a fresh start: features float32[windows, width], flags uint8[windows].

        In one call of the core, which does not hold Python's lock: recordings may be worked on in threads.
        """
        self.reset()
        channels = len(self.conditioning.input.channels)
        frames = np.ascontiguousarray(frames, np.int16).reshape(-1, channels)
        cursor = ffi.new("const int16_t **", pointer("int16_t", frames))
        count = ffi.new("uint32_t *", len(frames))
        most = self.conditioning.most_frames(len(frames)) // self.hop + 1
        features, quality = np.empty((most, self.width), np.float32), np.empty(most, np.uint8)
        found = lib.mk_window_stream_run(
            self._state, cursor, count, pointer("float", features), pointer("uint8_t", quality), most
        )
        return features[:found].copy(), quality[:found].copy()

    def batch(self, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same by whole arrays instead of a stream: conditioned at once, cut, each window by itself."""
        conditioned, flags = self.conditioning.process(frames)
        self.block.reset()
        starts = range(0, len(conditioned) - self.length + 1, self.hop)
        features, quality = np.empty((len(starts), self.width), np.float32), np.empty(len(starts), np.uint8)
        for i, start in enumerate(starts):
            window = conditioned[start : start + self.length]
            features[i] = self.block.process(window)
            flat = 8 if (window == window[0]).all(axis=0).any() else 0
            broken = 0 if np.isfinite(window).all() else 1
            marks = np.bitwise_or.reduce(flags[start : start + self.length])
            quality[i] = self.block.quality | flat | broken | marks | (4 if np.isnan(window).any() else 0)
        return features, quality

    def steps(self, frames: np.ndarray) -> list[Step]:
        """The recording after each stage of the conditioning."""
        return self.conditioning.steps(frames)

    def source(self, name: str) -> str:
        """C source that defines `const mk_window_stream_config <name>`."""
        source = Source(name)
        source.struct(self.constants, name, "const")
        return '#include "motekit/window_stream.h"\n' + INCLUDES + "\n" + source.text()

    def header(self, name: str) -> str:
        """C header that declares it and the sizes of the memory its user provides: <NAME>_MEMORY and <NAME>_WIDTH."""
        guard = name.upper()
        return (
            f"#ifndef {guard}_H\n#define {guard}_H\n\n"
            '#include "motekit/window_stream.h"\n\n'
            f"#define {guard}(verb) mk_window_stream_##verb\ntypedef mk_window_stream {name}_stream;\n"
            f"#define {guard}_MEMORY {self.memory}u /* floats */\n#define {guard}_WIDTH {self.width}u\n"
            f"#define {guard}_CHANNELS {len(self.conditioning.input.channels)}u\n\n"
            f"extern const mk_window_stream_config {name};\n\n#endif\n"
        )

    def write(self, folder: Path, name: str) -> None:
        """`<name>.c` and `<name>.h` into a folder of generated sources."""
        write_if_changed(folder / f"{name}.c", self.source(name))
        write_if_changed(folder / f"{name}.h", self.header(name))
