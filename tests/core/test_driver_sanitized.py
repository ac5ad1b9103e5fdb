"""The driver's runtime and the drowsiness block on the host under the address and undefined-behaviour sanitizers."""

import subprocess
from pathlib import Path

import pytest

from motekit import paths

HERE = Path(__file__).parent
FLAGS = ["-std=c99", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off"]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
PARTS = ("dsp/camera", "dsp/eye_crop", "dsp/eyes", "dsp/image", "post/drowsiness", "runtime/driver")


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory):
    program = tmp_path_factory.mktemp("fuzz") / "fuzz_driver"
    sources = [str(paths.core_dir() / "src" / f"{part}.c") for part in PARTS]
    include = ["-I", str(paths.core_dir() / "include")]
    command = ["cc", *FLAGS, *SANITIZERS, *include, str(HERE / "fuzz_driver.c"), *sources, "-lm", "-o", str(program)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return program


@pytest.mark.parametrize("seed", [1, 2])
def test_any_lines_and_any_split(fuzzer, seed):
    result = subprocess.run([fuzzer, "15", str(seed)], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert "15 rounds passed" in result.stdout
