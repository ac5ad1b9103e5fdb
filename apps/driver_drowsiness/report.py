"""Figures of documents, from pretrained/results.json."""

from typing import Any

from motekit.app import App
from motekit.errors import ConfigError
from motekit.report.results import markdown, read


def figures(app: App, name: str) -> str:
    """Markdown of a table: `subjects`, `finding`, `logic`."""
    tables = {"subjects": _subjects, "finding": _finding, "logic": _logic}
    if name not in tables:
        raise ConfigError(f"{app.name} has no figures {name!r}. Known: {', '.join(tables)}.")
    return tables[name](read(app))


def _subjects(content: dict[str, Any]) -> str:
    keys = ("accuracy", "auroc", "worst_group", "accuracy_glasses", "accuracy_no_glasses")
    found = content["subject"]
    rows = [
        [runtime, row["windows"], row["groups"], *(row.get(key) for key in keys)]
        for runtime, row in found["rows"].items()
    ]
    return markdown(
        ["runtime", "pictures", "people", "accuracy", "AUROC", "worst person", "glasses", "no glasses"], rows
    )


def _finding(content: dict[str, Any]) -> str:
    found = content["finding"]["metrics"]
    names = {
        "frames": "frames with eyes",
        "found": "eyes found in",
        "within_10_percent": "of these within 10 % of an eye's width",
        "within_10_percent_of_all": "of all frames within 10 %",
        "median_error_eye_widths": "median error, eye widths",
        "p95_error_eye_widths": "95 % of errors below, eye widths",
        "frames_without_eyes": "frames without eyes",
        "false_eyes": "eyes found in these",
    }
    return markdown(["what", "measured"], [[text, found[key]] for key, text in names.items()])


def _logic(content: dict[str, Any]) -> str:
    keys = ("mae_perclos_points", "p95_perclos_points", "bias_perclos_points", "alarms_per_hour", "microsleeps")
    rows = [
        [name.replace("_", " "), *(row[key] for key in keys), row["microsleeps_found"]]
        for name, row in content["logic"]["rows"].items()
    ]
    head = [
        "driver",
        "PERCLOS, mean error, points",
        "95 % below",
        "bias",
        "alarms an hour",
        "microsleeps",
        "found in 2 s",
    ]
    return markdown(head, rows)
