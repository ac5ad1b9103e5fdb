"""A camera app of app.toml alone: blocks by themselves, any split, what is wrong with frames, training and firmware."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from float_signals import assert_same_bits
from motekit import chains
from motekit.dsp import image as im
from motekit.dsp.camera import missing, pack
from motekit.dsp.pictures import PictureStream
from motekit.errors import ConfigError, DataError
from motekit.verify import verify

WIDTH, HEIGHT, FPS = 64, 48, 10
STEPS = [
    {"stage": "crop", "x": 4, "y": 2, "width": 48, "height": 40},
    {"stage": "resize", "width": 24, "height": 20},
    {"stage": "equalise"},
]
BLOCKS = [
    {"block": "boxes", "columns": 5, "rows": 3},
    {"block": "motion"},
    {"block": "grey_histogram", "bins": 6},
    {"block": "pixels"},
]
TOML = f"""
[app]
name = "tray"
summary = "Tells whether a tray is empty, full or moved"
version = "1.0.0"
dataset = "tray"

[sensor]
kind = "camera"
unit = "two grey pixels"
rate_hz = {FPS * HEIGHT}
channels = ["line", {", ".join(f'"p{x}"' for x in range(0, WIDTH, 2))}]

[camera]
width = {WIDTH}
height = {HEIGHT}
fps = {FPS}

[window]
length_s = {1 / FPS}
hop_s = {1 / FPS}

[[conditioning]]
stage = "resize"
width = 32
height = 24

[[features]]
block = "boxes"
columns = 6
rows = 4

[[features]]
block = "motion"

[model]
labels = ["empty", "full"]

[decision]
threshold = 0.6
smoothing_s = 0.3
patience_s = 0.3

[boards]
emulated = ["host", "mps2_an386"]
"""


def shown(label: str, seed: int, frames: int = 8) -> np.ndarray:
    """Pictures of a tray, uint8[frames, height, width], with or without something round on it."""
    rng = np.random.default_rng((seed, len(label)))
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    light, at = rng.uniform(80, 90), rng.uniform(-5, 5, 2)
    thing = 90 * np.exp(-((x - 32 - at[0]) ** 2 + (y - 24 - at[1]) ** 2) / 120) if label == "full" else 0
    return (light + 0.5 * x + thing + rng.normal(0, 4, (frames, HEIGHT, WIDTH))).clip(0, 255).astype(np.uint8)


def times(frames: int) -> list[int]:
    return [100 * (k + 1) for k in range(frames)]


def stream() -> PictureStream:
    return PictureStream(STEPS, BLOCKS, WIDTH, HEIGHT, FPS)


def test_features_are_the_blocks_one_after_the_other():
    made, frames = stream(), shown("full", 1)
    features, quality = made.process(pack(frames, times(8)))
    before = None
    for frame, row in zip(frames, features, strict=True):
        small = im.resize_area(im.crop(frame, 4, 2, 48, 40), 24, 20)
        picture = im.equalise(small)[0]
        sums = im.integral(picture)
        edges = [k * 24 // 5 for k in range(6)], [k * 20 // 3 for k in range(4)]
        boxes = [
            im.box_mean(sums, edges[0][c], edges[1][r], edges[0][c + 1] - edges[0][c], edges[1][r + 1] - edges[1][r])
            for r in range(3)
            for c in range(5)
        ]
        moved = im.motion(picture if before is None else before, picture)
        shares = np.bincount(picture.ravel().astype(int) * 6 // 256, minlength=6) / picture.size
        expected = [*boxes, *moved, *shares, *im.normalise(picture)[0].ravel()]
        assert_same_bits(row, np.array(expected, np.float32))
        before = picture
    assert (quality == 0).all() and made.names[:2] == ["box 0,0", "box 1,0"]


@given(st.lists(st.integers(0, 8 * HEIGHT), max_size=8), st.integers(0, 2**31))
@settings(max_examples=15, deadline=None)
def test_any_split_of_any_lines_gives_the_same_bits(cuts, seed):
    rng = np.random.default_rng(seed)
    lines = pack(shown("full", 2), times(8))
    lines[rng.random(len(lines)) < rng.choice([0, 0.003, 0.1]), 0] = rng.choice([-32768, 3, 500, -90])
    made = stream()
    features, quality = made.process(lines)
    made.reset()
    parts = [made.push(part) for part in np.split(lines, sorted(cuts))]
    assert_same_bits(np.concatenate([part[0] for part in parts]), features)
    assert np.concatenate([part[1] for part in parts]).tolist() == quality.tolist()


def test_what_is_wrong_with_a_frame_is_flagged():
    frames = shown("empty", 3)
    frames[2], frames[3], frames[4], frames[6] = 0, 255, 90, frames[5]
    made = stream()
    assert made.process(pack(frames, times(8)))[1].tolist() == [0, 0, 2, 2, 8, 0, 16, 0]
    lines = pack(shown("empty", 3), times(8))
    torn = np.delete(lines, HEIGHT * 2 + 5, axis=0)
    assert made.process(torn)[1].tolist() == [0, 0, 4, 0, 0, 0, 0]
    lost = np.delete(lines, np.s_[HEIGHT * 2 : HEIGHT * 3], axis=0)
    assert made.process(lost)[1].tolist() == [0, 0, 4, 0, 0, 0, 0]
    unplugged = np.concatenate([lines[: HEIGHT * 2], missing(2, HEIGHT, WIDTH), lines[HEIGHT * 2 :]])
    assert made.process(unplugged)[1].tolist() == [0, 0, 21, 21, 4, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("steps", "blocks", "message"),
    [
        ([{"stage": "crop", "x": 60, "y": 0, "width": 8, "height": 8}], BLOCKS, "outside"),
        ([{"stage": "resize", "width": 8}], BLOCKS, "needs the key 'height'"),
        ([{"stage": "resize", "width": 8, "height": 8, "method": "magic"}], BLOCKS, "magic"),
        ([{"stage": "filter"}], BLOCKS, "no stage 'filter'"),
        ([], [{"block": "boxes", "columns": 99, "rows": 1}], "do not fit"),
        ([], [{"block": "motion", "threshold": 256}], "threshold"),
        ([], [{"block": "grey_histogram", "bins": 1}], "bins"),
        ([], [{"block": "pixels", "every": 2}], "no key 'every'"),
        ([], [{"block": "motion"}, {"block": "motion"}], "twice"),
        ([], [], "at least one"),
    ],
)
def test_wrong_declarations_are_refused(steps, blocks, message):
    with pytest.raises(ConfigError, match=message):
        PictureStream(steps, blocks, WIDTH, HEIGHT, FPS)


@pytest.fixture(scope="module")
def tray(tmp_path_factory):
    """The app's folder, with a network that has learnt from pictures in folders, and those."""
    folder, data = tmp_path_factory.mktemp("tray"), tmp_path_factory.mktemp("trays")
    (folder / "app.toml").write_text(TOML)
    for label in ("empty", "full"):
        (data / label).mkdir()
        for group in range(4):
            for k, frame in enumerate(shown(label, group)):
                Image.fromarray(frame).save(data / label / f"t{group}_{k}.png")
    chains.of(folder).train(data, folder / "pretrained", epochs=40)
    return folder, data


def test_pictures_in_folders_are_learnt_and_firmware_sees_what_python_sees(tray):
    folder, data = tray
    chain = chains.of(folder)
    found = chain.evaluate(data, board=None)
    assert found["metrics"]["accuracy"] > 0.9 and found["data"]["groups"] == 4
    takes = chain.takes(data)
    blind = takes[0].frames.copy()
    blind[HEIGHT * 3 : HEIGHT * 6] = -32768
    replayed = verify(chain, "host", [replace(takes[0], frames=blind), *takes[1:3]])
    assert replayed.equal == {"features": True, "scores": True, "decisions": True}
    assert any(chain.describe(e)["label"] == "unknown" for answer in replayed.firmware for e in answer.events)


def test_folders_without_pictures_and_broken_ones_say_so(tray, tmp_path):
    chain = chains.of(tray[0])
    with pytest.raises(DataError, match="no picture"):
        chain.takes(tmp_path)
    (tmp_path / "a.png").write_text("no")
    with pytest.raises(DataError, match="cannot be read"):
        chain.takes(tmp_path)
