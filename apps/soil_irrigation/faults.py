"""Random faults on the firmware's image in simavr: sensors, clock, supply, EEPROM, brown-outs, a program that hangs."""

import os
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from motekit.firmware import simavr

#: (second, what, value), see shared/firmware/simavr/avr_run.c
Script = list[tuple[float, str, float | str]]

#: limits that the thirsty garden is given through the menu, in seconds, and those of app.toml
MAX_OPEN_S, DECLARED_MAX_OPEN_S = 60, 3600
HOURS = 3
#: the first hour after a reset is for looking
LOOKS_S = 3500
#: the clock of a processor is not the world's
TOLERANCE_S = 0.5
#: parched soil, darkness and 25 degC
SENSORS: Script = [(0.001, f"a{i}", mv) for i, mv in enumerate((2750, 2750, 2750, 0, 2500))]
_TEXTS = ("t_300_3", "t_1_1", "t_210_23", "d", "r", "l", "l_0_20", "l_1_9999", "l_3_5", "w", "s", "n_1", "c_2_9999",
          "xyzzy")  # fmt: skip
_KINDS = ("probe", "probe", "dht", "supply", "flip", "cut", "air", "text", "text", "rain", "hang")
_VALUES = {"dht": (0,), "supply": (2500, 5500), "air": (-100, 10, 450), "rain": (0,)}
_GOOD = {what: value for _, what, value in SENSORS} | {"dht": 1, "supply": 5000, "air": 210, "rain": 1}
#: after one of these the limits are no longer sure to be those of the menu: the settings may be damaged, and seen to
_RESTORING = ("w", "s")


@dataclass
class Verdict:
    """What came of one sequence.

    Attributes
    ----------
    openings : int
        Times the valve has opened.
    longest_s : float
        Of them, in seconds, as long as the menu's limits held.
    cuts, watchdog : int
        Resets by loss of power, and by anything else.
    soonest_s : float
        From a reset to the next opening.
    wrong : list of str
        What must not have happened.
    """

    openings: int = 0
    longest_s: float = 0.0
    cuts: int = 0
    watchdog: int = 0
    soonest_s: float = float("inf")
    wrong: list[str] = field(default_factory=list)


def thirsty(elf: Path) -> bytes:
    """EEPROM of a garden that waters as often as its rules allow: short pulses, and a month without rain has passed.

    Its limits come through the serial menu and are saved twice, into both slots.
    """
    limits = ["l_1_40", f"l_0_{MAX_OPEN_S}", "l_2_300", "l_3_10"]
    lines = [*limits, "s", "s", "t_170_0"]
    script = [*SENSORS, *((1 + 0.5 * i, "text", line) for i, line in enumerate(lines))]
    # an hour later it is 25 days later
    return simavr.live(elf, [*script, (3700.0, "text", "t_199_0"), (7260.0, "end", 0)]).eeprom


def script_of(seed: int) -> Script:
    """Hours of the thirsty garden in which anything may happen; power fails at least once while a pulse is on."""
    draw = random.Random(seed)
    script = list(SENSORS)
    for _ in range(draw.randint(2, 9)):
        at = draw.uniform(1, HOURS * 3600)
        kind = draw.choice(_KINDS)
        if kind == "cut":
            script.append((at, "cut", round(draw.choice([0.001, 1, draw.uniform(0, 1000)]), 3)))
        elif kind == "text":
            script.append((at, "text", draw.choice(_TEXTS)))
        elif kind == "hang":
            script.append((at, "hang", 0))
        elif kind == "flip":
            script.append((at, "flip", draw.randint(0, 65_535)))
        else:
            what = f"a{draw.randint(0, 4)}" if kind == "probe" else kind
            script.append((at, what, draw.choice(_VALUES.get(what, [0, 5000, draw.randint(0, 5000)]))))
            if draw.random() < 0.6:
                script.append((at + draw.uniform(10, 2000), what, _GOOD[what]))
    script.append((3672 + draw.uniform(0, 60), "cut", 1))
    return sorted([*script, (HOURS * 3600 + 1500.0, "end", 0)], key=lambda line: line[0])


def judge(script: Script, found: simavr.Live) -> Verdict:
    """Whether the valve was ever open for too long, or after a reset."""
    verdict = Verdict(cuts=len(found.resets), watchdog=len(found.watchdog))
    sure_until = min(
        (at for at, what, value in script if what == "text" and value in _RESTORING), default=script[-1][0]
    )
    resets = [0.0, *found.resets, *found.watchdog]
    for start, seconds in found.open_for(script[-1][0]):
        verdict.openings += 1
        sure = start < sure_until
        limit = MAX_OPEN_S if sure else DECLARED_MAX_OPEN_S
        if sure:
            verdict.longest_s = max(verdict.longest_s, seconds)
        if seconds > limit + TOLERANCE_S:
            verdict.wrong.append(f"open for {seconds:.1f} s from {start:.1f} s on, limit {limit} s")
        since = start - max(reset for reset in resets if reset <= start)
        verdict.soonest_s = min(verdict.soonest_s, since)
        if since < LOOKS_S:
            verdict.wrong.append(f"open {since:.1f} s after a reset, at {start:.1f} s")
    return verdict


def run(
    elf: Path, sequences: int, progress: Callable[[int, int, str], None] | None = None, jobs: int | None = None
) -> dict[str, Any]:
    """So many sequences on the image; what results.json keeps of them."""
    eeprom, verdicts, happened = thirsty(elf), [], Counter()
    scripts = [script_of(seed) for seed in range(sequences)]
    # each in a process of its own: threads do to wait for them
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        for script, found in zip(scripts, pool.map(lambda s: simavr.live(elf, s, eeprom, 1800), scripts), strict=True):
            verdicts.append(judge(script, found))
            happened.update(_kind(what) for _, what, _ in script[len(SENSORS) :])
            if progress:
                progress(len(verdicts), sequences, "fault sequences")
    wrong = [f"sequence {seed}: {line}" for seed, verdict in enumerate(verdicts) for line in verdict.wrong]
    return {
        "sequences": sequences,
        "hours_each": HOURS,
        "openings": sum(v.openings for v in verdicts),
        "sequences_with_openings": sum(v.openings > 0 for v in verdicts),
        "power_cuts": sum(v.cuts for v in verdicts),
        "watchdog_resets": sum(v.watchdog for v in verdicts),
        "happened": dict(sorted(happened.items())),
        "limit_s": MAX_OPEN_S,
        "longest_open_s": round(max(v.longest_s for v in verdicts), 2),
        "soonest_after_a_reset_s": round(min(v.soonest_s for v in verdicts), 1),
        "wrong": wrong,
    }


def _kind(what: str) -> str:
    return {"a3": "light"}.get(what, "probe or thermometer" if what[0] == "a" and what[1:].isdigit() else what)
