"""The app's chain in Python: learning, alarms, names, flash, sensor faults; and the honest parts of its evaluation."""

import numpy as np
import pytest

from motekit import chains
from motekit.apps.vibration_maintenance import data, machine, naming, recipe, scoring, splits
from motekit.core import ffi
from motekit.data.machine import MISSING, frames_of
from motekit.datasets import cwru
from motekit.datasets.synthetic import vibration
from motekit.errors import ConfigError, DataError, ModelError
from motekit.post.machine import Code, Machine, Verdict, Watch

CHAIN = chains.of("vibration_maintenance")
SCALE = CHAIN.bearing.scale
#: of a patient test: half a minute of learning
QUICK = Watch(learn_s=12, check_s=6, confirm=3)
MADE = vibration.machine(2)


def frames(seconds, seed=1, **running):
    return frames_of(vibration.simulate(MADE, vibration.Running(**running), seconds, seed), SCALE)


def codes(events):
    return [code for _, code, _ in events]


@pytest.fixture(scope="module")
def healthy():
    return frames(30.0)


@pytest.fixture(scope="module")
def sick():
    return frames(25.0, seed=2, fault="outer_race", severity=3.0)


def test_learns_then_alarms_and_names_the_fault(healthy, sick):
    watched = CHAIN.machine(watch=QUICK)
    _, verdicts, events = watched.push(healthy)
    assert codes(events) == [Code.LEARNED]
    assert Verdict.of(verdicts[-1], 4).state == 2 and Verdict.of(verdicts[-1], 4).level == 0
    _, verdicts, events = watched.push(sick)
    levels = [value >> 24 for _, code, value in events if code == Code.LEVEL]
    assert levels[-1] == 2
    names = [value for _, code, value in events if code == Code.FAULT]
    assert names and CHAIN.app.labels[names[-1]] == "outer_race"
    assert Verdict.of(verdicts[-1], 4).level == 2


def test_a_fault_of_no_kind_is_unknown(healthy):
    """A machine that has changed otherwise (unbalance, another noise) is abnormal, but no bearing fault is named."""
    other = vibration.machine(8)
    watched = CHAIN.machine(watch=QUICK)
    watched.push(healthy)
    loud = frames_of(3 * vibration.simulate(other, vibration.Running(), 25.0, 3) * [1, 1 / 3], SCALE)
    _, _, events = watched.push(loud)
    assert any(code == Code.LEVEL and value >> 24 == 2 for _, code, value in events)
    named = [value for _, code, value in events if code == Code.FAULT]
    assert all(value == len(CHAIN.app.labels) for value in named)


def test_the_baseline_survives_a_power_cut(healthy, sick):
    flash = bytearray(b"\xff" * 2 * Machine.FLASH_SECTOR)
    CHAIN.machine(flash, watch=QUICK).push(healthy)
    again = CHAIN.machine(flash, watch=QUICK)
    _, _, events = again.push(sick)
    assert codes(events)[0] == Code.RESTORED and Code.LEARNED not in codes(events)
    assert any(code == Code.LEVEL and value >> 24 == 2 for _, code, value in events)


def test_a_damaged_baseline_is_learned_anew(healthy):
    flash = bytearray(b"\xff" * 2 * Machine.FLASH_SECTOR)
    CHAIN.machine(flash, watch=QUICK).push(healthy)
    flash[100] ^= 4
    _, _, events = CHAIN.machine(flash, watch=QUICK).push(healthy)
    assert Code.LEARNED in codes(events) and Code.RESTORED not in codes(events)


def test_the_button_learns_again_but_not_in_an_alarm(healthy, sick):
    watched = CHAIN.machine(watch=QUICK)
    watched.push(healthy)
    pressed = healthy.copy()
    pressed[1000:3000, 1] *= -1
    _, _, events = watched.push(pressed)
    assert codes(events).count(Code.LEARNED) == 1
    watched.push(sick)
    worse = sick.copy()
    worse[1000:3000, 1] *= -1
    _, _, events = watched.push(worse)
    assert Code.REFUSED in codes(events) and Code.LEARNED not in codes(events)


def test_a_sick_machine_is_not_learned(sick):
    watched = CHAIN.machine(watch=QUICK)
    _, verdicts, events = watched.push(sick)
    assert Code.REFUSED in codes(events) and Code.LEARNED not in codes(events)
    assert Verdict.of(verdicts[-1], 4).state == 0


def test_samples_lost_in_an_erase_are_counted(healthy):
    """One record a sector here: the third one must erase, and the time of that is lost and said."""
    flash = bytearray(b"\xff" * 2 * Machine.FLASH_SECTOR)
    lost = []
    for turn in range(4):
        watched = CHAIN.machine(flash, watch=QUICK)
        pressed = healthy.copy()
        pressed[100:200, 1] *= -1
        _, _, events = watched.push(np.concatenate([pressed, healthy[:12000]]))
        assert Code.LEARNED in codes(events)
        lost += [(turn, value) for _, code, value in events if code == Code.LOST]
    assert lost == [(2, 3000), (3, 3000)]  # 250 ms at 12 kHz


def test_a_broken_sensor_is_said_and_nothing_is_concluded(healthy):
    watched = CHAIN.machine(watch=QUICK)
    watched.push(healthy)
    unplugged = np.full((72000, 2), MISSING, np.int16)
    unplugged[:, 1] = 1797
    _, _, events = watched.push(unplugged)
    assert codes(events) == [Code.SENSOR] and events[0][2]
    _, _, events = watched.push(healthy)
    assert (Code.SENSOR, 0) in [(code, value) for _, code, value in events]
    assert Code.LEVEL not in codes(events)


def test_indicators_of_condition(healthy):
    """What the verdict says is what NumPy makes of the samples; the distance is near 0 until the spectrum changes."""
    watched = CHAIN.machine(watch=QUICK)
    _, verdicts, _ = watched.push(healthy)
    found = [Verdict.of(record, 4) for record in verdicts]
    rows = CHAIN.bearing.process(healthy)
    x = healthy[:, 0] * SCALE
    assert found[3].rms == pytest.approx(x.std(), rel=0.06)
    assert np.median([v.kurtosis for v in found]) == pytest.approx(
        ((x - x.mean()) ** 4).mean() / x.var() ** 2 - 3, abs=0.2
    )
    assert max(v.crest * v.rms for v in found) == pytest.approx(np.abs(x - x.mean()).max(), rel=0.1)
    assert np.allclose([v.velocity for v in found], rows.levels[:, 5])
    assert found[5].spectral_distance == 0 and 0 < found[-1].spectral_distance < 1.5
    duller = healthy.copy()
    duller[:, 0] = np.convolve(healthy[:, 0], [0.5, 0.5], "same")
    _, verdicts, _ = watched.push(duller[:60000])
    assert Verdict.of(verdicts[-1], 4).spectral_distance > 3


def test_zones_of_velocity():
    watched = CHAIN.machine(watch=QUICK)
    t = np.arange(12 * 12000) / 12000
    x = 3.0 * np.sin(2 * np.pi * 30 * t) + np.random.default_rng(0).normal(size=len(t))  # 11 mm/s
    _, _, events = watched.push(frames_of(np.stack([x, np.full(len(t), 1797.0)], 1), SCALE))
    assert [value for _, code, value in events if code == Code.ZONE][-1] == 3


def test_a_rising_velocity_says_when_the_last_zone_is_reached():
    watch = Watch(learn_s=12, check_s=6, trend_s=5, zones_mm_s=(1.4, 2.8, 45.0))
    watched = CHAIN.machine(watch=watch)
    t = np.arange(60 * 12000) / 12000
    x = (1 + t / 30) * np.sin(2 * np.pi * 30 * t) + 0.5 * np.random.default_rng(0).normal(size=len(t))
    _, _, events = watched.push(frames_of(np.stack([x, np.full(len(t), 1797.0)], 1), SCALE))
    said = [(at, value) for at, code, value in events if code == Code.TREND]
    # 1 m/s^2 at 30 Hz are 3.75 mm/s: 45 mm/s when 1 + t / 30 is 12, at 330 s
    assert said and said[-1][1] == pytest.approx((330 - said[-1][0] / 10) / 60, abs=1.5)


def test_names_in_python_are_the_cores():
    """`splits` names rows of many folds at once; it must do what the firmware does."""
    from motekit.apps.vibration_maintenance.training import Trained

    recordings = vibration.recordings(2, 4.0)
    rows = recipe.read(CHAIN.app, recordings, phases=1)
    features, verdicts = scoring.answers(CHAIN, recordings)
    assert np.array_equal(np.concatenate(features), rows.features)
    core = [Verdict.of(record, 4) for found in verdicts for record in found]
    trained = Trained(CHAIN.float_model, CHAIN.model, CHAIN.naming)
    scores = splits._runtimes(trained, rows)
    assert np.array_equal(scores["host"], np.array([v.scores for v in core]))
    assert np.array_equal(scores["tflm"], scores["host"])
    assert np.array_equal(splits._named(CHAIN.app, trained, rows, scores["host"]), [v.name for v in core])


def test_halves_keep_a_healthy_recording_apart():
    recordings = data.halves(vibration.recordings(1, 4.0))
    names = [recording.name for recording in recordings if recording.label == "normal"]
    assert len(names) == 2 and [data.is_second_half(r) for r in recordings if r.label == "normal"] == [False, True]


def test_evaluation_of_the_committed_model(tmp_path):
    found = scoring.evaluate(CHAIN, None, board=None)
    assert found["agree"] and found["data"]["source"] == "synthetic"
    assert set(found["rows"]) == {"float", "tflm", "host"}
    assert found["rows"]["tflm"] == found["rows"]["host"]
    scoring.keep(tmp_path, "pretrained", found)
    scoring.keep(tmp_path, "again", found)
    assert (tmp_path / "results.json").read_text().count('"split"') == 2


def test_the_committed_figures_hold_what_the_issue_asks():
    from motekit.report.results import read

    content = read(CHAIN.app)
    assert content["load"]["metrics"]["accuracy"] >= 0.99
    assert content["diameter"]["metrics"]["auroc"] >= 0.90
    assert content["diameter"]["metrics"]["worst_confident_wrong"] <= 0.15
    assert "warning" in content["random"]
    days = content["machines"]["metrics"]
    assert days["most_false_alarms_of_a_machine"] <= 1 and days["found_within_10_min"] == days["planted"]
    models = content["autoencoder"]["metrics"]["models"]
    assert models["autoencoder"]["macs"] <= 264_192 / 5
    assert content["pretrained"]["metrics"]["anomaly_auroc"]
    assert all(one["auroc"] >= 0.99 for one in content["pretrained"]["metrics"]["anomaly_auroc"].values())


def test_real_recordings_score_as_committed():
    """With MOTEKIT_DATA: the first recordings of each class, by the committed model."""
    from motekit.data import catalog

    folder = catalog.locate(cwru.NAME)
    if folder is None:  # synthetic recordings are scored above
        return
    wanted = [path for number, path in cwru.find(folder).items() if number in (97, 105, 118, 130, 198)]
    recordings = [recording for path in wanted for recording in cwru.load(path)]
    _, verdicts = scoring.answers(CHAIN, recordings)
    for recording, found in zip(recordings, verdicts, strict=True):
        best = [int(np.argmax(Verdict.of(record, 4).scores)) for record in found]
        assert np.mean([CHAIN.app.labels[b] == recording.label for b in best]) == 1.0


def test_naming_survives_its_file(tmp_path):
    naming.save(CHAIN.naming, tmp_path / "naming.json")
    again = naming.load(tmp_path / "naming.json")
    for name in ("center", "scale", "whitener", "means", "least_evidence"):
        np.testing.assert_array_equal(getattr(again, name), getattr(CHAIN.naming, name))
    (tmp_path / "naming.json").write_text("{}")
    with pytest.raises(ModelError):
        naming.load(tmp_path / "naming.json")


def test_declared_keys_are_checked(tmp_path):
    from motekit.app import load

    text = (CHAIN.app.folder / "app.toml").read_text()
    for path in CHAIN.app.folder.glob("*.py"):
        (tmp_path / path.name).write_text(path.read_text())
    for wrong in (text.replace("ball_mm", "bal_mm"), text.replace("[shaft]", "[shift]"), text + "\n[else]\na = 1\n"):
        (tmp_path / "app.toml").write_text(wrong)
        with pytest.raises(ConfigError):
            chains.of(load(tmp_path))
    with pytest.raises(ConfigError):
        machine.section(load(CHAIN.app.folder), "condition") and Machine(
            CHAIN.bearing, CHAIN.app.labels, {"ball": ["bale"]}, CHAIN.naming
        )


def test_folders_that_hold_nothing(tmp_path):
    with pytest.raises(DataError):
        data.load(CHAIN.app, tmp_path)
    with pytest.raises(ConfigError):
        CHAIN.evaluate(None, split="bearing")


def test_events_in_words(healthy, sick):
    answer = CHAIN.answer(healthy[:48000])
    assert len(answer.features) == len(answer.scores) and len(answer.features[0]) == 4 * CHAIN.bearing.width
    from motekit.link import Event

    assert CHAIN.describe(Event(15, Code.LEVEL, 2 << 24 | 1500)) == {"label": "alarm", "time_s": 1.5, "score": 1.5}
    assert CHAIN.describe(Event(15, Code.FAULT, 4))["fault"] == "unknown"
    assert CHAIN.describe(Event(15, Code.FAULT, 2))["fault"] == "ball"
    for code in Code:
        assert {"label", "time_s"} <= set(CHAIN.describe(Event(0, code, 0)))


def test_memory_declared_is_memory_needed():
    watched = CHAIN.machine()
    assert watched.state.bearing.scratch == ffi.cast("float *", ffi.from_buffer(watched._scratch))
