"""The wrist's chain in Python: streaming, faults, light, slow hearts, rhythm, and what its parameters refuse."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from motekit import app as apps
from motekit import chains
from motekit.apps.wearable import faults, heart_rate, parameters, rhythm
from motekit.apps.wearable.frames import Rates
from motekit.chain import MISSING
from motekit.datasets.synthetic import ppg
from motekit.errors import ConfigError, ModelError
from motekit.post.heart import trouble_names
from motekit.post.wearable import SCORES, Wearable, scores_of

RATE_HZ = 125


@pytest.fixture(scope="module")
def chain():
    return chains.of("wearable")


@pytest.fixture(scope="module")
def people():
    return ppg.make(2, 3, seconds=60)


@pytest.fixture(scope="module")
def resting():
    return ppg.make(1, 3, seconds=60, plan=[("sitting", 60.0)])[0]


def frames_of(recording) -> np.ndarray:
    return heart_rate.take(recording, RATE_HZ).frames


def test_scores_are_the_core_s_structure(chain):
    from motekit.core import ffi

    fields = {name: field.offset for name, field in ffi.typeof("mk_wearable_scores").fields}
    assert fields == {name: SCORES.fields[name][1] for name in SCORES.names}
    assert ffi.sizeof("mk_wearable_scores") == SCORES.itemsize


def test_any_split_of_the_frames_gives_the_same_ticks(chain, people):
    frames = frames_of(people[0])
    whole = chain.wrist.process(frames)
    rng = np.random.default_rng(0)
    chain.wrist.reset()
    parts, motion, start = [], [], 0
    while start < len(frames):
        stop = start + int(rng.integers(1, 700))
        ticks, moved = chain.wrist.push(frames[start:stop])
        parts += ticks
        motion.append(moved)
        start = stop
    assert parts == whole and len(whole) == 30
    # 20 a second, for the motion half
    assert sum(map(len, motion)) == 60 * 20


def test_heart_rate_is_found_at_rest(chain, resting):
    found = heart_rate.score(heart_rate.take(resting, RATE_HZ), chain.answer(frames_of(resting)).scores)
    assert np.abs(found.error).mean() < 2 and found.reading.mean() > 0.8


@pytest.mark.parametrize("rate_hz", [25, 50, 64, 100])
def test_other_rates_of_the_sensor_find_the_same_heart(chain, resting, rate_hz):
    wrist = Wearable(replace(chain.bare, rate_hz=rate_hz))
    take = heart_rate.take(resting, rate_hz)
    found = heart_rate.score(take, [tick.scores for tick in wrist.process(take.frames)])
    assert np.abs(found.error).mean() < 2


@pytest.mark.parametrize(("pulse_hz", "motion_hz"), [(125, 20), (100, 50), (25, 125), (64, 25), (50, 33), (25, 20)])
def test_pulse_sensor_and_accelerometer_have_rates_of_their_own(chain, resting, people, pulse_hz, motion_hz):
    rates = Rates(max(pulse_hz, motion_hz), pulse_hz, motion_hz)
    wrist = Wearable(replace(chain.bare, rate_hz=rates.frames, pulse_hz=pulse_hz, motion_hz=motion_hz))
    take = heart_rate.take(resting, rates)
    whole = wrist.process(take.frames)
    found = heart_rate.score(take, [tick.scores for tick in whole])
    assert np.abs(found.error).mean() < 2 and found.reading.mean() > 0.7
    assert not scores_of(whole)["quality"][:, :5].any()
    # what lies in the frames between is not looked at, and no split of them matters
    noisy, rng = take.frames.copy(), np.random.default_rng(0)
    noisy[noisy == MISSING] = rng.integers(-32768, 32768, (noisy == MISSING).sum())
    noisy[:, 5] = MISSING
    wrist.reset()
    cuts = [0, *np.unique(rng.integers(1, len(noisy), 40)), len(noisy)]
    parts = [wrist.push(noisy[a:b]) for a, b in pairwise(cuts)]
    assert [tick for ticks, _ in parts for tick in ticks] == whole
    # both parts at one time: the motion is that of equal rates
    moved = np.concatenate([motion for _, motion in parts])
    assert len(moved) == len(whole) * 40
    # (recordings are brought to a rate within half a sample of it)
    same = Wearable(replace(chain.bare, rate_hz=100))
    wrist.reset()
    a, b = (w.push(heart_rate.take(people[0], r).frames)[1][60:1160] for w, r in ((wrist, rates), (same, 100)))
    a, b = a - a.mean(0), b - b.mean(0)
    assert (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()) > 0.9
    assert (a * b).sum() > max((a[1:] * b[:-1]).sum(), (a[:-1] * b[1:]).sum())


def test_rates_that_no_frames_can_have_are_refused(chain):
    for rates in ({"pulse_hz": 20}, {"motion_hz": 10}, {"pulse_hz": 100, "motion_hz": 50}, {"motion_hz": 200}):
        with pytest.raises(ConfigError, match="rates"):
            Wearable(replace(chain.bare, **rates))


@pytest.mark.parametrize("name", sorted(faults.FAULTS))
def test_no_fault_gives_a_confident_wrong_rate(chain, resting, name):
    take, _, _ = faults._take(resting, faults.FAULTS[name], chain.rates)
    found = heart_rate.score(take, chain.answer(take.frames).scores)
    assert not (found.reading & (found.error > heart_rate.WRONG_BPM)).any()


def test_nothing_plugged_in_says_nothing(chain):
    ticks = chain.wrist.process(np.full((2500, 6), MISSING, np.int16))
    scores = scores_of(ticks)
    assert (scores["trouble"] != 0).all() and (scores["rhythm_trouble"] != 0).all()
    assert not any(tick.evidence for tick in ticks)
    assert "no pulse wave" in trouble_names(int(scores["trouble"][-1]))


def test_a_slow_heart_needs_beats(chain):
    slow = ppg.make(
        1, 3, seconds=90, plan=[("lying", 90.0)] if "lying" in ppg.motion.ACTIVITIES else [("sitting", 90.0)]
    )[0]
    frames = frames_of(slow)
    # the same recording, played at six tenths of its speed: a heart below 50
    place = np.arange(0, len(frames) - 1, 0.6)
    stretched = np.stack([np.interp(place, np.arange(len(frames)), c) for c in frames[:, :5].T.astype(float)], 1)
    played = np.concatenate([np.round(stretched).astype(np.int16), np.full((len(place), 1), MISSING, np.int16)], axis=1)
    scores = scores_of(chain.wrist.process(played))[10:]
    below = scores[scores["bpm"] < 50]
    assert len(below) > 20 and (below["trouble"] == 0).mean() > 0.7
    # and drifting light alone is none
    drift = np.cumsum(np.random.default_rng(1).normal(0, 60, (len(played), 2)), axis=0)
    played[:, :2] = np.clip(drift - drift.mean(0), -30000, 30000).astype(np.int16)
    scores = scores_of(chain.wrist.process(played))
    assert not ((scores["trouble"] == 0) & (scores["bpm"] < 50)).any()


def test_light_can_be_off_between_measurements(chain, resting):
    wrist = Wearable(replace(chain.bare, on_s=20.0, every_s=30.0))
    ticks = wrist.process(frames_of(resting))
    scores = scores_of(ticks)
    assert scores["light"].tolist() == ([1] * 10 + [0] * 5) * 2
    assert all(trouble_names(int(t)) == ["light off"] for t in scores["trouble"][scores["light"] == 0])
    switched = [(event[0], event[2]) for tick in ticks for event in tick.events if event[1] == 9]
    assert switched == [(0, 1), (10, 0), (15, 1), (25, 0)]
    # a new measurement starts anew
    assert all("starting" in trouble_names(int(t)) for t in scores["trouble"][15:18])


@pytest.mark.parametrize(("kind", "flagged"), [("sinus", 0), ("af", 1)])
def test_rhythm_of_the_pulse_wave(chain, kind, flagged):
    recording = ppg.make(1, 3, seconds=120, rhythm=kind, plan=[("sitting", 120.0)])[0]
    ticks = chain.wrist.process(frames_of(recording))
    assert scores_of(ticks)["said"][-1] == flagged
    said = [chain.describe(event)["label"] for event in chain.answer(frames_of(recording)).events if event.code == 4]
    assert said == ["irregular rhythm, see a doctor"] * flagged


def test_variability_of_the_pulse_wave_is_that_of_the_beats(chain):
    recording = ppg.make(1, 3, seconds=120, plan=[("sitting", 120.0)])[0]
    told = scores_of(chain.wrist.process(frames_of(recording)))[-1]
    rr = np.diff(recording.beats)[-int(told["intervals"]) :]
    assert told["mean_rr"] == pytest.approx(rr.mean(), abs=0.003)
    assert told["sdnn"] == pytest.approx(rr.std(ddof=1), rel=0.1)
    assert told["rmssd"] == pytest.approx(np.sqrt(np.mean(np.diff(rr) ** 2)), rel=0.15)


def test_irregular_ecgs_are_told_from_regular_ones(chain):
    takes = rhythm.takes(None, RATE_HZ, 24)
    last = np.array([rhythm.last_readings(chain.answer(take.frames).scores) for take in takes])
    labels = np.array([take.truth for take in takes])
    flagged = (last["rhythm_trouble"] == 0) & (last["irregular"] == 1)
    assert flagged[labels == rhythm.AF].mean() >= 0.8 and flagged[labels == rhythm.NORMAL].mean() <= 0.2


def test_parameters_are_checked():
    app = apps.load("wearable")
    declared = {**app.declared, "heart": {"colour": 1}}
    with pytest.raises(ConfigError, match="colour"):
        parameters.of(replace(app, declared=declared))
    with pytest.raises(ConfigError, match="channels"):
        parameters.of(replace(app, sensor={**app.sensor, "channels": ["ppg1"]}))
    with pytest.raises(ConfigError, match="25 to 125"):
        Wearable(replace(parameters.of(app), rate_hz=500))


def test_a_missing_or_damaged_rhythm_model_is_said(tmp_path):
    with pytest.raises(ModelError, match=r"rhythm\.json does not exist"):
        rhythm.load(tmp_path, "0")
    (tmp_path / "rhythm.json").write_text("{}")
    for name in rhythm.FILES[:2]:
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(ModelError, match="damaged"):
        rhythm.load(tmp_path, "0")
    (tmp_path / "rhythm.json").write_text('{"features": "1"}')
    with pytest.raises(ModelError, match="other features"):
        rhythm.load(tmp_path, "0")


def test_wilson_interval_is_the_textbook_s():
    low, high = rhythm.wilson(37, 40)
    assert (round(low, 3), round(high, 3)) == (0.801, 0.974)
    assert rhythm.wilson(0, 0) == [0.0, 1.0]
