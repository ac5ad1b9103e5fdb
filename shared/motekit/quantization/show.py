"""The sensitivity report as a table and as a plot."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def table(report: dict[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """Columns and one row a layer: SQNR of what it outputs, and of the model's output by what is quantized.

    Accuracy in percent stands beside it where the report had labels, and the Kullback-Leibler divergence in
    thousandths of a nat where it had none.
    """
    second, unit, factor = _second(report)
    cases = {"alone": "alone", "weights": "weights", "activations": "activations", "spared": "all but it"}
    columns = ["layer", "operator", "tensor", "tensor SQNR"]
    columns += [f"{name}, dB" for name in cases.values()]
    if second:
        columns += [f"{name}, {unit}" for name in ("alone", "all but it")]
    by_layer: dict[int, float | None] = {}
    for row in report["tensors"]:
        if row["kind"] == "activation":
            by_layer.setdefault(row["layer"], row["sqnr_db"])
    rows = []
    for layer in report["layers"]:
        row = [
            "" if layer["layer"] < 0 else layer["layer"],
            layer["op"],
            layer["name"],
            _rounded(by_layer.get(layer["layer"]), 1),
        ]
        row += [_rounded((layer[case] or {}).get("sqnr_db"), 1) for case in cases]
        if second:
            row += [_rounded(layer[case][second] * factor, 2) for case in ("alone", "spared")]
        rows.append(row)
    return columns, rows


def summary(report: dict[str, Any]) -> list[str]:
    """A line for each form of the model, and one for how well the simulation agrees with the real one."""
    names = {"sqnr_db": "output SQNR {:.1f} dB", "same_label": "{:.2%} named as by the float model",
             "accuracy": "accuracy {:.4f}", "kl": "KL {:.5f} nat"}  # fmt: skip
    lines = []
    for form, figures in report["models"].items():
        told = [text.format(figures[key]) for key, text in names.items() if figures.get(key) is not None]
        lines.append(f"{form}: {', '.join(told)}")
    steps = report["agreement"]
    lines.append(
        f"the simulation is {steps['mean_steps']:.2f} output steps from the quantized model on average, "
        f"{steps['largest_steps']:.0f} at most"
    )
    return lines


def figure(report: dict[str, Any]) -> "Figure":
    """Plot, layer by layer: the SQNR of its tensor, and that of the model's output when it alone is quantized."""
    # the reports' module chooses a backend that needs no display
    from ..report import plots

    _, rows = table(report)
    names = [f"{row[1].lower()} {row[0]}".strip() for row in rows]
    figure = plots.Figure(figsize=(11.0, 0.3 * len(rows) + 1.4), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    places = range(len(rows))
    left.barh(places, [row[3] or 0 for row in rows], color="#2a6f97", height=0.7)
    left.set(xlabel="SQNR of the layer's tensor in the quantized model, dB")
    for offset, case, colour in ((-0.2, "weights", "#a9d6e5"), (0.2, "activations", "#2d6a4f")):
        noise = [1e6 * _noise(layer[case]) for layer in report["layers"]]
        right.barh([p + offset for p in places], noise, height=0.38, color=colour, label=case)
    # powers of independent errors add up, so a linear scale shows each layer's part of the whole
    right.set(xlabel="noise it alone brings to the output, millionths of the signal's power")
    right.legend(fontsize="x-small", loc="lower right")
    left.set_yticks(places, names)
    left.set_ylim(len(rows) - 0.4, -0.6)
    for axes in (left, right):
        axes.grid(axis="x", alpha=0.3)
    return figure


def _second(report: dict[str, Any]) -> tuple[str | None, str, float]:
    if report["labels"]:
        return "accuracy", "%", 100.0
    if "kl" in report["models"]["float"]:
        return "kl", "KL 1e-3", 1000.0
    return None, "", 1.0


def _rounded(value: float | None, digits: int) -> float | str:
    return "" if value is None else round(value, digits)


def _noise(figures: dict[str, Any] | None) -> float:
    """Noise as a share of the output's power; none where nothing was rounded, or nothing changed."""
    value = (figures or {}).get("sqnr_db")
    return 0.0 if value is None else 10 ** (-value / 10)
