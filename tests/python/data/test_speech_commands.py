"""The speech_commands loader: every clip of every official layout, the speaker as group."""

import shutil
from collections import Counter

import numpy as np
import pytest
from official_layout import SPEAKERS, put, tone

from motekit.data import splits, stack
from motekit.datasets import speech_commands as sc
from motekit.errors import DataError


def by_name(found):
    return {clip.name: clip for clip in found.clips}


def test_everything_is_found(any_root):
    found = sc.find(any_root)
    files = [p for p in any_root.rglob("*") if p.suffix in (".wav", ".flac")]
    assert {c.path for c in (*found.clips, *found.noise_clips)} == set(files)
    assert len(found.clips) + len(found.noise_clips) == len(files)
    assert found.ignored == ()


def test_labels_words_and_speakers(official_root):
    clips = by_name(sc.find(official_root))
    yes = clips["speech_commands_test_set_v0.02/yes/97f4c236_nohash_3.flac"]
    assert (yes.label, yes.word, yes.group) == ("yes", "yes", "97f4c236")
    bed = clips["speech_commands_v0.01/bed/0a7c2a8d_nohash_1.wav"]
    assert (bed.label, bed.word, bed.group) == ("_unknown_", "bed", "0a7c2a8d")
    unknown = clips["speech_commands_test_set_v0.02/_unknown_/backward_0c540988_nohash_0.wav.wav"]
    assert (unknown.label, unknown.word, unknown.group) == ("_unknown_", "backward", "0c540988")
    silence = clips["speech_commands_test_set_v0.02/_silence_/1024.wav.wav"]
    assert (silence.label, silence.word, silence.group) == ("_silence_", "", "_silence_/1024")


def test_a_speaker_is_one_group_across_versions(official_root):
    found = sc.find(official_root)
    assert {c.group for c in found.clips if c.word} == set(SPEAKERS)


def test_other_keywords_become_classes(official_root):
    clips = by_name(sc.find(official_root, keywords=("bed", "backward")))
    assert clips["speech_commands_v0.01/bed/0a7c2a8d_nohash_1.wav"].label == "bed"
    assert clips["speech_commands_v0.01/yes/0a7c2a8d_nohash_0.wav"].label == "_unknown_"
    name = "speech_commands_test_set_v0.02/_unknown_/backward_0c540988_nohash_0.wav.wav"
    assert clips[name].label == "backward"


def test_the_twelve_classes_in_contract_order():
    assert (
        *("_silence_", "_unknown_", "yes", "no", "up", "down"),
        *("left", "right", "on", "off", "stop", "go"),
    ) == sc.LABELS
    assert [sc.label_of(w) for w in ("yes", "bed", "_silence_", "YES")] == [
        "yes",
        "_unknown_",
        "_silence_",
        "_unknown_",
    ]


def test_clips_are_one_second_int16(any_root):
    found = sc.find(any_root)
    clips = found.clips[::7]
    recordings = found.load(clips)
    assert stack(recordings).shape == (len(clips), 16_000)
    for clip, recording in zip(clips, recordings, strict=True):
        assert recording.samples.dtype == np.int16
        assert (recording.label, recording.group, recording.word) == (clip.label, clip.group, clip.word)
        assert (recording.source, recording.rate_hz, recording.unit) == ("real", 16_000, "FS")


def test_short_clips_are_padded_at_the_end_or_kept(official_root):
    found = sc.find(official_root)
    clip = by_name(found)["speech_commands_v0.01/bed/0a7c2a8d_nohash_1.wav"]
    (padded,), (kept,) = found.load([clip]), found.load([clip], length=None)
    assert len(kept.samples) == 12_000
    assert np.array_equal(padded.samples[:12_000], kept.samples)
    assert not padded.samples[12_000:].any()


def test_long_clips_lose_their_end(tmp_path):
    put(tmp_path / "yes" / "a_nohash_0.wav", tone(5, n=20_000))
    (recording,) = sc.load(tmp_path)
    assert np.array_equal(recording.samples, tone(5, n=20_000)[:16_000])


def test_duplicates_are_reported_whatever_the_format(official_root):
    found = sc.find(official_root)
    (same,) = found.duplicates
    assert {c.name for c in same} == {
        "speech_commands_test_set_v0.02/yes/0a7c2a8d_nohash_0.flac",
        "speech_commands_v0.01/yes/0a7c2a8d_nohash_0.wav",
    }
    assert len(found.load()) == len(found.clips)
    assert len(found.without_duplicates().clips) == len(found.clips) - 1
    assert found.without_duplicates().duplicates == ()


def test_noise_is_kept_apart_and_whole(any_root):
    found = sc.find(any_root)
    noise = found.noise()
    assert len(noise) == len(found.noise_clips) >= 1
    assert all(n.duration_s >= 3 and n.label == "_background_noise_" for n in noise)
    assert not any(c.folder == "_background_noise_" for c in found.clips)


@pytest.mark.parametrize("below", ["", "speech_commands_v0.01", "speech_commands_v0.01/bed"])
def test_any_depth_of_the_layout_is_a_root(official_root, below):
    found = sc.find(official_root / below)
    assert {c.path for c in found.clips} == {
        p
        for p in (official_root / below).rglob("*")
        if p.suffix in (".wav", ".flac") and p.parent.name != "_background_noise_"
    }
    assert "_unknown_" in {c.label for c in found.clips}


def test_a_folder_it_has_not_seen(tmp_path):
    put(tmp_path / "deep" / "held_back" / "follow" / "0123abcd_nohash_0.wav", tone(1))
    put(tmp_path / "deep" / "held_back" / "go" / "0123abcd_nohash_0.WAV", tone(2), format="WAV")
    (tmp_path / "deep" / "held_back" / "go" / "._0123abcd_nohash_0.wav").write_bytes(b"mac")
    (tmp_path / "deep" / "held_back" / "go" / "clip.mp3").write_bytes(b"mp3")
    found = sc.find(tmp_path / "deep")
    assert [(c.word, c.label, c.group) for c in found.clips] == [
        ("follow", "_unknown_", "0123abcd"),
        ("go", "go", "0123abcd"),
    ]
    assert [p.name for p in found.ignored] == ["clip.mp3"]


def test_a_link_that_leads_nowhere_is_not_left_out(tmp_path):
    put(tmp_path / "go" / "0123abcd_nohash_0.wav", tone(1))
    (tmp_path / "go" / "0123abcd_nohash_1.wav").symlink_to(tmp_path / "gone.wav")
    found = sc.find(tmp_path)
    assert len(found.clips) == 2
    with pytest.raises(DataError, match="does not exist"):
        found.load()


def test_official_lists_rule_where_they_lie(official_root):
    clips = by_name(sc.find(official_root))
    assert clips["speech_commands_v0.01/bed/1b4c9b89_nohash_0.wav"].partition == "validation"
    assert clips["speech_commands_v0.01/yes/0a7c2a8d_nohash_0.wav"].partition == "testing"
    assert clips["speech_commands_v0.01/yes/1b4c9b89_nohash_0.wav"].partition == "training"


@pytest.mark.parametrize(
    ("speaker", "partition"),
    # the speakers of v0.01's lists, and of neither of them, that lie nearest to the rule's limits
    [
        ("3bdf05d3", "validation"),
        ("ffb86d3c", "testing"),
        ("5f449e17", "testing"),
        ("8781f4c1", "training"),
        ("988e2f9a", "training"),
    ],
)
def test_the_official_rule_gives_the_official_lists(speaker, partition):
    assert sc.which_set(f"bed/{speaker}_nohash_1.wav") == partition
    assert sc.which_set(f"{speaker}_nohash_0.wav.wav") == partition


def test_rule_and_lists_agree_on_every_clip(any_root):
    """Of the generated root only the clips without lists are compared: its lists are made up."""
    found = sc.find(any_root)
    real = [c for c in found.clips if c.word and c.path.parents[1].name != "speech_commands_v0.01"]
    if any_root.name == "speech_commands":
        real = [c for c in found.clips if c.word]
    assert real
    assert [c.name for c in real if sc.which_set(c.path.name.split("_nohash_")[0].split("_")[-1]) != c.partition] == []


def test_folds_never_share_a_speaker_and_hold_every_clip_once(any_root):
    clips = [c for c in sc.find(any_root).clips if c.word]
    labels, groups = [c.label for c in clips], [c.group for c in clips]
    folds = splits.by_group(labels, groups, folds=5, seed=3)
    tested = Counter(i for fold in folds for i in fold.test)
    assert tested == Counter(range(len(clips)))
    for fold in folds:
        assert not {groups[i] for i in fold.train} & {groups[i] for i in fold.test}
        assert len(fold.train) + len(fold.test) == len(clips)


def test_silence_is_cut_from_noise_by_seed(any_root):
    noise = sc.find(any_root).noise()
    one, again, other = (sc.silence(noise, 40, seed) for seed in (1, 1, 2))
    assert np.array_equal(stack(one), stack(again))
    assert not np.array_equal(stack(one), stack(other))
    assert {r.label for r in one} == {"_silence_"}
    assert {r.group for r in one} <= {n.group for n in noise}
    assert len({r.name for r in one}) == 40
    loudest = max(np.abs(n.samples.astype(int)).max() for n in noise)
    assert 0 < np.abs(stack(one).astype(int)).max() <= loudest


def test_silence_needs_noise():
    with pytest.raises(DataError, match="longer background noise"):
        sc.silence([], 1, 0)


def test_a_bad_clip_is_named_with_its_word(official_root, tmp_path):
    shutil.copytree(official_root, tmp_path / "copy")
    broken = tmp_path / "copy" / "speech_commands_v0.01" / "yes" / "0a7c2a8d_nohash_0.wav"
    broken.write_bytes(broken.read_bytes()[:5000])
    found = sc.find(tmp_path / "copy")
    with pytest.raises(DataError, match=r"^yes/0a7c2a8d_nohash_0\.wav is truncated"):
        found.load()
    (line,) = found.problems()
    assert line.startswith("yes/0a7c2a8d_nohash_0.wav is truncated")
    assert found.duplicates == ()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: p / "nowhere", "nowhere does not exist"),
        (lambda p: put(p / "a.wav", tone(1)), "a.wav is a file"),
        (lambda p: p, "holds no <word>/<speaker>_nohash_<n>.wav"),
    ],
)
def test_a_wrong_root_gets_one_line(tmp_path, make, message):
    with pytest.raises(DataError, match=message) as caught:
        sc.find(make(tmp_path))
    assert "\n" not in str(caught.value)
