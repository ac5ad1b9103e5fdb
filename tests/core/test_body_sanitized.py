"""The motion half of a wrist on the host under the address and undefined-behaviour sanitizers."""

import subprocess
from pathlib import Path

import pytest

from motekit import paths

HERE = Path(__file__).parent
FLAGS = ["-std=c99", "-O1", "-g", "-ffp-contract=off", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
PARTS = (
    "dsp/cadence", "dsp/counts", "dsp/gait", "dsp/math", "dsp/recent", "dsp/resample", "dsp/rfft", "dsp/sos",
    "post/activity", "post/body", "post/fall", "post/sleep",
)  # fmt: skip


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory):
    program = tmp_path_factory.mktemp("fuzz") / "fuzz_body"
    sources = [str(paths.core_dir() / "src" / f"{part}.c") for part in PARTS]
    include = ["-I", str(paths.core_dir() / "include")]
    command = ["cc", *FLAGS, *include, str(HERE / "fuzz_body.c"), *sources, "-lm", "-o", str(program)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return program


@pytest.mark.parametrize("seed", [1, 2])
def test_any_samples_and_any_split(fuzzer, seed):
    result = subprocess.run([fuzzer, "30", str(seed)], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert "30 rounds passed" in result.stdout
