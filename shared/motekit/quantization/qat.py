"""Quantization-aware training: a float network becomes one that computes as int8 will, and int8 after training.

    aware = quantize_aware(trained, inputs)        # folded, rounded, calibrated: starts where int8 conversion is
    train.loop.fit(aware, ...)                     # or any other training of a Keras model
    tflite = export(aware)

Batch normalisation is folded with its moving statistics before training starts and learns no more: what is
simulated then is a convolution with a bias, which is what the device runs (Krishnamoorthi, "Quantizing deep
convolutional networks for efficient inference", section 3.2.2, freezes it for the same reason).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ConfigError, DataError
from . import conversion
from .network import Call, Network, copy

if TYPE_CHECKING:
    import keras

_KERNELS = {"Conv1D": "conv", "Conv2D": "conv", "DepthwiseConv1D": "depthwise", "DepthwiseConv2D": "depthwise",
            "Dense": "dense"}  # fmt: skip
_SUMS = ("Add", "Subtract")
#: kinds whose int8 output has their input's scale: they choose among values, or move them
_SAME = (
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "Reshape", "Flatten", "Permute",
    "MaxPooling1D", "MaxPooling2D", "ZeroPadding1D", "ZeroPadding2D", "Cropping1D", "Cropping2D", "UpSampling2D",
)  # fmt: skip
#: these round, but to their input's scale
_AVERAGES = ("AveragePooling1D", "AveragePooling2D")
_FIXED = {"softmax": (0.0, 255 / 256), "sigmoid": (0.0, 255 / 256), "tanh": (-1.0, 127 / 128)}
_CALIBRATION_BATCH = 64


def quantize_aware(model: "keras.Model", calibration: np.ndarray, *, momentum: float = 0.99) -> "keras.Model":
    """A twin of a trained model that rounds as int8 inference does, ready to be trained on.

    Parameters
    ----------
    model : keras.Model
        Functional or sequential, one input; of convolutions (1-D, 2-D, depthwise), dense layers, batch
        normalisation behind them, and layers without weights.
    calibration : ndarray
        float32[n, ...] inputs that give the first ranges of activations.
    momentum : float
        Of the moving ranges; see `layers.FakeQuantize`.

    Returns
    -------
    keras.Model
        Same inputs and outputs; its trainable weights are folded kernels and biases.

    Raises
    ------
    ConfigError
        If a layer is of a kind that cannot be trained quantized.
    DataError
        If there are no calibration inputs, or they are not of the model's input shape.
    """
    calibration = np.asarray(calibration, np.float32)
    shape = tuple(model.inputs[0].shape[1:])
    if calibration.ndim == 0 or len(calibration) == 0 or calibration.shape[1:] != shape:
        raise DataError(f"calibration inputs have the shape {calibration.shape}, the model takes {shape}. Give some.")
    aware = _Aware(Network.read(model), momentum).build()
    calibrate(aware, calibration)
    return aware


def calibrate(aware: "keras.Model", inputs: np.ndarray) -> None:
    """Widen the ranges of activations to hold what `inputs` float32[n, ...] make of them, unrounded."""
    from .layers import FakeQuantize

    watching = [layer for layer in aware.layers if isinstance(layer, FakeQuantize)]
    for layer in watching:
        layer.observing = True
    try:
        for start in range(0, len(inputs), _CALIBRATION_BATCH):
            aware(inputs[start : start + _CALIBRATION_BATCH], training=False)
    finally:
        for layer in watching:
            layer.observing = False


def deploy(aware: "keras.Model") -> "keras.Model":
    """The plain Keras model behind a quantization-aware one: rounded weights, and ranges for the converter."""
    return _plain(aware, rounded=True)


def export(aware: "keras.Model") -> bytes:
    """Convert a quantization-aware model to an int8 .tflite with the weights and ranges it was trained to.

    Raises
    ------
    ToolError
        If TensorFlow cannot convert it.
    ModelError
        If a tensor of the result is not an integer's.
    """
    return conversion.with_ranges(deploy(aware))


def plain(aware: "keras.Model") -> "keras.Model":
    """The float model that a quantization-aware one rounds: its weights, nothing rounded."""
    return _plain(aware, rounded=False)


def without_softmax(model: "keras.Model") -> "keras.Model":
    """A model up to the softmax it ends in, whose input is what the training loop takes; else the model itself."""
    import keras

    network = Network.read(model)
    last = next(call for call in network.calls if call.name == network.outputs[0])
    if len(network.outputs) != 1 or not (last.kind == "Softmax" or _activation(last) == "softmax"):
        return model
    return keras.Model(model.inputs, model.get_layer(last.name).input)


def with_softmax(aware: "keras.Model") -> "keras.Model":
    """A quantization-aware model of logits with the softmax that int8 inference gives it."""
    import keras

    from .layers import FakeQuantize

    probability = keras.layers.Softmax(name="probability")(aware.outputs[0])
    rounded = FakeQuantize(fixed=_FIXED["softmax"], name="probability_range")(probability)
    return keras.Model(aware.inputs, rounded)


def _plain(aware: "keras.Model", *, rounded: bool) -> "keras.Model":
    """Keras' own layers in place of the fake-quantizing ones."""
    from keras import layers as keras_layers

    from .layers import FakeQuantize, QuantizedKernel, Range

    def replace(call: Call, values: dict[str, Any]) -> Any:
        layer = call.layer
        if isinstance(layer, FakeQuantize):
            source = values[call.inputs[0]]
            # the int8 format has fixed ranges without being told; and a second use of a range is an average's,
            # which is rounded to its input's scale anyway
            known = layer.fixed or call.name != layer.name
            return source if known or not rounded else Range(*layer.range(), name=call.name)(source)
        if call.kind == "InputLayer":
            return values[call.name]
        if not isinstance(layer, QuantizedKernel):
            return call.apply(copy(layer), values)
        how = {"activation": layer.activation, "name": call.name}
        if layer.kind == "dense":
            made = keras_layers.Dense(layer.kernel_shape[-1], **how)
        else:
            flat = len(layer.kernel_shape) == 3
            how |= {"strides": layer.strides, "padding": layer.padding, "dilation_rate": layer.dilation}
            if layer.kind == "conv":
                kind = keras_layers.Conv1D if flat else keras_layers.Conv2D
                made = kind(layer.kernel_shape[-1], layer.kernel_shape[:-2], **how)
            else:
                kind = keras_layers.DepthwiseConv1D if flat else keras_layers.DepthwiseConv2D
                made = kind(layer.kernel_shape[:-2], depth_multiplier=layer.kernel_shape[-1], **how)
        result = call.apply(made, values)
        kernel = layer.rounded_kernel() if rounded else layer.kernel
        made.set_weights([np.asarray(kernel), np.asarray(layer.bias)])
        return result

    return Network.read(aware, shared=True).build(replace)


class _Aware:
    """The rewriting of a network into its quantization-aware twin."""

    def __init__(self, network: Network, momentum: float) -> None:
        self.network, self.momentum = network, momentum
        self.consumers = network.consumers()
        self.calls = {call.name: call for call in network.calls}
        #: batch normalisations and activations that are done inside the call before them
        self.fused: set[str] = set()
        #: FakeQuantize that made each tensor's scale, by the call's name
        self.scales: dict[str, Any] = {}

    def build(self) -> "keras.Model":
        return self.network.build(self.replace)

    def replace(self, call: Call, values: dict[str, Any]) -> Any:
        if call.name in self.fused:
            self.scales[call.name] = self.scales[call.inputs[0]]
            return values[call.inputs[0]]
        if call.kind == "InputLayer":
            return self.rounded(call, values[call.name])
        if call.kind in _KERNELS:
            return self.kernel(call, values)
        if call.kind in _SAME or (call.kind in _AVERAGES):
            result = call.apply(copy(call.layer), values)
            scale = self.scales[call.name] = self.scales[call.inputs[0]]
            return scale(result, training=False) if call.kind in _AVERAGES else result
        if getattr(call.layer, "weights", None):
            raise ConfigError(
                f"{call.name} is a {call.kind}, which motekit cannot train quantized. Use convolutions and dense "
                "layers, with batch normalisation right behind them."
            )
        result = call.apply(copy(call.layer), values)
        if call.kind in _SUMS and (relu := self.following_relu(call.name)):
            result = copy(relu.layer)(result)
            self.fused.add(relu.name)
        return self.rounded(call, result, _FIXED.get(_activation(call)))

    def kernel(self, call: Call, values: dict[str, Any]) -> Any:
        from keras import layers as keras_layers

        from .layers import QuantizedKernel

        layer = call.layer
        if getattr(layer, "groups", 1) != 1 or getattr(layer, "data_format", "channels_last") != "channels_last":
            raise ConfigError(f"{call.name} has groups or its channels first. Use plain convolutions, channels last.")
        kernel, bias = np.asarray(layer.kernel), np.asarray(layer.bias) if layer.use_bias else None
        own, last = _named(layer.activation), call.name
        if own == "linear" and (norm := self.only_reader(last)) and norm.kind == "BatchNormalization":
            kernel, bias = fold(layer, kernel, bias, norm.layer)
            self.fused.add(norm.name)
            last = norm.name
        fused = own if own in ("relu", "relu6") else None
        if own == "linear" and (relu := self.following_relu(last)):
            fused = _relu(relu)
            self.fused.add(relu.name)
        kind = _KERNELS[call.kind]
        how = {}
        if kind != "dense":
            how = {"strides": _one(layer.strides), "padding": layer.padding, "dilation": _one(layer.dilation_rate)}
        made = QuantizedKernel(kind, kernel.shape, activation=fused, name=call.name, **how)
        result = made(values[call.inputs[0]])
        made.kernel.assign(kernel)
        made.bias.assign(np.zeros(made.bias.shape) if bias is None else bias)
        result = self.rounded(call, result)
        if own != "linear" and fused is None:
            # not fused by TensorFlow Lite: an operator of its own, on a rounded sum
            result = keras_layers.Activation(layer.activation, name=f"{call.name}_{own}")(result)
            result = self.rounded(call, result, _FIXED.get(own), f"{call.name}_{own}")
        return result

    def rounded(self, call: Call, tensor: Any, fixed: Sequence[float] | None = None, name: str | None = None) -> Any:
        from .layers import FakeQuantize

        layer = FakeQuantize(self.momentum, fixed, name=f"{name or call.name}_range")
        self.scales[call.name] = layer
        return layer(tensor)

    def only_reader(self, name: str) -> Call | None:
        readers = self.consumers[name]
        return readers[0] if len(readers) == 1 and name not in self.network.outputs else None

    def following_relu(self, name: str) -> Call | None:
        reader = self.only_reader(name)
        return reader if reader and _relu(reader) else None


def fold(layer, kernel: np.ndarray, bias: np.ndarray | None, norm) -> tuple[np.ndarray, np.ndarray]:
    """Kernel and bias of a layer that a batch normalisation, at its moving statistics, follows."""
    mean, variance = np.asarray(norm.moving_mean), np.asarray(norm.moving_variance)
    factor = (np.asarray(norm.gamma) if norm.scale else 1.0) / np.sqrt(variance + norm.epsilon)
    shift = (np.asarray(norm.beta) if norm.center else 0.0) + ((0.0 if bias is None else bias) - mean) * factor
    per_channel = factor.reshape(kernel.shape[-2:]) if "Depthwise" in type(layer).__name__ else factor
    return (kernel * per_channel).astype(np.float32), np.asarray(shift, np.float32)


def _relu(call: Call) -> str | None:
    """ "relu" or "relu6" if that is all a call does."""
    layer = call.layer
    if call.kind == "ReLU":
        if layer.negative_slope or layer.threshold:
            return None
        return {None: "relu", 6.0: "relu6"}.get(layer.max_value)
    if call.kind == "Activation":
        return name if (name := _named(layer.activation)) in ("relu", "relu6") else None
    return {"Relu": "relu", "Relu6": "relu6"}.get(call.kind)


def _activation(call: Call) -> str:
    """Name of the function of a call that is nothing but one."""
    return _named(call.layer.activation) if call.kind == "Activation" else call.kind.lower()


def _named(function: Any) -> str:
    return getattr(function, "__name__", str(function))


def _one(value: Any) -> Any:
    """Strides as Keras stores them, in the form its functions take for any number of dimensions."""
    return tuple(value) if isinstance(value, (list, tuple)) else value
