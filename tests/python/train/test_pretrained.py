"""The committed keyword model: within its limits, and what its papers say it is."""

import json
from itertools import pairwise

import pytest
import tflite

from motekit import app as apps
from motekit import pretrained
from motekit.compiler import HostModel
from motekit.files import sha256

PLAIN = {"ADD", "AVERAGE_POOL_2D", "CONV_2D", "FULLY_CONNECTED", "MEAN", "MUL", "PAD", "RELU", "RESHAPE", "SOFTMAX"}


@pytest.fixture(scope="module")
def app():
    return apps.load("keyword_spotting")


@pytest.fixture(scope="module")
def results(app):
    return json.loads((app.pretrained / "results.json").read_text())


def test_the_model_is_small_and_plain(app):
    model = pretrained.load(app).int8
    host = HostModel(model)
    assert len(model) <= 60_000 and host.arena_bytes < 30_000
    assert host.inputs[0].shape == (1, 49, 40, 1) and host.outputs[0].shape == (1, 12)
    opened = tflite.Model.GetRootAs(model)
    names = {v: k for k, v in vars(tflite.BuiltinOperator).items() if not k.startswith("_")}
    used = {names[opened.OperatorCodes(k).BuiltinCode()] for k in range(opened.OperatorCodesLength())}
    assert used <= PLAIN, used - PLAIN


def test_model_json_is_of_these_files(app):
    info = pretrained.load(app).info
    for name, digest in info["provenance"]["sha256"].items():
        assert sha256(app.pretrained / name) == digest
    assert info["provenance"]["data"]["licence"] == "CC-BY-4.0" and not info["provenance"]["data"]["research_only"]
    assert set(info["decision"]["on"]) == set(app.labels) - set(app.decision["never"])


def test_thresholds_are_those_of_the_cross_validation(app, results):
    assert pretrained.load(app).info["decision"]["on"] == results["cross_validation"]["decision"]["on"]


def test_the_cross_validation_is_complete_and_reaches_its_bar(app, results):
    found = results["cross_validation"]
    assert found["labels"] == app.labels and found["split"] == "speaker" and found["source"] == "real"
    assert sum(fold["windows"] for fold in found["by_fold"]) == found["clips"] == sum(map(sum, found["confusion"]))
    assert sum(fold["groups"] for fold in found["by_fold"]) == found["groups"]
    right = sum(row[k] for k, row in enumerate(found["confusion"]))
    assert found["accuracy"] == pytest.approx(right / found["clips"])
    assert found["accuracy"] >= 0.88 and found["agree"]


def test_the_stream_figures_are_of_at_least_half_an_hour(results):
    for name in ("stream", "noisy_stream"):
        found = results[name]
        assert found["hours"] >= 0.5 and found["source"] == "real"
        assert found["false_accepts_per_hour"] == pytest.approx(found["false_accepts"] / found["hours"])
        alarms, misses = zip(*found["det"], strict=True)
        assert list(alarms) == sorted(alarms, reverse=True)
        # at low thresholds the refractory time after a false accept hides a few words that follow
        assert all(after > before - 0.01 for before, after in pairwise(misses)) and misses[-1] > 0.9
