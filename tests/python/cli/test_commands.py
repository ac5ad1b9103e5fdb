"""Commands as a user meets them: one clear line for a mistake, clean JSON, nothing half-written."""

import ast
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from motekit import paths
from motekit.toolchain import TOOLS
from signals import noise, speech


def motekit(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "motekit", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, env={**os.environ, **environment})


def the_line(done: subprocess.CompletedProcess) -> str:
    """The one line of a failed command."""
    assert done.returncode == 1, done
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("motekit: "), done.stderr
    return lines[0]


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "yes" / "clip.wav"
    path.parent.mkdir()
    soundfile.write(path, noise(16000, 500, 1), 16000)
    return path


def rewrite(path, samples, rate=16000, **how):
    soundfile.write(path, samples, rate, **how)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: rewrite(path, noise(44100, 500, 1), 44100), "44100 Hz, the app listens at 16000 Hz"),
        (lambda path: rewrite(path, np.zeros((16000, 2), np.int16)), "2 channels"),
        (lambda path: rewrite(path, np.zeros(0, np.int16)), "no samples"),
        (lambda path: path.write_bytes(path.read_bytes()[:9000]), "truncated|cut|promises"),
        (lambda path: path.write_bytes(b"not a sound at all" * 99), "cannot be read as audio"),
        (lambda path: rewrite(path, np.full(16000, np.nan, np.float32), subtype="FLOAT"), "not a number"),
        (lambda path: path.unlink(), "does not exist"),
    ],
    ids=["rate", "stereo", "empty", "truncated", "text", "nan", "missing"],
)
def test_a_bad_recording_is_one_line(clip, spoil, message):
    import re

    spoil(clip)
    line = the_line(motekit("run", "keyword_spotting", "--board", "host", "--input", clip))
    assert re.search(message, line), line


def test_another_rate_is_converted_when_asked(clip):
    rewrite(clip, noise(44100, 500, 1), 44100)
    done = motekit("run", "keyword_spotting", "--board", "host", "--input", clip, "--resample", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["agree"] is True


def test_run_prints_one_object_that_says_it_agrees(tmp_path):
    for index, word in enumerate(speech(3)):
        soundfile.write(tmp_path / f"{index}.wav", word, 16000)
    done = motekit("run", "keyword_spotting", "--board", "host", "--input", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["agree"] and found["equal"] == {"features": True, "scores": True, "decisions": True}
    assert found["recordings"] == found["windows"] == len(list(tmp_path.iterdir()))
    assert {"instructions_per_window", "flash", "ram", "stack"} <= set(found["cost"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "keyword_spotting", "--input", "stream", "--board", "mps9"), "mps9"),
        (("run", "wake_word", "--input", "stream"), "keyword_spotting"),
        (("evaluate", "keyword_spotting", "--pretrained", "--data", "/nowhere"), "/nowhere does not exist"),
        (("evaluate", "keyword_spotting", "--data", "."), "say what to score"),
        (("compile", "/nowhere.tflite", "-o", "/tmp/nothing"), "/nowhere.tflite"),
        (("bench", "/nowhere.tflite"), "/nowhere.tflite"),
        (("data", "info", "no_such_set"), "no_such_set"),
        (("build", "keyword_spotting", "--board", "mps9"), "mps9"),
    ],
)
def test_a_mistaken_command_is_one_line(arguments, message):
    assert message in the_line(motekit(*arguments))


def test_a_damaged_model_leaves_no_file(tmp_path):
    model = tmp_path / "model.tflite"
    model.write_bytes(b"\x1c\0\0\0TFL3" + os.urandom(500))
    the_line(motekit("compile", model, "-o", tmp_path / "out"))
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(("board", "tool"), [("host", "gcc"), ("mps2_an386", "arm-none-eabi-gcc")])
def test_a_missing_compiler_names_its_package(tmp_path, board, tool):
    empty = tmp_path / "bin"
    empty.mkdir()
    home = {"PLATFORMIO_CORE_DIR": str(tmp_path / "pio"), "MOTEKIT_CACHE": str(tmp_path / "cache")}
    line = the_line(motekit("build", "keyword_spotting", "--board", board, PATH=str(empty), **home))
    assert "apt-get install " + TOOLS[tool][0] in line


def test_the_launcher_has_the_same_list_of_packages():
    tree = ast.parse((paths.project_root() / "mk").read_text())
    named = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}
    assert ast.literal_eval(named["TOOLS"]) | ast.literal_eval(named["TEST_TOOLS"]) == TOOLS


@pytest.mark.parametrize("command", [("apps",), ("boards",), ("doctor",), ("data", "list")])
def test_json_is_one_object_and_nothing_else(command):
    done = motekit(*command, "--json")
    assert isinstance(json.loads(done.stdout), dict)


def test_features_draws_what_a_pipeline_does(clip, tmp_path):
    done = motekit("features", "keyword_spotting", clip, "--plot", tmp_path / "plot.png", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["rows"] == 49 and len(found["values"]) == 49
    assert (tmp_path / "plot.png").read_bytes()[:4] == b"\x89PNG"
