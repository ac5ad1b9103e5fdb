"""What `motekit vectors` writes: the vectors, docs/dsp-accuracy.md, and the tolerances in docs/dsp.md."""

import re
from collections.abc import Sequence
from pathlib import Path

from ..files import write_if_changed
from .case import Case, Measured, check_vectors, write_vectors

_HEAD = """# How exact the feature blocks are

Largest difference from the oracle over all signals: noise, speech, a pulse wave, vibration, dropped samples, zeros, a
constant, an impulse, full scale, an alternating signal and subnormal numbers, where the block takes a signal.
Written by `motekit vectors --write`, which also writes `tests/vectors/`: for each block inputs, the oracle's outputs
and the core's; `motekit vectors` holds this computer's core against them.

"""


def table(found: Sequence[Measured]) -> str:
    """Results as a Markdown table."""
    lines = ["| block | vectors | oracle | relative to | tolerance | largest error | on | remark |", "|---" * 8 + "|"]
    for one in found:
        case = one.case
        bar, error = (f"{value:.2g}" if value else "0" for value in (case.bar, one.error))
        lines.append(
            f"| `{case.block}` | {case.name} | {case.oracle} | {case.relative_to} | {bar} | {error} | {one.signal} "
            f"| {case.why} |"
        )
    return "\n".join(lines) + "\n"


def _short(value: float) -> str:
    return f"{value:.2g}".replace("e-0", "e-") if value else "0"


def tolerance(one: Measured) -> str:
    """Oracle, tolerance and largest error of a case, for people."""
    case = one.case
    if case.bar == 0:
        told = "equal bits"
    else:
        of = "" if case.relative_to in ("output", "1") else f" of {case.relative_to}"
        told = f"{_short(case.bar)}{of} ({_short(one.error)})"
    oracle = f"`{case.oracle}`" if re.fullmatch(r"[\w.]+", case.oracle) and "." in case.oracle else case.oracle
    return f"{oracle}: {told}" + (f", {case.why}" if case.bar > 1e-5 and case.why else "")


def filled(text: str, found: Sequence[Measured]) -> str:
    """docs/dsp.md with the last cell of each block's row written from what was measured.

    Rows of blocks that have no case keep theirs: it says what their own tests hold.
    """
    lines = []
    for line in text.splitlines():
        cells = line.split(" | ")
        functions = re.findall(r"`(mk_\w+)`", cells[2]) if len(cells) == 6 else []
        told = list(dict.fromkeys(tolerance(one) for one in found if one.case.block in functions))
        lines.append(" | ".join([*cells[:5], "; ".join(told) + " |"]) if told else line)
    return "\n".join(lines) + "\n"


def write(found: Sequence[Measured], root: Path) -> list[Path]:
    """Write vectors and document into a checkout; returns the vectors' files."""
    folder = root / "tests" / "vectors"
    paths = []
    for one in found:
        paths.append(path_of(one.case, folder))
        write_vectors(one.case, paths[-1])
    write_if_changed(root / "docs" / "dsp-accuracy.md", _HEAD + table(found))
    blocks = root / "docs" / "dsp.md"
    write_if_changed(blocks, filled(blocks.read_text(encoding="utf8"), found))
    return paths


def path_of(case: Case, folder: Path) -> Path:
    """A case's file of vectors."""
    return folder / f"{case.name}.npz"


def check(cases: Sequence[Case], folder: Path) -> list[str]:
    """What is wrong with the vectors of a checkout."""
    wrong = []
    for case in cases:
        path = path_of(case, folder)
        wrong += check_vectors(case, path) if path.is_file() else [f"{case.name}: {path} is missing"]
    return wrong
