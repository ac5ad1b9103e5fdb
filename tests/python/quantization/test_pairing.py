import numpy as np
import pytest

from motekit.compiler.reader import read_tflite
from motekit.errors import ModelError
from motekit.quantization.flatfile import FlatFile
from motekit.quantization.pairing import pair


def test_every_operator_and_tensor_has_its_twin(residual_forms):
    int8, exact = read_tflite(residual_forms.int8), read_tflite(residual_forms.float_model)
    pairs = pair(int8, exact)
    assert sorted(pairs.nodes) == list(range(len(int8.nodes)))
    assert sorted(pairs.nodes.values()) == list(range(len(exact.nodes)))
    for here, there in pairs.tensors.items():
        assert int8.tensors[here].shape == exact.tensors[there].shape
    assert {int8.tensors[n].name.split("/")[-1] for n in pairs.tensors if n not in int8.inputs} == {
        exact.tensors[n].name.split("/")[-1] for n in pairs.tensors.values() if n not in exact.inputs
    }


def test_numbers_and_order_in_the_file_do_not_matter(residual_forms):
    shuffled = FlatFile(residual_forms.float_model)
    order = np.random.default_rng(0).permutation(len(shuffled.tensors))
    place = {int(old): new for new, old in enumerate(order)} | {-1: -1}
    shuffled.graph.tensors = [shuffled.tensors[old] for old in order]
    for operator in shuffled.operators:
        operator.inputs = np.array([place[int(n)] for n in operator.inputs], np.int32)
        operator.outputs = np.array([place[int(n)] for n in operator.outputs], np.int32)
    for ends in ("inputs", "outputs"):
        setattr(shuffled.graph, ends, np.array([place[int(n)] for n in getattr(shuffled.graph, ends)], np.int32))
    for tensor in shuffled.tensors:
        tensor.name = "x"
    pairs = pair(read_tflite(residual_forms.int8), read_tflite(shuffled.bytes()))
    straight = pair(read_tflite(residual_forms.int8), read_tflite(residual_forms.float_model))
    assert pairs.nodes == straight.nodes


def test_other_networks_are_no_twins(residual_forms, outlier_forms):
    with pytest.raises(ModelError, match="not two forms of one network"):
        pair(read_tflite(residual_forms.int8), read_tflite(outlier_forms.float_model))


def test_a_file_taken_apart_and_put_together_is_the_same_model(residual_forms):
    from motekit.oracle import Tflm

    again = FlatFile(residual_forms.int8).bytes()
    stored = np.random.default_rng(0).integers(-128, 128, (8, 8, 6, 3)).astype(np.int8)
    assert np.array_equal(Tflm(again).predict(stored), Tflm(residual_forms.int8).predict(stored))
