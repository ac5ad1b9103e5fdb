"""The wrist's whole firmware application on the host under the address and undefined-behaviour sanitizers."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from motekit import app as apps
from motekit import chains, paths

HERE = Path(__file__).parent
FLAGS = ["-std=gnu99", "-O1", "-g", "-ffp-contract=off", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
#: 4 s of every 10 s with light, and parts at rates of their own
CHANGES = (("on_s = 2.0", "on_s = 4.0"), ("every_s = 2.0", "every_s = 10.0"), ("rate_hz = 125", "rate_hz = 100"))
RATES = "\n[rates]\npulse_hz = 64\nmotion_hz = 100\n"


def needed(sources: list[Path], core: Path) -> list[Path]:
    """The core's files that sources include headers of, and so on: a whole core takes its time under sanitizers."""
    by_header = {f"{path.parent.name}_{path.stem}": path for path in (core / "src").rglob("*.c")}
    found: set[Path] = set()
    waiting = list(sources)
    while waiting:
        text = waiting.pop().read_text()
        # models name their kernels
        found |= {path for path in (core / "src" / "nn").glob("*.c") if f"mk_{path.stem}(" in text}
        for name in re.findall(r'#include ["<]motekit/(\w+)\.h', text):
            header = core / "include" / "motekit" / f"{name}.h"
            waiting += [path for path in (header, by_header.get(name)) if path and path.is_file() and path not in found]
            found |= {header} | ({by_header[name]} if name in by_header else set())
    return sorted(path for path in found if path.suffix == ".c")


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    root = tmp_path_factory.mktemp("wrist")
    source, folder = apps.load("wearable").folder, root / "wrist"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    told = (folder / "app.toml").read_text()
    for old, new in CHANGES:
        assert told.count(old) == 1
        told = told.replace(old, new)
    (folder / "app.toml").write_text(told + RATES)
    made = root / "made"
    made.mkdir()
    chains.of(apps.load(folder)).generate(made, "generic")
    core, firmware = paths.core_dir(), paths.core_dir().parent / "firmware"
    include = [word for path in (core / "include", firmware / "include", made) for word in ("-I", str(path))]
    own = [HERE / "app_wearable.c", folder / "firmware" / "app.c", *made.glob("*.c")]
    sources = [str(path) for path in (*own, *needed(own, core))]
    command = ["cc", *FLAGS, *include, *sources, "-lm", "-o", str(root / "app")]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return root / "app"


def test_any_frames_in_any_split_and_the_light_is_switched(program):
    seconds = 40
    result = subprocess.run([program, str(100 * seconds), "1"], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    # twice over the frames: off after 4 s, on again 2 s before the next ones, every 10 s; and on again at the start
    assert int(result.stdout.split()[-2]) in range(4 * seconds // 10 - 2, 4 * seconds // 10 + 2), result.stdout
