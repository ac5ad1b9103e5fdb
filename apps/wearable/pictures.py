"""Pictures and tables of the app's README, from results.json."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure

from motekit.errors import ConfigError
from motekit.report import plots
from motekit.report.results import markdown, read

from . import energy, motion_pictures

if TYPE_CHECKING:
    from .chain import AppChain


def draw(chain: "AppChain", folder: Path) -> None:
    """Bland-Altman, the traces of the best and the worst recording, and how rhythm is confused."""
    results, name = read(chain.app), chain.app.name
    traces = results["heart_rate"]["traces"]
    plots.save(bland_altman(traces), folder / f"{name}-bland-altman.png")
    error = {trace["name"]: np.mean(np.abs(np.subtract(trace["bpm"], trace["true"]))) for trace in traces}
    ends = [min(error, key=error.get), max(error, key=error.get)]
    shown = [
        (word, trace)
        for word, end in zip(("best", "worst"), ends, strict=True)
        for trace in traces
        if trace["name"] == end
    ]
    plots.save(both_traces(shown), folder / f"{name}-traces.png")
    plots.save(rhythms(results["rhythm_record"]["metrics"]), folder / f"{name}-rhythm.png")
    if "activity_subject" in results:
        shown = motion_pictures.confusion(results["activity_subject"]["metrics"])
        plots.save(shown, folder / f"{name}-activity.png")


def bland_altman(traces: list[dict[str, Any]]) -> Figure:
    """Difference over mean of found and true heart rate, readings and the rest."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    true, bpm, reading = (np.concatenate([trace[key] for trace in traces]) for key in ("true", "bpm", "reading"))
    reading, difference = reading.astype(bool), bpm - true
    for used, colour, label in ((reading, "#2a6f97", "reading"), (~reading, "#e07a5f", "no reading")):
        axes.plot(((bpm + true) / 2)[used], difference[used], ".", markersize=3, color=colour, label=label)
    bias, spread = difference[reading].mean(), difference[reading].std(ddof=1)
    for level, style in ((bias, "-"), (bias - 1.96 * spread, "--"), (bias + 1.96 * spread, "--")):
        axes.axhline(level, color="black", linewidth=0.8, linestyle=style)
    axes.set(xlabel="mean of both, BPM", ylabel="found - true, BPM")
    axes.set_title(f"bias {bias:.2f}, limits of agreement {bias - 1.96 * spread:.1f} to {bias + 1.96 * spread:.1f} BPM")
    axes.legend(loc="lower right")
    return figure


def both_traces(shown: list[tuple[str, dict[str, Any]]]) -> Figure:
    """True and found heart rate over time, one recording above the other."""
    figure = Figure(figsize=(9, 2.6 * len(shown)), layout="constrained")
    for axes, (word, trace) in zip(np.atleast_1d(figure.subplots(len(shown))), shown, strict=True):
        time = 8 + 2 * np.arange(len(trace["true"]))
        bpm, reading = np.array(trace["bpm"]), np.array(trace["reading"], bool)
        axes.plot(time, trace["true"], color="black", linewidth=1, label="ECG")
        axes.plot(time[reading], bpm[reading], ".", color="#2a6f97", label="reading")
        axes.plot(time[~reading], bpm[~reading], ".", color="#e07a5f", label="no reading")
        off = np.abs(bpm - trace["true"]).mean()
        axes.set(xlabel="time in s", ylabel="BPM", title=f"{word}: {trace['name']}, mean error {off:.2f} BPM")
        axes.legend(loc="lower right", fontsize="small")
    return figure


def rhythms(metrics: dict[str, Any]) -> Figure:
    """What becomes of each class: irregular, regular, no reading, as shares of its records."""
    classes = ("atrial_fibrillation", "normal", "other", "noisy")
    flagged = [metrics["sensitivity"], 1 - metrics["specificity"], metrics["other_flagged"], metrics["noisy_flagged"]]
    silent = [metrics[f"no_reading_{name}"] for name in classes]
    shares = np.array([[f, 1 - f - s, s] for f, s in zip(flagged, silent, strict=True)])
    figure = Figure(figsize=(5.6, 3.6), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        count = round(share * metrics[f"records_{classes[row]}"])
        colour = "white" if share > 0.5 else "black"
        axes.text(column, row, f"{count}\n{share:.0%}", ha="center", va="center", color=colour)
    axes.set_xticks(range(3), ["irregular", "regular", "no reading"])
    axes.set_yticks(range(4), [name.replace("_", " ") for name in classes])
    axes.set(title="rhythm, records held out")
    return figure


def figures(chain: "AppChain", name: str) -> str:
    """Markdown tables of "heart", "motions", "recordings", "rhythm", "hrv", "faults", "noise", "energy", of motion.

    Raises
    ------
    ConfigError
        If there is no such table, or its figures were never measured.
    """
    results = read(chain.app)
    if name not in _TABLES:
        raise ConfigError(f"{chain.app.name} has no figures {name!r}. Known: {', '.join(_TABLES)}.")
    try:
        return _TABLES[name](chain, results)
    except KeyError as error:
        raise ConfigError(f"results.json lacks {error}. Measure it: motekit evaluate {chain.app.name}.") from None


def _heart(chain: "AppChain", results: dict[str, Any]) -> str:
    found, m = results["heart_rate"], results["heart_rate"]["metrics"]
    share = f"{m['mae_bpm_recordings_mean']:.2f} +- {m['mae_bpm_recordings_deviation']:.2f}"
    same = "yes" if found["agree"] else "NO"
    rows = [
        ["mean error, every window (100 % coverage)", f"{m['mae_bpm']:.2f} BPM"],
        ["mean error, the surest 90 %", f"{m['mae_bpm_at_90']:.2f} BPM"],
        ["windows that are given as a reading", f"{m['coverage']:.1%}"],
        ["mean error of readings", f"{m['mae_bpm_readings']:.2f} BPM"],
        ["readings wrong by more than 10 BPM", f"{m['wrong_readings']} of {round(m['coverage'] * m['windows'])}"],
        ["mean over recordings, and their deviation", f"{share} BPM"],
        ["worst recording", f"{m['mae_bpm_worst_recording']:.2f} BPM"],
        [f"same bits in {', '.join(found['rows']).replace('float', 'Python')}", same],
    ]
    return markdown([f"{m['recordings']} recordings, {m['windows']} windows", "measured"], rows)


def _motions(chain: "AppChain", results: dict[str, Any]) -> str:
    rows = [
        [kind, m["recordings"], f"{m['mae_bpm']:.2f}", f"{m['mae_bpm_at_90']:.2f}", f"{m['coverage']:.0%}"]
        for key in ("heart_rate", "heart_rate_extra", "heart_rate_synthetic")
        for kind, m in results.get(key, {}).get("motions", {}).items()
    ]
    return markdown(["kind of motion", "recordings", "mean error, BPM", "surest 90 %", "coverage"], rows)


def _recordings(chain: "AppChain", results: dict[str, Any]) -> str:
    rows = [
        [r["name"], f"{r['mae_bpm']:.2f}", f"{r['coverage']:.0%}", r["wrong_readings"]]
        for r in results["heart_rate"]["recordings"]
    ]
    return markdown(["recording", "mean error, BPM", "coverage", "wrong readings"], rows)


def _rhythm(chain: "AppChain", results: dict[str, Any]) -> str:
    m = results["rhythm_record"]["metrics"]

    def interval(name: str) -> str:
        low, high = m[f"{name}_95"]
        return f"{m[name]:.3f} ({low:.3f} to {high:.3f})"

    rows = [
        ["AUROC, atrial fibrillation against normal", f"{m['auroc']:.3f}"],
        ["the same, records without a reading ranked last", f"{m['auroc_all']:.3f}"],
        ["sensitivity (no reading counts as missed)", interval("sensitivity")],
        ["specificity", interval("specificity")],
        ["other rhythms flagged", interval("other_flagged")],
        ["noisy records flagged", interval("noisy_flagged")],
        ["records of atrial fibrillation without a reading", f"{m['no_reading_atrial_fibrillation']:.1%}"],
        ["noisy records without a reading", f"{m['no_reading_noisy']:.1%}"],
    ]
    return markdown([f"{results['rhythm_record']['folds']} folds by record, 95 % by Wilson", "measured"], rows)


def _hrv(chain: "AppChain", results: dict[str, Any]) -> str:
    m = results["hrv"]["metrics"]
    rows = [
        [
            kind,
            *(f"{m[f'mae_{value}_ms_{kind}']:.1f}" for value in ("mean_rr", "sdnn", "rmssd")),
            f"{m[f'irregular_{kind}']:.0%}",
        ]
        for kind in ("sinus", "ectopic", "af")
    ]
    return markdown(["synthetic people, sitting", "mean RR, ms off", "SDNN", "RMSSD", "said to be irregular"], rows)


def _faults(chain: "AppChain", results: dict[str, Any]) -> str:
    rows = []
    for name, row in results["faults"]["table"].items():
        near = row["near"]
        told = near["mae_bpm_readings"]
        rows.append(
            [
                name,
                f"{near['coverage']:.0%}",
                "" if told is None else f"{told:.2f}",
                near["wrong_readings"],
                f"{row['coverage']:.0%}",
                row["wrong_readings"],
                row["wrong_readings_by_true_clock"],
            ]
        )
    columns = ["fault", "coverage near it", "error of readings, BPM", "wrong near it", "coverage, all", "wrong, all"]
    columns.append("by a true clock")
    return markdown(columns, rows)


def _noise(chain: "AppChain", results: dict[str, Any]) -> str:
    rows = []
    for name, row in results["faults"]["noise"].items():
        wrong = f"{row['wrong_readings']} of {round(row['coverage'] * row['windows'])}"
        rows.append([name, f"{row['mae_bpm']:.2f}", f"{row['coverage']:.0%}", wrong])
    return markdown(["for a minute in the pulse waves", "mean error, BPM", "coverage", "wrong readings"], rows)


def _energy(chain: "AppChain", results: dict[str, Any]) -> str:
    instructions = results["cost"]["mps2_an386"]["instructions_per_window"]
    rows = []
    for found in chain.energy(instructions):
        light = found["light"]
        always = light["on_s"] == light["every_s"]
        word = "always" if always else f"{light['on_s']:g} s every {light['every_s'] / 60:g} minutes"
        parts = ", ".join(
            f"{name.replace('_', ' ')} {value:g}" for name, value in found["ma"].items() if name != "total"
        )
        rows.append([word, f"{found['ma']['total']:g}", f"{found['days']:g}", f"{found['asleep']:.1%}", parts])
    table = markdown(["light on", "mA", "days on 100 mAh", "processor asleep", "of which, mA"], rows)
    sources = "".join(f"- {source}\n" for source in chain.app.declared["energy"]["sources"])
    return f"{table}\n{energy.NOTE} From:\n\n{sources}"


_TABLES = {
    "heart": _heart,
    "motions": _motions,
    "recordings": _recordings,
    "rhythm": _rhythm,
    "hrv": _hrv,
    "faults": _faults,
    "noise": _noise,
    "energy": _energy,
    **motion_pictures.TABLES,
}
