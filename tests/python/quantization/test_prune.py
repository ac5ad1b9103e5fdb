import numpy as np
import pytest
from small_nets import chain, draw, residual, settle

from motekit.errors import ConfigError
from motekit.quantization import cost, prune, remove_dead
from motekit.quantization.pruning import CRITERIA


def outputs(model, count: int = 6) -> np.ndarray:
    return np.asarray(model(draw(model, count), training=False))


def branched():
    """Everything a channel may pass: sums, a concatenation, flattening, a depthwise layer of two, groups."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(9)
    inputs = keras.Input((8, 6, 3))
    x = layers.Conv2D(8, 3, padding="same", name="stem")(inputs)
    x = layers.ReLU()(layers.BatchNormalization(name="stem_norm")(x))
    y = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, name="deep")(x)
    y = layers.Conv2D(8, 1, name="point")(layers.PReLU(shared_axes=[1, 2])(y))
    x = layers.Add()([x, layers.BatchNormalization()(y)])
    z = layers.Conv2D(4, 1, activation="relu", name="side")(x)
    x = layers.MaxPooling2D(2)(layers.Concatenate()([x, z]))
    x = layers.Dense(10, activation="relu", name="hidden")(layers.Flatten()(x))
    return settle(keras.Model(inputs, layers.Dense(5, name="label")(x)), 2)


def width(model, name: str) -> int:
    return model.get_layer(name).output.shape[-1]


@pytest.mark.parametrize("build", [residual, chain, branched])
def test_nothing_removed_is_the_same_model(build):
    model = build()
    again = prune(model, 0.0)
    assert again is not model
    assert np.array_equal(outputs(again), outputs(model))
    assert cost(again) == cost(model)


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("build", [residual, chain, branched])
def test_shapes_and_work_shrink_and_outputs_keep_theirs(build, criterion):
    model = build()
    before = cost(model)
    for share in (0.25, 0.5):
        smaller = prune(model, share, criterion=criterion)
        after = cost(smaller)
        assert after["macs"] < before["macs"] and after["parameters"] < before["parameters"]
        assert outputs(smaller).shape == outputs(model).shape
        assert np.isfinite(outputs(smaller)).all()
        before = after


def test_coupled_channels_go_together():
    smaller = prune(branched(), 0.5)
    assert width(smaller, "stem") == width(smaller, "point") == 4
    assert width(smaller, "deep") == 8
    assert width(smaller, "side") == 2
    assert width(smaller, "hidden") == 5
    assert width(smaller, "label") == 5
    assert smaller.get_layer("hidden").kernel.shape[0] == 4 * 3 * (4 + 2)


def kill(model, name: str, channels: list[int]) -> None:
    """Set all that makes some channels of a layer to 0."""
    layer = model.get_layer(name)
    for weight in layer.weights:
        values = np.asarray(weight).copy()
        values[..., channels] = 0
        weight.assign(values)


def test_dead_channels_leave_and_nothing_changes():
    model = branched()
    # alone in its layer
    kill(model, "side", [1, 3])
    kill(model, "hidden", [0, 7, 9])
    # dead only if the whole coupled group is: the stem's through its normalisation, the depthwise layer's bias,
    # and the point layer's
    norm = model.get_layer("stem_norm")
    gamma, beta, mean, variance = (np.asarray(w).copy() for w in norm.weights)
    gamma[5] = beta[5] = 0
    norm.set_weights([gamma, beta, mean, variance])
    bias = np.asarray(model.get_layer("deep").bias).copy()
    bias[[10, 11]] = 0
    model.get_layer("deep").bias.assign(bias)
    kill(model, "point", [5])
    behind = next(layer for layer in model.layers if type(layer).__name__ == "BatchNormalization" and layer is not norm)
    values = [np.asarray(w).copy() for w in behind.weights]
    values[0][5] = values[1][5] = 0
    behind.set_weights(values)

    smaller = remove_dead(model)
    assert [width(smaller, name) for name in ("stem", "point", "side", "hidden")] == [7, 7, 2, 7]
    assert np.allclose(outputs(smaller), outputs(model), atol=1e-5)
    assert cost(smaller)["macs"] < cost(model)["macs"]


def test_a_channel_with_one_live_part_stays():
    model = branched()
    norm = model.get_layer("stem_norm")
    gamma, beta, mean, variance = (np.asarray(w).copy() for w in norm.weights)
    gamma[5] = beta[5] = 0
    norm.set_weights([gamma, beta, mean, variance])
    smaller = remove_dead(model)
    # the depthwise layer's bias and the point layer still make something of it
    assert width(smaller, "stem") == 8
    assert np.allclose(outputs(smaller), outputs(model), atol=1e-6)


def test_a_constant_channel_is_not_dead():
    model = branched()
    layer = model.get_layer("hidden")
    kernel = np.asarray(layer.kernel).copy()
    kernel[:, 3] = 0
    bias = np.asarray(layer.bias).copy()
    bias[3] = 0.5
    layer.set_weights([kernel, bias])
    assert width(remove_dead(model), "hidden") == 10


def test_a_layer_all_dead_keeps_a_channel():
    model = branched()
    kill(model, "side", [0, 1, 2, 3])
    smaller = remove_dead(model)
    assert width(smaller, "side") == 1
    assert np.allclose(outputs(smaller), outputs(model), atol=1e-5)


def test_the_least_important_go_first():
    model = chain()
    layer = model.get_layer("hidden")
    kernel = np.asarray(layer.kernel).copy()
    kernel[:, [1, 4, 6]] *= 1e-3
    layer.set_weights([kernel, np.arange(7, dtype=np.float32)])
    smaller = prune(model, 0.45, spare=["first", "left", "right"])
    assert np.array_equal(np.asarray(smaller.get_layer("hidden").bias), [0, 2, 3, 5])
    assert width(smaller, "left") == width(model, "left")


def test_batch_normalisation_decides_where_it_is_asked():
    import keras
    from keras import layers

    inputs = keras.Input((5, 5, 2))
    x = layers.BatchNormalization(name="norm")(layers.Conv2D(4, 3, use_bias=False, name="conv")(inputs))
    model = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling2D()(layers.ReLU()(x))))
    kernel = np.ones((3, 3, 2, 4), np.float32) * [4, 3, 2, 1]
    model.get_layer("conv").set_weights([kernel])
    model.get_layer("norm").set_weights([np.array([0.1, 0.2, 5.0, 6.0]), np.arange(4.0), np.zeros(4), np.ones(4)])
    by_scale = prune(model, 0.5, criterion="bn")
    assert np.array_equal(np.asarray(by_scale.get_layer("norm").beta), [2, 3])
    model.get_layer("norm").set_weights([np.ones(4), np.arange(4.0), np.zeros(4), np.ones(4)])
    by_weights = prune(model, 0.5, criterion="l1")
    assert np.array_equal(np.asarray(by_weights.get_layer("norm").beta), [0, 1])


@pytest.mark.parametrize("multiple", [2, 4])
def test_what_stays_is_a_multiple(multiple):
    smaller = prune(branched(), 0.4, multiple=multiple)
    for name in ("stem", "side", "hidden"):
        assert width(smaller, name) % multiple == 0 or width(smaller, name) == width(branched(), name)


def test_what_a_strange_layer_reads_stays():
    import keras
    from keras import layers

    inputs = keras.Input((6, 4))
    x = layers.Conv1D(8, 3, padding="same", name="free")(inputs)
    x = layers.Conv1D(8, 3, padding="same", name="read")(x)
    x = layers.LayerNormalization()(x)
    model = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))
    smaller = prune(model, 0.5)
    assert (width(smaller, "free"), width(smaller, "read")) == (4, 8)
    assert outputs(smaller).shape == outputs(model).shape


def test_a_pruned_model_trains_on():
    from motekit.train.loop import Schedule, fit

    model = prune(branched(), 0.5)
    x = draw(model, 128)
    targets = np.eye(5, dtype=np.float32)[(x[:, 0, 0, 0] > 0).astype(int)]
    losses = []
    schedule = Schedule(epochs=6, batch=32, rate=1e-2, loss_weights=(1.0,))
    fit(model, lambda number: (x, [targets]), schedule, progress=lambda *told: losses.append(told[2]))
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    "wrong", [{"share": 1.0}, {"share": -0.1}, {"share": 0.5, "criterion": "luck"}, {"share": 0.5, "multiple": 0}]
)
def test_arguments_out_of_range(wrong):
    with pytest.raises(ConfigError):
        prune(branched(), **wrong)


def test_a_layer_to_spare_that_is_not_there():
    with pytest.raises(ConfigError, match="nowhere"):
        prune(branched(), 0.5, spare=["nowhere"])
