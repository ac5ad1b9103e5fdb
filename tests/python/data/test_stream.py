"""Continuous streams: every word where the table says, at the level it says, the same for the same seed."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from official_layout import tone

from motekit.data import Recording, audio, mix, stream
from motekit.datasets import speech_commands as sc
from motekit.errors import ConfigError, DataError


def clip(label: str, group: str, seed: int, n: int = 16_000) -> Recording:
    return Recording(
        samples=tone(seed, n),
        rate_hz=16_000,
        unit="FS",
        channels=("audio",),
        label=label,
        group=group,
        name=f"{label}/{group}_nohash_{seed}.wav",
        source="real",
        word="bed" if label == "_unknown_" else label,
    )


WORDS = [clip(label, f"s{i}", 10 * i + n) for i in range(8) for n, label in enumerate(("yes", "no", "_unknown_"))]


def hiss(level: float, seconds: int = 60, seed: int = 0) -> Recording:
    samples = audio.to_int16(level * np.random.default_rng(seed).standard_normal(seconds * 16_000))
    return replace(WORDS[0], samples=samples, label="_background_noise_", group="hiss", name="hiss", word="")


NOISE = [hiss(100.0), hiss(1000.0, seed=1)]


def test_length_order_and_gaps():
    built = stream.build(WORDS, NOISE, duration_s=300, seed=1, min_gap_s=1.5, mean_gap_s=2.5)
    assert len(built.samples) == 300 * 16_000
    assert built.samples.dtype == np.int16
    starts = np.array([w.start_s for w in built.truth])
    ends = np.array([w.end_s for w in built.truth])
    gaps = np.concatenate([starts, [300.0]]) - np.concatenate([[0.0], ends])
    assert gaps.min() >= 1.5 - 1 / 16_000
    assert gaps[1:-1].mean() == pytest.approx(2.5, abs=0.3)
    assert np.allclose(ends - starts, 1.0)


def test_the_same_seed_gives_the_same_stream():
    one, again, other = (stream.build(WORDS, NOISE, duration_s=60, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.samples, again.samples)
    assert one.truth == again.truth
    assert not np.array_equal(one.samples, other.samples)


def test_every_clip_is_used_before_any_is_used_again():
    built = stream.build(WORDS, NOISE, duration_s=400, seed=3)
    for keyword in (True, False):
        used = Counter((w.label, w.speaker) for w in built.truth if w.is_keyword == keyword)
        assert len(used) == (16 if keyword else 8)
        assert max(used.values()) - min(used.values()) <= 1
    assert len(built.keywords) == sum(w.is_keyword for w in built.truth)
    assert built.speakers == 8


def test_words_lie_where_the_table_says_at_the_level_it_says():
    built = stream.build(WORDS, NOISE, duration_s=200, seed=4, snr_db=(10.0, 15.0), noise_dbfs=(-42, -42))
    silent = stream.build(WORDS, NOISE, duration_s=200, seed=4, snr_db=(-200.0, -190.0), noise_dbfs=(-42, -42))
    laid = built.samples.astype(float) - silent.samples
    outside = np.ones(len(laid), bool)
    for word in built.truth:
        start, end = round(word.start_s * 16_000), round(word.end_s * 16_000)
        outside[start:end] = False
        assert 10.0 <= word.snr_db <= 15.0
        floor = mix.rms(silent.samples[start - 8000 : start])
        ratio_db = 20 * np.log10(mix.active_rms(laid[start:end]) / floor)
        assert ratio_db == pytest.approx(word.snr_db, abs=0.5)
        # faded in and out: the clips are tones at full level at both ends
        assert np.abs(laid[[start, end - 1]]).max() < 0.02 * np.abs(laid[start:end]).max()
    assert np.abs(laid[outside]).max() == 0


def test_noise_is_at_the_level_asked_for_all_the_way():
    built = stream.build(WORDS, NOISE, duration_s=200, seed=4, snr_db=(-200, -190), noise_dbfs=(-40, -40))
    seconds = built.samples.astype(float).reshape(200, -1)
    levels = 20 * np.log10(np.sqrt((seconds**2).mean(axis=1)) / 32_768)
    assert np.abs(levels + 40).max() < 1.0


def test_a_word_never_clips_and_the_table_says_what_was_reached():
    built = stream.build(WORDS, NOISE, duration_s=60, seed=4, snr_db=(60, 60), noise_dbfs=(-30, -30))
    assert np.abs(built.samples.astype(int)).max() < 32_767
    assert all(20 < w.snr_db < 40 for w in built.truth)


def test_noise_shorter_than_a_piece_is_repeated_and_digital_silence_is_allowed():
    short = stream.build(WORDS, [hiss(300, seconds=2)], duration_s=60, seed=0, noise_dbfs=(-40, -40))
    assert mix.rms(short.samples[:16_000]) == pytest.approx(mix.from_dbfs(-40), rel=0.1)
    nothing = stream.build(WORDS, [hiss(0.0)], duration_s=60, seed=0)
    assert not nothing.samples[:8000].any()
    assert nothing.samples.any()


def test_one_synthetic_clip_makes_the_stream_synthetic():
    assert stream.build(WORDS, NOISE, duration_s=30).source == "real"
    mixed = [*WORDS, replace(WORDS[0], source="synthetic")]
    assert stream.build(mixed, NOISE, duration_s=30).source == "synthetic"


def test_shares_of_none_and_all():
    keywords = [w for w in WORDS if w.label != "_unknown_"]
    others = [w for w in WORDS if w.label == "_unknown_"]
    assert not stream.build(others, NOISE, duration_s=60, keyword_share=0.0).keywords
    built = stream.build(keywords, NOISE, duration_s=60, keyword_share=1.0)
    assert built.keywords == built.truth


def test_half_an_hour_of_any_root(any_root):
    found = sc.find(any_root)
    words = found.load([c for c in found.clips if c.word][::3])
    built = stream.build(words, found.noise(), seed=7)
    assert built.duration_s >= 1800
    assert len(built.keywords) > 150
    assert {w.speaker for w in built.truth} <= {c.group for c in found.clips}
    assert built.source == "real"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"words": []}, DataError),
        ({"noise": []}, DataError),
        ({"words": [w for w in WORDS if w.label == "_unknown_"]}, DataError),
        ({"words": [w for w in WORDS if w.label != "_unknown_"]}, DataError),
        ({"noise": [replace(NOISE[0], rate_hz=8000)]}, DataError),
        ({"duration_s": 0}, ConfigError),
        ({"duration_s": 2.0}, ConfigError),
        ({"keyword_share": 1.5}, ConfigError),
        ({"min_gap_s": 3.0}, ConfigError),
        ({"snr_db": (10.0, 5.0)}, ConfigError),
        ({"noise_dbfs": (-20.0, 5.0)}, ConfigError),
    ],
)
def test_impossible_streams(changes, error):
    with pytest.raises(error) as caught:
        stream.build(**({"words": WORDS, "noise": NOISE, "duration_s": 60} | changes))
    assert "\n" not in str(caught.value)


def test_a_stream_survives_writing(tmp_path):
    built = stream.build(WORDS, NOISE, duration_s=30, seed=1)
    path = stream.write(built, tmp_path / "s.wav")
    assert np.array_equal(audio.read(path), built.samples)
    assert stream.read_truth(path.with_suffix(".csv")) == built.truth


def test_a_table_made_by_hand(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("label,start_s,end_s\nno,5,6\nyes,1.5,2.5\n")
    assert [(w.label, w.start_s, w.end_s) for w in stream.read_truth(path)] == [
        ("yes", 1.5, 2.5),
        ("no", 5, 6),
    ]
    path.write_text("label,start_s,end_s\nno,5,6\nyes,now,2\n")
    with pytest.raises(DataError, match=r"t\.csv, line 3"):
        stream.read_truth(path)
    with pytest.raises(DataError, match="does not exist"):
        stream.read_truth(tmp_path / "none.csv")


def test_the_built_in_stream(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTEKIT_CACHE", str(tmp_path / "a"))
    one = stream.demo()
    monkeypatch.setenv("MOTEKIT_CACHE", str(tmp_path / "b"))
    again = stream.demo()
    assert np.array_equal(one.samples, again.samples)
    assert one.source == "synthetic"
    assert 30 <= one.duration_s <= 60
    assert sorted(w.label for w in one.keywords) == sorted(sc.KEYWORDS)
    assert len(one.truth) - len(one.keywords) >= 6
    assert all(w.speaker.startswith("espeak-") for w in one.truth)
