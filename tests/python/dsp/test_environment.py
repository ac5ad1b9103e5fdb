"""FAO-56's own worked examples, and the equations again in float64 over the whole range."""

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from float_signals import assert_same_bits, assert_within, broken, finite, ppg
from motekit.core import lib
from motekit.dsp import environment as env
from motekit.errors import ConfigError
from signals import chunkings, split


def test_worked_examples_of_vapour_pressure():
    # example 3
    assert env.saturation_pressure(24.5) == pytest.approx(3.075, abs=6e-4)
    assert env.saturation_pressure(15.0) == pytest.approx(1.705, abs=6e-4)
    # annex 3, equation 3-11, at the vapour pressure of 17.0 degrees (table 2.3: 1.938)
    assert env.dew_point(1.938) == pytest.approx(17.0, abs=0.05)
    for temperature in (-20.0, 0.0, 12.5, 40.0):
        assert env.dew_point(env.saturation_pressure(temperature)) == pytest.approx(temperature, abs=1e-4)


def test_worked_examples_of_radiation_and_wind():
    # example 8: 20 S on 3 September, 32.2 MJ/m^2/day; example 9: 11.7 hours
    assert lib.mk_extraterrestrial(-20.0, 246) == pytest.approx(32.2, abs=0.05)
    assert lib.mk_daylight_hours(-20.0, 246) == pytest.approx(11.7, abs=0.05)
    # example 10: Rio de Janeiro in May, 7.1 hours of sunshine a day, 14.5 MJ/m^2/day
    assert lib.mk_solar_from_sunshine(220 / 31, -22.9, 135) == pytest.approx(14.5, abs=0.06)
    # example 14: 3.2 m/s at 10 m are 2.4 m/s at 2 m
    assert lib.mk_wind_at_2m(3.2, 10.0) == pytest.approx(2.4, abs=0.05)


def test_worked_example_of_a_day_in_uccle():
    # example 18: 6 July, 50 48' N, 100 m, 9.25 hours of sunshine, 10 km/h at 10 m: 3.9 mm/day (3.88)
    solar = lib.mk_solar_from_sunshine(9.25, 50.8, 187)
    assert solar == pytest.approx(22.07, abs=0.03)
    weather = env.Weather(12.3, 21.5, 63, 84, lib.mk_wind_at_2m(10 / 3.6, 10.0), solar, 100, 50.8, 187)
    et0, quality = env.et0_penman_monteith(weather)
    assert et0 == pytest.approx(3.88, abs=0.015) and quality == 0


def test_worked_example_of_hargreaves():
    # example 20: Lyon in July, 45 43' N, 14.8 to 26.6 degrees: 5.0 mm/day
    et0, quality = env.et0_hargreaves(14.8, 26.6, 45.72, 196)
    assert et0 == pytest.approx(5.0, abs=0.05) and quality == 0


def radiation_oracle(latitude, day):
    phi, season = np.radians(latitude), 2 * np.pi * day / 365
    declination = 0.409 * np.sin(season - 1.39)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1, 1))
    distance = 1 + 0.033 * np.cos(season)
    inside = sunset * np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    return 24 * 60 / np.pi * 0.0820 * distance * inside, 24 / np.pi * sunset


def pressure_oracle(t):
    return 0.6108 * np.exp(17.27 * t / (t + 237.3))


def penman_oracle(w):
    high, low = pressure_oracle(w.temperature_max), pressure_oracle(w.temperature_min)
    mean, saturation = (w.temperature_min + w.temperature_max) / 2, (high + low) / 2
    vapour = (low * w.humidity_max + high * w.humidity_min) / 200
    slope = 4098 * pressure_oracle(mean) / (mean + 237.3) ** 2
    gamma = 0.665e-3 * 101.3 * ((293 - 0.0065 * w.altitude) / 293) ** 5.26
    clear = (0.75 + 2e-5 * w.altitude) * radiation_oracle(w.latitude, w.day)[0]
    cloud = 1.35 * min(w.solar / clear, 1.0) - 0.35
    kelvin4 = ((w.temperature_max + 273.16) ** 4 + (w.temperature_min + 273.16) ** 4) / 2
    net = 0.77 * w.solar - 4.903e-9 * kelvin4 * (0.34 - 0.14 * np.sqrt(vapour)) * cloud
    air = gamma * 900 / (mean + 273) * w.wind * (saturation - vapour)
    return max((0.408 * slope * net + air) / (slope + gamma * (1 + 0.34 * w.wind)), 0.0)


def test_equations_agree_with_float64():
    rng = np.random.default_rng(8)
    for _ in range(2000):
        low = rng.uniform(-20, 25)
        values = [low, low + rng.uniform(0, 20), rng.uniform(5, 60), rng.uniform(60, 100), rng.uniform(0, 8)]
        values += [rng.uniform(2, 33), rng.uniform(0, 3000), rng.uniform(-60, 60)]
        w = env.Weather(*(float(np.float32(value)) for value in values), day=int(rng.integers(1, 367)))
        expected = penman_oracle(w)
        assert env.et0_penman_monteith(w)[0] == pytest.approx(expected, abs=1e-5 * 10)
        radiation, hours = radiation_oracle(w.latitude, w.day)
        assert lib.mk_extraterrestrial(w.latitude, w.day) == pytest.approx(radiation, abs=1e-5 * 40)
        assert lib.mk_daylight_hours(w.latitude, w.day) == pytest.approx(hours, abs=1e-5 * 24)
        water = 0.0023 * ((w.temperature_min + w.temperature_max) / 2 + 17.8)
        hargreaves = max(water * np.sqrt(w.temperature_max - w.temperature_min) * 0.408 * radiation, 0)
        got, _ = env.et0_hargreaves(w.temperature_min, w.temperature_max, w.latitude, w.day)
        assert got == pytest.approx(hargreaves, abs=1e-5 * 10)
        deficit, _ = env.vapour_deficit(w.temperature_max, w.humidity_min)
        expected = pressure_oracle(w.temperature_max) * (1 - w.humidity_min / 100)
        assert deficit == pytest.approx(expected, abs=1e-5 * 6)


def test_polar_day_and_night():
    assert lib.mk_daylight_hours(90.0, 172) == pytest.approx(24, abs=1e-4)
    assert lib.mk_daylight_hours(90.0, 355) == pytest.approx(0, abs=1e-4)
    assert lib.mk_daylight_hours(-90.0, 172) == pytest.approx(0, abs=1e-4)
    assert lib.mk_extraterrestrial(80.0, 355) == 0


def test_what_is_out_of_range_or_missing_is_flagged():
    good = env.Weather(12.3, 21.5, 63, 84, 2.0, 22.0, 100, 50.8, 187)
    for change, flag in (({"humidity_max": 120.0}, 32), ({"wind": np.nan}, 1), ({"day": 0}, 32), ({"solar": -1.0}, 32)):
        et0, quality = env.et0_penman_monteith(env.Weather(**(vars(good) | change)))
        assert quality == flag
        assert np.isnan(et0) == (flag == 1)
    assert env.et0_hargreaves(20, 10, 45, 100) == (0, 32)
    assert env.vapour_deficit(20, -3)[1] == 32
    assert np.isnan(env.vapour_deficit(np.nan, 50)[0])


@pytest.mark.parametrize(("low", "high", "days"), [(12, 24, 8), (4, 20, 5), (14, 36, 12), (0, 8, 0), (31, 40, 20)])
def test_degree_days(low, high, days):
    assert env.degree_days(low, high) == days


def test_soil_water_follows_the_balance():
    soil = env.SoilWater(0.32, 0.12, 0.5, 0.6)
    depletion, rng = 0.0, np.random.default_rng(5)
    for _ in range(300):
        rain, water, crop = (float(np.float32(v)) for v in (rng.exponential(3) * (rng.random() < 0.3), 0, 5))
        stress = (100 - depletion) / (100 - 60) if depletion > 60 else 1.0
        wanted = depletion + stress * crop - rain - water
        percolation, depletion = max(-wanted, 0.0), min(max(wanted, 0.0), 100.0)
        got = soil.day(rain, water, crop)
        assert got["total"] == pytest.approx(100) and got["readily"] == pytest.approx(60)
        expected = [depletion, stress, stress * crop, percolation]
        names = ("depletion", "stress", "evapotranspiration", "percolation")
        # the balance's roundings add up over the days
        np.testing.assert_allclose([got[name] for name in names], expected, atol=1e-5 * 100)
    assert 0 < depletion < 100 and soil.quality == 0


def test_soil_water_flags_what_cannot_be():
    soil = env.SoilWater(0.32, 0.12, 0.5, depletion=10.0)
    assert soil.day(-1.0, 0, 0)["depletion"] == 10 and soil.quality == 32
    assert soil.day(np.nan, 0, 2)["depletion"] == 12 and soil.quality == 1
    assert soil.day(100, 0, 0)["percolation"] == 88
    for wrong in ((0.1, 0.2, 0.5), (0.3, 0.1, 0.0), (0.3, 0.1, 0.5, 0.05), (0.3, 0.1, 0.5, 0.5, 200.0)):
        with pytest.raises(ConfigError):
            env.SoilWater(*wrong)


def test_smoothing_agrees_with_scipy_and_skips_nan():
    block = env.Smooth(0.05)
    for name, signal in finite(500).items():
        exact = signal.astype(float)
        expected = scipy.signal.lfilter([block.share], [1, block.share - 1], exact - exact[0]) + exact[0]
        assert_within(block.process(signal), expected, name)
    missing = broken(100)["one NaN"]
    got = block.process(missing)
    assert np.isfinite(got).all() and got[50] == got[49] and block.quality == 5
    assert (block.process(broken(9)["all NaN"]) == 0).all() and block.quality == 21


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_split_gives_the_same_smoothing(data):
    signal, block = ppg(120), env.Smooth(0.1)
    whole = block.process(signal)
    block.reset()
    parts = [block.push(part) for part in split(signal, data.draw(chunkings(120)))]
    assert_same_bits(np.concatenate(parts), whole)
