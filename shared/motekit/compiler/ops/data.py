"""Operators that move data: PAD, PADV2, TRANSPOSE, SLICE, STRIDED_SLICE, SPLIT, CONCATENATION, RESIZE."""

import math
from collections.abc import Sequence

import numpy as np

from ..ir import DTYPES, Graph, Node, Tensor, node_error
from ..kernels import Array, Kernel, Struct, Target
from . import (
    Alias,
    evaluation,
    expect_dtype,
    expect_range,
    expect_rank,
    expect_same_quantization,
    expect_shape,
    operator,
)

_RANK = 6
_MOVABLE = ("int8", "int16", "int32", "int64", "float32", "bool")


def dense_strides(shape: Sequence[int]) -> list[int]:
    """Strides in elements of a dense array."""
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= size
    return strides[::-1]


def copy_kernel(
    graph: Graph,
    source: int,
    result: int,
    shape: Sequence[int],
    in_stride: Sequence[int],
    out_stride: Sequence[int],
    in_first: int = 0,
    out_first: int = 0,
) -> Kernel:
    """A strided copy; axes that lie end to end on both sides are merged."""
    axes: list[tuple[int, int, int]] = []
    for size, a, b in zip(shape, in_stride, out_stride, strict=True):
        if size == 1:
            continue
        if axes and axes[-1][1] == a * size and axes[-1][2] == b * size:
            axes[-1] = (axes[-1][0] * size, a, b)
        else:
            axes.append((size, a, b))
    axes = [(1, 0, 0)] * (_RANK - len(axes)) + axes
    config = Struct(
        "mk_copy",
        {
            "shape": [axis[0] for axis in axes],
            "in_stride": [axis[1] for axis in axes],
            "out_stride": [axis[2] for axis in axes],
            "in_first": in_first,
            "out_first": out_first,
        },
    )
    bits = 8 * DTYPES[graph.tensors[source].dtype].itemsize
    return Kernel(
        f"mk_copy_{bits}", "motekit/nn_data.h", (f"copy_{bits}.c",), (source,), (result,), config, pointer=bits
    )  # fmt: skip


#: views begin at multiples of this, because kernels count on aligned tensors
_VIEW_ALIGN = 4
#: operators that always write their output themselves, never as another name for their input
_WRITERS = (
    "CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "AVERAGE_POOL_2D", "MAX_POOL_2D", "ADD", "SUB", "MUL", "MAXIMUM",
    "MINIMUM", "FULLY_CONNECTED", "SOFTMAX", "CONCATENATION", "READ_VARIABLE", "BATCH_MATMUL",
)  # fmt: skip


def _as_view(graph: Graph, whole: int, part: int, first: int) -> Alias | None:
    """The part as a piece of the whole's memory, `first` elements from its start, if kernels can live with that."""
    offset = first * DTYPES[graph.tensors[whole].dtype].itemsize
    if offset % _VIEW_ALIGN or graph.tensors[whole].is_variable or graph.tensors[whole].data is not None:
        return None
    return Alias(whole, part, offset)


def _written_in_place(graph: Graph, node: Node, number: int) -> bool:
    """Whether a part of a concatenation can be written where it belongs in the result from the start."""
    if number in graph.inputs or number in graph.outputs or node.inputs.count(number) != 1:
        return False
    if graph.tensors[number].data is not None or graph.tensors[number].is_variable:
        return False
    writers = [other for other in graph.nodes if number in other.outputs]
    readers = [other for other in graph.nodes if number in other.inputs]
    return len(readers) == 1 and len(writers) == 1 and writers[0].op in _WRITERS


def _is_one_piece(shape: Sequence[int], stride: Sequence[int]) -> bool:
    """Whether elements with these strides lie one after the other."""
    expected = 1
    for size, step in zip(reversed(shape), reversed(stride), strict=True):
        if size > 1 and step != expected:
            return False
        expected *= size
    return True


def _ends(graph: Graph, node: Node) -> tuple[Tensor, Tensor]:
    source, result = graph.input(node, 0), graph.output(node)
    expect_dtype(graph, node, source, *_MOVABLE)
    expect_dtype(graph, node, result, source.dtype)
    expect_same_quantization(graph, node, source, result)
    return source, result


def paddings_of(graph: Graph, node: Node) -> np.ndarray:
    """int [rank, 2] of a PAD, not negative."""
    source = graph.input(node, 0)
    amounts = graph.constant(node, 1)
    if amounts.shape != (len(source.shape), 2) or amounts.dtype.kind != "i" or amounts.min() < 0:
        raise node_error(graph, node, "its paddings do not fit its input")
    return amounts.astype(np.int64)


def padding_value(graph: Graph, node: Node) -> int:
    """What PAD and PADV2 fill with, as stored."""
    value = graph.optional_input(node, 2)
    result = graph.output(node)
    if value is None:
        return result.zero_point if result.dtype in ("int8", "int16") else 0
    stored = graph.constant(node, 2)
    if stored.size != 1 or value.dtype != result.dtype:
        raise node_error(graph, node, "its padding value is not one stored value")
    expect_same_quantization(graph, node, result, value)
    return int(stored.ravel()[0])


@operator("PAD", "PADV2")
def pad(graph: Graph, node: Node, target: Target) -> list[Kernel] | Alias:
    """Fill, then copy into the inside."""
    source, result = _ends(graph, node)
    expect_dtype(graph, node, source, "int8", "int16", "int32")
    amounts = paddings_of(graph, node)
    shape = tuple(int(size + before + after) for size, (before, after) in zip(source.shape, amounts, strict=True))
    expect_shape(graph, node, result, shape)
    if not amounts.any():
        return Alias(node.inputs[0], node.outputs[0])
    value = padding_value(graph, node)
    bits = 8 * DTYPES[source.dtype].itemsize
    fill = Kernel(
        f"mk_fill_{bits}", "motekit/nn_data.h", (f"fill_{bits}.c",), (), (node.outputs[0],),
        extra=(value, result.elements),
    )  # fmt: skip
    strides = dense_strides(shape)
    first = sum(int(before) * stride for (before, _), stride in zip(amounts, strides, strict=True))
    inside = copy_kernel(
        graph,
        node.inputs[0],
        node.outputs[0],
        source.shape,
        dense_strides(source.shape),
        strides,
        out_first=first,
    )
    return [fill, inside]


@evaluation("PAD", "PADV2")
def evaluate_pad(graph: Graph, node: Node) -> list[np.ndarray]:
    """A constant, padded."""
    pad(graph, node, Target())
    return [np.pad(graph.constant(node, 0), paddings_of(graph, node), constant_values=padding_value(graph, node))]


def _permutation(graph: Graph, node: Node) -> list[int]:
    order = [int(axis) for axis in graph.constant(node, 1).ravel()]
    rank = len(graph.input(node, 0).shape)
    order = [axis + rank if axis < 0 else axis for axis in order]
    if sorted(order) != list(range(rank)):
        raise node_error(graph, node, f"its order {order} is not a permutation")
    return order


@operator("TRANSPOSE")
def transpose(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """Reorder axes; one that moves only axes of size 1 is free."""
    source, result = _ends(graph, node)
    order = _permutation(graph, node)
    expect_shape(graph, node, result, tuple(source.shape[axis] for axis in order))
    moved = [axis for axis in order if source.shape[axis] > 1]
    if moved == sorted(moved):
        return Alias(node.inputs[0], node.outputs[0])
    strides = dense_strides(source.shape)
    return copy_kernel(
        graph, node.inputs[0], node.outputs[0], result.shape, [strides[axis] for axis in order],
        dense_strides(result.shape),
    )  # fmt: skip


@evaluation("TRANSPOSE")
def evaluate_transpose(graph: Graph, node: Node) -> list[np.ndarray]:
    """A constant, transposed."""
    return [np.ascontiguousarray(graph.constant(node, 0).transpose(_permutation(graph, node)))]


def _windows(graph: Graph, node: Node) -> tuple[list[int], list[int], list[int]]:
    """First element, count and step along each axis of a SLICE or STRIDED_SLICE."""
    shape = graph.input(node, 0).shape
    vectors = [graph.constant(node, i).ravel() for i in range(1, 3 if node.op == "SLICE" else 4)]
    if any(vector.size != len(shape) or vector.dtype.kind != "i" for vector in vectors):
        raise node_error(graph, node, "its bounds do not fit the rank of its input", "Slice every axis explicitly")
    if node.op == "SLICE":
        begins = [int(v) for v in vectors[0]]
        counts = [int(n) if n != -1 else size - b for n, size, b in zip(vectors[1], shape, begins, strict=True)]
        steps = [1] * len(shape)
    else:
        begins, counts, steps = _strided(graph, node, shape, vectors)
    for begin, count, step, size in zip(begins, counts, steps, shape, strict=True):
        if count < 1 or not 0 <= begin < size or not 0 <= begin + (count - 1) * step < size:
            raise node_error(graph, node, "it reaches outside its input, or is empty")
    return begins, counts, steps


def _strided(
    graph: Graph, node: Node, shape: tuple[int, ...], vectors: list[np.ndarray]
) -> tuple[list[int], list[int], list[int]]:
    options = node.options
    if options["ellipsis_mask"] or options["new_axis_mask"]:
        raise node_error(graph, node, "ellipsis and new axes are not supported", "Reshape instead")
    begins, counts, steps = [], [], []
    for axis, (size, begin, end, step) in enumerate(zip(shape, *vectors, strict=True)):
        bit = 1 << axis
        if step == 0:
            raise node_error(graph, node, "a step is 0")
        end = begin + end if options["offset"] else end
        if options["shrink_axis_mask"] & bit:
            first = int(begin) + (size if begin < 0 else 0)
            begins.append(first)
            counts.append(1)
            steps.append(1)
            continue
        window = slice(
            None if options["begin_mask"] & bit else int(begin), None if options["end_mask"] & bit else int(end),
            int(step),
        )  # fmt: skip
        chosen = range(*window.indices(size))
        begins.append(chosen.start if len(chosen) else -1)
        counts.append(len(chosen))
        steps.append(chosen.step)
    return begins, counts, steps


@operator("SLICE", "STRIDED_SLICE")
def strided_slice(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """A regular part of a tensor."""
    source, result = _ends(graph, node)
    begins, counts, steps = _windows(graph, node)
    if result.elements != math.prod(counts):
        raise node_error(graph, node, f"it yields {math.prod(counts)} elements for {list(result.shape)}")
    if tuple(counts) == source.shape and all(step == 1 for step in steps):
        return Alias(node.inputs[0], node.outputs[0])
    strides = dense_strides(source.shape)
    first = sum(begin * stride for begin, stride in zip(begins, strides, strict=True))
    picked = [step * stride for step, stride in zip(steps, strides, strict=True)]
    if _is_one_piece(counts, picked) and (view := _as_view(graph, node.inputs[0], node.outputs[0], first)):
        return view
    return copy_kernel(
        graph, node.inputs[0], node.outputs[0], counts,
        [step * stride for step, stride in zip(steps, strides, strict=True)], dense_strides(counts), in_first=first,
    )  # fmt: skip


@evaluation("SLICE", "STRIDED_SLICE")
def evaluate_slice(graph: Graph, node: Node) -> list[np.ndarray]:
    """Part of a constant."""
    begins, counts, steps = _windows(graph, node)
    grid = np.ix_(*(b + np.arange(n) * s for b, n, s in zip(begins, counts, steps, strict=True)))
    part = graph.constant(node, 0)[grid]
    result = graph.output(node)
    if part.size != result.elements:
        raise node_error(graph, node, f"it yields {part.size} elements for {list(result.shape)}")
    return [part.reshape(result.shape)]


def _axis(graph: Graph, node: Node, axis: int, rank: int) -> int:
    axis = axis + rank if axis < 0 else axis
    return expect_range(graph, node, "axis", axis, 0, rank - 1)


@operator("CONCATENATION")
def concatenation(graph: Graph, node: Node, target: Target) -> list[Kernel | Alias]:
    """Each input copied to its place, or better written there by the layer that makes it."""
    result = graph.output(node)
    expect_dtype(graph, node, result, *_MOVABLE)
    if node.options["activation"] != "NONE" or not node.inputs:
        raise node_error(graph, node, "a fused activation is not supported", "Use a separate activation layer")
    axis = _axis(graph, node, node.options["axis"], len(result.shape))
    strides = dense_strides(result.shape)
    copies: list[Kernel | Alias] = []
    start = 0
    joined = math.prod(result.shape[:axis]) == 1
    for position, number in enumerate(node.inputs):
        part = graph.input(node, position)
        expect_dtype(graph, node, part, result.dtype)
        expect_same_quantization(graph, node, part, result)
        expect_rank(graph, node, part, len(result.shape))
        expect_shape(graph, node, part, (*result.shape[:axis], part.shape[axis], *result.shape[axis + 1 :]))
        first = start * strides[axis]
        view = _as_view(graph, node.outputs[0], number, first) if joined else None
        if view is not None and _written_in_place(graph, node, number):
            copies.append(view)
        else:
            copies.append(
                copy_kernel(
                    graph, number, node.outputs[0], part.shape, dense_strides(part.shape), strides, out_first=first
                )
            )
        start += part.shape[axis]
    if start != result.shape[axis]:
        raise node_error(graph, node, f"its parts make {start} of {result.shape[axis]} along axis {axis}")
    return copies


@evaluation("CONCATENATION")
def evaluate_concatenation(graph: Graph, node: Node) -> list[np.ndarray]:
    """Constants, joined."""
    concatenation(graph, node, Target())
    parts = [graph.constant(node, position) for position in range(len(node.inputs))]
    return [np.concatenate(parts, axis=node.options["axis"])]


@operator("SPLIT")
def split(graph: Graph, node: Node, target: Target) -> list[Kernel | Alias]:
    """Equal parts along an axis, each copied out unless it lies in one piece."""
    source = graph.input(node, 1)
    expect_dtype(graph, node, source, *_MOVABLE)
    axis = _axis(graph, node, int(graph.constant(node, 0).ravel()[0]), len(source.shape))
    count = len(node.outputs)
    if node.options["splits"] != count or source.shape[axis] % count:
        raise node_error(graph, node, f"{source.shape[axis]} along axis {axis} do not split into {count}")
    part = (*source.shape[:axis], source.shape[axis] // count, *source.shape[axis + 1 :])
    strides = dense_strides(source.shape)
    copies: list[Kernel | Alias] = []
    for i, number in enumerate(node.outputs):
        result = graph.output(node, i)
        expect_dtype(graph, node, result, source.dtype)
        expect_same_quantization(graph, node, source, result)
        expect_shape(graph, node, result, part)
        first = i * part[axis] * strides[axis]
        view = _as_view(graph, node.inputs[1], number, first) if _is_one_piece(part, strides) else None
        copies.append(
            view or copy_kernel(graph, node.inputs[1], number, part, strides, dense_strides(part), in_first=first)
        )
    return copies


def _blocks(graph: Graph, node: Node) -> tuple[list[int], np.ndarray]:
    """Block sizes and the paddings or crops of the spatial axes."""
    block = [int(size) for size in graph.constant(node, 1).ravel()]
    amounts = graph.constant(node, 2)
    rank = len(graph.input(node, 0).shape)
    if not 1 <= len(block) <= rank - 1 or min(block) < 1 or amounts.shape != (len(block), 2) or amounts.min() < 0:
        raise node_error(graph, node, "its block shape does not fit its input")
    return block, amounts.astype(np.int64)


@operator("SPACE_TO_BATCH_ND")
def space_to_batch(graph: Graph, node: Node, target: Target) -> list[Kernel]:
    """Every block's element to a batch of its own; what dilated convolutions are exported with.

    Padding is the stored value 0, not the zero point: so TensorFlow Lite Micro has it.
    """
    source, result = _ends(graph, node)
    expect_dtype(graph, node, source, "int8", "int16")
    block, pads = _blocks(graph, node)
    padded = [size + int(p.sum()) for size, p in zip(source.shape[1:], pads, strict=False)]
    rest = source.shape[1 + len(block) :]
    if any(size % b for size, b in zip(padded, block, strict=True)):
        raise node_error(graph, node, "its padded input does not divide into blocks")
    spatial = [size // b for size, b in zip(padded, block, strict=True)]
    expect_shape(graph, node, result, (source.shape[0] * math.prod(block), *spatial, *rest))
    bits = 8 * DTYPES[source.dtype].itemsize
    steps = [
        Kernel(
            f"mk_fill_{bits}",
            "motekit/nn_data.h",
            (f"fill_{bits}.c",),
            (),
            (node.outputs[0],),
            extra=(0, result.elements),
        )
    ]
    in_strides, out_strides = dense_strides(source.shape), dense_strides(result.shape)
    for index, place in enumerate(np.ndindex(*block)):
        # along each axis, output o reads padded element o * block + place, input element that minus the padding
        starts, counts = [], []
        for at, b, (before, _), size, length in zip(place, block, pads, source.shape[1:], spatial, strict=False):
            first = max(-(-(int(before) - at) // b), 0)
            last = min((size - 1 + int(before) - at) // b, length - 1)
            starts.append((first, first * b + at - int(before)))
            counts.append(max(last - first + 1, 0))
        if 0 in counts:
            continue
        batch = index * source.shape[0] * out_strides[0]
        steps.append(
            copy_kernel(
                graph,
                node.inputs[0],
                node.outputs[0],
                [source.shape[0], *counts, *rest],
                [
                    in_strides[0],
                    *(b * s for b, s in zip(block, in_strides[1:], strict=False)),
                    *in_strides[1 + len(block) :],
                ],
                out_strides,
                in_first=sum(start[1] * s for start, s in zip(starts, in_strides[1:], strict=False)),
                out_first=batch + sum(start[0] * s for start, s in zip(starts, out_strides[1:], strict=False)),
            )
        )
    return steps


@operator("BATCH_TO_SPACE_ND")
def batch_to_space(graph: Graph, node: Node, target: Target) -> list[Kernel]:
    """The reverse of SPACE_TO_BATCH_ND, with crops."""
    source, result = _ends(graph, node)
    block, crops = _blocks(graph, node)
    if source.shape[0] % math.prod(block):
        raise node_error(graph, node, "its batches do not fill its blocks")
    batch = source.shape[0] // math.prod(block)
    spatial = [n * b - int(c.sum()) for n, b, c in zip(source.shape[1:], block, crops, strict=False)]
    rest = source.shape[1 + len(block) :]
    expect_shape(graph, node, result, (batch, *spatial, *rest))
    in_strides, out_strides = dense_strides(source.shape), dense_strides(result.shape)
    steps = []
    for index, place in enumerate(np.ndindex(*block)):
        starts, counts = [], []
        for at, b, (before, _), size, length in zip(place, block, crops, spatial, source.shape[1:], strict=False):
            first = max(-(-(int(before) - at) // b), 0)
            last = min((size - 1 + int(before) - at) // b, length - 1)
            starts.append((first, first * b + at - int(before)))
            counts.append(max(last - first + 1, 0))
        if 0 in counts:
            continue
        steps.append(
            copy_kernel(
                graph,
                node.inputs[0],
                node.outputs[0],
                [batch, *counts, *rest],
                in_strides,
                [
                    out_strides[0],
                    *(b * s for b, s in zip(block, out_strides[1:], strict=False)),
                    *out_strides[1 + len(block) :],
                ],
                in_first=index * batch * in_strides[0]
                + sum(start[0] * s for start, s in zip(starts, in_strides[1:], strict=False)),
                out_first=sum(start[1] * s for start, s in zip(starts, out_strides[1:], strict=False)),
            )
        )
    return steps


@operator("RESIZE_NEAREST_NEIGHBOR")
def resize_nearest(graph: Graph, node: Node, target: Target) -> Kernel:
    """Rows and columns picked by index tables."""
    source, result = _ends(graph, node)
    expect_rank(graph, node, source, 4)
    size = [int(v) for v in graph.constant(node, 1).ravel()]
    if len(size) != 2:
        raise node_error(graph, node, "its size is not height and width")
    batch, in_h, in_w, channels = source.shape
    for length in (in_h, in_w, *size):
        expect_range(graph, node, "a dimension", length, 1, 65535)
    expect_shape(graph, node, result, (batch, size[0], size[1], channels))
    config = Struct(
        "mk_resize",
        {
            "rows": Array("uint16_t", _nearest(in_h, size[0], node.options)),
            "columns": Array("uint16_t", _nearest(in_w, size[1], node.options)),
            "batch": batch, "in_h": in_h, "in_w": in_w, "out_h": size[0], "out_w": size[1],
            "pixel_bytes": channels * DTYPES[source.dtype].itemsize,
        },
    )  # fmt: skip
    return Kernel(
        "mk_resize_nearest", "motekit/nn_data.h", ("resize_nearest.c",), (node.inputs[0],), (node.outputs[0],),
        config, pointer=8,
    )  # fmt: skip


def _nearest(source: int, result: int, options: dict) -> np.ndarray:
    """Index of the source row for each result row, in float32 as TensorFlow Lite Micro computes it."""
    corners = options["align_corners"] and result > 1
    scale = np.float32(source - 1) / np.float32(result - 1) if corners else np.float32(source) / np.float32(result)
    place = (np.arange(result, dtype=np.float32) + np.float32(0.5 if options["half_pixel_centers"] else 0)) * scale
    rounded = np.floor(place.astype(np.float64) + 0.5) if options["align_corners"] else np.floor(place)
    return np.clip(rounded, 0, source - 1).astype(np.int64)
