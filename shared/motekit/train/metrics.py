"""Figures of a classifier, with the uncertainty that so few people leave."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.metrics import confusion_matrix, f1_score

from ..errors import DataError

_RESAMPLES = 2000
# two-sided 95 % of the normal distribution
_Z = 1.959964


def wilson(correct: int, total: int) -> tuple[float, float]:
    """95 % interval of a proportion, for independent trials (Wilson 1927)."""
    if total == 0:
        return 0.0, 1.0
    share, z2 = correct / total, _Z**2
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z * np.sqrt(share * (1 - share) / total + z2 / (4 * total**2)) / (1 + z2 / total)
    return float(middle - half), float(middle + half)


def group_bootstrap(correct: np.ndarray, groups: Sequence[str], seed: int = 0) -> tuple[float, float]:
    """95 % interval of an accuracy, resampling whole groups: windows of one speaker are not independent.

    Parameters
    ----------
    correct : ndarray of bool
        One a window.
    groups : sequence of str
        One a window.
    """
    _, number = np.unique(np.asarray(groups), return_inverse=True)
    hits = np.bincount(number, weights=correct)
    totals = np.bincount(number)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(totals), (_RESAMPLES, len(totals)))
    shares = hits[drawn].sum(1) / totals[drawn].sum(1)
    low, high = np.percentile(shares, [2.5, 97.5])
    return float(low), float(high)


def score(
    predicted: np.ndarray,
    labels: Sequence[str],
    groups: Sequence[str],
    classes: Sequence[str],
    *,
    silence: str | None = "_silence_",
) -> dict[str, Any]:
    """Score one runtime's answers.

    Parameters
    ----------
    predicted : ndarray of int
        Index of the most probable class, one a window.
    labels, groups : sequence of str
        One a window.
    classes : sequence of str
        In the order of the outputs.
    silence : str or None
        A class that the headline figures leave out (its clips are the same in every copy of the test set); it
        has its own under "silence". A word that is taken for silence is still an error.

    Returns
    -------
    dict
        "accuracy", "interval" (95 %, groups resampled), "interval_wilson", "macro_f1", "windows", "groups",
        "per_class" (recall, precision, windows), "confusion" (rows: true, all classes), and "silence".

    Raises
    ------
    DataError
        If no window is left to score, or a label is not a class.
    """
    labels, groups, classes = np.asarray(labels), np.asarray(groups), list(classes)
    if strange := sorted(set(labels) - set(classes)):
        raise DataError(f"{str(strange[0])!r} is not a label of the app. Choose from: {', '.join(classes)}.")
    true = np.array([classes.index(label) for label in labels], int)
    counted = labels != silence
    if not counted.any():
        raise DataError("there is nothing to score. Give a folder with words in it.")
    matrix = confusion_matrix(true, predicted, labels=range(len(classes)))
    correct = predicted == true
    scored = [k for k, name in enumerate(classes) if name != silence and (true == k).any()]
    # of the counted windows: a false "yes" on silence is the stream's business
    within = confusion_matrix(true[counted], predicted[counted], labels=range(len(classes)))
    result = {
        "accuracy": float(correct[counted].mean()),
        "interval": list(group_bootstrap(correct[counted], groups[counted])),
        "interval_wilson": list(wilson(int(correct[counted].sum()), int(counted.sum()))),
        "macro_f1": float(f1_score(true[counted], predicted[counted], labels=scored, average="macro", zero_division=0)),
        "windows": int(counted.sum()),
        "groups": len(np.unique(groups[counted])),
        "per_class": {
            classes[k]: {
                "recall": float(within[k, k] / within[k].sum()),
                "precision": float(within[k, k] / max(1, within[:, k].sum())),
                "windows": int(within[k].sum()),
            }
            for k in scored
        },
        "confusion": matrix.tolist(),
    }
    if (~counted).any():
        result["silence"] = {"windows": int((~counted).sum()), "recall": float(correct[~counted].mean())}
    return result
