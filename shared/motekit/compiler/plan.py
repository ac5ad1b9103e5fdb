"""Where every tensor lies in the one static arena.

Buffers whose lifetimes meet must not overlap, with one exception: a kernel that reads its input
in order may write its output over the part it has already read. How far apart the two must then
begin is the kernel's `distance`, computed exactly from its geometry, so a layer usually costs the
larger of its two tensors, not their sum.
"""

import random
from collections.abc import Sequence
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
    #: steps of one group take turns with one piece of scratch
    group: int | None = None
    #: within a group: which strip of rows
    strip: int = 0


@dataclass(frozen=True)
class Overlap:
    """Two tensors, read and written little by little over many steps, that may share memory like a
    kernel's input and output: result begins at least `distance` before source."""

    source: int
    result: int
    distance: int


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
    #: tensors that begin inside their buffer, in bytes from its start
    within: dict[int, int] = field(default_factory=dict)

    def offset(self, tensor: int) -> int:
        """Where a tensor begins."""
        return self.of_tensor[tensor].offset + self.within.get(tensor, 0)


def aligned(size: int) -> int:
    """Size rounded up to the alignment of buffers."""
    return -(-size // ALIGN) * ALIGN


def make_plan(
    graph: Graph, steps: list[Step], aliases: list[Alias], overlaps: Sequence[Overlap] = (), tries: int = _TRIES
) -> Plan:
    """Place every run-time tensor and every scratch buffer.

    Parameters
    ----------
    graph : Graph
        The simplified network.
    steps : list of Step
        Kernel calls in running order.
    aliases : list of Alias
        Tensors that share memory by definition.
    overlaps : sequence of Overlap
        Tensors that may share memory although more than one step lies between them.
    tries : int
        Orders of placement to compare.

    Returns
    -------
    Plan
        The smallest arena found over several orders of placement (fixed seed).

    Raises
    ------
    ModelError
        If the arena would be absurdly large.
    """
    buffers, of_tensor, within = _buffers(graph, steps, aliases)
    of_scratch = _scratch(steps)
    everything = [*buffers, *{id(buffer): buffer for buffer in of_scratch.values()}.values()]
    state = _place_state(graph, of_tensor)
    movable = [buffer for buffer in everything if buffer not in state]
    shared = _shared(graph, steps, of_tensor, within)
    for overlap in overlaps:
        source, result = of_tensor[overlap.source], of_tensor[overlap.result]
        if not any(graph.tensors[name].is_variable for name in source.tensors) and _takes_over(steps, source, result):
            shared[id(source), id(result)] = overlap.distance + within[overlap.result] - within[overlap.source]
    best = _search(movable, shared, tries)
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
    return Plan(steps, everything, of_tensor, of_scratch, arena, state_bytes, within)


def _scratch(steps: list[Step]) -> dict[int, Buffer]:
    """Scratch of each step; one for all steps of a group."""
    of_scratch: dict[int, Buffer] = {}
    of_group: dict[int, Buffer] = {}
    for i, step in enumerate(steps):
        if not step.kernel.scratch:
            continue
        size = aligned(step.kernel.scratch)
        buffer = of_group.get(step.group) if step.group is not None else None
        if buffer is None:
            buffer = Buffer([], size, i, i, f"scratch of {step.name}", scratch=True)
            if step.group is not None:
                of_group[step.group] = buffer
        buffer.bytes, buffer.last = max(buffer.bytes, size), i
        of_scratch[i] = buffer
    return of_scratch


def _takes_over(steps: list[Step], source: Buffer, result: Buffer) -> bool:
    """Whether the source is not read by anybody but the group of steps that makes the result."""
    groups = {steps[i].group for i in (source.last, result.first) if 0 <= i < len(steps)}
    return source.last < len(steps) and len(groups) == 1 and None not in groups


def _buffers(
    graph: Graph, steps: list[Step], aliases: list[Alias]
) -> tuple[list[Buffer], dict[int, Buffer], dict[int, int]]:
    end = len(steps)
    within: dict[int, int] = {}
    of_tensor: dict[int, Buffer] = {}
    root = {alias.result: alias.source for alias in aliases}
    shift = {alias.result: alias.offset for alias in aliases}

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
        total = 0
        for name in reversed(names):
            total += shift.get(name, 0)
            if name not in of_tensor:
                of_tensor[name] = buffer
                buffer.tensors.append(name)
                within[name] = total
        buffer.first, buffer.last = min(buffer.first, time), max(buffer.last, time)

    for tensor in graph.inputs:
        buffer_of(tensor, -1)
    for i, step in enumerate(steps):
        for tensor in (*step.kernel.inputs, *step.kernel.outputs):
            buffer_of(tensor, i)
    for tensor in graph.outputs:
        buffer_of(tensor, end)
    unique = {id(buffer): buffer for buffer in of_tensor.values()}
    return list(unique.values()), of_tensor, within


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


def _shared(
    graph: Graph, steps: list[Step], of_tensor: dict[int, Buffer], within: dict[int, int]
) -> dict[tuple[int, int], int | None]:
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
            # distances hold for tensors, which may begin inside their buffers
            inside = within[step.kernel.outputs[0]] - within[tensor]
            if distance is None and inside:
                continue
            wanted = None if distance is None else distance + inside
            known = shared.get(key, wanted)
            shared[key] = None if wanted is None or known is None else max(wanted, known)
    return shared


def _search(buffers: list[Buffer], shared: dict[tuple[int, int], int | None], tries: int) -> list[int]:
    """Offsets by first fit, over several orders; the smallest peak wins."""
    count = len(buffers)
    by_size = sorted(range(count), key=lambda i: (-buffers[i].bytes, buffers[i].first))
    by_time = sorted(range(count), key=lambda i: (buffers[i].first, -buffers[i].bytes))
    orders = [by_size, by_time, by_time[::-1]]
    chance = random.Random(1)
    floor = _lower_bound(buffers, shared)
    best: list[int] = []
    best_peak = -1
    for attempt in range(tries if count <= 200 else min(tries, 3)):
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
