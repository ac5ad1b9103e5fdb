import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.core import lib
from motekit.dsp.logmel import LogMel
from motekit.dsp.mfcc import Mfcc
from motekit.dsp.voice import Delta, Pcan, VoiceActivity
from motekit.errors import ConfigError
from signals import at_level, chunkings, hostile, noise, speech, split

SETTINGS = [
    {},
    {"rise_s": 0.4, "fall_s": 0.4, "strength": 0.98, "offset": 8.0},
    {"rise_s": 20.0, "fall_s": 0.0, "strength": 0.5},
]


def test_powers_of_two():
    x = np.concatenate([np.arange(0, 65537), np.random.default_rng(1).integers(0, 40 << 16, 20000)])
    got = np.array([lib.mk_exp2_neg_q30(int(value)) for value in x]) / 2.0**30
    assert np.abs(got - 2.0 ** (-x / 65536)).max() < 2e-7 and lib.mk_exp2_neg_q30(0) == 2**30


def gain_oracle(block, rows):
    """The definition in float64, in the linear domain."""
    c = block.struct
    rise, fall, strength = c.rise / 2**30, c.fall / 2**30, c.strength / 2**15
    floor, out, levels = None, [], []
    for row in rows / 512.0:
        energy = np.exp(row)
        floor = energy.copy() if floor is None else floor
        levels.append(np.maximum(row - np.log(floor), 0).mean())
        floor = floor + np.where(energy > floor, rise, fall) * (energy - floor)
        out.append(row - strength * np.log(floor + np.exp(c.offset / 512)))
    return np.array(out), np.array(levels), np.log(floor)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_gain_agrees_with_float64(settings):
    block = Pcan(LogMel(), **settings)
    signals = [np.concatenate([at_level(clip, level) for clip in speech(3)]) for level in (-20, -45)]
    signals += [noise(16000, 300, 1), *hostile().values()]
    for signal in signals:
        rows = LogMel().process(signal)
        block.reset()
        got, levels = block.transform(rows)
        expected, expected_levels, floor = gain_oracle(block, rows)
        assert np.abs(got / 512 - expected).max() < 0.01
        assert np.abs(levels / 512 - expected_levels).max() < 0.01
        assert np.abs(block.floor - floor).max() < 0.01


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_split_of_the_stream_gives_the_same_bits(data):
    samples = noise(5000, 1000, 3)
    block = Pcan(LogMel())
    whole = block.process(samples)
    block.reset()
    parts = [block.push(part) for part in split(samples, data.draw(chunkings(len(samples))))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_gain_makes_loud_and_faint_alike():
    clip = np.concatenate([np.concatenate([c, noise(8000, 1, 5)]) for c in speech(4)[:4]])
    block = Pcan(LogMel(), 0.4, 0.4, 0.95, 2.0)
    loud, faint = (block.process(at_level(clip, level)) / 512 for level in (-15, -35))
    before = LogMel().process(at_level(clip, -15)) / 512 - LogMel().process(at_level(clip, -35)) / 512
    assert np.median(np.abs(loud - faint)) < 0.25 * np.median(np.abs(before))


def test_voice_activity_finds_words_between_pauses():
    words = [at_level(clip, -20) for clip in speech(3)[:3]]
    pause = np.zeros(24000, np.int16)
    stream = np.concatenate([pause, *(part for word in words for part in (word, pause))])
    stream = np.clip(stream + noise(len(stream), 20, 2), -32768, 32767).astype(np.int16)
    block = Pcan(LogMel())
    active = VoiceActivity().push(block.transform(LogMel().process(stream))[1])
    starts = np.flatnonzero(np.diff(active.astype(int), prepend=0) == 1) * 320 / 16000
    assert len(starts) == 3
    for start, expected in zip(starts, (1.5, 4.0, 6.5), strict=True):
        assert expected <= start < expected + 1
    assert not active[:70].any()


def test_voice_activity_waits_and_hangs():
    block = VoiceActivity(1.0, 0.5, attack=2, hang=3)
    levels = np.array([600, 0, 512, 600, 300, 200, 255, 256, 255, 100, 0, 0, 600, 600])  # on 512, off 256
    expected = [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1]
    assert block.push(levels).tolist() == [bool(value) for value in expected]


@settings(max_examples=30, deadline=None)
@given(st.data(), st.integers(0, 99))
def test_voice_activity_does_not_depend_on_the_split(data, seed):
    levels = np.random.default_rng(seed).integers(0, 800, 120).astype(np.int16)
    whole = VoiceActivity(1.0, 0.5, attack=2, hang=3).push(levels)
    block = VoiceActivity(1.0, 0.5, attack=2, hang=3)
    parts = [block.push(part) for part in split(levels, data.draw(chunkings(len(levels))))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("reach", [1, 2, 4, 8])
def test_deltas_agree_with_librosa(reach):
    for signal in [*speech(2)[:2], *hostile().values()]:
        rows = Mfcc(LogMel(), 13).process(signal)
        got = Delta(13, reach).process(rows)
        expected = librosa.feature.delta(rows.T.astype(float), width=2 * reach + 1, mode="nearest").T
        assert np.abs(got - expected).max() <= 0.5 + 1e-6


@settings(max_examples=40, deadline=None)
@given(st.data(), st.integers(1, 12), st.integers(1, 8))
def test_deltas_do_not_depend_on_the_split(data, count, reach):
    rows = np.random.default_rng(count).integers(-3000, 3000, (count, 3)).astype(np.int16)
    block = Delta(3, reach)
    whole = block.process(rows)
    assert whole.shape == rows.shape
    block.reset()
    parts = [block.push(part) for part in split(rows, data.draw(chunkings(count)))]
    np.testing.assert_array_equal(np.concatenate([*parts, block.end()]), whole)


def test_wrong_parameters_are_refused():
    for make in (
        lambda: Pcan(LogMel(), strength=1.0),
        lambda: Pcan(LogMel(), rise_s=1e6),
        lambda: VoiceActivity(on=0.5, off=1.0),
        lambda: VoiceActivity(attack=0),
        lambda: Delta(13, 9),
        lambda: Delta(0),
    ):
        with pytest.raises(ConfigError):
            make()


def test_the_hash_follows_whatever_changes_the_bits():
    blocks = [Pcan(LogMel()), Pcan(LogMel(), strength=0.5), Pcan(LogMel(bands=41)), Pcan(LogMel(), rise_s=1.0)]
    assert len({block.digest() for block in blocks}) == len(blocks)
