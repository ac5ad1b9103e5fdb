"""The driver's firmware: the same bits as Python over real or rendered eyes and a sequence, within its budget."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from motekit import chains
from motekit.apps.driver_drowsiness import recipe, scoring
from motekit.dsp.camera import missing, pack
from motekit.firmware.run import FirmwareReplay

PICTURES = 500


@pytest.fixture(scope="module")
def chain():
    return chains.of("driver_drowsiness")


@pytest.fixture(scope="module")
def board(request, chain):
    with FirmwareReplay(chain.app, "mps2_an500") as firmware:
        yield firmware


@pytest.fixture(scope="module")
def examples():
    mirror = Path(os.environ.get("MOTEKIT_DATA", "missing")) / "mrl_eye"
    if not mirror.is_dir():
        return recipe.load(None)
    from motekit.datasets import eye_image, mrl_eye

    # spread over all subjects without reading thousands of files
    paths = eye_image.pictures(mirror)
    chosen = [paths[k] for k in np.linspace(0, len(paths) - 1, PICTURES).astype(int)]
    return recipe.examples([mrl_eye._read(mirror, path, mrl_eye._NAME.fullmatch(path.stem)) for path in chosen])


def test_five_hundred_pictures_give_the_same_bits(chain, board, examples):
    from motekit.dsp.camera import pack_patches

    patches = examples.patches[:PICTURES]
    assert len(patches) == PICTURES
    expected = scoring.runtimes(chain, patches)
    answer = board.answer(pack_patches(patches, 160))
    found = np.array([np.frombuffer(s, np.int8) for s in answer.scores])
    assert (found == expected["tflm"]).all() and (found == expected["host"]).all()


def test_a_sequence_gives_the_same_bits_within_the_budget(chain, board):
    take = chain.takes(None)[1]
    lines = take.frames[: 120 * 110]
    assert all(board.answer(lines).equal(chain.answer(lines)).values())
    cost, budget = board.cost(), chain.app.budget["mps2_an500"]
    assert cost["instructions_per_window"] <= budget["instructions_per_window"] == 4_000_000
    assert cost["flash"] <= budget["flash"] == 128_000
    assert cost["ram"] <= budget["ram"] == 96_000


def test_faults_give_the_same_bits(chain, board):
    frames = np.random.default_rng(0).integers(0, 256, (8, 120, 160), np.uint8)
    frames[1], frames[2], frames[4] = 0, 255, frames[3]
    frames[5, :, :70], frames[6] = 255, 120
    lines = np.concatenate([pack(frames, np.arange(8) * 66), missing(2, 120, 160), pack(frames[7:], [900])])
    lines = np.delete(lines, 7 * 120 + 10, axis=0)
    answer = board.answer(lines)
    assert all(answer.equal(chain.answer(lines)).values())
    said = [chain.describe(e)["label"] for e in answer.events]
    troubles = ("black", "white", "frozen", "saturated", "flat", "torn", "unplugged")
    assert {f"camera_{trouble}" for trouble in troubles} <= set(said) and "alert" not in said


def test_only_a_debug_build_has_a_way_out_for_pictures(chain):
    source = (chain.app.folder / "firmware" / "app.c").read_text()
    for debug in (False, True):
        command = ["gcc", "-E", "-P", *(["-DMK_DEBUG_IMAGES"] if debug else []), "-x", "c", "-"]
        stripped = "\n".join(line for line in source.splitlines() if not line.startswith("#include"))
        out = subprocess.run(command, input=stripped, capture_output=True, text=True, check=True, timeout=30).stdout
        assert ("images" in out) == debug
        assert ("DEBUG BUILD: pictures of the driver's eyes leave this device" in out) == debug
