"""Python's chain: the stream equals the arrays, any chunking, and the network equals its oracle."""

import dataclasses
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit import app as apps
from motekit import pretrained
from motekit.agreement import Runtimes, rows
from motekit.errors import ModelError
from motekit.pipeline import Pipeline, Replay
from signals import chunkings, hostile, noise, speech, split


@pytest.fixture(scope="module")
def pipeline():
    return Pipeline(apps.load("keyword_spotting"))


def assert_same(one: Replay, other: Replay) -> None:
    np.testing.assert_array_equal(one.features, other.features)
    np.testing.assert_array_equal(one.scores, other.scores)
    assert one.events == other.events


def talk(seconds: int) -> np.ndarray:
    """Words, one a second and a half, in faint noise."""
    out = noise(seconds * 16000, 40, 3).astype(int)
    for index, word in enumerate(speech(8)[: seconds // 2]):
        out[index * 24000 : index * 24000 + len(word)] += word
    return np.clip(out, -32768, 32767).astype(np.int16)


def test_stream_equals_batch_on_every_frame(pipeline):
    samples = talk(16)
    batch = pipeline.batch(samples)
    assert len(batch.features) == 799 and len(batch.scores) == 1 + (799 - 49) // pipeline.app.stride
    assert_same(pipeline.stream([samples]), batch)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_any_split_of_the_stream_gives_the_same_bits(pipeline, data):
    samples = talk(4)
    lengths = data.draw(chunkings(len(samples)))
    assert_same(pipeline.stream(split(samples, lengths)), pipeline.batch(samples))


@pytest.mark.parametrize("name", list(hostile()))
def test_hostile_audio_is_the_same_in_stream_and_batch(pipeline, name):
    samples = np.tile(hostile()[name], 3)
    assert_same(pipeline.stream([samples[:1], samples[1:]]), pipeline.batch(samples))


def test_network_equals_the_oracle_on_random_inputs(pipeline):
    windows = np.random.default_rng(9).integers(-2000, 17000, (1000, 49, 40)).astype(np.int16)
    found = {row.name: row for row in rows(Runtimes(pipeline), windows, {})}
    assert found["tflm"].equal and found["host"].equal and found["host"].windows == 1000


def test_network_equals_the_oracle_on_speech(pipeline):
    clips = speech(500)
    assert len(clips) >= 500
    windows = np.concatenate([pipeline.windows(pipeline.block.process(clip)) for clip in clips])
    found = {row.name: row for row in rows(Runtimes(pipeline), windows, {})}
    assert found["tflm"].equal and found["host"].equal
    # int8 loses a little to float, not more
    assert found["float"].same_label > 0.9


def test_a_lost_window_is_a_disagreement(pipeline):
    windows = pipeline.windows(pipeline.block.process(talk(4)))
    scores = pipeline.network.predict(pipeline.tensors(windows)).reshape(len(windows), -1)
    damaged = scores.copy()
    damaged[-1, 0] ^= 1
    found = {row.name: row for row in rows(Runtimes(pipeline), windows, {"short": scores[:-1], "bit": damaged})}
    assert found["short"].equal is False and found["bit"].equal is False


def test_a_model_of_other_features_is_refused(pipeline):
    other = dataclasses.replace(pipeline.app, features=[{**pipeline.app.features[0], "bands": 38}])
    with pytest.raises(ModelError, match="other features"):
        pretrained.load(other)


@pytest.mark.parametrize("name", ["model.json", "model.tflite", "float.tflite"])
def test_a_missing_file_says_which(pipeline, tmp_path, name):
    shutil.copytree(pipeline.app.pretrained, tmp_path / "model", dirs_exist_ok=True)
    (tmp_path / "model" / name).unlink()
    with pytest.raises(ModelError, match=name):
        found = pretrained.load(pipeline.app, tmp_path / "model")
        assert found.int8 and found.float


def test_lost_samples_and_clipping_reach_the_decision(pipeline):
    from motekit.core import lib
    from motekit.pipeline import _AudioStream

    word = speech(1)[0].astype(int)
    samples = noise(6 * 16000, 30, 5).astype(int)
    for start in (1, 4):
        samples[start * 16000 : start * 16000 + len(word)] += word // 2
    samples = np.clip(samples, -32000, 32000).astype(np.int16)
    samples[3 * 16000] = 32767
    stream, flags = _AudioStream(pipeline), []
    for at in range(0, len(samples), 320):
        before = stream._stream.window_index
        if at == 96 * 320:  # of six seconds the second
            lib.mk_audio_stream_gap(stream._stream)
        stream.push(samples[at : at + 320])
        flags += [stream._stream.quality] * (stream._stream.window_index - before)
    found = stream.sink.replay(pipeline.block.width, len(pipeline.app.labels))
    period = pipeline.app.window_period_s
    ends = 0.98 + period * np.arange(len(flags))
    of = lambda bit: ends[(np.array(flags) & bit) > 0]  # noqa: E731
    assert 1.9 < of(4).min() < 2.1 and 2.85 < of(4).max() < 3.1
    assert 2.95 < of(2).min() < 3.2 and 3.9 < of(2).max() < 4.2
    # scores are what they were: only the decision is another
    whole = pipeline.stream([samples])
    np.testing.assert_array_equal(found.scores, whole.scores)
    silent = found.scores.copy()
    silent[(np.array(flags) & 4) > 0] = -128
    assert found.events == pipeline.model.keyword().process(silent)
