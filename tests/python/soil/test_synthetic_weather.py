import numpy as np
import pytest

from motekit.core import lib
from motekit.datasets.synthetic import weather
from motekit.errors import ConfigError


def test_the_same_request_gives_the_same_values():
    one, two, other = (weather.make(3, seed, days=60) for seed in (1, 1, 2))
    assert all(np.array_equal(a.values, b.values, equal_nan=True) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(one[0].values, other[0].values, equal_nan=True)
    assert all(s.source == "synthetic" for s in one) and len({s.station for s in one}) == 3
    # a station does not depend on how many there are
    assert np.array_equal(weather.make(1, 1, days=60)[0].values, one[0].values, equal_nan=True)


@pytest.mark.parametrize("name", weather.CLIMATES)
def test_climates_are_what_they_say(name):
    climate = weather.CLIMATES[name]
    days = weather.weather(climate, 3650, np.random.default_rng(0))
    assert days["air_temperature"].mean() == pytest.approx(climate.mean_c, abs=1.5)
    assert (days["rain"] > 0).mean() == pytest.approx(climate.wet_share, rel=0.3)
    assert days["rain"][days["rain"] > 0].mean() == pytest.approx(climate.rain_mm, rel=0.15)
    assert (days["air_temperature_max"] > days["air_temperature_min"]).all()
    above = np.array([lib.mk_extraterrestrial(climate.latitude, d) for d in range(1, 366)])
    ratio = days["solar"] / np.tile(above, 10)
    assert ratio.min() > 0.05 and ratio.max() < 0.8
    wet = days["rain"] > 0
    assert ratio[wet].mean() < ratio[~wet].mean() - 0.2


def test_soil_answers_to_rain_and_dries():
    (station,) = weather.make(1, 4, days=3000, missing=0.0)
    rain, upper, lower = (station.column(c) for c in ("rain", "soil_moisture_5cm", "soil_moisture_10cm"))
    thawed = station.column("soil_temperature_5cm") > 1
    change = np.diff(upper)
    wet, dry = (rain[1:] > 10) & thawed[1:], (rain[1:] == 0) & (rain[:-1] == 0) & thawed[1:]
    assert change[wet].mean() > 0.02 > 0 > change[dry].mean()
    # the upper layer moves more than the lower
    assert np.diff(upper).std() > np.diff(lower).std()
    assert upper.min() > 0.02 and upper.max() < 0.6


def test_gaps_and_refusals():
    series = weather.make(4, 0, missing=0.1)
    share = np.mean([np.isnan(s.values).mean() for s in series])
    assert 0.05 < share < 0.2
    with pytest.raises(ConfigError, match="Raise the numbers"):
        weather.make(0)
