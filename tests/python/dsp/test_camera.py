"""Lines of a camera: frames come out as they went in, and everything torn, missing or odd has a name."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.dsp.camera import MISSING, Camera, missing, pack, pack_patches

WIDTH, HEIGHT = 64, 48


def noise(seed, n=1, low=30, high=220):
    return np.random.default_rng(seed).integers(low, high, (n, HEIGHT, WIDTH), np.uint8)


def kinds(news):
    return [item.kind for item in news]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.lists(st.integers(1, 3000), min_size=1, max_size=5), st.data())
def test_any_split_of_the_lines_gives_the_frames_and_their_times(seed, steps, data):
    frames, times = noise(seed, len(steps)), np.cumsum(steps) + 32_000
    lines, camera, found = pack(frames, times), Camera(WIDTH, HEIGHT), []
    while len(lines):
        n = data.draw(st.integers(1, len(lines)))
        found += camera.push(lines[:n])
        lines = lines[n:]
    assert kinds(found) == ["frame"] * len(steps)
    assert all((item.pixels == frame).all() for item, frame in zip(found, frames, strict=True))
    assert [item.time_ms for item in found] == (times - times[0]).tolist(), "across the wrap of the clock as well"
    assert all(item.health == "ok" for item in found)


@pytest.mark.parametrize("lost", [0, 1, 20, HEIGHT - 1])
def test_a_missing_line_tears_its_frame_alone(lost):
    frames = noise(1, 3)
    lines = np.delete(pack(frames, [0, 66, 133]), HEIGHT + lost, axis=0)
    found = Camera(WIDTH, HEIGHT).push(lines)
    # without its first line a frame is never begun: it is a dropped one
    assert kinds(found) == (["frame", "frame"] if lost == 0 else ["frame", "torn", "frame"])
    assert (found[-1].pixels == frames[2]).all()


@pytest.mark.parametrize("head", [5, HEIGHT, 9000, 16_384 + 40])
def test_a_line_out_of_its_order_is_torn(head):
    lines = pack(noise(2, 2), [0, 66])
    lines[10, 0] = head
    assert kinds(Camera(WIDTH, HEIGHT).push(lines))[:1] == ["torn"]


def test_an_unplugged_camera_is_told_as_often_as_frames_would_come():
    camera = Camera(WIDTH, HEIGHT)
    found = camera.push(np.concatenate([pack(noise(3, 2), [0, 50]), missing(3, HEIGHT, WIDTH), pack(noise(4), [9000])]))
    assert kinds(found) == ["frame", "frame", "unplugged", "unplugged", "unplugged", "frame"]
    assert [item.time_ms for item in found] == [0, 50, 100, 150, 200, 200]
    assert camera.push(np.full((HEIGHT - 1, 1 + WIDTH // 2), MISSING, np.int16)) == []


@pytest.mark.parametrize(
    ("frame", "health"),
    [
        (np.zeros((HEIGHT, WIDTH)), "black"),
        (np.random.default_rng(0).integers(0, 12, (HEIGHT, WIDTH)), "black"),
        (np.full((HEIGHT, WIDTH), 255), "white"),
        (np.where(np.arange(WIDTH) < 30, 255, noise(5)[0]), "saturated"),
        (np.full((HEIGHT, WIDTH), 120), "flat"),
        (np.random.default_rng(0).integers(120, 124, (HEIGHT, WIDTH)), "flat"),
        (noise(6)[0], "ok"),
        (noise(6, low=0, high=60)[0], "ok"),
    ],
)
def test_health(frame, health):
    assert Camera(WIDTH, HEIGHT).push(pack(frame.astype(np.uint8)[None], [0]))[0].health == health


def test_a_frozen_picture_is_noticed_at_its_first_repetition():
    frame = noise(7)[0]
    other = frame.copy()
    other[20, 20] ^= 1
    found = Camera(WIDTH, HEIGHT).push(pack(np.stack([frame, frame, frame, other, frame]), [0, 66, 133, 200, 266]))
    assert [item.health for item in found] == ["ok", "frozen", "frozen", "ok", "ok"]


def test_patches_pass_beside_frames():
    patches = np.random.default_rng(8).integers(0, 256, (2, 32, 32), np.uint8)
    lines = np.concatenate([pack_patches(patches, WIDTH), pack(noise(9), [0])])
    found = Camera(WIDTH, HEIGHT).push(lines)
    assert kinds(found) == ["patch", "patch", "frame"]
    assert (found[0].pixels == patches[0]).all() and (found[1].pixels == patches[1]).all()
    assert kinds(Camera(WIDTH, HEIGHT).push(np.delete(pack_patches(patches, WIDTH), 7, axis=0)))[0] == "torn"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-32768, 32767), max_size=300), st.integers(0, 100))
def test_any_heads_at_all_are_survived(heads, seed):
    lines = np.random.default_rng(seed).integers(-32768, 32768, (len(heads), 1 + WIDTH // 2)).astype(np.int16)
    lines[:, 0] = heads
    camera = Camera(WIDTH, HEIGHT)
    camera.push(lines)
    frame = noise(seed)
    assert kinds(camera.push(pack(frame, [5])))[-1] == "frame", "a whole frame is taken, whatever went before"
