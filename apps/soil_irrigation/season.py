"""Season comparison: `python -m motekit.apps.soil_irrigation.season`. Everything tuned on other years than are scored.

Odd years of each climate's series (in order) tune, even ones are scored. The controller's two levels and the fixed
threshold are both chosen for each combination of climate, crop and soil, on the same tuning years.
"""

import argparse
import datetime
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from motekit import app as apps
from motekit.core import lib
from motekit.errors import MotekitError
from motekit.post.gardener import GardenerConfig
from motekit.report import results

from . import garden, simulator
from .chain import AppChain
from .field import Day
from .presets import CLIMATES, CROPS, SOILS, Crop, Soil
from .simulator import Plot, Season, Trouble, Weather

#: start and stop, percent of the readily available water, that a combination chooses from
LEVELS = [(45, 20), (50, 30), (60, 35), (65, 45), (75, 50), (85, 60)]
#: what a day of stress costs in mm of water when levels and threshold are chosen
STRESS_MM = 30.0
#: years of a combination at most: on which levels and threshold are chosen, that are scored, that pyfao56 runs
LEVEL_YEARS, THRESHOLD_YEARS, SCORED_YEARS, PERFECT_YEARS = 4, 6, 8, 2
#: share of the available water by which pyfao56 keeps away from stress
PERFECT_MARGIN = 0.08
#: the combination whose first season is drawn
PICTURED = {"climate": "champion", "crop": "tomato", "soil": "loam"}
TROUBLES = {
    "as wired": Trouble(),
    "noise 0.03": Trouble(noise=0.03),
    "drift +0.05": Trouble(drift=0.05),
    "drift -0.05": Trouble(drift=-0.05),
    "root probe fails on day 40": Trouble(fails=40),
}


def split(years: dict[int, Weather]) -> tuple[dict[int, Weather], dict[int, Weather]]:
    """Years to tune on and years to score."""
    order = sorted(years)
    return {year: years[year] for year in order[0::2]}, {year: years[year] for year in order[1::2]}


def spread(years: dict[int, Weather], most: int) -> dict[int, Weather]:
    """So many of some years, evenly over them."""
    order = sorted(years)
    if len(order) <= most:
        return years
    return {order[i]: years[order[i]] for i in np.linspace(0, len(order) - 1, most).round().astype(int)}


def et0_scale(years: Sequence[Weather]) -> float:
    """What Hargreaves has to be multiplied with in a climate (FAO-56 equation 53)."""
    known = sum(year.et0.sum() for year in years)
    estimated = 0
    for year in years:
        for day in range(len(year.et0)):
            above = lib.mk_extraterrestrial(year.latitude, (year.first - 1 + day) % 365 + 1)
            low, high = round(10 * year.t_min[day]), round(10 * year.t_max[day])
            estimated += lib.mk_rootzone_et0(low, high, round(100 * above))
    return float(np.clip(100 * known / estimated, 0.5, 2.0))


class Comparison:
    """One climate and crop, all soils.

    Parameters
    ----------
    chain : AppChain
        Its network, valve, probes and all of [decision] but the levels.
    climate, crop : str
        Names of presets.
    """

    def __init__(self, chain: AppChain, climate: str, crop: str):
        self.chain, self.climate, self.crop = chain, climate, CROPS[crop]
        self.tuning, scored = split(simulator.climate(climate, self.crop))
        self.few, self.more = spread(self.tuning, LEVEL_YEARS), spread(self.tuning, THRESHOLD_YEARS)
        self.scored = spread(scored, SCORED_YEARS)
        self.scale = et0_scale(list(self.tuning.values()))

    def config(self, soil: Soil, start: int, stop: int) -> GardenerConfig:
        """What the device is told."""
        config, crop = self.chain.config, self.crop
        options = {"below": config.zone.below, "trust": config.zone.trust, "et0_scale": self.scale}
        sown, latitude = CLIMATES[self.climate]
        zone = garden.rootzone(crop, soil, sown, simulator.probes_mm(crop), **options)
        return replace(config, zone=zone, latitude=latitude, start=start, stop=stop)

    def device(self, plots: Sequence[Plot], levels: Sequence[tuple[int, int]]) -> list[Season]:
        """Seasons of the compiled controller."""
        gardeners = [
            self.chain.gardener(self.config(plot.soil, *level)) for plot, level in zip(plots, levels, strict=True)
        ]
        counts = lambda moisture: garden.counts_of(self.chain.app, moisture)  # noqa: E731
        return simulator.simulate(plots, self.crop, simulator.Devices(gardeners), counts)

    def tuned(self, soil: Soil) -> tuple[int, int]:
        """The cheapest levels over a few of the tuning years."""
        plots = [Plot(weather, soil, year) for _ in LEVELS for year, weather in self.few.items()]
        seasons = self.device(plots, [level for level in LEVELS for _ in self.few])
        n = len(self.few)
        costs = [simulator.cost(seasons[i * n : (i + 1) * n], STRESS_MM) for i in range(len(LEVELS))]
        return LEVELS[int(np.argmin(costs))]

    def compare(self, soil: Soil) -> dict[str, Any]:
        """Every way of watering over the years that are scored."""
        level, threshold = self.tuned(soil), simulator.tuned_threshold(self.more, soil, self.crop, STRESS_MM)
        plots = [Plot(weather, soil, year) for year, weather in self.scored.items()]
        n = len(plots)
        others = list(self.tuning.values())
        ways = {
            "device": self.device(plots, [level] * n),
            "threshold": simulator.simulate(plots, self.crop, simulator.Thresholds([threshold] * n, [soil] * n)),
            "timer": simulator.simulate(plots, self.crop, simulator.timer(others, self.crop)),
            "timer, rain taken off": simulator.simulate(plots, self.crop, simulator.timer(others, self.crop, 0.8)),
            "pyfao56, perfect knowledge": perfect(plots[:PERFECT_YEARS], self.crop),
        }
        return {
            "years": sorted(self.scored),
            "tuned on": {"device": sorted(self.few), "threshold": sorted(self.more), "timer": sorted(self.tuning)},
            "levels": level,
            "threshold": vars(threshold),
            "ways": {name: means(seasons) for name, seasons in ways.items()},
        }


def perfect(plots: Sequence[Plot], crop: Crop) -> list[Season]:
    """pyfao56's automatic irrigation in its own balance: soil, weather and tomorrow known without error."""
    import pandas as pd
    import pyfao56

    seasons = []
    for plot in plots:
        first = datetime.datetime(2001, 1, 1)
        weather, soil = plot.weather, plot.soil
        stages = list(crop.stages)
        parameters = pyfao56.Parameters(
            Kcbini=max(crop.kc[0] - 0.15, 0.05), Kcbmid=crop.kc[1] - 0.05, Kcbend=crop.kc[2] - 0.05,
            Lini=stages[0], Ldev=stages[1], Lmid=stages[2], Lend=stages[3], hini=0.05, hmax=1.0,
            thetaFC=soil.capacity, thetaWP=soil.wilting,
            theta0=soil.wilting + 0.8 * (soil.capacity - soil.wilting),
            Zrini=crop.roots_m[0], Zrmax=crop.roots_m[1], pbase=crop.share, Ze=0.1, REW=8.0,
        )  # fmt: skip
        table = pyfao56.Weather()
        days = [first + datetime.timedelta(days=i) for i in range(crop.days)]
        table.wdata = pd.DataFrame(
            {"Srad": np.nan, "Tmax": weather.t_max, "Tmin": weather.t_min, "Vapr": np.nan, "Tdew": weather.t_min,
             "RHmax": np.nan, "RHmin": np.nan, "Wndsp": 2.0, "Rain": weather.rain, "ETref": weather.et0,
             "MorP": "M"},
            index=[day.strftime("%Y-%j") for day in days],
        )  # fmt: skip
        table.wndht, table.rfcrp, table.z, table.lat = 2.0, "S", 10.0, weather.latitude
        auto = pyfao56.AutoIrrigate()
        span = (days[0].strftime("%Y-%j"), days[-1].strftime("%Y-%j"))
        auto.addset(*span, alre=False, mad=crop.share - PERFECT_MARGIN, ieff=100 * simulator.EFFICIENCY)
        model = pyfao56.Model(*span, parameters, table, autoirr=auto, cons_p=True)
        model.run()
        found = model.odata
        water = float(found["Irrig"].sum())
        stress = int((found["Dr"] > found["RAW"] + 1e-6).sum())
        seasons.append(Season(water, float(found["DP"].sum()), stress))
    return seasons


def means(seasons: Sequence[Season]) -> dict[str, float]:
    """Water and drainage in mm and days of stress, a season."""
    return {
        "water_mm": round(float(np.mean([s.water for s in seasons])), 1),
        "drained_mm": round(float(np.mean([s.drained for s in seasons])), 1),
        "stress_days": round(float(np.mean([s.stress_days for s in seasons])), 2),
    }


def overall(table: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Means over all combinations, and what the device saves: of the mean water, and the mean of the savings."""
    names = table[0]["ways"]
    mean = {
        name: {key: round(float(np.mean([row["ways"][name][key] for row in table])), 2) for key in names[name]}
        for name in names
    }
    device = np.array([row["ways"]["device"]["water_mm"] for row in table])
    saved = {}
    for name in names:
        if name != "device":
            other = np.array([row["ways"][name]["water_mm"] for row in table])
            saved[name] = {
                "of_all_water": round(float(1 - device.sum() / other.sum()), 4),
                "mean_of_combinations": round(float(np.mean(1 - device / other)), 4),
            }
    return {"mean": mean, "saved": saved}


def degradation(chain: AppChain, levels: dict[tuple[str, str, str], tuple[int, int]], years: int = 2) -> dict[str, Any]:
    """The device with probes that are worse than it was told, over the first scored years of every combination."""
    found: dict[str, list[Season]] = {name: [] for name in TROUBLES}
    for climate in CLIMATES:
        for crop in CROPS:
            one = Comparison(chain, climate, crop)
            some = list(one.scored.items())[:years]
            for name, trouble in TROUBLES.items():
                plots = [Plot(weather, soil, year, trouble) for soil in SOILS.values() for year, weather in some]
                chosen = [levels[climate, crop, soil] for soil in SOILS for _ in some]
                found[name] += one.device(plots, chosen)
    return {name: means(seasons) for name, seasons in found.items()}


def trace(chain: AppChain, row: dict[str, Any]) -> dict[str, Any]:
    """The first scored season of a combination, day by day, for a picture; the levels and threshold are its own."""
    one, soil = Comparison(chain, row["climate"], row["crop"]), SOILS[row["soil"]]
    year = row["years"][0]
    plot = Plot(one.scored[year], soil, year)
    others = list(one.tuning.values())
    ways: dict[str, Any] = {}
    controllers: dict[str, simulator.Controllers] = {
        "device": simulator.Devices([chain.gardener(one.config(soil, *row["levels"]))]),
        "threshold": simulator.Thresholds([simulator.Threshold(**row["threshold"])], [soil]),
        "timer": simulator.timer(others, one.crop),
    }
    counts = lambda moisture: garden.counts_of(chain.app, moisture)  # noqa: E731
    for name, controller in controllers.items():
        days: list[tuple[float, float, float]] = []

        def watch(given: np.ndarray, day: Day, days=days) -> None:
            days.append((float(given[0]), float(day.depletion[0]), float(day.readily[0])))

        frames = counts if name == "device" else None
        (season,) = simulator.simulate([plot], one.crop, controller, frames, watch=watch)
        water, depletion, readily = (np.round(column, 2).tolist() for column in zip(*days, strict=True))
        ways[name] = {"water_mm": water, "depletion_mm": depletion, "readily_mm": readily, "season": means([season])}
    where = {key: row[key] for key in ("climate", "crop", "soil")}
    return {**where, "year": year, "rain_mm": np.round(plot.weather.rain, 1).tolist(), "ways": ways}


def run(chain: AppChain, progress=print) -> dict[str, Any]:
    """The whole comparison."""
    table, levels = [], {}
    for climate in CLIMATES:
        for crop in CROPS:
            one = Comparison(chain, climate, crop)
            for name, soil in SOILS.items():
                row = one.compare(soil)
                table.append({"climate": climate, "crop": crop, "soil": name, **row})
                levels[climate, crop, name] = tuple(row["levels"])
                ways = {way: (v["water_mm"], v["stress_days"]) for way, v in row["ways"].items()}
                progress(f"{climate} {crop} {name} {row['levels']} {ways}")
    return {"combinations": table, **overall(table), "degradation": degradation(chain, levels)}


def main() -> None:
    """Write the comparison into results.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="folder of results.json (default: the app's pretrained)")
    parser.add_argument("--trace", action="store_true", help="only the days of one season, for the picture")
    arguments = parser.parse_args()
    try:
        chain = AppChain(apps.load("soil_irrigation"))
        if arguments.trace:
            found = results.read(chain.app)["season"]
        else:
            found = run(chain, lambda line: print(line, file=sys.stderr, flush=True))
        pictured = next(row for row in found["combinations"] if all(row[key] == PICTURED[key] for key in PICTURED))
        kept = {"season": found, "season_trace": trace(chain, pictured)}
        results.save(arguments.out or chain.app.pretrained, kept)
    except MotekitError as error:
        sys.exit(f"motekit: {error}")
    print(found["mean"], found["saved"])


if __name__ == "__main__":
    main()
