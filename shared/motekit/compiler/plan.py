"""Where every tensor lies in the one static arena.

Buffers whose lifetimes meet must not overlap, with one exception: a kernel that reads its input
in order may write its output over the part it has already read. How far apart the two must then
begin is the kernel's `distance`, computed exactly from its geometry, so a layer usually costs the
larger of its two tensors, not their sum.
"""

import random
from dataclasses import dataclass, field

from ..errors import ModelError
from .ir import Graph
from .kernels import Kernel
from .ops import Alias

ALIGN = 16
ARENA_LIMIT = 256 << 20
_TRIES = 300


@dataclass
class Step:
    """One kernel call of the generated code."""

    op: str
    name: str
    kernel: Kernel


@dataclass
class Buffer:
    """Memory of one tensor and of all that are only other names for it."""

    tensors: list[int]
    bytes: int
    first: int
    last: int
    label: str
    offset: int = 0
    scratch: bool = False


@dataclass
class Plan:
    """Placement of all buffers; offsets are in bytes from the start of the arena."""

    steps: list[Step]
    buffers: list[Buffer]
    of_tensor: dict[int, Buffer]
    of_scratch: dict[int, Buffer]
    arena_bytes: int
    state_bytes: int = 0
    labels: dict[int, str] = field(default_factory=dict)

    def offset(self, tensor: int) -> int:
        """Where a tensor begins."""
        return self.of_tensor[tensor].offset


def aligned(size: int) -> int:
    """Size rounded up to the alignment of buffers."""
    return -(-size // ALIGN) * ALIGN


def make_plan(graph: Graph, steps: list[Step], aliases: list[Alias]) -> Plan:
    """Place every run-time tensor and every scratch buffer.

    Parameters
    ----------
    graph : Graph
        The simplified network.
    steps : list of Step
        Kernel calls in running order.
    aliases : list of Alias
        Tensors that share memory by definition.

    Returns
    -------
    Plan
        The smallest arena found over several orders of placement (fixed seed).

    Raises
    ------
    ModelError
        If the arena would be absurdly large.
    """
    buffers, of_tensor = _buffers(graph, steps, aliases)
    of_scratch = {}
    for i, step in enumerate(steps):
        if step.kernel.scratch:
            of_scratch[i] = Buffer([], aligned(step.kernel.scratch), i, i, f"scratch of {step.name}", scratch=True)
    everything = [*buffers, *of_scratch.values()]
    state = _place_state(graph, of_tensor)
    movable = [buffer for buffer in everything if buffer not in state]
    shared = _shared(graph, steps, of_tensor)
    best = _search(movable, shared)
    for buffer, offset in zip(movable, best, strict=True):
        buffer.offset = offset
    ends = [buffer.offset + buffer.bytes for buffer in movable]
    for step in steps:
        places = [of_tensor[number] for number in step.kernel.inputs if number in of_tensor]
        ends += [place.offset + place.bytes + step.kernel.overread for place in places if place not in state]
    top = aligned(max(ends, default=0))
    for buffer in state:
        buffer.offset += top
    state_bytes = sum(aligned(buffer.bytes) for buffer in state)
    arena = max(top + state_bytes, ALIGN)
    if arena > ARENA_LIMIT:
        raise ModelError(f"the model needs an arena of {arena} bytes. Use smaller tensors.")
    return Plan(steps, everything, of_tensor, of_scratch, arena, state_bytes)


def _buffers(graph: Graph, steps: list[Step], aliases: list[Alias]) -> tuple[list[Buffer], dict[int, Buffer]]:
    end = len(steps)
    of_tensor: dict[int, Buffer] = {}
    root = {alias.result: alias.source for alias in aliases}

    def buffer_of(tensor: int, time: int) -> None:
        names = [tensor]
        while names[-1] in root:
            names.append(root[names[-1]])
        if graph.tensors[names[-1]].data is not None:
            return
        buffer = next((of_tensor[name] for name in names if name in of_tensor), None)
        if buffer is None:
            owner = graph.tensors[names[-1]]
            buffer = Buffer([], owner.bytes, time, time, owner.name)
        for name in names:
            if name not in of_tensor:
                of_tensor[name] = buffer
                buffer.tensors.append(name)
        buffer.first, buffer.last = min(buffer.first, time), max(buffer.last, time)

    for tensor in graph.inputs:
        buffer_of(tensor, -1)
    for i, step in enumerate(steps):
        for tensor in (*step.kernel.inputs, *step.kernel.outputs):
            buffer_of(tensor, i)
    for tensor in graph.outputs:
        buffer_of(tensor, end)
    unique = {id(buffer): buffer for buffer in of_tensor.values()}
    return list(unique.values()), of_tensor


def _place_state(graph: Graph, of_tensor: dict[int, Buffer]) -> list[Buffer]:
    """Variables live for ever: one after the other, at the end of the arena."""
    state: list[Buffer] = []
    used = 0
    for number, buffer in of_tensor.items():
        if graph.tensors[number].is_variable and buffer not in state:
            buffer.offset = used
            used += aligned(buffer.bytes)
            state.append(buffer)
    return state


def _shared(graph: Graph, steps: list[Step], of_tensor: dict[int, Buffer]) -> dict[tuple[int, int], int | None]:
    """Pairs (input buffer, output buffer) that may overlap, with the distance between their starts.

    None stands for starts that must be the same.
    """
    shared: dict[tuple[int, int], int | None] = {}
    for i, step in enumerate(steps):
        if len(step.kernel.outputs) != 1:
            continue
        result = of_tensor[step.kernel.outputs[0]]
        for tensor, distance in step.kernel.distance.items():
            source = of_tensor.get(tensor)
            if source is None or source is result or source.last != i or result.first != i:
                continue
            if any(graph.tensors[name].is_variable for name in (*source.tensors, *result.tensors)):
                continue
            key = (id(source), id(result))
            known = shared.get(key, distance)
            shared[key] = None if distance is None or known is None else max(distance, known)
    return shared


def _search(buffers: list[Buffer], shared: dict[tuple[int, int], int | None]) -> list[int]:
    """Offsets by first fit, over several orders; the smallest peak wins."""
    count = len(buffers)
    by_size = sorted(range(count), key=lambda i: (-buffers[i].bytes, buffers[i].first))
    by_time = sorted(range(count), key=lambda i: (buffers[i].first, -buffers[i].bytes))
    orders = [by_size, by_time, by_time[::-1]]
    chance = random.Random(1)
    floor = _lower_bound(buffers, shared)
    best: list[int] = []
    best_peak = -1
    for attempt in range(_TRIES if count <= 200 else 3):
        if attempt < len(orders):
            order = orders[attempt]
        else:
            # disturb a good order by pulling one buffer to the front
            base = list(chance.choice(orders))
            for _ in range(chance.randint(1, 3)):
                base.insert(chance.randrange(count), base.pop(chance.randrange(count)))
            order = base
        offsets = _first_fit(buffers, order, shared)
        peak = max((offset + buffers[i].bytes for i, offset in enumerate(offsets)), default=0)
        if best_peak < 0 or peak < best_peak:
            best, best_peak = offsets, peak
            orders.append(order)
        if best_peak <= floor:
            break
    return best


def _lower_bound(buffers: list[Buffer], shared: dict[tuple[int, int], int | None]) -> int:
    return max((buffer.bytes for buffer in buffers), default=0)


def _first_fit(buffers: list[Buffer], order: list[int], shared: dict[tuple[int, int], int | None]) -> list[int]:
    offsets = [-1] * len(buffers)
    for i in order:
        buffer = buffers[i]
        forbidden: list[tuple[int, int]] = []  # starts from low (inclusive) to high (exclusive) are taken
        for j, other_offset in enumerate(offsets):
            other = buffers[j]
            if other_offset < 0 or other.last < buffer.first or other.first > buffer.last:
                continue
            low, high = other_offset - buffer.bytes + 1, other_offset + other.bytes
            key, reverse = (id(other), id(buffer)), (id(buffer), id(other))
            as_result, as_source = shared.get(key), shared.get(reverse)
            if shared.get(key, 0) is None or shared.get(reverse, 0) is None:  # the same start, or apart
                forbidden.append((low, other_offset))
                low = other_offset + 1
            elif as_result is not None:  # this is written over other: start at most other - distance
                low = max(low, other_offset - as_result + 1)
            elif as_source is not None:  # other is written over this: start at least other + distance
                high = min(high, other_offset + as_source)
            if low < high:
                forbidden.append((low, high))
        offsets[i] = _lowest(forbidden)
    return offsets


def _lowest(forbidden: list[tuple[int, int]]) -> int:
    """Lowest aligned start outside all forbidden ranges."""
    start = 0
    for low, high in sorted(forbidden):
        if low > start:
            continue
        if high > start:
            start = aligned(high)
    # a range that begins between an earlier start and its aligned successor was already considered in order
    while any(low <= start < high for low, high in forbidden):
        start += ALIGN
    return start
