"""Runs many small models in one image on an emulated board, to compare every kernel's bits on every core."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .bench import bench_dir, board, emulate, link, random_inputs
from .compiler.build import CompiledModel, kernel_paths, translate
from .compiler.ir import DTYPES
from .errors import ConfigError

_MODELS_A_FILE = 40


@dataclass(frozen=True)
class BatchModel:
    """A model and the inferences to make with it: for each, one array for each input."""

    model: bytes
    trials: list[list[np.ndarray]]


def run_batch(
    models: Sequence[BatchModel], board_name: str, *, target: str | None = None
) -> list[list[list[np.ndarray]]]:
    """Compile models together, run them on an emulated board and return their outputs.

    Parameters
    ----------
    models : sequence of BatchModel
        All with the same number of trials. State is cleared before a model's first trial only.
    board_name : str
        One of `bench.BOARDS`.
    target : str, optional
        Arrangement of the weights, if not the board's own: every core runs every arrangement.

    Returns
    -------
    list
        For each model, for each trial, one array for each output.

    Raises
    ------
    ModelError
        If a model cannot be compiled.
    ToolError
        If the cross compiler or the emulator is missing or fails.
    """
    trials = {len(model.trials) for model in models}
    if len(trials) != 1:
        raise ConfigError("a batch needs models with one number of trials. Give each as many inputs.")
    target = target or board(board_name).target
    compiled = [translate(m.model, name=f"batch{i}", target=target) for i, m in enumerate(models)]
    with tempfile.TemporaryDirectory(prefix="motekit-batch-") as name:
        folder = Path(name)
        elf = _build(compiled, trials.pop(), board_name, folder)
        data = b"".join(np.ascontiguousarray(a).tobytes() for m in models for trial in m.trials for a in trial)
        (folder / "input.bin").write_bytes(data)
        emulate(elf, board(board_name))
        raw = (folder / "output.bin").read_bytes()
    return _split(compiled, models, raw)


def random_batch(models: Sequence[bytes], trials: int, seed: int = 1) -> list[BatchModel]:
    """Random inputs for each model."""
    return [
        BatchModel(model, random_inputs(translate(model, name="m"), trials, seed + i)) for i, model in enumerate(models)
    ]


def _build(compiled: Sequence[CompiledModel], trials: int, board_name: str, folder: Path) -> Path:
    sources = [bench_dir() / "batch.c"]
    table = ['#include "batch.h"\n']
    for start in range(0, len(compiled), _MODELS_A_FILE):
        texts = [unique_source(model) for model in compiled[start : start + _MODELS_A_FILE]]
        source = folder / f"models{start}.c"
        source.write_text("\n".join(texts))
        sources.append(source)
    for model in compiled:
        (folder / f"{model.name}_model.h").write_text(model.code.header)
        table.append(f"extern const mk_nn_model mk_model_{model.name};\n")
    rows = "".join(f"    &mk_model_{model.name},\n" for model in compiled)
    table.append(f"const mk_nn_model *const batch_models[] = {{\n{rows}}};\n")
    table.append(f"const uint32_t batch_count = {len(compiled)}, batch_trials = {trials};\n")
    (folder / "table.c").write_text("".join(table))
    kernels = sorted({path for model in compiled for path in kernel_paths(model.code)})
    arena = max(model.arena_bytes for model in compiled)
    return link(
        board(board_name),
        [*sources, folder / "table.c", *kernels],
        folder,
        [f"-DBATCH_ARENA={arena}", f"-I{bench_dir()}"],
    )


def unique_source(model: CompiledModel) -> str:
    """The model's source with its file-local names made unique, so that many fit in one file."""
    names = set(re.findall(r"^static (?:const )?[\w ]+?[ *](\w+)(?=[\[(]| =)", model.code.source, re.MULTILINE))
    pattern = re.compile(rf"(?<![.\w>])({'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})\b")
    text = pattern.sub(rf"{model.name}_\1", model.code.source)
    macros = set(re.findall(r"^ *#define (\w+)", text, re.MULTILINE))
    return text + "".join(f"#undef {macro}\n" for macro in sorted(macros))


def _split(compiled: Sequence[CompiledModel], models: Sequence[BatchModel], raw: bytes) -> list[list[list[np.ndarray]]]:
    results, offset = [], 0
    for one, model in zip(compiled, models, strict=True):
        trials = []
        for _ in model.trials:
            arrays = []
            for tensor in one.outputs:
                data = raw[offset : offset + tensor.bytes]
                arrays.append(np.frombuffer(data, DTYPES[tensor.dtype]).reshape(tensor.shape))
                offset += tensor.bytes
            trials.append(arrays)
        results.append(trials)
    return results
