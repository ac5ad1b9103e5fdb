"""A network in `tflite-micro`, behind the structure that the C core calls a network by."""

import contextlib
import ctypes
import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ..compiler.host import DTYPES, ModelStruct, TensorInfo, TensorStruct
from ..compiler.reader import read_bytes
from ..errors import ModelError
from ..oracle import Tflm

_ALIGN = 16
_CALL = dict(ModelStruct._fields_)["invoke"]
_FAILED = 3  # MK_ERR_STATE
_CODES = {"int8": 0, "int16": 1, "int32": 2, "float32": 3, "bool": 4}


class TflmModel:
    """A model that TensorFlow Lite Micro runs; takes the place of `motekit.compiler.HostModel`.

    Parameters
    ----------
    model : bytes or path
        A .tflite file; operators that motekit's own compiler lacks are welcome.

    Attributes
    ----------
    inputs, outputs : list of TensorInfo
    arena_bytes : int
        Room for inputs and outputs alone: the interpreter's own arena is not the caller's.
    address : int
        Of an `mk_nn_model`, for calls from C. Valid while this object lives.

    Raises
    ------
    ModelError
        If the file is damaged or TensorFlow Lite Micro cannot run it.
    """

    def __init__(self, model: bytes | str | Path) -> None:
        self._tflm = Tflm(model)
        self.inputs, self.outputs = self._tflm.inputs, self._tflm.outputs
        self._offsets, self.arena_bytes = offsets(self.inputs, self.outputs)
        self._tensors = (TensorStruct * len(self._offsets))()
        for held, info, offset in zip(self._tensors, [*self.inputs, *self.outputs], self._offsets, strict=True):
            held.name, held.dtype, held.rank = info.name.encode(), _CODES[info.dtype], len(info.shape)
            held.dims = (ctypes.c_int32 * len(info.shape))(*info.shape)
            held.scale, held.zero_point = info.scale, info.zero_point
            held.bytes, held.offset = info.bytes, offset
        self._calls = (_CALL(self._init), _CALL(self._invoke))
        self._problem: Exception | None = None
        self._model = ModelStruct(
            schema=1, name=b"tflm", arena_bytes=self.arena_bytes, inputs=len(self.inputs), outputs=len(self.outputs),
            init=self._calls[0], invoke=self._calls[1],
        )  # fmt: skip
        self._model.input = ctypes.cast(self._tensors, ctypes.POINTER(TensorStruct))
        rest = ctypes.byref(self._tensors, len(self.inputs) * ctypes.sizeof(TensorStruct))
        self._model.output = ctypes.cast(rest, ctypes.POINTER(TensorStruct))
        self.address = ctypes.addressof(self._model)

    def reset(self) -> None:
        """Set the model's variables to their initial values."""
        self._tflm.reset()

    def invoke(self, values: Sequence[np.ndarray]) -> list[np.ndarray]:
        """One inference; see `HostModel.invoke`."""
        return self._tflm.invoke(values)

    def predict(self, batch: np.ndarray) -> np.ndarray:
        """Many inferences; see `HostModel.predict`."""
        return self._tflm.predict(batch)

    def _init(self, arena: int) -> int:
        self._tflm.reset()
        return 0 if arena else 1

    def _invoke(self, arena: int) -> int:
        """What C calls: the interpreter between the caller's inputs and outputs."""
        count = len(self.inputs)
        try:
            given = [
                np.frombuffer(ctypes.string_at(arena + at, info.bytes), DTYPES[info.dtype]).reshape(info.shape)
                for info, at in zip(self.inputs, self._offsets[:count], strict=True)
            ]
            for at, values in zip(self._offsets[count:], self._tflm.invoke(given), strict=True):
                ctypes.memmove(arena + at, np.ascontiguousarray(values).tobytes(), values.nbytes)
        except Exception as error:
            self._problem = error
            return _FAILED
        return 0


def offsets(inputs: Sequence[TensorInfo], outputs: Sequence[TensorInfo]) -> tuple[list[int], int]:
    """Where each tensor lies in the caller's memory, and how long that is.

    Between two inferences the caller's features, of twice an input's bits, may lie there.
    """
    at, found = 0, []
    for info in (*inputs, *outputs):
        found.append(at)
        at += (info.bytes + _ALIGN - 1) // _ALIGN * _ALIGN
    return found, max(at, 2 * sum(info.bytes for info in inputs))


def arena_bytes(model: bytes | str | Path) -> int:
    """The smallest arena, to 256 bytes, that the interpreter of this computer is content with.

    A 32-bit board has smaller pointers: it needs no more, but for scratch of kernels that only its library has.

    Raises
    ------
    ModelError
        If TensorFlow Lite Micro cannot run the model.
    """
    from tflite_micro.python.tflite_micro import runtime

    data = read_bytes(model)
    Tflm(data)
    step = 256
    low, high = 0, (1 << 20) + 12 * len(data)
    with _quiet():
        while high - low > step:
            middle = (low + high) // 2 // step * step or step
            try:
                runtime.Interpreter.from_bytes(data, arena_size=middle).invoke()
                high = middle
            except (RuntimeError, ValueError):
                low = middle
            if middle == step and high == step:
                break
    if high >= (1 << 20) + 12 * len(data):
        raise ModelError("TensorFlow Lite Micro needs more memory for this model than any microcontroller has.")
    return (high + step - 1) // step * step


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The interpreter says on the process's standard error what it lacks."""
    kept = os.dup(2)
    with tempfile.TemporaryFile() as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
