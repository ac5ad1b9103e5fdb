"""TensorFlow Lite Micro as the reference: the interpreter that motekit's C must equal byte for byte."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .compiler.host import checked, checked_batch, tensor_info
from .compiler.reader import read_bytes, read_tflite
from .errors import ConfigError, ModelError


class Tflm:
    """A model in the `tflite-micro` package.

    Parameters
    ----------
    model : bytes or path
        A .tflite file; it is validated first, because the interpreter trusts it.
    keep_tensors : bool
        Keep every intermediate tensor, so that `tensor` can show it.

    Raises
    ------
    ModelError
        If the file is damaged or TensorFlow Lite Micro cannot run it.
    """

    def __init__(self, model: bytes | str | Path, *, keep_tensors: bool = False) -> None:
        from tflite_micro.python.tflite_micro import runtime

        data = read_bytes(model)
        graph = read_tflite(data)
        self.inputs = [tensor_info(graph.tensors[number]) for number in graph.inputs]
        self.outputs = [tensor_info(graph.tensors[number]) for number in graph.outputs]
        kinds = runtime.InterpreterConfig
        kind = kinds.kPreserveAllTensors if keep_tensors else kinds.kAllocationRecording
        arena = (1 << 20) + 12 * len(data) + 4 * sum(tensor.bytes for tensor in graph.tensors)
        try:
            self._interpreter = runtime.Interpreter.from_bytes(data, arena_size=arena, intrepreter_config=kind)
        except (RuntimeError, ValueError) as error:
            raise ModelError(
                f"TensorFlow Lite Micro cannot load the model ({error}). Use operators that it knows."
            ) from error

    def reset(self) -> None:
        """Set variables to their initial values."""
        self._interpreter.reset()

    def invoke(self, values: Sequence[np.ndarray]) -> list[np.ndarray]:
        """One inference; arrays as in `HostModel.invoke`."""
        if len(values) != len(self.inputs):
            raise ConfigError(f"{len(values)} arrays for {len(self.inputs)} inputs. Give one for each.")
        for i, (info, value) in enumerate(zip(self.inputs, values, strict=True)):
            self._interpreter.set_input(checked(info, value), i)
        self._run()
        return [np.array(self._interpreter.get_output(i)) for i in range(len(self.outputs))]

    def predict(self, batch: np.ndarray) -> np.ndarray:
        """Many inferences of a model with one input and one output; arrays as in `HostModel.predict`."""
        if len(self.inputs) != 1 or len(self.outputs) != 1:
            raise ConfigError("predict is for models with one input and one output. Use invoke.")
        stored = checked_batch(self.inputs[0], batch)
        shape = self.outputs[0].shape
        shape = shape[1:] if shape[:1] == (1,) else shape
        rows = []
        for row in stored:
            self._interpreter.set_input(np.ascontiguousarray(row.reshape(self.inputs[0].shape)), 0)
            self._run()
            rows.append(np.array(self._interpreter.get_output(0)).reshape(shape))
        return np.stack(rows) if rows else np.empty((0, *shape), self.outputs[0].dtype)

    def tensor(self, number: int) -> np.ndarray:
        """An intermediate tensor of the last inference, by its number in the file (with `keep_tensors`)."""
        return np.array(self._interpreter.GetTensor(number, 0)["tensor_data"])

    def _run(self) -> None:
        try:
            self._interpreter.invoke()
        except RuntimeError as error:
            raise ModelError(
                f"TensorFlow Lite Micro cannot run the model ({error}). Use operators that it knows."
            ) from error
