"""Evaluation of the heart's tasks: official layouts, figures, faults' truth, energy, and constants as C."""

import re
from pathlib import Path

import numpy as np
import pytest
import scipy.io

from motekit import chains
from motekit.apps.wearable import energy, faults, heart_rate, rhythm
from motekit.codegen.struct import address, initialiser
from motekit.core import ffi
from motekit.datasets.synthetic import ppg
from motekit.errors import ConfigError


@pytest.fixture(scope="module")
def chain():
    return chains.of("wearable")


@pytest.fixture(scope="module")
def person():
    return ppg.make(1, 4, seconds=60)[0]


def official(root: Path, recording, test: bool) -> Path:
    """A recording in the layout of SPC 2015: of the test distribution, or of the training one."""
    signal, bpm = recording.samples.T.astype(float), recording.bpm[:, None]
    if test:
        for folder in ("TestData", "TrueBPM"):
            (root / folder).mkdir(parents=True)
        scipy.io.savemat(root / "TestData" / "TEST_S01_T01.mat", {"sig": signal})
        scipy.io.savemat(root / "TrueBPM" / "True_S01_T01.mat", {"BPM0": bpm})
    else:
        root.mkdir(parents=True)
        scipy.io.savemat(root / "DATA_01_TYPE01.mat", {"sig": np.vstack([np.zeros(signal.shape[1]), signal])})
        scipy.io.savemat(root / "DATA_01_TYPE01_BPMtrace.mat", {"BPM0": bpm})
    return root


def test_both_official_layouts_give_the_same_figures(chain, person, tmp_path):
    found = [
        chain.evaluate(official(tmp_path / str(test), person, test), task="heart_rate", board=None, out=tmp_path)
        for test in (False, True)
    ]
    assert found[0]["metrics"] == found[1]["metrics"]
    metrics = found[0]["metrics"]
    assert {"mae_bpm", "coverage", "mae_bpm_at_90", "mae_bpm_recordings_deviation"} <= set(metrics)
    assert metrics["windows"] == len(person.bpm) and metrics["mae_bpm"] < 5
    assert found[0]["data"] == {"source": "real", "name": "ieee_spc2015_troika", "groups": 1, "windows": 27}
    assert found[0]["recordings"][0]["name"] == "DATA_01_TYPE01.mat" and "traces" not in found[0]
    assert {"heart_rate", "heart_rate_extra"} <= set(__import__("json").loads((tmp_path / "results.json").read_text()))


def test_metrics_are_what_they_say():
    true, bpm = np.array([100.0, 100, 100, 100, 100]), np.array([101.0, 98, 100, 130, 99])
    scored = heart_rate.Scored(
        "a", "a", "TYPE01", true, bpm, np.array([0.9, 0.8, 0.95, 0.1, 0.85]), np.array([1, 1, 1, 0, 1], bool), true * 0
    )
    found = heart_rate.metrics([scored])
    assert found["mae_bpm"] == pytest.approx(34 / 5) and found["mae_bpm_readings"] == pytest.approx(1)
    assert found["coverage"] == pytest.approx(0.8) and found["wrong_readings"] == 0
    # nine tenths of five, rounded up, are all
    assert found["mae_bpm_at_90"] == found["mae_bpm"]


def test_truth_of_faults_that_change_time(person):
    ramp = heart_rate.Truth(np.arange(50.0, 150.0), "TYPE01")
    # 2 s of the sensor's clock are 2.04 s: the true rate changes faster
    assert np.diff(faults._stretched(ramp, 1.02).bpm)[:50] == pytest.approx(1.02)
    shifted = faults._shifted(ramp, 20.0, 30.0, 6.0).bpm
    assert shifted[:6] == pytest.approx(ramp.bpm[:6])
    assert shifted[40:60] - ramp.bpm[40:60] == pytest.approx(3.0)


def test_rhythm_metrics_count_no_reading_as_missed():
    labels = np.array([rhythm.AF] * 4 + [rhythm.NORMAL] * 4 + [rhythm.OTHER, rhythm.NOISY])
    probability = np.array([0.9, 0.8, 0.7, 0.9, 0.1, 0.2, 0.3, 0.6, 0.4, 0.9])
    reading = np.array([1, 1, 1, 0, 1, 1, 1, 1, 1, 0], bool)
    found = rhythm.metrics(labels, probability, probability >= 0.5, reading)
    assert (found["sensitivity"], found["specificity"]) == (0.75, 0.75)
    assert (found["other_flagged"], found["noisy_flagged"]) == (0.0, 0.0)
    assert found["auroc"] == 1.0 and found["auroc_all"] == 0.75 and found["coverage"] == 0.8


def test_best_threshold_parts_the_two():
    assert rhythm.best_threshold(np.array([0.6, 0.7, 0.9]), np.array([0.1, 0.4])) == pytest.approx(0.5)


def test_energy_adds_up(chain):
    always = energy.estimate(chain.app, 1_300_000, 2, 2)
    spot = energy.estimate(chain.app, 1_300_000, 30, 300)
    for found in (always, spot):
        parts = [value for name, value in found["ma"].items() if name != "total"]
        assert sum(parts) == pytest.approx(found["ma"]["total"], abs=1e-3)
        assert found["days"] == pytest.approx(80 / found["ma"]["total"] / 24, rel=0.01)
    assert spot["days"] > always["days"] and always["asleep"] > 0.97 and "estimate" in always["note"]


def test_energy_says_what_is_missing(chain):
    from dataclasses import replace

    app = replace(chain.app, declared={**chain.app.declared, "energy": {"run": 1.0}})
    with pytest.raises(ConfigError, match="energy"):
        energy.of(app)


def test_structures_become_c_with_every_bit():
    table = np.array([0.1, 1.0], np.float32)
    sos = ffi.new("mk_sos *", (ffi.cast("float *", table.ctypes.data), ffi.NULL, 2))
    fields = [name for name, _ in ffi.typeof("mk_sos").fields]
    text = initialiser(sos, {address(table): "numbers"})
    assert (
        text
        == "{" + ", ".join(f".{name} = {value}" for name, value in zip(fields, ("numbers", 0, 2), strict=True)) + "}"
    )
    # by its field, whatever it points to
    assert initialiser(sos, {fields[0]: "others"}) == text.replace("numbers", "others")
    scale = ffi.new("mk_channel_config *", (0.1, -5, 7, 9))
    said = re.findall(r"= ([^,}]+)", initialiser(scale))
    assert said == [f"{float(np.float32(0.1)).hex()}f", "-5", "7", "9"]
    with pytest.raises(ConfigError, match="no name"):
        initialiser(sos, {})


def test_people_of_ppg_dalia_are_scored_by_their_own_name(chain, person, tmp_path):
    import pickle

    def at(rate_hz: int, column: int) -> np.ndarray:
        place = np.arange(0, len(person.samples) - 1, 125 / rate_hz)
        return np.interp(place, np.arange(len(person.samples)), person.samples[:, column])

    wrist = {"BVP": at(64, 0)[:, None], "ACC": 64 * np.stack([at(32, k) for k in (2, 3, 4)], axis=1)}
    (tmp_path / "S1").mkdir()
    (tmp_path / "S1" / "S1.pkl").write_bytes(
        pickle.dumps({"signal": {"wrist": wrist}, "label": person.bpm}, protocol=2)
    )
    found = chain.evaluate(tmp_path, task="heart_rate", board=None)
    assert found["data"]["name"] == "ppg_dalia" and found["metrics"]["mae_bpm"] < 5


def test_report_tells_cost_and_an_estimate_of_energy():
    import json

    from typer.testing import CliRunner

    from motekit.cli import app

    found = json.loads(CliRunner().invoke(app, ["report", "wearable", "--json"]).stdout)
    assert found["cost"]["ram"] <= found["budget"]["ram"] and len(found["energy"]) == 2
    assert all("estimate" in one["note"] and one["days"] > 1 and one["sources"] for one in found["energy"])
    told = CliRunner().invoke(app, ["report", "wearable"]).stdout
    assert "days on 100 mAh" in told and "estimate" in told
