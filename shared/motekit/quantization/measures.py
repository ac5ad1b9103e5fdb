"""How far a quantized network's numbers are from the float one's."""

from typing import Any

import numpy as np


class Noise:
    """Signal-to-quantization-noise ratio over any number of arrays.

    10 log10(sum x^2 / sum (x - q)^2): 6.02 dB a bit (Widrow & Kollár, Quantization Noise, 2008).
    """

    def __init__(self) -> None:
        self.signal = self.noise = 0.0

    def add(self, exact: np.ndarray, given: np.ndarray) -> None:
        """Take one more pair of arrays into account."""
        exact = np.asarray(exact, np.float64).ravel()
        self.signal += float(exact @ exact)
        error = exact - np.asarray(given, np.float64).ravel()
        self.noise += float(error @ error)

    @property
    def db(self) -> float | None:
        """Ratio in dB; None where there is no noise, or no signal."""
        if self.noise == 0.0 or self.signal == 0.0:
            return None
        return float(10 * np.log10(self.signal / self.noise))


def sqnr_db(exact: np.ndarray, given: np.ndarray) -> float | None:
    """Signal-to-quantization-noise ratio of one pair of arrays, in dB; see `Noise`."""
    noise = Noise()
    noise.add(exact, given)
    return noise.db


def divergence(exact: np.ndarray, given: np.ndarray) -> float:
    """Mean Kullback-Leibler divergence of distributions [n, classes], in nats.

    Probabilities below 1/512, half a step of an int8 softmax, count as 1/512: int8 cannot tell them from 0.
    """
    p, q = (np.maximum(np.asarray(x, np.float64), 1 / 512) for x in (exact, given))
    p, q = p / p.sum(-1, keepdims=True), q / q.sum(-1, keepdims=True)
    return float((p * np.log(p / q)).sum(-1).mean())


def measure(
    exact: np.ndarray, given: np.ndarray, labels: np.ndarray | None, *, classes: bool, distribution: bool
) -> dict[str, Any]:
    """Figures of outputs [n, ...] beside the float network's.

    Returns
    -------
    dict
        "sqnr_db"; for classifiers "same_label" (share of inputs named as by the float network) and with labels
        "accuracy"; for those that end in a softmax "kl".
    """
    found: dict[str, Any] = {"sqnr_db": sqnr_db(exact, given)}
    if classes:
        named = given.reshape(len(given), -1).argmax(1)
        found["same_label"] = float((named == exact.reshape(len(exact), -1).argmax(1)).mean())
        if labels is not None:
            found["accuracy"] = float((named == labels).mean())
    if distribution:
        found["kl"] = divergence(exact, given)
    return found
