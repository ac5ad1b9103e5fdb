"""Float .tflite models run by TensorFlow Lite's own kernels: no delegate, one thread, the same numbers every time."""

import warnings

import numpy as np

from ..errors import ModelError


class Floats:
    """A float .tflite with one input and one output.

    Parameters
    ----------
    model : bytes
    keep_tensors : bool
        Keep every intermediate tensor, so that `tensor` can show it.

    Raises
    ------
    ModelError
        If TensorFlow Lite cannot run the model.
    """

    def __init__(self, model: bytes, *, keep_tensors: bool = False) -> None:
        import tensorflow as tf

        with warnings.catch_warnings():
            # that another package will have it one day is no news to a user
            warnings.simplefilter("ignore")
            try:
                self._interpreter = tf.lite.Interpreter(
                    model_content=model,
                    experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
                    experimental_preserve_all_tensors=keep_tensors,
                    num_threads=1,
                )
                self._interpreter.allocate_tensors()
            except (RuntimeError, ValueError) as error:
                reason = str(error).splitlines()[0][:160]
                raise ModelError(f"TensorFlow Lite cannot run the float model ({reason}). Convert it again.") from error
        self._input = self._interpreter.get_input_details()[0]
        self._output = self._interpreter.get_output_details()[0]

    def invoke(self, values: np.ndarray) -> np.ndarray:
        """Output of one input, without its batch axis of 1; the input's may be left out too."""
        given = np.ascontiguousarray(values, np.float32).reshape(self._input["shape"])
        self._interpreter.set_tensor(self._input["index"], given)
        self._interpreter.invoke()
        return without_batch(self._interpreter.get_tensor(self._output["index"]))

    def predict(self, batch: np.ndarray) -> np.ndarray:
        """Outputs [n, ...] of inputs [n, ...], without their batch axes of 1."""
        return np.stack([self.invoke(values) for values in batch])

    def tensor(self, number: int) -> np.ndarray:
        """An intermediate tensor of the last inference, by its number in the file (with `keep_tensors`)."""
        return self._interpreter.get_tensor(number)


def without_batch(values: np.ndarray) -> np.ndarray:
    """An input's or output's values without their batch axis, if that is 1."""
    return values[0] if values.shape[:1] == (1,) else values
