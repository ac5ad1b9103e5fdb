"""`motekit features`, `docs`: looking at signals, and writing measured figures into documents."""

from pathlib import Path
from typing import Annotated

import typer

from . import app as commands
from .output import AppName, Json, result


@commands.command()
def features(
    name: AppName,
    recording: Annotated[Path, typer.Argument(help="A recording.")],
    plot: Annotated[Path | None, typer.Option(help="Draw signal and features into this PNG.")] = None,
    resample: Annotated[bool, typer.Option(help="Convert a recording of another sampling rate.")] = False,
    json: Json = False,
) -> None:
    """What an app's feature blocks make of a recording."""
    from .. import app as apps
    from ..data import audio

    def show(found: dict) -> None:
        print(f"{found['recording']}: {found['samples']:,} samples, {found['rows']} rows of {found['width']} values")
        if found["plot"]:
            print(f"plot: {found['plot']}")

    with result(json, show) as done:
        app = apps.load(name)
        samples = audio.read(recording, app.rate_hz, resample=resample)
        block = app.feature_block
        rows = block.process(samples)
        if plot:
            from ..report import plots

            plots.save(plots.pipeline(samples, rows, app.rate_hz, block.q, block.hop / app.rate_hz), plot)
        done(
            {
                "app": app.name,
                "recording": str(recording),
                "samples": len(samples),
                "rows": len(rows),
                "width": block.width,
                "values": rows / 2.0**block.q if json else None,
                "plot": str(plot) if plot else None,
            }
        )


@commands.command()
def docs(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 if a document is out of date.")
    ] = False,
    measure: Annotated[bool, typer.Option("--measure", help="Build, replay and bench again before writing.")] = False,
    json: Json = False,
) -> None:
    """Write the measured figures from results files into README and docs."""
    from ..report.docs import update

    with result(json, lambda found: print("\n".join(found["changed"]) or "everything is up to date")) as done:
        found = update(check=check, measure=measure)
        done(found)
    if check and found["changed"]:
        raise typer.Exit(1)
