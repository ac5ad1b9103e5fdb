"""One recording: samples, and everything that a result must be able to say about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from ..errors import DataError

Source = Literal["real", "synthetic"]


@dataclass(frozen=True, eq=False)
class Recording:
    """Samples of one sensor, with their label and the group they must stay with.

    Parameters
    ----------
    samples : ndarray
        int16[n] for audio; [n] or [n, channels] for any other sensor. Made read-only.
    rate_hz : float
        Samples a second.
    unit : str
        Unit of one count times its scale: "FS" (fraction of full scale, 32768 counts) for audio.
    channels : tuple of str
        Names of the columns of `samples`.
    label : str
        The class it is trained and scored as.
    group : str
        Subject, speaker, machine or station. No group is ever on both sides of a split.
    name : str
        Short name within its data set, e.g. "yes/0a7c2a8d_nohash_0.wav".
    source : {"real", "synthetic"}
        Named wherever a result is shown.
    word : str
        For speech, the word that was said, even where `label` is "_unknown_"; else empty.
    path : Path, optional
        The file, if there is one.

    Raises
    ------
    DataError
        If there are no samples, or not one column a channel.
    """

    samples: np.ndarray
    rate_hz: float
    unit: str
    channels: tuple[str, ...]
    label: str
    group: str
    name: str
    source: Source
    word: str = ""
    path: Path | None = None

    def __post_init__(self) -> None:
        columns = 1 if self.samples.ndim == 1 else self.samples.shape[-1]
        if self.samples.ndim not in (1, 2) or columns != len(self.channels):
            raise DataError(
                f"{self.name} has shape {self.samples.shape} for the channels {', '.join(self.channels)}. "
                "Give samples in rows and one column a channel."
            )
        if len(self.samples) == 0:
            raise DataError(f"{self.name} is empty. Record it again or remove it.")
        if self.source not in ("real", "synthetic"):
            raise DataError(f'{self.name} comes from "{self.source}". Say "real" or "synthetic".')
        # a view, so that freezing it leaves the caller's own array as it was
        frozen = self.samples.view()
        frozen.flags.writeable = False
        object.__setattr__(self, "samples", frozen)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate_hz


@dataclass(frozen=True)
class Provenance:
    """What a result has to say about its data (the `data` object of `motekit evaluate --json`)."""

    source: str
    name: str
    groups: int
    recordings: int


def provenance(recordings: Iterable[Recording], name: str) -> Provenance:
    """Count groups and recordings; anything synthetic in the mix makes the whole of it "synthetic"."""
    recordings = list(recordings)
    synthetic = any(r.source == "synthetic" for r in recordings)
    return Provenance(
        source="synthetic" if synthetic else "real",
        name=name,
        groups=len({r.group for r in recordings}),
        recordings=len(recordings),
    )


def stack(recordings: Sequence[Recording]) -> np.ndarray:
    """Samples of recordings of one length as one array [recordings, n] (or [recordings, n, channels])."""
    if not recordings:
        raise DataError("there are no recordings to stack. Check the folder and the words asked for.")
    shape = recordings[0].samples.shape
    for recording in recordings:
        if recording.samples.shape != shape:
            raise DataError(
                f"{recording.name} has {len(recording.samples)} samples, {recordings[0].name} has "
                f"{shape[0]}. Load them with one length."
            )
    return np.stack([r.samples for r in recordings])
