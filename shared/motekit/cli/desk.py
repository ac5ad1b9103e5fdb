"""`motekit flash`, `monitor`: a board on the desk."""

from typing import Annotated

import typer

from . import app as commands
from .output import AppName, Json, result

Port = Annotated[str | None, typer.Option("--port", "-p", help="Serial port; the only one attached unless given.")]


@commands.command()
def flash(
    name: AppName,
    board: Annotated[str, typer.Option("--board", "-b", help="A board's name (motekit boards).")],
    port: Port = None,
    json: Json = False,
) -> None:
    """Build an app's firmware and flash it onto a board."""
    from .. import app as apps
    from ..firmware.build import upload

    with result(json, lambda found: print(f"{found['app']} runs on {found['board']}")) as done:
        app = apps.load(name)
        upload(app, board, port)
        done({"app": app.name, "board": board, "port": port})


@commands.command()
def monitor(
    port: Port = None,
    seconds: Annotated[float | None, typer.Option(help="Stop after this time; else at Ctrl-C.")] = None,
    json: Json = False,
) -> None:
    """Watch what a board reports about its own sensor: events in words, lines of its log."""
    from ..firmware.monitor import watch

    shown = []

    def show(line: dict) -> None:
        shown.append(line)
        if not json:
            print("  ".join(f"{value:.2f}" if isinstance(value, float) else str(value) for value in line.values()))

    with result(json, lambda found: None) as done:
        board = watch(port, show, seconds)
        done({"board": board, "lines": shown})
