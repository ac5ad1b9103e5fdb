"""Splits: whole groups, every label on both sides where it can be, the same folds for the same seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motekit.data import splits
from motekit.errors import ConfigError, DataError

rows = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 12)), min_size=1, max_size=80)


def columns(rows):
    return [label for label, _ in rows], [str(group) for _, group in rows]


@given(rows=rows, folds=st.integers(2, 6), seed=st.integers(0, 99))
def test_no_group_is_on_both_sides(rows, folds, seed):
    labels, groups = columns(rows)
    if len(set(groups)) < folds:
        with pytest.raises(DataError, match="Ask for fewer folds"):
            splits.by_group(labels, groups, folds=folds, seed=seed)
        return
    if max(labels.count(label) for label in labels) < folds:
        with pytest.raises(DataError, match="no label has enough recordings"):
            splits.by_group(labels, groups, folds=folds, seed=seed)
        return
    parts = splits.by_group(labels, groups, folds=folds, seed=seed)
    assert sorted(i for part in parts for i in part.test) == list(range(len(rows)))
    for part in parts:
        train, test = {groups[i] for i in part.train}, {groups[i] for i in part.test}
        assert not train & test
        assert (part.train_groups, part.test_groups) == (len(train), len(test))
        assert not part.leaky


def balanced(people=40, clips=5):
    return columns([(label, person) for person in range(people) for label in "abc" for _ in range(clips)])


def test_folds_are_stratified_and_follow_the_seed():
    labels, groups = balanced()
    one, again, other = (splits.by_group(labels, groups, seed=seed) for seed in (1, 1, 2))
    assert all(np.array_equal(a.test, b.test) for a, b in zip(one, again, strict=True))
    assert any(not np.array_equal(a.test, b.test) for a, b in zip(one, other, strict=True))
    for part in one:
        counts = [sum(labels[i] == label for i in part.test) for label in "abc"]
        assert counts == [40, 40, 40]


def test_hold_out_takes_about_its_share():
    labels, groups = balanced()
    part = splits.hold_out(labels, groups, share=0.25, seed=4)
    assert len(part.test) == len(labels) // 4
    assert not {groups[i] for i in part.train} & {groups[i] for i in part.test}


def test_a_split_that_ignores_groups_is_called_leaky():
    labels, groups = balanced()
    parts = splits.leaky(labels, groups, folds=4)
    assert all(part.leaky and part.name == "leaky" for part in parts)
    assert {groups[i] for i in parts[0].train} & {groups[i] for i in parts[0].test}


def test_official_uses_the_partitions():
    part = splits.official(["training", "validation", "testing", "training"], ["a", "b", "c", "d"])
    assert (part.train.tolist(), part.test.tolist(), part.name) == ([0, 3], [2], "official")
    with pytest.raises(DataError, match="Split by group"):
        splits.official(["testing"], ["a"])


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: splits.by_group(["a"], ["x"], folds=1), ConfigError),
        (lambda: splits.by_group(["a"], ["x", "y"]), DataError),
        (lambda: splits.by_group([], []), DataError),
        (lambda: splits.leaky(["a", "b"], ["x", "y"], folds=3), DataError),
        (lambda: splits.hold_out(["a"], ["x"], share=0.9), ConfigError),
    ],
)
def test_what_cannot_be_split(call, error):
    with pytest.raises(error):
        call()
