"""The wrist's firmware: the bits of Python on this computer and in QEMU, within its budget."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from motekit import app as apps
from motekit import chains
from motekit.apps.wearable.frames import Rates, sensed
from motekit.chain import MISSING
from motekit.firmware.run import FirmwareReplay

BOARDS = ("host", "mps2_an386")


@pytest.fixture(scope="module")
def chain():
    return chains.of("wearable")


@pytest.fixture(scope="module", params=BOARDS)
def firmware(request):
    with FirmwareReplay("wearable", request.param, time_limit=900) as running:
        yield running


@pytest.fixture(scope="module")
def takes(chain):
    """A minute of real recordings where there are some, else of synthetic ones, and ECGs."""
    folder = Path(os.environ.get("MOTEKIT_DATA", "missing")) / "ieee_spc2015_troika" / "Training_data"
    found = chain.takes_of("heart_rate", folder if folder.is_dir() else None, 2)
    found = [type(t)(t.name, t.group, t.frames[: 125 * 60], t.truth, t.source) for t in found]
    return found + chain.takes_of("rhythm", None, 2)


def test_every_bit_is_python_s(chain, firmware, takes):
    for take in takes:
        python, board = chain.answer(take.frames), firmware.answer(take.frames)
        assert python.equal(board) == {"features": True, "scores": True, "decisions": True}
        assert len(board.scores) == len(take.frames) // 250 and board.events


def test_every_bit_is_python_s_whatever_comes(chain, firmware):
    rng = np.random.default_rng(0)
    frames = rng.integers(-32768, 32768, (125 * 40, 6)).astype(np.int16)
    frames[1000:2500, :2] = MISSING
    frames[2000:3000, 2] = 77
    frames[3000:, 5] = MISSING
    frames[3500:4000] = 32767
    assert chain.answer(frames) == firmware.answer(frames)


def test_firmware_is_within_its_budget(chain, firmware):
    if firmware.board == "host":
        assert firmware.cost()["instructions_per_window"] is None
        return
    cost, budget = firmware.cost(), apps.load("wearable").budget["mps2_an386"]
    assert cost["flash"] <= budget["flash"] <= 96_000
    assert cost["ram"] <= budget["ram"] <= 24_000
    assert 0 < cost["stack"] < 1500
    assert cost["instructions_per_window"] <= budget["instructions_per_window"] <= 1_500_000


def test_rhythm_s_model_and_features_take_less_than_8_kb(chain, firmware):
    from elftools.elf.elffile import ELFFile

    parts = ("mk_rhythm", "mk_peaks", "mk_rr_", "mk_hrv", "mk_model_rhythm", "ecg_peaks", "ecg_band", "judge")
    with open(firmware.built.elf, "rb") as file:
        symbols = list(ELFFile(file).get_section_by_name(".symtab").iter_symbols())
    sizes = {s.name: s["st_size"] for s in symbols if s.name.startswith(parts)}
    assert sizes["mk_rhythm_report_now"] > 100 and sizes["mk_rr_process"] > 100
    assert sum(sizes.values()) + (chain.folder / "rhythm.tflite").stat().st_size <= 8192


def changed(folder: Path, rate_hz: int, more: str) -> chains.Chain:
    """The app with another rate of frames and further tables."""
    source = apps.load("wearable").folder
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
    told = (source / "app.toml").read_text()
    assert told.count("rate_hz = 125") == 1
    (folder / "app.toml").write_text(told.replace("rate_hz = 125", f"rate_hz = {rate_hz}") + more)
    return chains.of(str(folder))


def test_other_rates_are_a_change_of_app_toml(tmp_path):
    pulse_hz, motion_hz = 100, 20
    rates = f"\n[rates]\npulse_hz = {pulse_hz}\nmotion_hz = {motion_hz}\n"
    chain = changed(tmp_path / "wrist", max(pulse_hz, motion_hz), rates)
    (take,) = chain.takes_of("heart_rate", None, 1)
    assert (take.frames[:, 2] == MISSING).mean() == pytest.approx(1 - motion_hz / pulse_hz, abs=0.01)
    with FirmwareReplay(chain.app, "mps2_an386", time_limit=900) as firmware:
        python, answer = chain.answer(take.frames[: 40 * pulse_hz]), firmware.answer(take.frames[: 40 * pulse_hz])
    assert python == answer and len(answer.scores) == 20
    assert any(event.code == 1 for event in answer.events)


def test_a_night_is_told_when_it_is_over_and_at_rates_of_its_own(tmp_path):
    chain = changed(tmp_path / "wrist", 25, "\n[rates]\nmotion_hz = 20\n")
    rng = np.random.default_rng(4)
    awake, asleep = (
        np.float32([0, 0, 1]) + rng.normal(0, size, (minutes * 1200, 3)) for minutes, size in ((70, 0.3), (75, 0.0))
    )
    moved = np.concatenate([awake[: 5 * 1200], asleep, awake])
    frames = sensed(dict(zip(("acc_x", "acc_y", "acc_z"), moved.T, strict=True)), 20, Rates(25, 25, 20))
    with FirmwareReplay(chain.app, "host", time_limit=900) as firmware:
        python, answer = chain.answer(frames), firmware.answer(frames)
    assert python == answer
    told = [chain.describe(event) for event in answer.events if event.code in (10, 11, 12, 13)]
    night = {k: v for event in told for k, v in event.items()}
    assert night["label"] == "night over" and night["awakenings"] == 0 and night["efficiency_permille"] == 1000
    assert night["minutes_asleep"] == pytest.approx(70, abs=4)
    # an hour awake and 5 minutes later
    assert night["minutes_since_onset"] == night["minutes_asleep"] + 65
