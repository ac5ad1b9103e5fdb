"""The season simulator: its field keeps its water, its controllers keep their rules."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motekit import app as apps
from motekit.apps.soil_irrigation import garden, season, simulator
from motekit.apps.soil_irrigation.chain import AppChain
from motekit.apps.soil_irrigation.field import LAYER_MM, Fields
from motekit.apps.soil_irrigation.presets import CLIMATES, CROPS, SOILS
from motekit.errors import ConfigError, DataError
from motekit.post.gardener import CHANNELS

MAIZE, LOAM = CROPS["maize"], SOILS["loam"]


def drought(crop, et0=6.0) -> simulator.Weather:
    days = crop.days
    return simulator.Weather(np.zeros(days), np.full(days, et0), np.full(days, 12.0), np.full(days, 30.0), 95, 36.8)


def test_crops_follow_their_line():
    assert [MAIZE.coefficient(d) for d in (0, 29, 30, 70, 119, 150)] == pytest.approx(
        [0.3, 0.3, 0.3, 1.2, 1.2, 0.6], abs=0.03
    )
    assert MAIZE.roots(0) == 0.3 and MAIZE.roots(100) == 1.0
    assert np.all(np.diff([MAIZE.roots(d) for d in range(150)]) >= 0)


def test_no_water_is_made_or_lost():
    rng = np.random.default_rng(0)
    fields = Fields(list(SOILS.values()), MAIZE, start=0.3)
    for _ in range(MAIZE.days):
        before = fields.water.sum(1) * LAYER_MM
        # too little to reach the bottom of a dry column
        rain = rng.choice([0.0, 0.0, 2.0, 4.0], 3)
        day = fields.step(rain, np.zeros(3), np.full(3, 5.0))
        np.testing.assert_allclose(fields.water.sum(1) * LAYER_MM, before + rain - day.used, atol=1e-9)
        assert (day.used >= 0).all() and (day.depletion >= 0).all()
        assert (fields.water >= 0.49 * fields.wilting[:, None]).all()
        assert (fields.water <= fields.saturation[:, None] + 1e-9).all()


def test_a_field_among_others_is_the_same():
    rng = np.random.default_rng(1)
    together, alone = Fields(list(SOILS.values()), MAIZE), Fields([SOILS["loam"]], MAIZE)
    for _ in range(60):
        rain, et0 = rng.gamma(0.5, 8, 3), rng.uniform(2, 8, 3)
        day, one = together.step(rain, np.zeros(3), et0), alone.step(rain[1:2], np.zeros(1), et0[1:2])
        assert day.depletion[1] == one.depletion[0] and day.drained[1] == one.drained[0]


def test_a_flood_fills_and_drains_and_a_drought_stresses():
    field = Fields([LOAM], MAIZE)
    none = np.zeros(1)
    drained = sum(field.step(none + 60, none, none + 3).drained[0] for _ in range(5))
    assert drained > 100 and field.step(none, none, none + 3).depletion[0] < 10
    days = [field.step(none, none, none + 6) for _ in range(120)]
    assert days[-1].stressed[0] and not days[0].stressed[0]
    assert days[-1].used[0] < 0.3 * days[60].used[0] or days[-1].used[0] < 1


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


def alone(weather, controllers, seed=1, counts=None, **trouble) -> simulator.Season:
    plot = simulator.Plot(weather, LOAM, seed, simulator.Trouble(**trouble))
    return simulator.simulate([plot], MAIZE, controllers, counts)[0]


def test_the_timer_gives_the_need_of_other_years():
    dry = drought(MAIZE)
    control = simulator.timer([dry, dry], MAIZE)
    given = sum(control.morning(day, None, np.zeros((1, 3)))[0] for day in range(MAIZE.days))
    need = sum(MAIZE.coefficient(d) * 6.0 for d in range(MAIZE.days)) / simulator.EFFICIENCY
    assert given == pytest.approx(need, rel=0.03)
    assert alone(dry, control).stress_days < 30
    wet = replace(dry, rain=np.full(MAIZE.days, 2.0))
    assert simulator.timer([wet], MAIZE, 0.8).weekly.sum() < 0.8 * simulator.timer([wet], MAIZE).weekly.sum()


@pytest.fixture(scope="module")
def chain() -> AppChain:
    return AppChain(apps.load("soil_irrigation"))


def devices(chain, **options) -> simulator.Devices:
    zone = garden.rootzone(MAIZE, LOAM, 95, simulator.probes_mm(MAIZE), trust=0.1)
    return simulator.Devices([chain.gardener(replace(chain.config, zone=zone, latitude=36.8, **options))])


def test_the_controller_waters_a_drought_without_stress_and_a_wet_season_hardly(chain):
    counts = lambda moisture: garden.counts_of(chain.app, moisture)  # noqa: E731
    dry = drought(MAIZE)
    season = alone(dry, devices(chain), counts=counts)
    nothing = alone(dry, simulator.Timers(np.zeros(MAIZE.days // 7 + 1)))
    need = sum(MAIZE.coefficient(d) * 6.0 for d in range(MAIZE.days)) / simulator.EFFICIENCY
    assert season.stress_days <= 0.1 * nothing.stress_days and 0.6 * need < season.water < 1.15 * need
    wet = replace(dry, rain=np.full(MAIZE.days, 7.0), et0=np.full(MAIZE.days, 3.0))
    assert alone(wet, devices(chain), counts=counts).water < 60
    frost = replace(dry, t_min=np.full(MAIZE.days, -8.0), t_max=np.full(MAIZE.days, 0.5))
    assert alone(frost, devices(chain), counts=counts).water == 0
    # a broken probe is a pause, not the end
    assert alone(dry, devices(chain), counts=counts, fails=40).water > 0.5 * need


def test_the_same_season_is_the_same(chain):
    weather = simulator.climate("tunis", MAIZE)[1990]
    control = simulator.Thresholds([simulator.Threshold(0.6, 20.0)], [LOAM])
    once, again, other = (alone(weather, control, seed) for seed in (1, 1, 2))
    assert once == again != other
    assert simulator.cost([once], 15.0) == once.water + 15 * once.stress_days


def test_hours_keep_their_days():
    weather = simulator.climate("champion", MAIZE)[1990]
    frames = simulator.hours_of(weather, np.random.default_rng(0))
    at = {name: i for i, name in enumerate(CHANNELS)}
    assert frames.shape == (MAIZE.days, 24, len(CHANNELS)) and (np.diff(frames[0, :, 0]) == 1).all()
    np.testing.assert_allclose(frames[:, :, at["rain"]].sum(1), 10 * weather.rain, atol=2)
    np.testing.assert_allclose(frames[:, :, at["air"]].max(1), 10 * weather.t_max, atol=2)
    np.testing.assert_allclose(frames[:, :, at["air"]].min(1), 10 * weather.t_min, atol=2)
    assert (frames[:, 0, at["light"]] == 0).all() and (frames[:, 12, at["light"]] > 100).all()


def test_no_year_is_both_tuned_on_and_scored():
    years = simulator.climate("tunis", MAIZE)
    tuning, scored = season.split(years)
    assert not set(tuning) & set(scored) and set(tuning) | set(scored) == set(years)
    assert set(season.spread(scored, 3)) <= set(scored) and len(season.spread(scored, 3)) == 3
    assert 0.8 < season.et0_scale(list(tuning.values())) < 1.3


def test_the_committed_comparison_holds_the_bars():
    """Figures of `python -m motekit.apps.soil_irrigation.season`: every combination is there, none is left out."""
    found = json.loads((Path(season.__file__).parent / "pretrained" / "results.json").read_text())["season"]
    shown = {(row["climate"], row["crop"], row["soil"]) for row in found["combinations"]}
    assert shown == {(a, b, c) for a in CLIMATES for b in CROPS for c in SOILS} and len(shown) == 45
    for row in found["combinations"]:
        assert not set(row["years"]) & set(row["tuned on"]["timer"])
    mean, saved = found["mean"], found["saved"]
    assert saved["timer"]["of_all_water"] >= 0.20 and saved["threshold"]["of_all_water"] >= 0.05
    assert mean["device"]["stress_days"] <= min(mean["timer"]["stress_days"], mean["threshold"]["stress_days"])


def test_perfect_knowledge_by_pyfao56_keeps_a_drought_from_stress():
    dry = drought(MAIZE)
    found = season.perfect([simulator.Plot(dry, LOAM, 1)], MAIZE)[0]
    need = sum(MAIZE.coefficient(d) * 6.0 for d in range(MAIZE.days)) / simulator.EFFICIENCY
    assert found.stress_days <= 3 and 0.7 * need < found.water < 1.5 * need


def test_the_pictured_season_is_the_combinations_own():
    chain = AppChain(apps.load("soil_irrigation"))
    committed = json.loads((chain.app.pretrained / "results.json").read_text())
    row = next(r for r in committed["season"]["combinations"] if all(r[k] == v for k, v in season.PICTURED.items()))
    found = season.trace(chain, row)
    assert found == committed["season_trace"]
    one = season.Comparison(chain, row["climate"], row["crop"])
    plot = simulator.Plot(one.scored[found["year"]], SOILS[row["soil"]], found["year"])
    (alone,) = one.device([plot], [tuple(row["levels"])])
    device = found["ways"]["device"]
    assert sum(device["water_mm"]) == pytest.approx(alone.water, abs=0.5)
    stressed = np.array(device["depletion_mm"]) > np.array(device["readily_mm"])
    assert stressed.sum() == alone.stress_days and len(stressed) == len(found["rain_mm"])


def test_figures_and_pictures_come_from_the_results(tmp_path):
    chain = AppChain(apps.load("soil_irrigation"))
    committed = json.loads((chain.app.pretrained / "results.json").read_text())
    assert chain.figures("combinations").count("\n") == 2 + 45
    assert f"| {committed['season']['mean']['device']['water_mm']:.0f} |" in chain.figures("seasons")
    assert f"{committed['season']['saved']['timer']['of_all_water']:+.1%}" in chain.figures("seasons")
    assert f"{committed['station']['metrics']['rmse_5cm_24h']:.4f}" in chain.figures("forecast")
    with pytest.raises(ConfigError, match="weather"):
        chain.figures("weather")
    chain.draw(tmp_path)
    names = {"soil_irrigation-season.png", "soil_irrigation-combinations.png"}
    assert {path.name for path in tmp_path.iterdir()} == names
