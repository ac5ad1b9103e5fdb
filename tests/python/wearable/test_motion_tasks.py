"""The wearable's activity, steps, falls and sleep: data in the official layout, the chain, training, figures."""

from dataclasses import replace

import numpy as np
import pytest

from motekit import app as apps
from motekit.apps.wearable import activity, scoring, sleep, steps
from motekit.apps.wearable.chain import AppChain, task_of
from motekit.datasets import wisdm
from motekit.errors import ConfigError, DataError, ModelError
from motekit.post.body import NAMES, ActivityParameters

CODES = {name: code for code, name in wisdm.ACTIVITIES.items()}


@pytest.fixture(scope="module")
def chain():
    return AppChain(apps.load("wearable"))


def write(root, recordings, *, stamped: bool, turn: np.ndarray | None = None):
    """Recordings as WISDM's files, with time stamps or without, the watch turned."""
    folder = root / "wisdm-dataset" / "raw" / "watch" / "accel"
    folder.mkdir(parents=True)
    turn = np.eye(3) if turn is None else turn
    for number, group in enumerate(dict.fromkeys(r.group for r in recordings)):
        rows, time = [], 10**12
        for recording in (r for r in recordings if r.group == group):
            # the range of the set's watch: who leaves it wore the other one
            for x in np.clip(recording.samples @ turn.T, -wisdm.RANGE, wisdm.RANGE):
                stamp = [str(time)] if stamped else []
                rows.append(
                    ",".join([str(1600 + number), CODES[recording.label], *stamp, *(f"{v:.6f}" for v in x)]) + ";"
                )
                time += 50_000_000
        (folder / f"data_{1600 + number}_accel_watch.txt").write_text("\n".join(rows) + "\n")
    return root


@pytest.fixture(scope="module")
def people():
    return activity.people(2, seed=3, seconds=30)


def decisions(chain, folder):
    return [np.array([e.value for e in chain.answer(t.frames).events if e.code == 3]) for t in chain.takes(folder)]


def test_both_forms_of_the_official_layout_give_the_same(tmp_path, people):
    folders = [write(tmp_path / str(stamped), people, stamped=stamped) for stamped in (True, False)]
    assert [task_of(folder) for folder in folders] == ["activity", "activity"]
    with_stamps, without = (activity.takes(folder, 125) for folder in folders)
    assert [t.group for t in with_stamps] == ["1600", "1601"]
    for a, b in zip(with_stamps, without, strict=True):
        np.testing.assert_array_equal(a.frames, b.frames)
        np.testing.assert_array_equal(a.truth, b.truth)
        assert len(a.truth) == 90 and set(a.truth) == set(range(6)) and a.source == "real"


def test_the_committed_network_on_any_folder(chain, tmp_path, people):
    folder = write(tmp_path, people, stamped=True)
    found = chain.evaluate(folder, task="activity", board=None)
    assert found["agree"] and found["data"]["source"] == "real" and found["data"]["groups"] == 2
    assert set(found["rows"]) == {"float", "tflm", "host"}
    metrics = found["metrics"]
    # made-up people, whom it has never seen: far above the sixth that chance gives
    assert metrics["accuracy"] > 0.5 and 0 < metrics["macro_f1"] <= 1
    assert np.sum(metrics["confusion"]) <= found["data"]["windows"] == 2 * 89
    assert abs(found["rows"]["float"]["macro_f1"] - metrics["macro_f1"]) < 0.1


def test_every_subject_is_scored_once_whatever_ran(chain, people, monkeypatch):
    taken = activity.takes(None, chain.rates, 3)
    short = [
        replace(one, frames=one.frames[: 125 * 20 * n], truth=one.truth[: 10 * n]) for n, one in enumerate(taken, 1)
    ]
    alone = activity.evaluate(chain, short, None, None)
    # as if the firmware had run on both: what it says is Python's
    told = [chain.answer(one.frames) for one in short]
    monkeypatch.setattr(scoring, "answers", lambda *_: {name: told for name in ("python", "host", "mps2_an386")})
    with_board = activity.evaluate(chain, short, None, "mps2_an386")
    assert set(with_board["rows"]) == {"float", "tflm", "host", "mps2_an386"}
    for row in ("host", "mps2_an386"):
        assert with_board["rows"][row] == alone["metrics"] == with_board["metrics"]
    assert alone["windows"] == with_board["windows"] == 10 + 20 + 30 - 3
    assert set(alone["metrics"]["subjects"]) == {one.group for one in short}


def test_neither_wrist_nor_turn_changes_decisions(chain, tmp_path, people):
    angle = np.radians(110)
    turn = np.array([[-1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    plain = chain.evaluate(write(tmp_path / "a", people, stamped=True), task="activity", board=None)
    turned = chain.evaluate(write(tmp_path / "b", people, stamped=True, turn=turn), task="activity", board=None)
    assert abs(plain["metrics"]["accuracy"] - turned["metrics"]["accuracy"]) < 0.02


def test_the_committed_network_is_small_and_says_where_it_comes_from(chain):
    model = activity.load(chain.folder)
    assert len(model.int8_model) <= 16_000
    assert model.mean.shape == (len(NAMES),)
    assert "wisdm" in (chain.folder / activity.FILES[2]).read_text()


def test_training_writes_a_network_that_runs(chain, tmp_path):
    made = activity.windows(activity.streams(None, 3), activity.Way.of(chain.wrist), copies=1)
    assert made.values.shape[::2] == (2, len(NAMES)) and len(made.labels) == 3 * 6 * 29
    model = activity.train(made, seed=1, epochs=20)
    activity.save(model, tmp_path, {"data": "synthetic"})
    again = activity.load(tmp_path)
    scores = activity.int8_scores(again, made.values[0])
    assert (scores.argmax(1) == made.labels).mean() > 0.6
    assert (activity.float_scores(again, made.values[0]).argmax(1) == scores.argmax(1)).mean() > 0.9
    some = made.labels != activity.LABELS.index("kicking")
    with pytest.raises(DataError, match="kicking"):
        activity.train(replace(made, values=made.values[:, some], labels=made.labels[some], groups=made.groups[some]))
    with pytest.raises(ModelError):
        activity.load(tmp_path / "nowhere")


def test_figures_of_a_stream_include_the_delay():
    true = np.repeat([0, 4, 1], 20)
    decided = np.concatenate([[-1, -1], np.repeat([0, 4, 1], [23, 20, 15])])
    found = activity.metrics([activity.Scored("a", true, true, decided)])
    assert found["accuracy_window"] == 1.0
    assert found["accuracy"] == pytest.approx(1 - 12 / 60)
    assert found["delay_s"] == 2 * 5.5 + 1
    assert found["never_found"] == 0


def test_ticks_without_a_window_are_scored_by_what_is_still_said():
    scores = np.full((8, 6), -128, np.int8)
    scores[[2, 3, 4, 5, 6, 7], [0, 0, 3, 3, 3, 0]] = 127
    valid = np.array([0, 0, 1, 1, 0, 0, 0, 1], bool)
    found = activity.score("a", np.array([0, 0, 0, 0, 3, 3, 3, 0]), scores, valid, ActivityParameters())
    assert len(found.true) == 6
    np.testing.assert_array_equal(found.window, 0)
    np.testing.assert_array_equal(found.decided, 0)
    assert activity.metrics([found])["accuracy"] == 0.5


def test_steps_within_five_percent_of_those_done(chain):
    found = steps.evaluate(chain, steps.walks(None, 125, 2), None, None)
    assert found["metrics"]["step_error_worst"] < 0.05
    assert all(gait["step_error"] < 0.06 for gait in found["metrics"]["gaits"].values())


def test_falls_are_counted_once_and_ordinary_hours_beside_them(chain):
    given = steps.falls(None, 125, 6)
    found = steps.evaluate_falls(chain, given, None, None)["metrics"]
    assert found["falls"] == 6 and found["sensitivity"] >= 0.5
    assert found["hours"] == pytest.approx((6 * 36 + 6 * 220) / 3600, rel=0.02)
    low, high = found["sensitivity_95"]
    assert low < found["sensitivity"] < high


def test_nights_are_scored_by_both_rules(chain, monkeypatch):
    monkeypatch.setattr(sleep, "NIGHTS", 1)
    monkeypatch.setattr(sleep, "REPLAYED_S", 180)
    found = sleep.evaluate(chain, sleep.takes(None, 125), None, None)
    assert found["agree"] and "synthetic" in found["note"]
    for rule in ("cole_kripke", "sadeh"):
        assert found["metrics"]["rules"][rule]["accuracy"] > 0.8
    true, asleep = np.array([1, 1, 1, 0, 0], bool), np.array([1, 1, 0, 0, 1], bool)
    told = sleep.minutes(true, asleep)
    assert told["accuracy"] == pytest.approx(0.6) and told["specificity"] == 0.5
    assert told["sensitivity"] == pytest.approx(2 / 3)


def test_other_tasks_have_no_split_by_subject(chain):
    with pytest.raises(ConfigError):
        chain.evaluate(None, task="steps", split="subject", board=None)
