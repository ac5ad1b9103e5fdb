"""The catalog of public data sets, and where on this machine they lie."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from .. import paths
from ..errors import ConfigError, DataError


@dataclass(frozen=True)
class Archive:
    """One file to fetch.

    Attributes
    ----------
    name : str
        Short name, e.g. "v0.02".
    url : str
    folder : str
        Folder its contents go to, below the data set's own.
    sha256 : str
        Published checksum, or empty where none is published.
    size_bytes : int
        Published size, or 0.
    note, checksum_source : str
    """

    name: str
    url: str
    folder: str
    sha256: str = ""
    size_bytes: int = 0
    note: str = ""
    checksum_source: str = ""


@dataclass(frozen=True)
class Dataset:
    """One entry of catalog.toml; `by_hand` says how to get one that is not a few archives, the rest for people."""

    name: str
    title: str
    summary: str
    homepage: str
    licence: str
    licence_url: str
    research_only: bool
    citation: str
    layout: str
    group: str
    archives: tuple[Archive, ...]
    by_hand: str = ""

    def archive(self, name: str) -> Archive:
        """Archive by its short name."""
        for archive in self.archives:
            if archive.name == name:
                return archive
        known = ", ".join(a.name for a in self.archives)
        raise ConfigError(f'{self.name} has no part "{name}". Choose from {known}.')


@cache
def datasets() -> dict[str, Dataset]:
    """Every data set of the catalog, by name."""
    text = resources.files("motekit.datasets").joinpath("catalog.toml").read_text(encoding="utf-8")
    return {name: _dataset(name, entry) for name, entry in tomllib.loads(text).items()}


def dataset(name: str) -> Dataset:
    """One data set by name.

    Raises
    ------
    ConfigError
        If the catalog does not have it.
    """
    known = datasets()
    if name not in known:
        raise ConfigError(f'there is no data set "{name}". Choose from {", ".join(sorted(known))}.')
    return known[name]


def fetched_dir(name: str) -> Path:
    """Folder that `motekit data fetch` fills for a data set; it need not exist."""
    return paths.cache_dir() / "datasets" / name


def locate(name: str) -> Path | None:
    """Folder of a data set on this machine: in the mirror MOTEKIT_DATA, else fetched, else None."""
    mirror = paths.data_dir()
    if mirror and any(not f.name.startswith(".") for f in _entries(mirror / name)):
        return mirror / name
    # archives lie beside what is unpacked from them: they alone are no data set
    fetched = fetched_dir(name)
    return fetched if any(not f.name.startswith(".") and f.is_dir() for f in _entries(fetched)) else None


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def require(name: str) -> Path:
    """Folder of a data set on this machine.

    Raises
    ------
    DataError
        If it is neither in the mirror nor fetched.
    """
    found = locate(name)
    if found is None:
        raise DataError(
            f"{name} is not on this machine. Run `motekit data fetch {name}`, "
            f"or set MOTEKIT_DATA to a folder that holds {name}/."
        )
    return found


def _dataset(name: str, entry: dict) -> Dataset:
    archives = tuple(
        Archive(**{"size_bytes" if key == "bytes" else key: value for key, value in archive.items()})
        for archive in entry.pop("archive", [])
    )
    return Dataset(name=name, archives=archives, **entry)
