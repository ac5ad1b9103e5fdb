"""Models whose layers reach every branch of the fast kernels: tails, odd channels, bands, memory shared in place."""

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1] / "python" / "compiler"))
from cases import all_cases, inputs_for, svdf_layer
from flat import NONE, RELU, SAME, VALID, Flat

__all__ = ["all_cases", "all_models", "inputs_for"]

CONV, DEPTHWISE = "CONV_2D", "DEPTHWISE_CONV_2D"


class Chain:
    """A row of layers; each is a (kind, kernel, stride, padding, output channels)."""

    def __init__(self, rng: np.random.Generator, shape: tuple[int, int, int]) -> None:
        self.rng, self.flat, self.shape = rng, Flat(), shape
        self.scale, zero = np.float32(0.05), int(rng.integers(-128, 128))
        self.source = self.value = self.flat.tensor((1, *shape), "int8", self.scale, zero)

    def add(
        self, kind: str, kernel: tuple[int, int], stride: tuple[int, int], padding: int, out_c: int, *,
        dilation: tuple[int, int] = (1, 1), multiplier: int = 1, weightless: float = 0, large: bool = False,
    ) -> None:  # fmt: skip
        """Append a layer; a depthwise one has `multiplier` outputs a channel.

        `weightless`: share of the outputs that are a constant; `large`: channels whose scale needs no right shift.
        """
        rng, flat = self.rng, self.flat
        height, width, in_c = self.shape
        depthwise = kind == DEPTHWISE
        out_c = in_c * multiplier if depthwise else out_c
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        if padding == SAME:
            size = [-(-n // s) for n, s in zip((height, width), stride, strict=True)]
        else:
            size = [(n - k) // s + 1 for n, k, s in zip((height, width), reach, stride, strict=True)]
        shape = (1, *kernel, out_c) if depthwise else (out_c, *kernel, in_c)
        values = rng.integers(-127, 128, shape)
        if rng.random() < 0.3:  # one channel that never changes, one that saturates
            values[..., 0] = 0
            values[..., -1] = rng.choice([-127, 127])
        if weightless:
            values[rng.permutation(out_c)[: int(weightless * out_c)]] = 0
        filter_scale = (0.01 * np.exp(rng.uniform(-2, 0.5, out_c))).astype(np.float32)
        taps = kernel[0] * kernel[1] * (1 if depthwise else in_c)
        result_scale = np.float32(self.scale * filter_scale.mean() * 70 * np.sqrt(taps))
        if large:  # factors of a quarter to four
            filter_scale[rng.permutation(out_c)[: -(-out_c // 2)]] = result_scale / self.scale * rng.uniform(0.3, 4)
        activation = int(rng.choice([NONE, RELU]))
        zero = -128 if activation == RELU else int(rng.integers(-128, 128))
        filters = flat.tensor(shape, "int8", filter_scale, 0, values, 3 if depthwise else 0)
        bias = flat.tensor((out_c,), "int32", self.scale * filter_scale, 0, rng.integers(-9000, 9000, out_c))
        result = flat.tensor((1, *size, out_c), "int8", result_scale, zero)
        options = {"depthMultiplier": multiplier} if depthwise else {}
        flat.op(
            kind, [self.value, filters, bias], [result], padding=padding, strideH=stride[0], strideW=stride[1],
            dilationHFactor=dilation[0], dilationWFactor=dilation[1], fusedActivationFunction=activation, **options,
        )  # fmt: skip
        self.value, self.shape, self.scale = result, (*size, out_c), result_scale

    def model(self) -> bytes:
        """The finished file."""
        return self.flat.bytes([self.source], [self.value])


def single_layers() -> dict[str, bytes]:
    """One layer each: the shapes at which the kernels change their path."""
    layers = {}
    for pixels in (1, 2, 3, 4, 5, 8, 9):
        for in_c, out_c in ((1, 1), (4, 2), (7, 3), (16, 5), (33, 8), (40, 17)):
            layers[f"pointwise_{pixels}_{in_c}_{out_c}"] = ((1, pixels, in_c), CONV, (1, 1), (1, 1), VALID, out_c)
    for kernel in ((3, 3), (1, 5), (5, 1), (4, 2), (2, 7)):
        for in_c in (1, 3, 4, 8):
            layers[f"conv_{kernel[0]}x{kernel[1]}_{in_c}"] = ((9, 10, in_c), CONV, kernel, (1, 2), SAME, 6)
    for kernel in ((3, 3), (5, 5), (1, 9), (7, 1), (2, 4), (3, 2)):
        for stride in (1, 2, 3):
            for channels in (1, 3, 4, 18):
                name = f"depthwise_{kernel[0]}x{kernel[1]}_{stride}_{channels}"
                layers[name] = ((9, 11, channels), DEPTHWISE, kernel, (stride, stride), SAME, 0)
    # rows so wide that the scratch memory holds a band of them only
    for kernel, stride in (((3, 3), 1), ((3, 3), 2), ((5, 3), 1), ((5, 5), 2)):
        layers[f"bands_{kernel[0]}x{kernel[1]}_{stride}"] = ((30, 70, 5), DEPTHWISE, kernel, (stride, stride), SAME, 0)
        layers[f"tall_{kernel[0]}x{kernel[1]}_{stride}"] = ((70, 30, 5), DEPTHWISE, kernel, (stride, stride), SAME, 0)
    layers["streaming"] = ((7, 1, 20), DEPTHWISE, (7, 1), (1, 1), VALID, 0)
    models = {}
    for i, (name, (shape, *layer)) in enumerate(layers.items()):
        chain = Chain(np.random.default_rng(i), shape)
        chain.add(*layer)
        models[name] = chain.model()
    return models


def depthwise_layers() -> dict[str, bytes]:
    """Depthwise layers with dilation, with several outputs a channel, and with scales that need other shifts."""
    models = {}
    shapes = {
        "image": ((11, 9), (3, 3)),
        "line": ((1, 23), (1, 5)),
        "column": ((20, 1), (4, 1)),
        "wide": ((6, 7), (2, 4)),
    }
    for i, (name, (size, kernel)) in enumerate(shapes.items()):
        for dilation in (1, 2, 3, 8):
            for multiplier in (1, 2, 3):
                for large in (False, True):
                    chain = Chain(np.random.default_rng([i, dilation, multiplier, large]), (*size, 5))
                    each = tuple(dilation if taps > 1 else 1 for taps in kernel)
                    # the second layer may run over its own input
                    for times in (multiplier, 1):
                        chain.add(DEPTHWISE, kernel, (1, 1), SAME, 0, dilation=each, multiplier=times, large=large)
                    models[f"depthwise_{name}_{dilation}_{multiplier}_{large}"] = chain.model()
    for dilation in (2, 4):
        chain = Chain(np.random.default_rng(dilation), (2 * dilation + 1, 1, 13))
        chain.add(DEPTHWISE, (3, 1), (1, 1), VALID, 0, dilation=(dilation, 1), large=dilation == 4)
        models[f"depthwise_streaming_{dilation}"] = chain.model()
    return models


def zoned_nets() -> dict[str, bytes]:
    """Networks with so many constant channels that biases by zones pay."""
    models = {}
    for i in range(4):
        chain = Chain(np.random.default_rng([9, i]), (12 + 4 * i, 18, 5))
        chain.add(CONV, (1, 1), (1, 1), SAME, 40, weightless=0.7)
        chain.add(DEPTHWISE, (3, 3), (1 + i % 2, 1), SAME, 0)
        chain.add(CONV, (1, 1), (1, 1), SAME, 32, weightless=0.5)
        chain.add(CONV, (3, 3), (1, 1 + i // 2), SAME, 24)
        models[f"zones_{i}"] = chain.model()
    return models


def chains() -> dict[str, bytes]:
    """Several layers, planned so that they run over their own inputs."""
    models = {}
    for i in range(24):
        rng = np.random.default_rng([7, i])
        shape = tuple(int(n) for n in (rng.integers(5, 14), rng.integers(5, 14), rng.integers(1, 9)))
        chain = Chain(rng, shape)
        for _ in range(int(rng.integers(2, 6))):
            kind = str(rng.choice([CONV, CONV, DEPTHWISE]))
            side = int(rng.choice([1, 1, 3])) if kind == CONV else int(rng.choice([3, 3, 5]))
            stride = int(rng.choice([1, 1, 1, 2]))
            chain.add(kind, (side, side), (stride, stride), SAME, int(rng.integers(1, 28)))
        models[f"chain_{i}"] = chain.model()
    return models


def dense_layers() -> dict[str, bytes]:
    """Fully connected layers with one scale and with one a channel."""
    models = {}
    for i, (rows, inputs, outputs) in enumerate(((1, 300, 3), (1, 1, 1), (2, 17, 9), (1, 64, 40), (5, 30, 2))):
        for per_channel in (False, True):
            rng, flat = np.random.default_rng([i, per_channel]), Flat()
            source = flat.tensor((rows, inputs), "int8", 0.05, int(rng.integers(-128, 128)))
            scale = rng.uniform(0.005, 0.02, outputs if per_channel else 1).astype(np.float32)
            values = rng.integers(-127, 128, (outputs, inputs))
            filters = flat.tensor((outputs, inputs), "int8", scale, 0, values)
            bias = flat.tensor((outputs,), "int32", np.float32(0.05) * scale, 0, rng.integers(-999, 999, outputs))
            result = flat.tensor((rows, outputs), "int8", np.float32(0.04 * np.sqrt(inputs)), 5)
            flat.op("FULLY_CONNECTED", [source, filters, bias], [result], fusedActivationFunction=NONE)
            models[f"dense_{rows}_{inputs}_{outputs}_{per_channel}"] = flat.bytes([source], [result])
    return models


def recurrent_layers() -> dict[str, bytes]:
    """SVDFs whose units come in fours, with and without a rest, and those that must not be taken so."""
    shapes = [  # inputs, units, rank, memory; what differs
        ((4, 4, 1, 4), {}),
        ((8, 7, 1, 4), {"state_zero": 100}),
        ((16, 12, 1, 8), {"state_zero": -50, "largest_bias": 2**31 - 2**18}),
        ((40, 9, 1, 12), {"state_zero": 37, "state_factor": 8}),
        ((12, 6, 1, 36), {"largest_bias": 2**31 - 2**21}),
        ((96, 8, 1, 4), {"state_factor": 4}),
        ((16, 8, 1, 8), {"state_factor": 0.01}),  # scale needs no right shift
        ((16, 8, 1, 8), {"state_factor": 0.03}),
        ((16, 4, 2, 8), {"state_zero": 5}),
        ((17, 5, 3, 9), {"state_zero": -128}),
        ((6, 5, 1, 8), {}),
        ((8, 5, 1, 6), {}),
        ((16, 240, 1, 4), {"state_factor": 2}),  # sums beside a tie: factors in float32 are a byte off
    ]
    models = {}
    for dtype in ("int8", "int16"):
        for i, (shape, options) in enumerate(shapes):
            if dtype == "int16":
                options = options | {"state_zero": 0}
            name = "_".join(["svdf", dtype, str(i), *map(str, shape)])
            models[name] = svdf_layer(np.random.default_rng([5, i]), dtype, *shape, **options)
    return models


def all_models() -> dict[str, bytes]:
    """Every model by name."""
    return single_layers() | depthwise_layers() | zoned_nets() | chains() | dense_layers() | recurrent_layers()
