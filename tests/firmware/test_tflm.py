"""TensorFlow Lite Micro on boards: what motekit writes compiles against its API, and calls it rightly."""

import ctypes
import subprocess

import numpy as np
import pytest

from motekit import app as apps
from motekit import chains, runtimes
from motekit.errors import ConfigError, ModelError
from motekit.firmware.build import build
from motekit.paths import project_root
from motekit.tflm import write
from motekit.tflm.emit import method_of

ROOT = project_root()
API = ROOT / "tests" / "firmware" / "tflm_api"


def library(folder, sources, out="glue.so"):
    """Sources with the stand-in as a shared library; any warning is an error."""
    command = ["g++", "-std=gnu++14", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", str(folder / out)]
    command += [f"-I{path}" for path in (folder, API, ROOT / "shared" / "core" / "include")]
    done = subprocess.run([*command, *map(str, sources)], capture_output=True, text=True, timeout=120)
    return done.stderr, folder / out


@pytest.mark.parametrize("app", apps.app_names())
def test_an_app_s_networks_compile_for_the_library(app, tmp_path):
    chains.of(runtimes.with_runtime(apps.load(app), "tflm")).generate(tmp_path, "dsp")
    glue = sorted(tmp_path.glob("*_model.cpp"))
    assert glue and not list(tmp_path.glob("*_model.c"))
    for source in glue:
        complaints, _ = library(tmp_path, [source])
        assert not complaints


def test_inputs_and_outputs_go_where_the_caller_has_them(tmp_path):
    chain = chains.of("vibration_maintenance")
    written = write(chain.model, tmp_path, name="net", labels=["a", "b"], feature_hash=7)
    complaints, path = library(tmp_path, [tmp_path / "net_model.cpp"])
    assert not complaints
    from motekit.compiler.host import ModelStruct

    model = ModelStruct.in_dll(ctypes.CDLL(str(path)), "mk_model_net")
    memory = np.zeros(written.arena_bytes, np.uint8)
    given = np.random.default_rng(0).integers(0, 256, model.input[0].bytes, dtype=np.uint8)
    memory[model.input[0].offset :][: len(given)] = given
    assert model.invoke(memory.ctypes.data) != 0  # not before init
    assert model.init(None) != 0
    assert (model.init(memory.ctypes.data), model.init(memory.ctypes.data)) == (0, 0)
    assert model.invoke(memory.ctypes.data) == 0
    out = memory[model.output[0].offset :][: model.output[0].bytes]
    assert np.array_equal(out, given[: len(out)] ^ 0x5A)
    assert (model.feature_hash, model.label_count, model.labels[1]) == (7, 2, b"b")
    assert model.arena_bytes == written.arena_bytes >= model.output[0].offset + model.output[0].bytes


@pytest.mark.parametrize(
    ("operator", "method"),
    [
        ("CONV_2D", "AddConv2D"),
        ("SPACE_TO_BATCH_ND", "AddSpaceToBatchNd"),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", "AddUnidirectionalSequenceLSTM"),
        ("SVDF", "AddSvdf"),
        ("RELU6", "AddRelu6"),
        ("L2_POOL_2D", "AddL2Pool2D"),
    ],
)
def test_methods_of_the_resolver(operator, method):
    known = (API / "tensorflow/lite/micro/micro_mutable_op_resolver.h").read_text()
    assert method_of(operator) == method and f"ADD({method[3:]})" in known


def test_every_operator_that_motekit_has_is_one_of_the_library_s():
    from motekit.compiler.ops import INTERNAL, LOWERINGS

    known = (API / "tensorflow/lite/micro/micro_mutable_op_resolver.h").read_text()
    # the pinned library is older than these kernels, or TensorFlow Lite Micro has none
    later = {"BATCH_MATMUL", "REDUCE_MIN", "RELU_N1_TO_1", "REDUCE_PROD", "REQUANTIZE"}
    for operator in set(LOWERINGS) - set(INTERNAL) - later:
        assert f"ADD({method_of(operator)[3:]})" in known, operator


def test_custom_operators_and_emulated_boards_are_said():
    with pytest.raises(ModelError, match="no kernel for custom operator x"):
        method_of("custom operator x")
    app = runtimes.with_runtime(apps.load("vibration_maintenance"), "tflm")
    with pytest.raises(ConfigError, match="motekit run vibration_maintenance --runtime tflm"):
        build(app, "mps2_an386")
