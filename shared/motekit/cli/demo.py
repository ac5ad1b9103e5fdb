"""`motekit demo`."""

from pathlib import Path
from typing import Annotated

import typer

from . import app as commands
from .output import Board, Json, console, result, table


@commands.command()
def demo(
    name: Annotated[str, typer.Argument(metavar="[APP]")] = "keyword_spotting",
    board: Board = "mps2_an386",
    report: Annotated[Path, typer.Option(help="Where to write the page.")] = Path("report.html"),
    json: Json = False,
) -> None:
    """Build an app's firmware, replay a built-in stream through it in the emulator, write report.html."""
    from .. import app as apps
    from .. import demo as work

    def show(_: dict) -> None:
        print(f"{outcome.app.name}: {outcome.scene.name}, {len(outcome.scene.samples) / outcome.app.rate_hz:.0f} s\n")
        print(work.timeline(outcome), "\n")
        table("Agreement", *work.agreement_table(outcome))
        print(work.agreement_note(outcome), "\n")
        if outcome.verification:
            table(f"Cost on {board}", *work.cost_table(outcome.app, outcome.verification))
        if "cross_validation" in outcome.results:
            print(work.describe_accuracy(outcome.results))
            print(work.describe_stream(outcome.results), "\n")
        print(f"report: {path}")

    with result(json, show) as done:
        outcome = work.perform(apps.load(name), board, lambda text: console.print(f"[dim]{text} ...[/dim]"))
        path = work.page(outcome, report)
        found = outcome.verification.summary(outcome.chain) if outcome.verification else {"app": name, "board": board}
        done(found | {"missing": outcome.missing or None, "report": str(path)})
    if outcome.verification and not outcome.verification.agree:
        raise typer.Exit(1)
