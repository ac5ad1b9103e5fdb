"""Bearing features: held against numpy, against physics, and against hostile input."""

import dataclasses

import numpy as np
import pytest
import scipy.signal

from motekit.data.machine import MISSING, frames_of
from motekit.datasets.synthetic import vibration
from motekit.dsp.bearing import LEVELS, Bearing, Geometry
from motekit.errors import ConfigError

SCALE = 0.005
BEARING = Bearing(vibration.GEOMETRY, scale=SCALE)
MADE = vibration.machine(3)


def frames(seconds=3.0, seed=1, **running):
    return frames_of(vibration.simulate(MADE, vibration.Running(**running), seconds, seed), SCALE)


def level(rows, name):
    return float(np.median(rows.features[:, BEARING.names.index(name)]))


def test_orders_of_a_known_bearing():
    """SKF 6205: the CWRU page gives BPFI 5.4152, BPFO 3.5848, FTF 0.39828, rolling element 4.7135."""
    made = Geometry(9, 0.3126, 1.537)
    assert (made.inner, made.outer) == pytest.approx((5.4152, 3.5848), abs=2e-4)
    assert (made.cage, made.ball) == pytest.approx((0.39828, 4.7135), abs=5e-4)
    assert made.inner + made.outer == pytest.approx(9)


@pytest.mark.parametrize(("fault", "line"), [("outer_race", "outer"), ("inner_race", "inner"), ("ball", "ball")])
def test_each_fault_shows_at_its_order(fault, line):
    healthy, faulty = BEARING.process(frames(4.0)), BEARING.process(frames(4.0, fault=fault, severity=1.0))
    assert level(faulty, line) > level(healthy, line) + 8
    others = {"outer", "inner", "ball"} - {line}
    assert level(faulty, line) > max(level(faulty, other) for other in others)


def test_neither_gain_nor_units_change_the_features():
    given = frames(4.0, fault="inner_race", severity=1.0).astype(int)
    double = given.copy()
    double[:, 0] *= 2
    once, twice = BEARING.process(given), BEARING.process(double)
    np.testing.assert_allclose(once.features, twice.features, atol=0.02)
    np.testing.assert_allclose(2 * once.levels[:, LEVELS.index("rms")], twice.levels[:, LEVELS.index("rms")], rtol=1e-5)


def test_lines_stay_sharp_while_the_speed_ramps():
    steady = BEARING.process(frames(5.0, fault="outer_race", severity=1.0))
    ramp = frames(5.0, speed=(0.85, 1.15), fault="outer_race", severity=1.0)
    tracked = BEARING.process(ramp)
    blind = ramp.copy()
    blind[:, 1] = round(MADE.rpm)  # the speed that is not followed
    smeared = BEARING.process(blind)
    assert level(tracked, "outer") > level(steady, "outer") - 4
    assert level(tracked, "outer") > level(smeared, "outer") + 5


def test_velocity_is_that_of_a_tone():
    t = np.arange(48000) / 12000
    for hz, tolerance in ((20.0, 0.05), (100.0, 0.03), (500.0, 0.06), (800.0, 0.15)):
        x = 2.0 * np.sin(2 * np.pi * hz * t)
        rows = BEARING.process(frames_of(np.stack([x, np.full(len(t), 1797.0)], 1), SCALE))
        # after the first row, in which the filters settle
        expected = 1000 * 2.0 / (2 * np.pi * hz) / np.sqrt(2)
        np.testing.assert_allclose(rows.levels[1:, LEVELS.index("velocity")], expected, rtol=tolerance)


def test_rms_peak_and_kurtosis():
    rng = np.random.default_rng(2)
    x = rng.normal(size=60000) * 3
    rows = BEARING.process(frames_of(np.stack([x, np.full(len(x), 1797.0)], 1), SCALE))
    values = dict(zip(LEVELS, rows.levels[1], strict=True))
    assert values["rms"] == pytest.approx(3, rel=0.03) and abs(values["kurtosis"]) < 0.2
    assert values["peak"] > 9 and values["rpm"] == 1797 and values["seconds"] == pytest.approx(32 * 60 / 1797, rel=0.01)


def test_any_split_of_the_stream_gives_the_same_bits():
    from motekit.core import ffi, lib, pointer

    given = np.ascontiguousarray(frames(3.0, fault="ball", severity=1.0))
    whole = BEARING.process(given)
    rng = np.random.default_rng(4)
    block = Bearing(vibration.GEOMETRY, scale=SCALE)
    row, done, at, rows = ffi.new("mk_bearing_row *"), ffi.new("uint8_t *"), 0, []
    base = pointer("int16_t", given)
    while at < len(given):
        size = min(int(rng.integers(1, 400)), len(given) - at)
        at += lib.mk_bearing_push(block._state, base + 2 * at, size, row, done)
        if done[0]:
            rows.append([row.features[i] for i in range(block.width)])
    assert np.array_equal(np.array(rows, np.float32), whole.features)


def test_missing_samples_are_flagged_and_survived():
    given = frames(4.0)
    given[15000:15050, 0] = MISSING  # a few
    few = BEARING.process(given)
    given[15000:16500, 0] = MISSING
    many = BEARING.process(given)
    assert not few.quality.any() and many.quality[1] & 4 and not many.quality[2]
    assert np.isfinite(many.features).all() and np.isfinite(many.levels).all()


def test_without_speed_the_nominal_one_counts():
    given = frames(3.0)
    blind = given.copy()
    blind[:, 1] = MISSING
    assert BEARING.process(blind).levels[0, 1] == 1797


def test_a_standing_shaft_gives_no_rows_and_silence_is_flat():
    still = np.zeros((36000, 2), np.int16)
    assert len(BEARING.process(still).features) == 0
    still[:, 1] = 1797
    silent = BEARING.process(still)
    assert (silent.quality & 8).all() and np.isfinite(silent.features).all()


def test_saturation_and_too_fast_a_shaft_are_flagged():
    given = frames(3.0)
    given[2000, 0] = 32767
    assert BEARING.process(given).quality[0] & 2
    given[:, 1] = 32000
    assert (BEARING.process(given).quality & 32).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_hz": 1000}, {"envelope_hz": 1300}, {"bands_hz": [[100, 7000]]}, {"bands_hz": []}, {"rpm": 0},
        {"shape_hz": (250, 9000, 19)}, {"shape_hz": (250, 5000, 300)}, {"tolerance": 0.5}, {"turns": 30},
    ],
)  # fmt: skip
def test_parameters_are_checked(wrong):
    with pytest.raises(ConfigError):
        Bearing(vibration.GEOMETRY, **wrong)
    with pytest.raises(ConfigError):
        Geometry(9, 40, 39)


@pytest.mark.parametrize("rate", [1600, 3200, 6400])
def test_slower_accelerometers(rate):
    block = Bearing(
        vibration.GEOMETRY, rate_hz=rate, scale=SCALE, rpm=1480, envelope_hz=rate / 2 if rate < 3000 else rate / 4,
        bands_hz=[[0.1 * rate, 0.25 * rate], [0.25 * rate, 0.45 * rate]], shape_hz=(0.05 * rate, 0.45 * rate, 10),
    )  # fmt: skip
    # a housing that rings where such a sensor still hears
    made = dataclasses.replace(MADE, modes=((0.18 * rate, 0.05, 1.0), (0.33 * rate, 0.05, 0.7)))
    samples = vibration.simulate(made, vibration.Running(fault="outer_race", severity=2.0), 6.0, 1)
    x = scipy.signal.resample_poly(samples[:, 0], rate, 12000)
    rows = block.process(frames_of(np.stack([x, np.full(len(x), MADE.rpm)], 1), SCALE))
    assert len(rows.features) >= 3 and not rows.quality.any()
    assert np.median(rows.features[:, block.names.index("outer")]) > 12
