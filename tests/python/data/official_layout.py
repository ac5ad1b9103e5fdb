"""A small Speech Commands in the official layout, made on the spot."""

from pathlib import Path

import numpy as np
import soundfile


def tone(seed: int, n: int = 16_000, peak: float = 0.3) -> np.ndarray:
    """A clip that no other seed makes, int16[n]."""
    rng = np.random.default_rng(seed)
    wave = np.sin(2 * np.pi * rng.uniform(200, 2000) * np.arange(n) / 16_000) + 0.1 * rng.standard_normal(n)
    return np.rint(wave / np.abs(wave).max() * peak * 32_767).astype(np.int16)


def put(path: Path, samples: np.ndarray, rate_hz: int = 16_000, **options) -> Path:
    """Write a sound file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate_hz, **options)
    return path


SPEAKERS = ("0a7c2a8d", "0c540988", "1b4c9b89", "97f4c236", "b97c9f77", "ffd2ba2f")


def make_official_root(root: Path) -> Path:
    """v0.01 beside a test set, a few small clips a word, six speakers, one duplicate, one short clip."""
    full, test = root / "speech_commands_v0.01", root / "speech_commands_test_set_v0.02"
    seed = 0
    for word in ("yes", "no", "stop", "bed", "marvin"):
        for speaker in SPEAKERS:
            seed += 1
            put(full / word / f"{speaker}_nohash_0.wav", tone(seed))
    put(full / "bed" / "0a7c2a8d_nohash_1.wav", tone(900, n=12_000))
    put(full / "_background_noise_" / "running_tap.wav", tone(901, n=48_000))
    (full / "_background_noise_" / "README.md").write_text("noise\n")
    (full / "validation_list.txt").write_text("bed/1b4c9b89_nohash_0.wav\n")
    (full / "testing_list.txt").write_text("yes/0a7c2a8d_nohash_0.wav\nbed/0a7c2a8d_nohash_1.wav\n")
    for word in ("yes", "go"):
        put(test / word / "97f4c236_nohash_3.flac", tone(950 + len(word)))
    put(test / "yes" / "0a7c2a8d_nohash_0.flac", tone(1))
    put(test / "_unknown_" / "backward_0c540988_nohash_0.wav.wav", tone(960))
    put(test / "_silence_" / "1024.wav.wav", tone(961, peak=0.01))
    return root
