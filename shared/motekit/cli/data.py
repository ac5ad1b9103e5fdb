"""`motekit data`: the catalog of public data sets, fetching them, checking a folder."""

from pathlib import Path
from typing import Annotated

import typer

from . import app
from .output import Json, console, result, table

data = typer.Typer(no_args_is_help=True, help="Public data sets: list, info, fetch, check.")
app.add_typer(data, name="data")

Name = Annotated[str, typer.Argument(metavar="DATASET", help="A data set's name (motekit data list).")]


@data.command("list")
def list_(json: Json = False) -> None:
    """Data sets of the catalog, with licence and whether they are on this machine."""
    from ..data import catalog

    with result(json, _show_list) as done:
        done(
            {
                "datasets": [
                    {
                        "name": entry.name,
                        "title": entry.title,
                        "licence": entry.licence,
                        "research_only": entry.research_only,
                        "path": str(catalog.locate(entry.name) or "") or None,
                    }
                    for entry in catalog.datasets().values()
                ]
            }
        )


def _show_list(found: dict) -> None:
    rows = [[d["name"], d["title"], d["licence"], d["path"] or "not here"] for d in found["datasets"]]
    table("Data sets", ["name", "title", "licence", "on this machine"], rows)


@data.command()
def info(name: Name, json: Json = False) -> None:
    """Where a data set comes from, its licence, citation and layout."""
    from dataclasses import asdict

    from ..data import catalog

    with result(json, _show_info) as done:
        done(asdict(catalog.dataset(name)) | {"path": str(catalog.locate(name) or "") or None})


def _show_info(found: dict) -> None:
    for key, value in found.items():
        if key != "archives":
            print(f"{key}: {value}")
    for archive in found["archives"]:
        print(f"archive {archive['name']}: {archive['url']}  sha256 {archive['sha256'] or 'not published'}")


@data.command()
def fetch(
    name: Name,
    part: Annotated[
        str | None, typer.Option(help="One archive of the set (motekit data info); all unless given.")
    ] = None,
    json: Json = False,
) -> None:
    """Download a data set: resumed where it broke off, checked, complete or not there at all."""
    from ..data import catalog, download
    from ..data.progress import download_bars

    with result(json, lambda found: print(found["path"])) as done:
        with download_bars(show=console.is_terminal) as progress:
            path = download.fetch(name, parts=[part] if part else None, progress=progress)
        console.print(f"Licence: {catalog.dataset(name).licence}", highlight=False)
        done({"dataset": name, "path": str(path)})


@data.command()
def check(
    name: Name,
    folder: Annotated[
        Path | None, typer.Option("--data", help="Folder in the official layout; else where it was found.")
    ] = None,
    json: Json = False,
) -> None:
    """Read every file of a data set and say what is wrong with which."""
    from ..data import catalog
    from ..data.check import check as check_dataset

    with result(json, _show_check) as done:
        done(check_dataset(name, folder or catalog.require(name)))


def _show_check(found: dict) -> None:
    from ..data import catalog

    stations = catalog.dataset(found["dataset"]).group == "station"
    what, each, group = ("measured", "files", "stations") if stations else ("label", "clips", "groups")
    table(str(found["path"]), [what, group if stations else each], sorted(found["labels"].items()))
    print(f"{found['clips']} {each}, {found['groups']} {group}, {found['duplicates']} duplicates")
    for line in found["problems"]:
        print(line)
    if found["problems"]:
        raise typer.Exit(1)
