"""The vibration firmware: the bits of Python on three boards, its budgets, and its events from learning to alarm."""

import shutil
import subprocess

import numpy as np
import pytest

from motekit import chains
from motekit.app import load
from motekit.chain import Take
from motekit.data.machine import MISSING, frames_of
from motekit.datasets.synthetic import vibration
from motekit.firmware.build import build
from motekit.paths import core_dir
from motekit.post.machine import Code
from motekit.verify import verify

APP = "vibration_maintenance"


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """The app in a folder of its own, which learns in twelve seconds instead of ten minutes."""
    folder = tmp_path_factory.mktemp("quick") / APP
    shutil.copytree(load(APP).folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = (folder / "app.toml").read_text()
    for old, new in (
        ("learn_s = 400", "learn_s = 8"),
        ("check_s = 200", "check_s = 4"),
        ("confirm = 6", "confirm = 2"),
        ("smoothing = 0.1", "smoothing = 0.4"),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "app.toml").write_text(text)
    return chains.of(load(folder))


@pytest.fixture(scope="module")
def story(quick):
    """Twice learned (the second record and the third need an erase), a gap, then a fault."""
    made, scale = vibration.machine(2), quick.bearing.scale
    healthy = frames_of(vibration.simulate(made, vibration.Running(), 15.0, 1), scale)
    sick = frames_of(vibration.simulate(made, vibration.Running(fault="outer_race", severity=3.0), 14.0, 2), scale)
    pressed = healthy.copy()
    pressed[:2000, 1] *= -1
    gap = healthy[:30000].copy()
    gap[2000:9000, 0] = MISSING
    return Take(
        "story", "machine 2", np.concatenate([healthy, pressed, gap[:20000], pressed, sick]), source="synthetic"
    )


@pytest.mark.parametrize("board", ["host", "mps2_an386"])
def test_a_story_from_learning_to_alarm_is_the_same_bit_for_bit(quick, story, board):
    found = verify(quick, board, [story])
    assert found.equal == {"features": True, "scores": True, "decisions": True}
    codes = [event.code for event in found.firmware[0].events]
    assert codes.count(Code.LEARNED) == 3 and codes.count(Code.LOST) == 1
    assert Code.LEVEL in codes and Code.FAULT in codes
    assert len(found.firmware[0].scores) > 50


@pytest.mark.parametrize("board", ["mps2_an386", "stm32f405"])
def test_budgets_and_head_room(board):
    chain = chains.of(APP)
    built = build(chain.app, board)
    assert built.flash < 64_000 and built.ram < 32_000
    frames = chain.probe(12000, 2)
    found = verify(chain, board, [Take("noise", "none", frames, source="synthetic")])
    assert found.agree
    row_s = chain.bearing.points / chain.bearing.per_turn * 60 / chain.bearing.rpm
    # five times faster than 12 kHz on an STM32F405 at 168 MHz, an instruction a cycle
    assert 0 < found.cost["instructions_per_window"] < 168e6 * row_s / 5


@pytest.mark.parametrize("part", ["STM32F405xx", "STM32F411xE", "STM32F446xx"])
def test_the_flash_driver_of_real_parts_compiles(part, tmp_path):
    """No emulator has the controller: what can be shown of the driver is that it builds, and where its sectors lie."""
    folder = load(APP).folder / "firmware"
    built = tmp_path / "flash.o"
    command = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-std=c99", "-O2", "-Wall", "-Wextra", "-Werror",
               "-DARDUINO_ARCH_STM32", f"-D{part}", f"-I{core_dir() / 'include'}", f"-I{folder}", "-c",
               str(folder / "flash_stm32f4.c"), "-o", str(built)]  # fmt: skip
    subprocess.run(command, check=True, timeout=60)
    listing = subprocess.run(
        ["arm-none-eabi-objdump", "-s", "-j", ".rodata", str(built)], capture_output=True, text=True
    )
    wanted = "00000c08 00000e08" if part == "STM32F405xx" else "00000408 00000608"
    assert wanted in listing.stdout
