"""What commands print: text for people, or with --json one object and nothing else on standard output."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")]
AppName = Annotated[str, typer.Argument(metavar="APP", help="An app's name (motekit apps) or its folder.")]
Board = Annotated[str, typer.Option("--board", "-b", help="A board's name (motekit boards).")]

#: progress and notes; results go to standard output
console = Console(stderr=True)


@contextmanager
def result(as_json: bool, show: Callable[[Any], None]) -> Iterator[Callable[[Any], None]]:
    """Collect a command's result, then print it as JSON or through `show`.

    With --json everything else that is written to standard output while the command works, also by programs it
    starts, goes to standard error.
    """
    collected: list[Any] = []
    if not as_json:
        yield collected.append
        for value in collected:
            show(value)
        return
    sys.stdout.flush()
    saved = os.dup(1)
    os.dup2(2, 1)
    try:
        yield collected.append
    finally:
        sys.stdout.flush()
        os.dup2(saved, 1)
        os.close(saved)
    print(json.dumps(collected[0], default=_plain, allow_nan=False))


def _plain(value: Any) -> Any:
    """NumPy numbers and arrays as Python's own."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    return str(value)


def table(title: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Print a table on standard output."""
    from rich.table import Table

    grid = Table(title=title, title_justify="left")
    for index, column in enumerate(columns):
        numbers = all(isinstance(row[index], int | float) or row[index] == "" for row in rows)
        grid.add_column(column, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        grid.add_row(*[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row])
    # a pipe has no width of its own
    Console(width=None if sys.stdout.isatty() else 140).print(grid)
