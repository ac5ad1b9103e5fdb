"""Files from the network: resumed where they broke off, checked, and complete or not there at all."""

import errno
import fcntl
import logging
import re
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

import pooch
import requests

from .. import __version__
from ..errors import DataError
from . import archive as tar
from .catalog import Archive, Dataset, fetched_dir
from .catalog import dataset as find_dataset

Progress = Callable[[str, int, int | None], None]

# a connection that breaks loses what it has of one chunk
_CHUNK = 1 << 16
_TIMEOUT_S = (20, 60)  # connect, silence between bytes
_ATTEMPTS = 4
_PAUSE_S = 1.0


def fetch(
    dataset: Dataset | str,
    parts: Iterable[str] | None = None,
    *,
    destination: Path | None = None,
    progress: Progress | None = None,
) -> Path:
    """Download and unpack a data set, or some parts of it.

    Parameters
    ----------
    dataset : Dataset or str
        An entry of the catalog, or its name.
    parts : iterable of str, optional
        Short names of archives; all by default.
    destination : Path, optional
        Folder for the data set; by default the one `catalog.locate` looks in.
    progress : callable, optional
        Called with (what, bytes done, bytes in all or None).

    Returns
    -------
    Path
        The data set's folder, which holds one folder a part. A part whose folder exists is not fetched again.

    Raises
    ------
    DataError
        If a download or an archive fails, the next call resumes; or if nobody may or can fetch it but its user.
    """
    entry = find_dataset(dataset) if isinstance(dataset, str) else dataset
    destination = destination or fetched_dir(entry.name)
    if not entry.archives:
        how = entry.by_hand or f"Get it from {entry.homepage} (layout: {entry.layout})"
        raise DataError(f"{entry.name} cannot be fetched by a program. {how}; put it into {destination}/<any folder>.")
    wanted = [entry.archive(name) for name in parts] if parts is not None else list(entry.archives)
    for archive in wanted:
        _fetch_archive(archive, destination, progress)
    return destination


def download(url: str, path: Path, *, sha256: str = "", size_bytes: int = 0, progress: Progress | None = None) -> Path:
    """Download one file, resuming what an earlier call left as `<path>.part`.

    Parameters
    ----------
    url : str
    path : Path
        Appears by one rename, once it is complete and its checksum is right.
    sha256 : str
        Checksum to check; empty if none is published.
    size_bytes : int
        Published size, to notice a full disk before the first byte; 0 if not known.
    progress : callable, optional

    Raises
    ------
    DataError
        If the server cannot be reached or refuses, the connection breaks `4` times, the disk is full, or
        the checksum is wrong. Only `<path>.part` may remain, except after a wrong checksum.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    resume = _Resume(path.with_name(path.name + ".part"), size_bytes, progress)
    # its log lines would tear the progress bar
    pooch.get_logger().setLevel(logging.WARNING)
    try:
        pooch.retrieve(url, f"sha256:{sha256}" if sha256 else None, path.name, path.parent, downloader=resume)
    except ValueError as error:
        raise DataError(
            f"{path.name} from {url} has another checksum than the published one, so it was removed. Fetch it again."
        ) from error
    except OSError as error:
        raise DataError(_disk_failure(path, error)) from error
    return path


class _Resume:
    """A pooch downloader that keeps what it has in a .part file until the file is complete."""

    def __init__(self, part: Path, size_bytes: int, progress: Progress | None):
        self.part = part
        self.size_bytes = size_bytes
        self.progress = progress

    def __call__(self, url: str, output_file: str, _pooch: object, check_only: bool = False) -> None:
        with open(self.part, "ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise DataError(
                    f"{self.part.name} is being fetched by another motekit. Wait for it to finish."
                ) from error
            self._get_all(url, file)
            # while the lock is held: nobody else may take up a part that is complete
            self.part.replace(output_file)

    def _get_all(self, url: str, file: BinaryIO) -> None:
        failure = ""
        for attempt in range(_ATTEMPTS):
            if attempt:
                time.sleep(_PAUSE_S * attempt)
            try:
                if self._get_rest(url, file):
                    return
                failure = "the connection was closed early"
            except requests.RequestException as error:
                failure = _reason(error)
        raise DataError(
            f"cannot fetch {url}: {failure}. {_megabytes(file.tell())} MB are kept; "
            "check the network and run the same command again to go on from there."
        )

    def _get_rest(self, url: str, file: BinaryIO) -> bool:
        """Append what is missing; False if the server stopped short of what it promised."""
        have = file.seek(0, 2)
        headers = {"User-Agent": f"motekit/{__version__}", "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT_S) as reply:
            start, total = _range_of(reply)
            if reply.status_code == 416:
                # nothing is missing, or what we have is of another file
                if total != have:
                    file.truncate(0)
                return total == have
            if reply.status_code >= 500:
                raise requests.HTTPError(response=reply)
            if reply.status_code >= 400:
                raise DataError(
                    f"cannot fetch {url}: the server says {reply.status_code} {reply.reason}. "
                    "Check the address, or try again later."
                )
            if start != have:
                # the server does not resume: it sends everything again
                file.truncate(0)
                have = 0
            self._check_space(url, (total or self.size_bytes) - have)
            for chunk in reply.iter_content(_CHUNK):
                file.write(chunk)
                have += len(chunk)
                if self.progress:
                    self.progress(self.part.name.removesuffix(".part"), have, total)
            file.flush()
        return total is None or have == total

    def _check_space(self, url: str, missing: int) -> None:
        free = shutil.disk_usage(self.part.parent).free
        if missing > free:
            raise DataError(
                f"the disk has {_megabytes(free)} MB free, {url.rpartition('/')[2]} needs "
                f"{_megabytes(missing)} MB more. Free some space, then run the same command again."
            )


def _fetch_archive(archive: Archive, destination: Path, progress: Progress | None) -> Path:
    folder = destination / archive.folder
    if folder.is_dir():
        return folder
    file = destination / archive.url.rpartition("/")[2]
    download(archive.url, file, sha256=archive.sha256, size_bytes=archive.size_bytes, progress=progress)
    unpacking = f"unpacking {file.name}"
    tar.unpack(file, folder, (lambda done, size: progress(unpacking, done, size)) if progress else None)
    file.unlink()
    return folder


def _range_of(reply: requests.Response) -> tuple[int, int | None]:
    """First byte and full length that a reply speaks of."""
    match = re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", reply.headers.get("Content-Range", ""))
    if match:
        start, total = match.groups()
        return int(start or 0), None if total == "*" else int(total)
    length = reply.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "the server does not answer in time"
    if isinstance(error, (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)):
        return "the connection was cut"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    if error.response is not None:
        return f"the server says {error.response.status_code} {error.response.reason}"
    return type(error).__name__


def _disk_failure(path: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return (
            f"the disk is full while fetching {path.name} to {path.parent}. "
            "Free some space, then run the same command again to go on from there."
        )
    return f"cannot write {path}: {error.strerror or error}. Choose another place."


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.1f}"
