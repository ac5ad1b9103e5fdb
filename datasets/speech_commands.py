"""Google Speech Commands: v0.01, v0.02 and the test-set archives, as distributed.

    <word>/<speaker>_nohash_<n>.wav      a clip of about 1 s; .flac too, and doubled endings (.wav.wav)
    _unknown_/<word>_<speaker>_nohash_<n>.wav.wav     test sets: any other word
    _silence_/<n>.wav                    test sets: background noise, 1 s
    _background_noise_/<name>.wav        v0.01, v0.02: about a minute each
    validation_list.txt, testing_list.txt             v0.01, v0.02: the official split
    SYNTHETIC.txt                        beside word folders that a generator made: "synthetic" clips

Source: P. Warden, "Speech Commands: A Dataset for Limited-Vocabulary Speech Recognition", arXiv:1804.03209.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from motekit.data import audio
from motekit.data.recording import Recording, Source
from motekit.errors import DataError

NAME = "speech_commands"
RATE_HZ = audio.RATE_HZ
CLIP_SAMPLES = RATE_HZ

SILENCE = "_silence_"
UNKNOWN = "_unknown_"
NOISE = "_background_noise_"
KEYWORDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
LABELS = (SILENCE, UNKNOWN, *KEYWORDS)

_SPEAKER = re.compile(r"(?P<speaker>.+)_nohash_(?P<take>[^_]*)")
SYNTHETIC_MARKER = "SYNTHETIC.txt"
_ENDINGS = re.compile(r"(\.wav|\.flac)+$", re.IGNORECASE)
_LISTS = {"validation": "validation_list.txt", "testing": "testing_list.txt"}
# the constant of the official rule, 2**27 - 1
_MAX_WAVS_PER_CLASS = 2**27 - 1


@dataclass(frozen=True)
class Clip:
    """One sound file of the set, found but not read.

    Attributes
    ----------
    path : Path
    name : str
        Path within the root that was searched, with forward slashes.
    folder : str
        The folder it lies in: a word, "_unknown_", "_silence_" or "_background_noise_".
    word : str
        The word that is said; empty for silence and noise.
    label : str
        One of the classes asked for: a keyword, "_unknown_", "_silence_"; "_background_noise_" for noise.
    group : str
        The speaker. Silence and noise have none: each file is a group of its own there.
    partition : str
        "training", "validation" or "testing", by the official lists if they are there, else by the rule.
    source : str
        "real", or "synthetic" where the folder says so.
    """

    path: Path
    name: str
    folder: str
    word: str
    label: str
    group: str
    partition: str
    source: Source


def label_of(word: str, keywords: Sequence[str] = KEYWORDS) -> str:
    """Class of a word or folder: itself if it is a keyword, silence or noise; any other word is unknown."""
    return word if word in (*keywords, SILENCE, NOISE) else UNKNOWN


def which_set(name: str, validation_percent: float = 10.0, testing_percent: float = 10.0) -> str:
    """Apply the official rule: partition of a file by the SHA-1 of the part of its name before "_nohash_".

    Parameters
    ----------
    name : str
        File name; folders are ignored.

    Returns
    -------
    str
        "training", "validation" or "testing".
    """
    stem = re.sub(r"_nohash_.*$", "", name.rpartition("/")[2])
    bucket = int(hashlib.sha1(stem.encode()).hexdigest(), 16) % (_MAX_WAVS_PER_CLASS + 1)
    percent = bucket * (100.0 / _MAX_WAVS_PER_CLASS)
    if percent < validation_percent:
        return "validation"
    return "testing" if percent < validation_percent + testing_percent else "training"


@dataclass(frozen=True)
class SpeechCommands:
    """What one root holds. Reading is left to `recordings`, `load` and `noise`.

    Attributes
    ----------
    root : Path
    clips : tuple of Clip
        Every word and silence clip, in the order of their names.
    noise_clips : tuple of Clip
        The files of `_background_noise_`.
    ignored : tuple of Path
        Files in word folders that are neither .wav nor .flac.
    """

    root: Path
    clips: tuple[Clip, ...]
    noise_clips: tuple[Clip, ...]
    ignored: tuple[Path, ...]

    def recordings(
        self,
        clips: Iterable[Clip] | None = None,
        *,
        length: int | None = CLIP_SAMPLES,
        resample: bool = False,
    ) -> Iterator[Recording]:
        """Read clips one by one (all of them by default), for sets larger than memory; see `load`."""
        for clip in self.clips if clips is None else clips:
            samples = audio.read(clip.path, RATE_HZ, resample=resample)
            yield _recording(clip, samples if length is None else audio.fit(samples, length))

    def load(
        self,
        clips: Iterable[Clip] | None = None,
        *,
        length: int | None = CLIP_SAMPLES,
        resample: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Recording]:
        """Read clips (all of them by default) into memory, 32 kB each.

        Parameters
        ----------
        clips : iterable of Clip, optional
            Which ones.
        length : int or None
            Samples a clip is brought to the official way (longer: the end is cut; shorter: zeros are
            added at the end); None keeps every clip as it is stored.
        resample : bool
            Convert clips of another rate instead of refusing them.
        progress : callable, optional
            Called with (done, total) after each clip.

        Returns
        -------
        list of Recording
            Samples int16[length], unit "FS", label one of the classes, group the speaker.

        Raises
        ------
        DataError
            For the first clip that cannot be read.
        """
        wanted = list(self.clips if clips is None else clips)
        loaded = []
        for recording in self.recordings(wanted, length=length, resample=resample):
            loaded.append(recording)
            if progress:
                progress(len(loaded), len(wanted))
        return loaded

    def noise(self, *, resample: bool = False) -> list[Recording]:
        """Read the background noise files, each at its full length."""
        return list(self.recordings(self.noise_clips, length=None, resample=resample))

    @cached_property
    def duplicates(self) -> tuple[tuple[Clip, ...], ...]:
        """Clips that hold the same samples, byte for byte, in whatever file format; two or more a tuple."""
        return _same_samples((*self.clips, *self.noise_clips))

    def without_duplicates(self) -> "SpeechCommands":
        """Keep the first of every set of clips with the same samples."""
        dropped = {clip for same in self.duplicates for clip in same[1:]}
        return replace(
            self,
            clips=tuple(c for c in self.clips if c not in dropped),
            noise_clips=tuple(c for c in self.noise_clips if c not in dropped),
        )

    def problems(self) -> list[str]:
        """Read everything and return one line for each file that cannot be used as it is."""
        lines = []
        for clip in (*self.clips, *self.noise_clips):
            try:
                audio.read(clip.path, RATE_HZ)
            except DataError as error:
                lines.append(str(error))
        return lines


def find(root: Path | str, keywords: Sequence[str] = KEYWORDS) -> SpeechCommands:
    """Find every clip under a root in an official layout, without reading any.

    Parameters
    ----------
    root : Path
        A folder of word folders, a folder that holds such folders (as the mirror's `speech_commands` holds
        v0.01 beside the test set), or a single word folder.
    keywords : sequence of str
        Words that are classes of their own; all others become "_unknown_".

    Raises
    ------
    DataError
        If the folder is missing, or holds nothing in that layout.
    """
    root = Path(root)
    if not root.exists():
        raise DataError(f"{root} does not exist. Name the folder that holds the word folders.")
    if not root.is_dir():
        raise DataError(f"{root} is a file. Name the folder that holds the word folders.")
    clips: list[Clip] = []
    ignored: list[Path] = []
    folders = _word_folders(root)
    lists = {parent: _official_lists(parent) for parent in {folder.parent for folder in folders}}
    for folder in folders:
        for path in sorted(folder.iterdir()):
            # a link that leads nowhere counts: reading it says so, leaving it out would hide it
            if path.is_dir() or path.name.startswith("."):
                continue
            if path.suffix.lower() in audio.SUFFIXES:
                clips.append(_clip(root, path, keywords, lists[folder.parent]))
            elif path.suffix.lower() not in (".md", ".txt", ".csv"):
                ignored.append(path)
    if not clips:
        raise DataError(
            f"{root} holds no <word>/<speaker>_nohash_<n>.wav or .flac. "
            "Name the folder that holds the word folders, or run `motekit data fetch speech_commands`."
        )
    return SpeechCommands(
        root=root,
        clips=tuple(c for c in clips if c.folder != NOISE),
        noise_clips=tuple(c for c in clips if c.folder == NOISE),
        ignored=tuple(ignored),
    )


def load(root: Path | str, keywords: Sequence[str] = KEYWORDS, *, resample: bool = False) -> list[Recording]:
    """Find and read every clip of one second under `root`; `find(root)` gives more control."""
    return find(root, keywords).load(resample=resample)


def silence(
    noise: Sequence[Recording], count: int, seed: int, *, length: int = CLIP_SAMPLES, quiet: float = 0.1
) -> list[Recording]:
    """Cut "_silence_" clips from noise at random places and volumes, as the official training does.

    Parameters
    ----------
    noise : sequence of Recording
        Background noise, each at least `length` long.
    count, seed : int
        How many, and the seed they follow from.
    quiet : float
        Share of clips that are all zeros (digital silence).

    Returns
    -------
    list of Recording
        Label "_silence_", the noise file as group, its source kept.

    Notes
    -----
    Train silence on these, not on the test set's `_silence_` folder: every copy of the test set holds the
    same clips there. Volume is uniform in 0..1 of the file's own, as in TensorFlow's speech_commands example.
    """
    usable = [n for n in noise if len(n.samples) >= length]
    if not usable:
        raise DataError(f"no noise file is {length / RATE_HZ:g} s long. Give longer background noise.")
    rng = np.random.default_rng(seed)
    clips = []
    for index in range(count):
        base = usable[rng.integers(len(usable))]
        start = int(rng.integers(len(base.samples) - length + 1))
        volume = 0.0 if rng.random() < quiet else rng.uniform(0.0, 1.0)
        samples = audio.to_int16(base.samples[start : start + length] * volume)
        name = f"{base.name}@{start}x{volume:.3f}#{index}"
        clips.append(replace(base, samples=samples, label=SILENCE, name=name))
    return clips


def _word_folders(root: Path) -> list[Path]:
    """Folders that hold sound files: the root itself, its children, or theirs."""
    children = _folders(root)
    candidates = [root, *children, *(grandchild for child in children for grandchild in _folders(child))]
    return sorted({folder for folder in candidates if _holds_audio(folder)})


def _folders(folder: Path) -> list[Path]:
    return [f for f in folder.iterdir() if f.is_dir() and not f.name.startswith(".")]


def _holds_audio(folder: Path) -> bool:
    return any(f.suffix.lower() in audio.SUFFIXES and not f.name.startswith(".") for f in folder.iterdir())


def _official_lists(folder: Path) -> dict[str, str]:
    """Partition by "word/stem", from the lists that lie beside the word folders."""
    partitions: dict[str, str] = {}
    for partition, name in _LISTS.items():
        path = folder / name
        if path.is_file():
            for line in path.read_text(encoding="utf-8").split():
                word, _, file = line.rpartition("/")
                partitions[f"{word}/{_stem(file)}"] = partition
    return partitions


def _stem(name: str) -> str:
    """File name without its ending, or endings: the test sets have ".wav.wav"."""
    return _ENDINGS.sub("", name)


def _clip(root: Path, path: Path, keywords: Sequence[str], lists: dict[str, str]) -> Clip:
    folder, stem = path.parent.name, _stem(path.name)
    match = _SPEAKER.fullmatch(stem)
    speaker = match["speaker"] if match else stem
    if folder in (SILENCE, NOISE):
        # nobody speaks: each file is its own group, whichever copy of the set it lies in
        word, label, speaker = "", folder, f"{folder}/{stem}"
    elif folder == UNKNOWN:
        word, _, speaker = speaker.rpartition("_") if match else ("", "", stem)
        label = label_of(word, keywords)
    else:
        word, label = folder, label_of(folder, keywords)
    partition = lists.get(f"{folder}/{stem}") if lists else None
    if partition is None:
        # the lists name what is not for training; without them the rule decides
        partition = "training" if lists else which_set(speaker)
    return Clip(
        path=path,
        name=path.relative_to(root if path.parent != root else root.parent).as_posix(),
        folder=folder,
        word=word,
        label=label,
        group=speaker,
        partition=partition,
        source="synthetic" if (path.parents[1] / SYNTHETIC_MARKER).is_file() else "real",
    )


def _recording(clip: Clip, samples: np.ndarray) -> Recording:
    return Recording(
        samples=samples,
        rate_hz=RATE_HZ,
        unit="FS",
        channels=("audio",),
        label=clip.label,
        group=clip.group,
        name=clip.name,
        source=clip.source,
        word=clip.word,
        path=clip.path,
    )


def _same_samples(clips: Sequence[Clip]) -> tuple[tuple[Clip, ...], ...]:
    # of the decoded samples: two encoders make different files of one clip
    by_digest: dict[bytes, list[Clip]] = defaultdict(list)
    for clip in clips:
        try:
            samples = audio.read(clip.path, RATE_HZ, resample=True)
        except DataError:
            continue  # `problems` and `load` report it
        by_digest[hashlib.sha256(samples.tobytes()).digest()].append(clip)
    return tuple(tuple(same) for same in by_digest.values() if len(same) > 1)
