"""Figures and pictures of the README, from pretrained/results.json."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from motekit.app import App
from motekit.errors import ConfigError
from motekit.report.results import markdown, read

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: ways of watering, as results.json and as people call them
WAYS = {
    "device": "this device",
    "threshold": "best fixed threshold, tuned on other years",
    "timer": "timer: the crop's mean weekly need (FAO-56, other years)",
    "timer, rain taken off": "timer: that need less four fifths of the mean rain",
    "pyfao56, perfect knowledge": "pyfao56's automatic irrigation, perfect knowledge",
}
_METRICS = ("rmse_5cm_24h", "rmse_5cm_72h", "rmse_10cm_24h", "rmse_10cm_72h")
_COLOURS = {"device": "tab:blue", "threshold": "tab:orange", "timer": "tab:red"}


def figures(app: App, name: str) -> str:
    """Markdown of a table: `forecast`, `sensors`, `seasons`, `climates`, `combinations`, `probes`, `uno`, `faults`,
    `current`.
    """
    tables = {
        "forecast": _forecast,
        "sensors": _sensors,
        "seasons": _seasons,
        "climates": _climates,
        "combinations": _combinations,
        "probes": _probes,
        "uno": _uno,
        "faults": _faults,
        "current": _current,
    }
    if name not in tables:
        raise ConfigError(f"{app.name} has no figures {name!r}. Known: {', '.join(tables)}.")
    return tables[name](read(app))


def _forecast(content: dict[str, Any]) -> str:
    found = content["station"]
    metrics = found["metrics"]
    ways = {"network, int8 in C": metrics, "the same in float": found["rows"]["float"]}
    ways |= {name: metrics[key] for name, key in (("ridge regression", "ridge"), ("FAO-56 bucket", "bucket"),
                                                  ("persistence", "persistence"))}  # fmt: skip
    rows = [[way, *(f"{scores[name]:.4f}" for name in _METRICS)] for way, scores in ways.items()]
    rows.append(["int8 / persistence", *(f"{metrics[n] / metrics['persistence'][n]:.3f}" for n in _METRICS)])
    head = f"m3/m3; {found['data']['groups']} stations, {found['folds']} folds by station"
    return markdown([head, "5 cm 24 h", "5 cm 72 h", "10 cm 24 h", "10 cm 72 h"], rows)


def _sensors(content: dict[str, Any]) -> str:
    found = content["station"]
    rows = [["all", *(f"{found['metrics'][name]:.4f}" for name in _METRICS)]]
    rows += [
        [f"without {sensor}", *(f"{scores[name]:.4f}" for name in _METRICS)]
        for sensor, scores in found["without_a_sensor"].items()
    ]
    return markdown(["sensors", "5 cm 24 h", "5 cm 72 h", "10 cm 24 h", "10 cm 72 h"], rows)


def _seasons(content: dict[str, Any]) -> str:
    mean, saved = content["season"]["mean"], content["season"]["saved"]
    rows = [
        [
            title,
            f"{mean[way]['water_mm']:.0f}",
            f"{saved[way]['of_all_water']:+.1%}" if way in saved else "",
            f"{mean[way]['stress_days']:.2f}",
            f"{mean[way]['drained_mm']:.0f}",
        ]
        for way, title in WAYS.items()
    ]
    return markdown(["way", "water, mm", "saved by the device", "stress days", "drained, mm"], rows)


def _of_ways(content: dict[str, Any], keys: tuple[str, ...]) -> str:
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in content["season"]["combinations"]:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    rows = []
    for names, same in groups.items():
        water = {way: sum(row["ways"][way]["water_mm"] for row in same) for way in ("device", "threshold", "timer")}
        shown = []
        for way in WAYS:
            mean = (float(np.mean([row["ways"][way][key] for row in same])) for key in ("water_mm", "stress_days"))
            shown.append("{:.0f} / {:.1f}".format(*mean))
        saved = [f"{1 - water['device'] / water[way]:+.0%}" for way in ("timer", "threshold")]
        rows.append([*names, *shown, *saved])
    head = ["device", "threshold", "timer", "timer less rain", "pyfao56", "saved: timer", "saved: threshold"]
    return markdown([*keys, *head], rows)


def _climates(content: dict[str, Any]) -> str:
    return _of_ways(content, ("climate",))


def _combinations(content: dict[str, Any]) -> str:
    return _of_ways(content, ("climate", "crop", "soil"))


def _probes(content: dict[str, Any]) -> str:
    rows = [
        [name, f"{one['water_mm']:.0f}", f"{one['stress_days']:.1f}", f"{one['drained_mm']:.0f}"]
        for name, one in content["season"]["degradation"].items()
    ]
    return markdown(["probes", "water, mm", "stress days", "drained, mm"], rows)


def _uno(content: dict[str, Any]) -> str:
    found = content["uno_replay"]
    same = {board: all(equal.values()) for board, equal in found["equal"].items()}
    stack = max(found["stack"], content["uno_energy"]["live_stack"])
    rows = [
        ["flash, bytes", found["flash"], "30,720"],
        ["RAM with the measured stack, bytes", found["static_ram"] + stack, "1,600"],
        ["an hour with forecast and decision, ms", found["longest_hour_ms"], "200"],
        ["a day's 24 hours together, ms", found["day_ms"], ""],
        [
            f"hours of a season replayed ({found['forecasts']} forecasts, {found['openings']} openings)",
            found["hours"],
            "",
        ],
        ["every bit Python's, on the host and on the Uno", "yes" if all(same.values()) else f"no: {same}", "yes"],
    ]
    return markdown(["ATmega328P at 16 MHz, in simavr", "measured", "must hold"], rows)


def _faults(content: dict[str, Any]) -> str:
    found = content["uno_faults"]
    rows = [
        ["sequences of hours", found["sequences"]],
        ["power cuts / other resets", f"{found['power_cuts']} / {found['watchdog_resets']}"],
        ["openings of the valve", found["openings"]],
        [f"longest opening, s (limit {found['limit_s']} s)", found["longest_open_s"]],
        ["soonest opening after a reset, s", found["soonest_after_a_reset_s"]],
        ["open for too long, or after a reset", len(found["wrong"])],
    ]
    return markdown(["random faults on the Uno's image", "found"], rows)


def _current(content: dict[str, Any]) -> str:
    found = content["uno_energy"]
    parts = list(next(iter(found["ua"].values())))
    rows = [[name, *(f"{about[part]:.1f}" for part in parts)] for name, about in found["ua"].items()]
    lines = [found["note"], f"The valve is open for {found['open_s_a_day']:,} s a day.", *found["sources"]]
    return markdown(["uA", *parts], rows) + "\n" + " ".join(f"{line.rstrip('.')}." for line in lines) + "\n"


def draw(app: App, folder: Path) -> None:
    """Pictures of the README: one season day by day, and the water of every combination."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    content = read(app)
    for name, size, rows, painter, found in (
        ("season", (9, 7), 4, _draw_season, content["season_trace"]),
        ("combinations", (9, 8), 2, _draw_combinations, content["season"]),
    ):
        shape = {"nrows": rows, "sharex": True} if rows > 2 else {"ncols": rows, "sharey": True}
        figure, axes = plt.subplots(**shape, figsize=size, constrained_layout=True)
        painter(axes, found)
        figure.savefig(folder / f"{app.name}-{name}.png", dpi=100)
        plt.close(figure)


def _draw_season(axes: "Sequence[Axes]", found: dict[str, Any]) -> None:
    rain, *ways = axes
    days = np.arange(len(found["rain_mm"]))
    rain.bar(days, found["rain_mm"], color="tab:gray", width=1.0)
    rain.set_ylabel("rain, mm")
    where = f"{found['crop']} in {found['soil']}, {found['climate']} {found['year']}"
    rain.set_title(f"{where}, a year nothing was tuned on", fontsize=9)
    for axis, (name, way) in zip(ways, found["ways"].items(), strict=True):
        depletion, readily = np.array(way["depletion_mm"]), np.array(way["readily_mm"])
        axis.plot(days, depletion, color=_COLOURS[name], label="missing in the root zone")
        axis.plot(days, readily, color="black", linestyle="--", linewidth=0.8, label="readily available")
        axis.fill_between(days, depletion, readily, where=list(depletion > readily), color="tab:red", alpha=0.4)
        axis.bar(days, way["water_mm"], color="tab:cyan", width=1.0, label="irrigation")
        total = way["season"]
        axis.set_title(f"{name}: {total['water_mm']:.0f} mm, {total['stress_days']:.0f} days of stress, "
                       f"{total['drained_mm']:.0f} mm drained", fontsize=9)  # fmt: skip
        axis.set_ylabel("mm")
    ways[0].legend(fontsize=7, ncols=3, loc="upper left", bbox_to_anchor=(0.0, 1.02))
    ways[0].set_ylim(0, 66)
    ways[-1].set_xlabel("day of the season")


def _draw_combinations(axes: "Sequence[Axes]", found: dict[str, Any]) -> None:
    rows = found["combinations"]
    at = -np.arange(len(rows))
    for axis, key, label in zip(axes, ("water_mm", "stress_days"), ("water, mm", "days of stress"), strict=True):
        for name in ("timer", "threshold", "device"):
            axis.scatter([row["ways"][name][key] for row in rows], at, s=16, color=_COLOURS[name], label=name)
        for line in at[3::3]:
            axis.axhline(line + 0.5, color="lightgray", linewidth=1.2 if -line % 9 == 0 else 0.5)
        axis.set_xlabel(f"{label} in a season")
        axis.grid(axis="x", alpha=0.3)
    axes[0].set_yticks(at, [f"{row['climate']}, {row['crop']}, {row['soil']}" for row in rows], fontsize=7)
    axes[0].legend(fontsize=7, loc="upper right")
