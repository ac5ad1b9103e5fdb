"""Log-mel rows and what follows them, as [[features]] of an audio app declare it."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit import app as apps
from motekit import chains, paths
from motekit.dsp import declared
from motekit.dsp.logmel import LogMel
from motekit.dsp.mfcc import Mfcc
from motekit.dsp.rows import Rows
from motekit.dsp.voice import Delta, Pcan, VoiceActivity
from motekit.errors import ConfigError
from motekit.verify import verify
from signals import chunkings, hostile, noise, speech, split

GAIN, VOICE = {"block": "pcan", "rise_s": 2.0, "strength": 0.7}, {"block": "vad", "on": 1.2, "hang": 5}
LISTS = {
    "pcan": [GAIN],
    "mfcc": [GAIN, {"block": "mfcc", "coefficients": 10}],
    "delta": [{"block": "delta", "reach": 3, "gain_bits": 2}],
    "vad": [GAIN, VOICE],
    "all": [GAIN, {"block": "mfcc"}, VOICE, {"block": "delta"}, {"block": "delta", "reach": 1}],
}


def by_themselves(name: str, samples: np.ndarray) -> np.ndarray:
    """The same rows by the blocks, one after the other over the whole recording."""
    logmel = LogMel()
    rows, levels = logmel.process(samples), None
    for stage in LISTS[name]:
        keys = {key: value for key, value in stage.items() if key != "block"}
        if stage["block"] == "pcan":
            rows, levels = Pcan(logmel, **keys).transform(rows)
        elif stage["block"] == "mfcc":
            rows = Mfcc(logmel, **keys).transform(rows)
        elif stage["block"] == "vad":
            q = 7 if rows.shape[1] < 40 else 9
            active = VoiceActivity(**keys).push(levels)
            rows = np.concatenate([rows, (levels >> (9 - q))[:, None], (active << q)[:, None].astype(np.int16)], axis=1)
        else:
            reach, gain = keys.get("reach", 2), keys.get("gain_bits", 0)
            slopes = Delta(rows.shape[1], reach).push(rows).astype(int) << gain
            slopes = np.clip(slopes, -32768, 32767).astype(np.int16)
            rows = np.concatenate([rows[: len(slopes)], slopes], axis=1)
            levels = None if levels is None else levels[: len(slopes)]
    return rows


@pytest.mark.parametrize("name", LISTS)
def test_rows_are_the_blocks_one_after_the_other(name):
    block = Rows(LogMel(), LISTS[name])
    for samples in (*speech(2)[:2], *hostile(4000).values()):
        rows = block.process(samples)
        assert len(rows) == block.rows_of(len(samples)) and rows.shape[1] == block.width
        np.testing.assert_array_equal(rows, by_themselves(name, samples))


@given(st.data(), st.sampled_from(sorted(LISTS)))
@settings(max_examples=15, deadline=None)
def test_any_split_of_the_stream_gives_the_same_bits(data, name):
    block, samples = Rows(LogMel(), LISTS[name]), noise(6000, 3000, 1)
    whole = block.process(samples)
    block.reset()
    parts = [block.push(part) for part in split(samples, data.draw(chunkings(len(samples))))]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_someone_speaking_is_a_feature():
    word = speech(1)[0]
    quiet = noise(48000, 30, 2)
    quiet[24000 : 24000 + len(word)] += word // 2
    speaks = Rows(LogMel(), [GAIN | {"strength": 0.0}, VOICE]).process(quiet)[:, -1] == 512
    assert not speaks[:60].any() and speaks[75:120].any()


@pytest.mark.parametrize(
    ("after", "message"),
    [
        ([{"block": "vad"}], "Put a pcan before it"),
        ([{"block": "delta"}, {"block": "mfcc"}], "Put it before delta"),
        ([{"block": "delta"}, GAIN], "Put it before mfcc"),
        ([GAIN | {"speed": 1}], "no key 'speed'"),
        ([{"block": "delta", "reach": 9}], "reach 9"),
        ([{"block": "delta", "gain_bits": 9}], "gain_bits 9"),
        ([{"block": "statistics"}], "cannot follow"),
    ],
)
def test_wrong_declarations_are_refused(after, message):
    with pytest.raises(ConfigError, match=message):
        declared.build([{"block": "log_mel"}, *after], 16000, "app.toml")


def test_one_block_alone_is_what_it_was():
    assert isinstance(declared.build([{"block": "log_mel"}], 16000, ""), LogMel)
    assert isinstance(declared.build([{"block": "mfcc"}], 16000, ""), Mfcc)
    hashes = {declared.build([{"block": "log_mel"}, *after], 16000, "").digest() for after in LISTS.values()}
    assert len(hashes) == len(LISTS)
    with pytest.raises(ConfigError, match="log_mel, then mfcc"):
        declared.build([{"block": "mfcc"}, {"block": "delta"}], 16000, "")


@pytest.fixture(scope="module")
def voice_app(tmp_path_factory):
    """The keyword app with other features, declared in app.toml alone, and a network that has learnt nothing."""
    import keras

    from motekit.train.quantize import quantize

    folder = tmp_path_factory.mktemp("voices") / "voices"
    (folder / "pretrained").mkdir(parents=True)
    text = (
        (paths.project_root() / "apps/keyword_spotting/app.toml").read_text().replace('"keyword_spotting"', '"voices"')
    )
    more = '\n[[features]]\nblock = "pcan"\n\n[[features]]\nblock = "mfcc"\ncoefficients = 8\n'
    more += '\n[[features]]\nblock = "vad"\n\n[[features]]\nblock = "delta"\n'
    (folder / "app.toml").write_text(text.replace("\n[model]", more + "\n[model]"))
    app = apps.load(folder)
    assert (app.rows, app.feature_block.width) == (47, 20)
    keras.utils.set_random_seed(1)
    inputs = keras.Input((47, 20, 1))
    x = keras.layers.Flatten()(keras.layers.Conv2D(2, 5, strides=4)(inputs))
    model = keras.Model(inputs, keras.layers.Softmax()(keras.layers.Dense(len(app.labels))(x)))
    rows = np.random.default_rng(0).normal(0, 1, (64, 47, 20, 1)).astype(np.float32)
    made = quantize(model, rows)
    (folder / "pretrained" / "float.tflite").write_bytes(made.float_model)
    (folder / "pretrained" / "model.tflite").write_bytes(made.int8_model)
    info = {
        "app": app.name, "labels": app.labels, "feature_hash": f"{app.feature_hash:016x}",
        "input": {"mean": 0.0, "deviation": 4.0},
        "decision": {"on": {label: 0.12 for label in app.labels if not label.startswith("_")}},
    }  # fmt: skip
    (folder / "pretrained" / "model.json").write_text(json.dumps(info))
    return folder


def test_firmware_of_an_app_with_them_gives_pythons_bits(voice_app):
    chain = chains.of(voice_app)
    samples = np.concatenate(speech(4)[:4])
    batch, stream = chain.pipeline.batch(samples), chain.pipeline.stream([samples[:7000], samples[7000:]])
    np.testing.assert_array_equal(batch.features, stream.features)
    np.testing.assert_array_equal(batch.scores, stream.scores)
    found = verify(chain, "host", [chain.takes(None, 1)[0]])
    assert found.equal == {"features": True, "scores": True, "decisions": True}
    assert sum(len(answer.scores) for answer in found.firmware) > 20
