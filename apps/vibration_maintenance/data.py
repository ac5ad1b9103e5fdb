"""Recordings of whichever layout a folder has."""

import dataclasses
from pathlib import Path

from motekit.app import App
from motekit.data.machine import MachineRecording, brought_to
from motekit.errors import DataError


def load(app: App, source: Path | None) -> list[MachineRecording]:
    """CWRU (`NNN.mat`), MFPT, or CSV; None: synthetic.

    Raises
    ------
    DataError
        If the folder holds none of them, or one that cannot be read.
    """
    from motekit.datasets import cwru, mfpt, vibration_csv

    if source is None:
        return [brought_to(recording, app.rate_hz) for recording in synthetic()]
    source = Path(source)
    if source.suffix.lower() == ".csv" or (source.is_dir() and next(source.rglob("*.csv"), None) is not None):
        return vibration_csv.load(source, app.rate_hz)
    try:
        found = cwru.load(source)
    except DataError:
        if not source.exists() or (source.is_file() and source.stem.isdigit()):
            raise
        try:
            found = mfpt.load(source)
        except DataError as error:
            raise DataError(
                f"{source} holds no recordings of CWRU (97.mat), MFPT or CSV. Name their folder."
            ) from error
    return [brought_to(recording, app.rate_hz) for recording in found]


def synthetic() -> list[MachineRecording]:
    """A few recordings of the generator, the same on every machine."""
    from motekit.datasets.synthetic import vibration

    return vibration.recordings()


def halves(recordings: list[MachineRecording]) -> list[MachineRecording]:
    """Healthy recordings cut in two, so that none is on both sides of a split: the second half is only tested on."""
    out = []
    for recording in recordings:
        if recording.label != "normal":
            out.append(recording)
            continue
        half = len(recording.samples) // 2
        for number, part in enumerate((slice(0, half), slice(half, None)), start=1):
            name = f"{recording.name}, half {number}"
            out.append(dataclasses.replace(recording, samples=recording.samples[part], name=name))
    return out


def is_second_half(recording: MachineRecording) -> bool:
    """Whether it is a healthy recording's second half."""
    return recording.label == "normal" and recording.name.endswith("half 2")
