import json

import numpy as np
import pytest

from motekit.errors import DataError
from motekit.train.evaluate import evaluate

CLASSES = ["_silence_", "_unknown_", "yes", "no"]


def scored(changed=None):
    rng = np.random.default_rng(0)
    labels = [CLASSES[k] for k in rng.integers(0, 4, 60)]
    groups = [f"s{i % 7}" for i in range(60)]
    scores = rng.integers(-128, 128, (60, 4)).astype(np.int8)
    given = {"float": (scores + 128.0) / 256, "tflm": scores, "host": scores.copy()}
    if changed is not None:
        given["host"][changed] ^= 1
    described = {"source": "synthetic", "name": "made up"}
    return evaluate(given, labels, groups, app="test", classes=CLASSES, data=described, split="none")


def test_the_report_has_the_keys_of_the_contract_and_is_json():
    found = json.loads(json.dumps(scored()))
    assert set(found) >= {"app", "data", "split", "rows", "agree", "metrics"}
    assert set(found["rows"]) == {"float", "tflm", "host"}
    assert found["data"]["source"] == "synthetic" and found["data"]["windows"] == 60
    assert found["metrics"]["accuracy"] == found["rows"]["tflm"]["accuracy"]
    assert found["agree"] is True


def test_one_byte_is_enough_to_disagree():
    assert scored(changed=(31, 2))["agree"] is False


def test_a_runtime_that_lost_windows_is_refused():
    scores = np.zeros((5, 4), np.int8)
    with pytest.raises(DataError, match="host scored 4 windows of 5"):
        evaluate(
            {"tflm": scores, "host": scores[:4]}, ["yes"] * 5, ["a"] * 5,
            app="test", classes=CLASSES, data={}, split="none",
        )  # fmt: skip
