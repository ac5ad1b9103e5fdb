"""The results.json of an app, and tables made of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..app import App
from ..errors import ConfigError
from ..files import write_text


def read(app: App) -> dict[str, Any]:
    """The committed figures of an app.

    Raises
    ------
    ConfigError
        If there are none.
    """
    path = app.pretrained / "results.json"
    if not path.is_file():
        raise ConfigError(f"{path} does not exist. Make it: motekit evaluate {app.name} --out {app.pretrained}.")
    return json.loads(path.read_text(encoding="utf8"))


def save(folder: Path, figures: Mapping[str, Any]) -> Path:
    """Put figures into a folder's results.json, beside those of other names that are there."""
    path = folder / "results.json"
    kept = json.loads(path.read_text(encoding="utf8")) if path.is_file() else {}
    return write_text(path, json.dumps({**kept, **figures}, indent=1) + "\n")


def markdown(columns: list[str], rows: list[list[Any]]) -> str:
    """A table in Markdown; numbers with thousands separators."""
    lines = [columns, ["---"] * len(columns)]
    lines += [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
