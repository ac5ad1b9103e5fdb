"""Building: sizes, budgets, what is missing, and what is left behind."""

import dataclasses
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from motekit import app as apps
from motekit.errors import ConfigError, MissingToolError, ToolError
from motekit.firmware import boards
from motekit.firmware.build import build, compile_environment
from motekit.firmware.emulate import Emulation
from motekit.firmware.size import measure
from motekit.paths import project_root

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def app():
    return apps.load("keyword_spotting")


def one_line(error: pytest.ExceptionInfo) -> str:
    text = str(error.value)
    assert "\n" not in text
    return text


def test_size_is_what_the_linker_placed(echo_elf):
    elf = echo_elf("echo-mps2_an386")
    listing = subprocess.run(["arm-none-eabi-size", "-A", "-d", elf], capture_output=True, text=True, check=True)
    placed = {name: int(size) for name, size in re.findall(r"^(\.[\w.]+)\s+(\d+)\s+\d+$", listing.stdout, re.M)}
    size = measure(elf)
    assert size.flash == sum(placed.get(n, 0) for n in (".vectors", ".text", ".rodata", ".ARM.exidx", ".data"))
    assert size.ram == sum(placed.get(n, 0) for n in (".stack", ".data", ".bss", ".noinit"))
    assert size.stack == placed[".stack"] == 4096
    # the image also holds what aligns one section after the other
    assert 0 <= elf.with_name("firmware.bin").stat().st_size - size.flash < 16


def test_size_of_something_else_is_one_line(tmp_path):
    path = tmp_path / "firmware.elf"
    path.write_text("no")
    with pytest.raises(ToolError) as error:
        measure(path)
    one_line(error)


def test_a_build_over_budget_fails_and_says_by_how_much(app):
    found = build(app, "host")
    assert found.within_budget and found.summary()["within_budget"]
    tight = dataclasses.replace(app, budget={"host": {"flash": found.flash - 1, "ram": found.ram}})
    with pytest.raises(ConfigError, match="over its budget") as error:
        build(tight, "host")
    assert f"flash {found.flash:,} of {found.flash - 1:,} bytes" in one_line(error)
    assert "ram" not in str(error.value).split("Make it")[0]
    assert not build(tight, "host", check=False).within_budget


def test_a_build_again_gives_the_same_firmware(app):
    first = build(app, "host").elf.read_bytes()
    assert build(app, "host").elf.read_bytes() == first


def test_an_unknown_board_is_told_the_known_ones(app):
    with pytest.raises(ConfigError, match="mps2_an386"):
        build(app, "toaster")


def test_a_missing_compiler_is_named_with_its_package(app, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", str(tmp_path))
    with pytest.raises(MissingToolError, match="gcc-arm-none-eabi libnewlib-arm-none-eabi"):
        build(app, "mps2_an386")
    with pytest.raises(MissingToolError, match="gcc"):
        build(app, "host")


def test_a_missing_emulator_is_named_with_its_package(echo_elf, monkeypatch, tmp_path):
    elf = echo_elf("echo-mps2_an386")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="qemu-system-arm"):
        Emulation(elf, "mps2_an386")


@pytest.fixture
def project(tmp_path):
    """A copy of what a wheel carries, and the test project in it."""
    ignore = shutil.ignore_patterns("__pycache__", "bench")
    copy = tmp_path / "project"
    for folder in ("boards", "shared/core", "shared/firmware"):
        shutil.copytree(project_root() / folder, copy / folder, ignore=ignore)
    shutil.copytree(HERE / "echo_app", copy / "tests" / "firmware" / "echo_app")
    shutil.copy(HERE / "platformio.ini", copy / "tests" / "firmware")
    return copy


def test_nothing_is_written_to_the_project_and_nothing_is_fetched(project, tmp_path, monkeypatch):
    # a core folder that has never seen a network, and proxies that lead nowhere
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", str(tmp_path / "core"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    before = sorted(project.rglob("*"))
    elf = compile_environment(project / "tests" / "firmware", "echo-mps2_an386", tmp_path / "work")
    assert elf.is_relative_to(tmp_path / "work")
    assert sorted(project.rglob("*")) == before
    assert [p.name for p in (tmp_path / "core" / "packages").iterdir()] == ["tool-scons@pypi"]


def test_an_error_of_the_compiler_is_one_line(project, tmp_path):
    source = project / "tests" / "firmware" / "echo_app" / "app.c"
    source.write_text(source.read_text() + "\nint broken(void) { return nonsense; }\n")
    with pytest.raises(ToolError, match="nonsense") as error:
        compile_environment(project / "tests" / "firmware", "echo-host", tmp_path / "work")
    assert "app.c" in one_line(error)
    log = re.search(r"output is in (\S+)\.$", str(error.value))
    assert "nonsense" in Path(log[1]).read_text()


def test_firmware_that_does_not_fit_does_not_link(project, tmp_path):
    board = project / "boards" / "microbit.json"
    board.write_text(board.read_text().replace('"16K"', '"2K"').replace('"2K"]', '"3K"]'))
    with pytest.raises(ToolError, match="overflowed") as error:
        compile_environment(project / "tests" / "firmware", "echo-microbit", tmp_path / "work")
    one_line(error)


def test_every_board_has_its_files():
    for name in boards.board_names():
        board = boards.load(name)
        ini = boards.boards_dir() / f"{name}.ini"
        text = ini.read_text()
        assert f"[board_{name}]" in text
        # a further way to build an app there (`<app>_<more>-<board>`) is counted by itself
        usual = re.sub(rf"(?ms)^(?:;[^\n]*\n)?\[env:\w+_ble-{re.escape(name)}\].*?(?=^\[|\Z)", "", text)
        assert len(usual.splitlines()) <= 25 and len(text.splitlines()) <= 35
        assert board.title and board.runs_in
    assert {"host", "mps2_an386"} <= set(boards.board_names())


def test_platformio_builds_the_project_as_it_stands(tmp_path):
    """What a user types: `pio run -e ...` in the checkout, without any help of motekit's own command."""
    variables = {
        **os.environ,
        "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
        "PLATFORMIO_WORKSPACE_DIR": str(tmp_path / "pio"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    environment = "keyword_spotting-mps2_an386"
    command = [sys.executable, "-m", "platformio", "run", "-d", str(project_root()), "-e", environment]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
    assert measure(tmp_path / "pio" / "build" / environment / "firmware.elf").flash < 110_000
