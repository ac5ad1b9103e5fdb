"""`motekit apps`, `boards`, `build`, `run`, `doctor`: firmware and where it runs."""

from pathlib import Path
from typing import Annotated

import typer

from . import app as commands
from .output import AppName, Board, Json, result, table

Port = Annotated[
    str | None, typer.Option("--port", "-p", help="Serial port of a board on the desk, instead of an emulator.")
]


@commands.command()
def apps(json: Json = False) -> None:
    """Applications of the project."""
    from .. import app as declared

    def show(found: dict) -> None:
        table(
            "Apps",
            ["name", "what it does", "boards"],
            [[a["name"], a["summary"], ", ".join(a["boards"])] for a in found["apps"]],
        )

    with result(json, show) as done:
        every = [declared.load(name) for name in declared.app_names()]
        done(
            {"apps": [{"name": a.name, "summary": a.summary, "version": a.version, "boards": a.boards} for a in every]}
        )


@commands.command()
def boards(json: Json = False) -> None:
    """Boards that firmware can be built for."""
    from ..firmware.boards import boards as known

    def show(found: dict) -> None:
        table(
            "Boards",
            ["name", "what it is", "runs in", "apps"],
            [[b["name"], b["title"], b["runs_in"], ", ".join(b["apps"])] for b in found["boards"]],
        )

    with result(json, show) as done:
        done({"boards": known()})


@commands.command()
def build(name: AppName, board: Board = "mps2_an386", json: Json = False) -> None:
    """Build an app's firmware and hold its sizes against the budget."""
    from .. import app as declared
    from ..firmware.build import build as make

    def show(found: dict) -> None:
        limits = found["budget"]
        print(f"{found['elf']}")
        for what in ("flash", "ram"):
            limit = f" of {limits[what]:,}" if limits.get(what) else ""
            print(f"{what}: {found[what]:,}{limit} bytes")

    with result(json, show) as done:
        done(make(declared.load(name), board).summary())


@commands.command()
def run(
    name: AppName,
    source: Annotated[
        str,
        typer.Option("--input", "-i", help="A recording, a folder of recordings, or `synthetic` (built in)."),
    ],
    board: Board = "mps2_an386",
    resample: Annotated[bool, typer.Option(help="Convert recordings of another sampling rate.")] = False,
    port: Port = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run with --port broke off.")] = False,
    runtime: Annotated[
        str | None, typer.Option(help="compiled or tflm (TensorFlow Lite Micro); else what app.toml says.")
    ] = None,
    json: Json = False,
) -> None:
    """Replay recordings through an app's firmware and compare every bit with Python."""
    from .. import app as declared
    from .. import chains, runtimes
    from ..verify import verify

    def show(found: dict) -> None:
        for event in found["events"]:
            print(f"{event['recording']}  {event['time_s']:8.2f} s  {event['label']}  {_details(event)}".rstrip())
        same = ", ".join(f"{what} {'identical' if ok else 'DIFFERENT'}" for what, ok in found["equal"].items())
        print(f"{found['recordings']} recordings, {found['windows']} windows on {found['board']}: {same}")
        if "runtimes" in found:
            table("Runtimes", runtimes.COLUMNS, runtimes.rows(found["runtimes"]))
        print(", ".join(f"{key} {value:,}" for key, value in found["cost"].items() if value is not None))

    with result(json, show) as done:
        app = declared.load(name)
        chain = chains.of(runtimes.with_runtime(app, runtime) if runtime else app)
        # all of them first: a bad file is said before minutes are spent on a build
        given = chain.inputs(source, resample=resample)
        if chain.app.runtime == "tflm" and not port:
            found = runtimes.run(chain, given)
        else:
            found = verify(chain, board, given, port=port, resume=resume).summary(chain)
        done(found)
    if not found["agree"]:
        raise typer.Exit(1)


def _details(event: dict) -> str:
    """What an event says besides where, when and what."""
    told = {key: value for key, value in event.items() if key not in ("recording", "time_s", "label", "window")}
    return " ".join(
        f"{key} {value:.2f}" if isinstance(value, float) else f"{key} {value}" for key, value in told.items()
    )


@commands.command()
def export(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="`c`: a folder of C99; `arduino`: a library as .zip.")],
    name: AppName,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder or file to write.")] = None,
    model: Annotated[Path | None, typer.Option(help="Folder of another trained model (motekit train --out).")] = None,
    target: Annotated[str, typer.Option(help="Kernels: generic, dsp, mve, m0 or avr; dsp runs everywhere.")] = "dsp",
    json: Json = False,
) -> None:
    """Give an app with its model away as a library."""
    from .. import chains
    from ..export import export as write

    with result(json, lambda found: print(found["path"])) as done:
        path = write(chains.of(name, model), kind, out, target)
        done({"app": name, "kind": kind, "path": str(path)})


@commands.command()
def doctor(json: Json = False) -> None:
    """What this machine has, what it lacks, and how to get it."""
    from ..doctor import examine

    def show(found: dict) -> None:
        rows = [
            [c["name"], "ok" if c["ok"] else "missing", c["found"] if c["ok"] else c["remedy"]] for c in found["checks"]
        ]
        table("Doctor", ["what", "state", "detail"], rows)

    with result(json, show) as done:
        found = examine()
        done(found)
    if not found["ok"]:
        raise typer.Exit(1)
