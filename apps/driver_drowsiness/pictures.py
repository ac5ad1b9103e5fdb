"""Pictures of the app's README: made-up faces and hours, and figures of results.json; no picture of a data set."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from motekit.datasets.synthetic import blinks, faces
from motekit.dsp import eye_crop
from motekit.post.drowsiness import CLOSED, OPEN, STATES
from motekit.report import plots
from motekit.report.results import read

from . import recipe, scoring, watching

if TYPE_CHECKING:
    from .chain import AppChain

#: made-up drivers that are shown, and how far open their lids are
DRIVERS, OPENINGS = 4, (0.9, 0.0)
MINUTES = 12


def draw(chain: "AppChain", folder: Path) -> None:
    """Found eyes with their scores, how states are confused, and a drive's PERCLOS."""
    name = chain.app.name
    plots.save(found_eyes(chain), folder / f"{name}-eyes.png")
    plots.save(confusion(read(chain.app)["subject"]["metrics"]), folder / f"{name}-confusion.png")
    plots.save(drive(chain), folder / f"{name}-drive.png")


def found_eyes(chain: "AppChain") -> Figure:
    """Made-up drivers with open and with closed eyes: where both were found, and the network's word on each."""
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    grid = figure.subplots(len(OPENINGS), DRIVERS)
    rng, expected = np.random.default_rng(3), watching.place(chain.app)
    for number in range(DRIVERS):
        person = faces.Person.draw(rng)
        camera = faces.Camera.draw(rng, chain.camera["width"], chain.camera["height"])
        pairs = [faces.rendered_pair(number + 20, opening) for opening in OPENINGS]
        finder = watching.finder(chain.app, chain.face)
        finder.calibrate(faces.frame(rng, person, camera, expected, pairs[0]), expected)
        turn = rng.uniform(-0.15, 0.15)
        x, y = expected.x + rng.uniform(-6, 6), expected.y + rng.uniform(-5, 5)
        place = replace(expected, x=x, y=y, dx=expected.dx * np.cos(turn), dy=expected.dx * np.sin(turn))
        for axes, pair in zip(grid[:, number], pairs, strict=True):
            _show(axes, chain, finder, faces.frame(rng, person, camera, place, pair))
    return figure


def _show(axes, chain: "AppChain", finder, frame: np.ndarray) -> None:
    found = finder.find(frame)
    axes.imshow(frame, cmap="gray", vmin=0, vmax=255)
    axes.axis("off")
    if not found.found:
        axes.set_title("no eyes found")
        return
    side = round(watching.VIEW * found.place.distance)
    patches = []
    for x, y in (found.place.left, found.place.right):
        patches.append(eye_crop.patch(eye_crop.around(frame, round(x), round(y), side)))
        axes.plot(x, y, "+", color="#ffd166")
    scores = chain.network.predict(eye_crop.inputs(np.stack(patches), chain.levels)[..., None]).reshape(-1, 2)
    opened = scoring.probabilities(scores)
    axes.set_title("open: " + ", ".join(f"{100 * p:.0f} %" for p in opened), fontsize=10)


def confusion(metrics: dict) -> Figure:
    """Shares of closed and open eyes of unseen people that were told so."""
    figure = Figure(figsize=(3.6, 3.2), layout="constrained")
    axes = figure.subplots()
    right = [metrics[f"recall_{name}"] for name in recipe.LABELS]
    shares = np.array([[right[0], 1 - right[0]], [1 - right[1], right[1]]])
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), share in np.ndenumerate(shares):
        axes.text(
            column, row, f"{100 * share:.1f} %", ha="center", va="center", color="white" if share > 0.5 else "black"
        )
    axes.set(xticks=[0, 1], yticks=[0, 1], xticklabels=recipe.LABELS, yticklabels=recipe.LABELS)
    axes.set(xlabel="told", ylabel="true", title=f"{metrics['groups']} people, {metrics['windows']:,} pictures")
    return figure


def drive(chain: "AppChain") -> Figure:
    """Minutes of a made-up driver who grows tired: lids, PERCLOS with its levels, and the states told."""
    fps, half = chain.camera["fps"], 60 * MINUTES // 2
    parts = [blinks.make(driver, half, fps=fps, dropped=0.02, seed=5) for driver in (blinks.ALERT, blinks.DROWSY)]
    times = np.concatenate([parts[0].times_ms, parts[1].times_ms + 1000 * half])
    lids = np.concatenate([part.opening for part in parts])
    shut = np.concatenate([part.closed for part in parts])
    block, perclos, state, states = watching.drowsiness(chain.app), [], 0, []
    for t, closed in zip(times.tolist(), shut.tolist(), strict=True):
        for event in block.push(t, CLOSED if closed else OPEN):
            state = event.value if event.code == 1 else state
        perclos.append(np.nan if block.perclos is None else 100 * block.perclos)
        states.append(state)
    figure = Figure(figsize=(11, 5), layout="constrained")
    axes = figure.subplots(3, 1, sharex=True, height_ratios=(1, 2, 2))
    minutes = times / 60_000
    axes[0].plot(minutes, lids, linewidth=0.3, color="#2a6f97")
    axes[0].set(ylabel="lids", ylim=(-0.05, 1.05))
    axes[1].plot(minutes, perclos, color="#2a6f97")
    for name, colour in (("tired", "#e9a03b"), ("drowsy", "#d00000")):
        axes[1].axhline(100 * chain.app.decision[f"{name}_on"], color=colour, linewidth=0.8, label=name)
    axes[1].set(ylabel="PERCLOS, %")
    axes[1].legend(loc="upper left")
    shown = sorted(set(states))
    axes[2].step(minutes, [shown.index(s) for s in states], where="post", linewidth=0.8, color="#333333")
    axes[2].set(yticks=range(len(shown)), yticklabels=[STATES[s].replace("_", " ") for s in shown], xlabel="minutes")
    return figure
