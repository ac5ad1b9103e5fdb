"""Configurations of the larger blocks that the bench runs, as C: those of Python's own, bit for bit."""

from pathlib import Path

import numpy as np

from .codegen import c
from .codegen.struct import address, initialiser
from .dsp.bearing import Bearing, Geometry
from .dsp.block import Block
from .dsp.constants import Source
from .dsp.logmel import LogMel
from .dsp.pictures import PictureStream
from .dsp.rows import Rows
from .post.body import Body
from .post.drowsiness import Drowsiness
from .post.heart import Heart

_ROWS = [{"block": "pcan"}, {"block": "mfcc"}, {"block": "vad"}, {"block": "delta"}]


_STEPS = [
    {"stage": "crop", "x": 4, "y": 2, "width": 48, "height": 40},
    {"stage": "resize", "width": 24, "height": 20},
    {"stage": "equalise"},
    {"stage": "resize", "width": 28, "height": 22, "method": "bilinear"},
]
_SIGHTS = [
    {"block": "boxes", "columns": 5, "rows": 3}, {"block": "motion"}, {"block": "grey_histogram"}, {"block": "pixels"},
]  # fmt: skip


def bearing() -> Bearing:
    """A slow accelerometer, so that a thousand samples are rows."""
    return Bearing(
        Geometry(9, 7.94, 39.04), rate_hz=1600, scale=0.01, bands_hz=((100, 300), (300, 700)), envelope_hz=800,
        per_turn=16, turns=4, shape_hz=(50, 750, 8), frame=64,
    )  # fmt: skip


def _defined(prefix: str, ctype: str, block: Block) -> str:
    """A block's tables and its configuration `<prefix>_config`."""
    tables = {f"{prefix}_{name}": table for name, table in block.tables.items() if table.size}
    names = {address(table): name for name, table in tables.items()}
    text = "".join(c.array(name, table, "static const") for name, table in tables.items())
    for name, resampler in getattr(block, "rates", {}).items():
        if resampler is not None:
            names[address(resampler.struct)] = f"&{prefix}_{name}"
            given = initialiser(resampler.struct, names)
            text += f"static const mk_resample_config {prefix}_{name} = {given};\n"
    return text + f"static const {ctype} {prefix}_config = {initialiser(block.struct, names)};\n"


def write(folder: Path) -> None:
    """One header a group of cases, into the folder the bench is built in."""
    made, heart, body, rows = bearing(), Heart(), Body(), Rows(LogMel(), _ROWS)
    sizes = {"BEARING": (made.memory_floats, made.scratch_floats), "HEART": (heart.memory, heart.scratch)}
    sizes["BODY"] = (body.memory, body.scratch)

    def header(name: str) -> str:
        return f"#define {name}_MEMORY {sizes[name][0]}u\n#define {name}_SCRATCH {sizes[name][1]}u\n"

    text = header("BEARING") + f"#define BEARING_WIDTH {made.width}u\n" + _defined("bearing", "mk_bearing_config", made)
    (folder / "bearing_config.h").write_text(text, encoding="utf8")
    text = header("HEART") + f"#define HEART_HOP {heart.hop}u\n" + _defined("heart", "mk_heart_config", heart)
    (folder / "heart_config.h").write_text(text, encoding="utf8")
    (folder / "body_config.h").write_text(header("BODY") + _defined("body", "mk_body_config", body), encoding="utf8")
    pictures = PictureStream(_STEPS, _SIGHTS, 64, 48, 10)
    text = f"#define PICTURES_MEMORY {pictures.memory}u\n" + pictures.source("bench_pictures")
    (folder / "pictures.h").write_text(text, encoding="utf8")
    source, drowsiness = Source("rows"), Drowsiness()
    rows.write(source, "bench_rows")
    weights = c.array("activity_weights", np.asarray(body.settings.activity.weights, np.float32), "static const")
    text = f"#define ROWS_MEMORY {rows.memory}u\n" + source.text() + weights
    text += f"static const mk_drowsiness_config drowsiness_config = {initialiser(drowsiness.struct)};\n"
    (folder / "decisions.h").write_text(text, encoding="utf8")
