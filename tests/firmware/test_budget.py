"""Budgets: what a board's limit is made of, how it is raised, and the one line that a build over it ends with."""

import subprocess
import sys
import tomllib

import pytest

from motekit import app as apps
from motekit.errors import ConfigError
from motekit.firmware import boards, budget
from motekit.firmware.build import build
from motekit.firmware.size import Size, measure
from motekit.report import results

APP, EMULATED = "soil_irrigation", "mps2_an386"


@pytest.fixture
def folder(tmp_path):
    """A copy of an app whose budget a test may change."""
    given = apps.load("keyword_spotting").folder / "app.toml"
    (tmp_path / "app.toml").write_text(given.read_text())

    def write(text: str):
        (tmp_path / "app.toml").write_text(given.read_text().split("[budget.")[0] + text)
        return apps.load(tmp_path)

    return write


def test_every_limit_that_was_raised_has_its_reason():
    for name in apps.app_names():
        declared = tomllib.loads((apps.load(name).folder / "app.toml").read_text())["budget"]
        assert EMULATED in declared
        for board, limits in declared.items():
            known = boards.board_names()
            assert board in known or board.rpartition("_")[0] in known
            for one in limits.get("raised", []):
                assert len(one["why"]) >= 20 and one["to"] > limits.get(one["what"], 0)


def test_a_real_board_s_limit_is_its_core_and_the_app_and_a_tenth():
    app, board = apps.load("vibration_maintenance"), boards.load("nucleo_f446re")
    cost = results.read(app)["cost"][EMULATED]
    assert budget.limits(app, board) == {
        what: round(1.1 * (board.core[what] + cost[what])) for what in ("flash", "ram")
    }
    # nobody has measured the core of this one
    assert budget.limits(app, boards.load("nicla_vision")) == {}


def test_a_limit_is_raised_by_what_is_written_last(folder):
    text = """
[budget.nanorp2040connect]
raised = [{ what = "ram", to = 500_000, why = "the board's library has a table" }]
[budget.mps2_an386]
flash = 1000
ram = 2000
raised = [{ what = "flash", to = 1500, why = "a second filter was wanted by all" },
          { what = "flash", to = 1700, why = "and a third, for the other hand" }]
"""
    app = folder(text)
    assert app.budget == {"nanorp2040connect": {"ram": 500_000}, "mps2_an386": {"flash": 1700, "ram": 2000}}
    assert budget.limits(app, boards.load("nanorp2040connect"))["ram"] == 500_000
    assert budget.excess(Size(1701, 2001, 0), app.budget["mps2_an386"]) == [
        "flash 1,701 of 1,700 bytes",
        "ram 2,001 of 2,000 bytes",
    ]
    assert budget.excess(Size(1700, 2000, 0), app.budget["mps2_an386"]) == []


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        ('{ what = "flash", to = 1500, why = "" }', "raises flash without a reason"),
        ('{ what = "flash", to = 1500, why = "needs more" }', "without a reason"),
        ('{ what = "flash", to = 1500 }', "each is { what, to, why }"),
        ('{ what = "flash", to = 1000, why = "it is not more than it was" }', "`to` more than it was"),
        ('{ what = "time", to = 1500, why = "there is no such limit at all" }', "what one of flash"),
    ],
)
def test_a_raise_without_a_reason_is_none(folder, raised, message):
    with pytest.raises(ConfigError, match=message):
        folder(f"[budget.mps2_an386]\nflash = 1000\nraised = [{raised}]\n")


def test_a_build_over_budget_fails_with_one_line(tmp_path):
    app = apps.load(APP)
    text = (app.folder / "app.toml").read_text()
    elf = build(app, "host").elf
    # what PlatformIO calls after it has linked: the same line
    (tmp_path / "app.toml").write_text(text + "\n[budget.host]\nflash = 1000\n")
    (tmp_path / "chain.py").write_text("")
    command = [sys.executable, "-m", "motekit.firmware.budget", str(tmp_path), "host", str(elf)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    used = measure(elf).flash
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"motekit: {APP} on host is over its budget: flash {used:,} of 1,000 bytes. Make it")
    assert "with the reason" in done.stderr
    command[3] = APP
    assert subprocess.run(command, timeout=120).returncode == 0
