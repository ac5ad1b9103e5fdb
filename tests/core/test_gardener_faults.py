"""10,000 random fault sequences on the compiled irrigation controller, under the sanitizers."""

import re
import subprocess
from pathlib import Path

from motekit import paths

HERE = Path(__file__).parent
SOURCES = ("post/gardener.c", "post/irrigation.c", "dsp/moisture.c", "dsp/root.c", "dsp/rootzone.c", "dsp/probe.c",
           "dsp/quantize.c", "runtime/store.c", "runtime/crc.c")  # fmt: skip
FLAGS = ["-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fsanitize=address,undefined"]


def run(folder: Path, core: Path, *flags: str) -> subprocess.CompletedProcess:
    program = folder / "faults_gardener"
    sources = [str(HERE / "faults_gardener.c"), *(str(core / "src" / name) for name in SOURCES)]
    command = ["cc", *FLAGS, "-fno-sanitize-recover=all", *flags, "-I", str(core / "include"), *sources]
    subprocess.run([*command, "-o", str(program)], check=True, capture_output=True, text=True)
    return subprocess.run([program, "10000", "1"], capture_output=True, text=True, timeout=300)


def test_the_valve_is_never_open_too_long_nor_after_a_reset(tmp_path):
    result = run(tmp_path, paths.core_dir())
    assert result.returncode == 0, result.stderr
    sequences, openings, cuts = map(int, re.findall(r"\d+", result.stdout))
    # that nothing happened must not be why nothing went wrong
    assert sequences == 10_000 and openings > 5_000 and cuts > 10_000


def test_a_controller_that_forgets_a_limit_is_caught(tmp_path):
    core = tmp_path / "core"
    (core / "src").mkdir(parents=True)
    (core / "include").symlink_to(paths.core_dir() / "include")
    for name in SOURCES:
        (core / "src" / name).parent.mkdir(exist_ok=True)
        text = (paths.core_dir() / "src" / name).read_text()
        broken = text.replace("irrigation->open_s + config->tick_s > config->pulse_s", "0").replace(
            "irrigation->open_s + config->tick_s > config->max_open_s", "0"
        )
        assert (broken != text) == (name == "post/irrigation.c")
        (core / "src" / name).write_text(broken)
    assert run(tmp_path, core).returncode == 1
