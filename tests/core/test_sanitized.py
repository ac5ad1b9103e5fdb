"""The C core on the host under the address and undefined-behaviour sanitizers."""

import subprocess
from pathlib import Path

import pytest

from motekit import paths

HERE = Path(__file__).parent
STRICT = ["-std=c99", "-O1", "-g", "-ffp-contract=off", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def sources(*folders: str) -> list[str]:
    return [str(path) for folder in folders for path in sorted((paths.core_dir() / "src" / folder).glob("*.c"))]


def test_every_source_compiles_alone_without_a_warning(tmp_path):
    for path in sources("dsp", "post", "runtime"):
        command = [
            "cc",
            *STRICT,
            "-pedantic",
            "-I",
            str(paths.core_dir() / "include"),
            "-c",
            path,
            "-o",
            "/dev/null",
        ]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory):
    program = tmp_path_factory.mktemp("fuzz") / "fuzz_blocks"
    command = ["cc", "-std=c99", "-O1", "-g", "-ffp-contract=off", *SANITIZERS, "-I"]
    command += [str(paths.core_dir() / "include"), str(HERE / "fuzz_blocks.c"), *sources("dsp", "post")]
    subprocess.run([*command, "-o", str(program)], check=True, capture_output=True, text=True)
    return program


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_blocks_survive_random_configurations_and_signals(fuzzer, seed):
    result = subprocess.run([fuzzer, "150", str(seed)], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert "150 rounds passed" in result.stdout
