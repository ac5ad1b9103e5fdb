"""The irrigation controller's blocks on an ATmega328P in simavr: the same bits as on the host."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from motekit import paths

HERE = Path(__file__).parent
BLOCKS = ("moisture", "probe", "irrigation", "climate", "bucket", "smoothing", "zone", "integers")
DSP = ("root", "moisture", "probe", "climate", "soil", "math", "rootzone", "quantize")
SOURCES = (*(f"dsp/{name}.c" for name in DSP), "post/irrigation.c")
FLAGS = ["-std=c99", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror"]


def build(compiler: list[str], program: Path) -> Path:
    core = paths.core_dir()
    sources = [str(HERE / "avr_blocks.c"), *(str(core / "src" / name) for name in SOURCES)]
    command = [*compiler, *FLAGS, "-I", str(core / "include"), *sources, "-lm", "-o", str(program)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return program


@pytest.fixture(scope="module")
def avr_image(tmp_path_factory) -> Path:
    missing = [tool for tool in ("avr-gcc", "avr-size", "simavr") if not shutil.which(tool)]
    assert not missing, f"{missing[0]} is missing. Install gcc-avr, avr-libc, binutils-avr and simavr."
    compiler = ["avr-gcc", "-mmcu=atmega328p", "-Os", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"]
    return build(compiler, tmp_path_factory.mktemp("avr") / "blocks.elf")


def hashes(text: str) -> list[tuple[str, str]]:
    return re.findall(rf"({'|'.join(BLOCKS)}) ([0-9a-f]{{8}})", text)


def test_every_block_gives_the_same_bits(avr_image, tmp_path):
    sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    host = build(["cc", "-O1", "-g", *sanitizers], tmp_path / "blocks")
    expected = hashes(subprocess.run([host], capture_output=True, text=True, check=True, timeout=60).stdout)
    assert [name for name, _ in expected] == list(BLOCKS)
    run = subprocess.run(
        ["simavr", "-m", "atmega328p", "-f", "16000000", str(avr_image)], capture_output=True, text=True, timeout=120
    )
    assert hashes(run.stdout + run.stderr) == expected


def test_all_of_them_leave_room_on_an_uno(avr_image):
    text, data, bss = map(
        int, subprocess.run(["avr-size", avr_image], capture_output=True, text=True, check=True).stdout.split()[6:9]
    )
    # of 30,720 bytes of flash and 2,048 of RAM, with the test's own code and every block's own state at once
    assert text + data < 24_000
    assert data + bss < 500
