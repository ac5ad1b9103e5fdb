import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.dsp import image as im
from motekit.errors import ConfigError

RNG = np.random.default_rng(3)


def pictures() -> dict[str, np.ndarray]:
    y, x = np.mgrid[0:48, 0:64]
    face = 60 + 100 * np.exp(-((x - 30) ** 2 + (y - 20) ** 2) / 200) + 5 * np.sin(x / 3)
    return {
        "noise": RNG.integers(0, 256, (48, 64), dtype=np.uint8),
        "face": face.astype(np.uint8),
        "black": np.zeros((5, 7), np.uint8),
        "white": np.full((33, 2), 255, np.uint8),
        "one pixel": np.array([[7]], np.uint8),
        "checks": ((x + y) % 2 * 255).astype(np.uint8),
        "part of a larger one": RNG.integers(0, 256, (48, 64), dtype=np.uint8)[3:20, 10:41],
    }


def test_luma_agrees_with_bt601():
    rgb = RNG.integers(0, 256, (9, 11, 3), dtype=np.uint8)
    assert np.abs(im.gray(rgb) - rgb @ [0.299, 0.587, 0.114]).max() < 1
    r, g, b = (rgb[..., 0] >> 3).astype(int), (rgb[..., 1] >> 2).astype(int), (rgb[..., 2] >> 3).astype(int)
    packed = (r << 11 | g << 5 | b).astype(np.uint16)
    full = np.stack([r * 255 / 31, g * 255 / 63, b * 255 / 31], axis=-1) @ [0.299, 0.587, 0.114]
    assert np.abs(im.gray(packed) - full).max() < 1.5
    assert im.gray(np.array([[0xFFFF, 0]], np.uint16)).tolist() == [[255, 0]]


def area_oracle(image, width, height):
    def weights(size, out):
        edges = np.arange(out + 1) * size / out
        pixels = np.arange(size)
        overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
        return np.maximum(overlap, 0) * out / size

    return weights(image.shape[0], height) @ image.astype(float) @ weights(image.shape[1], width).T


def bilinear_oracle(image, width, height):
    y = (np.arange(height) + 0.5) * image.shape[0] / height - 0.5
    x = (np.arange(width) + 0.5) * image.shape[1] / width - 0.5
    grid = np.meshgrid(np.clip(y, 0, image.shape[0] - 1), np.clip(x, 0, image.shape[1] - 1), indexing="ij")
    return scipy.ndimage.map_coordinates(image.astype(float), grid, order=1, mode="nearest")


@pytest.mark.parametrize("size", [(1, 1), (8, 6), (24, 24), (64, 48), (70, 91)], ids=str)
def test_resizing_is_the_nearest_whole_number(size):
    for name, picture in pictures().items():
        for resize, oracle in ((im.resize_area, area_oracle), (im.resize_bilinear, bilinear_oracle)):
            got, expected = resize(picture, *size), oracle(picture, *size)
            assert got.shape == size[::-1]
            assert np.abs(got - expected).max() <= 0.5 + 1e-9, (name, resize.__name__)


def test_equalisation_agrees_with_numpy():
    for name, picture in pictures().items():
        got, quality = im.equalise(picture)
        counts = np.bincount(picture.ravel(), minlength=256)
        below = np.cumsum(counts)
        darkest = counts[np.flatnonzero(counts)[0]]
        if darkest == picture.size:
            assert quality == 8 and (got == picture).all()
            continue
        table = np.floor(np.maximum(below - darkest, 0) * 255 / (picture.size - darkest) + 0.5)
        assert (got == table[picture]).all() and quality == 0, name


def test_normalisation_agrees_with_numpy():
    for name, picture in pictures().items():
        exact = picture.astype(float)
        got, quality = im.normalise(picture)
        expected = (exact - exact.mean()) / (exact.std() or 1)
        assert np.abs(got - expected).max() <= 1e-5 * max(np.abs(expected).max(), 1), name
        assert quality == (8 if exact.std() == 0 else 0)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_boxes_and_crops_agree_with_numpy(data):
    picture = pictures()[data.draw(st.sampled_from(list(pictures())))]
    height, width = picture.shape
    x, y = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    w, h = data.draw(st.integers(1, width - x)), data.draw(st.integers(1, height - y))
    sums = im.integral(picture)
    assert (sums[1:, 1:] == picture.cumsum(0, dtype=np.int64).cumsum(1)).all()
    part = picture[y : y + h, x : x + w]
    assert im.box_mean(sums, x, y, w, h) == pytest.approx(part.mean(), rel=1e-6)
    cut = im.crop(picture, x, y, w, h)
    assert (cut == part).all() and np.shares_memory(cut, picture)
    for wrong in ((x, y, width - x + 1, h), (x, y, w, height - y + 1), (-1, y, w, h), (x, y, 0, h)):
        with pytest.raises(ConfigError):
            im.box_mean(sums, *wrong)
        with pytest.raises(ConfigError):
            im.crop(picture, *wrong)


def test_motion_agrees_with_numpy():
    before = pictures()["noise"]
    now = before.copy()
    now[10:20, 40:50] = RNG.integers(0, 256, (10, 10))
    size = np.abs(now.astype(int) - before)
    y, x = np.mgrid[0:48, 0:64] + 0.5
    expected = [size.mean(), (size > 16).mean(), (size * x).sum() / size.sum() / 64, (size * y).sum() / size.sum() / 48]
    np.testing.assert_allclose(im.motion(before, now), expected, rtol=1e-6)
    assert im.motion(before, before) == (0, 0, 0.5, 0.5)


def test_impossible_images_are_refused():
    with pytest.raises(ConfigError):
        im.resize_area(pictures()["noise"], 0, 4)
    with pytest.raises(ConfigError):
        im.equalise(np.zeros((4, 5000), np.uint8))
    with pytest.raises(ValueError, match="uint8"):
        im.integral(np.zeros((4, 4)))
