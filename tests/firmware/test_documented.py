"""Does what docs/add-a-board.md and docs/add-a-sensor.md say, in a copy of the project, and runs the result."""

import json
import re
import shutil
import subprocess
import sys
import time

import pytest

from motekit.firmware.emulate import Emulation
from motekit.link import Outputs, Session
from motekit.paths import project_root

ROOT = project_root()
PAGES = ("add-a-board.md", "add-a-sensor.md")


def documented() -> dict[str, str]:
    """The files that the pages show, by name."""
    text = "".join((ROOT / "docs" / page).read_text(encoding="utf8") for page in PAGES)
    return dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", text, re.S))


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with the pages' files, and nothing else changed."""
    folder = tmp_path_factory.mktemp("documented")
    for name in ("apps", "boards", "shared", "platformio.ini", "datasets", "pyproject.toml"):
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__", ".pio", "build")
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    for name, text in documented().items():
        assert not (folder / name).exists(), f"{name} exists already: the pages would edit it"
        (folder / name).write_text(text)
    return folder


def motekit(project, *arguments: str) -> dict:
    """A command of the copy's own motekit."""
    # -c, not -m: only so does the copy's package come before the installed one
    program = f"import sys; sys.path.insert(0, {str(project / 'shared')!r}); from motekit.cli import main; main()"
    command = [sys.executable, "-c", program, *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=project)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_pages_show_a_board_and_a_sensor():
    assert set(documented()) == {"boards/example.json", "boards/example.ini", "shared/firmware/sensors/sawtooth.c"}
    assert len(documented()["boards/example.ini"].splitlines()) <= 25


def test_the_new_board_with_its_new_sensor_builds_and_listens(project):
    listed = {board["name"]: board for board in motekit(project, "boards")["boards"]}
    assert listed["example"]["apps"] == ["keyword_spotting"]
    built = motekit(project, "build", "keyword_spotting", "--board", "example")
    # over the UART: between two files the machine's time stands still while it waits for the computer
    with Emulation(built["elf"], "mps2_an386", time_limit=240, uart=True) as machine:
        session = Session(machine.stream, timeout=60)
        assert session.hello.board == "example" and session.hello.sensor == "sawtooth"
        heard = 0
        for _ in session.listen(Outputs.SCORES, end=time.monotonic() + 120):
            heard += 1
            if heard == 5:
                break
    assert heard == 5  # windows of its own sensor, in real time


def test_the_new_board_gives_the_bits_of_python(project):
    found = motekit(project, "run", "keyword_spotting", "--board", "example", "--input", "synthetic")
    assert found["agree"] and found["board"] == "example" and found["windows"] > 10
