"""`motekit evaluate --pretrained`: every recording of a folder, in every runtime, with whatever model."""

import json
import shutil

import pytest

from motekit import app as apps
from motekit import chains, pretrained
from motekit.datasets.synthetic import speech
from motekit.errors import DataError
from motekit.scoring import evaluate_pretrained


@pytest.fixture(scope="module")
def app():
    return apps.load("keyword_spotting")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return speech.write_tree(tmp_path_factory.mktemp("words"), speech.make(24, seed=6))


def test_every_runtime_scores_every_recording(app, folder):
    found = evaluate_pretrained(chains.of(app), folder, board="host")
    assert list(found["rows"])[:3] == ["float", "tflm", "host"]
    assert found["agree"] and found["data"]["source"] == "synthetic"
    assert found["data"]["windows"] == 24
    assert 0 <= found["metrics"]["accuracy"] <= 1
    json.dumps(found)


def test_another_model_is_the_one_that_the_firmware_runs(app, folder, tmp_path):
    other = tmp_path / "model"
    shutil.copytree(app.pretrained, other)
    info = json.loads((other / "model.json").read_text())
    info["decision"]["on"] = {label: 0.1 for label in info["decision"]["on"]}
    (other / "model.json").write_text(json.dumps(info))
    chosen = chains.of(app, other)
    copy = chains.app_with(chosen)
    assert copy.folder != app.folder and copy.feature_hash == app.feature_hash
    assert pretrained.load(copy).info["decision"]["on"]["yes"] == 0.1
    assert evaluate_pretrained(chosen, folder, board="host")["agree"]


def test_its_own_model_needs_no_copy(app):
    assert chains.app_with(chains.of(app)) is app


def test_a_folder_without_recordings_is_named(app, tmp_path):
    with pytest.raises(DataError, match="holds no"):
        evaluate_pretrained(chains.of(app), tmp_path, board=None)
