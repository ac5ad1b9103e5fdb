"""`motekit data` as a user meets it: what it prints, and how it fails."""

import errno
import hashlib
import json
import shutil
import tarfile

import pytest
from official_layout import make_official_root
from unruly_server import Server

from motekit import cli
from motekit.data import catalog, download


@pytest.fixture
def official(tmp_path, monkeypatch):
    """A server of the test set's archive, and a catalog that points at it."""
    root = make_official_root(tmp_path / "made") / "speech_commands_v0.01"
    with tarfile.open(tmp_path / "made.tar.gz", "w:gz") as tar:
        tar.add(root, arcname=".")
    content = (tmp_path / "made.tar.gz").read_bytes()
    shutil.rmtree(tmp_path / "made")
    server = Server(content)
    part = catalog.Archive("v0.02", server.url, "speech_commands_v0.02", hashlib.sha256(content).hexdigest())
    entry = catalog.Dataset(**{**vars(catalog.dataset("speech_commands")), "archives": (part,)})
    monkeypatch.setattr(catalog, "datasets", lambda: {"speech_commands": entry})
    monkeypatch.setattr(download, "_PAUSE_S", 0.0)
    monkeypatch.setenv("MOTEKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MOTEKIT_DATA", raising=False)
    yield server
    server.close()


def run(monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["motekit", "data", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code or 0


def test_fetch_then_check(official, tmp_path, monkeypatch, capfd):
    assert run(monkeypatch, "fetch", "speech_commands", "--json") == 0
    printed = json.loads(capfd.readouterr().out)
    assert printed["path"] == str(tmp_path / "cache" / "datasets" / "speech_commands")
    assert run(monkeypatch, "check", "speech_commands", "--json") == 0
    checked = json.loads(capfd.readouterr().out)
    assert (checked["clips"], checked["groups"], checked["problems"]) == (31, 6, [])
    assert run(monkeypatch, "list", "--json") == 0
    (listed,) = json.loads(capfd.readouterr().out)["datasets"]
    assert (listed["path"], listed["licence"]) == (printed["path"], "CC-BY-4.0")


def failed(monkeypatch, capfd, *arguments: str) -> str:
    assert run(monkeypatch, *arguments) == 1
    caught = capfd.readouterr()
    assert caught.out == ""
    (line,) = caught.err.splitlines()
    assert line.startswith("motekit: ")
    return line


def test_a_broken_connection_is_one_line_and_the_next_call_goes_on(official, tmp_path, monkeypatch, capfd):
    official.cut_after = [65_536] * 4
    line = failed(monkeypatch, capfd, "fetch", "speech_commands")
    assert "run the same command again to go on" in line
    folder = tmp_path / "cache" / "datasets" / "speech_commands"
    assert [p.name for p in folder.iterdir()] == ["set.tar.gz.part"]
    assert run(monkeypatch, "fetch", "speech_commands") == 0
    assert official.ranges[4] == f"bytes={4 * 65_536}-"
    assert [p.name for p in folder.iterdir()] == ["speech_commands_v0.02"]


def test_a_full_disk_is_one_line_and_leaves_no_data_set(official, tmp_path, monkeypatch, capfd):
    def full(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tarfile, "copyfileobj", full)
    assert "the disk is full while unpacking" in failed(monkeypatch, capfd, "fetch", "speech_commands")
    folder = tmp_path / "cache" / "datasets" / "speech_commands"
    assert [p.name for p in folder.iterdir()] == ["set.tar.gz"]
    assert catalog.locate("speech_commands") is None


def test_unknown_names(official, monkeypatch, capfd):
    assert "Choose from speech_commands" in failed(monkeypatch, capfd, "info", "nothing")
    assert "Choose from v0.02" in failed(monkeypatch, capfd, "fetch", "speech_commands", "--part", "v9")


def test_check_names_every_bad_file_and_fails(official, tmp_path, monkeypatch, capfd):
    root = make_official_root(tmp_path / "bad")
    for name in ("yes/0a7c2a8d_nohash_0.wav", "_background_noise_/running_tap.wav"):
        path = root / "speech_commands_v0.01" / name
        path.write_bytes(path.read_bytes()[:3000])
    assert run(monkeypatch, "check", "speech_commands", "--data", str(root)) == 1
    out = capfd.readouterr().out
    assert "yes/0a7c2a8d_nohash_0.wav is truncated" in out
    assert "_background_noise_/running_tap.wav is truncated" in out
