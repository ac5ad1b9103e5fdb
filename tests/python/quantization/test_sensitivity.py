import json

import numpy as np
import pytest

from motekit.compiler.reader import read_tflite
from motekit.errors import DataError, ModelError
from motekit.oracle import Tflm
from motekit.quantization import figure, sensitivity, summary, table
from motekit.quantization.flatfile import FlatFile
from motekit.quantization.interpreter import Floats
from motekit.quantization.price import stored_inputs
from motekit.quantization.simulate import INPUT, Simulation, dequantized

#: steps of the int8 output: what float sums and int8 sums, rounded twice, may differ by at the end of a net
_LARGEST_STEPS, _MEAN_STEPS = 3, 0.75


@pytest.fixture(scope="module")
def report(residual_forms):
    labels = np.random.default_rng(0).integers(0, 5, len(residual_forms.inputs))
    return sensitivity(residual_forms.float_model, residual_forms.int8, residual_forms.inputs, labels)


def test_all_layers_simulated_are_the_int8_model(residual_forms, report):
    assert report["agreement"]["largest_steps"] <= _LARGEST_STEPS
    assert report["agreement"]["mean_steps"] <= _MEAN_STEPS
    assert report["models"]["simulated"]["sqnr_db"] == pytest.approx(report["models"]["quantized"]["sqnr_db"], abs=2)


def test_no_layer_simulated_is_the_float_model(residual_forms):
    simulation = Simulation(residual_forms.float_model, residual_forms.int8)
    exact = Floats(residual_forms.float_model).predict(residual_forms.inputs)
    assert np.array_equal(simulation.run(residual_forms.inputs, [], []), exact)


def test_each_tensor_of_the_simulation_is_near_the_integers(residual_forms):
    """Not just at the output: every rounded tensor, one after the other."""
    simulation = Simulation(residual_forms.float_model, residual_forms.int8)
    graph = simulation.graph
    simulated = Floats(simulation.model(simulation.all, simulation.all), keep_tensors=True)
    names = {
        tensor.name: n for n, tensor in enumerate(read_tflite(simulation.model(simulation.all, simulation.all)).tensors)
    }
    micro = Tflm(residual_forms.int8, keep_tensors=True)
    means = []
    for values in residual_forms.inputs[:8]:
        simulated.invoke(values)
        micro.invoke([stored_inputs(graph.tensors[graph.inputs[0]], values)])
        for layer in simulation.layers[1:]:
            number = layer.outputs[0]
            tensor = graph.tensors[number]
            inner = simulated.tensor(names[f"{tensor.name}/{number}/rounded"])
            steps = np.abs(inner - dequantized(tensor, micro.tensor(number))) / float(tensor.scale)
            assert steps.max() <= 4.01, layer
            means.append(steps.mean())
    assert len(means) == 8 * (len(simulation.layers) - 1)
    # one step up from a sum that rounds the other way is common, on average there is little of it
    assert np.mean(means) <= 0.5
    assert max(means) <= 1.5


def test_every_layer_is_reported_once(residual_forms, report):
    graph = read_tflite(residual_forms.int8)
    assert [row["layer"] for row in report["layers"]] == [
        INPUT, *(n for n, node in enumerate(graph.nodes) if node.op != "MAX_POOL_2D")
    ]  # fmt: skip
    with_weights = {row["op"] for row in report["layers"] if row["weights"]}
    assert with_weights == {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"}


def test_one_layer_alone_costs_less_than_all_and_sparing_one_costs_no_more(report):
    whole = report["models"]["simulated"]["sqnr_db"]
    for row in report["layers"]:
        assert row["alone"]["sqnr_db"] > whole
        assert row["spared"]["sqnr_db"] > whole - 2


def test_the_layer_that_was_spoilt_is_found(residual_forms):
    """Weights with the lower bits cut off, and only they, must show as that layer's weights."""
    spoilt = FlatFile(residual_forms.int8)
    graph = read_tflite(residual_forms.int8)
    victim = next(n for n, node in enumerate(graph.nodes) if node.op == "CONV_2D" and n > 0)
    buffer = spoilt.model.buffers[spoilt.tensors[graph.nodes[victim].inputs[1]].buffer]
    weights = np.frombuffer(bytes(buffer.data), np.int8).astype(int)
    buffer.data = (np.round(weights / 48) * 48).clip(-127, 127).astype(np.int8).view(np.uint8)
    found = sensitivity(residual_forms.float_model, spoilt.bytes(), residual_forms.inputs)
    rows = {row["layer"]: row for row in found["layers"]}
    weights_cost = {n: row["weights"]["sqnr_db"] for n, row in rows.items() if row["weights"]}
    assert min(weights_cost, key=weights_cost.get) == victim
    assert rows[victim]["weights"]["sqnr_db"] < rows[victim]["activations"]["sqnr_db"] - 6
    constants = {row["layer"]: row["sqnr_db"] for row in found["tensors"] if row["kind"] == "weights"}
    assert min(constants, key=constants.get) == victim


def test_a_wide_tensor_shows_in_the_layer_that_makes_it(outlier_forms):
    found = sensitivity(outlier_forms.float_model, outlier_forms.int8, outlier_forms.inputs)
    worst = min(found["layers"], key=lambda row: row["activations"]["sqnr_db"])
    assert worst["layer"] == 0
    assert worst["activations"]["sqnr_db"] < worst["weights"]["sqnr_db"]


def test_sixteen_bits_lower_the_noise_of_activations_not_of_weights(residual_forms, report):
    wide = sensitivity(residual_forms.float_model, residual_forms.wide, residual_forms.inputs)
    assert wide["models"]["quantized"]["sqnr_db"] > report["models"]["quantized"]["sqnr_db"] + 6
    for narrow, broad in zip(report["layers"], wide["layers"], strict=True):
        assert broad["activations"]["sqnr_db"] > narrow["activations"]["sqnr_db"]
        if narrow["weights"]:
            assert broad["weights"]["sqnr_db"] == pytest.approx(narrow["weights"]["sqnr_db"], abs=1.5)


def test_sqnr_of_a_tensor_is_that_of_its_integers(residual_forms, report):
    """The first layer's, computed here from the float network's output."""
    graph = read_tflite(residual_forms.int8)
    row = next(row for row in report["tensors"] if row["tensor"] == graph.nodes[0].outputs[0])
    simulation = Simulation(residual_forms.float_model, residual_forms.int8)
    floats, micro = Floats(residual_forms.float_model, keep_tensors=True), Tflm(residual_forms.int8, keep_tensors=True)
    given = graph.tensors[graph.inputs[0]]
    signal = noise = 0.0
    for values in residual_forms.inputs:
        floats.invoke(np.clip(values, *(given.scale * (end - given.zero_point) for end in (-128, 127))))
        micro.invoke([stored_inputs(given, values)])
        exact = floats.tensor(simulation.pairs.tensors[row["tensor"]]).astype(float)
        rounded = (micro.tensor(row["tensor"]).astype(float) - row["zero_point"]) * row["scale"]
        signal, noise = signal + (exact**2).sum(), noise + ((exact - rounded) ** 2).sum()
    assert row["sqnr_db"] == pytest.approx(10 * np.log10(signal / noise), abs=0.05)


def test_table_plot_and_json(report, tmp_path):
    from motekit.report.plots import save

    columns, rows = table(report)
    assert len(rows) == len(report["layers"])
    assert {len(row) for row in rows} == {len(columns)}
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert save(figure(report), tmp_path / "layers.png").stat().st_size > 5000
    assert [line.split(":")[0] for line in summary(report)[:3]] == ["float", "quantized", "simulated"]


def test_without_labels_there_is_no_accuracy(outlier_forms):
    found = sensitivity(outlier_forms.float_model, outlier_forms.int8, outlier_forms.inputs[:4])
    assert set(found["models"]["quantized"]) == {"sqnr_db", "same_label"}
    columns, rows = table(found)
    assert all(len(row) == len(columns) for row in rows)


@pytest.mark.parametrize("wrong", [np.zeros((0, 8, 6, 3)), np.zeros((4, 8, 6)), np.full((1, 8, 6, 3), np.nan)])
def test_inputs_that_do_not_fit(residual_forms, wrong):
    with pytest.raises(DataError):
        sensitivity(residual_forms.float_model, residual_forms.int8, wrong)


def test_labels_that_do_not_fit(residual_forms):
    with pytest.raises(DataError, match="one label an input"):
        sensitivity(residual_forms.float_model, residual_forms.int8, residual_forms.inputs, np.zeros(3, int))


def test_models_in_the_wrong_order(residual_forms):
    with pytest.raises(ModelError, match="float twin"):
        sensitivity(residual_forms.int8, residual_forms.int8, residual_forms.inputs)
