"""FAO-56: its own worked examples, the same equations in float64, and pyfao56's reference evapotranspiration."""

import math

import numpy as np
import pytest
from pyfao56 import refet

from motekit.dsp import fao56
from motekit.errors import ConfigError

NAN = math.nan
RNG = np.random.default_rng(3)
DAYS = np.arange(1, 367)


def pressure(t):
    return 0.6108 * np.exp(17.27 * t / (t + 237.3))


def radiation(latitude_deg, day):
    """Equations 21 to 25 and 34 in float64: Ra and daylight hours."""
    latitude = np.radians(latitude_deg)
    distance = 1 + 0.033 * np.cos(2 * np.pi * day / 365)
    delta = 0.409 * np.sin(2 * np.pi * day / 365 - 1.39)
    angle = np.arccos(np.clip(-np.tan(latitude) * np.tan(delta), -1, 1))
    sun = angle * np.sin(latitude) * np.sin(delta) + np.cos(latitude) * np.cos(delta) * np.sin(angle)
    return 24 * 60 / np.pi * 0.0820 * distance * sun, 24 / np.pi * angle


@pytest.mark.parametrize(
    ("value", "expected", "digits"),
    [
        (fao56.saturation_pressure(24.5), 3.075, 3),  # example 3
        (fao56.saturation_pressure(15.0), 1.705, 3),
        (fao56.air_pressure(1800.0), 81.8, 1),  # example 2
        (fao56.extraterrestrial(-20, 246), 32.2, 1),  # example 8
        (fao56.daylight_hours(-20, 246), 11.7, 1),  # example 9
        (fao56.extraterrestrial(-22.9, 135), 25.1, 1),  # example 10
        (fao56.daylight_hours(-22.9, 135), 10.9, 1),
        (fao56.et0_hargreaves(26.6, 14.8, 40.6), 5.0, 1),  # example 20
    ],
)
def test_worked_examples(value, expected, digits):
    assert float(value) == pytest.approx(expected, abs=0.55 * 10**-digits)


def test_worked_example_of_penman_monteith():
    # example 18: Uccle, 50.80 N, 100 m, 6 July; 9.25 h of sun are 22.07 MJ/m2
    ra = fao56.extraterrestrial(50.8, 187)
    assert float(ra) == pytest.approx(41.09, abs=0.02)
    given = {"rh_max": 84, "rh_min": 63, "wind": 2.078, "solar": 22.07, "elevation_m": 100}
    assert float(fao56.et0(21.5, 12.3, ra, **given)) == pytest.approx(3.88, abs=0.01)


def test_radiation_over_the_whole_earth():
    for latitude in (-90, -66.5, -45, -10, 0, 23.4, 52, 66.6, 71.3, 90):
        ra, hours = radiation(latitude, DAYS)
        np.testing.assert_allclose(fao56.extraterrestrial(latitude, DAYS), np.maximum(ra, 0), atol=2e-4)
        # around the poles a rounding decides between no and some minutes of twilight
        np.testing.assert_allclose(
            fao56.daylight_hours(latitude, DAYS), hours, atol=0.02 if abs(latitude) > 65 else 1e-4
        )


def test_humidity():
    temperature, humidity = RNG.uniform(-50, 55, 500), RNG.uniform(2, 100, 500)
    dew = fao56.dew_point(temperature, humidity)
    np.testing.assert_allclose(pressure(dew.astype(float)), pressure(temperature) * humidity / 100, rtol=2e-5)
    deficit = pressure(temperature) * (1 - humidity / 100)
    np.testing.assert_allclose(fao56.pressure_deficit(temperature, humidity), deficit, rtol=1e-4, atol=1e-6)
    assert np.isnan(fao56.dew_point(20.0, 0.0)) and np.isnan(fao56.dew_point(20.0, NAN))


def test_agrees_with_pyfao56():
    """pyfao56 follows ASCE (2005), whose solar constant (4.92) and Stefan-Boltzmann figure differ in the 4th digit."""
    for _ in range(300):
        t_min, elevation, latitude = RNG.uniform(-5, 25), RNG.uniform(0, 2500), RNG.uniform(-55, 55)
        t_max, day = t_min + RNG.uniform(3, 20), int(RNG.integers(1, 367))
        rh_min = RNG.uniform(10, 60)
        given = {"rhmax": rh_min + 35, "rhmin": rh_min, "wndsp": RNG.uniform(0.3, 8)}
        ra = fao56.extraterrestrial(latitude, day)
        solar = float(ra) * RNG.uniform(0.1, 0.77)
        expected = refet.ascedaily("S", elevation, latitude, day, solar, t_max, t_min, **given)
        got = fao56.et0(
            t_max,
            t_min,
            ra,
            rh_max=given["rhmax"],
            rh_min=rh_min,
            wind=given["wndsp"],
            solar=solar,
            elevation_m=elevation,
        )
        assert float(got) == pytest.approx(max(expected, 0), abs=0.02, rel=2e-3)


def test_what_is_not_measured_is_replaced():
    ra = float(fao56.extraterrestrial(45.72, 196))
    whole = fao56.et0(26.6, 14.8, ra, rh_max=100, rh_min=100 * pressure(14.8) / pressure(26.6), wind=2,
                      solar=0.16 * math.sqrt(11.8) * ra, elevation_m=200)  # fmt: skip
    # example 20: Lyon in July with temperatures only, 4.56 mm a day
    assert float(fao56.et0(26.6, 14.8, ra, elevation_m=200)) == pytest.approx(float(whole), abs=1e-4)
    assert float(whole) == pytest.approx(4.56, abs=0.06)
    upper = fao56.et0(26.6, 14.8, ra, rh_max=80, elevation_m=200)
    assert float(upper) > float(whole)


def test_nan_and_nonsense():
    assert np.isnan(fao56.et0(NAN, 10, 30.0)) and np.isnan(fao56.et0(20, 10, NAN))
    assert np.isnan(fao56.et0_hargreaves(20, NAN, 30.0))
    # a swapped minimum is no day: evaporation stays defined and not negative
    assert float(fao56.et0(10, 20, 30.0)) >= 0 and float(fao56.et0_hargreaves(-30, -35, 1.0)) == 0
    assert np.isfinite(fao56.et0(-20, -40, fao56.extraterrestrial(80, 1)))
    with pytest.raises(ConfigError, match="beyond 90"):
        fao56.extraterrestrial(91, 1)
