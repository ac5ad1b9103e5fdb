"""Synthetic speech: many voices, the same samples for the same seed, and called synthetic everywhere."""

import os
from collections import Counter
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest
import scipy.signal

from motekit.data import mix, stack
from motekit.datasets import speech_commands as sc
from motekit.datasets.synthetic import espeak, noise, room, speech, words
from motekit.errors import ConfigError, ToolError


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTEKIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield speech.make(240, seed=5)


def test_what_is_asked_for_is_made(made):
    labels = Counter(r.label for r in made)
    assert len(made) == 240
    assert labels["_silence_"] == 19
    assert sum(labels[k] for k in sc.KEYWORDS) == 144
    assert set(labels) == set(sc.LABELS)
    assert stack(made).shape == (240, 16_000)
    assert stack(made).dtype == np.int16


def test_synthetic_is_named_everywhere(made):
    for recording in made:
        assert recording.source == "synthetic"
        assert recording.name.startswith("synthetic/")
        assert recording.group.startswith(("espeak-", "synthetic-noise-"))


def test_twenty_voices_and_sixty_other_words():
    assert len(set(words.VOICES)) >= 20
    assert len(set(words.ACCENTS)) >= 4
    others = set(words.OTHER_WORDS)
    assert len(others) >= 60
    assert {"dawn", "goal", "offer", "lift", "yet", "cup", "town", "ride", "stock"} <= others
    assert not others & {*sc.KEYWORDS, "know", "write"}
    assert not set(words.BABBLE) & {*sc.KEYWORDS, "know", "write"}


def test_every_voice_can_speak_every_accent():
    asked = [espeak.Utterance("yes", accent, voice) for accent in words.ACCENTS for voice in words.VOICES]
    spoken = espeak.speak(asked)
    lengths = [len(s) // 2 / espeak.RATE_HZ for s in spoken]
    assert min(lengths) > 0.15
    assert max(lengths) < 1.0
    for first in range(0, len(asked), len(words.VOICES)):
        assert len(set(spoken[first : first + len(words.VOICES)])) == len(words.VOICES)


def test_an_utterance_depends_on_itself_alone():
    asked = [espeak.Utterance(w, "en-us", v) for w in ("yes", "no") for v in ("whisper", "croak", "f3", "klatt4")] * 3
    alone = [espeak.speak([u], 1)[0] for u in asked[:8]]
    assert espeak.speak(asked, 1)[:8] == alone
    assert espeak.speak(asked[::-1], 3)[::-1][-8:] == alone


def test_speed_and_pitch_are_heard():
    slow, fast = (espeak.speak([espeak.Utterance("down", "en-us", "m1", wpm)])[0] for wpm in (100, 250))
    assert len(slow) > 1.3 * len(fast)
    low, high = (
        np.frombuffer(espeak.speak([espeak.Utterance("no", "en-us", "m1", pitch=pitch)])[0], "<i2")
        for pitch in (10, 90)
    )

    def period(samples):
        part = samples[2000:6000].astype(float)
        lags = scipy.signal.correlate(part, part)[len(part) - 1 :]
        return 60 + np.argmax(lags[60:400])

    assert period(low) > 1.2 * period(high)


def test_the_same_seed_gives_the_same_samples(tmp_path, monkeypatch):
    runs = []
    for folder, seed, workers in (("a", 1, 1), ("b", 1, 3), ("c", 2, 2)):
        monkeypatch.setenv("MOTEKIT_CACHE", str(tmp_path / folder))
        runs.append(stack(speech.make(60, seed=seed, workers=workers)))
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_a_second_call_speaks_nothing_and_a_damaged_cache_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTEKIT_CACHE", str(tmp_path))
    first = stack(speech.make(30))
    (kept,) = (tmp_path / "synthetic_speech").iterdir()
    with monkeypatch.context() as patch:
        patch.setattr(espeak, "_run_worker", lambda jobs: pytest.fail("spoke again"))
        assert np.array_equal(stack(speech.make(30)), first)
    kept.write_bytes(kept.read_bytes()[:1000])
    assert np.array_equal(stack(speech.make(30)), first)
    assert [p.name for p in kept.parent.iterdir()] == [kept.name]


def test_a_clip_can_be_clean(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTEKIT_CACHE", str(tmp_path))
    clips = [r for r in speech.make(40, clean=True) if r.word]
    assert all((r.samples == 0).mean() > 0.1 for r in clips)
    assert all(mix.active_rms(r.samples) > 500 for r in clips)


def test_a_tree_of_it_loads_as_synthetic(made, tmp_path):
    noises = noise.recordings(seconds=2)
    found = sc.find(speech.write_tree(tmp_path / "tree", made, noises))
    loaded = found.load()
    assert {r.source for r in (*loaded, *found.noise())} == {"synthetic"}
    assert Counter(r.label for r in loaded) == Counter(r.label for r in made)
    assert {r.group for r in loaded if r.word} == {r.group for r in made if r.word}
    assert sorted(r.samples.tobytes() for r in loaded) == sorted(r.samples.tobytes() for r in made)


@pytest.mark.parametrize(
    "wrong",
    [{"count": 0}, {"keywords": ()}, {"voices": ()}, {"keyword_share": 0.9, "silence_share": 0.2}],
)
def test_nothing_to_say(wrong):
    with pytest.raises(ConfigError):
        speech.make(**wrong)


def test_a_voice_that_is_not_there_gets_one_line():
    with pytest.raises(ToolError, match=r"no voice en-us\+nobody") as caught:
        espeak.speak([espeak.Utterance("yes", "en-us", "nobody")])
    assert "\n" not in str(caught.value)


def test_a_deep_installation_folder_is_no_obstacle(tmp_path, monkeypatch):
    """eSpeak NG copies the path of its data into 160 bytes."""
    deep = Path(tmp_path, *["a_long_folder_name"] * 10)
    deep.mkdir(parents=True)
    package = Path(espeakng_loader.__file__).parent
    os.symlink(package, deep / "espeakng_loader")
    expected = espeak.speak([espeak.Utterance("yes", "en-us", "f3")])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(deep), os.environ.get("PYTHONPATH", "")]))
    assert espeak.speak([espeak.Utterance("yes", "en-us", "f3")]) == expected


@pytest.mark.parametrize("kind", noise.KINDS)
def test_noise_is_at_level_and_follows_its_seed(kind):
    one, again, other = (noise.make(kind, 32_000, np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert mix.rms(one) == pytest.approx(1.0)
    assert abs(one.mean()) < 1e-9


@pytest.mark.parametrize(("kind", "slope_db"), [("white", 0.0), ("pink", -3.0), ("brown", -6.0)])
def test_noise_falls_by_so_much_an_octave(kind, slope_db):
    wave = noise.make(kind, 640_000, np.random.default_rng(0))
    frequency, power = scipy.signal.welch(wave, 16_000, nperseg=4096)
    band = (frequency > 100) & (frequency < 6000)
    slope = np.polyfit(np.log2(frequency[band]), 10 * np.log10(power[band]), 1)[0]
    assert slope == pytest.approx(slope_db, abs=0.2)


def test_noise_recordings_stand_in_for_the_official_files():
    made = noise.recordings(seconds=1.5, level_dbfs=-30)
    assert [r.group for r in made] == [f"synthetic-noise-{kind}" for kind in noise.KINDS]
    for recording in made:
        assert (recording.label, recording.source) == ("_background_noise_", "synthetic")
        assert 20 * np.log10(mix.rms(recording.samples) / 32_768) == pytest.approx(-30, abs=0.5)
    assert len(sc.silence(made, 10, seed=1)) == 10


def test_an_unknown_noise_names_the_known_ones():
    with pytest.raises(ConfigError, match="Choose from white, pink"):
        noise.make("purple", 10, np.random.default_rng(0))


@pytest.mark.parametrize("rt60_s", [0.2, 0.5])
def test_a_room_decays_as_it_says(rt60_s):
    rng = np.random.default_rng(0)
    decays = []
    for _ in range(20):
        response = room.impulse_response(room.Room(rt60_s, 3.0, 4.0), rng)
        # Schroeder's backward integration, from -5 to -25 dB, after the direct sound
        energy = np.cumsum(response[:0:-1] ** 2)[::-1]
        level = 10 * np.log10(energy / energy[0])
        start, end = np.argmax(level < -5), np.argmax(level < -25)
        decays.append(3 * (end - start) / 16_000)
    assert np.mean(decays) == pytest.approx(rt60_s, rel=0.25)


def test_a_closer_microphone_hears_less_room():
    def share(distance_m):
        response = room.impulse_response(room.Room(0.4, distance_m, 4.0), np.random.default_rng(0))
        return np.sum(response[1:] ** 2)

    assert share(2.0) / share(0.2) == pytest.approx(100.0)


def test_the_direct_sound_stays_in_place():
    click = np.zeros(1000)
    click[100] = 1.0
    heard = room.reverberate(click, room.impulse_response(room.Room(0.3, 0.5, 4.0), np.random.default_rng(1)))
    assert len(heard) == 1000
    assert np.argmax(np.abs(heard)) == 100
    assert np.abs(heard[:100]).max() < 1e-9


def test_speech_is_mixed_at_the_ratio_asked_for():
    rng = np.random.default_rng(0)
    word = np.concatenate([np.zeros(8000), 1000 * rng.standard_normal(4000), np.zeros(4000)])
    hiss = 37 * rng.standard_normal(16_000)
    scaled = mix.at_snr(word, hiss, 12.0)
    assert 20 * np.log10(mix.active_rms(scaled) / mix.rms(hiss)) == pytest.approx(12.0)
    assert mix.active_rms(word) == pytest.approx(1000, rel=0.05)
    assert np.array_equal(mix.at_snr(np.zeros(10), hiss, 12.0), np.zeros(10))


def test_words_can_be_said_once_each_in_the_middle_of_a_clean_second():
    said = speech.spoken(("yes", "table", "no"), voices=("m3", "f5"), words_per_minute=165)
    assert [(r.word, r.label, r.group) for r in said] == [
        ("yes", "yes", "espeak-m3"),
        ("table", "_unknown_", "espeak-f5"),
        ("no", "no", "espeak-m3"),
    ]
    for recording in said:
        heard = np.flatnonzero(recording.samples)
        assert len(recording.samples) == 16_000
        assert abs((heard[0] + heard[-1]) / 2 - 8000) < 50
        assert recording.source == "synthetic"
