"""The stream of windows: any chunking, whole arrays, generated C and one block at a time give the same bits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from window_streams import CHANNELS, CONDITIONING, FEATURES, RATE_HZ, recording, run_c, stream

from float_signals import assert_same_bits
from motekit.dsp.affine import Affine
from motekit.dsp.windows import WindowStream
from motekit.errors import ConfigError


def results(made, parts):
    made.reset()
    return [result for part in parts for result in made.push(part)]


@given(st.lists(st.integers(0, 1200), max_size=8), st.integers(0, 3))
@settings(max_examples=25, deadline=None)
def test_any_split_of_the_stream_gives_the_same_bits(cuts, seed):
    made, frames = stream(affine=True), recording(seed=seed)
    whole = results(made, [frames])
    split = results(made, np.split(frames, sorted(cuts)))
    assert len(whole) > 20
    assert [r.quality for r in whole] == [r.quality for r in split]
    assert_same_bits([r.features for r in split], [r.features for r in whole])
    assert all((a.tensor == b.tensor).all() for a, b in zip(whole, split, strict=True))


def test_whole_arrays_give_the_streams_windows():
    made, frames = stream(), recording()
    features, quality = made.process(frames)
    batch, flags = made.batch(frames)
    assert_same_bits(batch, features)
    assert (flags == quality).all()
    assert len(features) == len(range(0, len(made.conditioning.process(frames)[0]) - made.length + 1, made.hop))


def test_generated_c_gives_the_same_bits(tmp_path):
    made, frames = stream(affine=True), recording(seed=1)
    expected = results(made, [frames])
    rows = run_c(made, frames, 37, tmp_path, "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    assert [row[0] for row in rows] == [r.quality for r in expected]
    assert_same_bits([row[1] for row in rows], [r.features for r in expected])
    assert all((row[2] == r.tensor).all() for row, r in zip(rows, expected, strict=True))


def simple(**window) -> WindowStream:
    features = [{"block": "statistics", "values": ["mean", "minimum", "maximum"]}]
    return WindowStream([{"stage": "gaps", "longest_s": 0.03}], features, ("x",), 100, 0.2, 0.1, **window)


def test_missing_samples_are_filled_and_every_window_with_one_says_so():
    ramp = np.arange(200, dtype=np.int16)[:, None]
    frames = ramp.copy()
    frames[50:53] = -32768
    features, quality = simple().process(frames)
    whole, clean = simple().process(ramp)
    assert_same_bits(features, whole)
    assert not clean.any()
    holds = [bool(quality[k] & 4) for k in range(len(quality))]
    assert holds == [10 * k <= 52 and 10 * k + 20 > 50 for k in range(len(quality))]
    assert not (quality & 1).any()


def test_long_gaps_hold_the_last_sample_and_are_flagged_as_unmended():
    frames = np.arange(200, dtype=np.int16)[:, None].copy()
    frames[50:54] = -32768
    features, quality = simple().process(frames)
    assert (quality[[4, 5]] == 5).all()
    assert np.isfinite(features).all()
    everything = np.full((200, 1), -32768, np.int16)
    features, quality = simple().process(everything)
    assert (quality & 5 == 5).all() and np.isfinite(features).all()


def test_lost_frames_are_missing_frames():
    frames = recording()
    told = stream()
    parts = [*told.push(frames[:300]), *(told.gap(40) or told.push(frames[340:]))]
    frames[300:340] = -32768
    assert_same_bits([r.features for r in parts], stream().process(frames)[0])


def test_saturation_is_flagged_and_filters_remember_it():
    frames = np.zeros((400, 1), np.int16)
    frames[::3] = 5
    frames[100] = 32767
    features = [{"block": "statistics", "values": ["rms"]}]
    plain = WindowStream([], features, ("x",), 100, 0.2, 0.2).process(frames)[1]
    assert (np.flatnonzero(plain & 2) == [5]).all()
    low = [{"stage": "filter", "cutoff_hz": 1.0}]
    assert (np.flatnonzero(WindowStream(low, features, ("x",), 100, 0.2, 0.2).process(frames)[1] & 2) >= 5).all()
    assert np.count_nonzero(WindowStream(low, features, ("x",), 100, 0.2, 0.2).process(frames)[1] & 2) > 1


def hostile(length: int) -> dict[str, np.ndarray]:
    """Counts that break careless arithmetic."""
    rng = np.random.default_rng(3)
    impulse = np.zeros(length)
    impulse[length // 2] = 32766
    holes = rng.integers(-3000, 3000, length)
    holes[rng.random(length) < 0.2] = -32768
    return {
        "zeros": np.zeros(length), "constant": np.full(length, 12345), "impulse": impulse,
        "full scale": np.where(np.arange(length) // 7 % 2, 32767, -32767), "alternating": np.arange(length) % 2 * 2 - 1,
        "noise": rng.integers(-32767, 32768, length), "dropped": holes, "nothing": np.full(length, -32768),
    }  # fmt: skip


@pytest.mark.parametrize("first", hostile(8))
def test_hostile_counts_never_pass_silently(first):
    signals = hostile(1200)
    for second in ("noise", "zeros", first):
        frames = np.stack([signals[first], signals[second], signals["impulse"], np.full(1200, 900)], axis=1)
        features, quality = stream().process(frames.astype(np.int16))
        assert len(features) > 20
        assert np.isfinite(features[quality & 1 == 0]).all()
        if first == "full scale":
            assert (quality & 2).any()
        if first in ("dropped", "nothing"):
            assert (quality & 4).all()
        if first == "nothing":
            assert (quality & 1).all()


@given(st.data(), st.integers(0, 2**31))
@settings(max_examples=25, deadline=None)
def test_any_counts_and_any_split_give_the_arrays_windows(data, seed):
    rng = np.random.default_rng(seed)
    frames = rng.choice([-32768, -32767, -1, 0, 1, 900, 32767], (400, 4)).astype(np.int16)
    frames[:, 3] = np.where(rng.random(400) < 0.1, -32768, rng.integers(0, 3000, 400))
    made = stream()
    cuts = sorted(data.draw(st.lists(st.integers(0, 400), max_size=5)))
    parts = results(made, np.split(frames, cuts))
    features, quality = stream().batch(frames)
    assert_same_bits(np.array([r.features for r in parts]).reshape(features.shape), features)
    assert [r.quality for r in parts] == quality.tolist()


def test_a_board_has_its_own_scale():
    own = WindowStream(CONDITIONING, FEATURES, CHANNELS, RATE_HZ, 4.0, 1.0, board="own")
    assert own.conditioning._scale[0][1] == np.float32(0.5)
    assert stream().conditioning._scale[0][1] == np.float32(0.001)


def test_the_hash_follows_every_declaration():
    changes = {"gain": 3.0, "width": 7, "cutoff_hz": 2.0, "per_turn": 8, "floor": 0.5, "longest_s": 0.01, "taps": 17}
    hashes, count = {stream().feature_hash}, 1
    for i, entry in enumerate(CONDITIONING):
        for key in set(changes) & set(entry):
            if isinstance(entry[key], list):
                continue
            conditioning = [*CONDITIONING[:i], entry | {key: changes[key]}, *CONDITIONING[i + 1 :]]
            hashes.add(WindowStream(conditioning, FEATURES, CHANNELS, RATE_HZ, 4.0, 1.0).feature_hash)
            count += 1
    hashes.add(WindowStream(CONDITIONING, FEATURES, CHANNELS, RATE_HZ, 4.0, 2.0).feature_hash)
    assert len(hashes) == count + 1 > 12


def test_affine_is_the_rounding_it_says():
    rng = np.random.default_rng(0)
    mean, deviation = rng.normal(size=9), rng.uniform(0.1, 3, 9)
    affine = Affine(mean, deviation, 0.05, 4)
    features = rng.normal(0, 5, (300, 9)).astype(np.float32)
    exact = affine.normalise(features).astype(float) / 0.05 + 4
    got = affine.process(features)
    assert np.abs(got - np.clip(exact, -128, 127)).max() <= 0.501
    assert got.min() == -128 and got.max() == 127
    assert affine.process(np.full(9, np.nan, np.float32)).tolist() == [4] * 9
    assert affine.process(np.array([np.inf] * 8 + [-np.inf], np.float32)).tolist() == [127] * 8 + [-128]


@pytest.mark.parametrize(
    ("conditioning", "message"),
    [
        ([{"stage": "magic"}], "unknown conditioning stage 'magic'"),
        ([{"stage": "filter"}], "needs the key 'cutoff_hz'"),
        ([{"stage": "filter", "cutoff": 3}], "no key 'cutoff'"),
        ([{"stage": "filter", "cutoff_hz": 3000}], "between 0 and 100 Hz"),
        ([{"stage": "median", "width": 4}], "median"),
        ([{"stage": "gravity", "outputs": "none"}], "outputs"),
        ([{"stage": "select", "channels": ["w"]}], "no channel 'w'"),
        ([{"stage": "select", "channels": []}], "no channels"),
        ([{"stage": "detrend"}, {"stage": "rectify"}], "out of its place"),
        ([{"stage": "rectify"}, {"stage": "gaps"}], "out of its place"),
        ([{"stage": "gaps", "longest_s": 60.0}], "wait in memory"),
        ([{"stage": "scale", "gain": [1.0]}], "one for each"),
        ([{"stage": "scale", "low": 5, "high": 5}], "must be below"),
        ([{"stage": "standardise"}], "floor"),
        ([{"stage": "order", "per_turn": 8, "speed": "rpm"}], "no channel 'rpm'"),
        ([{"stage": "resample", "to_hz": 0}], "at least 1"),
    ],
)
def test_wrong_declarations_are_refused(conditioning, message):
    with pytest.raises(ConfigError, match=message):
        WindowStream(conditioning, FEATURES, CHANNELS, RATE_HZ, 4.0, 1.0)


def test_windows_must_fit():
    with pytest.raises(ConfigError, match="the hop must be from 1"):
        WindowStream([], [{"block": "samples"}], ("x",), 100, 0.5, 0.6)
    with pytest.raises(ConfigError, match="for 3 features"):
        stream().set_affine(Affine(np.zeros(3), np.ones(3)))
