"""Features of whole data sets: on all cores, and kept under the hash of the features and of each recording."""

import functools
import hashlib
import os
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from .files import replacing
from .paths import cache_dir

Arrays = dict[str, np.ndarray]


@functools.cache
def core_hash() -> str:
    """Of the compiled core: features of another build are never taken for this one's."""
    from . import _core

    return hashlib.sha256(Path(_core.__file__).read_bytes()).hexdigest()[:16]


def key_of(feature_hash: int, samples: np.ndarray) -> str:
    """Name of a recording's features: changes with any bit of the core, of the constants or of the samples."""
    digest = hashlib.sha256(f"{core_hash()} {feature_hash:016x} {samples.dtype.str} {samples.shape} ".encode())
    digest.update(np.ascontiguousarray(samples).tobytes())
    return digest.hexdigest()


def path_of(key: str) -> Path:
    """Where a recording's features are kept."""
    return cache_dir() / "features" / key[:2] / f"{key}.npz"


def read(key: str) -> Arrays | None:
    """What is kept, or None; a damaged file counts as none."""
    try:
        with np.load(path_of(key), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None


def write(key: str, arrays: Arrays) -> None:
    """Keep a recording's features; whoever writes at the same time writes the same."""
    with replacing(path_of(key)) as temporary:
        np.savez(temporary, **arrays)


def extract(
    make: Callable[[], Callable[[np.ndarray], Arrays]],
    feature_hash: int,
    recordings: Sequence[np.ndarray],
    *,
    progress: Callable[[int, int], None] | None = None,
    cores: int | None = None,
) -> list[Arrays]:
    """Features of every recording, on all cores; what is kept is read.

    Parameters
    ----------
    make : callable
        Makes what turns one recording's samples into arrays; called once a thread. The core's calls do not hold
        Python's lock, so threads use all cores.
    feature_hash : int
        Of the features.
    recordings : sequence of ndarray
        Samples.
    progress : callable, optional
        Called with (done, total).
    cores : int, optional
        Threads; all cores unless given.

    Returns
    -------
    list of dict
        One a recording, in order.
    """
    import threading

    own, lock, done = threading.local(), threading.Lock(), [0]

    def one(samples: np.ndarray) -> Arrays:
        key = key_of(feature_hash, samples)
        found = read(key)
        if found is None:
            if not hasattr(own, "run"):
                own.run = make()
            found = own.run(samples)
            write(key, found)
        with lock:
            done[0] += 1
            if progress:
                progress(done[0], len(recordings))
        return found

    with ThreadPoolExecutor(cores or os.cpu_count() or 1) as pool:
        return list(pool.map(one, recordings))
