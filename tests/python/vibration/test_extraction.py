"""Rows of vibration for training: the block's own bits, from all cores, and from the cache."""

from dataclasses import replace

import numpy as np
import pytest

from kept import watched
from motekit import chains
from motekit.apps.vibration_maintenance import extraction, machine, recipe
from motekit.data.machine import frames_of
from motekit.datasets.synthetic import vibration
from motekit.dsp.bearing import Rows

APP = chains.of("vibration_maintenance").app


@pytest.fixture(scope="module")
def recordings():
    """Short ones, the last of another bearing."""
    made = vibration.recordings(1, 3.0)
    return [*made, replace(made[-1], bearing="FE")]


def same(one: recipe.Rows, other: recipe.Rows) -> bool:
    pairs = [(getattr(one, name), getattr(other, name)) for name in recipe.Rows.__dataclass_fields__]
    return all(a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes() for a, b in pairs)


def test_rows_are_the_blocks_and_come_from_the_cache_the_second_time(recordings, tmp_path, monkeypatch):
    written = watched(monkeypatch, tmp_path)
    first = recipe.read(APP, recordings, phases=2)
    assert len(written) == len(set(written)) == 2 * len(recordings)
    for index, recording in enumerate(recordings):
        block = machine.bearing(APP, machine.geometry_of(APP, recording.bearing))
        found = block.process(frames_of(recording.samples, block.scale))
        mine = first.features[first.recording == index][: int((found.quality == 0).sum())]
        assert mine.tobytes() == found.features[found.quality == 0].tobytes()
    written.clear()
    assert same(recipe.read(APP, recordings, phases=2), first) and not written


def test_augmented_rows_repeat_by_seed_and_differ_by_it(recordings, tmp_path, monkeypatch):
    written = watched(monkeypatch, tmp_path)
    first = recipe.training_rows(APP, recordings, passes=1, seed=3)
    written.clear()
    assert same(recipe.training_rows(APP, recordings, passes=1, seed=3), first) and not written
    assert not same(recipe.training_rows(APP, recordings, passes=1, seed=4), first) and written


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("envelope", {"tolerance": 0.01}),
        ("envelope", {"turns": 64}),
        ("shape", {"high_hz": 4900}),
        ("bearing", {"balls": 8}),
    ],
)
def test_other_parameters_are_other_rows(recordings, tmp_path, monkeypatch, section, change):
    written = watched(monkeypatch, tmp_path)
    one = recordings[:1]
    first = recipe.read(APP, one, phases=1)
    declared = APP.declared | {section: APP.declared[section] | change}
    other = recipe.read(replace(APP, declared=declared), one, phases=1)
    assert len(written) == len(set(written)) == 2 and not same(first, other)


def test_readings_keep_their_order_over_batches_and_bearings(tmp_path, monkeypatch):
    written = watched(monkeypatch, tmp_path)
    monkeypatch.setattr(extraction, "BATCH", 3)
    rng = np.random.default_rng(0)
    given = [
        (name, frames_of(np.c_[rng.normal(0, 2, 16000), np.full(16000, 1797)], 0.005)) for name in [""] * 7 + ["FE"]
    ]
    found = list(extraction.rows_of(APP, iter(given)))
    assert len(found) == len(written) == 8
    for (name, frames), rows in zip(given, found, strict=True):
        want = machine.bearing(APP, machine.geometry_of(APP, name)).process(frames)
        assert isinstance(rows, Rows)
        assert all(getattr(rows, k).tobytes() == getattr(want, k).tobytes() for k in ("features", "levels", "quality"))
