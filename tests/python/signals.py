"""Signals the tests share: hostile ones, chunkings, and speech, real where MOTEKIT_DATA names a mirror."""

from collections.abc import Iterator

import numpy as np
from hypothesis import strategies as st

from motekit import paths

RATE_HZ = 16000


def hostile(length: int = RATE_HZ) -> dict[str, np.ndarray]:
    """int16 signals that break careless arithmetic, by name."""
    time = np.arange(length)
    generator = np.random.default_rng(7)
    impulse = np.zeros(length, np.int16)
    impulse[length // 3] = -32768
    return {
        "zeros": np.zeros(length, np.int16),
        "constant": np.full(length, -1, np.int16),
        "lowest": np.full(length, -32768, np.int16),
        "highest": np.full(length, 32767, np.int16),
        "alternating": np.where(time % 2, 32767, -32768).astype(np.int16),
        "square": np.where(time // 40 % 2, 32767, -32768).astype(np.int16),
        "impulse": impulse,
        "one step": generator.integers(0, 2, length).astype(np.int16),
        "noise": generator.integers(-32768, 32768, length).astype(np.int16),
        "tone": np.round(32767 * np.sin(2 * np.pi * 1000 * time / RATE_HZ)).astype(np.int16),
    }


def noise(length: int, level: float, seed: int) -> np.ndarray:
    """Gaussian noise of a standard deviation of `level` steps, int16."""
    values = np.random.default_rng(seed).normal(0, level, length)
    return np.clip(np.round(values), -32768, 32767).astype(np.int16)


def speech(count: int = 24) -> list[np.ndarray]:
    """Spoken words, int16[16000] each: synthetic ones always, and real ones where there are any."""
    from motekit.datasets import speech_commands
    from motekit.datasets.synthetic import speech as synthetic

    words = synthetic.make(count, seed=11)
    clips = [word.samples for word in words[:count]]
    root = paths.data_dir()
    if root and (root / "speech_commands").is_dir():
        found = speech_commands.find(root / "speech_commands")
        chosen = [clip for clip in found.clips if clip.word][:: max(1, len(found.clips) // count)]
        clips += [recording.samples for recording in found.load(chosen)]
    return clips


def at_level(samples: np.ndarray, dbfs: float) -> np.ndarray:
    """Samples scaled to an RMS level in dB of full scale, int16."""
    values = samples.astype(float)
    rms = np.sqrt(np.mean(values**2)) or 1.0
    return np.clip(np.round(values * 32768 * 10 ** (dbfs / 20) / rms), -32768, 32767).astype(np.int16)


@st.composite
def chunkings(draw: st.DrawFn, length: int) -> list[int]:
    """Lengths, some of them 0, that add up to `length`."""
    cuts = sorted(draw(st.lists(st.integers(0, length), max_size=12)))
    return list(np.diff([0, *cuts, length]))


def split(samples: np.ndarray, lengths: list[int]) -> Iterator[np.ndarray]:
    """The samples in chunks of these lengths."""
    start = 0
    for length in lengths:
        yield samples[start : start + length]
        start += length
