"""The operators of the compiler as a table for the documents."""

from collections.abc import Iterator

from ..report.results import markdown
from .ops import EVALUATIONS, INTERNAL, LOWERINGS

#: operators that the reader resolves, so that no lowering speaks for them
_RESOLVED = {
    "CALL_ONCE": "Initial values of variables: its graph runs at compile time.",
    "VAR_HANDLE": "Names a variable; gone after compilation.",
}


def operators_table() -> str:
    """One row an operator: what it computes, and whether it costs nothing where its inputs are constants."""
    return markdown(["operator", "what it computes", "of constants"], list(_rows()))


def _rows() -> Iterator[list[str]]:
    texts = {
        name: (lowering.__doc__ or "").splitlines()[0] for name, lowering in LOWERINGS.items() if name not in INTERNAL
    } | _RESOLVED
    for name, text in sorted(texts.items()):
        yield [f"`{name}`", text, "computed at compile time" if name in EVALUATIONS else ""]
