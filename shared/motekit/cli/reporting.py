"""`motekit report`: what an app's firmware costs, and how long a battery lasts."""

from typing import Annotated

import typer

from . import app as commands
from .output import AppName, Board, Json, result, table


@commands.command()
def report(
    name: AppName,
    board: Board = "mps2_an386",
    measure: Annotated[bool, typer.Option("--measure", help="Replay the built-in recording anew.")] = False,
    json: Json = False,
) -> None:
    """Cost of an app beside its budget, its networks in both runtimes, and its energy where it makes an estimate."""
    from .. import chains, runtimes
    from ..errors import ConfigError
    from ..report import results

    def show(found: dict) -> None:
        rows = [[what, value, found["budget"].get(what, "")] for what, value in found["cost"].items()]
        table(f"{found['app']} on {found['board']}", ["cost", "measured", "budget"], rows)
        table("Runtimes", runtimes.COLUMNS, runtimes.rows(found["runtimes"]))
        agree = found["runtimes"]["agree"]
        if agree is not None:
            print(f"Replayed in both: {'identical' if agree else 'DIFFERENT'}.")
        for energy in found["energy"]:
            on, every = energy["light"]["on_s"], energy["light"]["every_s"]
            light = "always on" if on == every else f"on {on:g} s of {every:g} s"
            rows = [[part, f"{value:g}"] for part, value in energy["ma"].items()]
            table(f"Energy, sensor's light {light}", ["part", "mA"], rows)
            print(
                f"{energy['days']:g} days on {energy['cell_mah']:g} mAh; the processor sleeps {energy['asleep']:.1%}."
            )
        for energy in found["energy"][:1]:
            print("\n".join([energy["note"], *energy["sources"]]))

    with result(json, show) as done:
        chain = chains.of(name)
        if measure:
            from ..report.docs import measure_cost

            measure_cost(chain)
        costs = results.read(chain.app).get("cost", {})
        if board not in costs:
            raise ConfigError(
                f"{chain.app.name} was not measured on {board}. Measure it: motekit report {name} --measure."
            )
        keys = ("instructions_per_window", "flash", "ram", "stack")
        done(
            {
                "app": chain.app.name,
                "board": board,
                "cost": {key: costs[board].get(key) for key in keys},
                "budget": chain.app.budget.get(board, {}),
                "runtimes": runtimes.compare(chain, [chain.scene()]).summary(),
                "energy": chain.energy(costs[board]["instructions_per_window"]),
            }
        )
