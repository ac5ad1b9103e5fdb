"""The vibration machine's core under sanitizers, with the tables of the committed app and hostile frames."""

import subprocess

from motekit import chains
from motekit.paths import core_dir
from motekit.post.machine import Machine

SOURCES = (
    "dsp/bearing", "dsp/order", "dsp/resample", "dsp/rfft", "dsp/shape", "dsp/sos", "dsp/spectrum", "dsp/moments",
    "dsp/math", "dsp/quantile", "dsp/quality", "dsp/sum", "dsp/log",
    "post/machine", "post/anomaly", "post/journal", "post/flash_memory", "post/trend",
)  # fmt: skip


def test_hostile_frames(tmp_path):
    from pathlib import Path

    chain = chains.of("vibration_maintenance")
    watched = chain.machine()
    chain.generate(tmp_path, "generic")
    (tmp_path / "sizes.h").write_text(
        f"enum {{ MEMORY = {chain.bearing.memory_floats}, SCRATCH = {watched.scratch_floats}, "
        f"SECTOR = {Machine.FLASH_SECTOR} }};\n"
    )
    walk = Path(__file__).with_name("walk_machine.c")
    built = tmp_path / "walk"
    sources = [str(core_dir() / "src" / f"{name}.c") for name in SOURCES]
    sanitize = "-fsanitize=address,undefined,float-cast-overflow"
    command = ["gcc", "-std=c99", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off", sanitize,
               "-fno-sanitize-recover=all", f"-I{core_dir() / 'include'}", f"-I{tmp_path}", str(walk), *sources,
               "-lm", "-o", str(built)]  # fmt: skip
    subprocess.run(command, check=True, timeout=300)
    found = subprocess.run([built], capture_output=True, text=True, timeout=300, check=False)
    assert found.returncode == 0, found.stderr
    rows, events = (int(word) for word in found.stdout.split())
    assert rows > 30 and events > 3
