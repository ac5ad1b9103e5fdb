"""Loaders of eye pictures: official names and folders, and everything that can be wrong with them."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from motekit.data import catalog
from motekit.datasets import cew, eye_image, image_folder, mrl_eye
from motekit.errors import DataError


def put(path: Path, seed: int, side: int = 40, mode: str = "L") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (side, side) if mode == "L" else (side, side, 3)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, np.uint8)).save(path)
    return path


@pytest.fixture
def mrl(tmp_path):
    root = tmp_path / "mrl"
    for seed, name in enumerate(
        ("s0001_00100_0_0_0_0_0_01", "s0001_00020_0_1_1_2_1_01", "s0031_00003_1_0_1_0_0_02", "s0012_00007_0_0_0_1_1_03")
    ):
        put(root / "mrlEyes_2018_01" / name[:5] / f"{name}.png", seed, 60 + seed)
    (root / "mrlEyes_2018_01" / "annotation.txt").write_text("eye state:\n0 - close\n1 - open\n")
    return root


def test_every_field_of_an_official_name_is_read(mrl):
    first, second, third, fourth = mrl_eye.load(mrl)
    assert [e.group for e in (first, second, third, fourth)] == ["s0001", "s0001", "s0012", "s0031"]
    assert (first.label, first.glasses, first.reflections, first.good_light) == ("open", True, 2, True)
    assert (second.label, second.glasses, second.reflections) == ("closed", False, 0), "sorted by image number"
    assert (third.sensor, third.good_light) == ("Aptina Imaging", True)
    assert (fourth.gender, fourth.sensor, fourth.label) == ("female", "IDS Imaging", "open")
    assert first.pixels.shape == (61, 61) and not first.pixels.flags.writeable


def test_a_subject_folder_alone_is_enough(mrl):
    assert len(mrl_eye.load(mrl / "mrlEyes_2018_01" / "s0001")) == 2


@pytest.mark.parametrize("name", ["s0001_1_0_0_2_0_0_01.png", "eye.png", "s0001_1_0_0_0_0_01.png"])
def test_a_name_that_is_not_official_is_refused(mrl, name):
    put(mrl / "mrlEyes_2018_01" / "s0001" / name, 0)
    with pytest.raises(DataError, match="is not named as"):
        mrl_eye.load(mrl)


def test_a_picture_in_another_subjects_folder_is_refused(mrl):
    put(mrl / "mrlEyes_2018_01" / "s0002" / "s0003_00100_0_0_0_0_0_01.png", 0)
    with pytest.raises(DataError, match="folder of s0002"):
        mrl_eye.load(mrl)


def test_a_damaged_picture_is_named(mrl):
    path = mrl / "mrlEyes_2018_01" / "s0001" / "s0001_00100_0_0_0_0_0_01.png"
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DataError, match="s0001_00100"):
        mrl_eye.load(mrl)


def test_cew_folders_say_state_and_side(tmp_path):
    put(tmp_path / "dataset_B_Eye_Images/closedLeftEyes/closed_eye_0001.jpg_face_1_L.jpg", 0, 24)
    put(tmp_path / "dataset_B_Eye_Images/closedRightEyes/closed_eye_0001.jpg_face_1_R.jpg", 1, 24)
    put(tmp_path / "dataset_B_Eye_Images/openLeftEyes/Aaron_Guiel_0001_L.jpg", 2, 24)
    put(tmp_path / "dataset_B_Eye_Images/openRightEyes/Aaron_Guiel_0002_R.jpg", 3, 24)
    found = cew.load(tmp_path)
    assert [(e.label, e.side, e.group) for e in found] == [
        ("closed", "left", "closed_eye_0001.jpg_face_1"),
        ("closed", "right", "closed_eye_0001.jpg_face_1"),
        ("open", "left", "Aaron_Guiel"),
        ("open", "right", "Aaron_Guiel"),
    ]
    assert all(e.pixels.shape == (24, 24) for e in found)
    assert len(cew.load(tmp_path / "dataset_B_Eye_Images" / "openLeftEyes")) == 1


def test_folders_by_class_with_and_without_persons(tmp_path):
    put(tmp_path / "train" / "Closed_Eyes" / "a.png", 0)
    put(tmp_path / "train" / "Open" / "ann" / "b.jpg", 1, mode="RGB")
    put(tmp_path / "bob" / "open" / "c.bmp", 2)
    put(tmp_path / "elsewhere" / "d.png", 3)
    found = {e.name: (e.label, e.group) for e in image_folder.load(tmp_path)}
    assert found == {
        "train/Closed_Eyes/a.png": ("closed", "unknown"),
        "train/Open/ann/b.jpg": ("open", "ann"),
        "bob/open/c.bmp": ("open", "bob"),
    }


def test_the_layout_is_recognised(mrl, tmp_path):
    put(tmp_path / "c" / "openLeftEyes" / "x_0001_L.jpg", 0, 24)
    put(tmp_path / "f" / "open" / "x.png", 0, 24)
    (tmp_path / "nothing").mkdir()
    assert [eye_image.layout(p) for p in (mrl, tmp_path / "c", tmp_path / "f")] == ["mrl_eye", "cew", "image_folder"]
    assert [len(eye_image.load(p)) for p in (mrl, tmp_path / "c", tmp_path / "f")] == [4, 1, 1]
    for path in (tmp_path / "nothing", tmp_path / "missing"):
        with pytest.raises(DataError):
            eye_image.load(path)


def test_the_catalog_knows_the_data_sets():
    for loader in (mrl_eye, cew):
        assert catalog.dataset(loader.NAME).research_only


def test_the_official_mirror_is_read_whole(mrl):
    # with MOTEKIT_DATA the real folder, whose counts its manifest states; without it the made-up one
    real = Path(os.environ.get("MOTEKIT_DATA", "missing")) / "mrl_eye"
    root, pictures, subjects, closed = (real, 3396, 26, 1764) if real.is_dir() else (mrl, 4, 3, 2)
    found = mrl_eye.load(root)
    assert (len(found), len({e.group for e in found})) == (pictures, subjects)
    assert sum(e.label == "closed" for e in found) == closed
