"""The feature blocks on the host under the address and undefined-behaviour sanitizers."""

import subprocess
from pathlib import Path

import pytest

from motekit import bench, bench_dsp, paths

HERE = Path(__file__).parent
FLAGS = ["-std=c99", "-O1", "-g", "-ffp-contract=off", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def build(program: Path, *sources: Path) -> Path:
    include = [f"-I{folder}" for folder in (paths.core_dir() / "include", bench.port_dir(), program.parent)]
    command = ["cc", *FLAGS, *include, *map(str, [*sources, *bench_dsp.core_sources()]), "-lm", "-o", str(program)]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return program


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory):
    return build(tmp_path_factory.mktemp("fuzz") / "fuzz_dsp", HERE / "fuzz_dsp.c")


@pytest.mark.parametrize("seed", [1, 2])
def test_blocks_survive_random_configurations_and_signals(fuzzer, seed):
    result = subprocess.run([fuzzer, "40", str(seed)], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert "40 rounds passed" in result.stdout


def test_every_benched_block_is_clean(tmp_path):
    """The bench's program is built as for the host, so its hashes must be the host's too."""
    bench_dsp.write_inputs(tmp_path)
    program = build(tmp_path / "bench", *bench_dsp.case_sources())
    result = subprocess.run([program], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    assert bench_dsp.read_hashes(tmp_path) == bench_dsp.host_hashes()
