"""Every block against its oracle, and against the bits that are committed as vectors."""

import re

import numpy as np
import pytest

from motekit.accuracy import CASES, Measured, docs, measure
from motekit.accuracy.case import check_vectors, write_vectors
from motekit.accuracy.signals import broken, finite, ppg
from motekit.paths import project_root

VECTORS = project_root() / "tests" / "vectors"
NAMES = [case.name for case in CASES]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_block_is_within_its_tolerance_and_gives_the_vectors_bits(case):
    found = measure(case)
    assert found.within, f"{found.error:.2e} on {found.signal}"
    assert docs.check([case], VECTORS) == []


def test_looser_bars_and_left_out_signals_have_a_reason():
    for case in CASES:
        if case.bar > 1e-5 or case.skip:
            assert case.why, case.name


def test_every_file_belongs_to_a_block_and_is_small():
    assert sorted(path.name for path in VECTORS.glob("*.npz")) == sorted(f"{name}.npz" for name in NAMES)
    assert max(path.stat().st_size for path in VECTORS.glob("*.npz")) < 100_000
    assert len(set(NAMES)) == len(NAMES)


def test_the_document_names_every_block_with_its_tolerance():
    text = (project_root() / "docs" / "dsp-accuracy.md").read_text(encoding="utf8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| `")]
    assert [row[2].strip() for row in rows] == NAMES
    for row, case in zip(rows, CASES, strict=True):
        assert float(row[5]) == float(f"{case.bar:.2g}") and float(row[6]) <= case.bar * 1.01


def test_a_vector_that_was_tampered_with_is_found(tmp_path):
    case = CASES[0]
    write_vectors(case, tmp_path / "sos.npz")
    assert check_vectors(case, tmp_path / "sos.npz") == []
    with np.load(tmp_path / "sos.npz") as file:
        arrays = dict(file)
    bits = arrays["ppg.output"].view(np.uint32)
    bits[5] ^= 1
    np.savez(tmp_path / "sos.npz", **arrays)
    assert check_vectors(case, tmp_path / "sos.npz") == ["sos: ppg: the core gives other bits than the vector"]
    arrays["ppg.oracle"] = arrays["ppg.oracle"] + np.float32(1)
    np.savez(tmp_path / "sos.npz", **arrays)
    assert len(check_vectors(case, tmp_path / "sos.npz")) == 2
    assert docs.check([case], tmp_path / "nowhere")[0].endswith("is missing")
    assert set(case.inputs()) == set(finite(9))


def test_the_table_of_blocks_says_what_is_measured():
    text = (project_root() / "docs" / "dsp.md").read_text(encoding="utf8")
    errors = {}
    for line in (project_root() / "docs" / "dsp-accuracy.md").read_text(encoding="utf8").splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.split("|")]
            errors[cells[2]] = float(cells[6])
    # as they were measured when the documents were written: another library may round its last digit otherwise
    found = [Measured(case, errors[case.name], "") for case in CASES]
    assert docs.filled(text, found) == text
    named = {name for line in text.splitlines() if line.startswith("|") for name in re.findall(r"`(mk_\w+)`", line)}
    assert {case.block for case in CASES} - named <= {"mk_normalise_window", "mk_bands", "mk_spectrum_log"}


#: blocks that take whole numbers, count, mend or hold instead of handing a NaN on, or look elsewhere (correlation: at
#: two of three axes); their own tests hold their flags
WITHOUT_NAN = {
    "affine", "conditioning", "correlation", "crossings", "fill", "hampel", "histogram", "median", "peaks", "scale",
    "smooth", "welch",
}  # fmt: skip
FLOATS = [case for case in CASES if {"ppg", "random"} <= set(case.signals(50))]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", FLOATS, ids=[case.name for case in FLOATS])
def test_a_nan_comes_out_as_one_and_leaves_what_was_before_alone(case):
    length = len(case.inputs()["ppg"]) if case.name.startswith(("rfft", "bands", "cepstrum")) else min(case.length, 400)
    for name, x in broken(length).items():
        got = np.atleast_1d(np.asarray(case.run(x)))
        assert got.dtype.kind in "iu" or case.name in WITHOUT_NAN or not np.isfinite(got).all(), name
        if name == "infinity" or case.name in WITHOUT_NAN - {"smooth"} or got.shape != x.shape:
            continue
        clean = np.atleast_1d(np.asarray(case.run(ppg(length))))
        if case.block in ("mk_sos", "mk_dcblock", "mk_normalise", "mk_smooth", "mk_resample", "mk_envelope"):
            before = slice(0, length // 2 if name == "one NaN" else 0)
            assert (got[before] == clean[before]).all(), name
