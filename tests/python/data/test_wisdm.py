"""WISDM's watch accelerometer, on files made in the official layout and on the real ones where they are."""

import numpy as np
import pytest

from motekit import paths
from motekit.datasets import wisdm
from motekit.errors import DataError

VALUES = np.clip(np.round(np.random.default_rng(3).normal(0, 9.81, (60, 3)), 5), -19.6, 19.6)


def write(root, rows: list[str], subject: int = 1600):
    folder = root / "wisdm-dataset" / "raw" / "watch" / "accel"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"data_{subject}_accel_watch.txt"
    path.write_text("\n".join(rows) + "\n")
    return path


def rows(subject: int, code: str, start: int, stop: int, time_ns: int | None = None, step_ns: int = 50_000_000):
    return [
        ",".join([str(subject), code, *([] if time_ns is None else [str(time_ns + i * step_ns)]), *map(str, VALUES[i])])
        + ";"
        for i in range(start, stop)
    ]


@pytest.mark.parametrize("time_ns", [None, 90_426_757_696_641])
def test_both_forms_give_the_same_stretches(tmp_path, time_ns):
    write(
        tmp_path, rows(1600, "A", 0, 20, time_ns) + rows(1600, "Q", 20, 40, time_ns) + rows(1600, "M", 40, 60, time_ns)
    )
    write(tmp_path, rows(1601, "D", 0, 30, time_ns), subject=1601)
    found = wisdm.load(tmp_path)
    assert [(r.group, r.label, len(r.samples)) for r in found] == [
        ("1600", "walking", 20),
        ("1600", "kicking", 20),
        ("1601", "sitting", 30),
    ]
    np.testing.assert_array_equal(found[1].samples, VALUES[40:60].astype(np.float32))
    assert {len(r.samples) for r in wisdm.load(tmp_path, ["writing"])} == {20}
    assert len({r.name for r in found}) == 3


def test_a_pause_or_a_step_back_ends_a_stretch(tmp_path):
    later = 10_000_000_000
    write(tmp_path, rows(1600, "A", 0, 20, later) + rows(1600, "A", 20, 30, 3 * later) + rows(1600, "A", 30, 60, 0))
    assert [len(r.samples) for r in wisdm.load(tmp_path)] == [20, 10, 30]


def test_a_stretch_that_is_there_twice_counts_once(tmp_path):
    write(tmp_path, rows(1600, "A", 0, 20) + rows(1600, "B", 20, 40) + rows(1600, "A", 0, 20) + rows(1600, "B", 30, 50))
    assert [(r.label, len(r.samples)) for r in wisdm.load(tmp_path)] == [
        ("walking", 20), ("jogging", 20), ("jogging", 20)
    ]  # fmt: skip


@pytest.mark.parametrize("stamped", [False, True])
def test_the_other_watch_is_told_by_its_range(tmp_path, stamped):
    form = {"time_ns": 10**12, "step_ns": 20_300_000} if stamped else {}
    wide = rows(1601, "A", 0, 30, **form)
    wide[7] = wide[7].rsplit(",", 1)[0] + ",-25.5;"
    write(tmp_path, wide + rows(1601, "D", 30, 60, **form), subject=1601)
    write(tmp_path, rows(1600, "A", 0, 20, 10**12 if stamped else None, 49_500_000))
    plain, *other = wisdm.load(tmp_path)
    assert plain.rate_hz == 20 and [r.rate_hz for r in other] == [50, 50]
    np.testing.assert_array_equal(plain.samples, VALUES[:20].astype(np.float32))
    # the whole subject's, a recording of little motion too
    np.testing.assert_array_equal(other[1].samples, VALUES[30:, [1, 0, 2]].astype(np.float32))


def test_time_stamps_tell_the_rate(tmp_path):
    write(tmp_path, rows(1600, "A", 0, 30, 10**12, 20_000_000) + rows(1600, "D", 30, 60, 10**13, 51_000_000))
    assert [r.rate_hz for r in wisdm.load(tmp_path)] == [50, 20]


def test_rows_that_share_a_line_and_stray_commas(tmp_path):
    write(tmp_path, ["".join(rows(1600, "B", 0, 3)), rows(1600, "B", 3, 4)[0].replace(";", ",;"), "", ";"])
    (recording,) = wisdm.load(tmp_path)
    np.testing.assert_array_equal(recording.samples, VALUES[:4].astype(np.float32))


@pytest.mark.parametrize(
    "row",
    [
        "1600,A,1.0,2.0;",
        "1600,N,1,2,3;",
        "1600,A,x,2,3;",
        "1600,A,nan,2,3;",
        "1600,A,1,2,1,2,3;",
        "1600;",
        "1600,A,0.5,1,2,3;",
    ],
)
def test_a_row_of_neither_form_is_named(tmp_path, row):
    write(tmp_path, [*rows(1600, "A", 0, 5), row])
    with pytest.raises(DataError, match=r"data_1600_accel_watch\.txt, row 6"):
        wisdm.load(tmp_path)


def test_nothing_there(tmp_path):
    with pytest.raises(DataError, match="holds no data_"):
        wisdm.load(tmp_path)
    write(tmp_path, rows(1600, "Q", 0, 5))
    with pytest.raises(DataError, match="Ask for other activities"):
        wisdm.load(tmp_path)


def test_the_real_recordings_of_the_mirror():
    mirror = paths.data_dir()
    folder = mirror / wisdm.NAME if mirror else None
    if folder and folder.is_dir():
        found = wisdm.load(folder)
        assert len({r.group for r in found}) == 37
        assert {r.label for r in found} == set(wisdm.LABELS)
        gravity = [np.linalg.norm(r.samples.mean(axis=0)) for r in found if r.label == "standing"]
        assert 8 < np.median(gravity) < 11
        assert {r.group for r in found if r.rate_hz == 50} == {"1638", "1639", "1640"}
        # nobody's arm hangs across itself while they kick a ball, with either watch
        along = [np.abs(r.samples.mean(axis=0)) for r in found if r.label == "kicking"]
        assert np.mean([x > max(y, z) for x, y, z in along]) > 0.9
