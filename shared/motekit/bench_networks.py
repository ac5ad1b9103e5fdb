"""Networks that nobody tuned kernels for, as .tflite files: `python -m motekit.bench_networks FOLDER [NAME ...]`.

Architectures as they are published or as users write them, with random weights and batch statistics of a
fixed seed, converted by TensorFlow: what the bench says of them is what a user's own network will cost.
"""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .errors import ConfigError, ToolError
from .files import write_bytes

_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "", "TF_ENABLE_ONEDNN_OPTS": "0"}
_TIME_LIMIT_S = 1200
_CALIBRATIONS = 16


class _Builder:
    """Keras networks; `k` is Keras 3 or, for the LSTM that TensorFlow cannot convert from it, tf-keras."""

    def __init__(self, keras: Any) -> None:
        self.k, self.l = keras, keras.layers

    def normalised(self, value: Any, relu: bool = True) -> Any:
        value = self.l.BatchNormalization()(value)
        return self.l.ReLU()(value) if relu else value

    def resnet8(self) -> Any:
        """MLPerf Tiny's CIFAR-10 network."""
        source = self.k.Input((32, 32, 3), batch_size=1)
        value = self.normalised(self.l.Conv2D(16, 3, padding="same")(source))
        for filters, stride in ((16, 1), (32, 2), (64, 2)):
            other = self.normalised(self.l.Conv2D(filters, 3, strides=stride, padding="same")(value))
            other = self.normalised(self.l.Conv2D(filters, 3, padding="same")(other), relu=False)
            if stride > 1:
                value = self.l.Conv2D(filters, 1, strides=stride, padding="same")(value)
            value = self.l.ReLU()(self.l.Add()([value, other]))
        value = self.l.Flatten()(self.l.AveragePooling2D(8)(value))
        return self.k.Model(source, self.l.Dense(10, activation="softmax")(value))

    def mobilenet_v2(self) -> Any:
        """Inverted residuals of MobileNetV2, 0.35 wide, on 96 x 96 RGB."""
        source = self.k.Input((96, 96, 3), batch_size=1)
        value = self._relu6(self.l.Conv2D(16, 3, strides=2, padding="same", use_bias=False)(source))
        shape = ((1, 8, 1, 1), (6, 8, 2, 2), (6, 16, 2, 3), (6, 24, 2, 4), (6, 32, 1, 3), (6, 56, 2, 3), (6, 112, 1, 1))
        for expansion, filters, first_stride, repeats in shape:
            for stride in (first_stride, *[1] * (repeats - 1)):
                other = value
                if expansion > 1:
                    other = self._relu6(self.l.Conv2D(expansion * value.shape[-1], 1, use_bias=False)(other))
                depthwise = self.l.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)
                other = self.normalised(self.l.Conv2D(filters, 1, use_bias=False)(self._relu6(depthwise(other))), False)
                value = self.l.Add()([value, other]) if other.shape == value.shape else other
        value = self._relu6(self.l.Conv2D(256, 1, use_bias=False)(value))
        return self.k.Model(source, self.l.Dense(2, activation="softmax")(self.l.GlobalAveragePooling2D()(value)))

    def _relu6(self, value: Any) -> Any:
        return self.l.ReLU(6.0)(self.l.BatchNormalization()(value))

    def ds_tcn(self) -> Any:
        """Keyword spotting over 98 frames of 40 bands by dilated separable convolutions with residuals."""
        source = self.k.Input((98, 40), batch_size=1)
        value = self.normalised(self.l.Conv1D(48, 3, padding="same")(source))
        for dilation in (1, 2, 4, 8, 1, 2, 4, 8):
            other = self.l.DepthwiseConv1D(5, dilation_rate=dilation, padding="same")(value)
            other = self.normalised(self.l.Conv1D(48, 1)(self.normalised(other)), relu=False)
            value = self.l.ReLU()(self.l.Add()([value, other]))
        value = self.l.GlobalAveragePooling1D()(value)
        return self.k.Model(source, self.l.Dense(12, activation="softmax")(value))

    def tcn(self) -> Any:
        """Causal dilated convolutions over six axes of an inertial sensor."""
        source = self.k.Input((128, 6), batch_size=1)
        value = source
        for dilation in (1, 2, 4, 8, 16):
            value = self.normalised(self.l.Conv1D(32, 3, padding="causal", dilation_rate=dilation)(value))
        return self.k.Model(source, self.l.Dense(6, activation="softmax")(self.l.GlobalAveragePooling1D()(value)))

    def accelerometer_cnn(self) -> Any:
        """Activity recognition as tutorials write it."""
        source = self.k.Input((128, 3), batch_size=1)
        value = self.l.MaxPooling1D(2)(self.normalised(self.l.Conv1D(16, 5, padding="same")(source)))
        value = self.l.MaxPooling1D(2)(self.normalised(self.l.Conv1D(32, 5, padding="same")(value)))
        value = self.l.Flatten()(self.normalised(self.l.Conv1D(48, 3, strides=2, padding="same")(value)))
        value = self.l.Dense(24, activation="relu")(value)
        return self.k.Model(source, self.l.Dense(6, activation="softmax")(value))

    def depth_multiplied(self) -> Any:
        """Depthwise layers of multiplier 8 and 4, dilated ones, and a grouped convolution."""
        source = self.k.Input((49, 10, 1), batch_size=1)
        first = self.l.DepthwiseConv2D((10, 4), strides=2, depth_multiplier=8, padding="same")
        value = self.normalised(first(source))
        value = self.normalised(self.l.DepthwiseConv2D(3, depth_multiplier=4, padding="same")(value))
        value = self.normalised(self.l.Conv2D(32, 1)(value))
        value = self.normalised(self.l.Conv2D(32, 3, groups=4, padding="same")(value))
        value = self.normalised(self.l.DepthwiseConv2D(3, dilation_rate=2, padding="same")(value))
        value = self.l.GlobalAveragePooling2D()(self.l.Conv2D(32, 1, activation="tanh")(value))
        return self.k.Model(source, self.l.Dense(12, activation="softmax")(value))

    def odd_channels(self) -> Any:
        """A convolutional network whose sizes fit no register: 7, 13, 19, 27 channels, windows of 5 x 3."""
        source = self.k.Input((31, 23, 1), batch_size=1)
        value = self.l.MaxPooling2D(2)(self.normalised(self.l.Conv2D(7, (5, 3), padding="same")(source)))
        value = self.normalised(self.l.Conv2D(13, 3, padding="same")(value))
        value = self.l.MaxPooling2D(2)(self.normalised(self.l.Conv2D(19, 3, padding="same")(value)))
        value = self.l.Flatten()(self.normalised(self.l.Conv2D(27, 3)(value)))
        value = self.l.Dense(33, activation="relu")(value)
        return self.k.Model(source, self.l.Dense(5, activation="softmax")(value))

    def dense(self) -> Any:
        """Fully connected layers alone, 330 kB of weights."""
        source = self.k.Input((400,), batch_size=1)
        value = source
        for units in (384, 384, 64):
            value = self.l.Dense(units, activation="relu")(value)
        return self.k.Model(source, self.l.Dense(12, activation="softmax")(value))

    def lstm(self) -> Any:
        """A sequence of 49 x 13 cepstra through an LSTM."""
        source = self.k.Input((49, 13), batch_size=1)
        return self.k.Model(source, self.l.Dense(8, activation="softmax")(self.l.LSTM(32)(source)))


def _wake_stream() -> Any:
    """A streaming wake-word network as microWakeWord makes them, three frames a call.

    Mixed depthwise convolutions over streamed time, ring buffers in resource variables.
    """
    import tensorflow as tf

    rng = np.random.default_rng(0)
    bands, first, width, frames = 40, 32, 64, 3
    blocks = ((5,), (7, 11), (9, 15), (23,))

    class Stream(tf.Module):
        """Weights and states; `call` takes int8 frames once converted."""

        def __init__(self) -> None:
            super().__init__()
            self.states: list[tf.Variable] = []
            self.weights: dict[str, tf.Variable] = {}

        def weight(self, *shape: int) -> tf.Variable:
            name = f"w{len(self.weights)}"
            spread = 1.4 / np.sqrt(np.prod(shape[:-1]) if shape[-1] > 1 else shape[0])
            self.weights[name] = tf.Variable(rng.normal(0, spread, shape).astype(np.float32))
            return self.weights[name]

        def state(self, length: int, channels: int) -> tf.Variable:
            self.states.append(tf.Variable(np.zeros((1, length, 1, channels), np.float32), trainable=False))
            return self.states[-1]

    net = Stream()
    stem = net.weight(5, 1, bands, first)
    layers, channels = [], first
    for kernels in blocks:
        split = [channels // len(kernels)] * len(kernels)
        depthwise = [net.weight(k, 1, c, 1) for k, c in zip(kernels, split, strict=True)]
        state = net.state(max(kernels) - 1, channels)
        layers.append((kernels, depthwise, net.weight(1, 1, channels, width), net.weight(1, width), state))
        channels = width
    stem_state, last_state = net.state(5 - frames, bands), net.state(4, width)
    head, head_bias = net.weight(5 * width, 1), net.weight(1, 1)

    def remembered(state: Any, value: Any) -> Any:
        joined = tf.concat([state, value], 1)
        state.assign(joined[:, -state.shape[1] :])
        return joined

    @tf.function(input_signature=[tf.TensorSpec((1, frames, bands), tf.float32)])
    def call(x: Any) -> Any:
        x = remembered(stem_state, tf.expand_dims(x, 2))
        x = tf.nn.relu(tf.nn.conv2d(x, stem, (frames, 1), "VALID"))
        for kernels, depthwise, pointwise, bias, state in layers:
            x = remembered(state, x)
            parts = tf.split(x, len(kernels), 3)
            parts = [
                tf.nn.depthwise_conv2d(part[:, -k:], weights, (1, 1, 1, 1), "VALID")
                for k, part, weights in zip(kernels, parts, depthwise, strict=True)
            ]
            x = tf.concat(parts, 3) if len(parts) > 1 else parts[0]
            x = tf.nn.relu(tf.nn.conv2d(x, pointwise, 1, "VALID") + bias[0])
        x = tf.reshape(remembered(last_state, x), (1, 5 * width))
        return tf.sigmoid(tf.matmul(x, head) + head_bias)

    net.call = call
    return net


@dataclass(frozen=True)
class Network:
    """Who makes it (Keras 3, tf-keras or a concrete function of TensorFlow), and the activations' width."""

    what: str
    maker: str
    function: str = ""
    bits: int = 8


NETWORKS = {
    "resnet8_cifar10": Network("MLPerf Tiny's ResNet-8", "keras", "resnet8"),
    "wake_word_stream": Network("streaming wake word, mixed depthwise, state in variables", "stream"),
    "mobilenet_v2_035_96": Network("MobileNetV2 0.35, 96 x 96", "keras", "mobilenet_v2"),
    "ds_tcn": Network("dilated separable 1-D convolutions, residuals", "keras", "ds_tcn"),
    "tcn_dilated": Network("causal dilated 1-D convolutions", "keras", "tcn"),
    "accelerometer_cnn": Network("1-D convolutions on three axes", "keras", "accelerometer_cnn"),
    "depth_multiplied": Network("depth multipliers, dilation, groups", "keras", "depth_multiplied"),
    "odd_channels": Network("7, 13, 19 and 27 channels", "keras", "odd_channels"),
    "dense_330k": Network("fully connected", "keras", "dense"),
    "lstm_32": Network("LSTM of 32 units over 49 steps", "tf_keras", "lstm"),
    "odd_channels_16x8": Network("the same with int16 activations", "keras", "odd_channels", bits=16),
    "ds_tcn_16x8": Network("the same with int16 activations", "keras", "ds_tcn", bits=16),
}


def _as_if_trained(model: Any) -> None:
    """Batch statistics and biases as after a training: no two channels alike, none zero."""
    rng = np.random.default_rng(0)
    for layer in model.layers:
        weights = layer.get_weights()
        if type(layer).__name__ == "BatchNormalization":
            size = weights[0].shape
            scales, variances = rng.uniform(0.3, 1.5, size), rng.uniform(0.3, 1.5, size)
            layer.set_weights([scales, rng.normal(0, 0.4, size), rng.normal(0, 0.2, size), variances])
        elif len(weights) == 2:
            layer.set_weights([weights[0], rng.normal(0, 0.1, weights[1].shape)])


def _convert(name: str) -> bytes:
    import tensorflow as tf

    from .train.convert import shorten_names

    network = NETWORKS[name]
    if network.maker == "stream":
        net = _wake_stream()
        shape = (1, 3, 40)
        converter = tf.lite.TFLiteConverter.from_concrete_functions([net.call.get_concrete_function()], net)
        # as microWakeWord does: without it the ring buffers stay float32
        converter._experimental_variable_quantization = True
    else:
        keras = importlib.import_module(network.maker)
        keras.backend.clear_session()  # or layers' names would tell what was made before
        keras.utils.set_random_seed(0)
        model = getattr(_Builder(keras), network.function)()
        _as_if_trained(model)
        shape = (1, *model.inputs[0].shape[1:])
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
    rng = np.random.default_rng(1)

    def samples() -> Iterator[list[np.ndarray]]:
        for _ in range(_CALIBRATIONS):
            yield [rng.normal(size=shape).astype(np.float32)]

    wide, sets = network.bits == 16, tf.lite.OpsSet
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = samples
    converter.target_spec.supported_ops = [
        sets.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8 if wide else sets.TFLITE_BUILTINS_INT8
    ]
    # TensorFlow Lite Micro with CMSIS-NN takes no dense layer of int16 with a scale for each channel
    converter._experimental_disable_per_channel_quantization_for_dense_layers = wide
    converter.inference_input_type = converter.inference_output_type = tf.int16 if wide else tf.int8
    return shorten_names(converter.convert())


def write_networks(folder: Path, names: Sequence[str] = tuple(NETWORKS)) -> list[Path]:
    """Convert the networks in processes of their own, because TensorFlow reads which Keras it is to use but once.

    Parameters
    ----------
    folder : Path
        Where NAME.tflite go; those that lie there already are kept.
    names : sequence of str
        Of `NETWORKS`.

    Returns
    -------
    list of Path
        The files, in the order of `names`.

    Raises
    ------
    ConfigError
        If there is no network of a name.
    ToolError
        If TensorFlow cannot convert one.
    """
    for name in names:
        if name not in NETWORKS:
            raise ConfigError(f"the bench knows no network {name!r}. Choose from {', '.join(NETWORKS)}.")
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.tflite" for name in names]
    for legacy in (False, True):
        wanted = [p.stem for p in paths if (NETWORKS[p.stem].maker == "tf_keras") == legacy and not p.is_file()]
        if not wanted:
            continue
        command = [sys.executable, "-m", __spec__.name, "--convert", str(folder), *wanted]
        environment = {**os.environ, **_QUIET, **({"TF_USE_LEGACY_KERAS": "1"} if legacy else {})}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=_TIME_LIMIT_S, check=False
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise ToolError(f"TensorFlow could not convert {', '.join(wanted)}: {last[:300]}. Check TensorFlow.")
    return paths


def main() -> None:
    """Command line: a folder, then names (default all)."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--convert"]:
        for name in arguments[2:]:
            write_bytes(Path(arguments[1]) / f"{name}.tflite", _convert(name))
        return
    if not arguments:
        raise SystemExit("usage: python -m motekit.bench_networks FOLDER [NAME ...]")
    for path in write_networks(Path(arguments[0]), arguments[1:] or tuple(NETWORKS)):
        print(path)


if __name__ == "__main__":
    main()
