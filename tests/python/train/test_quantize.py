import numpy as np
import pytest

from motekit.compiler import HostModel
from motekit.errors import DataError, ToolError
from motekit.oracle import Tflm
from motekit.train.loop import seed_everything
from motekit.train.quantize import quantize


def network():
    import keras
    from keras import layers

    x = keras.Input((12, 10, 1))
    y = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(6, 3, strides=2, use_bias=False)(x)))
    y = layers.ReLU()(layers.Add()([y, layers.Conv2D(6, 3, padding="same")(y)]))
    return keras.Model(x, layers.Softmax()(layers.Dense(4)(layers.GlobalAveragePooling2D()(y))))


@pytest.fixture(scope="module")
def both():
    seed_everything(1)
    model = network()
    inputs = np.random.default_rng(0).normal(0, 1, (64, 12, 10, 1)).astype(np.float32)
    return model, quantize(model, inputs), inputs


def test_the_float_model_is_the_keras_model(both):
    model, converted, inputs = both
    found = Tflm(converted.float_model).predict(inputs)
    assert np.allclose(found.reshape(64, 4), np.asarray(model(inputs)), atol=1e-5)


def test_the_int8_model_is_close_and_int8_at_both_ends(both):
    model, converted, inputs = both
    host = HostModel(converted.int8_model)
    given, made = host.inputs[0], host.outputs[0]
    assert given.dtype == made.dtype == "int8"
    assert made.scale == 1 / 256 and made.zero_point == -128
    tensors = np.clip(np.rint(inputs / given.scale + given.zero_point), -128, 127).astype(np.int8)
    scores = host.predict(tensors).reshape(64, 4)
    assert (scores == Tflm(converted.int8_model).predict(tensors).reshape(64, 4)).all()
    assert np.abs((scores + 128.0) / 256 - np.asarray(model(inputs))).max() < 0.04


def test_names_are_short_and_different(both):
    import tflite

    graph = tflite.Model.GetRootAs(both[1].int8_model).Subgraphs(0)
    names = [graph.Tensors(k).Name().decode() for k in range(graph.TensorsLength())]
    assert len(set(names)) == len(names) and max(map(len, names)) < 60


def test_calibration_must_fit_the_model():
    with pytest.raises(DataError, match="the model takes"):
        quantize(network(), np.zeros((5, 3), np.float32))
    with pytest.raises(DataError, match="the model takes"):
        quantize(network(), np.zeros((0, 3), np.float32))


def test_a_converter_that_fails_is_one_line():
    import keras

    x = keras.Input((4, 4, 1))
    # an operator that int8 does not have
    unsupported = keras.Model(x, keras.ops.erfinv(keras.layers.Flatten()(x)))
    with pytest.raises(ToolError, match="cannot convert") as caught:
        quantize(unsupported, np.zeros((2, 4, 4, 1), np.float32))
    assert "\n" not in str(caught.value)
