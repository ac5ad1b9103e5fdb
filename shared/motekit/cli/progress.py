"""Progress bars on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .output import console


@contextmanager
def bar(title: str) -> Iterator[Callable[..., None]]:
    """Give `advance(done, total, text="")`, which moves a bar; nothing is drawn where nobody watches."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)

        def advance(done: int, total: int, text: str = "") -> None:
            progress.update(task, completed=done, total=total, description=f"{title} {text}".strip())

        yield advance
