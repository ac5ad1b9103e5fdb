import pytest

from motekit import files
from motekit.errors import MotekitError


def test_a_failed_write_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    path = tmp_path / "results.json"
    files.write_text(path, "old")
    with pytest.raises(RuntimeError), files.replacing(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_one_line(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(MotekitError, match="No space left on device"):
        files.write_bytes(tmp_path / "model.tflite", b"x")
    assert list(tmp_path.iterdir()) == []


def test_unchanged_text_is_not_written_again(tmp_path):
    path = tmp_path / "model.c"
    assert files.write_if_changed(path, "a")
    before = path.stat().st_mtime_ns
    assert not files.write_if_changed(path, "a")
    assert path.stat().st_mtime_ns == before
    assert files.write_if_changed(path, "b")


def test_files_are_as_readable_as_any_other(tmp_path):
    plain = tmp_path / "plain"
    plain.touch()
    files.write_text(tmp_path / "report.html", "x")
    assert (tmp_path / "report.html").stat().st_mode == plain.stat().st_mode
