"""Spoken words made on the spot: eSpeak NG voices in simple rooms with noise, one second each.

It stands in for Speech Commands where there is neither a data set nor a network. Every recording carries
`source="synthetic"` and the eSpeak voice as its group; accuracy on it is never an app's accuracy.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from motekit import files, paths
from motekit.data import audio, mix
from motekit.data.recording import Recording
from motekit.datasets.speech_commands import (
    CLIP_SAMPLES,
    KEYWORDS,
    NOISE,
    RATE_HZ,
    SILENCE,
    SYNTHETIC_MARKER,
    label_of,
)
from motekit.datasets.synthetic import espeak, noise, room
from motekit.datasets.synthetic.words import ACCENTS, OTHER_WORDS, VOICES
from motekit.errors import ConfigError

# part of the cache's key: raise it whenever the same request would sound different
_GENERATION = 1
_BED_S = 20
_ROOMS = 48


@dataclass(frozen=True)
class _Clip:
    """One clip to make: what is said, and the number its own random draws follow from."""

    word: str
    utterance: espeak.Utterance | None
    noise: str
    number: int


def make(
    count: int = 2000,
    *,
    seed: int = 0,
    keywords: Sequence[str] = KEYWORDS,
    others: Sequence[str] = OTHER_WORDS,
    voices: Sequence[str] = VOICES,
    accents: Sequence[str] = ACCENTS,
    keyword_share: float = 0.6,
    silence_share: float = 0.08,
    clean: bool = False,
    workers: int | None = None,
) -> list[Recording]:
    """Make spoken one-second clips; the same arguments give the same samples.

    Parameters
    ----------
    count : int
        Clips in all.
    seed : int
    keywords, others : sequence of str
        Words to say; `others` get the label "_unknown_".
    voices, accents : sequence of str
        eSpeak variants and languages to draw from.
    keyword_share, silence_share : float
        Shares of keywords and of "_silence_" clips (noise alone); the rest are `others`.
    clean : bool
        Leave out room, noise and level changes.
    workers : int, optional
        Processes; the result does not depend on it.

    Returns
    -------
    list of Recording
        int16[16000] at 16 kHz, label, word, group the voice (for silence, the noise), source "synthetic".

    Raises
    ------
    ConfigError
        If there is nothing to say or the shares do not fit.
    ToolError
        If eSpeak NG fails.

    Notes
    -----
    Kept under the cache folder, 32 kB a clip; the folder may be deleted at any time.
    """
    if count < 1 or not keywords or not voices or not accents:
        raise ConfigError("there is nothing to say. Give a count, words, voices and accents.")
    if min(keyword_share, silence_share) < 0 or keyword_share + silence_share > 1:
        raise ConfigError("the shares of keywords and silence exceed 1. Lower one of them.")
    request = {
        "generation": _GENERATION,
        "espeak": espeak.version(),
        "count": count,
        "seed": seed,
        "words": [list(keywords), list(others)],
        "voices": [list(voices), list(accents)],
        "shares": [keyword_share, silence_share],
        "clean": clean,
    }
    clips = _plan(request)
    samples = _cached(request, lambda: _render(clips, seed, clean, workers))
    return [_recording(clip, row, keywords) for clip, row in zip(clips, samples, strict=True)]


def say(word: str, *, voice: str = "f3", accent: str = "en-us", **how: int) -> np.ndarray:
    """Say one word with nothing around it: int16[n] at 16 kHz. `how`: see `espeak.Utterance`."""
    utterance = espeak.Utterance(word, accent, voice, **how)
    return _trim(espeak.speak([utterance], 1)[0])


def spoken(
    words: Sequence[str],
    *,
    voices: Sequence[str] = ("f3",),
    accent: str = "en-us",
    keywords: Sequence[str] = KEYWORDS,
    **how: int,
) -> list[Recording]:
    """Say each word once, in the middle of one clean second, by the voices in turn; `how`: see `say`."""
    utterances = [
        espeak.Utterance(word, accent, voices[number % len(voices)], **how) for number, word in enumerate(words)
    ]
    recordings = []
    for number, (utterance, sound) in enumerate(zip(utterances, espeak.speak(utterances), strict=True)):
        word = _trim(sound)
        before = max(0, CLIP_SAMPLES - len(word)) // 2
        samples = audio.fit(np.concatenate([np.zeros(before, np.int16), word]), CLIP_SAMPLES)
        clip = _Clip(utterance.text, utterance, "", number)
        recordings.append(_recording(clip, samples, keywords))
    return recordings


def write_tree(root: Path, recordings: Sequence[Recording], noises: Sequence[Recording] = ()) -> Path:
    """Write recordings in the official layout of Speech Commands, marked as synthetic.

    The marker lies beside the word folders; the `speech_commands` loader minds it.
    """
    root.mkdir(parents=True, exist_ok=True)
    files.write_text(root / SYNTHETIC_MARKER, "Made by motekit with eSpeak NG. Not a recording of anybody.\n")
    takes: dict[tuple[str, str], int] = {}
    for recording in recordings:
        folder = recording.word or SILENCE
        take = takes.get((folder, recording.group), 0)
        takes[folder, recording.group] = take + 1
        audio.write(root / folder / f"{recording.group}_nohash_{take}.wav", recording.samples)
    for recording in noises:
        audio.write(root / NOISE / f"{recording.name}.wav", recording.samples)
    return root


def _plan(request: dict) -> list[_Clip]:
    """Decide every clip from the request alone; each word is said by every voice in turn."""
    (keywords, others), (voices, accents) = request["words"], request["voices"]
    count, (keyword_share, silence_share) = request["count"], request["shares"]
    rng = np.random.default_rng([request["seed"], 1])
    silent = round(count * silence_share)
    spoken = round(count * keyword_share) if others else count - silent
    words = [keywords[i % len(keywords)] for i in range(spoken)]
    words += [others[i % len(others)] for i in range(count - silent - spoken)]
    offsets = {word: int(rng.integers(len(voices))) for word in (*keywords, *others)}
    order = rng.permutation(len(voices))
    said: dict[str, int] = {}
    clips = []
    for number, word in enumerate([*words, *[""] * silent]):
        utterance = None
        if word:
            turn = said[word] = said.get(word, offsets[word]) + 1
            utterance = espeak.Utterance(
                text=word,
                accent=accents[int(rng.integers(len(accents)))],
                voice=voices[order[turn % len(voices)]],
                words_per_minute=int(rng.integers(115, 230)),
                pitch=int(np.clip(rng.normal(50, 15), 5, 95)),
                pitch_range=int(rng.integers(20, 90)),
                seed=int(rng.integers(1, 2**31)),
            )
        kind = noise.KINDS[int(rng.integers(len(noise.KINDS)))]
        clips.append(_Clip(word, utterance, kind, number))
    return clips


def _render(clips: Sequence[_Clip], seed: int, clean: bool, workers: int | None) -> np.ndarray:
    spoken = iter(espeak.speak([c.utterance for c in clips if c.utterance], workers))
    scene = _Scene(seed)
    out = np.zeros((len(clips), CLIP_SAMPLES), np.int16)
    for clip in clips:
        rng = np.random.default_rng([seed, 2, clip.number])
        word = _trim(next(spoken)) if clip.utterance else None
        if clean:
            if word is not None:
                out[clip.number] = _place(word, rng)
        elif word is None:
            out[clip.number] = audio.to_int16(scene.silence(clip.noise, rng))
        else:
            out[clip.number] = audio.to_int16(scene.speech(_place(word, rng), clip.noise, rng))
    return out


class _Scene:
    """The rooms and noises of one call, from which each clip draws."""

    def __init__(self, seed: int):
        rng = np.random.default_rng([seed, 3])
        self.rooms = [room.impulse_response(room.draw(rng), rng) for _ in range(_ROOMS)]
        self.beds = {kind: noise.make(kind, _BED_S * RATE_HZ, rng) for kind in noise.KINDS}

    def background(self, kind: str, rng: np.random.Generator) -> np.ndarray:
        start = int(rng.integers(_BED_S * RATE_HZ - CLIP_SAMPLES))
        return self.beds[kind][start : start + CLIP_SAMPLES]

    def silence(self, kind: str, rng: np.random.Generator) -> np.ndarray:
        return self.background(kind, rng) * mix.from_dbfs(rng.uniform(-75, -25))

    def speech(self, word: np.ndarray, kind: str, rng: np.random.Generator) -> np.ndarray:
        heard = room.reverberate(word.astype(np.float64), self.rooms[rng.integers(_ROOMS)])
        heard *= mix.from_dbfs(rng.uniform(-35, -15)) / max(mix.active_rms(heard), 1.0)
        behind = self.background(kind, rng)
        level = mix.active_rms(heard) / max(mix.rms(behind), 1e-9) * 10 ** (-rng.uniform(5, 40) / 20)
        return heard + level * behind


def _trim(spoken: bytes) -> np.ndarray:
    """16 kHz samples without the pauses eSpeak puts around a word (below -60 dB of its peak)."""
    samples = audio.convert_rate(np.frombuffer(spoken, "<i2"), espeak.RATE_HZ, RATE_HZ)
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) * 1000 > np.abs(samples.astype(np.int32)).max())
    return samples[loud[0] : loud[-1] + 1] if len(loud) else samples


def _place(word: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A word somewhere in one second; of a longer one the middle, as the official clips were cut."""
    if len(word) >= CLIP_SAMPLES:
        start = (len(word) - CLIP_SAMPLES) // 2
        return word[start : start + CLIP_SAMPLES]
    out = np.zeros(CLIP_SAMPLES, np.int16)
    start = int(rng.integers(CLIP_SAMPLES - len(word) + 1))
    out[start : start + len(word)] = word
    return out


def _cached(request: dict, render: Callable[[], np.ndarray]) -> np.ndarray:
    key = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()[:24]
    path = paths.cache_dir() / "synthetic_speech" / f"{key}.npy"
    shape = (request["count"], CLIP_SAMPLES)
    try:
        kept = np.load(path)
        if kept.shape == shape and kept.dtype == np.int16:
            return kept
    except (OSError, ValueError, EOFError):
        pass  # not there, or damaged: made again
    samples = render()
    with files.replacing(path) as temporary:
        np.save(temporary, samples)
    return samples


def _recording(clip: _Clip, samples: np.ndarray, keywords: Sequence[str]) -> Recording:
    if clip.utterance:
        how = clip.utterance
        group, name = f"espeak-{how.voice}", f"{clip.word}/{how.accent}+{how.voice}_{clip.number}"
    else:
        group, name = f"synthetic-noise-{clip.noise}", f"{SILENCE}/{clip.noise}_{clip.number}"
    return Recording(
        samples=samples,
        rate_hz=RATE_HZ,
        unit="FS",
        channels=("audio",),
        label=label_of(clip.word, keywords) if clip.word else SILENCE,
        group=group,
        name=f"synthetic/{name}",
        source="synthetic",
        word=clip.word,
    )
