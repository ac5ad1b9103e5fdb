"""Small Keras networks with weights of a useful size."""

import numpy as np


def settle(model, seed: int = 0):
    """Give batch normalisations statistics and scales as training leaves them, and layers biases."""
    from keras import layers

    rng = np.random.default_rng(seed)
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            n = layer.gamma.shape[0]
            layer.set_weights(
                [rng.uniform(0.5, 2, n), rng.normal(0, 0.3, n), rng.normal(0, 0.3, n), rng.uniform(0.5, 2, n)]
            )
        elif getattr(layer, "bias", None) is not None:
            layer.bias.assign(rng.normal(0, 0.2, layer.bias.shape))
    return model


def residual():
    """Convolutions, a depthwise one, a sum, pools, a dense layer and a softmax: 8 x 6 x 3 to 5 classes."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(3)
    inputs = keras.Input((8, 6, 3))
    x = layers.Conv2D(8, 3, padding="same", use_bias=False, name="first")(inputs)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    y = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="deep")(x)
    y = layers.Activation("relu6")(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(8, 1, name="point")(y))
    x = layers.ReLU()(layers.Add()([x, y]))
    x = layers.AveragePooling2D((2, 1))(layers.MaxPooling2D(2)(x))
    x = layers.Dropout(0.1)(layers.GlobalAveragePooling2D()(x))
    return settle(keras.Model(inputs, layers.Dense(5, activation="softmax", name="label")(x)))


def chain():
    """One-dimensional: strides, dilation, a concatenation, flattening, and functions that are not fused."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(4)
    inputs = keras.Input((24, 2))
    x = layers.Conv1D(6, 5, strides=2, padding="same", activation="relu", name="first")(inputs)
    a = layers.Conv1D(4, 3, dilation_rate=2, padding="same", activation="tanh", name="left")(x)
    b = layers.BatchNormalization()(layers.Conv1D(4, 3, padding="same", name="right")(x))
    x = layers.MaxPooling1D(2)(layers.Concatenate()([a, b]))
    x = layers.Dense(7, activation="relu", name="hidden")(layers.Flatten()(x))
    return settle(keras.Model(inputs, layers.Dense(3, activation="sigmoid", name="label")(x)))


def plain(channels: int = 6):
    """Two convolutions, a mean and a dense layer: 6 x 6 x 2 to 4 classes."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(5)
    inputs = keras.Input((6, 6, 2))
    x = layers.Conv2D(channels, 3, padding="same", activation="relu", name="first")(inputs)
    x = layers.Conv2D(6, 1, activation="relu", name="second")(x)
    return settle(keras.Model(inputs, layers.Dense(4, name="label")(layers.GlobalAveragePooling2D()(x))))


def outlier(model=None, size: float = 60.0):
    """A network of `plain` with one more channel behind its first layer: a large one, which nobody reads.

    The float network is none the worse for it; int8 has few steps left for the other channels.
    """
    model = model or plain()
    spoilt = plain(7)
    kernel, bias = (np.asarray(w) for w in model.get_layer("first").weights)
    extra = np.zeros((*kernel.shape[:-1], 1), np.float32)
    spoilt.get_layer("first").set_weights([np.concatenate([kernel, extra], -1), np.append(bias, np.float32(size))])
    kernel, bias = (np.asarray(w) for w in model.get_layer("second").weights)
    spoilt.get_layer("second").set_weights([np.pad(kernel, ((0, 0), (0, 0), (0, 1), (0, 0))), bias])
    spoilt.get_layer("label").set_weights(model.get_layer("label").get_weights())
    return spoilt


def draw(model, count: int = 48, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, *model.inputs[0].shape[1:])).astype(np.float32)
