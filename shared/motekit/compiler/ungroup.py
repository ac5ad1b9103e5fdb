"""Grouped convolutions taken apart, so that each group is an ordinary layer with all of its fast kernels.

A convolution with one input channel a group is a depthwise one. Any other becomes a split, a convolution for each
group, and a concatenation: moving the bytes costs a few instructions each, a grouped inner loop many a product.
"""

import numpy as np

from .ir import Graph, Node, Quantization, Tensor

#: products a moved byte must save to be worth moving
_PRODUCTS_A_BYTE = 2
#: groups that become calls of their own
_MOST_GROUPS = 16


def ungroup(graph: Graph) -> None:
    """Rewrite the grouped int8 convolutions of a checked graph, in place."""
    nodes: list[Node] = []
    for node in graph.nodes:
        nodes += _parts(graph, node) if _is_grouped(graph, node) else [node]
    graph.nodes = nodes


def _is_grouped(graph: Graph, node: Node) -> bool:
    if node.op != "CONV_2D" or graph.input(node, 0).dtype != "int8":
        return False
    return graph.input(node, 1).shape[3] != graph.input(node, 0).shape[3]


def _parts(graph: Graph, node: Node) -> list[Node]:
    source, filters, result = graph.input(node, 0), graph.input(node, 1), graph.output(node)
    groups = source.shape[3] // filters.shape[3]
    if filters.shape[3] == 1:
        weights = np.ascontiguousarray(graph.constant(node, 1).transpose(3, 1, 2, 0))
        return [node.with_(op="DEPTHWISE_CONV_2D", inputs=[node.inputs[0], _constant(graph, filters, weights, 3),
                                                           *node.inputs[2:]])]  # fmt: skip
    products = result.elements * filters.elements // filters.shape[0]
    if groups > _MOST_GROUPS or products < _PRODUCTS_A_BYTE * (source.elements + result.elements):
        return [node]
    inputs = _slices(graph, source, groups)
    outputs = _slices(graph, result, groups)
    axis = graph.add(Tensor(f"{source.name} (axis)", "int32", (1,), None, np.array([3], np.int32)))
    split = node.with_(op="SPLIT", inputs=[axis, node.inputs[0]], outputs=inputs, options={"splits": groups})
    join = node.with_(op="CONCATENATION", inputs=outputs, options={"axis": 3, "activation": "NONE"})
    return [split, *(_group(graph, node, i, groups, inputs[i], outputs[i]) for i in range(groups)), join]


def _group(graph: Graph, node: Node, group: int, groups: int, source: int, result: int) -> Node:
    filters = graph.input(node, 1)
    count = filters.shape[0] // groups
    own = slice(group * count, (group + 1) * count)
    inputs = [source, _constant(graph, filters, graph.constant(node, 1)[own], 0, own)]
    if (bias := graph.optional_input(node, 2)) is not None:
        inputs.append(_constant(graph, bias, graph.constant(node, 2)[own], 0, own))
    return node.with_(inputs=inputs, outputs=[result])


def _slices(graph: Graph, tensor: Tensor, count: int) -> list[int]:
    """Tensors for equal parts of the channels."""
    shape = (*tensor.shape[:3], tensor.shape[3] // count)
    return [graph.add(Tensor(f"{tensor.name} ({i})", tensor.dtype, shape, tensor.quantization)) for i in range(count)]


def _constant(graph: Graph, old: Tensor, data: np.ndarray, axis: int, own: slice = slice(None)) -> int:
    quantization = old.quantization
    if quantization is not None and quantization.scales.size > 1:
        zeros = quantization.zero_points[own] if quantization.zero_points.size > 1 else quantization.zero_points
        quantization = Quantization(quantization.scales[own], zeros, axis)
    return graph.add(Tensor(old.name, old.dtype, data.shape, quantization, np.ascontiguousarray(data)))
