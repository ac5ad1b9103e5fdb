"""PPG-DaLiA's pickles: read as they lie, and never run."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from motekit.datasets import ppg_dalia
from motekit.errors import DataError


def person(root: Path, name: str = "S1", *, seconds: float = 30.0, unit: float = 64.0, **changed) -> Path:
    """One person's file; gravity on z, a pulse of 72 BPM."""
    pulse, motion = np.arange(round(64 * seconds)) / 64, np.arange(round(32 * seconds)) / 32
    acceleration = np.stack([0.1 * np.sin(2 * np.pi * motion), np.zeros_like(motion), np.ones_like(motion)], axis=1)
    content = {
        "signal": {"wrist": {"BVP": 50 * np.sin(2 * np.pi * 1.2 * pulse)[:, None], "ACC": unit * acceleration}},
        "label": np.full(int((seconds - 8) // 2) + 1, 72.0),
        "activity": np.zeros((10, 1)),
        "subject": name,
        **changed,
    }
    path = root / name / f"{name}.pkl"
    path.parent.mkdir(parents=True)
    path.write_bytes(pickle.dumps(content, protocol=2))
    return path


@pytest.mark.parametrize("unit", [1.0, 64.0])
def test_reads_the_official_layout(tmp_path, unit):
    for name in ("S2", "S10"):
        person(tmp_path, name, unit=unit)
    assert ppg_dalia.holds(tmp_path)
    found = ppg_dalia.load(tmp_path)
    assert [recording.group for recording in found] == ["S10", "S2"]
    samples = found[0].samples
    assert samples.shape == (125 * 30, 4) and found[0].channels == ("ppg1", "acc_x", "acc_y", "acc_z")
    assert np.median(samples[:, 3]) == pytest.approx(1, abs=0.01)
    # the pulse is where it was: no delay of the change of rate is left
    time = np.arange(len(samples)) / 125
    wave = 50 * np.sin(2 * np.pi * 1.2 * time)
    assert np.abs(samples[500:-500, 0] - wave[500:-500]).max() < 2
    assert len(found[0].bpm) == 12 and found[0].source == "real"


def test_nothing_in_a_pickle_runs(tmp_path):
    class Evil:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "ran",))

    person(tmp_path, label=Evil())
    with pytest.raises(DataError, match="asks for"):
        ppg_dalia.load(tmp_path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "changed", [{"label": np.zeros(3)}, {"signal": {}}, {"signal": {"wrist": {"BVP": [1.0], "ACC": [[1.0, 1.0, 1.0]]}}}]
)
def test_says_what_is_wrong(tmp_path, changed):
    person(tmp_path, **changed)
    with pytest.raises(DataError, match=r"S1\.pkl"):
        ppg_dalia.load(tmp_path)


def test_says_that_there_is_nobody(tmp_path):
    (tmp_path / "S1.pkl.txt").write_text("")
    assert not ppg_dalia.holds(tmp_path)
    with pytest.raises(DataError, match="PPG_FieldStudy"):
        ppg_dalia.load(tmp_path)
    (tmp_path / "S1.pkl").write_bytes(b"no pickle")
    with pytest.raises(DataError, match="Fetch it again"):
        ppg_dalia.load(tmp_path)
