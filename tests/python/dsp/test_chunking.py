"""The larger streams, in any chunks of anything: the same bits as whole. The other blocks' own files show theirs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from float_signals import assert_same_bits
from motekit import chains
from motekit.bench_configs import bearing
from motekit.core import ffi, lib, pointer
from motekit.dsp.floats import floats, fp
from motekit.post.heart import Heart
from motekit.post.wearable import Wearable, WearableParameters
from signals import chunkings, split


def wild(length: int, channels: int, seed: int, share: float) -> np.ndarray:
    """Noise on a swing, some of it missing or at the ends of the range, int16[length, channels]."""
    rng = np.random.default_rng(seed)
    swing = 4000 * np.sin(np.arange(length) / 9)[:, None]
    frames = swing + rng.normal(0, 900, (length, channels))
    ends = rng.choice([-32768, -32767, 0, 32767], frames.shape)
    return np.where(rng.random(frames.shape) < share, ends, frames).astype(np.int16)


SHARES = st.sampled_from([0.0, 0.01, 0.5])
BEARING, HEART, WRIST = bearing(), Heart(), Wearable(WearableParameters())


@given(st.data(), st.integers(0, 2**31), SHARES)
@settings(max_examples=15, deadline=None)
def test_bearing_rows(data, seed, share):
    frames = wild(900, 2, seed, share)
    frames[:, 1] = np.where(frames[:, 1] == -32768, -32768, 1500 + np.arange(900) // 3)
    whole = BEARING.process(frames)
    lib.mk_bearing_reset(BEARING._state)
    row, done, rows = ffi.new("mk_bearing_row *"), ffi.new("uint8_t *"), []
    for part in split(frames, data.draw(chunkings(len(frames)))):
        part, at = np.ascontiguousarray(part), 0
        while at < len(part):
            at += lib.mk_bearing_push(BEARING._state, pointer("int16_t", part) + 2 * at, len(part) - at, row, done)
            if done[0]:
                rows.append(([row.features[i] for i in range(BEARING.width)], row.rms, row.quality))
    assert len(rows) == len(whole.features) > 1
    assert_same_bits([r[0] for r in rows], whole.features)
    assert_same_bits([r[1] for r in rows], whole.levels[:, 2])
    assert [r[2] for r in rows] == whole.quality.tolist()


@given(st.data(), st.integers(0, 2**31))
@settings(max_examples=10, deadline=None)
def test_heart_rate_in_motion(data, seed):
    samples = floats(wild(4 * HEART.hop, 5, seed, 0.0).T)
    whole = HEART.process(samples)
    HEART.reset()
    parts = []
    for hop in range(4):
        chunk = floats(samples[:, hop * HEART.hop : (hop + 1) * HEART.hop])
        at = 0
        for n in data.draw(chunkings(HEART.hop)):
            lib.mk_heart_push(HEART._state, fp(chunk) + at, HEART.hop, int(n))
            at += int(n)
        found = lib.mk_heart_hop(HEART._state, ffi.new("mk_quality[5]"), ffi.new("const float **"))
        parts.append((found.rate.bpm, found.rate.confidence, found.trouble))
    assert parts == [(one.bpm, one.confidence, one.trouble) for one in whole]


@given(st.data(), st.integers(0, 2**31), SHARES)
@settings(max_examples=8, deadline=None)
def test_a_wrist(data, seed, share):
    frames = wild(125 * 9, 6, seed, share)
    whole = WRIST.process(frames)
    WRIST.reset()
    lengths = data.draw(chunkings(len(frames)))
    if data.draw(st.booleans()):
        lengths = [1] * len(frames)  # too few for a sample at the heart's rate: a hop must not begin twice
    parts = [WRIST.push(part) for part in split(frames, lengths)]
    assert [tick for ticks, _ in parts for tick in ticks] == whole and len(whole) == 4


@pytest.fixture(scope="module")
def machine():
    return chains.of("vibration_maintenance").machine()


@given(st.data(), st.integers(0, 2**31), SHARES)
@settings(max_examples=5, deadline=None)
def test_a_machine(machine, data, seed, share):
    frames = wild(30_000, 2, seed, share)
    frames[:, 1] = np.where(frames[:, 1] == -32768, -32768, 1797)
    machine.reset()
    features, verdicts, events = machine.push(frames)
    machine.reset()
    parts = [machine.push(part) for part in split(frames, data.draw(chunkings(len(frames))))]
    assert_same_bits([row for part in parts for row in part[0]], features)
    assert [row for part in parts for row in part[1]] == verdicts and len(verdicts) > 1
    assert [event for part in parts for event in part[2]] == events
