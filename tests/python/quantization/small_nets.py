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


def outlier():
    """A network that 8 bits do not do justice: a channel of its first layer is large, and nobody needs it."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(5)
    inputs = keras.Input((6, 6, 2))
    x = layers.Conv2D(6, 3, padding="same", activation="relu", name="first")(inputs)
    x = layers.Conv2D(6, 1, activation="relu", name="second")(x)
    model = settle(keras.Model(inputs, layers.Dense(4, name="label")(layers.GlobalAveragePooling2D()(x))))
    bias = np.asarray(model.get_layer("first").bias).copy()
    bias[2] = 60.0
    model.get_layer("first").bias.assign(bias)
    kernel = np.asarray(model.get_layer("second").kernel).copy()
    kernel[:, :, 2] = 0
    model.get_layer("second").kernel.assign(kernel)
    return model


def draw(model, count: int = 48, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, *model.inputs[0].shape[1:])).astype(np.float32)
