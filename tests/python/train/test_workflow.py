"""The commands' workflow from end to end, on tones that stand for words and an app that has few of them."""

import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from motekit import app as apps
from motekit import paths, pretrained
from motekit.data import audio
from motekit.errors import DataError
from motekit.train import crossval, recipe, thresholds, words, workflow

RATE = 16000
PITCH = {"yes": 300, "no": 700, "bed": 1500}
RECIPE = """
from motekit.datasets import speech_commands
from motekit.train.augment import Augmentation
from motekit.train.loop import Schedule
from motekit.train.variations import Variation

MEAN, DEVIATION = 12.0, 4.0
VARIATIONS, MARGIN = 2, 10
SYNTHETIC = {"count": 8, "seed": 1, "keywords": ("yes", "no"), "others": ("table",), "silence_share": 0.0,
             "clean": True, "workers": 1}
VARIATION = Variation()
AUGMENTATION = Augmentation(unknown=12, negatives=6, silences=12, gain_db=(-3.0, 3.0), snr_db=(20.0, 30.0))
SCHEDULE = Schedule(epochs=40, batch=16, rate=0.02)


def recordings(data):
    found = speech_commands.find(data, ("yes", "no"))
    return found.load([c for c in found.clips if c.label != "_silence_"]), found.noise()


def build(words):
    from keras import Input, Model, layers

    inputs = Input((49, 40, 1))
    x = layers.ReLU()(layers.Conv2D(8, 3, strides=(2, 1))(inputs))
    x = layers.Flatten()(layers.MaxPooling2D((23, 1))(x))
    return Model(inputs, [layers.Dense(4)(x), layers.Dense(words)(x)])
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tones") / "tones"
    folder.mkdir()
    text = (paths.project_root() / "apps/keyword_spotting/app.toml").read_text()
    start, end = text.index("labels ="), text.index("quantization")
    text = text[:start] + 'labels = ["_silence_", "_unknown_", "yes", "no"]\n' + text[end:]
    (folder / "app.toml").write_text(text.replace('"keyword_spotting"', '"tones"'))
    (folder / "recipe.py").write_text(RECIPE)
    return apps.load(folder)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    rng = np.random.default_rng(0)
    t = np.arange(RATE) / RATE
    for word, pitch in PITCH.items():
        for speaker in range(10):
            tone = 6000 * np.sin(2 * np.pi * (pitch + 10 * speaker) * t) * (np.abs(t - 0.5) < 0.2)
            audio.write(root / word / f"s{speaker}_nohash_0.wav", audio.to_int16(tone + rng.normal(0, 20, RATE)))
    audio.write(root / "_background_noise_" / "hiss.wav", audio.to_int16(rng.normal(0, 300, 20 * RATE)))
    return root


@pytest.fixture(autouse=True)
def own_work_folder(monkeypatch, tmp_path_factory):
    monkeypatch.setattr(paths, "work_dir", lambda: tmp_path_factory.getbasetemp() / "work")
    monkeypatch.setattr(workflow, "STREAM_S", 60.0)


@pytest.fixture(scope="module")
def prepared(app, data):
    made = recipe.load(app)
    spoken, noise = workflow._recordings(app, made, data)
    return words.prepare(app, made, spoken, noise, seed=0)


def test_synthetic_words_help_and_are_never_scored(prepared):
    assert prepared.synthetic.sum() == 8 and prepared.source == "real"
    assert not prepared.synthetic[prepared.scored].any() and len(prepared.scored) == 30


def test_what_is_scored_is_the_recording_itself(app, prepared, data):
    clip = audio.read(data / "bed" / "s0_nohash_0.wav")
    rows = app.feature_block.process(clip)
    assert any((w == rows).all() for w in prepared.windows)


def test_training_writes_a_package_that_the_app_runs(app, data, tmp_path):
    told = []
    info = workflow.train_app(app, data, tmp_path, seed=1, progress=lambda *news: told.append(news))
    assert info["provenance"]["data"]["licence"] == "CC-BY-4.0"
    assert info["provenance"]["data"]["synthetic_words_added"] == 8
    # some speakers set the thresholds and are not trained on
    assert info["provenance"]["data"]["groups"] < info["provenance"]["data"]["of_groups"] == 10
    assert set(info["decision"]["on"]) == {"yes", "no"}
    assert {news[2].split()[0] for news in told} >= {"features", "loss"}
    model = pretrained.load(app, tmp_path)
    assert model.info["feature_hash"] == f"{app.feature_hash:016x}" and len(model.int8) < 60_000
    again = workflow.quantize_app(app, data, tmp_path, seed=1)
    assert again["same_label"] > 0.9 and again["bytes"]["int8"] == len((tmp_path / "model.tflite").read_bytes())


def test_a_further_cycle_goes_on_from_the_network_of_the_one_before(prepared):
    everyone = np.arange(len(prepared.labels))
    schedule = replace(prepared.recipe.SCHEDULE, epochs=2, restarts=(0.01,))
    told = []

    def learnt(schedule, **how):
        recipe = SimpleNamespace(**{**vars(prepared.recipe), "SCHEDULE": schedule})
        return words.learn(replace(prepared, recipe=recipe), seed=5, chosen=everyone, **how)

    both = learnt(schedule, progress=lambda *news: told.append(news[:2]))
    first = learnt(schedule.cycles[0])
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    maker = words._maker(prepared, everyone)
    second = words._cycle(maker, prepared.recipe, schedule.cycles[1], 6, first)
    for a, b in zip(both.get_weights(), second.get_weights(), strict=True):
        assert (a == b).all()
    # what the second cycle begins with is what the first has learnt, not a new network
    resting = replace(schedule.cycles[1], rate=1e-9, epochs=1)
    kept = words._cycle(maker, prepared.recipe, resting, 6, first)
    for a, b in zip(kept.get_weights(), first.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-4)


def test_teachers_of_other_seeds_teach_the_first_of_them(prepared):
    everyone = np.arange(len(prepared.labels))
    schedule = replace(prepared.recipe.SCHEDULE, epochs=2, restarts=(0.01,), teachers=2)
    recipe, told = SimpleNamespace(**{**vars(prepared.recipe), "SCHEDULE": schedule}), []
    taught = words.learn(
        replace(prepared, recipe=recipe), seed=5, chosen=everyone, progress=lambda *news: told.append(news[:2])
    )
    assert told == [(k + 1, 6) for k in range(6)]
    maker = words._maker(prepared, everyone)
    teachers = [words._cycle(maker, prepared.recipe, schedule.cycles[0], seed) for seed in (5, 1005)]
    again = words._cycle(maker, prepared.recipe, schedule.cycles[1], 6, teachers[0], teachers)
    alone = words._cycle(maker, prepared.recipe, schedule.cycles[1], 6, teachers[0])
    for a, b in zip(taught.get_weights(), again.get_weights(), strict=True):
        assert (a == b).all()
    assert any((a != b).any() for a, b in zip(taught.get_weights(), alone.get_weights(), strict=True))


def test_folds_share_no_speaker_and_pool_every_recording_once(app, data, prepared, tmp_path):
    found = workflow.evaluate_folds(app, data, folds=2, seed=0, epochs=30, out=tmp_path, workers=2)
    assert found["split"] == "speaker" and found["agree"] is True
    assert found["data"] | {"groups": 10, "windows": 30, "source": "real"} == found["data"]
    assert sum(fold["windows"] for fold in found["folds"]) == 30
    assert sum(fold["groups"] for fold in found["folds"]) == 10
    assert found["metrics"]["accuracy"] > 0.8
    assert found["stream"]["hours"] == pytest.approx(2 / 60) and found["stream"]["keywords"] > 5
    kept = json.loads((tmp_path / "results.json").read_text())
    assert kept["cross_validation"]["labels"] == app.labels and kept["stream"]["det"]
    # a training in the same folder then learns from everybody, and takes these thresholds
    assert workflow._thresholds(app, tmp_path, prepared) == found["decision"]["on"]


def test_thresholds_of_other_recordings_are_not_taken(app, prepared, tmp_path):
    workflow.save(tmp_path, {"cross_validation": {"decision": {"on": {"yes": 0.5}, "data": "another"}}})
    assert workflow._thresholds(app, tmp_path, prepared) is None


def test_the_fewest_misses_within_the_false_accepts_are_chosen(app):
    """A made-up network that takes every third other word for "no", less certainly than the keywords."""
    from motekit.data.stream import Spoken, Stream

    period, smoothing = app.window_period_s, app.decision["smoothing_s"]
    long, windows = round(smoothing / period), 1200
    scores = np.full((windows, 4), -128, np.int8)
    scores[:, app.labels.index("_unknown_")] = 127
    truth = []
    for number, at in enumerate(range(20, windows - 40, 30)):
        keyword = number % 2 == 0
        label = ("yes", "no")[number // 2 % 2] if keyword else "_unknown_"
        truth.append(Spoken(label, at * period, at * period + 1.0, "s", label, 20.0))
        if keyword:
            scores[at + 2 : at + 2 + long, app.labels.index(label)] = 100
            scores[at + 2 : at + 2 + long, app.labels.index("_unknown_")] = -100
        elif number % 3 == 0:
            scores[at + 2 : at + 2 + long, app.labels.index("no")] = 40
            scores[at + 2 : at + 2 + long, app.labels.index("_unknown_")] = -40
    samples = np.zeros(round(windows * period * RATE), np.int16)
    heard = thresholds.Heard(Stream(samples, RATE, tuple(truth), "synthetic", "x"), scores)
    on = thresholds.choose(app, [heard])
    found = thresholds.score(app, heard, on)
    assert found.keywords > 15 and found.false_accepts == 0 and found.miss_rate == 0
    assert app.decision["odds"]
    doubtful, sure = (0.5 + 30 / 256 * np.log((p + 4) / (u + 4)) for p, u in ((168, 88), (228, 28)))
    assert doubtful - 0.004 < on["yes"] == on["no"] <= sure + 0.004
    lax = thresholds.score(app, heard, {"yes": 0.53, "no": 0.53})
    assert lax.false_accepts > 5 and lax.miss_rate == 0
    # what lets nothing false through within the allowance may still let some through with a larger one
    assert thresholds.choose(app, [heard], false_accepts_per_hour=1e4)["no"] <= on["no"]


def test_a_folder_without_noise_is_refused(app, data, tmp_path):
    shutil.copytree(data, tmp_path / "quiet", ignore=shutil.ignore_patterns("_background_noise_"))
    with pytest.raises(DataError, match="_background_noise_"):
        workflow.train_app(app, tmp_path / "quiet", tmp_path / "out")


def test_a_label_without_recordings_is_refused(app, prepared):
    made = recipe.load(app)
    with pytest.raises(DataError, match="no recordings of '_unknown_'"):
        words.prepare(app, made, [], [], seed=0)


def test_workers_get_what_was_prepared(prepared, tmp_path):
    crossval._spill(prepared, tmp_path)
    back = crossval._unspill(tmp_path)
    assert (back.rows == prepared.rows).all() and (back.labels == prepared.labels).all()
    assert (back.synthetic == prepared.synthetic).all()
