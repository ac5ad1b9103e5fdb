"""Continuous audio to listen to: words laid into background noise, and a table of what is said when.

For misses and false accepts an hour, which no test on single clips can show. Score with `scoring`.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

from ..errors import ConfigError, DataError
from ..files import write_text
from . import audio, mix
from .recording import Recording

_FADE_S = 0.01
_CROSSFADE_S = 0.5
_PIECE_S = (15.0, 45.0)
# a word is made louder only as far as its peak stays this far below full scale
_PEAK = 0.9 * 32_768


@dataclass(frozen=True)
class Spoken:
    """One word of a stream's truth table.

    Attributes
    ----------
    label : str
        A keyword, or "_unknown_".
    start_s, end_s : float
        Where its clip lies, in seconds from the start of the stream.
    speaker : str
    word : str
        What is said, also where the label is "_unknown_".
    snr_db : float
        Active speech level over the noise it is laid into.
    """

    label: str
    start_s: float
    end_s: float
    speaker: str
    word: str
    snr_db: float

    @property
    def is_keyword(self) -> bool:
        """Whether it is to be detected."""
        return not self.label.startswith("_")


@dataclass(frozen=True, eq=False)
class Stream:
    """Continuous audio with its truth table.

    Attributes
    ----------
    samples : ndarray
        int16[n].
    rate_hz : int
    truth : tuple of Spoken
        In the order of time.
    source : str
        "real", or "synthetic" as soon as anything in it is.
    name : str
    """

    samples: np.ndarray
    rate_hz: int
    truth: tuple[Spoken, ...]
    source: str
    name: str

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate_hz

    @property
    def keywords(self) -> tuple[Spoken, ...]:
        """The words to be detected."""
        return tuple(word for word in self.truth if word.is_keyword)

    @property
    def speakers(self) -> int:
        """How many different speakers are heard."""
        return len({word.speaker for word in self.truth})


def build(
    words: Sequence[Recording],
    noise: Sequence[Recording],
    *,
    duration_s: float = 1800.0,
    seed: int = 0,
    keyword_share: float = 0.5,
    min_gap_s: float = 1.5,
    mean_gap_s: float = 2.5,
    snr_db: tuple[float, float] = (5.0, 20.0),
    noise_dbfs: tuple[float, float] = (-50.0, -35.0),
    name: str = "stream",
) -> Stream:
    """Lay words at random times into background noise.

    Parameters
    ----------
    words : sequence of Recording
        Clips of keywords and of other words ("_unknown_"), of one rate. Every clip of a kind is used once
        before any is used again. Clips with other labels in "_..._" are left out.
    noise : sequence of Recording
        Background, of the same rate.
    duration_s : float
    seed : int
        The same arguments give the same stream.
    keyword_share : float
        Share of keywords among the words.
    min_gap_s, mean_gap_s : float
        Between the end of one clip and the start of the next: the minimum, and the mean of minimum plus an
        exponentially distributed rest. Scoring needs at least twice its tolerance to tell neighbours apart.
    snr_db : (float, float)
        Active speech level (`mix.active_rms`) over the noise, uniform in this range. Declared for the noise
        that is laid in; what a clip was recorded with comes on top.
    noise_dbfs : (float, float)
        RMS of the noise, uniform in this range for each piece of 15 to 45 s of one noise file.
    name : str

    Raises
    ------
    ConfigError
        If a range, a share or a gap is impossible.
    DataError
        If there are no words, no noise, or their rates differ.
    """
    _check(duration_s, keyword_share, min_gap_s, mean_gap_s, snr_db, noise_dbfs)
    decks = _decks(words, keyword_share)
    if not noise:
        raise DataError("there is no background noise. Give noise files, or synthetic noise.")
    rates = {r.rate_hz for r in (*words, *noise)}
    if len(rates) != 1:
        raise DataError(f"words and noise have different rates ({_listed(rates)} Hz). Load them with one rate.")
    rate_hz = round(rates.pop())
    rng = np.random.default_rng(seed)
    length = round(duration_s * rate_hz)
    bed, levels = _bed(noise, length, rate_hz, noise_dbfs, rng)
    truth, at = [], 0
    while True:
        at += round((min_gap_s + rng.exponential(mean_gap_s - min_gap_s)) * rate_hz)
        kind = 0 if rng.random() < keyword_share else 1
        clip = decks[kind].draw(rng)
        end = at + len(clip.samples)
        if end + round(min_gap_s * rate_hz) > length:
            break
        laid, ratio_db = _laid(clip, levels[at], rng.uniform(*snr_db), rate_hz)
        bed[at:end] += laid
        truth.append(
            Spoken(
                label=clip.label,
                start_s=at / rate_hz,
                end_s=end / rate_hz,
                speaker=clip.group,
                word=clip.word or clip.label,
                snr_db=round(ratio_db, 2),
            )
        )
        at = end
    if not truth:
        raise ConfigError(f"{duration_s:g} s is too short for one word and its gaps. Make the stream longer.")
    synthetic = any(r.source == "synthetic" for r in (*words, *noise))
    return Stream(audio.to_int16(bed), rate_hz, tuple(truth), "synthetic" if synthetic else "real", name)


def demo(seed: int = 0) -> Stream:
    """Make the built-in stream: the ten keywords among other words, synthetic, about 45 s."""
    from motekit.datasets.speech_commands import KEYWORDS
    from motekit.datasets.synthetic import noise, speech

    words = speech.spoken((*KEYWORDS, *_DEMO_OTHERS), voices=_DEMO_VOICES, words_per_minute=165)
    beds = [r for r in noise.recordings(20.0, seed) if r.name.endswith(("pink", "fan"))]
    return build(
        words,
        beds,
        duration_s=48.0,
        seed=seed,
        keyword_share=0.55,
        min_gap_s=1.0,
        mean_gap_s=1.5,
        snr_db=(18.0, 25.0),
        name="demo",
    )


def write(stream: Stream, path: Path | str) -> Path:
    """Write a stream as a sound file, and its truth table beside it as .csv (columns: see `Spoken`)."""
    path = Path(path)
    text = io.StringIO()
    table = csv.DictWriter(text, [f.name for f in fields(Spoken)], lineterminator="\n")
    table.writeheader()
    table.writerows(asdict(word) for word in stream.truth)
    audio.write(path, stream.samples, stream.rate_hz)
    write_text(path.with_suffix(".csv"), text.getvalue())
    return path


def read_truth(path: Path | str) -> tuple[Spoken, ...]:
    """Read a truth table that `write` wrote, or one made by hand with at least label, start_s and end_s.

    Raises
    ------
    DataError
        If the file is missing, or a row lacks a label or its times.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"{path} does not exist. Give a .csv with the columns label, start_s, end_s.")
    spoken = []
    with open(path, newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                spoken.append(
                    Spoken(
                        label=row["label"],
                        start_s=float(row["start_s"]),
                        end_s=float(row["end_s"]),
                        speaker=row.get("speaker") or "",
                        word=row.get("word") or row["label"],
                        snr_db=float(row.get("snr_db") or "nan"),
                    )
                )
            except (KeyError, TypeError, ValueError) as error:
                raise DataError(
                    f"{path.name}, line {number}: no label, start_s and end_s there. Give all three."
                ) from error
    return tuple(sorted(spoken, key=lambda word: word.start_s))


# plain voices at an ordinary pace: the demo shows the chain at work, it measures nothing
_DEMO_VOICES = ("m3", "f5", "m7", "f2", "max", "f1", "m2", "Annie")
_DEMO_OTHERS = ("seven", "table", "happy", "window", "four", "morning", "house", "banana")


class _Deck:
    """Clips in random order; all are drawn before any is drawn again."""

    def __init__(self, clips: Sequence[Recording]):
        self.clips = clips
        self.left: list[int] = []

    def draw(self, rng: np.random.Generator) -> Recording:
        if not self.left:
            self.left = list(rng.permutation(len(self.clips)))
        return self.clips[self.left.pop()]


def _decks(words: Sequence[Recording], keyword_share: float) -> tuple[_Deck, _Deck]:
    keywords = [r for r in words if not r.label.startswith("_")]
    others = [r for r in words if r.label == "_unknown_"]
    if keyword_share > 0 and not keywords:
        raise DataError("there are no keywords to lay into the stream. Add some, or set their share to 0.")
    if keyword_share < 1 and not others:
        raise DataError("there are no other words to lay into the stream. Add some, or make the share 1.")
    return _Deck(keywords), _Deck(others)


def _bed(
    noise: Sequence[Recording], length: int, rate_hz: int, dbfs: tuple[float, float], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Noise of one random file and level after another, cross-faded; and its level at every sample."""
    bed, levels = np.zeros(length), np.zeros(length)
    fade = round(_CROSSFADE_S * rate_hz)
    at = 0
    while at < length:
        base = noise[rng.integers(len(noise))].samples.astype(np.float64)
        wanted = round(rng.uniform(*_PIECE_S) * rate_hz)
        start = int(rng.integers(max(1, len(base) - wanted)))
        piece = np.resize(base[start : start + wanted], wanted)
        level = mix.from_dbfs(rng.uniform(*dbfs))
        loud = mix.rms(piece)
        if loud > 0:
            piece = piece * (level / loud)
        else:
            level = 0.0
        ramp = min(fade, wanted // 2)
        # equal-power cross-fade: the pieces are independent, so their powers add
        rise = np.sin(0.5 * np.pi * (np.arange(ramp) + 0.5) / ramp)
        if at:
            piece[:ramp] *= rise
        piece[-ramp:] *= rise[::-1]
        part = piece[: length - at]
        bed[at : at + len(part)] += part
        levels[at:] = level
        at += wanted - ramp
    return bed, levels


def _laid(clip: Recording, floor: float, snr_db: float, rate_hz: int) -> tuple[np.ndarray, float]:
    """A clip at its level, faded at both ends so that its own noise does not click; and the ratio reached."""
    wave = clip.samples.astype(np.float64)
    loud = mix.active_rms(wave, rate_hz)
    if loud > 0 and floor > 0:
        gain = min(floor * 10 ** (snr_db / 20) / loud, _PEAK / np.abs(wave).max())
        wave = wave * gain
        snr_db = 20 * np.log10(gain * loud / floor)
    fade = min(round(_FADE_S * rate_hz), len(wave) // 2)
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / max(1, fade))
    wave[:fade] *= rise
    wave[len(wave) - fade :] *= rise[::-1]
    return wave, float(snr_db)


def _check(
    duration_s: float,
    keyword_share: float,
    min_gap_s: float,
    mean_gap_s: float,
    snr_db: tuple[float, float],
    noise_dbfs: tuple[float, float],
) -> None:
    if duration_s <= 0:
        raise ConfigError(f"a stream of {duration_s:g} s is not possible. Give a length above 0.")
    if not 0 <= keyword_share <= 1:
        raise ConfigError(f"a keyword share of {keyword_share:g} is not possible. Give one from 0 to 1.")
    if not 0 <= min_gap_s <= mean_gap_s:
        raise ConfigError(f"gaps of {min_gap_s:g} s at least and {mean_gap_s:g} s on average cannot be. Swap them.")
    if snr_db[0] > snr_db[1] or noise_dbfs[0] > noise_dbfs[1] or noise_dbfs[1] > 0:
        raise ConfigError("a level range is upside down, or above full scale. Give (lowest, highest) in dB.")


def _listed(rates: set[float]) -> str:
    return ", ".join(f"{rate:g}" for rate in sorted(rates))
