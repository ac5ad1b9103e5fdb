"""The firmware's portable C, on the host, under sanitizers."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from motekit.paths import core_dir, project_root

HERE = Path(__file__).parent
FIRMWARE = project_root() / "shared" / "firmware"
FLAGS = ["-std=c99", "-O1", "-g", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
INCLUDES = [f"-I{FIRMWARE / 'include'}", f"-I{core_dir() / 'include'}"]


def build(folder: Path, main: str, *sources: str, extra: Sequence[str] = ()) -> str:
    program = folder / "program"
    paths = [str(HERE / main), *(str(FIRMWARE / "src" / name) for name in sources)]
    paths.append(str(core_dir() / "src" / "runtime" / "crc.c"))
    subprocess.run(["cc", *FLAGS, *SANITIZERS, *INCLUDES, *paths, *extra, "-o", str(program)], check=True, timeout=60)
    return str(program)


def test_the_decoder_survives_anything(tmp_path):
    program = build(tmp_path, "fuzz_link.c", "link.c")
    done = subprocess.run([program, "20000"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    handled = int(done.stdout.split()[0])
    assert handled > 10_000  # it was frames that were fuzzed, not only noise


@pytest.mark.parametrize("sensor", [[], ["-DECHO_SENSOR"]], ids=["replay", "sensor"])
def test_the_firmware_survives_anything(tmp_path, sensor):
    app = str(HERE / "echo_app" / "app.c")
    program = build(tmp_path, "fuzz_firmware.c", "link.c", "main.c", "ring.c", "csv.c", extra=[app, *sensor])
    done = subprocess.run([program, "20000"], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_ring_keeps_order_and_counts_what_it_loses(tmp_path):
    program = build(tmp_path, "ring_test.c", "ring.c")
    done = subprocess.run([program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
