"""Damaged and hostile files: one line of error, never a crash, a hang or a C file."""

import random

import numpy as np
import pytest
from cases import FAMILIES, all_cases, inputs_for
from flat import NONE, SAME, Flat
from sanitised import Program

from motekit.compiler import CompiledModel, compile_model, read_tflite, translate
from motekit.compiler.host import tensor_info
from motekit.errors import ModelError, MotekitError


def _sample(family: str = "network") -> bytes:
    return FAMILIES[family][1](np.random.default_rng(3))


def _refused(model: bytes, words: str) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        translate(model, name="m")
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


@pytest.mark.parametrize("family", ["network", "variable", "lstm", "slicing", "transpose_conv"])
def test_every_truncation_is_refused(family: str) -> None:
    model = _sample(family)
    for length in range(0, len(model), max(len(model) // 150, 1)):
        try:
            translate(model[:length], name="m")
        except ModelError as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize("seed", range(6))
def test_flipped_bytes_give_a_model_or_one_line(seed: int) -> None:
    chance = random.Random(seed)
    samples = [_sample(family) for family in ("network", "variable", "lstm", "svdf", "slicing", "wide_conv", "split")]
    refused = 0
    for _ in range(250):
        model = bytearray(chance.choice(samples))
        for _ in range(chance.choice([1, 1, 2, 8])):
            place = chance.randrange(len(model) - 4)
            model[place : place + 4] = chance.choice(
                [
                    b"\xff\xff\xff\xff",
                    b"\x00\x00\x00\x00",
                    b"\xff\xff\xff\x7f",
                    b"\x00\x00\x00\x80",
                    chance.randbytes(4),
                ]
            )
        try:
            translate(bytes(model), name="m")
        except MotekitError as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 50  # most of a small file is structure


def test_what_a_damaged_file_compiles_to_stays_in_its_arena(tmp_path) -> None:
    chance = random.Random(2)
    samples = [case.model for case in all_cases()]
    models: list[CompiledModel] = []
    while len(models) < 60:
        original = chance.choice(samples)
        model = bytearray(original)
        for _ in range(chance.choice([1, 2, 3])):
            model[chance.randrange(len(model))] = chance.randrange(256)
        try:
            found = translate(bytes(model), name=f"m{len(models)}", target=chance.choice(["generic", "dsp"]))
        except MotekitError:
            continue
        if found.arena_bytes < 1 << 20:
            models.append(found)
    inputs = [list(inputs_for([tensor_info(t) for t in model.inputs], 1, 3)) for model in models]
    Program(tmp_path, models, [3] * len(models)).run(inputs)


def test_no_file_is_written_for_a_model_that_is_refused(tmp_path) -> None:
    out = tmp_path / "out"
    with pytest.raises(ModelError):
        compile_model(_sample()[:500], out, name="m")
    assert not out.exists()


@pytest.mark.parametrize(
    "junk", [b"", b"TFL3", b"\0" * 64, b"\x1c\0\0\0TFL3" + b"\0" * 60, b"not a model at all, just text"]
)
def test_wrong_files_are_named_as_such(junk: bytes) -> None:
    _refused(junk, "tflite")


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(ModelError, match="cannot read"):
        read_tflite(tmp_path / "nothing.tflite")


def _relu(**changes) -> bytes:
    flat = Flat()
    shape = changes.get("shape", (1, 4))
    source = flat.tensor(shape, "int8", changes.get("scale", 0.1), changes.get("zero", 0))
    result = flat.tensor(shape, "int8", 0.1, 0)
    flat.op(changes.get("op", "RELU"), [source], [result])
    return flat.bytes([source], [result])


def test_scales_must_be_positive_numbers() -> None:
    for scale in (0.0, -1.0, np.nan, np.inf):
        _refused(_relu(scale=scale), "scale")
    _refused(_relu(zero=300), "zero point")


def test_absurd_shapes_are_refused() -> None:
    for shape in ((1, 0), (1, -1), (1 << 30, 4), (60000, 60000), (1,) * 9):
        _refused(_relu(shape=shape), "shape|dimension|large")


def test_an_unknown_operator_is_named_with_tensor_and_way_out() -> None:
    _refused(_relu(op="COS"), r"COS \(operator 0, output 't1'\).*Build the network from")


def test_cycles_and_wrong_order_are_found() -> None:
    flat = Flat()
    a, b = flat.tensor((1, 4), "int8", 0.1, 0), flat.tensor((1, 4), "int8", 0.1, 0)
    flat.op("RELU", [a], [b])
    flat.op("RELU", [b], [a])
    _refused(flat.bytes([], [b]), "before it is written")
    flat = Flat()
    a, b = flat.tensor((1, 4), "int8", 0.1, 0), flat.tensor((1, 4), "int8", 0.1, 0)
    flat.op("RELU", [a], [b])
    flat.op("RELU", [a], [b])
    _refused(flat.bytes([a], [b]), "second time")


def test_shapes_that_do_not_follow_from_the_operator_are_refused() -> None:
    flat = Flat()
    source = flat.tensor((1, 8, 8, 2), "int8", 0.1, 0)
    filters = flat.tensor((4, 3, 3, 2), "int8", 0.1, 0, np.ones((4, 3, 3, 2)))
    result = flat.tensor((1, 80, 80, 4), "int8", 0.1, 0)
    flat.op("CONV_2D", [source, filters], [result], padding=SAME, strideH=1, strideW=1, dilationHFactor=1,
            dilationWFactor=1, fusedActivationFunction=NONE)  # fmt: skip
    _refused(flat.bytes([source], [result]), "shape")


def test_strides_of_zero_are_refused() -> None:
    flat = Flat()
    source = flat.tensor((1, 8, 8, 2), "int8", 0.1, 0)
    result = flat.tensor((1, 8, 8, 2), "int8", 0.1, 0)
    flat.op("MAX_POOL_2D", [source], [result], padding=SAME, strideH=0, strideW=1, filterHeight=2, filterWidth=2)
    _refused(flat.bytes([source], [result]), "stride is 0")


def test_float_models_are_refused_with_the_way_to_quantize() -> None:
    flat = Flat()
    source, result = flat.tensor((1, 4), "float32"), flat.tensor((1, 4), "float32")
    flat.op("RELU", [source], [result])
    _refused(flat.bytes([source], [result]), "full integer quantization")


def test_a_slice_outside_its_input_is_refused() -> None:
    flat = Flat()
    source, result = flat.tensor((1, 4), "int8", 0.1, 0), flat.tensor((1, 4), "int8", 0.1, 0)
    flat.op("SLICE", [source, flat.constant([0, 2]), flat.constant([1, 4])], [result])
    _refused(flat.bytes([source], [result]), "outside")


def test_a_resource_variable_must_be_assigned() -> None:
    flat = Flat()
    handle, value = flat.tensor((1,), "resource"), flat.tensor((1, 4), "int8", 0.1, 0)
    result = flat.tensor((1, 4), "int8", 0.1, 0)
    flat.op("VAR_HANDLE", [], [handle], container="", sharedName="v")
    flat.op("READ_VARIABLE", [handle], [value])
    flat.op("RELU", [value], [result])
    _refused(flat.bytes([], [result]), "never assigned")


def test_a_constant_that_is_no_number_is_refused() -> None:
    flat = Flat()
    value = flat.tensor((1, 4), "float32", data=np.array([[0.0, np.nan, 1.0, 2.0]]))
    small, result = flat.tensor((1, 4), "int8", 0.1, 0), flat.tensor((1, 4), "int8", 0.1, 0)
    source = flat.tensor((1, 4), "int8", 0.1, 0)
    flat.op("QUANTIZE", [value], [small])
    flat.op("MAXIMUM", [source, small], [result])
    _refused(flat.bytes([source], [result]), "no numbers")


def test_a_bias_may_carry_the_axis_of_its_filter() -> None:
    """Converters up to 2020 wrote it so, for instance in tflite-micro's person_detect.tflite."""
    models = []
    for axis in (0, 3):
        flat = Flat()
        scales = np.array([0.01, 0.02], np.float32)
        source, result = flat.tensor((1, 4, 4, 1), "int8", 0.1, 3), flat.tensor((1, 4, 4, 2), "int8", 0.1, 0)
        filters = flat.tensor((1, 3, 3, 2), "int8", scales, 0, np.arange(18).reshape(1, 3, 3, 2), axis=3)
        bias = flat.tensor((2,), "int32", scales / 10, 0, np.array([5, -7]), axis=axis)
        flat.op("DEPTHWISE_CONV_2D", [source, filters, bias], [result], padding=SAME, strideH=1, strideW=1,
                depthMultiplier=2, dilationHFactor=1, dilationWFactor=1)  # fmt: skip
        models.append(translate(flat.bytes([source], [result]), name="m").code.source)
    # but for the hash of the file, which ends the first comment
    assert models[0].split("*/", 1)[1] == models[1].split("*/", 1)[1]
