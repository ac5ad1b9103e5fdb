"""Keras layers that compute as the int8 network will: fake quantization with straight-through gradients.

Rounding has no slope, so the backward pass takes it for the identity inside the range and for a constant outside
(Bengio et al., "Estimating or Propagating Gradients Through Stochastic Neurons"; Jacob et al., section 3).
"""

import keras
from keras import ops

_LEVELS = 255
_SMALLEST_SCALE = 1e-8
#: width of the narrowest range, so that a tensor that is constant still has a scale
_NARROWEST = 1e-4


def fake_quantize_kernel(kernel, axes: tuple[int, ...]):
    """Weights rounded to int8 steps, symmetric, with a scale for each channel.

    Parameters
    ----------
    kernel : tensor
    axes : tuple of int
        All but the output channels' axes.

    Notes
    -----
    The scale is the largest magnitude over 127, TensorFlow Lite's own rule. The largest weight stays itself, so
    the converter, which only sees the rounded weights, finds the same scale and the same integers.
    """
    largest = ops.max(ops.abs(kernel), axis=axes, keepdims=True)
    scale = ops.stop_gradient(ops.maximum(largest / 127.0, _SMALLEST_SCALE))
    rounded = ops.round(kernel / scale) * scale
    return kernel + ops.stop_gradient(rounded - kernel)


def affine(low: float, high: float):
    """Scale and zero point of int8 for a range that holds 0 (or is widened to), as TensorFlow Lite nudges it.

    Returns
    -------
    scale, zero_point
        real = scale * (stored - zero_point), stored in -128..127.
    """
    low, high = ops.minimum(low, 0.0), ops.maximum(high, 0.0)
    scale = ops.maximum(high - low, _NARROWEST) / _LEVELS
    zero_point = ops.clip(ops.round(-128.0 - low / scale), -128.0, 127.0)
    return scale, zero_point


@keras.saving.register_keras_serializable("motekit")
class FakeQuantize(keras.layers.Layer):
    """Rounds an activation to the int8 steps of a range that follows the data.

    Parameters
    ----------
    momentum : float
        Of the moving smallest and largest value: each training step, range = momentum * range + (1 - momentum) *
        the batch's. The range used is the one after that.
    fixed : tuple of float, optional
        A range that does not move: softmax and sigmoid have theirs in the int8 format itself.

    Attributes
    ----------
    observing : bool
        While set (by `qat.calibrate`, outside any compiled function), calls widen the range to hold their input
        and change nothing.
    """

    def __init__(self, momentum: float = 0.99, fixed: tuple[float, float] | None = None, **kwargs) -> None:
        super().__init__(**kwargs)
        self.momentum, self.fixed = momentum, tuple(fixed) if fixed else None
        self.observing = False

    def build(self, input_shape) -> None:
        """Make the range, which training moves but gradients do not."""
        start = self.fixed or (0.0, 0.0)
        for name, value in zip(("low", "high"), start, strict=True):
            initial = keras.initializers.Constant(value)
            setattr(self, name, self.add_weight(shape=(), initializer=initial, trainable=False, name=name))

    def call(self, x, training=False):
        """The input, rounded."""
        if self.observing:
            if not self.fixed:
                self.low.assign(ops.minimum(self.low, ops.min(x)))
                self.high.assign(ops.maximum(self.high, ops.max(x)))
            return x
        if training and not self.fixed:
            m = self.momentum
            self.low.assign(m * self.low + (1 - m) * ops.minimum(ops.min(x), 0.0))
            self.high.assign(m * self.high + (1 - m) * ops.maximum(ops.max(x), 0.0))
        scale, zero_point = affine(self.low.value, self.high.value)
        low, high = (-128.0 - zero_point) * scale, (127.0 - zero_point) * scale
        # clipping keeps its slope: 1 inside, 0 outside
        inside = ops.clip(x, low, high)
        return inside + ops.stop_gradient(ops.round((inside - low) / scale) * scale + low - inside)

    def range(self) -> tuple[float, float]:
        """The numbers that -128 and 127 stand for."""
        scale, zero_point = (float(v) for v in affine(self.low.value, self.high.value))
        return (-128.0 - zero_point) * scale, (127.0 - zero_point) * scale

    def compute_output_shape(self, input_shape):
        """As the input's."""
        return input_shape

    def get_config(self) -> dict:
        """What `__init__` takes."""
        return {**super().get_config(), "momentum": self.momentum, "fixed": self.fixed}


@keras.saving.register_keras_serializable("motekit")
class QuantizedKernel(keras.layers.Layer):
    """A convolution, depthwise convolution or dense layer whose weights are rounded each time they are used.

    Parameters
    ----------
    kind : {"conv", "depthwise", "dense"}
    kernel_shape : sequence of int
        As in Keras: [..., in, out], depthwise [..., channels, multiplier].
    strides, padding, dilation
        As in Keras.
    activation : {None, "relu", "relu6"}
        What TensorFlow Lite fuses into the operator: the sum before it is never rounded.
    """

    def __init__(
        self, kind: str, kernel_shape, strides=1, padding="valid", dilation=1, activation=None, **kwargs
    ) -> None:
        super().__init__(**kwargs)
        # Keras turns lists into its own kind, which is no tuple
        self.kind, self.kernel_shape = kind, tuple(kernel_shape)
        self.strides, self.dilation = (tuple(v) if isinstance(v, (list, tuple)) else v for v in (strides, dilation))
        self.padding, self.activation = padding, activation

    def build(self, input_shape) -> None:
        """Make kernel and bias."""
        out = self.kernel_shape[-1] * (self.kernel_shape[-2] if self.kind == "depthwise" else 1)
        self.kernel = self.add_weight(shape=self.kernel_shape, initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(out,), initializer="zeros", name="bias")

    @property
    def _axes(self) -> tuple[int, ...]:
        return tuple(range(len(self.kernel_shape) - (2 if self.kind == "depthwise" else 1)))

    def rounded_kernel(self):
        """The kernel in int8 steps."""
        return fake_quantize_kernel(self.kernel, self._axes)

    def call(self, x):
        """The operator on rounded weights."""
        kernel, how = self.rounded_kernel(), {"strides": self.strides, "padding": self.padding}
        if self.kind == "dense":
            y = ops.matmul(x, kernel)
        elif self.kind == "conv":
            y = ops.conv(x, kernel, **how, dilation_rate=self.dilation, data_format="channels_last")
        else:
            y = ops.depthwise_conv(x, kernel, **how, dilation_rate=self.dilation, data_format="channels_last")
        y = y + self.bias
        return {None: lambda v: v, "relu": ops.relu, "relu6": ops.relu6}[self.activation](y)

    def get_config(self) -> dict:
        """What `__init__` takes."""
        return {
            **super().get_config(),
            "kind": self.kind,
            "kernel_shape": self.kernel_shape,
            "strides": self.strides,
            "padding": self.padding,
            "dilation": self.dilation,
            "activation": self.activation,
        }


@keras.saving.register_keras_serializable("motekit")
class Range(keras.layers.Layer):
    """Tells TensorFlow Lite's converter the range of an activation, by the one operator it takes it from."""

    def __init__(self, low: float, high: float, **kwargs) -> None:
        super().__init__(**kwargs)
        self.low, self.high = low, high

    def call(self, x):
        """The input, rounded by TensorFlow's own operator."""
        import tensorflow as tf

        return tf.quantization.fake_quant_with_min_max_vars(x, self.low, self.high)

    def compute_output_shape(self, input_shape):
        """As the input's."""
        return input_shape

    def get_config(self) -> dict:
        """What `__init__` takes."""
        return {**super().get_config(), "low": self.low, "high": self.high}
