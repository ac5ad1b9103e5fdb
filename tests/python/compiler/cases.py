"""Single operators and small graphs with shapes, scales and values at the extremes; the same ones every time."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from flat import NONE, RELU, RELU6, SAME, VALID, Flat

Build = Callable[[np.random.Generator], bytes]


@dataclass(frozen=True)
class Case:
    """A model and a name that says what it is about."""

    name: str
    model: bytes


@functools.cache
def all_cases() -> list[Case]:
    """Every case, in a fixed order; each has its own seed, so adding one changes no other."""
    cases = []
    for family, (count, build) in FAMILIES.items():
        for i in range(count):
            seed = [i, *family.encode()]
            cases.append(Case(f"{family}_{i}", build(np.random.default_rng(seed))))
    return cases


def scale(rng: np.random.Generator, low: float = 1e-3, high: float = 1.0) -> np.float32:
    return np.float32(np.exp(rng.uniform(np.log(low), np.log(high))))


def zero(rng: np.random.Generator) -> int:
    return int(rng.choice([-128, 127, 0, int(rng.integers(-128, 128))]))


def weights(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Random, sparse, saturated or zero weights."""
    kind = rng.integers(5)
    values = rng.integers(-127, 128, shape)
    if kind == 1:
        values = values * (rng.random(shape) < 0.2)
    elif kind == 2:
        values = np.where(rng.random(shape) < 0.5, -127, 127)
    return values.astype(np.int8)


def channel_scales(rng: np.random.Generator, count: int) -> np.ndarray:
    """One scale for all channels, or one each over up to seven decades."""
    if rng.random() < 0.25:
        return scale(rng, 1e-3, 0.1)
    reach = rng.choice([2.0, 10.0, 1e7])
    return np.float32(0.01) * np.exp(rng.uniform(-np.log(reach), 0.7, count)).astype(np.float32)


def _activation(rng: np.random.Generator) -> int:
    return int(rng.choice([NONE, RELU, RELU6]))


def _result_scale(rng: np.random.Generator, source: np.float32, filters: np.ndarray, taps: int) -> np.float32:
    """A scale at which outputs fill int8, now and then one at which most saturate or vanish."""
    typical = float(source) * float(np.max(filters)) * 60 * 70 * np.sqrt(taps) / 100
    return np.float32(typical * rng.choice([1.0, 1.0, 1.0, 0.1, 10.0]))


def _bias(rng: np.random.Generator, flat: Flat, count: int, source: np.float32, filters: np.ndarray, bits: int = 32):
    reach = int(rng.choice([0, 100, 20000]))
    values = rng.integers(-reach, reach + 1, count)
    each = np.broadcast_to(source * filters, (count,)) if np.size(filters) > 1 else source * filters
    return flat.tensor((count,), f"int{bits}", each, 0, values)


def convolution(rng: np.random.Generator, *, depthwise: bool = False, wide: bool = False) -> bytes:
    flat = Flat()
    dtype = "int16" if wide else "int8"
    in_c = int(rng.choice([1, 2, 3, 4, 5, 8, 16, 17]))
    height, width = int(rng.integers(1, 12)), int(rng.integers(1, 12))
    kernel = [int(rng.choice([1, 1, 2, 3, 4, 5])) for _ in range(2)]
    if rng.random() < 0.2:  # 1-D nets as Keras exports them
        height, kernel[0] = 1, 1
    stride = [int(rng.integers(1, 4)) for _ in range(2)]
    dilation = (
        [int(rng.choice([1, 1, 1, 2, 3])) for _ in range(2)] if stride == [1, 1] or rng.random() < 0.2 else [1, 1]
    )
    padding = SAME if rng.random() < 0.6 else VALID
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    if padding == VALID:
        height, width = max(height, reach[0]), max(width, reach[1])
    out = [
        -(-n // s) if padding == SAME else (n - r) // s + 1
        for n, r, s in zip((height, width), reach, stride, strict=True)
    ]
    batch = int(rng.choice([1, 1, 1, 2]))
    groups = 1
    if depthwise:
        multiplier = int(rng.choice([1, 1, 2, 3]))
        out_c, shape, axis = in_c * multiplier, (1, *kernel, in_c * multiplier), 3
    else:
        groups = 2 if in_c % 2 == 0 and rng.random() < 0.1 else 1
        out_c = int(rng.choice([1, 2, 3, 4, 7, 8, 16])) * groups
        shape, axis = (out_c, *kernel, in_c // groups), 0
    source_scale, filter_scale = scale(rng), channel_scales(rng, out_c)
    taps = kernel[0] * kernel[1] * (1 if depthwise else in_c)
    factor = 256 if wide else 1
    result_scale = _result_scale(rng, source_scale, filter_scale, taps * factor)
    source = flat.tensor((batch, height, width, in_c), dtype, source_scale, 0 if wide else zero(rng))
    filters = flat.tensor(shape, "int8", filter_scale, 0, weights(rng, shape), axis)
    result = flat.tensor((batch, *out, out_c), dtype, result_scale, 0 if wide else zero(rng))
    inputs = [source, filters]
    bits = 64 if wide and (depthwise or rng.random() < 0.7) else 32
    # the interpreter itself needs a bias here
    inputs.append(_bias(rng, flat, out_c, source_scale, filter_scale, bits))
    if depthwise:
        flat.op(
            "DEPTHWISE_CONV_2D", inputs, [result], padding=padding, strideH=stride[0], strideW=stride[1],
            dilationHFactor=dilation[0], dilationWFactor=dilation[1], depthMultiplier=out_c // in_c,
            fusedActivationFunction=_activation(rng),
        )  # fmt: skip
    else:
        flat.op(
            "CONV_2D", inputs, [result], padding=padding, strideH=stride[0], strideW=stride[1],
            dilationHFactor=dilation[0], dilationWFactor=dilation[1], fusedActivationFunction=_activation(rng),
        )  # fmt: skip
    return flat.bytes([source], [result])


def dense(rng: np.random.Generator, *, wide: bool = False, full: bool = False) -> bytes:
    """full: weights of -128 too, which no converter makes today."""
    flat = Flat()
    dtype = "int16" if wide else "int8"
    rows, inputs, outputs = int(rng.choice([1, 1, 1, 3])), int(rng.integers(1, 70)), int(rng.integers(1, 40))
    source_scale = scale(rng)
    filter_scale = channel_scales(rng, outputs) if rng.random() < 0.5 else scale(rng, 1e-3, 0.1)
    source = flat.tensor((rows, inputs), dtype, source_scale, 0 if wide else zero(rng))
    values = rng.integers(-128, 128, (outputs, inputs)) if full else weights(rng, (outputs, inputs))
    filters = flat.tensor((outputs, inputs), "int8", filter_scale, 0, values)
    result_scale = _result_scale(rng, source_scale, filter_scale, inputs * (256 if wide else 1))
    result = flat.tensor((rows, outputs), dtype, result_scale, 0 if wide else zero(rng))
    operands = [source, filters]
    if rng.random() < 0.8 or wide:
        operands.append(
            _bias(rng, flat, outputs, source_scale, filter_scale, 64 if wide and rng.random() < 0.7 else 32)
        )
    else:
        operands.append(-1)
    flat.op("FULLY_CONNECTED", operands, [result], fusedActivationFunction=_activation(rng))
    return flat.bytes([source], [result])


def pool(rng: np.random.Generator, *, wide: bool = False) -> bytes:
    flat = Flat()
    dtype = "int16" if wide else "int8"
    height, width, channels = (int(rng.integers(1, n)) for n in (12, 12, 9))
    window = [int(rng.integers(1, 5)) for _ in range(2)]
    if rng.random() < 0.2:
        window = [height, width]
    stride = [int(rng.integers(1, 4)) for _ in range(2)]
    padding = SAME if rng.random() < 0.5 else VALID
    height, width = max(height, window[0]), max(width, window[1])
    out = [
        -(-n // s) if padding == SAME else (n - k) // s + 1
        for n, k, s in zip((height, width), window, stride, strict=True)
    ]
    quantization = (scale(rng), 0 if wide else zero(rng))
    source = flat.tensor((1, height, width, channels), dtype, *quantization)
    result = flat.tensor((1, *out, channels), dtype, *quantization)
    flat.op(
        str(rng.choice(["AVERAGE_POOL_2D", "MAX_POOL_2D"])), [source], [result], padding=padding,
        strideH=stride[0], strideW=stride[1], filterHeight=window[0], filterWidth=window[1],
        fusedActivationFunction=_activation(rng),
    )  # fmt: skip
    return flat.bytes([source], [result])


def _broadcast_shapes(rng: np.random.Generator) -> tuple[tuple[int, ...], tuple[int, ...]]:
    shape = tuple(int(rng.integers(1, 6)) for _ in range(int(rng.integers(1, 5))))
    kind = rng.integers(5)
    if kind <= 1:
        return shape, shape
    if kind == 2:
        return shape, (1,) * len(shape)
    if kind == 3:
        return shape, shape[-1:]
    other = tuple(1 if rng.random() < 0.5 else size for size in shape)
    return (shape, other) if rng.random() < 0.5 else (other, shape)


def binary(rng: np.random.Generator, *, wide: bool = False) -> bytes:
    flat = Flat()
    dtype = "int16" if wide else "int8"
    op = str(rng.choice(["ADD", "MUL"] if wide else ["ADD", "SUB", "MUL"]))
    a_shape, b_shape = _broadcast_shapes(rng)
    if wide:
        b_shape = a_shape
    a_scale, b_scale = scale(rng), scale(rng)
    typical = a_scale * b_scale * 60 if op == "MUL" else max(a_scale, b_scale)
    result_scale = np.float32(typical * rng.choice([1.5, 1.5, 0.3, 20.0]) * (256 if wide and op == "MUL" else 1))
    a = flat.tensor(a_shape, dtype, a_scale, 0 if wide else zero(rng))
    if rng.random() < 0.3:
        data = rng.integers(-128, 128, b_shape)
        b = flat.tensor(b_shape, dtype, b_scale, 0 if wide else zero(rng), data)
        inputs = [a]
    else:
        b = flat.tensor(b_shape, dtype, b_scale, 0 if wide else zero(rng))
        inputs = [a, b]
    shape = tuple(np.broadcast_shapes(a_shape, b_shape))
    result = flat.tensor(shape, dtype, result_scale, 0 if wide else zero(rng))
    flat.op(op, [a, b], [result], fusedActivationFunction=_activation(rng))
    return flat.bytes(inputs, [result])


def extremum(rng: np.random.Generator) -> bytes:
    flat = Flat()
    a_shape, b_shape = _broadcast_shapes(rng)
    quantization = (scale(rng), zero(rng))
    a, b = flat.tensor(a_shape, "int8", *quantization), flat.tensor(b_shape, "int8", *quantization)
    result = flat.tensor(tuple(np.broadcast_shapes(a_shape, b_shape)), "int8", *quantization)
    flat.op(str(rng.choice(["MAXIMUM", "MINIMUM"])), [a, b], [result])
    return flat.bytes([a, b], [result])


def unary(rng: np.random.Generator) -> bytes:
    flat = Flat()
    op = str(rng.choice(["RELU", "RELU6", "LOGISTIC", "TANH", "LEAKY_RELU", "HARD_SWISH"]))
    source_scale, source_zero = scale(rng, 1e-3, 0.5), zero(rng)
    if op in ("LOGISTIC", "TANH") and rng.random() < 0.3:  # every input but zero saturates, or none changes much
        source_scale = np.float32(rng.choice([20.0, 8.0, 3.0, 1e-6]))
    result_scale, result_zero = np.float32(source_scale * rng.uniform(0.3, 3)), zero(rng)
    if op == "RELU6":
        result_scale, result_zero = source_scale, source_zero
    elif op == "LOGISTIC":
        result_scale, result_zero = np.float32(1 / 256), -128
    elif op == "TANH":
        result_scale, result_zero = np.float32(1 / 128), 0
    elif op == "HARD_SWISH":
        source_scale = scale(rng, 0.01, 0.2)
        result_scale = np.float32(source_scale * rng.uniform(0.5, 1.5))
    shape = (256,)
    source = flat.tensor(shape, "int8", source_scale, source_zero)
    result = flat.tensor(shape, "int8", result_scale, result_zero)
    options = {"alpha": float(rng.choice([0.0, 0.1, 0.3, 1.5]))} if op == "LEAKY_RELU" else {}
    flat.op(op, [source], [result], **options)
    return flat.bytes([source], [result])


def prelu(rng: np.random.Generator) -> bytes:
    flat = Flat()
    shape = tuple(int(rng.integers(1, 6)) for _ in range(4))
    alpha_shape = (1, 1, shape[3]) if rng.random() < 0.7 else shape[1:]
    source_scale, alpha_scale = scale(rng), scale(rng, 1e-3, 0.02)
    source = flat.tensor(shape, "int8", source_scale, zero(rng))
    alpha = flat.tensor(alpha_shape, "int8", alpha_scale, zero(rng), rng.integers(-128, 128, alpha_shape))
    result = flat.tensor(shape, "int8", np.float32(source_scale * rng.uniform(0.5, 2)), zero(rng))
    flat.op("PRELU", [source, alpha], [result])
    return flat.bytes([source], [result])


def softmax(rng: np.random.Generator, *, wide: bool = False) -> bytes:
    flat = Flat()
    shape = [(1, 12), (1, 2), (1, 1), (4, 10), (1, 3, 5), (1, 100)][int(rng.integers(6))]
    source_scale = scale(rng, 1e-4, 1e-3) if wide else scale(rng, 1e-3, float(rng.choice([1.0, 100.0])))
    source = flat.tensor(shape, "int16" if wide else "int8", source_scale, 0 if wide else zero(rng))
    if wide:
        result = flat.tensor(shape, "int16", 1 / 32768, 0)
    elif rng.random() < 0.25:
        result = flat.tensor(shape, "int16", 1 / 65536, -32768)
    else:
        result = flat.tensor(shape, "int8", 1 / 256, -128)
    flat.op("SOFTMAX", [source], [result], beta=float(rng.choice([1.0, 1.0, 0.5, 2.0])))
    return flat.bytes([source], [result])


def pad(rng: np.random.Generator) -> bytes:
    flat = Flat()
    shape = tuple(int(rng.integers(1, 6)) for _ in range(int(rng.integers(1, 5))))
    amounts = rng.integers(0, 3, (len(shape), 2))
    quantization = (scale(rng), zero(rng))
    source = flat.tensor(shape, "int8", *quantization)
    result = flat.tensor(tuple(int(n) for n in np.array(shape) + amounts.sum(axis=1)), "int8", *quantization)
    operands = [source, flat.constant(amounts)]
    if rng.random() < 0.4:
        operands.append(flat.tensor((1,), "int8", *quantization, np.array([rng.integers(-128, 128)])))
    flat.op("PADV2" if len(operands) == 3 else "PAD", operands, [result])
    return flat.bytes([source], [result])


def concatenation(rng: np.random.Generator) -> bytes:
    flat = Flat()
    rank = int(rng.integers(1, 5))
    axis = int(rng.integers(rank))
    base = [int(rng.integers(1, 5)) for _ in range(rank)]
    quantization = (scale(rng), zero(rng))
    parts, total = [], 0
    for _ in range(int(rng.integers(2, 5))):
        shape = [*base[:axis], int(rng.integers(1, 5)), *base[axis + 1 :]]
        parts.append(flat.tensor(tuple(shape), "int8", *quantization))
        total += shape[axis]
    result = flat.tensor((*base[:axis], total, *base[axis + 1 :]), "int8", *quantization)
    flat.op("CONCATENATION", parts, [result], axis=axis - (rank if rng.random() < 0.3 else 0))
    return flat.bytes(parts, [result])


def split(rng: np.random.Generator) -> bytes:
    flat = Flat()
    rank = int(rng.integers(1, 5))
    axis, count = int(rng.integers(rank)), int(rng.integers(1, 4))
    part = [int(rng.integers(1, 5)) for _ in range(rank)]
    quantization = (scale(rng), zero(rng))
    source = flat.tensor((*part[:axis], part[axis] * count, *part[axis + 1 :]), "int8", *quantization)
    results = [flat.tensor(tuple(part), "int8", *quantization) for _ in range(count)]
    flat.op("SPLIT", [flat.constant(axis), source], results, numSplits=count)
    return flat.bytes([source], results)


def slicing(rng: np.random.Generator) -> bytes:
    flat = Flat()
    shape = tuple(int(rng.integers(2, 7)) for _ in range(int(rng.integers(1, 5))))
    quantization = (scale(rng), zero(rng))
    source = flat.tensor(shape, "int8", *quantization)
    begin = [int(rng.integers(size)) for size in shape]
    if rng.random() < 0.4:
        count = [int(rng.integers(1, size - b + 1)) for size, b in zip(shape, begin, strict=True)]
        result = flat.tensor(tuple(count), "int8", *quantization)
        flat.op("SLICE", [source, flat.constant(begin), flat.constant(count)], [result])
        return flat.bytes([source], [result])
    step = [int(rng.choice([1, 1, 2, 3, -1])) for _ in shape]
    end = [
        int(rng.integers(b + 1, size + 1)) if s > 0 else -size - 1
        for b, size, s in zip(begin, shape, step, strict=True)
    ]
    masks = [int(rng.choice([0, 1 << int(rng.integers(len(shape)))])) for _ in range(2)]
    windows = []
    for axis, (b, e, s) in enumerate(zip(begin, end, step, strict=True)):
        windows.append(slice(None if masks[0] >> axis & 1 else b, None if masks[1] >> axis & 1 else e, s))
    out = np.zeros(shape)[tuple(windows)].shape
    if 0 in out:
        return slicing(rng)
    result = flat.tensor(out, "int8", *quantization)
    flat.op(
        "STRIDED_SLICE", [source, flat.constant(begin), flat.constant(end), flat.constant(step)], [result],
        beginMask=masks[0], endMask=masks[1],
    )  # fmt: skip
    return flat.bytes([source], [result])


def renaming(rng: np.random.Generator) -> bytes:
    """RESHAPE, SQUEEZE or EXPAND_DIMS between two tables, so that the renamed memory is used."""
    flat = Flat()
    quantization = (scale(rng), zero(rng))
    source = flat.tensor((1, 4, 1, 6), "int8", *quantization)
    op, shape = [("RESHAPE", (2, 12)), ("SQUEEZE", (4, 6)), ("EXPAND_DIMS", (1, 1, 4, 1, 6))][int(rng.integers(3))]
    hidden = flat.tensor((1, 4, 1, 6), "int8", *quantization)
    renamed = flat.tensor(shape, "int8", *quantization)
    result = flat.tensor(shape, "int8", np.float32(quantization[0] * 1.3), zero(rng))
    flat.op("RELU", [source], [hidden])
    operands = {
        "RESHAPE": [hidden, flat.constant(shape)],
        "SQUEEZE": [hidden],
        "EXPAND_DIMS": [hidden, flat.constant(0)],
    }
    options = {"squeezeDims": np.array([0, 2], np.int32)} if op == "SQUEEZE" else {}
    flat.op(op, operands[op], [renamed], **options)
    flat.op("LEAKY_RELU", [renamed], [result], alpha=0.2)
    return flat.bytes([source], [result])


def transpose(rng: np.random.Generator) -> bytes:
    flat = Flat()
    rank = int(rng.integers(1, 6))
    shape = tuple(int(rng.integers(1, 5)) for _ in range(rank))
    order = rng.permutation(rank)
    quantization = (scale(rng), zero(rng))
    source = flat.tensor(shape, "int8", *quantization)
    result = flat.tensor(tuple(shape[axis] for axis in order), "int8", *quantization)
    flat.op("TRANSPOSE", [source, flat.constant(order)], [result])
    return flat.bytes([source], [result])


def transpose_conv(rng: np.random.Generator) -> bytes:
    flat = Flat()
    in_c, out_c = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    height, width = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    kernel = [int(rng.integers(1, 5)) for _ in range(2)]
    stride = [int(rng.integers(1, 4)) for _ in range(2)]
    padding = SAME if rng.random() < 0.5 else VALID
    out = [
        n * s if padding == SAME else (n - 1) * s + max(k, 1)
        for n, s, k in zip((height, width), stride, kernel, strict=True)
    ]
    source_scale, filter_scale = scale(rng), channel_scales(rng, out_c)
    shape = (out_c, *kernel, in_c)
    source = flat.tensor((1, height, width, in_c), "int8", source_scale, zero(rng))
    filters = flat.tensor(shape, "int8", filter_scale, 0, weights(rng, shape))
    result_scale = _result_scale(rng, source_scale, filter_scale, kernel[0] * kernel[1] * in_c)
    result = flat.tensor((1, *out, out_c), "int8", result_scale, zero(rng))
    operands = [flat.constant((1, *out, out_c)), filters, source, _bias(rng, flat, out_c, source_scale, filter_scale)]
    flat.op(
        "TRANSPOSE_CONV", operands, [result], padding=padding, strideH=stride[0], strideW=stride[1],
        fusedActivationFunction=_activation(rng),
    )  # fmt: skip
    return flat.bytes([source], [result])


def resize(rng: np.random.Generator) -> bytes:
    flat = Flat()
    shape = (1, *(int(rng.integers(1, 7)) for _ in range(3)))
    size = [int(rng.integers(1, 14)) for _ in range(2)]
    quantization = (scale(rng), zero(rng))
    source = flat.tensor(shape, "int8", *quantization)
    result = flat.tensor((1, *size, shape[3]), "int8", *quantization)
    kind = int(rng.integers(3))
    flat.op(
        "RESIZE_NEAREST_NEIGHBOR", [source, flat.constant(size)], [result], alignCorners=kind == 1,
        halfPixelCenters=kind == 2,
    )  # fmt: skip
    return flat.bytes([source], [result])


def conversion(rng: np.random.Generator) -> bytes:
    flat = Flat()
    shape = (1, 40)
    pairs = [
        ("float32", "int8"), ("float32", "int16"), ("int8", "float32"), ("int16", "float32"), ("int8", "int8"),
        ("int8", "int16"), ("int16", "int8"), ("int16", "int16"), ("int16", "int32"), ("int32", "int8"),
        ("int8", "int32"),
    ]  # fmt: skip
    a, b = pairs[int(rng.integers(len(pairs)))]
    one = scale(rng, 1e-2, 0.1)
    two = np.float32(one * rng.uniform(0.2, 5))
    source = flat.tensor(shape, a, None if a == "float32" else one, zero(rng) if a == "int8" else 0)
    result = flat.tensor(shape, b, None if b == "float32" else two, zero(rng) if b == "int8" else 0)
    flat.op("DEQUANTIZE" if b == "float32" else "QUANTIZE", [source], [result])
    return flat.bytes([source], [result])


def reduction(rng: np.random.Generator) -> bytes:
    flat = Flat()
    rank = int(rng.integers(2, 5))
    shape = tuple(int(rng.integers(1, 8)) for _ in range(rank))
    axes = sorted(rng.choice(rank, int(rng.integers(1, rank + 1)), replace=False).tolist())
    if rank == 4 and rng.random() < 0.5:
        axes = [1, 2]
    keep = bool(rng.random() < 0.5)
    out = tuple(1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes)
    op = str(rng.choice(["MEAN", "SUM"]))
    wide = rng.random() < 0.2
    dtype = "int16" if wide else "int8"
    one = scale(rng)
    two = np.float32(one * rng.uniform(0.5, 2) * (8 if op == "SUM" else 1))
    source = flat.tensor(shape, dtype, one, 0 if wide else zero(rng))
    result = flat.tensor(out, dtype, two, 0 if wide else zero(rng))
    flat.op(op, [source, flat.constant(axes)], [result], keepDims=keep)
    return flat.bytes([source], [result])


def reduced_extreme(rng: np.random.Generator) -> bytes:
    flat = Flat()
    shape = tuple(int(rng.integers(1, 8)) for _ in range(int(rng.integers(2, 5))))
    axes = sorted(rng.choice(len(shape), int(rng.integers(1, len(shape) + 1)), replace=False).tolist())
    keep = bool(rng.random() < 0.5)
    out = tuple(1 if i in axes else n for i, n in enumerate(shape) if keep or i not in axes)
    quantization = (scale(rng), zero(rng))
    source = flat.tensor(shape, "int8", *quantization)
    result = flat.tensor(out, "int8", *quantization)
    flat.op(str(rng.choice(["REDUCE_MAX", "REDUCE_MIN"])), [source, flat.constant(axes)], [result], keepDims=keep)
    return flat.bytes([source], [result])


def matmul(rng: np.random.Generator) -> bytes:
    flat = Flat()
    rows, depth, columns = (int(rng.integers(1, 7)) for _ in range(3))
    rank = int(rng.integers(2, 5))
    batch = tuple(int(rng.integers(1, 4)) for _ in range(rank - 2))
    other = tuple(1 if rng.random() < 0.3 else n for n in batch)
    adj_x, adj_y = bool(rng.random() < 0.4), bool(rng.random() < 0.4)
    a_scale, b_scale = scale(rng), scale(rng)
    a = flat.tensor((*batch, *((depth, rows) if adj_x else (rows, depth))), "int8", a_scale, zero(rng))
    b = flat.tensor((*other, *((columns, depth) if adj_y else (depth, columns))), "int8", b_scale, zero(rng))
    result = flat.tensor((*batch, rows, columns), "int8", np.float32(a_scale * b_scale * 100), zero(rng))
    flat.op("BATCH_MATMUL", [a, b], [result], adjX=adj_x, adjY=adj_y)
    return flat.bytes([a, b], [result])


def blocks(rng: np.random.Generator) -> bytes:
    """A dilated 1-D convolution as Keras exports it: to batches, convolve, and back.

    Without padding: the value that the oracle pads with is uninitialised, another one in each run.
    """
    flat = Flat()
    channels, block = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    length, before, after = block * int(rng.integers(3, 6)), 0, 0
    quantization = (scale(rng), zero(rng))
    source = flat.tensor((1, length, 1, channels), "int8", *quantization)
    spread = flat.tensor((block, (length + before + after) // block, 1, channels), "int8", *quantization)
    back = flat.tensor((1, length, 1, channels), "int8", *quantization)
    size, amounts = flat.constant([block, 1]), flat.constant([[before, after], [0, 0]])
    flat.op("SPACE_TO_BATCH_ND", [source, size, amounts], [spread])
    flat.op("BATCH_TO_SPACE_ND", [spread, size, amounts], [back])
    return flat.bytes([source], [spread, back])


def lstm(rng: np.random.Generator) -> bytes:
    flat = Flat()
    steps, inputs, units = int(rng.integers(1, 6)), int(rng.integers(1, 8)), int(rng.integers(1, 9))
    batch = int(rng.choice([1, 1, 2]))
    major = bool(rng.random() < 0.3)
    lead = (steps, batch) if major else (batch, steps)
    source_scale, hidden_scale, hidden_zero = scale(rng, 0.01, 0.05), np.float32(1 / 128), int(rng.integers(-5, 6))
    source = flat.tensor((*lead, inputs), "int8", source_scale, zero(rng))
    filter_scale = [scale(rng, 0.005, 0.02) for _ in range(8)]
    # a weight of -128, which no converter makes, keeps a layer off the fast path
    lowest = int(rng.choice([-127, -127, -128]))
    filters = [
        flat.tensor((units, n), "int8", filter_scale[i], 0, rng.integers(lowest, 128, (units, n)))
        for i, n in enumerate([inputs] * 4 + [units] * 4)
    ]
    biases = [
        flat.tensor((units,), "int32", source_scale * filter_scale[i], 0, rng.integers(-3000, 3000, units))
        for i in range(4)
    ]
    hidden = flat.tensor((batch, units), "int8", hidden_scale, hidden_zero, variable=True)
    cell = flat.tensor((batch, units), "int16", 2.0 ** -int(rng.integers(9, 14)), 0, variable=True)
    result = flat.tensor((*lead, units), "int8", hidden_scale, hidden_zero)
    operands = [source, *filters, -1, -1, -1, *biases, -1, -1, hidden, cell, -1, -1, -1, -1]
    flat.op(
        "UNIDIRECTIONAL_SEQUENCE_LSTM", operands, [result], fusedActivationFunction=4, timeMajor=major,
        cellClip=float(rng.choice([0.0, 1.0, 10.0])),
    )  # fmt: skip
    return flat.bytes([source], [result])


def svdf(rng: np.random.Generator) -> bytes:
    sizes = [int(rng.integers(1, n)) for n in (9, 6, 3, 7)]
    return svdf_layer(rng, str(rng.choice(["int16", "int8"])), *sizes)


def svdf_layer(
    rng: np.random.Generator, dtype: str, inputs: int, units: int, rank: int, memory: int, *,
    state_zero: int = 0, largest_bias: int = 500, state_factor: float = 1,
) -> bytes:  # fmt: skip
    """An SVDF; `state_factor` makes the scale of its state finer if it is below 1."""
    flat = Flat()
    filters = units * rank
    source_scale, feature_scale, time_scale = scale(rng, 0.01, 0.1), scale(rng, 0.005, 0.05), scale(rng, 1e-4, 1e-3)
    state_scale = np.float32(source_scale * feature_scale * (0.2 if dtype == "int16" else 60) * state_factor)
    source = flat.tensor((1, inputs), "int8", source_scale, zero(rng))
    features = flat.tensor((filters, inputs), "int8", feature_scale, 0, rng.integers(-127, 128, (filters, inputs)))
    reach = 2000 if dtype == "int16" else 128
    times = flat.tensor((filters, memory), dtype, time_scale, 0, rng.integers(-reach + 1, reach, (filters, memory)))
    bias = flat.tensor((units,), "int32", state_scale * time_scale, 0, rng.integers(-largest_bias, largest_bias, units))
    state = flat.tensor((1, filters * memory), dtype, state_scale, state_zero, variable=True)
    typical = state_scale * time_scale * (3e4 if dtype == "int16" else 60) * reach / 100
    result = flat.tensor((1, units), "int8", np.float32(typical), zero(rng))
    flat.op("SVDF", [source, features, times, bias, state], [result], rank=rank)
    return flat.bytes([source], [result])


def variable(rng: np.random.Generator) -> bytes:
    """A streaming convolution: a buffer of past rows, shifted by each call."""
    flat = Flat()
    length, channels = int(rng.integers(2, 6)), int(rng.integers(1, 5))
    quantization = (scale(rng), zero(rng))
    handle = flat.tensor((1,), "resource")
    source = flat.tensor((1, 1, channels), "int8", *quantization)
    past = flat.tensor((1, length, channels), "int8", *quantization)
    joined = flat.tensor((1, length + 1, channels), "int8", *quantization)
    newest = flat.tensor((1, length, channels), "int8", *quantization)
    result = flat.tensor((1, channels), "int8", np.float32(quantization[0] * 0.7), zero(rng))
    start = rng.random() < 0.6
    if start:
        flat.op("CALL_ONCE", [], [], initSubgraphIndex=1)
    name = {"container": "", "sharedName": "past"}
    flat.op("VAR_HANDLE", [], [handle], **name)
    flat.op("READ_VARIABLE", [handle], [past])
    flat.op("CONCATENATION", [past, source], [joined], axis=1)
    ends = [flat.constant(v) for v in ([0, 1, 0], [1, length + 1, channels], [1, 1, 1])]
    flat.op("STRIDED_SLICE", [joined, *ends], [newest])
    flat.op("ASSIGN_VARIABLE", [handle, newest], [])
    flat.op("MEAN", [joined, flat.constant([1])], [result])
    flat.edges([source], [result])
    main = flat.graph
    if start:
        flat.start()
        inner = flat.tensor((1,), "resource")
        shape = (1, length, channels)
        value = flat.tensor(shape, "int8", *quantization, rng.integers(-128, 128, shape))
        flat.op("VAR_HANDLE", [], [inner], **name)
        flat.op("ASSIGN_VARIABLE", [inner, value], [])
    return flat.bytes([], []) if start else _finish(flat, main)


def states(rng: np.random.Generator) -> bytes:
    """A buffer of past rows in float32, as TensorFlow's converter leaves variables of a quantized model."""
    flat = Flat()
    length, channels = int(rng.integers(2, 6)), int(rng.integers(1, 5))
    given, held = (scale(rng, 0.01, 0.1), zero(rng)), (scale(rng, 0.01, 0.1), zero(rng))
    if rng.random() < 0.3:
        held = given
    handle = flat.tensor((1,), "resource")
    source = flat.tensor((1, 1, channels), "int8", *given)
    shapes = {"row": (1, 1, channels), "past": (1, length, channels), "joined": (1, length + 1, channels)}
    row, past, joined = (flat.tensor(shape, "float32") for shape in shapes.values())
    small = flat.tensor(shapes["joined"], "int8", *held)
    result = flat.tensor((1, channels), "int8", np.float32(held[0] * 0.7), zero(rng))
    start = rng.random() < 0.6
    if start:
        flat.op("CALL_ONCE", [], [], initSubgraphIndex=1)
    name = {"container": "", "sharedName": "past"}
    flat.op("VAR_HANDLE", [], [handle], **name)
    flat.op("READ_VARIABLE", [handle], [past])
    flat.op("DEQUANTIZE", [source], [row])
    flat.op("CONCATENATION", [past, row], [joined], axis=1)
    flat.op("QUANTIZE", [joined], [small])
    ends = [flat.constant(v) for v in ([0, 1, 0], [1, length + 1, channels], [1, 1, 1])]
    newest = flat.tensor(shapes["past"], "float32")
    if rng.random() < 0.5:  # shifted as it is read, or as it was before
        stored = flat.tensor(shapes["past"], "int8", *held)
        flat.op("STRIDED_SLICE", [small, *ends], [stored])
        flat.op("DEQUANTIZE", [stored], [newest])
    else:
        flat.op("STRIDED_SLICE", [joined, *ends], [newest])
    flat.op("ASSIGN_VARIABLE", [handle, newest], [])
    flat.op("MEAN", [small, flat.constant([1])], [result])
    outputs = [result]
    kind = int(rng.integers(4))
    if kind == 1:  # somebody wants the floats
        outputs.append(joined)
    elif kind == 2:  # or another scale
        outputs.append(flat.tensor(shapes["past"], "int8", *(scale(rng, 0.01, 0.1), zero(rng))))
        flat.op("QUANTIZE", [past], outputs[1:])
    flat.edges([source], outputs)
    main = flat.graph
    if start:
        flat.start()
        inner = flat.tensor((1,), "resource")
        value = flat.tensor(shapes["past"], "float32", None, 0, rng.normal(0, 2, shapes["past"]).astype(np.float32))
        flat.op("VAR_HANDLE", [], [inner], **name)
        flat.op("ASSIGN_VARIABLE", [inner, value], [])
    return flat.bytes([], []) if start else _finish(flat, main)


def _finish(flat: Flat, main) -> bytes:
    return flat.bytes(list(main.inputs), list(main.outputs))


def network(rng: np.random.Generator) -> bytes:
    """A small residual net with constant and unused channels, folded paddings and a flattened head."""
    flat = Flat()
    size, channels = int(rng.integers(4, 9)), int(rng.choice([4, 6, 8]))
    quantization = [(scale(rng, 0.02, 0.1), -128) for _ in range(8)]
    source = flat.tensor((1, size, size, 3), "int8", scale(rng, 0.01, 0.05), zero(rng))

    def conv(value: int, in_c: int, source_scale, target, kernel: int, depthwise: bool, side: int, padding: int) -> int:
        out_c = in_c if depthwise else channels
        shape = (1, kernel, kernel, out_c) if depthwise else (out_c, kernel, kernel, in_c)
        values = rng.integers(-127, 128, shape)
        gone = rng.random(out_c) < 0.4
        values[(..., gone) if depthwise else (gone,)] = 0
        if not depthwise:
            values[..., rng.random(in_c) < 0.2] = 0
        filter_scale = channel_scales(rng, out_c)
        filters = flat.tensor(shape, "int8", filter_scale, 0, values, 3 if depthwise else 0)
        bias_values = np.where(rng.random(out_c) < 0.3, -(10**6), rng.integers(-3000, 3000, out_c))
        each = (
            np.broadcast_to(source_scale * filter_scale, (out_c,))
            if np.size(filter_scale) > 1
            else source_scale * filter_scale
        )
        bias = flat.tensor((out_c,), "int32", each, 0, bias_values)
        out = flat.tensor((1, side, side, out_c), "int8", *target)
        options = {"depthMultiplier": 1} if depthwise else {}
        flat.op(
            "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D", [value, filters, bias], [out], padding=padding, strideH=1,
            strideW=1, dilationHFactor=1, dilationWFactor=1, fusedActivationFunction=RELU, **options,
        )  # fmt: skip
        return out

    def source_scale(value: int) -> np.float32:
        return np.float32(flat.graph.tensors[value].quantization.scale[0])

    first = conv(source, 3, source_scale(source), quantization[0], 3, False, size, SAME)
    value = first
    if rng.random() < 0.5:
        padded = flat.tensor((1, size + 2, size + 2, channels), "int8", *quantization[0])
        flat.op("PAD", [value, flat.constant([[0, 0], [1, 1], [1, 1], [0, 0]])], [padded])
        value = conv(padded, channels, source_scale(padded), quantization[1], 3, True, size, VALID)
    else:
        value = conv(value, channels, source_scale(value), quantization[1], 3, True, size, SAME)
    value = conv(value, channels, source_scale(value), quantization[2], 1, False, size, SAME)
    if rng.random() < 0.6:
        added = flat.tensor((1, size, size, channels), "int8", *quantization[3])
        flat.op("ADD", [value, first], [added], fusedActivationFunction=RELU)
        value = conv(added, channels, source_scale(added), quantization[4], 1, False, size, SAME)
    quantization_now = (source_scale(value), -128)
    if rng.random() < 0.5:
        pooled = flat.tensor((1, 1, 1, channels), "int8", *quantization_now)
        flat.op(
            "AVERAGE_POOL_2D",
            [value],
            [pooled],
            padding=VALID,
            strideH=1,
            strideW=1,
            filterHeight=size,
            filterWidth=size,
        )
        count = channels
    else:
        pooled = flat.tensor((1, size // 2, size // 2, channels), "int8", *quantization_now)
        flat.op("MAX_POOL_2D", [value], [pooled], padding=VALID, strideH=2, strideW=2, filterHeight=2, filterWidth=2)
        count = channels * (size // 2) ** 2
    line = flat.tensor((1, count), "int8", *quantization_now)
    flat.op("RESHAPE", [pooled, flat.constant([1, count])], [line])
    filter_scale = scale(rng, 0.005, 0.02)
    filters = flat.tensor((5, count), "int8", filter_scale, 0, rng.integers(-127, 128, (5, count)))
    bias = flat.tensor((5,), "int32", source_scale(line) * filter_scale, 0, rng.integers(-500, 500, 5))
    scores = flat.tensor((1, 5), "int8", 0.1, 3)
    flat.op("FULLY_CONNECTED", [line, filters, bias], [scores], fusedActivationFunction=NONE)
    result = flat.tensor((1, 5), "int8", 1 / 256, -128)
    flat.op("SOFTMAX", [scores], [result], beta=1.0)
    # every second case also shows an inner tensor, which pins its channels
    return flat.bytes([source], [result, first] if rng.random() < 0.3 else [result])


def chain(rng: np.random.Generator) -> bytes:
    """Convolutions one after the other over a larger image: what is cut into strips of rows."""
    flat = Flat()
    height, width, channels = int(rng.integers(9, 40)), 4 * int(rng.integers(1, 5)), int(rng.choice([1, 3, 4]))
    source = flat.tensor((1, height, width, channels), "int8", scale(rng, 0.01, 0.05), zero(rng))
    value = source
    for _ in range(int(rng.integers(2, 7))):
        depthwise = bool(rng.random() < 0.4)
        kernel = [int(rng.choice([1, 2, 3, 5])) for _ in range(2)]
        stride = [int(rng.choice([1, 1, 2, 3])) for _ in range(2)]
        dilation = [int(rng.choice([1, 1, 1, 2])) for _ in range(2)] if stride == [1, 1] else [1, 1]
        padding = SAME if rng.random() < 0.7 else VALID
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        if padding == VALID and (height < reach[0] or width < reach[1]):
            padding = SAME
        out = [
            -(-n // s) if padding == SAME else (n - r) // s + 1
            for n, r, s in zip((height, width), reach, stride, strict=True)
        ]
        out_c = channels if depthwise else int(rng.choice([4, 8, 12]))
        shape = (1, *kernel, out_c) if depthwise else (out_c, *kernel, channels)
        filter_scale = channel_scales(rng, out_c)
        filters = flat.tensor(shape, "int8", filter_scale, 0, weights(rng, shape), 3 if depthwise else 0)
        before = np.float32(flat.graph.tensors[value].quantization.scale[0])
        bias = _bias(rng, flat, out_c, before, filter_scale)
        taps = kernel[0] * kernel[1] * (1 if depthwise else channels)
        result = flat.tensor((1, *out, out_c), "int8", _result_scale(rng, before, filter_scale, taps), zero(rng))
        options = {"depthMultiplier": 1} if depthwise else {}
        flat.op(
            "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D", [value, filters, bias], [result], padding=padding,
            strideH=stride[0], strideW=stride[1], dilationHFactor=dilation[0], dilationWFactor=dilation[1],
            fusedActivationFunction=_activation(rng), **options,
        )  # fmt: skip
        (height, width), channels, value = out, out_c, result
    return flat.bytes([source], [value])


def joined(rng: np.random.Generator) -> bytes:
    """Layers that write into one concatenation and read pieces of it: views, not copies, where memory allows."""
    flat = Flat()
    height, width, channels = int(rng.integers(2, 6)), int(rng.integers(1, 5)), int(rng.choice([1, 3, 4, 8]))
    quantization = (scale(rng, 0.02, 0.1), zero(rng))
    source = flat.tensor((1, height, width, channels), "int8", *quantization)

    def layer(value: int) -> int:
        rows = int(flat.graph.tensors[value].shape[1])
        shape = (1, 3, 1, channels)
        filters = flat.tensor(shape, "int8", 0.01, 0, weights(rng, shape), 3)
        bias = _bias(rng, flat, channels, quantization[0], np.float32(0.01))
        result = flat.tensor((1, rows, width, channels), "int8", *quantization)
        flat.op(
            "DEPTHWISE_CONV_2D", [value, filters, bias], [result], padding=SAME, strideH=1, strideW=1,
            dilationHFactor=1, dilationWFactor=1, depthMultiplier=1, fusedActivationFunction=_activation(rng),
        )  # fmt: skip
        return result

    first, second = layer(source), layer(source)
    parts = [first, second, source][: int(rng.integers(2, 4))]
    rng.shuffle(parts)
    both = flat.tensor((1, height * len(parts), width, channels), "int8", *quantization)
    flat.op("CONCATENATION", parts, [both], axis=1)
    pieces = [flat.tensor((1, height, width, channels), "int8", *quantization) for _ in parts]
    flat.op("SPLIT", [flat.constant(1), both], pieces, numSplits=len(pieces))
    tail = flat.tensor((1, 1, width, channels), "int8", *quantization)
    begin = [flat.constant(v) for v in ([0, height, 0, 0], [1, 1, width, channels])]
    flat.op("SLICE", [both, *begin], [tail])
    ends = [layer(piece) for piece in pieces]
    total = flat.tensor((1, height, width, channels), "int8", np.float32(quantization[0] * 2), zero(rng))
    flat.op("ADD", [ends[0], ends[-1]], [total], fusedActivationFunction=NONE)
    again = flat.tensor((1, height, width, channels), "int8", np.float32(quantization[0] * 2), zero(rng))
    flat.op("ADD", [total, tail], [again], fusedActivationFunction=NONE)
    return flat.bytes([source], [again, both] if rng.random() < 0.3 else [again])


def borders(rng: np.random.Generator) -> bytes:
    """Channels that do not depend on the input, read by layers with padding: saturated at either end, or weightless."""
    flat = Flat()
    height, width, channels = int(rng.integers(3, 11)), int(rng.integers(3, 11)), int(rng.choice([4, 6, 9]))
    shape, value_scale = [height, width, int(rng.integers(1, 4))], scale(rng, 0.01, 0.05)
    source = value = flat.tensor((1, *shape), "int8", value_scale, zero(rng))
    filters_of = {"conv": (1, 2, 3, 5), "depthwise": (2, 3, 5), "pool": (2, 3)}

    def layer(kind: str) -> None:
        nonlocal value, value_scale
        in_c, out_c = shape[2], shape[2] if kind != "conv" else channels
        kernel = [int(rng.choice(filters_of[kind])) for _ in range(2)]
        stride = [int(rng.choice([1, 1, 1, 2])) for _ in range(2)]
        dilation = [int(rng.choice([1, 1, 2])) for _ in range(2)] if stride == [1, 1] and kind != "pool" else [1, 1]
        out = [-(-size // step) for size, step in zip(shape[:2], stride, strict=True)]
        common = dict(padding=SAME, strideH=stride[0], strideW=stride[1])
        if kind == "pool":
            zero_point = flat.graph.tensors[value].quantization.zeroPoint[0]
            result = flat.tensor((1, *out, out_c), "int8", value_scale, zero_point)
            name = str(rng.choice(["MAX_POOL_2D", "AVERAGE_POOL_2D"]))
            flat.op(name, [value], [result], filterHeight=kernel[0], filterWidth=kernel[1],
                    fusedActivationFunction=_activation(rng), **common)  # fmt: skip
        else:
            depthwise = kind == "depthwise"
            taps = (1, *kernel, out_c) if depthwise else (out_c, *kernel, in_c)
            values = rng.integers(-127, 128, taps)
            if not depthwise:
                values[rng.random(out_c) < 0.3] = 0
            filter_scale, result_scale = channel_scales(rng, out_c), scale(rng, 0.02, 0.2)
            reach = rng.choice([0, 3000, 10**6, -(10**6)], out_c, p=[0.3, 0.3, 0.2, 0.2])
            each = np.broadcast_to(value_scale * filter_scale, (out_c,) if np.size(filter_scale) > 1 else ())
            inputs = [
                value,
                flat.tensor(taps, "int8", filter_scale, 0, values, 3 if depthwise else 0),
                flat.tensor((out_c,), "int32", each, 0, reach + rng.integers(-500, 500, out_c)),
            ]
            result = flat.tensor((1, *out, out_c), "int8", result_scale, zero(rng))
            options = {"depthMultiplier": 1} if depthwise else {}
            flat.op(
                "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D", inputs, [result], dilationHFactor=dilation[0],
                dilationWFactor=dilation[1], fusedActivationFunction=_activation(rng), **common, **options,
            )  # fmt: skip
            value_scale = result_scale
        value, shape[:] = result, [*out, out_c]

    layer("conv")
    for _ in range(int(rng.integers(1, 4))):
        layer(str(rng.choice(["conv", "depthwise", "depthwise", "pool"])))
    layer("conv")
    if rng.random() < 0.5:
        mean = flat.tensor((1, channels), "int8", scale(rng, 0.01, 0.1), zero(rng))
        flat.op("MEAN", [value, flat.constant([1, 2])], [mean])
        value = mean
    return flat.bytes([source], [value])


FAMILIES: dict[str, tuple[int, Build]] = {
    "conv": (70, convolution),
    "depthwise": (50, lambda rng: convolution(rng, depthwise=True)),
    "dense": (30, dense),
    "pool": (30, pool),
    "binary": (45, binary),
    "extremum": (10, extremum),
    "unary": (64, unary),
    "prelu": (8, prelu),
    "softmax": (20, softmax),
    "pad": (14, pad),
    "concatenation": (12, concatenation),
    "split": (8, split),
    "slicing": (20, slicing),
    "renaming": (6, renaming),
    "transpose": (12, transpose),
    "transpose_conv": (18, transpose_conv),
    "resize": (12, resize),
    "conversion": (24, conversion),
    "reduction": (24, reduction),
    "reduced_extreme": (8, reduced_extreme),
    "matmul": (12, matmul),
    "blocks": (6, blocks),
    "lstm": (18, lstm),
    "svdf": (12, svdf),
    "variable": (6, variable),
    "states": (24, states),
    "network": (24, network),
    "chain": (30, chain),
    "joined": (16, joined),
    "borders": (80, borders),
    "wide_conv": (20, lambda rng: convolution(rng, wide=True)),
    "wide_depthwise": (14, lambda rng: convolution(rng, depthwise=True, wide=True)),
    "full_dense": (8, lambda rng: dense(rng, full=True)),
    "wide_dense": (12, lambda rng: dense(rng, wide=True)),
    "wide_pool": (10, lambda rng: pool(rng, wide=True)),
    "wide_binary": (10, lambda rng: binary(rng, wide=True)),
    "wide_softmax": (8, lambda rng: softmax(rng, wide=True)),
}


def inputs_for(infos: list, seed: int, trials: int) -> Iterator[list[np.ndarray]]:
    """Inputs that reach every value of a type: full-range noise, then constants at the extremes."""
    rng = np.random.default_rng(seed)
    for trial in range(trials):
        values = []
        for info in infos:
            if info.dtype == "float32":
                values.append((rng.normal(size=info.shape) * rng.choice([0.1, 1, 100])).astype(np.float32))
                continue
            limits = np.iinfo(info.dtype)
            low, high = (limits.min, limits.max) if info.dtype != "int32" else (-(10**6), 10**6)
            if trial == 1:
                values.append(np.full(info.shape, low, info.dtype))
            elif trial == 2:
                values.append(np.full(info.shape, high, info.dtype))
            elif info.dtype == "int8" and int(np.prod(info.shape)) == 256:
                values.append(np.arange(-128, 128).astype(np.int8).reshape(info.shape))
            else:
                values.append(rng.integers(low, high + 1, info.shape).astype(info.dtype))
        yield values
