import numpy as np
import pytest
from small_nets import chain, draw, plain, residual

from motekit.compiler import HostModel, read_tflite
from motekit.errors import ConfigError, DataError
from motekit.oracle import Tflm
from motekit.quantization import qat
from motekit.quantization.price import stored_inputs
from motekit.quantization.simulate import dequantized

#: steps of the int8 output that the simulation and the exported model may differ by
_LARGEST_STEPS, _MEAN_STEPS = 4, 0.75


def same_kernels(aware, graph) -> int:
    """Compare every layer's rounded weights with those in the file; how many there were."""
    from motekit.quantization.layers import QuantizedKernel

    stored = [
        (node.op, dequantized(graph.tensors[node.inputs[1]]))
        for node in graph.nodes
        if node.op in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
    ]
    layers = [layer for layer in aware.layers if isinstance(layer, QuantizedKernel)]
    for layer in layers:
        kernel = np.asarray(layer.rounded_kernel())
        # TensorFlow Lite puts output channels first, but for depthwise layers
        flat = kernel.reshape(-1, kernel.shape[-1]).T if layer.kind != "depthwise" else kernel
        assert any(
            np.allclose(flat.ravel(), w.ravel(), rtol=1e-6, atol=1e-9) for _, w in stored if w.size == flat.size
        ), layer.name
    return len(layers)


def ranges_by_scale(aware) -> set[float]:
    from motekit.quantization.layers import FakeQuantize

    return {
        round((high - low) / 255, 9)
        for low, high in (layer.range() for layer in aware.layers if isinstance(layer, FakeQuantize))
    }


@pytest.fixture(scope="module")
def residual_aware():
    model = residual()
    return model, qat.quantize_aware(model, draw(model))


@pytest.mark.parametrize("build", [residual, chain])
def test_the_exported_model_is_the_simulated_one(build):
    model = build()
    inputs = draw(model)
    aware = qat.quantize_aware(model, inputs)
    exported = qat.export(aware)
    graph = read_tflite(exported)
    assert {graph.output(node).dtype for node in graph.nodes} == {"int8"}
    assert same_kernels(aware, graph) >= 4
    scales = ranges_by_scale(aware)
    for number in graph.outputs + graph.inputs:
        assert min(abs(float(graph.tensors[number].scale) - scale) for scale in scales) < 1e-6

    given, result = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    stored = stored_inputs(given, inputs)
    integers = Tflm(exported).predict(stored)
    assert np.array_equal(HostModel(exported).predict(stored), integers)
    simulated = np.asarray(aware(inputs, training=False)) / float(result.scale) + result.zero_point
    steps = np.abs(simulated - integers)
    assert steps.max() <= _LARGEST_STEPS
    assert steps.mean() <= _MEAN_STEPS


def test_before_training_it_is_near_the_float_model(residual_aware):
    model, aware = residual_aware
    inputs = draw(model)
    assert np.abs(np.asarray(aware(inputs)) - np.asarray(model(inputs))).max() < 0.05


def test_unrounded_it_is_the_float_model(residual_aware):
    model, aware = residual_aware
    inputs = draw(model)
    assert np.allclose(np.asarray(qat.plain(aware)(inputs)), np.asarray(model(inputs)), atol=1e-5)


def test_folding_is_what_normalisation_does(residual_aware):
    model, _ = residual_aware
    x = draw(model, 4)
    conv = model.get_layer("first")
    norm = next(layer for layer in model.layers if type(layer).__name__ == "BatchNormalization")
    kernel, bias = qat.fold(conv, np.asarray(conv.kernel), None, norm)
    wanted = np.asarray(norm(conv(x), training=False))
    conv2 = type(conv).from_config({**conv.get_config(), "use_bias": True})
    conv2.build(x.shape)
    conv2.set_weights([kernel, bias])
    assert np.allclose(np.asarray(conv2(x)), wanted, atol=1e-5)


def test_rounding_hands_gradients_through_and_stops_them_outside_the_range():
    import tensorflow as tf

    from motekit.quantization.layers import FakeQuantize, fake_quantize_kernel

    layer = FakeQuantize(fixed=(-1.0, 1.0))
    x = tf.Variable([-3.0, -0.5, 0.013, 0.7, 2.0])
    with tf.GradientTape() as tape:
        y = layer(x)
    assert np.array_equal(tape.gradient(y, x), [0, 1, 1, 1, 0])
    assert np.abs(np.asarray(y) - [-1, -0.5, 0.013, 0.7, 1]).max() < 1 / 255 + 1e-6
    kernel = tf.Variable(np.random.default_rng(0).normal(size=(3, 3, 2, 4)).astype(np.float32))
    with tf.GradientTape() as tape:
        rounded = fake_quantize_kernel(kernel, (0, 1, 2))
    assert np.array_equal(tape.gradient(rounded, kernel), np.ones(kernel.shape))
    per_channel = np.asarray(rounded).reshape(-1, 4)
    for channel, original in zip(per_channel.T, np.asarray(kernel).reshape(-1, 4).T, strict=True):
        steps = channel / (np.abs(original).max() / 127)
        assert np.allclose(steps, np.round(steps), atol=1e-3)
        assert np.abs(channel - original).max() <= np.abs(original).max() / 127 / 2 + 1e-7


def test_a_range_always_holds_zero_exactly():
    from motekit.quantization.layers import affine

    for low, high in [(0.3, 2.0), (-2.0, -0.1), (-1.0, 3.0), (0.0, 0.0), (-1e-9, 1e-9)]:
        scale, zero = (float(v) for v in affine(low, high))
        assert scale > 0 and zero == round(zero) and -128 <= zero <= 127
        assert (-128 - zero) * scale <= min(low, 0) + scale and (127 - zero) * scale >= max(high, 0) - scale


def test_ranges_move_in_training_alone():
    import keras

    from motekit.quantization.layers import FakeQuantize

    inputs = keras.Input((4,))
    layer = FakeQuantize(momentum=0.5)
    model = keras.Model(inputs, layer(inputs))
    qat.calibrate(model, np.full((2, 4), 2.0, np.float32))
    before = layer.range()
    assert before[1] == pytest.approx(2.0)
    model(np.full((2, 4), 8.0, np.float32), training=False)
    assert layer.range() == before
    model(np.full((2, 4), 8.0, np.float32), training=True)
    assert layer.range()[1] == pytest.approx(5.0)


def test_training_repairs_what_rounding_spoilt():
    """Ranges far too narrow, from inputs that are too quiet: training widens them and learns around the rest."""
    import keras

    from motekit.train.loop import Schedule, fit

    keras.utils.set_random_seed(0)
    model = plain()
    classes = np.arange(1024) % 4
    corners = 0.3 * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]])
    inputs = (draw(model, 1024) + corners[classes][:, None, None, :]).astype(np.float32)
    targets = np.eye(4, dtype=np.float32)[classes]

    def learn(network, epochs: int, rate: float) -> None:
        schedule = Schedule(epochs=epochs, batch=64, rate=rate, decay=0.0, smoothing=0.0, loss_weights=(1.0,))
        fit(network, lambda number: (inputs, [targets]), schedule)

    def right(outputs) -> float:
        return float(np.mean(np.asarray(outputs).argmax(1) == classes))

    learn(model, 10, 1e-2)
    exact = right(model(inputs))
    assert exact > 0.85
    aware = qat.quantize_aware(model, 0.05 * inputs, momentum=0.9)
    start = right(aware(inputs))
    assert start < exact - 0.1, "the network must suffer for this test to say anything"
    learn(aware, 6, 1e-3)
    exported = qat.export(aware)
    graph = read_tflite(exported)
    stored = stored_inputs(graph.tensors[graph.inputs[0]], inputs)
    assert right(HostModel(exported).predict(stored)) > exact - 0.03


def test_softmax_comes_off_and_on(residual_aware):
    import keras
    from keras import layers

    inputs = keras.Input((6,))
    logits = layers.Dense(3, name="logits")(inputs)
    model = keras.Model(inputs, layers.Softmax(name="probability")(logits))
    x = draw(model, 16)
    bare = qat.without_softmax(model)
    assert np.allclose(np.asarray(keras.ops.softmax(bare(x))), np.asarray(model(x)), atol=1e-6)
    assert qat.without_softmax(bare) is bare
    aware = qat.with_softmax(qat.quantize_aware(bare, x))
    assert np.abs(np.asarray(aware(x)) - np.asarray(model(x))).max() < 0.03
    exported = qat.export(aware)
    assert [node.op for node in read_tflite(exported).nodes] == ["FULLY_CONNECTED", "SOFTMAX"]


def test_it_is_saved_and_loaded_like_any_keras_model(residual_aware, tmp_path):
    import keras

    model, aware = residual_aware
    aware.save(tmp_path / "aware.keras")
    again = keras.models.load_model(tmp_path / "aware.keras")
    assert np.array_equal(np.asarray(again(draw(model, 4))), np.asarray(aware(draw(model, 4))))


def test_what_cannot_be_trained_quantized_is_named():
    import keras
    from keras import layers

    inputs = keras.Input((5, 2))
    recurrent = keras.Model(inputs, layers.LSTM(3, name="memory")(inputs))
    with pytest.raises(ConfigError, match="memory is a LSTM"):
        qat.quantize_aware(recurrent, draw(recurrent))
    loose = keras.Model(inputs, layers.BatchNormalization(name="loose")(inputs))
    with pytest.raises(ConfigError, match="loose is a BatchNormalization"):
        qat.quantize_aware(loose, draw(loose))
    twice = layers.Dense(2, name="twice")
    shared = keras.Model(inputs, twice(twice(inputs)))
    with pytest.raises(ConfigError, match="twice is used 2 times"):
        qat.quantize_aware(shared, draw(shared))
    nested = keras.Model(inputs, keras.Sequential([layers.Input((5, 2)), layers.Dense(2)], name="inner")(inputs))
    with pytest.raises(ConfigError, match="inner is a model inside"):
        qat.quantize_aware(nested, draw(nested))


def test_calibration_of_the_wrong_shape(residual_aware):
    with pytest.raises(DataError):
        qat.quantize_aware(residual_aware[0], np.zeros((0, 8, 6, 3)))
    with pytest.raises(DataError):
        qat.quantize_aware(residual_aware[0], np.zeros((3, 8, 6)))
