"""Builds many compiled models into one program under the address and undefined-behaviour sanitizers, and runs it."""

import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from motekit.batch import unique_source
from motekit.compiler.build import CompiledModel, kernel_files
from motekit.compiler.host import host_compiler
from motekit.compiler.ir import DTYPES

FLAGS = (
    "-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-O1", "-fno-omit-frame-pointer",
    "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
)  # fmt: skip
_MAIN = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "motekit/nn.h"
%(declarations)s
static const mk_nn_model *const models[] = {%(names)s};
static const unsigned trials[] = {%(trials)s};

int main(void)
{
    for (unsigned m = 0; m < sizeof models / sizeof *models; m++) {
        const mk_nn_model *model = models[m];
        /* exactly the arena, and nothing in it that a kernel could count on */
        unsigned char *arena = aligned_alloc(MK_ARENA_ALIGN, model->arena_bytes);
        if (!arena)
            return 2;
        memset(arena, 0xA5, model->arena_bytes);
        if (model->init(arena) != MK_OK)
            return 3;
        for (unsigned t = 0; t < trials[m]; t++) {
            for (unsigned i = 0; i < model->inputs; i++)
                if (fread(arena + model->input[i].offset, 1, model->input[i].bytes, stdin) != model->input[i].bytes)
                    return 4;
            if (model->invoke(arena) != MK_OK)
                return 5;
            for (unsigned i = 0; i < model->outputs; i++)
                fwrite(arena + model->output[i].offset, 1, model->output[i].bytes, stdout);
        }
        free(arena);
    }
    return 0;
}
"""

_MODELS_A_FILE = 16
#: kernels and headers, and which of them are compiled already: programs of one process share their objects
_KERNELS = tempfile.TemporaryDirectory(prefix="motekit-kernels-")
_compiled: set[str] = set()


class Program:
    """Many models, one executable.

    Parameters
    ----------
    folder : Path
        Scratch.
    models : list of CompiledModel
        With different names.
    """

    def __init__(self, folder: Path, models: list[CompiledModel], trials: list[int]) -> None:
        self.models = models
        self.trials = trials
        self.path = folder / "models"
        kernels: dict[str, str] = {}
        files: dict[str, str] = {}
        for model in models:
            kernels.update(kernel_files(model.code))
            files[f"{model.name}_model.h"] = model.code.header
        for i in range(0, len(models), _MODELS_A_FILE):
            files[f"models{i}.c"] = "\n".join(map(unique_source, models[i : i + _MODELS_A_FILE]))
        names = [f"mk_model_{model.name}" for model in models]
        files["main.c"] = _MAIN % {
            "declarations": "\n".join(f"extern const mk_nn_model {name};" for name in names),
            "names": ", ".join(f"&{name}" for name in names),
            "trials": ", ".join(map(str, trials)),
        }
        shared = Path(_KERNELS.name)
        for place, texts in ((folder, files), (shared, kernels)):
            for name, text in texts.items():
                path = place / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        sources = sorted(name for name in files if name.endswith(".c"))
        fresh = sorted(name for name in kernels if name.endswith(".c") and name not in _compiled)
        jobs = [(folder, [source]) for source in sources] + [
            (shared, fresh[i : i + 8]) for i in range(0, len(fresh), 8)
        ]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for problem in pool.map(lambda job: self._compile(*job), jobs):
                assert not problem, problem
        _compiled.update(fresh)
        objects = [name.removesuffix(".c") + ".o" for name in sources]
        objects += [str(shared / name.removesuffix(".c")) + ".o" for name in kernels if name.endswith(".c")]
        # aligned_alloc is C11; the models and kernels themselves are C99
        link = [host_compiler(), *FLAGS, "-o", str(self.path), *objects]
        result = subprocess.run(link, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
        assert result.returncode == 0, result.stderr[-2000:]

    @staticmethod
    def _compile(folder: Path, sources: list[str]) -> str:
        own = [flag if flag != "-std=c99" or "main.c" not in sources else "-std=c11" for flag in FLAGS]
        command = [host_compiler(), *own, "-I.", f"-I{_KERNELS.name}", "-c", *sources]
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
        return result.stderr[-2000:] if result.returncode else ""

    def run(self, inputs: list[list[list[np.ndarray]]]) -> list[list[list[np.ndarray]]]:
        """Outputs [model][trial][output] for inputs [model][trial][input]."""
        data = b"".join(np.ascontiguousarray(value).tobytes() for model in inputs for trial in model for value in trial)
        result = subprocess.run([str(self.path)], input=data, capture_output=True, timeout=600, check=False)
        assert result.returncode == 0, result.stderr.decode(errors="replace")[-3000:]
        place = 0
        outputs = []
        for model, trials in zip(self.models, self.trials, strict=True):
            per_trial = []
            for _ in range(trials):
                values = []
                for tensor in model.outputs:
                    raw = result.stdout[place : place + tensor.bytes]
                    values.append(np.frombuffer(raw, DTYPES[tensor.dtype]).reshape(tensor.shape))
                    place += tensor.bytes
                per_trial.append(values)
            outputs.append(per_trial)
        assert place == len(result.stdout)
        return outputs
