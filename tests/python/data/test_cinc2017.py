"""PhysioNet/CinC Challenge 2017, on files made in the official layout and on the real ones where they are."""

from collections import Counter

import numpy as np
import pytest
import scipy.io

from motekit import paths
from motekit.datasets import cinc2017
from motekit.errors import DataError

CODES = {"A00001": "N", "A00002": "A", "A00003": "O", "A00004": "~"}


def counts(name: str) -> np.ndarray:
    return np.random.default_rng(int(name[1:])).integers(-2000, 2000, (1, 3000)).astype(np.int16)


def save(folder, name, header=None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    scipy.io.savemat(folder / f"{name}.mat", {"val": counts(name)}, format="4")
    if header:
        (folder / f"{name}.hea").write_text(header)


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "training2017"
    for name in CODES:
        save(folder, name, f"{name} 1 300 3000 2014-05-08 05:05:15 \n{name}.mat 16+24 1000/mV 16 0 -127 0 0 ECG \n")
    (folder / "REFERENCE.csv").write_text("".join(f"{name},{code}\n" for name, code in CODES.items()))
    return tmp_path


def test_every_record_with_its_class(root):
    records = cinc2017.load(root)
    assert {r.name: r.label for r in records} == {n: cinc2017.LABELS[c] for n, c in CODES.items()}
    for record in records:
        assert record.rate_hz == 300 and record.unit == "mV" and record.group == record.name
        assert np.array_equal(record.samples, (counts(record.name)[0] / 1000).astype(np.float32))


def test_without_headers_the_official_values_hold(root):
    with_headers = cinc2017.load(root)
    for path in root.rglob("*.hea"):
        path.unlink()
    for a, b in zip(with_headers, cinc2017.load(root), strict=True):
        assert np.array_equal(a.samples, b.samples) and a.rate_hz == b.rate_hz


@pytest.mark.parametrize(
    ("signal", "gain", "baseline"),
    [
        ("16 200(-50)/mV 12 7 0 0 0 ECG", 200, -50),
        ("16 0 12 7 0 0 0 ECG", 200, 7),
        ("16 500.5/mV 12 0 0 0 0", 500.5, 0),
    ],
)
def test_headers_as_wfdb_defines_them(root, signal, gain, baseline):
    (root / "training2017" / "A00001.hea").write_text(f"# made here\nA00001 1 250/60 3000\nA00001.mat {signal}\n")
    record = cinc2017.load(root)[0]
    assert record.rate_hz == 250
    np.testing.assert_allclose(record.samples, (counts("A00001")[0] - baseline) / gain, rtol=1e-6)


def test_a_record_in_two_folders_counts_once(root):
    save(root / "validation", "A00002")
    (root / "validation" / "REFERENCE.csv").write_text("A00002,A\n")
    assert [r.name for r in cinc2017.find(root)] == sorted(CODES)


def test_what_cannot_be_used_is_named(root):
    reference = root / "training2017" / "REFERENCE.csv"
    text = reference.read_text()
    for broken, message in (
        (text + "A00005,N\n", r"A00005\.mat is missing"),
        (text + "A00001,X\n", "line 5: the class is one of N, A, O, ~"),
        ("\n", "is empty"),
    ):
        reference.write_text(broken)
        with pytest.raises(DataError, match=message):
            cinc2017.find(root)
    reference.write_text(text)
    header = root / "training2017" / "A00003.hea"
    for broken in (
        "",
        "A00003 1 300",
        "A00003 1 fast 3000\nA00003.mat 16 1000/mV 16 0\n",
        "A 1 0 9\nA.mat 16 1000 16 0\n",
    ):
        header.write_text(broken)
        with pytest.raises(DataError, match=r"A00003\.hea"):
            cinc2017.load(root)
    header.unlink()
    scipy.io.savemat(header.with_suffix(".mat"), {"val": np.zeros((2, 9), np.int16)}, format="4")
    with pytest.raises(DataError, match="not one lead"):
        cinc2017.load(root)
    with pytest.raises(DataError, match=r"holds no REFERENCE\.csv"):
        cinc2017.find(root / "nowhere")


def test_the_real_records_of_the_mirror():
    mirror = paths.data_dir()
    folder = mirror / cinc2017.NAME if mirror else None
    if folder and folder.is_dir():
        records = cinc2017.load(folder)
        assert Counter(r.label for r in records) == {"normal": 115, "atrial_fibrillation": 40, "other": 43, "noisy": 21}
        assert all(9 <= r.duration_s <= 61 and np.abs(r.samples).max() < 20 for r in records)
