"""From a .tflite model to C: read, simplify, choose kernels, plan, write."""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ConfigError, MotekitError
from ..files import write_if_changed, write_text
from ..paths import core_dir
from . import simplify
from .emit import Code, emit
from .fold import Item, fold, listed_steps
from .ir import Graph, Tensor
from .kernels import Array, Kernel, Target
from .ops import Alias, lower
from .plan import Overlap, Plan, Step, make_plan
from .reader import read_bytes, read_tflite
from .strips import WORTHWHILE_BYTES, Strips, candidates, chains, cut

#: cuts of a chain that are planned in full, and orders of placement compared for each
_STRIPS_TRIED, _STRIPS_TRIES = 16, 40
_STRIP_COST = 150


@dataclass(frozen=True)
class CompiledModel:
    """What came out: texts, plan and the files that hold them (if they were written)."""

    name: str
    graph: Graph
    plan: Plan
    items: list[Item]
    code: Code
    files: tuple[Path, ...] = ()

    @property
    def arena_bytes(self) -> int:
        """Size of the arena, state included."""
        return self.plan.arena_bytes

    @property
    def steps(self) -> list[Step]:
        """Kernel calls in the order of the code; their number is the argument of MK_NN_STEP."""
        return listed_steps(self.plan, self.items)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference, after simplification."""
        return sum(step.kernel.macs for step in self.plan.steps)

    @property
    def inputs(self) -> list[Tensor]:
        """Input tensors."""
        return [self.graph.tensors[number] for number in self.graph.inputs]

    @property
    def outputs(self) -> list[Tensor]:
        """Output tensors."""
        return [self.graph.tensors[number] for number in self.graph.outputs]


@dataclass
class _Lowered:
    """Kernel calls of a graph, and what the planner must know besides."""

    steps: list[Step]
    aliases: list[Alias]
    overlaps: list[Overlap]


def lower_graph(graph: Graph, target: Target, cuts: Sequence[Strips] = ()) -> _Lowered:
    """Choose a kernel for every node; strips take the place of the chains they were cut from."""
    lowered = _Lowered([], [], [])
    starts = {strips.chain.start: strips for strips in cuts}
    skipped = {strips.chain.start + i for strips in cuts for i in range(len(strips.chain.ops))}
    for position, node in enumerate(graph.nodes):
        if position in starts:
            strips = starts[position]
            lowered.steps += strips.steps
            lowered.aliases += strips.aliases
            lowered.overlaps += [strips.overlap] if strips.overlap is not None else []
        if position in skipped:
            continue
        parts = lower(graph, node, target)
        for part in parts if isinstance(parts, list) else [parts]:
            if isinstance(part, Kernel):
                lowered.steps.append(Step(node.op, graph.tensors[part.outputs[-1]].name, part))
            else:
                lowered.aliases.append(part)
    if target.name == "avr":
        lowered.steps = [part for step in lowered.steps for part in _loaded(graph, step)]
    return lowered


def _load(graph: Graph, number: int) -> Kernel:
    """What writes a constant into the arena; its output is a new tensor."""
    tensor = graph.tensors[number]
    stored = np.ascontiguousarray(tensor.data).view(np.int8).ravel()
    return Kernel(
        "mk_load", "motekit/nn_data.h", ("load.c",), (), (graph.add(replace(tensor, data=None)),),
        extra=(Array("int8_t", stored, kind="weights"), stored.size),
    )  # fmt: skip


def _loaded(graph: Graph, step: Step) -> list[Step]:
    """A step, and before it what brings its constant operands out of a flash that kernels cannot point to."""
    loads = {
        number: _load(graph, number) for number in step.kernel.inputs if graph.tensors[number].data is not None
    }  # fmt: skip
    inputs = tuple(loads[number].outputs[0] if number in loads else number for number in step.kernel.inputs)
    steps = [replace(step, op="LOAD", name=graph.tensors[number].name, kernel=part) for number, part in loads.items()]
    return [*steps, replace(step, kernel=replace(step.kernel, inputs=inputs))]


def _materialise_constants(graph: Graph, lowered: _Lowered) -> None:
    """A constant output still has to lie in the arena."""
    for i, number in enumerate(graph.outputs):
        if graph.tensors[number].data is not None:
            kernel = _load(graph, number)
            lowered.steps.append(Step("LOAD", graph.tensors[number].name, kernel))
            graph.outputs[i] = kernel.outputs[0]


def _lower_and_plan(graph: Graph, target: Target, *, optimise: bool) -> Plan:
    """Kernels and memory; chains of convolutions are cut into strips where that saves a tenth of the arena."""
    lowered = lower_graph(graph, target)
    _materialise_constants(graph, lowered)
    plan = make_plan(graph, lowered.steps, lowered.aliases)
    if not optimise or plan.arena_bytes < WORTHWHILE_BYTES:
        return plan
    limit = plan.arena_bytes * 9 // 10
    best: tuple[int, Plan] | None = None
    for chain in chains(graph):
        for estimate, prefix, rows in candidates(chain)[:_STRIPS_TRIED]:
            if estimate > limit:
                break
            cuts = lower_graph(graph, target, [cut(graph, prefix, rows, target)])
            other = make_plan(graph, cuts.steps, cuts.aliases, cuts.overlaps, tries=_STRIPS_TRIES)
            # moving rows and starting kernels costs time: a few hundred bytes are not worth many more strips
            cost = other.arena_bytes + _STRIP_COST * (prefix.ops[-1].out_shape[0] // rows)
            if other.arena_bytes <= limit and (best is None or cost < best[0]):
                best = (cost, other)
    if best is not None:
        plan = best[1]
    return plan


def translate(
    model: bytes | str | Path,
    *,
    name: str,
    feature_hash: int = 0,
    labels: Sequence[str] = (),
    target: str | Target = "generic",
    optimise: bool = True,
) -> CompiledModel:
    """Compile a model in memory.

    Parameters
    ----------
    model : bytes or path
        A .tflite file.
    name : str
        Part of C names: letters, digits, underscores.
    feature_hash : int
        64-bit hash of the feature configuration, 0 for none.
    labels : sequence of str
        Class names; if given, as many as the first output has elements.
    target : str or Target
        Core the weights are arranged for: generic, dsp, mve, m0 or avr. All run everywhere.
    optimise : bool
        False keeps the graph as it is in the file, for comparing layer by layer.

    Returns
    -------
    CompiledModel

    Raises
    ------
    ModelError
        If the file is damaged or uses what motekit does not support.
    """
    data = read_bytes(model)
    graph = read_tflite(data)
    if not 0 <= feature_hash < 2**64:
        raise ConfigError(f"feature hash {feature_hash:#x} is not a 64-bit number. Take it from the app's features.")
    if labels and len(labels) != graph.tensors[graph.outputs[0]].elements:
        raise ConfigError(
            f"{len(labels)} labels for {graph.tensors[graph.outputs[0]].elements} scores. "
            "Give one label for each output of the model."
        )
    chosen = Target(target) if isinstance(target, str) else target
    graph = simplify.simplify(graph, chosen, optimise=optimise)
    plan = _lower_and_plan(graph, chosen, optimise=optimise)
    provenance = f"From a .tflite of {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}."
    items = fold(plan)
    code = emit(
        graph, plan, items, name=name, feature_hash=feature_hash, labels=tuple(labels), provenance=provenance
    )  # fmt: skip
    return CompiledModel(name, graph, plan, items, code)


def compile_model(
    model: bytes | str | Path,
    out_dir: str | Path,
    *,
    name: str,
    feature_hash: int = 0,
    labels: Sequence[str] = (),
    target: str | Target = "generic",
    standalone: bool = False,
) -> CompiledModel:
    """Compile a model to C files; see `translate` for the parameters.

    Parameters
    ----------
    out_dir : path
        Receives <name>_model.h and <name>_model.c. Files whose content did not change are not touched.
    standalone : bool
        Copy the kernels it uses beside it, so that the folder compiles alone with
        `cc -std=c99 -I. *.c`.

    Raises
    ------
    ModelError
        If the model cannot be compiled; nothing is written then.
    MotekitError
        If a file cannot be written.
    """
    compiled = translate(model, name=name, feature_hash=feature_hash, labels=labels, target=target)
    out = Path(out_dir)
    texts = {f"{name}_model.h": compiled.code.header, f"{name}_model.c": compiled.code.source}
    if standalone:
        texts.update(kernel_files(compiled.code))
    for file, text in texts.items():
        write_if_changed(out / file, text)
    return CompiledModel(
        name, compiled.graph, compiled.plan, compiled.items, compiled.code, tuple(out / file for file in texts)
    )


def kernel_files(code: Code) -> dict[str, str]:
    """Sources and headers a compiled model needs beside it: relative path -> text."""
    core = core_dir()
    texts: dict[str, str] = {}
    pending = [(core / "src" / "nn" / source, source) for source in code.sources]
    pending += [(core / "include" / header, header) for header in code.headers]
    while pending:
        path, relative = pending.pop()
        if relative in texts:
            continue
        try:
            texts[relative] = path.read_text()
        except OSError as error:
            raise MotekitError(f"the installation lacks {path.name}. Install motekit again.") from error
        for line in texts[relative].splitlines():
            if line.startswith('#include "'):
                included = line.split('"')[1]
                in_core = included.startswith("motekit/")
                base = core / "include" if in_core else path.parent
                nested = included if in_core else os.path.join(os.path.dirname(relative), included)
                pending.append((base / included, nested))
    return texts


def kernel_paths(code: Code) -> list[Path]:
    """The kernel sources in the core, for a build that takes them from there."""
    return [core_dir() / "src" / "nn" / source for source in code.sources]


def compile_to_dir(
    model: str | Path,
    out_dir: str | Path,
    *,
    name: str | None = None,
    target: str = "generic",
    plan_svg: str | Path | None = None,
) -> dict[str, Any]:
    """What `motekit compile` does: a folder of C99 that compiles alone.

    Parameters
    ----------
    model : path
        A .tflite file.
    out_dir : path
        Receives the model and the kernels it uses.
    name : str, optional
        Part of C names; made from the file's name unless given.
    target : str
        Core the weights are arranged for.
    plan_svg : path, optional
        Where to draw the memory plan.

    Returns
    -------
    dict
        name, target, out, files, arena and state in bytes, macs (the file's) and macs_left (after
        simplification), constants by kind in bytes, operators, and plan_text.
    """
    from .draw import plan_svg as draw
    from .draw import plan_text

    chosen = name or _c_name(Path(model).stem)
    data = read_bytes(model)
    compiled = compile_model(data, out_dir, name=chosen, target=target, standalone=True)
    if plan_svg is not None:
        write_text(plan_svg, draw(compiled.plan, chosen))
    return {
        "name": chosen,
        "target": target,
        "out": str(out_dir),
        "files": [str(path.relative_to(out_dir)) for path in compiled.files],
        "arena": compiled.arena_bytes,
        "state": compiled.plan.state_bytes,
        "macs": translate(data, name=chosen, optimise=False).macs,
        "macs_left": compiled.macs,
        "constants": dict(compiled.code.constants),
        "operators": sorted({step.op for step in compiled.steps}),
        "plan_text": plan_text(compiled.plan, compiled.items),
    }


def _c_name(stem: str) -> str:
    """A C name made from a file's."""
    text = re.sub(r"[^A-Za-z0-9_]+", "_", stem).strip("_")[:60]
    return text if text[:1].isalpha() else f"model_{text}".rstrip("_")
