"""Draws which pin of a board goes to which pin of a part, as SVG, from docs/wiring.toml."""

import tomllib
from html import escape
from pathlib import Path
from typing import Any

_ROW, _TOP, _BOX, _GAP = 26, 64, 170, 190
_COLOURS = {"GND": "#333333", "3V3": "#c0392b", "3V": "#c0392b"}
_WIRES = ("#2471a3", "#1e8449", "#b9770e", "#7d3c98", "#0e6655", "#a04000")


def draw_all(folder: Path) -> list[Path]:
    """Draw every picture that `folder`/wiring.toml describes; returns the files, wiring-<name>.svg."""
    from ..files import write_text

    described = tomllib.loads((folder / "wiring.toml").read_text(encoding="utf8"))
    return [write_text(folder / f"wiring-{name}.svg", draw(entry)) for name, entry in described.items()]


def draw(entry: dict[str, Any]) -> str:
    """SVG of one board and its parts.

    Parameters
    ----------
    entry : dict
        `board`, its name; `parts`, each with `name` and `wires`: pairs of the board's and the part's pin.
    """
    rows = sum(len(part["wires"]) + 1 for part in entry["parts"])
    height, width = _TOP + rows * _ROW + 16, 2 * _BOX + _GAP + 40
    shapes, y, colour = [_box(20, _TOP - 34, height - _TOP + 20, entry["board"])], _TOP, 0
    for part in entry["parts"]:
        wires = part["wires"]
        shapes.append(_box(20 + _BOX + _GAP, y - 34, len(wires) * _ROW + 36, part["name"]))
        for here, there in wires:
            stroke = _COLOURS.get(here)
            if stroke is None:
                stroke, colour = _WIRES[colour % len(_WIRES)], colour + 1
            shapes.append(_wire(y + 12, here, there, stroke))
            y += _ROW
        y += _ROW
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="13">\n<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'
    )


def _box(x: int, y: int, height: int, name: str) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{_BOX}" height="{height}" rx="8" fill="#eef3f7" stroke="#5d6d7e"/>\n'
        f'<text x="{x + _BOX / 2}" y="{y + 20}" text-anchor="middle" font-weight="bold">{escape(name)}</text>'
    )


def _wire(y: int, here: str, there: str, stroke: str) -> str:
    left, right = 20 + _BOX, 20 + _BOX + _GAP
    return (
        f'<line x1="{left}" y1="{y}" x2="{right}" y2="{y}" stroke="{stroke}" stroke-width="2.5"/>\n'
        f'<circle cx="{left}" cy="{y}" r="4" fill="{stroke}"/><circle cx="{right}" cy="{y}" r="4" fill="{stroke}"/>\n'
        f'<text x="{left - 10}" y="{y + 5}" text-anchor="end">{escape(here)}</text>\n'
        f'<text x="{right + 10}" y="{y + 5}">{escape(there)}</text>'
    )
