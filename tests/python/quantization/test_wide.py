import numpy as np
import pytest

from motekit.compiler import HostModel, read_tflite
from motekit.errors import ConfigError, ModelError
from motekit.oracle import Tflm
from motekit.quantization import choose_wide, mixed
from motekit.quantization.interpreter import Floats
from motekit.quantization.measures import sqnr_db
from motekit.quantization.price import stored_inputs
from motekit.quantization.wide import with_readers


def random_inputs(model: bytes, count: int = 40) -> np.ndarray:
    given = read_tflite(model).tensors[read_tflite(model).inputs[0]]
    info = np.iinfo(given.dtype)
    rng = np.random.default_rng(7)
    return rng.integers(info.min, info.max + 1, (count, *given.shape[1:])).astype(given.dtype)


def assert_exact(model: bytes) -> np.ndarray:
    stored = random_inputs(model)
    outputs = Tflm(model).predict(stored)
    assert np.array_equal(HostModel(model).predict(stored), outputs)
    return outputs


def kinds(model: bytes) -> list[str]:
    graph = read_tflite(model)
    return [f"{node.op} {graph.output(node).dtype}" for node in graph.nodes]


def test_a_whole_model_of_16x8_is_exact(residual_forms):
    assert_exact(residual_forms.wide)
    assert all(kind.endswith("int16") for kind in kinds(residual_forms.wide))


def subsets() -> list[set[int]]:
    rng = np.random.default_rng(11)
    return [set(range(9)), {8}, *({int(n) for n in np.flatnonzero(rng.random(9) < 0.5)} for _ in range(3))]


@pytest.mark.parametrize("layers", subsets(), ids=str)
def test_any_mixture_is_exact_and_means_the_same(residual_forms, layers):
    model = mixed(residual_forms.int8, residual_forms.wide, layers)
    outputs = assert_exact(model)
    graph, plain = read_tflite(model), read_tflite(residual_forms.int8)
    for ends in ("inputs", "outputs"):
        for a, b in zip(getattr(graph, ends), getattr(plain, ends), strict=True):
            assert graph.tensors[a].dtype == "int8"
            assert graph.tensors[a].quantized.same_as(plain.tensors[b].quantized)
    # on inputs like those it was calibrated with: no more noise than all in int8 has, but for the luck of rounding
    stored = stored_inputs(plain.tensors[plain.inputs[0]], residual_forms.inputs)
    exact = Floats(residual_forms.float_model).predict(residual_forms.inputs)
    noise = {}
    for name, form in (("mixed", model), ("int8", residual_forms.int8)):
        noise[name] = sqnr_db(exact, (Tflm(form).predict(stored).astype(float) + 128) / 256)
    assert noise["mixed"] > noise["int8"] - 3
    assert outputs.dtype == np.int8


def test_the_operators_chosen_are_the_wide_ones(residual_forms):
    graph = read_tflite(residual_forms.int8)
    add = next(n for n, node in enumerate(graph.nodes) if node.op == "ADD")
    found = kinds(mixed(residual_forms.int8, residual_forms.wide, {add}))
    # both operands become 16 bits, the maximum pooling behind it stays in them, then 8 bits again
    assert found[3:8] == [
        "QUANTIZE int16", "QUANTIZE int16", "ADD int16", "MAX_POOL_2D int16", "QUANTIZE int8"
    ]  # fmt: skip
    assert sum("int16" in kind for kind in found) == 4


def test_none_chosen_is_the_int8_model(residual_forms):
    model = mixed(residual_forms.int8, residual_forms.wide, [])
    stored = random_inputs(model)
    assert kinds(model) == kinds(residual_forms.int8)
    assert np.array_equal(Tflm(model).predict(stored), Tflm(residual_forms.int8).predict(stored))


def test_nothing_unused_is_left_in_the_file(residual_forms):
    model = mixed(residual_forms.int8, residual_forms.wide, range(9))
    assert len(model) < 1.25 * len(residual_forms.wide)


def test_readers_are_found_through_pooling(residual_forms):
    graph = read_tflite(residual_forms.int8)
    ops = [node.op for node in graph.nodes]
    assert with_readers(graph, ops.index("ADD")) == {ops.index("ADD"), ops.index("AVERAGE_POOL_2D")}
    assert with_readers(graph, -1) == {0}
    assert with_readers(graph, len(ops) - 1) == {len(ops) - 1}


def test_layers_that_are_not_there(residual_forms):
    with pytest.raises(ConfigError, match="layer 99"):
        mixed(residual_forms.int8, residual_forms.wide, [99])


def test_models_of_other_networks(residual_forms, outlier_forms):
    with pytest.raises(ModelError):
        mixed(residual_forms.int8, outlier_forms.wide, [0])


def test_the_layer_that_needs_it_is_chosen(outlier_forms):
    f = outlier_forms
    before = choose_wide(f.float_model, f.int8, f.wide, f.inputs, budget=1.0)[1]["steps"][0]["loss"]
    assert before > 0.02, "the network must suffer from int8 for this test to say anything"
    model, report = choose_wide(f.float_model, f.int8, f.wide, f.inputs, budget=before / 2)
    assert report["met"] and report["exact"]
    assert report["steps"][-1]["loss"] <= before / 2
    # the wide tensor's layer and its reader, not the whole network
    assert {0, 1} <= set(report["layers"]) < set(range(len(read_tflite(f.int8).nodes)))
    assert_exact(model)


def test_a_model_that_is_good_enough_stays_as_it_is(residual_forms):
    f = residual_forms
    model, report = choose_wide(f.float_model, f.int8, f.wide, f.inputs, budget=1.0)
    assert model == f.int8
    assert report["layers"] == [] and report["met"]


def test_a_budget_nothing_can_keep_is_said_so(outlier_forms):
    f = outlier_forms
    labels = np.zeros(len(f.inputs), int)
    exact = Floats(f.float_model).predict(f.inputs).argmax(1)
    model, report = choose_wide(f.float_model, f.int8, f.wide, f.inputs, exact, budget=0.0)
    assert report["met"] == (report["steps"][-1]["loss"] == 0.0)
    assert_exact(model)
    # wrong labels all the same: the float model's accuracy is what counts
    assert choose_wide(f.float_model, f.int8, f.wide, f.inputs, labels, budget=1.0)[1]["met"]


def test_a_budget_that_is_no_budget(residual_forms):
    f = residual_forms
    with pytest.raises(ConfigError):
        choose_wide(f.float_model, f.int8, f.wide, f.inputs, budget=-0.1)
