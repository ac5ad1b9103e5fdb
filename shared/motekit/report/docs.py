"""Writes measured figures into README and docs, between `<!-- figures: NAME -->` and `<!-- end -->`."""

import re
from collections.abc import Callable
from typing import Any

from .. import app as apps
from .. import chains
from ..chain import Chain
from ..errors import ConfigError
from ..files import write_text
from ..paths import project_root
from . import wiring
from .results import markdown, read, save

_BLOCK = re.compile(r"(<!-- figures: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def update(*, check: bool = False, measure: bool = False) -> dict[str, Any]:
    """Bring every figure in README.md, docs/ and apps/*/README.md up to date with the results files.

    Parameters
    ----------
    check : bool
        Change nothing.
    measure : bool
        First build and replay each app on its emulated boards and keep the cost in results.json.

    Returns
    -------
    dict
        `changed`: documents that were, or with `check` would be, changed.
    """
    root = project_root()
    if measure and not check:
        for name in apps.app_names():
            chain = chains.of(name)
            measure_cost(chain)
            chain.draw(root / "docs")
        wiring.draw_all(root / "docs")
    changed = []
    for path in [root / "README.md", *sorted(root.glob("docs/*.md")), *sorted(root.glob("apps/*/README.md"))]:
        old = path.read_text(encoding="utf8")
        new = _BLOCK.sub(lambda found: f"{found[1]}{_figures(found[2])}{found[3]}", old)
        if new != old:
            changed.append(str(path.relative_to(root)))
            if not check:
                write_text(path, new)
    return {"changed": changed}


def measure_cost(chain: Chain) -> None:
    """Replay the built-in recording on each emulated board and keep its cost in the app's results.json."""
    from ..verify import verify

    scene, cost = chain.scene(), {}
    for board in chain.app.boards:
        found = verify(chain, board, [scene])
        cost[board] = {**found.cost, "agree": found.agree, "windows": len(found.firmware[0].scores)}
    save(chain.app.pretrained, {"cost": cost})


def _figures(name: str) -> str:
    word, _, app = name.partition(" ")
    if word in _WRITERS:
        return _WRITERS[word](app)
    if app not in apps.app_names():
        raise ConfigError(f"a document asks for the figures {name!r}, but there is no app {app!r}. Correct it.")
    return chains.of(app).figures(word)


def _apps(_: str) -> str:
    rows = []
    for name in apps.app_names():
        app = apps.load(name)
        size = sum(path.stat().st_size for path in chains.of(app).model_files())
        rows.append([f"[{name}](apps/{name}/README.md)", app.summary, ", ".join(app.boards), size])
    return markdown(["app", "what it does", "boards", "model, bytes"], rows)


def _cost(name: str) -> str:
    app = apps.load(name)
    measured = read(app)["cost"]
    rows = []
    for board, cost in measured.items():
        budget = app.budget.get(board, {})
        for key, what in (
            ("instructions_per_window", "instructions a window"),
            ("flash", "flash, bytes"),
            ("ram", "RAM, bytes"),
        ):
            if cost.get(key) is not None and board != "host":
                rows.append([board, what, cost[key], budget.get(key, "")])
    return markdown(["board", "cost", "measured", "budget"], rows)


def _operators(_: str) -> str:
    from ..compiler.page import operators_table

    return operators_table()


_WRITERS: dict[str, Callable[[str], str]] = {"apps": _apps, "cost": _cost, "operators": _operators}
