"""Figures and pictures of documents, from pretrained/results.json."""

from pathlib import Path
from typing import Any

from motekit.app import App
from motekit.errors import ConfigError
from motekit.report.results import markdown, read


def figures(app: App, name: str) -> str:
    """Markdown of a table: `splits`, `noise`, `machines`, `cues`, `committed`, `anomaly`, `autoencoder`."""
    tables = {
        "splits": _splits,
        "noise": _conditions,
        "machines": _machines,
        "cues": _cues,
        "committed": _committed,
        "anomaly": _anomaly,
        "autoencoder": _autoencoder,
    }
    if name not in tables:
        raise ConfigError(f"{app.name} has no figures {name!r}. Known: {', '.join(tables)}.")
    return tables[name](read(app))


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _splits(content: dict[str, Any]) -> str:
    rows = []
    for split in ("load", "diameter"):
        for fold in (*content[split]["folds"], None):
            row = content[split]["rows"]["host"] if fold is None else fold["rows"]["host"]
            name = f"**{split}, mean**" if fold is None else fold["held_out"]
            keys = ("accuracy", "auroc", "coverage", "confident_wrong", "missed")
            rows.append([name, row["windows"], *(_number(row.get(key)) for key in keys)])
    row = content["random"]["rows"]["host"]
    rows.append(["random: leaky, see below", row["windows"], _number(row["accuracy"]), _number(row["auroc"]),
                 "-", "-", "-"])  # fmt: skip
    head = ["held out", "windows", "accuracy", "macro AUROC", "named", "named wrongly", "missed"]
    return markdown(head, rows)


def _conditions(content: dict[str, Any]) -> str:
    names = list(content["load"]["under"])
    rows = [
        [
            name,
            *(
                _number(content[split]["under"][name][key])
                for split, key in (
                    ("load", "accuracy"),
                    ("diameter", "auroc"),
                    ("diameter", "coverage"),
                    ("diameter", "confident_wrong"),
                )
            ),
        ]
        for name in names
    ]
    head = ["test recordings with", "load: accuracy", "diameter: macro AUROC", "diameter: named", "named wrongly"]
    return markdown(head, rows)


def _cues(content: dict[str, Any]) -> str:
    found = content["diameter"]["without_cues"]
    rows = [[name, _number(one["auroc_fault"], 4)] for name, one in found.items()]
    return markdown(["recordings", "AUROC of fault against normal"], rows)


def _machines(content: dict[str, Any]) -> str:
    rows = []
    for one in content["machines"]["machines"]:
        delays = [
            "not found" if delay is None else f"{delay / 60:+.1f}" for delay in one["seconds_after_severity"].values()
        ]
        rows.append([one["machine"], one["false_alarms"], one["warnings"], *delays])
    faults = [name.replace("_", " ") for name in content["machines"]["machines"][0]["seconds_after_severity"]]
    return markdown(["machine", "false alarms", "warnings", *(f"{fault}, min" for fault in faults)], rows)


def _committed(content: dict[str, Any]) -> str:
    rows = []
    for name, row in content["pretrained"]["rows"].items():
        keys = ("accuracy", "auroc", "coverage", "confident_wrong")
        rows.append([name, row["windows"], *(_number(row.get(key)) for key in keys)])
    return markdown(["runtime", "windows", "accuracy", "macro AUROC", "named", "named wrongly"], rows)


def _anomaly(content: dict[str, Any]) -> str:
    rows = [
        [f"{load} hp", one["learned_rows"], one["healthy_rows"], one["faulty_rows"], _number(one["auroc"], 4)]
        for load, one in content["pretrained"]["metrics"]["anomaly_auroc"].items()
    ]
    head = ["anomaly detector at", "rows learned", "healthy rows", "faulty rows", "AUROC"]
    return markdown(head, rows)


def _autoencoder(content: dict[str, Any]) -> str:
    found = content["autoencoder"]["metrics"]
    rows = [
        [name, one["macs"], one["bytes"], one["instructions"], _number(one.get("auroc"), 4)]
        for name, one in found["models"].items()
    ]
    return markdown(["model", "MACs", "bytes", "instructions on mps2_an386", "AUROC, CWRU at 0 hp"], rows)


def draw(app: App, folder: Path) -> None:
    """Pictures of the README: accuracy under noise, and the confusion of the held-out diameters."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np

    content = read(app)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), constrained_layout=True)
    levels = ("noise 20 dB", "noise 10 dB", "noise 5 dB", "noise 0 dB")
    for split, key, label in (
        ("load", "accuracy", "load held out: accuracy"),
        ("diameter", "auroc", "diameter held out: macro AUROC"),
        ("diameter", "coverage", "diameter held out: faults named"),
        ("diameter", "confident_wrong", "diameter held out: named wrongly"),
    ):
        left.plot([name.split()[1] for name in levels], [content[split]["under"][n][key] for n in levels], label=label)
    left.set_xlabel("signal to added noise, dB")
    left.set_ylim(0, 1.02)
    left.grid(alpha=0.3)
    left.legend(fontsize=7, loc="lower right", bbox_to_anchor=(1.0, 0.1))
    confusion = sum(np.array(fold["rows"]["host"]["confusion"]) for fold in content["diameter"]["folds"])
    right.imshow(confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
    labels = [label.replace("_", "\n") for label in app.labels]
    right.set_xticks(range(len(labels)), labels, fontsize=7)
    right.set_yticks(range(len(labels)), labels, fontsize=7)
    right.set_title("best class, diameter held out", fontsize=9)
    for i, row in enumerate(confusion):
        for j, count in enumerate(row):
            shade = "white" if count > 0.5 * row.sum() else "black"
            right.text(j, i, str(count), ha="center", va="center", fontsize=8, color=shade)
    figure.savefig(folder / f"{app.name}-splits.png", dpi=110)
    plt.close(figure)
