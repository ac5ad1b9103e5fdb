"""Recordings carry what a result must say about them."""

from dataclasses import replace

import numpy as np
import pytest

from motekit.data import Recording, provenance, stack
from motekit.errors import DataError

CLIP = Recording(
    samples=np.arange(8, dtype=np.int16),
    rate_hz=4.0,
    unit="FS",
    channels=("audio",),
    label="yes",
    group="a",
    name="yes/a_nohash_0.wav",
    source="real",
)


def test_samples_cannot_be_changed_but_the_callers_array_can():
    mine = np.zeros(4, np.int16)
    recording = replace(CLIP, samples=mine)
    with pytest.raises(ValueError, match="read-only"):
        recording.samples[0] = 1
    mine[0] = 1
    assert recording.samples[0] == 1


def test_duration():
    assert CLIP.duration_s == 2.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"samples": np.zeros(0, np.int16)}, "is empty"),
        ({"samples": np.zeros((4, 2), np.int16)}, "one column a channel"),
        ({"source": "elsewhere"}, 'Say "real" or "synthetic"'),
    ],
)
def test_impossible_recordings(changes, message):
    with pytest.raises(DataError, match=message):
        replace(CLIP, **changes)


def test_three_axes():
    recording = replace(CLIP, samples=np.zeros((10, 3), np.int16), channels=("x", "y", "z"))
    assert recording.duration_s == 2.5


def test_one_synthetic_recording_makes_the_whole_synthetic():
    real = [CLIP, replace(CLIP, group="b")]
    assert (provenance(real, "x").source, provenance(real, "x").groups) == ("real", 2)
    assert provenance([*real, replace(CLIP, source="synthetic")], "x").source == "synthetic"


def test_stacking_wants_one_length():
    assert stack([CLIP, CLIP]).shape == (2, 8)
    with pytest.raises(DataError, match="Load them with one length"):
        stack([CLIP, replace(CLIP, samples=np.zeros(9, np.int16))])
    with pytest.raises(DataError, match="no recordings"):
        stack([])
