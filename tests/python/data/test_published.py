import numpy as np
import pytest

from motekit.data.published import published
from motekit.datasets.synthetic import noise, speech
from motekit.errors import ConfigError, DataError


@pytest.fixture(scope="module")
def material():
    return speech.make(60, seed=3), noise.recordings(5.0, 3)


def test_composition_is_the_published_one(material):
    stream = published(*material, duration_s=1800.0, seed=1)
    assert len(stream.samples) == 1800 * 16000 and stream.source == "synthetic"
    assert len(stream.truth) == 600
    unknown = np.mean([word.label == "_unknown_" for word in stream.truth])
    assert 0.24 < unknown < 0.36
    starts = np.array([word.start_s for word in stream.truth])
    offset = starts - 3.0 * np.arange(600)
    assert offset.min() >= 0 and offset.max() <= 2.0
    counts = {label: sum(w.label == label for w in stream.truth) for label in {w.label for w in stream.truth}}
    assert min(counts.values()) > 20


def test_words_are_laid_in_as_recorded(material):
    words, beds = material
    silent = [type(bed)(**{**bed.__dict__, "samples": np.zeros_like(bed.samples)}) for bed in beds]
    stream = published(words, silent, duration_s=30.0, seed=2)
    for spoken in stream.truth:
        start = round(spoken.start_s * 16000)
        heard = stream.samples[start : start + 16000]
        assert any(np.array_equal(heard, word.samples[: len(heard)]) for word in words)


def test_the_same_seed_is_the_same_stream(material):
    one, same, other = (published(*material, duration_s=30.0, seed=seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(one.samples, same.samples)
    assert one.truth == same.truth
    assert not np.array_equal(one.samples, other.samples)


def test_what_is_missing_is_named(material):
    words, beds = material
    with pytest.raises(DataError, match="background noise"):
        published(words, [], duration_s=30.0)
    with pytest.raises(DataError, match="other words"):
        published([w for w in words if w.label != "_unknown_"], beds, duration_s=30.0)
    with pytest.raises(ConfigError, match="too short"):
        published(words, beds, duration_s=1.0)
