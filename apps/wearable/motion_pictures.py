"""Pictures and tables of activity, steps, falls and sleep for the app's README, from results.json."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from motekit.report.results import markdown

from .activity import LABELS
from .steps import GAITS

if TYPE_CHECKING:
    from .chain import AppChain


def confusion(metrics: dict[str, Any]) -> Figure:
    """Which activity is decided for which, as shares of the true one's ticks."""
    counts = np.array(metrics["confusion"], float)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    figure = Figure(figsize=(5.6, 4.6), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        axes.text(column, row, f"{share:.0%}", ha="center", va="center", color="white" if share > 0.5 else "black")
    axes.set_xticks(range(len(LABELS)), LABELS, rotation=30)
    axes.set_yticks(range(len(LABELS)), LABELS)
    axes.set(xlabel="decided", ylabel="true", title="activity, subjects held out")
    return figure


def activity_table(chain: "AppChain", results: dict[str, Any]) -> str:
    """Cross-validation over subjects."""
    found = results["activity_subject"]
    m, rows = found["metrics"], found["rows"]
    low = sorted(m["subjects"].values())
    lines = [
        ["macro-F1 of the smoothed decisions, int8", f"{m['macro_f1']:.3f}"],
        ["the same, float network", f"{rows['float']['macro_f1']:.3f}"],
        ["macro-F1 of single windows of 4 s, int8", f"{m['macro_f1_window']:.3f}"],
        ["accuracy of the smoothed decisions", f"{m['accuracy']:.3f}"],
        ["worst subject, and the next two", ", ".join(f"{v:.2f}" for v in low[:3])],
        ["subjects below 0.70", f"{sum(v < 0.7 for v in low)} of {len(low)}"],
        ["from a new activity to its report, median", f"{m['delay_s']:g} s"],
        ["activities never reported", f"{m['never_found']:.1%}"],
        [
            "changes reported an hour, and how many there are",
            f"{m['changes_per_hour']:.0f}, {m['changes_per_hour_true']:.0f}",
        ],
        *([f"F1, {name}", f"{value:.3f}"] for name, value in m["f1"].items()),
    ]
    if whole := results.get("activity"):
        boards = ", ".join(name for name in whole["rows"] if name != "float")
        same = "yes" if whole["agree"] else "NO"
        lines.append([f"bit for bit the same over all {whole['data']['groups']} subjects: {boards}", same])
    head = f"{found['folds']} folds, {found['data']['groups']} subjects, {found['data']['windows']} windows"
    return markdown([head, "measured"], lines)


def steps_table(chain: "AppChain", results: dict[str, Any]) -> str:
    """Steps and cadence by gait."""
    m = results["steps"]["metrics"]
    lines = [
        [gait, f"{e['step_error']:.1%}", f"{e['step_bias']:+.1%}", f"{e['cadence_error']:.1%}"]
        for gait, e in ((gait, m["gaits"][gait]) for gait in GAITS)
    ]
    lines.append(["all together", f"{m['step_error']:.1%}", f"{m['step_bias']:+.1%}", ""])
    return markdown(["synthetic people, a minute each", "steps, mean error", "bias", "cadence, mean error"], lines)


def falls_table(chain: "AppChain", results: dict[str, Any]) -> str:
    """Falls found, and false alarms."""
    made, real = results["falls"]["metrics"], results["falls_nobody"]["metrics"]
    low, high = made["sensitivity_95"]
    return markdown(
        ["falls", "measured"],
        [
            [f"synthetic falls found, of {made['falls']}", f"{made['sensitivity']:.0%} ({low:.0%} to {high:.0%})"],
            [
                f"false alarms an hour, synthetic people who knock and flop ({made['hours']:.1f} h)",
                f"{made['false_alarms_per_hour']:.1f}",
            ],
            [
                f"false alarms an hour, real people, none of whom falls ({real['hours']:.1f} h)",
                f"{real['false_alarms_per_hour']:.1f}",
            ],
        ],
    )


def sleep_table(chain: "AppChain", results: dict[str, Any]) -> str:
    """Both rules on synthetic nights."""
    m = results["sleep"]["metrics"]
    lines = [
        [rule, f"{e['accuracy']:.3f}", f"{e['sensitivity']:.3f}", f"{e['specificity']:.3f}", f"{e['kappa']:.2f}"]
        for rule, e in m["rules"].items()
    ]
    head = [f"{m['nights']} synthetic nights", "accuracy", "sleep found", "wake found", "kappa"]
    return markdown(head, lines)


TABLES = {"activity": activity_table, "steps": steps_table, "falls": falls_table, "sleep": sleep_table}
