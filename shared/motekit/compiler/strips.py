"""The first layers of an image model, a few rows at a time, so that their full feature maps never exist.

A chain of convolutions is cut into strips of output rows. Between two layers lies a window of rows,
just high enough for what the next layer reads; after each strip the rows that are needed again move
to its top. Nothing is computed twice, and each call is an ordinary convolution over fewer rows.
"""

from dataclasses import dataclass, field, replace

from .ir import Graph, Node, Tensor
from .kernels import Kernel, Target, select
from .kernels.describe import ConvOp
from .ops import Alias
from .ops.conv import describe
from .plan import Overlap, Step

#: arenas that are smaller than this are left as they are
WORTHWHILE_BYTES = 16 << 10
_ROWS = (1, 2, 3, 4, 6)
_LONGEST = 8


@dataclass(frozen=True, eq=False)
class Chain:
    """Nodes start..start + len(ops) of the graph, each the only reader of the one before."""

    start: int
    ops: tuple[ConvOp, ...]


@dataclass
class Strips:
    """A chain cut up: what takes the place of its kernel calls."""

    chain: Chain
    rows: int
    steps: list[Step] = field(default_factory=list)
    aliases: list[Alias] = field(default_factory=list)
    overlap: Overlap | None = None


def chains(graph: Graph) -> list[Chain]:
    """All chains of at least two int8 convolutions that can be cut into strips."""
    readers = graph.consumers()
    found: list[Chain] = []
    run: list[ConvOp] = []
    start = 0
    for i, node in enumerate(graph.nodes):
        op = _strippable(graph, node)
        linked = (
            op is not None
            and bool(run)
            and op.source == run[-1].result
            and len(readers.get(op.source, ())) == 1
            and op.source not in graph.outputs
        )
        if linked and op is not None:
            run.append(op)
            continue
        if len(run) > 1:
            found.append(Chain(start, tuple(run)))
        run, start = ([op], i) if op is not None else ([], i + 1)
    if len(run) > 1:
        found.append(Chain(start, tuple(run)))
    return found


def _strippable(graph: Graph, node: Node) -> ConvOp | None:
    if node.op not in ("CONV_2D", "DEPTHWISE_CONV_2D") or graph.input(node, 0).dtype != "int8":
        return None
    if graph.input(node, 0).data is not None or graph.input(node, 0).is_variable:
        return None
    op = describe(graph, node, graph.input(node, 0), graph.input(node, 1), graph.output(node))
    # strips begin at any row, and kernels count on tensors that begin at a multiple of four bytes
    aligned = all(shape[1] * shape[2] % 4 == 0 for shape in (op.in_shape, op.out_shape))
    return op if op.batch == 1 and aligned else None


def candidates(chain: Chain) -> list[tuple[int, Chain, int]]:
    """Prefixes of a chain and rows a strip, with an estimate of their memory, the smallest first."""
    options = []
    for length in range(2, min(len(chain.ops), _LONGEST) + 1):
        prefix = Chain(chain.start, chain.ops[:length])
        height = prefix.ops[-1].out_shape[0]
        for rows in _ROWS:
            if 2 * rows <= height:
                options.append((_estimate(prefix, rows), prefix, rows))
    return sorted(options, key=lambda option: (option[0], len(option[1].ops), -option[2]))


def _estimate(chain: Chain, rows: int) -> int:
    """Bytes of input, output and windows; where input and output overlap, the larger counts."""
    windows, _ = _schedule(chain, rows)
    between = sum(height * op.out_shape[1] * op.out_shape[2] for height, op in zip(windows, chain.ops, strict=False))
    first, last = chain.ops[0].in_shape, chain.ops[-1].out_shape
    return max(first[0] * first[1] * first[2], last[0] * last[1] * last[2]) + between


@dataclass(frozen=True)
class _Call:
    """Rows first..stop of a layer's output, from input rows low..high."""

    first: int
    stop: int
    low: int
    high: int


def _schedule(chain: Chain, rows: int) -> tuple[list[int], list[list[_Call | None]]]:
    """Heights of the windows between layers, and for each strip the call of each layer (None: nothing new)."""
    ops = chain.ops
    height = ops[-1].out_shape[0]
    made = [0] * len(ops)
    heights = [0] * (len(ops) - 1)
    strips = []
    for stop in range(rows, height + rows, rows):
        stops = [0] * len(ops)
        stops[-1] = min(stop, height)
        for i in range(len(ops) - 1, 0, -1):
            op = ops[i]
            reach = (op.kernel[0] - 1) * op.dilation[0] + 1
            wanted = (stops[i] - 1) * op.stride[0] - op.pad[0] + reach
            stops[i - 1] = max(min(wanted, op.in_shape[0]), made[i - 1])
        calls: list[_Call | None] = [None] * len(ops)
        for i in range(len(ops) - 1, -1, -1):
            op, reader = ops[i], calls[i + 1] if i + 1 < len(ops) else None
            # a stride longer than the kernel skips rows, which nobody need compute
            first = made[i] if reader is None else max(made[i], reader.low)
            if stops[i] <= first:
                continue
            reach = (op.kernel[0] - 1) * op.dilation[0] + 1
            low = max(first * op.stride[0] - op.pad[0], 0)
            high = min((stops[i] - 1) * op.stride[0] - op.pad[0] + reach, op.in_shape[0])
            calls[i] = _Call(first, stops[i], min(low, op.in_shape[0] - 1), max(high, 1))
        made = [call.stop if call is not None else stop for call, stop in zip(calls, made, strict=True)]
        strips.append(calls)
    bases = [0] * (len(ops) - 1)
    for calls in strips:
        for i in range(len(ops) - 1):
            reader, writer = calls[i + 1], calls[i]
            if reader is not None:
                bases[i] = reader.low
            if writer is not None:
                heights[i] = max(heights[i], writer.stop - bases[i])
    return heights, strips


def cut(graph: Graph, chain: Chain, rows: int, target: Target) -> Strips:
    """Turn a chain into strips.

    Parameters
    ----------
    graph : Graph
        Receives the windows and the views of them as tensors.
    chain : Chain
        What to cut.
    rows : int
        Rows of the last layer's output in a strip.
    target : Target
        Chooses the kernels.
    """
    heights, schedule = _schedule(chain, rows)
    ops = chain.ops
    result = Strips(chain, rows)
    windows = []
    for height, op in zip(heights, ops, strict=False):
        whole = graph.tensors[op.result]
        shape = (1, height, *op.out_shape[1:])
        windows.append(graph.add(Tensor(f"{whole.name} (rows)", "int8", shape, whole.quantization)))
    bases = [0] * len(windows)
    held = [0] * len(windows)
    distance: int | None = None
    for strip, calls in enumerate(schedule):
        for i, call in enumerate(calls):
            if call is None:
                continue
            op = ops[i]
            above = bases[i - 1] if i else 0
            whole = windows[i - 1] if i else op.source
            source = _view(graph, result, whole, op.in_shape, call.low - above, call.high - call.low)
            last = i == len(ops) - 1
            base = 0 if last else bases[i]
            target_view = _view(
                graph,
                result,
                op.result if last else windows[i],
                op.out_shape,
                call.first - base,
                call.stop - call.first,
            )
            top = call.low - (call.first * op.stride[0] - op.pad[0])
            part = replace(
                op, source=source, result=target_view, in_shape=(call.high - call.low, *op.in_shape[1:]),
                out_shape=(call.stop - call.first, *op.out_shape[1:]), pad=(top, op.pad[1]),
                shares=None if op.shares is None else op.shares[call.first : call.stop],
            )  # fmt: skip
            kernel = replace(select("conv", part, target), distance={})
            result.steps.append(_step(graph, op, kernel, chain.start, strip))
            if not last:
                held[i] = call.stop
        if calls[0] is not None and calls[-1] is not None:
            distance = _further(distance, chain, schedule, strip, calls[-1])
        _shift_windows(graph, result, windows, bases, held, schedule, strip)
    result.overlap = Overlap(ops[0].source, ops[-1].result, distance or 0)
    return result


def _step(graph: Graph, op: ConvOp, kernel: Kernel, group: int, strip: int) -> Step:
    name = "DEPTHWISE_CONV_2D" if op.depthwise else "CONV_2D"
    return Step(name, graph.tensors[op.result].name, kernel, group, strip)


def _view(graph: Graph, result: Strips, whole: int, shape: tuple[int, int, int], row: int, count: int) -> int:
    """A tensor that is some rows of another."""
    tensor = graph.tensors[whole]
    assert row >= 0 and count > 0 and row + count <= tensor.shape[1], "a strip lies outside its tensor"
    number = graph.add(Tensor(tensor.name, "int8", (1, count, *shape[1:]), tensor.quantization))
    result.aliases.append(Alias(whole, number, row * shape[1] * shape[2]))
    return number


def _further(
    distance: int | None, chain: Chain, schedule: list[list[_Call | None]], strip: int, call: _Call
) -> int | None:
    """How far before the input the output must begin, given what a strip wrote and later strips still read."""
    first, last = chain.ops[0], chain.ops[-1]
    later = [calls[0].low for calls in schedule[strip + 1 :] if calls[0] is not None]
    if not later:
        return distance
    written = call.stop * last.out_shape[1] * last.out_shape[2]
    needed = min(later) * first.in_shape[1] * first.in_shape[2]
    return written - needed if distance is None else max(distance, written - needed)


def _shift_windows(
    graph: Graph, result: Strips, windows: list[int], bases: list[int], held: list[int],
    schedule: list[list[_Call | None]], strip: int,
) -> None:  # fmt: skip
    """Move the rows that the next strip reads again to the top of each window."""
    if strip + 1 == len(schedule):
        return
    for i, window in enumerate(windows):
        reader = next((calls[i + 1] for calls in schedule[strip + 1 :] if calls[i + 1] is not None), None)
        if reader is None or schedule[strip + 1][i + 1] is None or reader.low == bases[i]:
            continue
        op = result.chain.ops[i]
        row = op.out_shape[1] * op.out_shape[2]
        kept = held[i] - reader.low
        if kept > 0:
            kernel = _move(window, (reader.low - bases[i]) * row, kept * row)
            result.steps.append(Step("MOVE_ROWS", graph.tensors[op.result].name, kernel, result.chain.start, strip))
        bases[i] = reader.low


def _move(window: int, start: int, size: int) -> Kernel:
    """Bytes start..start + size of a window, moved to its top."""
    return Kernel(
        "mk_move_up", "motekit/nn_data.h", ("move_up.c",), (), (window,), extra=(start, size), pointer=8
    )  # fmt: skip
