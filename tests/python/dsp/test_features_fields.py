"""Blocks of [[features]] for hearts and weather: each is the block by itself, over windows of a stream."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from window_streams import run_c

from float_signals import assert_same_bits, assert_within, broken, extreme
from motekit.core import lib
from motekit.dsp import environment as env
from motekit.dsp.affine import Affine
from motekit.dsp.cancel import Canceller
from motekit.dsp.features import WindowFeatures
from motekit.dsp.hrv import irregularity, valid_intervals, variability
from motekit.dsp.peaks import Peaks
from motekit.dsp.ppg_quality import PpgQuality
from motekit.dsp.statistics import sample_entropy
from motekit.dsp.windows import WindowStream
from motekit.errors import ConfigError
from motekit.post.heart_rate import HeartRate

WRIST = ("light", "x", "y", "z")
MOTION = ["x", "y", "z"]
VALUES = ["beats", "rate_bpm", "mean_rr", "sdnn", "rmssd", "pnn50", "sd1", "sd2", "sample_entropy"]
VALUES += ["quarter", "turning"]
HEART = [
    {"block": "heart_rate", "channels": ["light"], "motion": MOTION},
    {"block": "beats", "channels": ["light"], "upward": True, "values": VALUES},
    {"block": "pulse_quality", "channels": ["light"], "motion": MOTION, "much": 500.0, "level": "z", "upward": True},
]
BAND = [{"stage": "filter", "kind": "bandpass", "cutoff_hz": [0.5, 5], "channels": ["light"]}]
AIR = ("t", "h", "rain", "wind", "sun", "day")
SITE = {"temperature": "t", "latitude": 48.0}
FULL = SITE | {"humidity": "h", "wind": "wind", "solar": "sun", "day": "day", "altitude": 300, "wind_height": 10}
SOIL = {"field_capacity": 0.3, "wilting_point": 0.12, "root_depth": 0.5, "crop": 0.9, "rain": "rain"}
WEATHER = [
    {"block": "air", "temperature": "t", "humidity": "h", "values": ["vapour_pressure", "vapour_deficit", "dew_point"]},
    {"block": "evapotranspiration", **FULL},
    {"block": "degree_days", "temperature": "t", "base": 10, "ceiling": 30},
    {"block": "soil_water", **FULL, **SOIL},
]


def pulse(seconds: float = 40, rate: int = 50, seed: int = 0) -> np.ndarray:
    """Counts of a pulse wave at 75 a minute that a swing of 2 Hz adds to, and of the swing, int16[n, 4]."""
    rng, time = np.random.default_rng(seed), np.arange(int(seconds * rate)) / rate
    phase = 2 * np.pi * (1.25 * time + 0.05 * np.sin(2 * np.pi * 0.25 * time))
    swing = np.sin(2 * np.pi * 2.0 * time)
    light = 500 * np.exp(2 * np.cos(phase)) / 7.4 + 300 * np.roll(swing, 2) + rng.normal(0, 5, len(time))
    return np.stack([light, 1000 * swing, *rng.normal(0, 20, (2, len(time)))], axis=1).astype(np.int16)


def heart(**more) -> WindowStream:
    made = WindowStream(BAND, HEART, WRIST, 50, 8.0, 2.0, **more)
    made.set_affine(Affine(np.zeros(made.width), np.ones(made.width), 0.5, 1))
    return made


def hours(days: int = 20, seed: int = 0) -> np.ndarray:
    """Weather by the hour in hundredths, int16[24 days, 6]."""
    rng, hour = np.random.default_rng(seed), np.arange(24 * days)
    warm = 15 + 8 * np.sin(2 * np.pi * (hour - 9) / 24) + np.repeat(rng.normal(0, 4, days), 24)
    damp = 60 + 25 * np.cos(2 * np.pi * hour / 24)
    rain = np.where(rng.random(len(hour)) < 0.03, rng.uniform(0, 8, len(hour)), 0)
    rows = [warm, damp, rain, rng.uniform(0, 5, len(hour)), np.repeat(rng.uniform(5, 28, days), 24), 150 + hour // 24]
    return np.round(np.stack(rows, axis=1) * 100).astype(np.int16)


def weather() -> WindowStream:
    made = WindowStream([], WEATHER, AIR, 1 / 3600, 86400, 86400, gain=0.01)
    made.set_affine(Affine(np.zeros(made.width), np.ones(made.width), 0.5, 1))
    return made


STREAMS = {"heart": (heart, pulse), "weather": (weather, hours)}


@pytest.mark.parametrize("name", STREAMS)
def test_whole_arrays_and_generated_c_give_the_streams_bits(name, tmp_path):
    make, record = STREAMS[name]
    made, frames = make(), record()
    features, quality = made.process(frames)
    batch, flags = made.batch(frames)
    assert_same_bits(batch, features)
    assert (flags == quality).all() and len(features) > 10
    rows = run_c(made, frames, 37, tmp_path, "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    assert_same_bits([row[1] for row in rows], features)
    assert [row[0] for row in rows] == quality.tolist()


@pytest.mark.parametrize("name", STREAMS)
@given(st.data(), st.integers(0, 2**31))
@settings(max_examples=12, deadline=None)
def test_any_split_of_any_counts_gives_the_same_bits(name, data, seed):
    make, record = STREAMS[name]
    made, frames, rng = make(), record(12, seed=seed), np.random.default_rng(seed)
    wild = rng.random(frames.shape) < data.draw(st.sampled_from([0.0, 0.01, 0.3]))
    frames = np.where(wild, rng.choice([-32768, -32767, 0, 32767], frames.shape), frames).astype(np.int16)
    features, quality = made.process(frames)
    made.reset()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(frames)), max_size=6)))
    parts = [window for part in np.split(frames, cuts) for window in made.push(part)]
    assert_same_bits(np.array([w.features for w in parts]).reshape(features.shape), features)
    assert [w.quality for w in parts] == quality.tolist()
    assert np.isfinite(features[quality & 1 == 0]).all()


def windows_of(made: WindowStream, frames: np.ndarray) -> list[np.ndarray]:
    conditioned = made.conditioning.process(frames)[0]
    return [conditioned[at : at + made.length] for at in range(0, len(conditioned) - made.length + 1, made.hop)]


def test_beats_and_their_quality_are_the_blocks_by_themselves():
    made, frames = heart(), pulse()
    features = made.process(frames)[0]
    index = PpgQuality(0.005, 500.0)
    for window, row in zip(windows_of(made, frames), features, strict=True):
        block = Peaks(50, upward=True)
        times = [peak.time_s for peak in block.process(window[:, 0]) if peak.share >= 0.5]
        rr = np.diff(times).astype(np.float32)
        expected = variability(rr)
        got = dict(zip(made.names, row.tolist(), strict=True))
        assert got["light.beats"] == len(times)
        for name in ("mean_rr", "sdnn", "rmssd", "pnn50", "sd1", "sd2"):
            assert abs(got[f"light.{name}"] - getattr(expected, name)) < 2e-5
        assert abs(got["light.rate_bpm"] - 60 / expected.mean_rr) < 1e-2
        kept = rr[valid_intervals(rr)]
        entropy = sample_entropy(kept, 2, float(np.float32(0.2 * kept.std())))[0] if len(kept) > 3 else 0
        assert abs(got["light.sample_entropy"] - entropy) < 1e-5
        assert abs(got["light.quarter"] - irregularity(rr)[0][0]) < 1e-2
        found = index.process(
            window[:, 0], np.array(times) * 50, float(window[:, 3].mean()), np.linalg.norm(window[:, 1:], axis=1)
        )
        assert_within(row[-4:], [found.perfusion, found.correlation, found.motion, found.index], tolerance=1e-4)


def test_heart_rate_is_the_one_under_the_motion():
    made, frames = heart(), pulse()
    bpm, confidence = made.process(frames)[0][:, :2].T
    assert np.abs(bpm[3:] - 75).max() < 2.5 and confidence[3:].min() > 0.7
    alone = [{"block": "heart_rate", "channels": ["light"]}]
    naive = WindowStream(BAND, alone, WRIST, 50, 8.0, 2.0).process(frames)[0][:, 0]
    assert np.abs(naive[3:] - 75).max() > 5  # the swing is what it would find


def test_heart_rate_is_cancelling_spectrum_and_track_by_themselves():
    made, frames = heart(), pulse()
    features = made.process(frames)[0]
    length = made.length - 8
    cancel = Canceller(
        np.hanning(length + 2)[1:-1], references=3, lags=5, stride=2, memory=(0.0, 0.5, 0.85), ridge=0.01
    )
    bins, states = 512 / 50, 191
    track = HeartRate(30.0, 220.0, 1.0)
    evidence = []
    for window in windows_of(made, frames):
        rests = cancel.process(window[:, 1:].T, window[6 : 6 + length, :1].T)[:, 0].astype(float)
        experts = []
        for rest in rests:
            magnitude = np.abs(np.fft.rfft(rest, 512))
            total = (magnitude[6 : int(4 * bins) + 1] ** 2).sum()

            def share(place, m=magnitude):
                near = np.floor(place + 0.5).astype(int)
                e = place - near
                value = m[near] + e / 2 * (m[near + 1] - m[near - 1])
                value += e * e / 2 * (m[near - 1] - 2 * m[near] + m[near + 1])
                return np.maximum(value, 0) ** 2

            at = (30 + np.arange(states)) / 60 * bins
            explained = (share(at) + 0.5 * share(2 * at)) * 1.5 * 512 / length / total
            said = -4 * np.log(1 - np.minimum(explained, 0.98))
            said -= np.log(np.exp(said - said.max()).sum()) + said.max()
            experts.append(np.exp(np.maximum(said, -60)))
        evidence.append(np.log(np.sum(experts, axis=0)))
    expected = track.process(np.array(evidence, np.float32))
    assert np.abs(features[:, 0] - expected.bpm).max() < 0.05
    assert np.abs(features[:, 1] - expected.confidence).max() < 0.01


def test_weather_is_the_equations_by_themselves():
    made, frames = weather(), hours()
    features = made.process(frames)[0]
    total = 0.0
    soil = env.SoilWater(0.3, 0.12, 0.5, 0.5)
    for window, row in zip(windows_of(made, frames), features.astype(float), strict=True):
        low, high, mean = window.min(axis=0), window.max(axis=0), window.astype(float).mean(axis=0)
        saturated = env.saturation_pressure(mean[0])
        deficit = env.vapour_deficit(mean[0], mean[1])[0]
        given = env.Weather(
            low[0], high[0], low[1], high[1], lib.mk_wind_at_2m(mean[3], 10), mean[4], 300, 48, int(window[-1, 5])
        )
        et0 = env.et0_penman_monteith(given)[0]
        grown = env.degree_days(low[0], high[0], 10, 30)
        day = soil.day(float(window[:, 2].astype(float).sum()), 0.0, 0.9 * et0)
        total += grown
        vapour = saturated - deficit
        air = [vapour, deficit, env.dew_point(vapour)]
        assert_within(row, [*air, et0, grown, total, day["depletion"], day["stress"]], tolerance=2e-5)


def test_hargreaves_where_only_temperatures_are_known_and_days_go_on():
    made = WindowStream([], [{"block": "evapotranspiration", **SITE, "first_day": 364}], ("t",), 24, 1, 1, gain=0.01)
    found = made.process(np.tile(hours(1)[:, :1], (4, 1)))[0][:, 0]
    low, high = (float(limit(hours(1)[:, 0]) / 100) for limit in (np.min, np.max))
    expected = [env.et0_hargreaves(low, high, 48.0, day)[0] for day in (364, 365, 1, 2)]
    assert_within(found, expected)


@pytest.mark.parametrize("declared", [HEART, WEATHER], ids=["heart", "weather"])
def test_hostile_windows_are_finite_or_flagged(declared):
    channels, length = (WRIST, 400) if declared is HEART else (AIR, 24)
    block = WindowFeatures(declared, length, channels, 50.0)
    for name, x in {**extreme(length), **broken(length)}.items():
        block.reset()
        got = block.process(np.tile(x[:, None], (1, len(channels))))
        assert np.isfinite(got).all() or block.quality & 1, name
        if name in ("all NaN", "one NaN"):
            assert block.quality, name


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"block": "beats", "values": ["pulse"]}, "beats know no 'pulse'"),
        ({"block": "beats", "accept": 0}, "accept"),
        ({"block": "pulse_quality", "motion": ["w"]}, "no channel 'w'"),
        ({"block": "pulse_quality", "enough": 0}, "pulse_quality"),
        ({"block": "heart_rate", "motion": MOTION, "lags": 60}, "lags"),
        ({"block": "heart_rate", "range_bpm": [220, 30]}, "range_bpm"),
        ({"block": "heart_rate", "band_hz": [0.5, 400]}, "band_hz"),
        ({"block": "air", "temperature": "x"}, "needs the key 'humidity'"),
        ({"block": "air", "humidity": "x"}, "needs the key 'temperature'"),
        ({"block": "air", "temperature": "x", "humidity": "y", "values": ["fog"]}, "fog"),
        ({"block": "evapotranspiration", "temperature": "x", "latitude": 95}, "latitude"),
        ({"block": "evapotranspiration", "temperature": "x", "latitude": 5, "wind": "y"}, "wind alone"),
        ({"block": "degree_days", "temperature": "x", "base": 90}, "base"),
        ({"block": "soil_water", "temperature": "x", "latitude": 5, **SOIL, "wilting_point": 0.5}, "soil_water"),
    ],
)
def test_wrong_declarations_are_refused(declared, message):
    with pytest.raises(ConfigError, match=message):
        WindowFeatures([declared], 400, (*WRIST, "rain"), 50.0)


def test_what_adds_up_needs_each_sample_once():
    with pytest.raises(ConfigError, match="hop_s to length_s"):
        WindowStream([], [{"block": "degree_days", "temperature": "t", "base": 5}], ("t",), 24, 1.0, 0.5)
