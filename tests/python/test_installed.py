"""The package outside a checkout: it carries the C core, boards, platform and apps, and builds firmware with them."""

import json
import os
import subprocess
import sys

import pytest
import soundfile

from motekit import app as apps
from motekit import paths
from signals import noise

ROOT = paths.project_root()


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The files of a wheel, laid out as an installation."""
    folder = tmp_path_factory.mktemp("installed")
    command = [
        sys.executable,
        "setup.py",
        "-q",
        "build",
        "--build-base",
        folder / "base",
        "--build-lib",
        folder / "lib",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder / "lib"


def python(installed, *arguments, cwd):
    environment = {**os.environ, "PYTHONPATH": str(installed), "MOTEKIT_CACHE": str(cwd / "cache")}
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=cwd, env=environment, capture_output=True, text=True, timeout=500
    )


def test_it_finds_its_own_files(installed, tmp_path):
    done = python(installed, "-c", "from motekit import paths; print(paths.project_root())", cwd=tmp_path)
    assert done.stdout.strip() == str(installed / "motekit"), done.stderr


@pytest.mark.parametrize("folder", ["apps", "boards", "datasets", "shared/core", "shared/firmware"])
def test_every_tracked_file_is_carried(installed, folder):
    tracked = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True).stdout.split()
    # an exported tree without git has the same files
    tracked = tracked or [str(f.relative_to(ROOT)) for f in (ROOT / folder).rglob("*.[ch]")]
    assert tracked
    missing = [name for name in tracked if (ROOT / name).exists() and not (installed / "motekit" / name).exists()]
    assert missing == []


def test_firmware_is_built_and_replayed_from_it(installed, tmp_path):
    soundfile.write(tmp_path / "clip.wav", noise(32000, 800, 5), 16000)
    arguments = ["run", "keyword_spotting", "--board", "mps2_an386", "--input", "clip.wav", "--json"]
    done = python(installed, "-m", "motekit", *arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["agree"] and found["windows"] == 1 + (99 - 49) // apps.load("keyword_spotting").stride
    assert not (installed / "motekit" / "build").exists()
