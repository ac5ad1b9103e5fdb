"""Flash and RAM that an app may take on a board, and the line that says it takes more.

An emulated board's limits stand in app.toml. A real board has its core's own code around the app: its limit is what
the core's empty sketch takes (`custom_core_flash`, `custom_core_ram` of the board's ini, measured) and what the app
takes on REFERENCE (results.json, measured), and MARGIN on top. Either is raised by hand alone:

    [budget.nano33ble]
    raised = [{ what = "ram", to = 130_000, why = "the microphone's library has a table of 48 kB in RAM" }]

`python -m motekit.firmware.budget APP BOARD ELF [ENVIRONMENT]` checks a program; PlatformIO calls it after each link.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from ..app import App
from ..app import load as load_app
from ..errors import ConfigError, MotekitError
from ..report import results
from .boards import Board
from .boards import load as load_board
from .size import Size, measure

REFERENCE, MARGIN = "mps2_an386", 0.1


def limits(app: App, board: Board, more: str = "") -> dict[str, int]:
    """Bytes of `flash` and `ram` that the app may take on a board; without those that nobody has set.

    `more`: what an environment's name says besides app and board: that of `wearable_ble-nano33ble` looks for
    `[budget.nano33ble_ble]`.
    """
    found: dict[str, int] = {}
    if board.core:
        try:
            cost = results.read(app).get("cost", {}).get(REFERENCE, {})
        except ConfigError:
            cost = {}  # not measured yet
        found = {what: round((1 + MARGIN) * (board.core[what] + cost[what])) for what in board.core if what in cost}
    declared = {**app.budget.get(board.name, {}), **app.budget.get(f"{board.name}_{more}" if more else "", {})}
    return {**found, **{what: declared[what] for what in ("flash", "ram") if what in declared}}


def excess(size: Size, allowed: Mapping[str, int]) -> list[str]:
    """What is too large, in words."""
    used = {"flash": size.flash, "ram": size.ram}
    return [
        f"{what} {used[what]:,} of {allowed[what]:,} bytes" for what in used if used[what] > allowed.get(what, 1 << 40)
    ]


def over(app: str, board: str, problems: list[str]) -> ConfigError:
    """The line that a build over budget ends with."""
    return ConfigError(
        f"{app} on {board} is over its budget: {', '.join(problems)}. Make it smaller, or raise it: "
        f"raised = [{{ what, to, why }}] in [budget.{board}] of its app.toml, with the reason."
    )


def main(name: str, board: str, elf: str, environment: str = "") -> None:
    """Check one program of an app, a board and an environment.

    Raises
    ------
    ConfigError
        If it is over its budget.
    """
    app = load_app(name)
    more = environment.removesuffix(f"-{board}").removeprefix(app.name).removeprefix("_")
    if problems := excess(measure(Path(elf)), limits(app, load_board(board), more)):
        raise over(app.name, board, problems)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except MotekitError as error:
        sys.exit(f"motekit: {error}")
