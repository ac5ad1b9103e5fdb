"""The four rows of every report: float, TensorFlow Lite Micro, C on the host, C on the MCU."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .oracle import Tflm
from .pipeline import Pipeline


@dataclass(frozen=True)
class Row:
    """One runtime's scores beside TensorFlow Lite Micro's.

    Attributes
    ----------
    name : str
        "float", "tflm", "host" or a board.
    windows : int
        Windows scored.
    equal : bool or None
        Whether every byte equals TensorFlow Lite Micro's; None for the float network, which has other numbers.
    same_label : float
        Share of windows with the same most probable label.
    largest_difference : float
        Largest difference of a probability.
    """

    name: str
    windows: int
    equal: bool | None
    same_label: float
    largest_difference: float


class Runtimes:
    """The network of a pipeline in every runtime of this computer, over the same feature windows."""

    def __init__(self, pipeline: Pipeline):
        self.pipeline = pipeline

    @cached_property
    def _float(self) -> Tflm:
        return Tflm(self.pipeline.model.float)

    @cached_property
    def _tflm(self) -> Tflm:
        return Tflm(self.pipeline.model.int8)

    def float_probabilities(self, windows: np.ndarray) -> np.ndarray:
        """Feature windows int16[k, rows, width] to the float network's probabilities, float32[k, labels]."""
        tensor = self.pipeline.network.inputs[0]
        # the int8 input saturates; the float network was trained within the same range
        lowest, highest = ((limit - tensor.zero_point) * tensor.scale for limit in (-128, 127))
        given = np.clip(self.pipeline.quantizer.normalise(windows), lowest, highest).astype(np.float32)
        return self._float.predict(given.reshape(-1, *tensor.shape[1:])).reshape(len(windows), -1)

    def tflm_scores(self, windows: np.ndarray) -> np.ndarray:
        """Feature windows to the scores of the int8 network in TensorFlow Lite Micro, int8[k, labels]."""
        return self._tflm.predict(self.pipeline.tensors(windows)).reshape(len(windows), -1)

    def host_scores(self, windows: np.ndarray) -> np.ndarray:
        """Feature windows to the scores of the compiled network on this computer, int8[k, labels]."""
        return self.pipeline.network.predict(self.pipeline.tensors(windows)).reshape(len(windows), -1)


def probabilities(scores: np.ndarray) -> np.ndarray:
    """Int8 softmax scores (scale 1/256, zero point -128) as probabilities."""
    return (scores.astype(np.float64) + 128) / 256


def rows(runtimes: Runtimes, windows: np.ndarray, boards: dict[str, np.ndarray]) -> list[Row]:
    """Compare every runtime, and the scores that boards gave for the same windows, with the oracle.

    Parameters
    ----------
    windows : int16[k, rows, width]
        Feature windows.
    boards : dict of int8[k, labels]
        Scores by board.
    """
    oracle = runtimes.tflm_scores(windows)
    reference = probabilities(oracle)
    found = [_row("float", None, runtimes.float_probabilities(windows), reference)]
    for name, scores in {"tflm": oracle, "host": runtimes.host_scores(windows), **boards}.items():
        equal = scores.shape == oracle.shape and bool((scores == oracle).all())
        found.append(_row(name, equal, probabilities(scores), reference))
    return found


def _row(name: str, equal: bool | None, given: np.ndarray, reference: np.ndarray) -> Row:
    if given.shape != reference.shape:
        # a board that lost windows: nothing to compare window by window
        return Row(name, len(given), False, 0.0, 1.0)
    if not len(given):
        return Row(name, 0, equal, 1.0, 0.0)
    same = float((given.argmax(axis=1) == reference.argmax(axis=1)).mean())
    return Row(name, len(given), equal, same, float(np.abs(given - reference).max()))
