"""An app of app.toml alone as firmware: the bits of Python on the host and in QEMU, gaps and all."""

import numpy as np
import pytest

from motekit import chains
from motekit.firmware.build import build
from motekit.verify import verify
from window_apps import write_app, write_data


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = write_app(tmp_path_factory.mktemp("pump_firmware"))
    data = write_data(tmp_path_factory.mktemp("pumps_firmware"), groups=2)
    chains.of(folder).train(data, folder / "pretrained", epochs=15)
    return folder


@pytest.mark.parametrize("board", ["host", "mps2_an386"])
def test_features_scores_and_decisions_are_pythons(folder, tmp_path, board):
    chain = chains.of(folder)
    data = write_data(tmp_path, groups=1)
    takes = chain.takes(data)
    for number, take in enumerate(takes):
        # a gap that is mended, one that is not, and a sensor at the end of its range
        take.frames[400 + number : 404 + number, 1] = -32768
        take.frames[700:760] = -32768
        take.frames[1200:1203, 0] = 32767
    found = verify(chain, board, takes)
    assert found.equal == {"features": True, "scores": True, "decisions": True}
    assert sum(len(answer.scores) for answer in found.firmware) == 3 * 30
    assert len({row[-1] for answer in found.firmware for row in answer.scores}) > 2
    assert any(chain.describe(e)["label"] == "unknown" for answer in found.firmware for e in answer.events)


def test_evaluation_replays_every_window_on_the_board(folder, tmp_path):
    found = chains.of(folder).evaluate(write_data(tmp_path, groups=2, seconds=8.0), board="host")
    assert found["agree"] and set(found["rows"]) == {"float", "tflm", "host"}
    assert np.isclose(found["rows"]["host"]["accuracy"], found["metrics"]["accuracy"])


def test_it_keeps_its_budget(folder):
    assert build(chains.of(folder).app, "mps2_an386").within_budget
