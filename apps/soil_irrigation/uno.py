"""What is measured on the Uno's image in simavr, into results.json: `python -m motekit.apps.soil_irrigation.uno`.

`faults`: random fault sequences. `replay`: a season of hours, bit by bit against Python and the host's firmware, with
its cost. `energy`: a day's sleep, and what it draws.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from motekit import app as apps
from motekit import verify
from motekit.errors import MotekitError
from motekit.firmware import simavr
from motekit.firmware.build import build
from motekit.firmware.run import FirmwareReplay
from motekit.link import Event
from motekit.post.gardener import Code
from motekit.report import results

from . import energy, faults
from .chain import AppChain

PARTS = ("faults", "replay", "energy")
HOURS_A_DAY = 24


def replay(chain: AppChain) -> dict[str, Any]:
    """The built-in season through the firmware on the host and on the Uno."""
    season = chain.scene()
    boards = {name: verify.verify(chain, name, [season]) for name in ("host", "uno")}
    answer = boards["uno"].python[0]
    with FirmwareReplay(chain.app, "uno") as firmware:
        # two days: the second has a forecast from the first and a decision in its hours
        stats = firmware.raw(season.frames[: 2 * HOURS_A_DAY]).stats
    return {
        "season": season.name,
        "hours": len(season.frames),
        "forecasts": len(answer.scores),
        "events": len(answer.events),
        "openings": sum(event.code == Code.OPENED for event in answer.events),
        "open_s": open_seconds(answer.events),
        "equal": {name: found.equal for name, found in boards.items()},
        "flash": boards["uno"].cost["flash"],
        "static_ram": boards["uno"].cost["ram"],
        "stack": boards["uno"].cost["stack"],
        "longest_hour_ms": round(1000 * stats.longest_ticks / stats.tick_hz, 1),
        "day_ms": round(1000 * boards["uno"].cost["instructions_per_window"] / simavr.HZ, 1),
    }


def open_seconds(events: list[Event]) -> int:
    """How long the valve was open, by what the controller said."""
    total, since = 0, None
    for event in events:
        if event.code == Code.OPENED:
            since = event.at
        elif event.code == Code.CLOSED and since is not None:
            total, since = total + event.at - since, None
    return total


def measure(
    chain: AppChain, parts: tuple[str, ...], sequences: int, progress, jobs: int | None = None
) -> dict[str, Any]:
    """What results.json keeps, by part.

    Raises
    ------
    ToolError
        If a compiler or simavr is missing.
    """
    found = {}
    with tempfile.TemporaryDirectory(prefix="motekit-uno-") as folder:
        # somebody may build again while this runs
        elf = Path(shutil.copy(build(chain.app, "uno").elf, folder))
        if "faults" in parts:
            found["uno_faults"] = faults.run(elf, sequences, progress, jobs)
        if "energy" in parts:
            found["uno_energy"] = _energy(chain, elf)
    if "replay" in parts:
        found["uno_replay"] = replay(chain)
    return found


def _energy(chain: AppChain, elf: Path) -> dict[str, Any]:
    frames = chain.scene().frames
    day = simavr.live(elf, [*faults.SENSORS, (float(energy.DAY_S), "end", 0)])
    open_s_a_day = open_seconds(chain.answer(frames).events) / (len(frames) / HOURS_A_DAY)
    return {**energy.estimate(day, open_s_a_day), "live_stack": day.stack}


def main() -> None:
    """Measure and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help="faults, replay, energy; all unless named")
    parser.add_argument("--sequences", type=int, default=200, help="fault sequences (default: 200)")
    parser.add_argument("--jobs", type=int, help="sequences at a time (default: one a processor)")
    parser.add_argument("--out", type=Path, help="folder of results.json (default: the app's pretrained)")
    arguments = parser.parse_args()

    def shown(done: int, total: int, what: str) -> None:
        print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)

    try:
        chain = AppChain(apps.load("soil_irrigation"))
        found = {}
        for part in arguments.parts or PARTS:
            found |= measure(chain, (part,), arguments.sequences, shown, arguments.jobs)
            # what took half an hour is not lost with the next part
            results.save(arguments.out or chain.app.pretrained, found)
    except MotekitError as error:
        sys.exit(f"motekit: {error}")
    for name, figures in found.items():
        print(name, figures)
    if wrong := found.get("uno_faults", {}).get("wrong"):
        sys.exit(f"motekit: the valve was open when it must not be: {wrong[0]}. See results.json.")


if __name__ == "__main__":
    main()
