"""IEEE Signal Processing Cup 2015, on files made in the official layout and on the real ones where they are."""

import numpy as np
import pytest
import scipy.io

from motekit import paths
from motekit.datasets import ieee_spc2015
from motekit.errors import DataError

SECONDS = 21


def signal(rows: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, SECONDS * 125 + 7))


def rates(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(60, 180, (7, 1))


def save(path, **variables) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(path, variables)


@pytest.fixture
def root(tmp_path):
    save(tmp_path / "Training_data" / "DATA_01_TYPE01.mat", sig=signal(6, 1))
    save(tmp_path / "Training_data" / "DATA_01_TYPE01_BPMtrace.mat", BPM0=rates(1))
    save(tmp_path / "Extra_TrainingData" / "DATA_S04_T01.mat", sig=signal(6, 2))
    save(tmp_path / "Extra_TrainingData" / "BPM_S04_T01.mat", BPM0=rates(2))
    save(tmp_path / "TestData" / "TEST_S04_T02.mat", sig=signal(5, 3))
    save(tmp_path / "TrueBPM" / "True_S04_T02.mat", BPM0=rates(3))
    (tmp_path / "Training_data" / "Readme.pdf").write_bytes(b"%PDF")
    return tmp_path


def test_the_three_official_layouts(root):
    extra, test, training = ieee_spc2015.load(root)
    assert [r.part for r in (training, extra, test)] == ["training", "extra", "test"]
    assert [r.motion for r in (training, extra, test)] == ["TYPE01", "T01", "T02"]
    # the same person, in two distributions, must stay together
    assert (training.group, extra.group, test.group) == ("training-01", "S04", "S04")
    for recording, rows, seed in ((training, 6, 1), (extra, 6, 2), (test, 5, 3)):
        given = signal(rows, seed).astype(np.float32)
        assert np.array_equal(recording.samples, given[-5:].T)
        assert np.array_equal(recording.bpm, rates(seed)[:, 0])
        assert recording.ecg is None if rows == 5 else np.array_equal(recording.ecg, given[0])
        assert recording.channels == ("ppg1", "ppg2", "acc_x", "acc_y", "acc_z")


@pytest.mark.parametrize("part", ["Training_data", "Extra_TrainingData", "TestData"])
def test_one_folder_alone(root, part):
    assert len(ieee_spc2015.load(root / part)) == 1


def test_truth_beside_the_signals_of_the_test(root):
    (root / "TrueBPM" / "True_S04_T02.mat").rename(root / "TestData" / "True_S04_T02.mat")
    (recording,) = ieee_spc2015.load(root / "TestData")
    assert len(recording.bpm) == 7


@pytest.mark.parametrize(("samples", "expected"), [(999, 0), (1000, 1), (1249, 1), (1250, 2), (37937, 148)])
def test_windows(samples, expected):
    assert ieee_spc2015.windows(samples) == expected


def test_what_cannot_be_used_is_named(root, tmp_path):
    truth = root / "Training_data" / "DATA_01_TYPE01_BPMtrace.mat"
    save(truth, BPM0=rates(1)[:5])
    with pytest.raises(DataError, match=r"DATA_01_TYPE01\.mat has 7 windows of 8 s and 5 heart rates"):
        ieee_spc2015.load(root)
    truth.unlink()
    with pytest.raises(DataError, match=r"BPMtrace\.mat does not exist"):
        ieee_spc2015.load(root)
    save(truth, BPM0=rates(1))
    save(root / "Training_data" / "DATA_01_TYPE01.mat", sig=signal(5, 1))
    with pytest.raises(DataError, match="not 6 rows"):
        ieee_spc2015.load(root)
    for missing in (root / "nowhere", truth):
        with pytest.raises(DataError, match="is not a folder"):
            ieee_spc2015.load(missing)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DataError, match="holds no DATA_xx"):
        ieee_spc2015.load(empty)


def test_real_recordings_have_the_published_shape():
    mirror = paths.data_dir()
    folder = mirror / ieee_spc2015.NAME if mirror else None
    if folder and folder.is_dir():
        recordings = [r for r in ieee_spc2015.load(folder) if r.part == "training"]
        assert len(recordings) == len({r.group for r in recordings}) == 12
        assert sum(len(r.bpm) for r in recordings) == 1768
        assert {r.motion for r in recordings} == {"TYPE01", "TYPE02"}


@pytest.mark.parametrize("more", [-1, 1])
def test_a_last_window_of_one_side_alone_is_left_out(root, more):
    save(root / "TrueBPM" / "True_S04_T02.mat", BPM0=np.arange(7.0 + more)[:, None])
    (recording,) = ieee_spc2015.load(root / "TestData")
    kept = min(7, 7 + more)
    assert np.array_equal(recording.bpm, np.arange(float(kept)))
    assert ieee_spc2015.windows(len(recording.samples)) == kept
