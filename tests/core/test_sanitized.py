"""The C core on the host under the address and undefined-behaviour sanitizers."""

import subprocess
from pathlib import Path

import pytest

from motekit import paths

HERE = Path(__file__).parent
STRICT = ["-std=c99", "-O1", "-g", "-ffp-contract=off", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


INCLUDE = ["-I", str(paths.core_dir() / "include")]
FUZZED = ("dsp/log", "dsp/logmel", "dsp/rfft_q31", "dsp/dct", "dsp/quantize", "post/keyword")


def test_every_source_compiles_without_a_warning():
    sources = [p for folder in ("dsp", "post", "runtime") for p in (paths.core_dir() / "src" / folder).glob("*.c")]
    assert len(sources) > len(FUZZED)
    command = ["cc", *STRICT, "-pedantic", "-fsyntax-only", *INCLUDE, *map(str, sources)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory):
    program = tmp_path_factory.mktemp("fuzz") / "fuzz_blocks"
    sources = [str(paths.core_dir() / "src" / f"{name}.c") for name in FUZZED]
    command = ["cc", "-std=c99", "-O1", "-g", "-ffp-contract=off", *SANITIZERS, *INCLUDE]
    subprocess.run([*command, str(HERE / "fuzz_blocks.c"), *sources, "-o", str(program)], check=True)
    return program


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_blocks_survive_random_configurations_and_signals(fuzzer, seed):
    result = subprocess.run([fuzzer, "150", str(seed)], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert "150 rounds passed" in result.stdout
