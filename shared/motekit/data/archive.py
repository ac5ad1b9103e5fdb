"""Tar archives out of foreign hands: unpacked whole or not at all, and never outside their folder."""

import errno
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from ..errors import DataError

# Python before 3.11.4 has no filters; `_refuse_unsafe` covers what they would refuse
_FILTER = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}


def unpack(archive: Path, folder: Path, progress: Callable[[int, int], None] | None = None) -> Path:
    """Unpack a tar archive (any compression) as `folder`.

    Parameters
    ----------
    archive : Path
    folder : Path
        Made by one rename after everything is unpacked beside it; must not exist.
    progress : callable, optional
        Called with (bytes of the archive read, its size).

    Raises
    ------
    DataError
        If the archive is damaged, a member would land outside the folder or is not a plain file or
        folder, the disk is full, or `folder` exists. Nothing is left behind.
    """
    if folder.exists():
        raise DataError(f"{folder} exists already. Remove it first.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        with open(archive, "rb") as file, tarfile.open(fileobj=file, mode="r|*") as tar:
            size = archive.stat().st_size
            for member in tar:
                _refuse_unsafe(archive, member)
                tar.extract(member, temporary, set_attrs=False, **_FILTER)
                if progress:
                    progress(file.tell(), size)
        temporary.chmod(0o755)
        temporary.rename(folder)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise DataError(f"{archive.name} is damaged ({error}). Remove it and fetch it again.") from error
    except OSError as error:
        raise DataError(_unpack_failure(archive, folder, error)) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def _refuse_unsafe(archive: Path, member: tarfile.TarInfo) -> None:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or not (member.isreg() or member.isdir()):
        raise DataError(
            f'{archive.name} holds "{member.name}", which is not a plain file below its folder. '
            "Do not use this archive."
        )


def _unpack_failure(archive: Path, folder: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"the disk is full while unpacking {archive.name} to {folder.parent}. Free some, and try again."
    return f"cannot unpack {archive.name} to {folder.parent}: {error.strerror or error}. Choose another place."
