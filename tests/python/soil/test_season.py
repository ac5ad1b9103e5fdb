"""The season simulator: its field keeps its water, its controllers keep their rules."""

import numpy as np
import pytest

from motekit.apps.soil_irrigation import simulator
from motekit.apps.soil_irrigation.field import LAYER_MM, Field
from motekit.apps.soil_irrigation.presets import CLIMATES, CROPS, SOILS
from motekit.errors import DataError

MAIZE, LOAM = CROPS["maize"], SOILS["loam"]


def drought(crop, et0=6.0) -> simulator.Weather:
    return simulator.Weather(np.zeros(crop.days), np.full(crop.days, et0), np.full(crop.days, 12.0))


def test_crops_follow_their_line():
    assert [MAIZE.coefficient(d) for d in (0, 29, 30, 70, 119, 150)] == pytest.approx(
        [0.3, 0.3, 0.3, 1.2, 1.2, 0.6], abs=0.03
    )
    assert MAIZE.roots(0) == 0.3 and MAIZE.roots(100) == 1.0
    assert np.all(np.diff([MAIZE.roots(d) for d in range(150)]) >= 0)


def test_no_water_is_made_or_lost():
    rng = np.random.default_rng(0)
    for soil in SOILS.values():
        field = Field(soil, MAIZE, start=0.3)
        for _ in range(MAIZE.days):
            before = field.water.sum() * LAYER_MM
            # too little to reach the bottom of a dry column
            rain = float(rng.choice([0.0, 0.0, 2.0, 4.0]))
            day = field.step(rain, 0.0, 5.0)
            assert field.water.sum() * LAYER_MM == pytest.approx(before + rain - day.used, abs=1e-9)
            assert day.used >= 0 and day.depletion >= 0
            assert (field.water >= 0.49 * soil.wilting).all() and (field.water <= soil.saturation + 1e-9).all()


def test_a_flood_fills_and_drains_and_a_drought_stresses():
    field = Field(LOAM, MAIZE)
    drained = sum(field.step(60.0, 0.0, 3.0).drained for _ in range(5))
    assert drained > 100 and field.step(0, 0, 3.0).depletion < 10
    days = [field.step(0.0, 0.0, 6.0) for _ in range(120)]
    assert days[-1].stressed and not days[0].stressed
    assert days[-1].used < 0.3 * days[60].used or days[-1].used < 1


def test_seasons_of_the_aquacrop_series():
    for name in CLIMATES:
        years = simulator.climate(name, MAIZE)
        assert len(years) >= 8
        for weather in years.values():
            assert len(weather.rain) == len(weather.et0) == MAIZE.days
            assert weather.rain.min() >= 0 and 0 < weather.et0.mean() < 12
    # a season across the turn of the year is whole
    assert np.mean([w.et0.mean() for w in simulator.climate("cordoba", MAIZE).values()]) > 3
    with pytest.raises(DataError, match="no weather of atlantis"):
        CLIMATES["atlantis"] = (1, 0.0)
        try:
            simulator.climate("atlantis", MAIZE)
        finally:
            del CLIMATES["atlantis"]


def test_the_timer_gives_the_need_of_other_years():
    dry = drought(MAIZE)
    control = simulator.timer([dry, dry], MAIZE)
    given = sum(control(day, None) for day in range(MAIZE.days))
    need = sum(MAIZE.coefficient(d) * 6.0 for d in range(MAIZE.days)) / simulator.EFFICIENCY
    assert given == pytest.approx(need, rel=0.03)
    assert simulator.simulate(dry, LOAM, MAIZE, control, 1).stress_days < 30


def test_the_controller_waters_a_drought_without_stress_and_a_wet_season_hardly():
    dry = drought(MAIZE)
    season = simulator.simulate(dry, LOAM, MAIZE, simulator.Controlled(LOAM, MAIZE, simulator.FIELD), 2)
    without = simulator.simulate(dry, LOAM, MAIZE, lambda day, morning: 0.0, 2)
    need = sum(MAIZE.coefficient(d) * 6.0 for d in range(MAIZE.days)) / simulator.EFFICIENCY
    assert season.stress_days <= 0.1 * without.stress_days and 0.6 * need < season.water < 1.1 * need
    wet = simulator.Weather(np.full(MAIZE.days, 7.0), np.full(MAIZE.days, 3.0), np.full(MAIZE.days, 12.0))
    assert simulator.simulate(wet, LOAM, MAIZE, simulator.Controlled(LOAM, MAIZE, simulator.FIELD), 2).water < 60
    frost = simulator.Weather(dry.rain, dry.et0, np.full(MAIZE.days, -8.0))
    assert simulator.simulate(frost, LOAM, MAIZE, simulator.Controlled(LOAM, MAIZE, simulator.FIELD), 2).water == 0


def test_the_same_season_is_the_same():
    weather = simulator.climate("tunis", MAIZE)[1990]
    once, again, other = (
        simulator.simulate(weather, LOAM, MAIZE, simulator.threshold(LOAM, MAIZE, 0.6, 20.0), seed)
        for seed in (1, 1, 2)
    )
    assert once == again != other
    assert simulator.cost([once]) == once.water + 15 * once.stress_days
