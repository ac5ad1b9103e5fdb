"""Runs a compiled model on this computer: the same C, built by the host's compiler."""

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import ConfigError, ModelError, ToolError
from ..paths import cache_dir
from .build import CompiledModel, kernel_files, translate
from .ir import DTYPES, Tensor
from .reader import read_bytes

_FLAGS = ("-std=c99", "-O2", "-fPIC", "-shared", "-ffp-contract=off", "-fwrapv")
_BATCH_SOURCE = """
#include <stdint.h>
#include <string.h>
#include "motekit/nn.h"
/* n inferences of a model with one input and one output */
mk_status mk_host_batch(const mk_nn_model *model, uint8_t *arena, const uint8_t *in, uint8_t *out, uint32_t n)
{
    const uint32_t in_bytes = model->input[0].bytes, out_bytes = model->output[0].bytes;
    for (uint32_t i = 0; i < n; i++) {
        memcpy(arena + model->input[0].offset, in + (uint64_t)i * in_bytes, in_bytes);
        const mk_status status = model->invoke(arena);
        if (status != MK_OK)
            return status;
        memcpy(out + (uint64_t)i * out_bytes, arena + model->output[0].offset, out_bytes);
    }
    return MK_OK;
}
"""


@dataclass(frozen=True)
class TensorInfo:
    """An input or output: numpy dtype name, shape, and scale and zero point (0 and 0 if not quantized)."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    scale: float
    zero_point: int

    @property
    def bytes(self) -> int:
        """Size in the arena."""
        return int(np.prod(self.shape, dtype=np.int64)) * DTYPES[self.dtype].itemsize


def tensor_info(tensor: Tensor) -> TensorInfo:
    """The public view of a graph's tensor."""
    quantized = tensor.quantization
    scale = float(tensor.scale) if quantized is not None else 0.0
    return TensorInfo(tensor.name, tensor.dtype, tensor.shape, scale, tensor.zero_point if quantized else 0)


class TensorStruct(ctypes.Structure):
    """The core's `mk_tensor_info`."""

    _fields_ = (
        ("name", ctypes.c_char_p), ("dtype", ctypes.c_int), ("rank", ctypes.c_uint8),
        ("dims", ctypes.POINTER(ctypes.c_int32)), ("scale", ctypes.c_float), ("zero_point", ctypes.c_int32),
        ("bytes", ctypes.c_uint32), ("offset", ctypes.c_uint32),
    )  # fmt: skip


_CALL = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


class ModelStruct(ctypes.Structure):
    """The core's `mk_nn_model`."""

    _fields_ = (
        ("schema", ctypes.c_uint32), ("name", ctypes.c_char_p), ("feature_hash", ctypes.c_uint64),
        ("arena_bytes", ctypes.c_uint32), ("inputs", ctypes.c_uint8), ("outputs", ctypes.c_uint8),
        ("input", ctypes.POINTER(TensorStruct)), ("output", ctypes.POINTER(TensorStruct)),
        ("labels", ctypes.POINTER(ctypes.c_char_p)), ("label_count", ctypes.c_uint16),
        ("init", _CALL), ("invoke", _CALL), ("state_bytes", ctypes.c_uint32),
    )  # fmt: skip


def host_compiler() -> str:
    """The host's C compiler: $CC, cc, gcc or clang.

    Raises
    ------
    ToolError
        If there is none.
    """
    for name in filter(None, (os.environ.get("CC"), "cc", "gcc", "clang")):
        if path := shutil.which(name):
            return path
    raise ToolError("no C compiler found (cc, gcc, clang). Install one: apt-get install gcc.")


def build_library(compiled: CompiledModel, extra_flags: Sequence[str] = ()) -> Path:
    """Compile a model into a shared library, or find it in the cache.

    The cache key is everything that goes in: generated code, kernels, flags and compiler.
    """
    compiler = host_compiler()
    files = {
        f"{compiled.name}_model.h": compiled.code.header,
        f"{compiled.name}_model.c": compiled.code.source,
        "mk_host_batch.c": _BATCH_SOURCE,
        **kernel_files(compiled.code),
    }
    digest = hashlib.sha256(repr((compiler, _compiler_version(compiler), _FLAGS, tuple(extra_flags))).encode())
    for name in sorted(files):
        digest.update(f"{name}\0{files[name]}\0".encode())
    folder = cache_dir() / "host"
    folder.mkdir(parents=True, exist_ok=True)
    library = folder / f"{compiled.name}-{digest.hexdigest()[:24]}.so"
    if library.is_file():
        return library
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        for name, text in files.items():
            path = Path(scratch) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        sources = sorted(name for name in files if name.endswith(".c"))
        command = [compiler, *_FLAGS, *extra_flags, "-I.", "-o", "model.so", *sources]
        result = subprocess.run(command, cwd=scratch, capture_output=True, text=True, timeout=300, check=False)
        if result.returncode:
            problem = next((line for line in result.stderr.splitlines() if "error" in line), "it gave no reason")
            raise ToolError(f"{Path(compiler).name} failed on the compiled model: {problem}. Check the compiler.")
        (Path(scratch) / "model.so").replace(library)
    return library


_VERSIONS: dict[str, str] = {}


def _compiler_version(compiler: str) -> str:
    if compiler not in _VERSIONS:
        result = subprocess.run([compiler, "--version"], capture_output=True, text=True, timeout=60, check=False)
        _VERSIONS[compiler] = result.stdout
    return _VERSIONS[compiler]


class HostModel:
    """A compiled model, ready to be called.

    Parameters
    ----------
    model : bytes or path
        A .tflite file.
    name : str
        Name in the generated C.
    feature_hash, labels, target, optimise
        As in `compile_model` and `translate`.

    Attributes
    ----------
    inputs, outputs : list of TensorInfo
    arena_bytes : int
    address : int
        Of the `mk_nn_model` structure, for calls from C. Valid while this object lives.

    Raises
    ------
    ModelError
        If the model cannot be compiled.
    ToolError
        If the host has no C compiler.
    """

    def __init__(
        self,
        model: bytes | str | Path,
        *,
        name: str = "model",
        feature_hash: int = 0,
        labels: Sequence[str] = (),
        target: str = "generic",
        optimise: bool = True,
    ) -> None:
        self.compiled = translate(
            read_bytes(model),
            name=name,
            feature_hash=feature_hash,
            labels=labels,
            target=target,
            optimise=optimise,
        )
        self.inputs = [tensor_info(tensor) for tensor in self.compiled.inputs]
        self.outputs = [tensor_info(tensor) for tensor in self.compiled.outputs]
        self.arena_bytes = self.compiled.arena_bytes
        self._library = ctypes.CDLL(str(build_library(self.compiled)))
        self._model = ModelStruct.in_dll(self._library, f"mk_model_{name}")
        self.address = ctypes.addressof(self._model)
        self._batch = self._library.mk_host_batch
        self._batch.argtypes = [ctypes.c_void_p] * 4 + [ctypes.c_uint32]
        self._memory = np.zeros(self.arena_bytes + 16, np.uint8)
        start = -self._memory.ctypes.data % 16
        self._arena = self._memory[start : start + self.arena_bytes]
        self.reset()

    def reset(self) -> None:
        """Set the model's state (resource variables) to its initial values."""
        self._model.init(self._arena.ctypes.data)

    def invoke(self, values: Sequence[np.ndarray]) -> list[np.ndarray]:
        """One inference.

        Parameters
        ----------
        values : sequence of arrays
            One for each input, stored values of its dtype and shape (a missing batch axis of 1 is added).

        Returns
        -------
        list of arrays
            One for each output.
        """
        if len(values) != len(self.inputs):
            raise ConfigError(f"{len(values)} arrays for {len(self.inputs)} inputs. Give one for each.")
        for i, (info, value) in enumerate(zip(self.inputs, values, strict=True)):
            stored = checked(info, value)
            offset = self._model.input[i].offset
            self._arena[offset : offset + info.bytes] = np.frombuffer(stored.tobytes(), np.uint8)
        if self._model.invoke(self._arena.ctypes.data) != 0:
            raise ModelError("the compiled model refused its arena. Report this with the model.")
        results = []
        for i, info in enumerate(self.outputs):
            offset = self._model.output[i].offset
            raw = self._arena[offset : offset + info.bytes].tobytes()
            results.append(np.frombuffer(raw, DTYPES[info.dtype]).reshape(info.shape).copy())
        return results

    def predict(self, batch: np.ndarray) -> np.ndarray:
        """Many inferences of a model with one input and one output.

        Parameters
        ----------
        batch : array [n, ...]
            n inputs; each has the input's elements, with or without its batch axis of 1.

        Returns
        -------
        array [n, ...]
            The outputs, without their batch axis of 1.
        """
        if len(self.inputs) != 1 or len(self.outputs) != 1:
            raise ConfigError("predict is for models with one input and one output. Use invoke.")
        source, result = self.inputs[0], self.outputs[0]
        stored = np.ascontiguousarray(checked_batch(source, batch))
        shape = result.shape[1:] if result.shape[:1] == (1,) else result.shape
        out = np.empty((len(stored), *shape), DTYPES[result.dtype])
        status = self._batch(self.address, self._arena.ctypes.data, stored.ctypes.data, out.ctypes.data, len(stored))
        if status != 0:
            raise ModelError("the compiled model refused its arena. Report this with the model.")
        return out


def checked(info: TensorInfo, value: np.ndarray) -> np.ndarray:
    """The array, if its type and number of elements are the tensor's."""
    array = np.asarray(value)
    if array.dtype != DTYPES[info.dtype] or array.size != int(np.prod(info.shape, dtype=np.int64)):
        raise ConfigError(
            f"input {info.name!r} is {info.dtype}{list(info.shape)}, got {array.dtype}{list(array.shape)}. "
            "Quantize and reshape the values first."
        )
    return np.ascontiguousarray(array).reshape(info.shape)


def checked_batch(info: TensorInfo, batch: np.ndarray) -> np.ndarray:
    """n inputs as [n, elements], if type and sizes fit."""
    array = np.asarray(batch)
    size = int(np.prod(info.shape, dtype=np.int64))
    if array.dtype != DTYPES[info.dtype] or array.ndim == 0 or array.size != len(array) * size:
        raise ConfigError(
            f"input {info.name!r} is {info.dtype}{list(info.shape)}, got a batch {array.dtype}{list(array.shape)}. "
            "Quantize and reshape the values first."
        )
    return array.reshape(len(array), size)
