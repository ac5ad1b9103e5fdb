"""`motekit demo`: an app's firmware from its pretrained model, in the emulator, over a built-in stream."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import agreement
from .agreement import Row, Runtimes
from .app import App
from .audio_chain import AudioChain, window_end_s
from .chain import Take
from .errors import MissingToolError
from .pipeline import Pipeline, Replay
from .verify import Verification, verify


@dataclass(frozen=True)
class Scene:
    """A stream to replay: int16 samples, and what is said in it (label, start, end in s)."""

    name: str
    samples: np.ndarray
    truth: list[tuple[str, float, float]]
    source: str


@dataclass
class Outcome:
    """What the demo found, for the terminal and for the page."""

    app: App
    scene: Scene
    host: Replay
    rows: list[Row]
    verification: Verification | None
    #: why the board did not run, if it did not
    missing: str
    results: dict[str, Any]
    chain: AudioChain

    @property
    def pipeline(self) -> Pipeline:
        """The chain over arrays and streams."""
        return self.chain.pipeline

    @property
    def times(self) -> np.ndarray:
        """End of each window in seconds."""
        return np.array([window_end_s(self.app, window) for window in range(len(self.host.scores))])


def builtin_scene() -> Scene:
    """The built-in stream: synthetic words in synthetic noise, the same on every machine."""
    from .data import stream

    built = stream.demo()
    truth = [(word.label, word.start_s, word.end_s) for word in built.truth]
    return Scene("built-in synthetic stream", built.samples, truth, "synthetic")


def results_of(app: App) -> dict[str, Any]:
    """The app's committed results.json; empty if there is none."""
    path = app.pretrained / "results.json"
    return json.loads(path.read_text(encoding="utf8")) if path.is_file() else {}


def perform(app: App, board: str, say: Callable[[str], None] = lambda _: None) -> Outcome:
    """Build, replay and compare. A missing toolchain or emulator leaves the board out and says why.

    `say` is told what is under way.
    """
    say("making the built-in stream of synthetic speech")
    scene = builtin_scene()
    say("compiling the network for this computer and listening to the stream")
    chain = AudioChain(app)
    pipeline = chain.pipeline
    host = pipeline.stream([scene.samples])
    say(f"building the firmware for {board} and replaying the stream through it")
    verification, missing = None, ""
    try:
        verification = verify(chain, board, [Take(scene.name, "", scene.samples, source=scene.source)])
    except MissingToolError as error:
        missing = str(error)
    say("comparing the runtimes")
    boards = {board: chain.replay_of(verification.firmware[0]).scores} if verification else {}
    windows = pipeline.windows(pipeline.block.process(scene.samples))
    rows = agreement.rows(Runtimes(pipeline), windows, boards)
    return Outcome(app, scene, host, rows, verification, missing, results_of(app), chain)


def timeline(outcome: Outcome, width: int = 100) -> str:
    """What was said and what was reported, as lines of text over time."""
    app, scene = outcome.app, outcome.scene
    seconds = len(scene.samples) / app.rate_hz
    said, heard = [" "] * (width + 12), [" "] * (width + 12)
    for label, start, _ in scene.truth:
        if not label.startswith("_"):
            _place(said, round(start / seconds * width), label)
    for event in outcome.host.events:
        _place(heard, round(outcome.times[event.window] / seconds * width), app.labels[event.label])
    ruler = "".join(f"{f'{s} s':<{width // 6}}" for s in np.round(np.linspace(0, seconds, 7)[:-1]).astype(int))
    return f"time      {ruler}\nsaid      {''.join(said).rstrip()}\ndetected  {''.join(heard).rstrip()}"


def _place(line: list[str], position: int, text: str) -> None:
    line[position : position + len(text)] = text


def page(outcome: Outcome, path: Path | str) -> Path:
    """Write the report."""
    from .report import plots
    from .report.page import Page

    app, scene, verification = outcome.app, outcome.scene, outcome.verification
    block = outcome.pipeline.block
    seconds = len(scene.samples) / app.rate_hz
    never = app.decision.get("never", [])
    report = Page(f"motekit: {app.name.replace('_', ' ')}", f"{app.summary}. Replayed: {scene.name}, {seconds:.0f} s.")
    report.figure(
        "Detections",
        plots.detections(scene.truth, outcome.host.events, outcome.times, app.labels, seconds),
        "Bars: what is said. Marks: what the firmware reported, at the end of the window; red where nothing like it "
        "was said. Non-keywords are not drawn.",
    )
    report.table("Agreement", *agreement_table(outcome), note=agreement_note(outcome))
    if verification:
        report.table("Cost", *cost_table(app, verification))
    else:
        report.text("Cost", outcome.missing)
    report.figure("Waveform", plots.waveform(scene.samples, app.rate_hz), f"{scene.name}, source: {scene.source}.")
    report.figure(
        "Features",
        plots.features(outcome.host.features, block.q, block.hop / app.rate_hz, "mel band"),
        "Natural log of mel energy, computed by the C core in fixed point.",
    )
    report.figure(
        "Scores",
        plots.scores(agreement.probabilities(outcome.host.scores), outcome.times, app.labels, never),
        f"The int8 network's probabilities, one window every {1000 * app.window_period_s:.0f} ms, before smoothing.",
    )
    measured = outcome.results.get("cross_validation")
    if measured:
        counts = np.array(measured["confusion"])
        report.figure("Confusion matrix", plots.confusion(counts, app.labels), describe_accuracy(outcome.results))
    stream = outcome.results.get("stream")
    if stream:
        report.figure(
            "Detection error trade-off",
            plots.det(stream["det"], (stream["false_accepts_per_hour"], stream["miss_rate"])),
            describe_stream(outcome.results),
        )
    return report.write(path)


def describe_accuracy(results: dict[str, Any]) -> str:
    """One sentence on the committed model's recipe, with its data and split."""
    measured = results["cross_validation"]
    low, high = measured["interval_95"]
    return (
        f"int8, {measured['folds']}-fold cross-validation by speaker on {measured['data']} ({measured['source']} data, "
        f"{measured['clips']:,} clips, {measured['groups']} speakers): accuracy {measured['accuracy']:.3f} "
        f"(95 % interval {low:.3f} to {high:.3f}), silence not counted."
    )


def describe_stream(results: dict[str, Any]) -> str:
    """One sentence on the streaming test of the committed model's recipe."""
    stream = results["stream"]
    return (
        f"{60 * stream['hours']:.0f} min of continuous audio ({stream['source']}; {stream['composition']}) through the "
        f"streaming C chain, {stream['keywords']:,} keywords: {stream['false_accepts_per_hour']:.1f} false accepts an "
        f"hour at {100 * stream['miss_rate']:.1f} % misses; {stream['thresholds']}."
    )


def agreement_table(outcome: Outcome) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows of the four-row table."""
    columns = ["runtime", "windows", "same bytes as TFLite Micro", "same label", "largest difference"]
    cells = [
        [
            row.name,
            row.windows,
            {True: "yes", False: "NO", None: "(float)"}[row.equal],
            f"{100 * row.same_label:.1f} %",
            f"{row.largest_difference:.3f}",
        ]
        for row in outcome.rows
    ]
    return columns, cells


def agreement_note(outcome: Outcome) -> str:
    """What the firmware's comparison with Python gave, in a sentence."""
    if not outcome.verification:
        return f"The board did not run: {outcome.missing}"
    equal = outcome.verification.equal
    parts = [f"{what} {'identical' if same else 'DIFFERENT'}" for what, same in equal.items()]
    return f"Firmware on {outcome.verification.board} against Python, bit for bit: {', '.join(parts)}."


def cost_table(app: App, verification: Verification) -> tuple[list[str], list[list[Any]]]:
    """Columns and rows of the cost, beside the app's budget."""
    budget = app.budget.get(verification.board, {})
    units = {"instructions_per_window": "instructions a window", "flash": "flash, bytes", "ram": "RAM, bytes"}
    units["stack"] = "of it stack, bytes"
    rows = [
        [units[key], value if value is not None else "not told", budget.get(key, "")]
        for key, value in verification.cost.items()
        if key in units
    ]
    return ["cost", "measured", "budget"], rows
