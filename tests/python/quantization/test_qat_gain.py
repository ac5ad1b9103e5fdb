"""Where int8 after training hurts, training with rounding gains: a separable network whose channels differ in size.

Networks with depthwise layers end up so by themselves (Nagel et al., Data-Free Quantization Through Weight Equalization
and Bias Correction, ICCV 2019): one scale a tensor leaves the small channels a few steps each.
"""

import numpy as np

from motekit.compiler import HostModel
from motekit.quantization import export, quantize_aware
from motekit.quantization.price import stored_inputs
from motekit.train.quantize import quantize

CHANNELS, REACH = 12, 1000.0


def tones(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two noisy phases of one of four tones, and which."""
    rng = np.random.default_rng(seed)
    names = rng.integers(0, 4, count)
    frequency = np.array([0.10, 0.13, 0.16, 0.19])[names][:, None] + rng.normal(0, 0.004, (count, 1))
    angle = 2 * np.pi * (frequency * np.arange(32) + rng.random((count, 1)))
    signal = rng.uniform(0.5, 1.5, (count, 1, 1)) * np.stack([np.sin(angle), np.cos(angle)], -1)
    return (signal + rng.normal(0, 0.5, signal.shape)).astype(np.float32), names


def network():
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    inputs = keras.Input((32, 2))
    x = layers.Conv1D(CHANNELS, 5, padding="same", activation="relu", name="first")(inputs)
    x = layers.DepthwiseConv1D(5, padding="same", activation="relu", name="deep")(x)
    x = layers.GlobalAveragePooling1D()(layers.Conv1D(CHANNELS, 1, activation="relu", name="point")(x))
    return keras.Model(inputs, layers.Dense(4, name="label")(x))


def make_uneven(model) -> None:
    """Channels up to REACH times smaller than others; the float network stays the same: relu(s x) = s relu(x)."""
    sizes = np.geomspace(1 / REACH, 1, CHANNELS).astype(np.float32)
    # what each layer's outputs are multiplied by, and its inputs were
    plan = {"first": (sizes, None), "deep": (sizes[::-1], sizes), "point": (np.float32(1), sizes[::-1])}
    for name, (made, given) in plan.items():
        kernel, bias = model.get_layer(name).get_weights()
        if name == "deep":
            kernel = kernel * (made / given)[:, None]
        else:
            kernel = kernel * made / (1 if given is None else given[:, None])
        model.get_layer(name).set_weights([kernel, bias * made])


def learn(model, inputs, names, rate: float, epochs: int) -> None:
    import keras

    keras.utils.set_random_seed(1)
    model.compile(keras.optimizers.Adam(rate), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(inputs, names, batch_size=64, epochs=epochs, verbose=0)


def accuracy(model: bytes, inputs: np.ndarray, names: np.ndarray) -> float:
    """Of the compiled int8 model."""
    host = HostModel(model)
    stored = stored_inputs(host.compiled.inputs[0], inputs)
    return float(np.mean(host.predict(stored).reshape(len(inputs), -1).argmax(1) == names))


def test_training_with_rounding_gains_where_rounding_afterwards_hurts():
    inputs, names = tones(2000, 0)
    unseen = tones(2000, 1)
    model = network()
    learn(model, inputs, names, 5e-3, 6)
    make_uneven(model)
    exact = float(np.mean(np.asarray(model(unseen[0])).argmax(1) == unseen[1]))
    after = accuracy(quantize(model, inputs[:500]).int8_model, *unseen)
    aware = quantize_aware(model, inputs[:500])
    learn(aware, inputs, names, 5e-3, 10)
    trained = accuracy(export(aware), *unseen)
    print(f"float {exact:.4f}, int8 after training {after:.4f}, quantization-aware {trained:.4f}")
    assert exact > 0.9
    assert after < exact - 0.08
    assert trained > after + 0.04
