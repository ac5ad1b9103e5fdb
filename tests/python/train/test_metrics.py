import numpy as np
import pytest

from motekit.errors import DataError
from motekit.train.metrics import group_bootstrap, score, wilson

CLASSES = ["_silence_", "_unknown_", "yes", "no"]


def test_wilson_gives_the_textbook_interval():
    # Newcombe 1998, table I: 81 of 263
    low, high = wilson(81, 263)
    assert low == pytest.approx(0.2553, abs=1e-4) and high == pytest.approx(0.3662, abs=1e-4)
    assert wilson(0, 10)[0] == pytest.approx(0.0) and wilson(10, 10)[1] == pytest.approx(1.0)


def test_resampled_groups_are_less_certain_than_independent_windows():
    rng = np.random.default_rng(0)
    groups = np.repeat([f"speaker{i}" for i in range(10)], 50)
    # half of the speakers are always understood, the others rarely
    correct = np.where(np.arange(500) // 50 % 2, rng.random(500) < 0.95, rng.random(500) < 0.4)
    low, high = group_bootstrap(correct, groups)
    narrow = wilson(int(correct.sum()), 500)
    assert low < correct.mean() < high
    assert high - low > 2 * (narrow[1] - narrow[0])
    assert (low, high) == group_bootstrap(correct, groups)


def test_silence_is_counted_apart():
    labels = ["yes", "yes", "no", "_unknown_", "_silence_", "_silence_"]
    predicted = np.array([2, 3, 3, 1, 0, 2])
    found = score(predicted, labels, list("aabbcc"), CLASSES)
    assert found["accuracy"] == pytest.approx(3 / 4)
    assert found["windows"] == 4 and found["groups"] == 2
    assert found["silence"] == {"windows": 2, "recall": 0.5}
    assert np.array(found["confusion"]).sum() == 6
    assert found["confusion"][2] == [0, 0, 1, 1]


def test_a_word_taken_for_silence_is_an_error():
    found = score(np.array([0, 2]), ["yes", "yes"], ["a", "b"], CLASSES)
    assert found["accuracy"] == 0.5 and found["per_class"]["yes"]["recall"] == 0.5


def test_precision_and_f1_are_those_of_sklearn():
    from sklearn.metrics import f1_score, precision_score

    rng = np.random.default_rng(1)
    true, predicted = rng.integers(1, 4, 200), rng.integers(1, 4, 200)
    found = score(predicted, [CLASSES[k] for k in true], [str(i) for i in range(200)], CLASSES)
    assert found["macro_f1"] == pytest.approx(f1_score(true, predicted, average="macro"))
    precision = precision_score(true, predicted, average=None)
    assert [found["per_class"][c]["precision"] for c in CLASSES[1:]] == pytest.approx(list(precision))


def test_nothing_to_score_and_strange_labels_are_refused():
    with pytest.raises(DataError, match="nothing to score"):
        score(np.array([0]), ["_silence_"], ["a"], CLASSES)
    with pytest.raises(DataError, match="'maybe' is not a label"):
        score(np.array([0]), ["maybe"], ["a"], CLASSES)
