"""The irrigation block walked through all its states, and driven by random faults, under the sanitizers."""

import subprocess
from pathlib import Path

from motekit import paths

HERE = Path(__file__).parent


def test_the_valve_is_never_open_when_it_must_not_be(tmp_path):
    program = tmp_path / "walk_irrigation"
    command = ["cc", "-std=c99", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"]
    command += ["-fno-sanitize-recover=all", "-I", str(paths.core_dir() / "include")]
    command += [str(HERE / "walk_irrigation.c"), str(paths.core_dir() / "src" / "post" / "irrigation.c")]
    subprocess.run([*command, "-o", str(program)], check=True, capture_output=True, text=True)
    result = subprocess.run([program, "10000", "1"], capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr
    assert "10000 sequences passed" in result.stdout
