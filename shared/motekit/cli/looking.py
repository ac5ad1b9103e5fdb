"""`motekit features`, `docs`: looking at signals, and writing measured figures into documents."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from ..errors import ConfigError
from . import app as commands
from .output import AppName, Json, result
from .progress import bar


@commands.command()
def features(
    name: AppName,
    recording: Annotated[Path, typer.Argument(help="A recording.")],
    plot: Annotated[Path | None, typer.Option(help="Draw signal and features into this PNG.")] = None,
    resample: Annotated[bool, typer.Option(help="Convert a recording of another sampling rate.")] = False,
    json: Json = False,
) -> None:
    """What an app's feature blocks make of a recording."""
    from .. import chains

    def show(found: dict) -> None:
        print(f"{found['recording']}: {found['samples']:,} samples, {found['rows']} rows of {found['width']} values")
        if found["plot"]:
            print(f"plot: {found['plot']}")

    with result(json, show) as done:
        chain = chains.of(name)
        takes = chain.inputs(str(recording), resample)
        if len(takes) != 1:
            raise ConfigError(f"{recording} holds {len(takes)} recordings. Name one.")
        rows, names = chain.rows(takes[0])
        if plot:
            from ..report import plots

            plots.save(chain.picture(takes[0]), plot)
        done(
            {
                "app": chain.app.name,
                "recording": str(recording),
                "samples": len(takes[0].frames),
                "rows": len(rows),
                "width": len(names),
                "names": names,
                "values": np.where(np.isfinite(rows), rows, None) if json else None,
                "plot": str(plot) if plot else None,
            }
        )


@commands.command()
def explore(
    name: AppName,
    data: Annotated[
        Path | None, typer.Option("--data", "-d", help="Folder of recordings with their labels; else synthetic ones.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The page; build/explore/APP.html unless given.")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="Recordings to look at, at most.")] = None,
    json: Json = False,
) -> None:
    """What an app's features tell of its labels: an HTML page of distributions, projections, mutual information."""
    from .. import chains, paths
    from ..explore import explore as look
    from ..report import explore as page

    def show(found: dict) -> None:
        for row in found["features"][:10]:
            print(f"{row['mutual_information']:.3f} bit  {row['name']}")
        print(f"page: {found['page']}")

    with result(json, show) as done, bar("features") as advance:
        chain = chains.of(name)
        found = look(chain.table(data, limit=limit, progress=advance))
        path = out or paths.work_dir() / "explore" / f"{chain.app.name}.html"
        page.write(found, chain.app.name, str(data) if data else "", path)
        names, information = found.table.names, found.information
        done(
            {
                "app": chain.app.name,
                "page": str(path),
                "data": {"source": found.table.source, "windows": len(found.table.labels),
                         "groups": len(set(found.table.groups)), "left_out": found.table.left_out},
                "label_entropy": found.entropy,
                "features": [{"name": names[k], "mutual_information": float(information[k])} for k in found.order],
                "alike": [list(pair) for pair in found.alike],
            }
        )  # fmt: skip


@commands.command()
def vectors(
    write: Annotated[
        bool, typer.Option("--write", help="Write tests/vectors, docs/dsp-accuracy.md, tolerances in docs/dsp.md.")
    ] = False,
    json: Json = False,
) -> None:
    """Hold every feature block against its oracle and against the committed vectors."""
    from .. import paths
    from ..accuracy import CASES, measure
    from ..accuracy import docs as written

    def show(found: dict) -> None:
        for block in found["blocks"]:
            print(f"{block['name']:22s} {block['error']:.2e} of at most {block['tolerance']:.2g} ({block['signal']})")
        print("\n".join(found["wrong"]) or "every block is within its tolerance, every vector gives the same bits")

    with result(json, show) as done, bar("blocks") as advance:
        root, found = paths.project_root(), []
        if not paths.is_checkout():
            raise ConfigError("the vectors are part of a checkout, not of an installed package. Clone the repository.")
        for number, case in enumerate(CASES):
            found.append(measure(case))
            advance(number + 1, len(CASES), case.name)
        if write:
            written.write(found, root)
        wrong = [f"{one.case.name}: {one.error:.2e} is above {one.case.bar:.2g}" for one in found if not one.within]
        wrong += written.check(CASES, root / "tests" / "vectors")
        done(
            {
                "blocks": [
                    {"name": one.case.name, "block": one.case.block, "oracle": one.case.oracle, "error": one.error,
                     "tolerance": one.case.bar, "relative_to": one.case.relative_to, "signal": one.signal}
                    for one in found
                ],
                "wrong": wrong,
            }
        )  # fmt: skip
    if wrong:
        raise typer.Exit(1)


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
