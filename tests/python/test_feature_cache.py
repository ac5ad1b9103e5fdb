"""The cache of features: whole files only, whoever writes, and never another recording's."""

import multiprocessing
import threading

import numpy as np
import pytest

from motekit import feature_cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTEKIT_CACHE", str(tmp_path))
    return tmp_path


def doubling(seen):
    def make():
        def run(samples):
            seen.append(threading.get_ident())
            return {"twice": samples.astype(np.float32) * 2}

        return run

    return make


def test_what_is_kept_is_read_and_equal():
    recordings, seen, told = [np.arange(k, k + 5, dtype=np.int16) for k in range(7)], [], []
    first = feature_cache.extract(doubling(seen), 1, recordings, progress=lambda *done: told.append(done))
    again = feature_cache.extract(doubling(seen), 1, recordings)
    assert len(seen) == 7 and told == [(k, 7) for k in range(1, 8)]
    assert all((a["twice"] == b["twice"]).all() for a, b in zip(first, again, strict=True))
    assert [part["twice"][0] for part in first] == [2 * k for k in range(7)]


def test_another_hash_bit_type_or_shape_is_another_entry():
    samples = np.arange(6, dtype=np.int16)
    flipped = samples.copy()
    flipped[3] ^= 1
    others = [samples, flipped, samples.astype(np.int32), samples.reshape(2, 3), samples.view(np.uint16)]
    keys = {feature_cache.key_of(1, other) for other in others} | {feature_cache.key_of(2, samples)}
    assert len(keys) == 6


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04torn", None])
def test_a_damaged_entry_is_computed_again(damage):
    recordings, seen = [np.arange(9, dtype=np.int16)], []
    feature_cache.extract(doubling(seen), 1, recordings)
    path = feature_cache.path_of(feature_cache.key_of(1, recordings[0]))
    path.write_bytes(path.read_bytes()[:-40] if damage is None else damage)
    found = feature_cache.extract(doubling(seen), 1, recordings)
    assert len(seen) == 2 and (found[0]["twice"] == 2.0 * np.arange(9)).all()
    assert feature_cache.read(feature_cache.key_of(1, recordings[0])) is not None


def write_often(number: int) -> None:
    for turn in range(30):
        feature_cache.write("ab" * 32, {"value": np.full(5000, turn % 2, np.float32), "by": np.array(number)})


def test_writers_at_the_same_time_leave_a_whole_file(own_cache):
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_often, args=(number,)) for number in range(3)]
    for writer in writers:
        writer.start()
    read = 0
    while any(writer.is_alive() for writer in writers):
        found = feature_cache.read("ab" * 32)
        if found is not None:
            assert len(set(found["value"])) == 1
            read += 1
    assert all(writer.exitcode == 0 for writer in writers) and read
    assert [path.name for path in own_cache.rglob("*") if path.is_file()] == ["ab" * 32 + ".npz"]


def test_threads_share_no_block():
    made = []

    def make():
        made.append(threading.get_ident())
        return lambda samples: {"n": np.array(len(samples))}

    feature_cache.extract(make, 3, [np.arange(k, dtype=np.int16) for k in range(40)], cores=4)
    assert 1 <= len(made) <= 4 and len(made) == len(set(made))
