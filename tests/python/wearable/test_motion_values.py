"""Values of windows for training: the core's own bits, from all cores, and from the cache."""

from dataclasses import fields, replace

import numpy as np
import pytest

from kept import watched
from motekit import app as apps
from motekit.apps.wearable import activity, motion_values
from motekit.apps.wearable.chain import AppChain
from motekit.dsp import gait
from motekit.post.body import NAMES, values


@pytest.fixture(scope="module")
def way():
    return activity.Way.of(AppChain(apps.load("wearable")).wrist)


@pytest.fixture(scope="module")
def people():
    return [replace(stream, parts=[part[:200] for part in stream.parts]) for stream in activity.streams(None, 2)]


def same(one: activity.Windows, other: activity.Windows) -> bool:
    pairs = [(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)]
    return all(a.shape == b.shape and a.tobytes() == b.tobytes() for a, b in pairs)


def test_training_windows_come_from_the_cache_the_second_time(people, way, tmp_path, monkeypatch):
    written = watched(monkeypatch, tmp_path)
    first = activity.windows(people, way, seed=1, copies=1)
    # of each person every part and, together, the windows that hold a change
    assert len(written) == len(set(written)) == sum(len(stream.parts) + 1 for stream in people)
    felt = way.both(people[0].parts[0])
    starts = np.arange(0, len(felt) - gait.LENGTH + 1, activity.TICK)
    plain = values(felt[starts[:, None] + np.arange(gait.LENGTH)])
    assert first.values[0, : len(starts)].tobytes() == plain.tobytes()
    written.clear()
    assert same(activity.windows(people, way, seed=1, copies=1), first) and not written


@pytest.mark.parametrize("change", [{"seed": 2}, {"copies": 2}, {"rate_hz": 50}])
def test_other_parameters_are_other_windows(people, way, tmp_path, monkeypatch, change):
    written = watched(monkeypatch, tmp_path)
    first = activity.windows(people[:1], way, copies=1)
    written.clear()
    rate = change.pop("rate_hz", way.rate_hz)
    other = activity.windows(people[:1], replace(way, rate_hz=rate), **({"copies": 1} | change))
    assert written and not same(first, other)


def test_other_bands_are_other_values(tmp_path, monkeypatch):
    written = watched(monkeypatch, tmp_path)
    windows = np.random.default_rng(0).normal(0, 0.3, (3, gait.LENGTH, 3)).astype(np.float32)
    (first,) = motion_values.measured([windows])
    (again,) = motion_values.measured([windows])
    assert len(written) == 1 and again.tobytes() == first.tobytes() == values(windows).tobytes()
    monkeypatch.setattr(gait, "BANDS_HZ", (0.4, *gait.BANDS_HZ[1:]))
    (other,) = motion_values.measured([windows])
    assert len(written) == 2 and other.tobytes() != first.tobytes() == again.tobytes()


def test_a_person_of_one_activity_has_windows_but_no_changes(people, way, tmp_path, monkeypatch):
    watched(monkeypatch, tmp_path)
    one = replace(people[0], parts=people[0].parts[:1], labels=people[0].labels[:1])
    found = activity.windows([one], way, copies=1)
    assert found.values.shape[::2] == (2, len(NAMES)) and found.changes.shape == (0, len(NAMES))
