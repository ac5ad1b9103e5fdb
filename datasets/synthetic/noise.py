"""Background noise made on the spot: white, pink, brown, hum, fan, clatter and babble."""

import numpy as np
import scipy.signal

from motekit.data import audio, mix
from motekit.data.recording import Recording
from motekit.datasets.synthetic import espeak
from motekit.datasets.synthetic.words import BABBLE
from motekit.errors import ConfigError

RATE_HZ = audio.RATE_HZ
KINDS = ("white", "pink", "brown", "hum", "fan", "clatter", "babble")

_BABBLE_VOICES = ("m1", "f2", "m5", "f4", "Annie", "boris", "linda", "max")
_BABBLE_ACCENTS = ("en-us", "en", "en-gb-scotland", "en-029")


def make(kind: str, samples: int, rng: np.random.Generator) -> np.ndarray:
    """Noise of one kind at RMS 1.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    samples : int
        Length at 16 kHz.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray
        float64[samples], mean 0, RMS 1.

    Raises
    ------
    ConfigError
        If there is no such kind.
    """
    if kind not in KINDS:
        raise ConfigError(f'there is no noise "{kind}". Choose from {", ".join(KINDS)}.')
    wave = _MAKERS[kind](samples, rng)
    wave = wave - wave.mean()
    return wave / mix.rms(wave)


def recordings(seconds: float = 60.0, seed: int = 0, level_dbfs: float = -30.0) -> list[Recording]:
    """One recording of each kind, as a stand-in for the files of `_background_noise_`.

    Returns
    -------
    list of Recording
        int16 at 16 kHz, label "_background_noise_", group and name "synthetic-noise-<kind>".
    """
    made = []
    for index, kind in enumerate(KINDS):
        rng = np.random.default_rng([seed, index])
        wave = make(kind, round(seconds * RATE_HZ), rng) * mix.from_dbfs(level_dbfs)
        name = f"synthetic-noise-{kind}"
        made.append(
            Recording(
                samples=audio.to_int16(wave),
                rate_hz=RATE_HZ,
                unit="FS",
                channels=("audio",),
                label="_background_noise_",
                group=name,
                name=name,
                source="synthetic",
            )
        )
    return made


def _white(samples: int, rng: np.random.Generator) -> np.ndarray:
    return rng.standard_normal(samples)


def _power_law(samples: int, rng: np.random.Generator, exponent: float) -> np.ndarray:
    """Noise whose power falls as 1/f**exponent above 20 Hz."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    frequency = np.maximum(np.fft.rfftfreq(samples, 1 / RATE_HZ), 20.0)
    return np.fft.irfft(spectrum / frequency ** (exponent / 2), samples)


def _pink(samples: int, rng: np.random.Generator) -> np.ndarray:
    return _power_law(samples, rng, 1.0)


def _brown(samples: int, rng: np.random.Generator) -> np.ndarray:
    return _power_law(samples, rng, 2.0)


def _hum(samples: int, rng: np.random.Generator) -> np.ndarray:
    """Mains hum: harmonics of 50 or 60 Hz over a little hiss."""
    base = rng.choice((50.0, 60.0)) * rng.uniform(0.998, 1.002)
    time = np.arange(samples) / RATE_HZ
    wave = np.zeros(samples)
    for harmonic in range(1, 24):
        phase = 2 * np.pi * rng.random()
        wave += rng.uniform(0.2, 1.0) / harmonic * np.sin(2 * np.pi * base * harmonic * time + phase)
    return wave + 0.05 * rng.standard_normal(samples)


def _fan(samples: int, rng: np.random.Generator) -> np.ndarray:
    """Moving air: band-limited noise whose level drifts, with the tone of the blades."""
    low, high = rng.uniform(80, 250), rng.uniform(1500, 5000)
    sections = scipy.signal.butter(2, (low, high), "bandpass", fs=RATE_HZ, output="sos")
    air = scipy.signal.sosfilt(sections, _power_law(samples, rng, 1.0))
    time = np.arange(samples) / RATE_HZ
    drift = 1 + 0.3 * np.sin(2 * np.pi * rng.uniform(0.1, 0.6) * time + 2 * np.pi * rng.random())
    blades = 0.3 * np.sin(2 * np.pi * rng.uniform(90, 180) * time)
    return air / mix.rms(air) * drift + blades


def _clatter(samples: int, rng: np.random.Generator) -> np.ndarray:
    """Dishes and keys: short decaying resonances at random times over room hiss."""
    hiss = _pink(samples, rng)
    wave = 0.02 * hiss / mix.rms(hiss)
    length = RATE_HZ // 4
    time = np.arange(length) / RATE_HZ
    for start in rng.integers(0, max(1, samples - 1), max(1, round(4 * samples / RATE_HZ))):
        ring = np.zeros(length)
        for _ in range(4):
            decay = np.exp(-time / rng.uniform(0.004, 0.06))
            ring += rng.uniform(0.2, 1) * decay * np.sin(2 * np.pi * rng.uniform(300, 6500) * time)
        part = ring[: samples - start] * rng.uniform(0.1, 1)
        wave[start : start + len(part)] += part
    return wave


def _babble(samples: int, rng: np.random.Generator) -> np.ndarray:
    """Several talkers at once, none of whom says a keyword."""
    # about 150 words a minute fill 20 s, which each talker repeats from a place of his own
    talk = [
        espeak.Utterance(
            text=" ".join(rng.choice(BABBLE, 45)),
            accent=_BABBLE_ACCENTS[index % len(_BABBLE_ACCENTS)],
            voice=voice,
            words_per_minute=int(rng.integers(140, 190)),
            pitch=int(rng.integers(30, 70)),
        )
        for index, voice in enumerate(_BABBLE_VOICES)
    ]
    wave = np.zeros(samples)
    for spoken in espeak.speak(talk):
        talker = audio.convert_rate(np.frombuffer(spoken, "<i2"), espeak.RATE_HZ, RATE_HZ).astype(np.float64)
        talker = np.roll(talker / mix.rms(talker), rng.integers(len(talker)))
        wave += rng.uniform(0.5, 1.0) * np.resize(talker, samples)
    return wave


_MAKERS = {
    "white": _white,
    "pink": _pink,
    "brown": _brown,
    "hum": _hum,
    "fan": _fan,
    "clatter": _clatter,
    "babble": _babble,
}
