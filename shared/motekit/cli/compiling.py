"""`motekit compile`, `diff`, `bench`: what becomes of any int8 .tflite."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import ConfigError
from . import app
from .output import Board, Json, result, table

Model = Annotated[Path, typer.Argument(metavar="MODEL.tflite", help="An int8 (or 16x8) TensorFlow Lite model.")]


@app.command("compile")
def compile_(
    model: Model,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the C sources.")],
    name: Annotated[str | None, typer.Option(help="Name of the model in C; the file's name unless given.")] = None,
    target: Annotated[str, typer.Option(help="generic, dsp (Cortex-M4/M7/M33), mve (M55), m0 or avr.")] = "generic",
    plan: Annotated[Path | None, typer.Option(help="Draw the memory plan as SVG.")] = None,
    json: Json = False,
) -> None:
    """A model to a folder of C99 that compiles alone."""
    from ..compiler import compile_to_dir

    with result(json, _show_compiled) as done:
        done(compile_to_dir(model, out, name=name, target=target, plan_svg=plan))


def _show_compiled(found: dict) -> None:
    print(found.pop("plan_text", ""))
    for key, value in found.items():
        print(f"{key}: {value}")


@app.command()
def diff(
    model: Model,
    board: Board = "host",
    seed: Annotated[int, typer.Option(help="Seed of the random inputs.")] = 0,
    json: Json = False,
) -> None:
    """Find the first layer whose output differs from TensorFlow Lite Micro's, and print where."""
    from ..compiler.diff import diff as find

    with result(json, lambda found: print(found["text"])) as done:
        found = find(model, board=board, seed=seed)
        done(found)
    if not found["equal"]:
        raise typer.Exit(1)


@app.command()
def bench(model: Model, board: Board = "mps2_an386", json: Json = False) -> None:
    """Exact instructions, flash, RAM and per-layer cost of a model on a board's emulator."""
    from ..bench import bench as measure

    with result(json, _show_bench) as done:
        found = measure(model, board)
        done(found)
    if not found["exact"]:
        raise typer.Exit(1)


def _show_bench(found: dict) -> None:
    rows = [[i, layer["op"], layer["instructions"], layer["macs"]] for i, layer in enumerate(found.get("layers", []))]
    table(f"{found['model']} on {found['board']}", ["layer", "operator", "instructions", "MACs"], rows)
    flash, ram = found["flash"], found["ram"]
    verdict = "equal to TensorFlow Lite Micro in every byte" if found["exact"] else "DIFFERS from TensorFlow Lite Micro"
    if found["instructions"] is None:  # the host: nothing there is measured but the arena
        print(f"{found['macs']:,} MACs, constants {flash['const']:,}, arena {ram['arena']:,}\n{verdict}")
        return
    per_mac = found["instructions"] / max(1, found["macs"])
    print(f"{found['instructions']:,} instructions, {found['macs']:,} MACs, {per_mac:.2f} instructions per MAC")
    print(f"flash {flash['total']:,} (code {flash['code']:,}, constants {flash['const']:,})")
    print(f"RAM {ram['total']:,} (arena {ram['arena']:,}, static {ram['static']:,}, stack {ram['stack']:,})")
    print(verdict)


@app.command("bench-throughput")
def bench_throughput(
    minutes: Annotated[float, typer.Option(help="Length of the audio.")] = 60.0, json: Json = False
) -> None:
    """Time log-mel of an hour of audio on this computer, beside librosa in the same run, on one thread each."""
    from ..throughput import log_mel

    def show(found: dict) -> None:
        print(f"{found['audio_s']:,.0f} s of audio: {found['seconds']:.2f} s, librosa {found['librosa_seconds']:.2f} s")

    with result(json, show) as done:
        done(log_mel(minutes))


@app.command("bench-dsp")
def bench_dsp(
    board: Board = "mps2_an386",
    write: Annotated[bool, typer.Option("--write", help="Measure on three cores and write docs/dsp-cost.md.")] = False,
    json: Json = False,
) -> None:
    """Instructions, scratch and flash of every feature block on a board's emulator."""
    from .. import paths
    from ..bench_dsp import bench_dsp as measure
    from ..bench_dsp import write_costs

    def show(found: dict) -> None:
        keys = [key for key in found["blocks"][0] if key != "block"]
        rows = [[block["block"], *[block[key] for key in keys]] for block in found["blocks"]]
        table(f"Feature blocks on {board}", ["block", *keys], rows)

    with result(json, show) as done:
        if write and not paths.is_checkout():
            raise ConfigError("the table of costs is part of a checkout. Clone the repository.")
        done(write_costs(paths.project_root() / "docs" / "dsp-cost.md") if write else measure(board))
