"""What `--input` may name: a recording, a folder of recordings, or the built-in stream."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..errors import DataError
from . import audio

#: either names the built-in synthetic stream
STREAM, SYNTHETIC = "stream", "synthetic"


def recordings(source: str | Path, rate_hz: int, *, resample: bool = False) -> Iterator[tuple[str, np.ndarray]]:
    """Give (name, int16 samples) of every recording that `source` names.

    Parameters
    ----------
    source : str or Path
        A .wav or .flac file, a folder (all such files below it, by name), or "synthetic" (also called "stream").
    rate_hz : int
        Rate the app listens at.
    resample : bool
        Convert other rates instead of refusing them.

    Raises
    ------
    DataError
        If there is nothing there, or a file cannot be used; the line names it.
    """
    if str(source) in (STREAM, SYNTHETIC) and not Path(source).exists():
        from .stream import demo

        yield "built-in stream", demo().samples
        return
    path = Path(source)
    if not path.exists():
        raise DataError(f"{path} does not exist. Name a recording, a folder of recordings, or `{SYNTHETIC}`.")
    files = [path]
    if path.is_dir():
        files = sorted(f for f in path.rglob("*") if f.suffix.lower() in audio.SUFFIXES and f.is_file())
        if not files:
            raise DataError(f"{path} holds no .wav or .flac file. Name another folder.")
    for file in files:
        name = str(file.relative_to(path)) if path.is_dir() else file.name
        yield name, audio.read(file, rate_hz, resample=resample)
