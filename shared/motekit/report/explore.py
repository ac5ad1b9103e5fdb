"""The page of `motekit explore`."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib.figure import Figure

from ..explore import Exploration
from .page import Page

#: features that are drawn; all are in the table
_DRAWN = 48
_POINT = 14


def _colours(labels: np.ndarray) -> dict[str, Any]:
    names = sorted(set(labels))
    return dict(zip(names, matplotlib.colormaps["tab10" if len(names) <= 10 else "tab20"].colors, strict=False)) | {
        name: "#777777" for name in names[20:]
    }


def _shown(label: str) -> str:
    """In a legend, which leaves out what begins with an underscore."""
    return label.strip("_") or label


def _scatter(found: Exploration) -> Figure:
    figure = Figure(figsize=(11.0, 5.0), layout="constrained")
    colours = _colours(found.table.labels)
    panels = figure.subplots(1, 2)
    first, second = (f"{share:.0%} of the variance" for share in found.shares)
    for axes, points, title in (
        (panels[0], found.pca, f"principal components ({first}, {second})"),
        (panels[1], found.lda, "linear discriminants, fitted on other groups"),
    ):
        # the few beyond would squeeze the many
        low, high = np.percentile(points, [0.5, 99.5], axis=0)
        room = 0.1 * np.maximum(high - low, 1e-9)
        for label, colour in colours.items():
            of = found.table.labels == label
            axes.scatter(*points[of].T, s=_POINT, color=colour, alpha=0.6, linewidths=0, label=_shown(label))
        axes.set(title=title, xlim=(low[0] - room[0], high[0] + room[0]), ylim=(low[1] - room[1], high[1] + room[1]))
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=6, markerscale=2)
    return figure


def _distributions(found: Exploration) -> Figure:
    table, order = found.table, found.order[:_DRAWN]
    rows = -(-len(order) // 4)
    figure = Figure(figsize=(11.0, 1.7 * rows + 0.5), layout="constrained")
    panels = figure.subplots(rows, 4, squeeze=False).ravel()
    colours = _colours(table.labels)
    for axes, column in zip(panels, order, strict=False):
        values = table.features[:, column].astype(float)
        low, high = np.percentile(values, [0.5, 99.5])
        edges = np.linspace(low, high if high > low else low + 1, 31)
        for label, colour in colours.items():
            of = np.clip(values[table.labels == label], edges[0], edges[-1])
            share = np.histogram(of, edges)[0] / max(1, len(of))
            axes.stairs(share, edges, color=colour, label=_shown(label), linewidth=1.2)
        axes.set_title(f"{table.names[column]}: {found.information[column]:.2f} bit", fontsize=8)
        axes.tick_params(labelsize=6)
        axes.set_yticks([])
    for axes in panels[len(order) :]:
        axes.remove()
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=6, fontsize=8)
    return figure


def write(found: Exploration, app: str, data: str, path: Path) -> Path:
    """Write the page: one HTML file with nothing beside it."""
    table = found.table
    names, counts = np.unique(table.labels, return_counts=True)
    page = Page(
        f"{app}: what its features tell",
        f"{len(table.labels):,} windows of {len(set(table.groups)):,} groups, {table.source} data"
        f"{' (' + data + ')' if data else ''}; {table.left_out:,} more were left out for their quality flags.",
    )
    page.table("Windows", ["label", "windows"], [[str(n), int(c)] for n, c in zip(names, counts, strict=True)])
    page.figure(
        "All features in two dimensions",
        _scatter(found),
        "Left: where the windows vary most, labels unknown. Right: where labels part; every window is shown by a "
        "projection that was fitted without its group, if each half of the groups has all labels.",
    )
    page.table(
        "What each feature tells by itself",
        ["feature", "mutual information, bit", "of the label's"],
        [
            [table.names[k], f"{found.information[k]:.3f}", f"{found.information[k] / found.entropy:.0%}"]
            for k in found.order
        ],
        f"The label itself has {found.entropy:.2f} bit. Estimated from nearest neighbours; 0.02 bit may be chance.",
    )
    page.figure(
        "Distribution by label",
        _distributions(found),
        f"The {min(_DRAWN, len(table.names))} features that tell most; shares of each label's windows.",
    )
    if found.alike:
        page.table(
            "Features that say the same",
            ["feature", "and", "correlation"],
            [[a, b, f"{r:.3f}"] for a, b, r in found.alike[:60]],
            "One of each pair can go.",
        )
    return page.write(path)
