"""From a camera's lines to features of pictures, as an app.toml declares them (`mk_picture_stream`).

[camera]            width, height, fps
[[conditioning]]    stage = "crop"      x, y, width, height
                    stage = "resize"    width, height, method = "area" | "bilinear"
                    stage = "equalise"
[[features]]        block = "pixels"          normalise
                    block = "boxes"           columns, rows
                    block = "motion"          threshold
                    block = "grey_histogram"  bins
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError
from ..files import write_if_changed
from .affine import Affine
from .constants import Name, Native, Source, Struct
from .floats import FloatBlock

#: blocks' scratch, at least, in words: the health check counts grey levels
_SCRATCH = 256


@dataclass(frozen=True)
class PictureStep:
    """One step as the core runs it: its function (or none), the part of the picture, and bytes of its own."""

    run: str | None
    x: int
    y: int
    width: int
    height: int
    bytes: int = 0

    def struct(self) -> tuple:
        """Members of the core's `mk_picture_step`."""
        return (Name(self.run) if self.run else None, self.x, self.y, self.width, self.height, self.bytes)


@dataclass(frozen=True)
class PictureFeature:
    """One block: the core's function, its configuration, names of its values, words of scratch."""

    run: str
    config: np.ndarray
    names: list[str]
    scratch: int = 0
    remembers: bool = False

    def struct(self) -> tuple:
        """Members of the core's `mk_picture_feature`."""
        return (Name(self.run), self.config, len(self.names))


Size = tuple[int, int]


def _crop(given: dict[str, Any], size: Size) -> PictureStep:
    x, y, width, height = (int(given[key]) for key in ("x", "y", "width", "height"))
    if min(x, y) < 0 or min(width, height) < 1 or x + width > size[0] or y + height > size[1]:
        raise ConfigError(f"crop: {width} x {height} at {x}, {y} lies outside {size[0]} x {size[1]} pixels.")
    return PictureStep(None, x, y, width, height)


def _resize(given: dict[str, Any], size: Size) -> PictureStep:
    width, height, method = int(given["width"]), int(given["height"]), given.get("method", "area")
    if method not in ("area", "bilinear") or not (1 <= width <= 1024 and 1 <= height <= 1024):
        raise ConfigError(f"resize: {width} x {height} by {method!r}: 1 to 1024 pixels, by area or bilinear.")
    return PictureStep(f"mk_step_{method}", 0, 0, width, height, -(-width * height // 4) * 4)


def _equalise(given: dict[str, Any], size: Size) -> PictureStep:
    return PictureStep("mk_step_equalise", 0, 0, *size)


STEPS: dict[str, tuple[Callable[[dict[str, Any], Size], PictureStep], set[str]]] = {
    "crop": (_crop, {"x", "y", "width", "height"}),
    "resize": (_resize, {"width", "height", "method"}),
    "equalise": (_equalise, set()),
}


def _pixels(given: dict[str, Any], size: Size) -> PictureFeature:
    names = [f"pixel {x},{y}" for y in range(size[1]) for x in range(size[0])]
    return PictureFeature("mk_picture_pixels", np.array([bool(given.get("normalise", True))], np.uint8), names)


def _boxes(given: dict[str, Any], size: Size) -> PictureFeature:
    columns, rows = int(given["columns"]), int(given["rows"])
    if not (1 <= columns <= size[0] and 1 <= rows <= size[1]):
        raise ConfigError(f"boxes: {columns} x {rows} do not fit into {size[0]} x {size[1]} pixels.")
    names = [f"box {c},{r}" for r in range(rows) for c in range(columns)]
    scratch = (size[0] + 1) * (size[1] + 1)
    return PictureFeature("mk_picture_boxes", np.array([columns, rows], np.uint16), names, scratch)


def _motion(given: dict[str, Any], size: Size) -> PictureFeature:
    threshold = int(given.get("threshold", 16))
    if not 0 <= threshold <= 255:
        raise ConfigError(f"motion: threshold {threshold} must be from 0 to 255.")
    names = [f"motion.{name}" for name in ("energy", "changed", "x", "y")]
    return PictureFeature("mk_picture_motion", np.array([threshold], np.uint8), names, remembers=True)


def _histogram(given: dict[str, Any], size: Size) -> PictureFeature:
    bins = int(given.get("bins", 8))
    if not 2 <= bins <= 256:
        raise ConfigError(f"grey_histogram: bins {bins} must be from 2 to 256.")
    return PictureFeature(
        "mk_picture_histogram", np.array([bins], np.uint16), [f"grey {k}/{bins}" for k in range(bins)]
    )


BLOCKS: dict[str, tuple[Callable[[dict[str, Any], Size], PictureFeature], set[str]]] = {
    "pixels": (_pixels, {"normalise"}),
    "boxes": (_boxes, {"columns", "rows"}),
    "motion": (_motion, {"threshold"}),
    "grey_histogram": (_histogram, {"bins"}),
}


def _made(table: dict, given: dict[str, Any], key: str, size: Size) -> Any:
    name = given.get(key)
    if name not in table:
        raise ConfigError(f"a camera has no {key} {name!r}. Known: {', '.join(table)}.")
    make, known = table[name]
    if unknown := set(given) - known - {key}:
        raise ConfigError(f"{name} has no key {sorted(unknown)[0]!r}. Known: {', '.join(sorted(known)) or 'none'}.")
    try:
        return make(given, size)
    except KeyError as error:
        raise ConfigError(f"{name} needs the key {error.args[0]!r}. Add it.") from None
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{name}: {error}. Correct the value.") from error


class PictureStream(FloatBlock):
    """Frames, steps, features and int8 input, all as the firmware computes them.

    Parameters
    ----------
    conditioning : list of dict
        The steps, as this module's text says; may be empty.
    features : list of dict
        The blocks.
    width, height : int
        Of a frame: width even and 32 to 1024, height 2 to 1024.
    fps : float
        Frames a second; where half as much time again passes between two, one is lost.
    affine : Affine, optional
        Of the network's input.

    Raises
    ------
    ConfigError
        If a step, block or key is unknown, or a value out of its range.
    """

    def __init__(
        self,
        conditioning: list[dict[str, Any]],
        features: list[dict[str, Any]],
        width: int,
        height: int,
        fps: float,
        affine: Affine | None = None,
    ):
        if width % 2 or not (32 <= width <= 1024 and 2 <= height <= 1024 and 0.1 <= fps <= 1000):
            raise ConfigError(f"[camera] {width} x {height} at {fps:g}: width even, 32 to 1024, height 2 to 1024.")
        if not features:
            raise ConfigError("no [[features]] are declared. Add at least one.")
        self.width_px, self.height_px, self.fps = width, height, float(fps)
        self.steps, size = [], (width, height)
        for given in conditioning:
            self.steps.append(_made(STEPS, given, "stage", size))
            size = (self.steps[-1].width, self.steps[-1].height)
        #: of the picture that the blocks see
        self.size = size
        self.features = [_made(BLOCKS, given, "block", size) for given in features]
        #: name of each value
        self.names = [name for feature in self.features for name in feature.names]
        if len(set(self.names)) < len(self.names):
            raise ConfigError("[[features]] give a value twice. Take one of the two blocks away.")
        super().__init__(width=width, height=height, fps=float(fps))
        self.set_affine(affine)

    @classmethod
    def from_app(cls, app: Any, affine: Affine | None = None, board: str | None = None) -> "PictureStream":
        """The stream that an app.toml declares: [camera], [[conditioning]], [[features]]."""
        where = app.folder / "app.toml"
        try:
            camera = app.declared["camera"]
            stream = cls(
                app.declared.get("conditioning", []), app.features, camera["width"], camera["height"], camera["fps"],
                affine,
            )  # fmt: skip
        except KeyError as error:
            raise ConfigError(f"{where}: a camera needs {error.args[0]!r} in [camera]. Add it.") from None
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}") from error
        if len(app.sensor["channels"]) != len(stream.channels):
            raise ConfigError(f"{where}: [sensor] needs {len(stream.channels)} channels: a head, then two pixels each.")
        return stream

    def set_affine(self, affine: Affine | None) -> None:
        """Take this map to the network's input; forgets all frames."""
        if affine is not None and affine.width != self.width:
            raise ConfigError(
                f"the map to int8 is for {affine.width} features, not {self.width}. Train the model anew."
            )
        self.affine = affine
        scratch = max(_SCRATCH, *(feature.scratch for feature in self.features))
        remembers = any(feature.remembers for feature in self.features)
        words = sum(step.bytes for step in self.steps) // 4 + -(-self.width_px * self.height_px // 4) + 1
        words += -(-self.size[0] * self.size[1] // 4) if remembers else 0
        #: floats that the core's caller provides
        self.memory = self.width + scratch + words
        longest = min(65535, round(1500 / self.fps))
        #: the core's mk_picture_stream_config
        self.constants = Struct(
            "mk_picture_stream_config",
            (
                Struct("mk_picture_step", [step.struct() for step in self.steps]) if self.steps else None,
                Struct("mk_picture_feature", [feature.struct() for feature in self.features]),
                affine.constants if affine else None, self.memory, scratch, self.width_px, self.height_px, self.width,
                longest, len(self.steps), len(self.features), int(remembers),
            ),
        )  # fmt: skip
        self._native = Native()
        self.struct = self._native.struct(self.constants)
        self._memory = np.zeros(self.memory, np.float32)
        self._state = ffi.new("mk_picture_stream *")
        check(lib.mk_picture_stream_init(self._state, self.struct, pointer("float", self._memory)), "pictures")

    @property
    def width(self) -> int:
        """Features a frame."""
        return len(self.names)

    @property
    def channels(self) -> tuple[str, ...]:
        """Of the sensor's lines: the head, then two pixels each."""
        return ("line", *(f"p{x}" for x in range(0, self.width_px, 2)))

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the features, by name."""
        steps = repr(self.steps).encode()
        features = [(feature.run, len(feature.names)) for feature in self.features]
        configs = {f"{i}": feature.config for i, feature in enumerate(self.features)}
        return {"declared": np.frombuffer(steps + repr(features).encode(), np.uint8), **configs}

    @property
    def feature_hash(self) -> int:
        """64 bits that change whenever the features' bits may change."""
        return int.from_bytes(self.digest()[:8], "big")

    def reset(self) -> None:
        """Forget all frames."""
        lib.mk_picture_stream_reset(self._state)

    def push(self, lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Next lines, int16[n, 1 + width / 2]: features float32[frames, width] and flags uint8[frames]."""
        lines = np.ascontiguousarray(lines, np.int16).reshape(-1, len(self.channels))
        cursor = ffi.new("const int16_t **", pointer("int16_t", lines))
        count, most = ffi.new("uint32_t *", len(lines)), 2 * len(lines) // self.height_px + 2
        features, quality = np.empty((most, self.width), np.float32), np.empty(most, np.uint8)
        found = lib.mk_picture_stream_run(
            self._state, cursor, count, pointer("float", features), pointer("uint8_t", quality), most
        )
        return features[:found].copy(), quality[:found].copy()

    def process(self, lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Whole recording from a fresh start."""
        self.reset()
        return self.push(lines)

    def source(self, name: str) -> str:
        """C source that defines `const mk_picture_stream_config <name>`."""
        source = Source(name)
        source.struct(self.constants, name, "const")
        return '#include "motekit/picture_stream.h"\n\n' + source.text()

    def write(self, folder: Path, name: str) -> None:
        """`<name>.c` and `<name>.h` into a folder of generated sources, as `WindowStream.write` does."""
        guard = name.upper()
        header = (
            f"#ifndef {guard}_H\n#define {guard}_H\n\n"
            '#include "motekit/picture_stream.h"\n\n'
            f"#define {guard}(verb) mk_picture_stream_##verb\ntypedef mk_picture_stream {name}_stream;\n"
            f"#define {guard}_MEMORY {self.memory}u /* floats */\n#define {guard}_WIDTH {self.width}u\n"
            f"#define {guard}_CHANNELS {len(self.channels)}u\n\n"
            f"extern const mk_picture_stream_config {name};\n\n#endif\n"
        )
        write_if_changed(folder / f"{name}.c", self.source(name))
        write_if_changed(folder / f"{name}.h", header)
