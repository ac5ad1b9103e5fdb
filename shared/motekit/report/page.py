"""A report as one HTML file that needs nothing beside it."""

import base64
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from matplotlib.figure import Figure

from ..files import write_text


class Page:
    """Collects sections; `write` makes the file.

    Parameters
    ----------
    title, lead : str
        Heading and the paragraph below it.
    """

    def __init__(self, title: str, lead: str):
        self.title, self.lead = title, lead
        self.sections: list[dict[str, Any]] = []

    def text(self, heading: str, paragraph: str) -> None:
        """Add a paragraph; an empty heading continues the section before."""
        self.sections.append({"heading": heading, "paragraph": paragraph})

    def table(self, heading: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], note: str = "") -> None:
        """Add a table."""
        cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
        self.sections.append({"heading": heading, "columns": columns, "rows": cells, "note": note})

    def figure(self, heading: str, figure: Figure, caption: str) -> None:
        """Add a plot."""
        data = io.BytesIO()
        figure.savefig(data, format="png", dpi=110)
        picture = base64.b64encode(data.getvalue()).decode()
        self.sections.append({"heading": heading, "picture": picture, "caption": caption})

    def write(self, path: Path | str) -> Path:
        """Write the page in one step."""
        environment = Environment(
            loader=PackageLoader("motekit", "report"),
            autoescape=select_autoescape(enabled_extensions=("html", "j2")),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        text = environment.get_template("page.html.j2").render(title=self.title, lead=self.lead, sections=self.sections)
        write_text(path, text)
        return Path(path)
