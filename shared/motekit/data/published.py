"""The field's own streaming test: words as recorded, in faint background noise, one every three seconds.

The composition is that of TensorFlow's speech_commands example (generate_streaming_test_wav, its defaults): slots of
3 s, in each one word of 1 s at a random place in the first 2 s, at the level it was recorded with; 30 % of the words
are no keywords; noise in pieces of 1 s, each from a random place of a random file and at a volume drawn from 0 to 0.1,
cross-faded over 0.5 s. `stream.build` makes harder streams, with half of the words no keywords and a declared
signal-to-noise ratio.
"""

from collections.abc import Sequence

import numpy as np

from ..errors import ConfigError, DataError
from . import audio, mix
from .recording import Recording
from .stream import Spoken, Stream

SLOT_S, WORD_S = 3.0, 1.0
UNKNOWN_SHARE = 0.3
NOISE_VOLUME = 0.1
_CROSSFADE_S = 0.5


def published(
    words: Sequence[Recording], noise: Sequence[Recording], *, duration_s: float = 1800.0, seed: int = 0
) -> Stream:
    """Lay words into noise as the published test does.

    Parameters
    ----------
    words : sequence of Recording
        Clips of 1 s: keywords, drawn with every keyword as likely as another, and others ("_unknown_").
    noise : sequence of Recording
        Background, each longer than 2 s.
    duration_s : float
        At least one slot of 3 s.
    seed : int
        The same arguments give the same stream.

    Raises
    ------
    ConfigError
        If it is too short for one word.
    DataError
        If there are no keywords, no other words, or no noise.
    """
    others = [r for r in words if r.label == "_unknown_"]
    keywords: dict[str, list[Recording]] = {}
    for recording in words:
        if not recording.label.startswith("_"):
            keywords.setdefault(recording.label, []).append(recording)
    if not (others and keywords and noise):
        raise DataError("a stream needs keywords, other words and background noise. Give all three.")
    if duration_s < SLOT_S:
        raise ConfigError(f"{duration_s:g} s is too short for one word. Give at least {SLOT_S:g} s.")
    rate_hz = round(words[0].rate_hz)
    rng = np.random.default_rng(seed)
    samples = _background(noise, round(duration_s * rate_hz), rate_hz, rng)
    truth = []
    for slot in range(int(duration_s // SLOT_S)):
        start = round((slot * SLOT_S + rng.uniform(0, SLOT_S - WORD_S)) * rate_hz)
        pool = others if rng.random() < UNKNOWN_SHARE else keywords[rng.choice(sorted(keywords))]
        clip = pool[rng.integers(len(pool))]
        wave = clip.samples[: len(samples) - start].astype(np.float64)
        end = start + len(wave)
        floor, loud = mix.rms(samples[start:end]), mix.active_rms(wave, rate_hz)
        samples[start:end] += wave
        truth.append(
            Spoken(
                label=clip.label,
                start_s=start / rate_hz,
                end_s=end / rate_hz,
                speaker=clip.group,
                word=clip.word or clip.label,
                snr_db=round(float(20 * np.log10(max(loud, 1e-3) / max(floor, 1e-3))), 2),
            )
        )
    synthetic = any(r.source == "synthetic" for r in (*words, *noise))
    source = "synthetic" if synthetic else "real"
    return Stream(audio.to_int16(samples), rate_hz, tuple(truth), source, "published streaming test")


def _background(noise: Sequence[Recording], length: int, rate_hz: int, rng: np.random.Generator) -> np.ndarray:
    """Noise in overlapping pieces of random files, places and volumes."""
    fade = round(_CROSSFADE_S / 2 * rate_hz)
    piece = round((WORD_S + _CROSSFADE_S) * rate_hz)
    envelope = np.ones(piece)
    envelope[:fade] = np.arange(fade) / fade
    envelope[-fade:] = envelope[:fade][::-1]
    bed = np.zeros(length + piece)
    for start in range(0, length, round(WORD_S * rate_hz)):
        base = noise[rng.integers(len(noise))].samples
        place = int(rng.integers(max(1, len(base) - piece)))
        part = np.resize(base[place : place + piece], piece)
        bed[start : start + piece] += part * envelope * rng.uniform(0, NOISE_VOLUME)
    return bed[:length]
