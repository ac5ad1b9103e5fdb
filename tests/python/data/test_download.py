"""Downloads over loopback: resumed, checked, and complete or not there at all."""

import builtins
import errno
import fcntl
import hashlib
import io
import shutil
import tarfile
from collections import namedtuple

import numpy as np
import pytest
from official_layout import make_official_root
from unruly_server import Server

from motekit.data import catalog, download
from motekit.datasets import speech_commands
from motekit.errors import ConfigError, DataError

KIB = 1024
CONTENT = np.random.default_rng(0).bytes(3_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(download, "_PAUSE_S", 0.0)
    serving = Server(CONTENT)
    yield serving
    serving.close()


def names(folder) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def failure(call, *args, **options) -> str:
    with pytest.raises(DataError) as caught:
        call(*args, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_arrives_whole_with_progress(server, tmp_path):
    seen = []
    path = download.download(server.url, tmp_path / "a.bin", sha256=SHA256, progress=lambda *step: seen.append(step))
    assert path.read_bytes() == CONTENT
    assert names(tmp_path) == ["a.bin"]
    assert seen[-1] == ("a.bin", len(CONTENT), len(CONTENT))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_a_file_that_is_there_and_right_is_not_fetched_again(server, tmp_path):
    for _ in range(2):
        download.download(server.url, tmp_path / "a.bin", sha256=SHA256)
    assert len(server.ranges) == 1


def test_a_cut_connection_is_taken_up_where_it_broke(server, tmp_path):
    server.cut_after = [1024 * KIB, 512 * KIB]
    path = download.download(server.url, tmp_path / "a.bin", sha256=SHA256)
    assert path.read_bytes() == CONTENT
    assert server.ranges == [None, f"bytes={1024 * KIB}-", f"bytes={1536 * KIB}-"]


def test_a_connection_that_keeps_breaking_leaves_a_part_that_the_next_call_resumes(server, tmp_path):
    server.cut_after = [128 * KIB] * 4
    line = failure(download.download, server.url, tmp_path / "a.bin", sha256=SHA256)
    assert "the connection was cut" in line
    assert "0.5 MB are kept" in line
    assert names(tmp_path) == ["a.bin.part"]
    download.download(server.url, tmp_path / "a.bin", sha256=SHA256)
    assert server.ranges[-1] == f"bytes={512 * KIB}-"
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert names(tmp_path) == ["a.bin"]


def test_a_complete_part_needs_no_more_bytes(server, tmp_path):
    (tmp_path / "a.bin.part").write_bytes(CONTENT)
    download.download(server.url, tmp_path / "a.bin", sha256=SHA256)
    assert server.ranges == [f"bytes={len(CONTENT)}-"]
    assert names(tmp_path) == ["a.bin"]


def test_a_part_longer_than_the_file_starts_over(server, tmp_path):
    (tmp_path / "a.bin.part").write_bytes(CONTENT + b"more")
    download.download(server.url, tmp_path / "a.bin", sha256=SHA256)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_server_that_cannot_resume_sends_it_all_again(server, tmp_path):
    server.resumes = False
    (tmp_path / "a.bin.part").write_bytes(CONTENT[:1000])
    download.download(server.url, tmp_path / "a.bin", sha256=SHA256)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_wrong_checksum_leaves_nothing(server, tmp_path):
    line = failure(download.download, server.url, tmp_path / "a.bin", sha256="0" * 64)
    assert "another checksum than the published one" in line
    assert names(tmp_path) == []


def test_a_part_of_another_file_is_found_out_by_the_checksum(server, tmp_path):
    (tmp_path / "a.bin.part").write_bytes(bytes(1000))
    assert "checksum" in failure(download.download, server.url, tmp_path / "a.bin", sha256=SHA256)
    assert names(tmp_path) == []
    download.download(server.url, tmp_path / "a.bin", sha256=SHA256)


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_is_not_repeated_and_keeps_the_part(server, tmp_path, status):
    server.statuses = [status]
    (tmp_path / "a.bin.part").write_bytes(CONTENT[:1000])
    assert f"the server says {status}" in failure(download.download, server.url, tmp_path / "a.bin")
    assert len(server.ranges) == 1
    assert (tmp_path / "a.bin.part").read_bytes() == CONTENT[:1000]


def test_a_server_in_trouble_is_asked_again(server, tmp_path):
    server.statuses = [503, 500]
    download.download(server.url, tmp_path / "a.bin", sha256=SHA256)
    server.statuses = [503] * 4
    assert "the server says 503" in failure(download.download, server.url, tmp_path / "b.bin")


def test_no_server_at_all(server, tmp_path):
    server.close()
    assert "the server cannot be reached" in failure(download.download, server.url, tmp_path / "a.bin")


class FullDisk:
    """A file that takes `room` bytes and then says ENOSPC."""

    def __init__(self, file, room: int):
        self.file, self.room = file, room

    def __getattr__(self, name):
        return getattr(self.file, name)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.file.close()

    def write(self, data):
        if len(data) > self.room:
            self.file.write(data[: self.room])
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= len(data)
        return self.file.write(data)


def test_a_disk_that_fills_up_keeps_only_the_part(server, tmp_path, monkeypatch):
    def open_full(path, mode="r", *args, **options):
        file = builtins.open(path, mode, *args, **options)  # noqa: SIM115 - its user closes it
        return FullDisk(file, 1_500_000) if mode == "ab" else file

    with monkeypatch.context() as patch:
        patch.setattr(download, "open", open_full, raising=False)
        line = failure(download.download, server.url, tmp_path / "a.bin", sha256=SHA256)
    assert "the disk is full while fetching a.bin" in line
    assert names(tmp_path) == ["a.bin.part"]
    assert (tmp_path / "a.bin.part").read_bytes() == CONTENT[:1_500_000]
    download.download(server.url, tmp_path / "a.bin", sha256=SHA256)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


def test_a_disk_too_small_is_noticed_before_the_first_byte(server, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 9, 1_000_000))
    line = failure(download.download, server.url, tmp_path / "a.bin", sha256=SHA256)
    assert line.startswith("the disk has 1.0 MB free, set.tar.gz needs 3.0 MB more.")
    assert sum(p.stat().st_size for p in tmp_path.iterdir()) == 0


def test_two_at_once(server, tmp_path):
    with open(tmp_path / "a.bin.part", "ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "being fetched by another motekit" in failure(download.download, server.url, tmp_path / "a.bin")
    download.download(server.url, tmp_path / "a.bin", sha256=SHA256)


def archive_of(tmp_path) -> bytes:
    root = make_official_root(tmp_path / "made") / "speech_commands_v0.01"
    with tarfile.open(tmp_path / "made.tar.gz", "w:gz") as tar:
        tar.add(root, arcname=".")
    return (tmp_path / "made.tar.gz").read_bytes()


def test_a_data_set_is_fetched_unpacked_and_loaded(server, tmp_path):
    server.content = archive_of(tmp_path)
    part = catalog.Archive(
        name="v0.01",
        url=server.url,
        folder="speech_commands_v0.01",
        sha256=hashlib.sha256(server.content).hexdigest(),
        size_bytes=len(server.content),
    )
    entry = catalog.dataset("speech_commands")
    mine = catalog.Dataset(**{**vars(entry), "archives": (part,)})
    target = tmp_path / "fetched"
    for _ in range(2):
        assert download.fetch(mine, destination=target) == target
    assert len(server.ranges) == 1
    assert names(target) == ["speech_commands_v0.01"]
    made, folder = tmp_path / "made" / "speech_commands_v0.01", target / "speech_commands_v0.01"
    assert [c.name for c in speech_commands.find(folder).clips] == [c.name for c in speech_commands.find(made).clips]
    assert (folder / "validation_list.txt").read_text() == (made / "validation_list.txt").read_text()


def test_a_damaged_archive_without_checksum_leaves_no_folder(server, tmp_path):
    server.content = archive_of(tmp_path)[:-20_000]
    part = catalog.Archive(name="x", url=server.url, folder="set")
    mine = catalog.Dataset(**{**vars(catalog.dataset("speech_commands")), "archives": (part,)})
    assert "is damaged" in failure(download.fetch, mine, destination=tmp_path / "fetched")
    assert names(tmp_path / "fetched") == ["set.tar.gz"]


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, 4 if kind == tarfile.REGTYPE else 0
    return info


@pytest.mark.parametrize(
    "bad",
    [
        member("../outside.txt"),
        member("/tmp/motekit_outside.txt"),
        member("yes/../../outside.txt"),
        member("yes/link", tarfile.SYMTYPE, "/etc"),
        member("yes/hard", tarfile.LNKTYPE, "../../outside.txt"),
        member("yes/fifo", tarfile.FIFOTYPE),
        member("yes/device", tarfile.CHRTYPE),
    ],
    ids=lambda info: info.name,
)
def test_an_archive_that_reaches_out_is_refused_whole(tmp_path, bad):
    path = tmp_path / "set.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for info in (member("yes/fine.txt"), bad):
            tar.addfile(info, io.BytesIO(b"text"))
    line = failure(download.tar.unpack, path, tmp_path / "set")
    assert f'holds "{bad.name}"' in line
    assert names(tmp_path) == ["set.tar.gz"]
    assert not (tmp_path.parent / "outside.txt").exists()


def test_a_disk_that_fills_up_while_unpacking_leaves_no_folder(tmp_path, monkeypatch):
    path = tmp_path / "set.tar.gz"
    path.write_bytes(archive_of(tmp_path / "src"))
    shutil.rmtree(tmp_path / "src")

    def full(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tarfile, "copyfileobj", full)
    assert "the disk is full while unpacking" in failure(download.tar.unpack, path, tmp_path / "set")
    assert names(tmp_path) == ["set.tar.gz"]


def test_what_is_there_already_is_not_overwritten(tmp_path):
    (tmp_path / "set").mkdir()
    assert "exists already" in failure(download.tar.unpack, tmp_path / "set.tar.gz", tmp_path / "set")


def test_the_catalog_says_what_a_user_must_know():
    entry = catalog.dataset("speech_commands")
    assert (entry.licence, entry.research_only) == ("CC-BY-4.0", False)
    assert "arXiv:1804.03209" in entry.citation
    assert [a.name for a in entry.archives] == ["v0.02", "test_set_v0.02", "v0.01"]
    for archive in entry.archives:
        assert archive.url.startswith("https://")
        assert archive.url.endswith(f"download.tensorflow.org/data/{archive.folder}.tar.gz")
        assert len(bytes.fromhex(archive.sha256)) == 32
        assert archive.checksum_source


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: catalog.dataset("nothing"), 'no data set "nothing". Choose from .*speech_commands'),
        (
            lambda: catalog.dataset("speech_commands").archive("v9"),
            "Choose from v0.02, test_set_v0.02, v0.01",
        ),
    ],
)
def test_unknown_names_list_the_known_ones(ask, message):
    with pytest.raises(ConfigError, match=message):
        ask()


def test_where_a_data_set_lies(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTEKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MOTEKIT_DATA", raising=False)
    assert catalog.locate("speech_commands") is None
    assert "motekit data fetch speech_commands" in failure(catalog.require, "speech_commands")
    make_official_root(catalog.fetched_dir("speech_commands"))
    assert catalog.require("speech_commands") == tmp_path / "cache" / "datasets" / "speech_commands"
    make_official_root(tmp_path / "mirror" / "speech_commands")
    monkeypatch.setenv("MOTEKIT_DATA", str(tmp_path / "mirror"))
    assert catalog.require("speech_commands") == tmp_path / "mirror" / "speech_commands"
