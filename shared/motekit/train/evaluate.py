"""The report of a network on labelled windows: one row a runtime, and whether they agree."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import DataError
from .metrics import score


def evaluate(
    scores: Mapping[str, np.ndarray],
    labels: Sequence[str],
    groups: Sequence[str],
    *,
    app: str,
    classes: Sequence[str],
    data: Mapping[str, Any],
    split: str,
) -> dict[str, Any]:
    """Score every runtime's outputs for the same windows.

    Parameters
    ----------
    scores : mapping of str to ndarray
        By runtime ("float", "tflm", "host", or a board): [windows, classes], int8 scores or probabilities.
    labels, groups : sequence of str
        One a window.
    app : str
    classes : sequence of str
        In the order of the outputs.
    data : mapping
        "source" ("real" or "synthetic") and "name"; groups and windows are counted here.
    split : str
        What was held out ("speaker"), or "none" where everything in a folder is scored.

    Returns
    -------
    dict
        The JSON of `motekit evaluate`. "metrics" are those of the int8 network.

    Raises
    ------
    DataError
        If the runtimes scored different numbers of windows, or there is nothing to score.
    """
    labels, groups = np.asarray(labels), np.asarray(groups)
    for name, given in scores.items():
        if given.shape != (len(labels), len(classes)):
            raise DataError(
                f"{name} scored {given.shape[0]} windows of {len(labels)}. Replay it again; "
                "no figure is made from a part."
            )
    rows = {}
    for name, given in scores.items():
        # ties go to the first class, everywhere alike
        rows[name] = score(given.argmax(axis=1), labels, groups, classes)
    integer = [name for name in scores if name != "float"]
    agree = all((scores[name] == scores[integer[0]]).all() for name in integer[1:])
    headline = rows[next(iter(integer or rows))]
    words = labels != "_silence_"
    return {
        "app": app,
        "data": {
            **data,
            "groups": len(np.unique(groups[words])),
            "windows": len(labels),
            "counted": int(words.sum()),
        },
        "split": split,
        "rows": rows,
        "agree": bool(agree),
        "metrics": {key: headline[key] for key in ("accuracy", "macro_f1", "interval", "windows", "groups")},
    }
