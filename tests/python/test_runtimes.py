"""The same app in both runtimes: C that motekit compiles, and TensorFlow Lite Micro."""

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from motekit import app as apps
from motekit import chains, runtimes
from motekit.cli import app as main
from motekit.compiler import HostModel
from motekit.errors import ConfigError
from motekit.tflm import TflmModel

sys.path.append(str(Path(__file__).parent / "compiler"))
from cases import all_cases
from flat import Flat

APP = "vibration_maintenance"


def with_elu(source, result) -> bytes:
    """A network with an operator that motekit's compiler lacks, between tensors like these."""
    flat, rng = Flat(), np.random.default_rng(1)
    count, labels = source.shape[-1], result.shape[-1]
    given = flat.tensor(source.shape, "int8", source.scale, source.zero_point)
    bent = flat.tensor(source.shape, "int8", source.scale, source.zero_point)
    out = flat.tensor(result.shape, "int8", result.scale, result.zero_point)
    weights = flat.tensor((labels, count), "int8", 0.01, 0, rng.integers(-127, 128, (labels, count)))
    flat.op("ELU", [given], [bent])
    flat.op("FULLY_CONNECTED", [bent, weights, -1], [out])
    return flat.bytes([given], [out])


@pytest.fixture
def with_unknown_operator(tmp_path):
    """A folder with the app's model, whose network has an ELU."""
    chain = chains.of(APP)
    shutil.copytree(chain.folder, tmp_path / "model")
    (tmp_path / "model" / "model.tflite").write_bytes(with_elu(chain.network.inputs[0], chain.network.outputs[0]))
    return tmp_path / "model"


@pytest.mark.parametrize("app", [APP, "soil_irrigation", "wearable"])
def test_an_app_says_the_same_in_both(app):
    chain = chains.of(app)
    scene = chain.scene()
    found = runtimes.compare(chain, [replace(scene, frames=scene.frames[: len(scene.frames) // 2])])
    assert found.summary()["agree"] and sum(len(answer.scores) for answer in found.answers["tflm"]) > 0
    sizes = found.sizes
    assert 0 < sizes["compiled"]["ram"] < sizes["tflm"]["ram"] and sizes["compiled"]["flash"] > 0


def test_a_network_with_an_operator_that_motekit_lacks_runs(with_unknown_operator):
    chain = chains.of(APP, with_unknown_operator)
    found = runtimes.compare(chain, [chain.scene()])
    assert "ELU" in found.sizes["compiled"]["problem"]
    assert set(found.answers) == {"tflm"} and found.summary()["agree"] is None
    scores = [score for answer in found.answers["tflm"] for score in answer.scores]
    assert len(set(scores)) > 1  # it does run: what it says depends on what it hears


def test_networks_are_called_alike_from_c():
    """Through the structure by which the core calls them, with memory of their own layout."""
    case = next(case for case in all_cases() if case.name.startswith("dense"))
    data = case.build() if callable(getattr(case, "build", None)) else case.model
    one, other = HostModel(data), TflmModel(data)
    given = np.random.default_rng(0).integers(-128, 128, one.inputs[0].shape).astype(one.inputs[0].dtype)
    wanted = one.invoke([given])[0]
    from motekit.compiler.host import ModelStruct

    model = ModelStruct.from_address(other.address)
    memory = np.zeros(other.arena_bytes + 16, np.uint8)[: other.arena_bytes]
    assert model.init(memory.ctypes.data) == 0
    raw = np.frombuffer(given.tobytes(), np.uint8)
    memory[model.input[0].offset :][: len(raw)] = raw
    assert model.invoke(memory.ctypes.data) == 0
    got = memory[model.output[0].offset :][: model.output[0].bytes]
    assert got.tobytes() == wanted.tobytes()
    assert (model.input[0].scale, model.output[0].zero_point) == (one.inputs[0].scale, one.outputs[0].zero_point)


def test_run_and_report_show_both():
    ran = CliRunner().invoke(main, ["run", APP, "--input", "synthetic", "--runtime", "tflm", "--json"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert found["board"] == "tflite-micro" and found["agree"] and found["windows"] > 0
    assert found["equal"] == {"features": True, "scores": True, "decisions": True}
    told = json.loads(CliRunner().invoke(main, ["report", APP, "--json"]).stdout)
    assert told["runtimes"]["agree"] and set(told["runtimes"]) >= {"compiled", "tflm"}


def test_another_runtime_is_said():
    with pytest.raises(ConfigError, match="there is no runtime 'magic'"):
        runtimes.with_runtime(apps.load(APP), "magic")
