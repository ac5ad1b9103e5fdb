"""Scoring of detections on a stream, on cases made by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motekit.data.scoring import Detection, DetPoint, det_curve, operating_point, score
from motekit.data.stream import Spoken
from motekit.errors import ConfigError


def said(label: str, start_s: float, end_s: float | None = None) -> Spoken:
    return Spoken(label, start_s, end_s or start_s + 1, "somebody", label, 10.0)


TRUTH = (said("yes", 10), said("_unknown_", 20), said("no", 30), said("stop", 40))


def kinds(*detections: tuple[str, float], truth=TRUTH, tolerance_s=0.5) -> list[str]:
    found = score([Detection(*d) for d in detections], truth, 3600, tolerance_s=tolerance_s)
    return [verdict.kind for verdict in found.verdicts]


def test_all_heard():
    found = score([Detection("yes", 10.8), Detection("no", 31.2), Detection("stop", 40.5)], TRUTH, 3600)
    assert (found.hits, found.misses, found.substitutions, found.false_accepts) == (3, 0, 0, 0)
    assert (found.keywords, found.miss_rate, found.false_accepts_per_hour, found.missed) == (3, 0.0, 0.0, ())


def test_nothing_heard():
    found = score([], TRUTH, 1800)
    assert (found.hits, found.misses, found.miss_rate) == (0, 3, 1.0)
    assert [word.label for word in found.missed] == ["yes", "no", "stop"]


def test_a_wrong_word_is_a_substitution_and_a_miss():
    found = score([Detection("go", 30.9)], TRUTH, 3600)
    assert (found.substitutions, found.misses, found.false_accepts) == (1, 3, 0)
    assert "no" in [word.label for word in found.missed]


def test_the_first_detection_decides():
    assert kinds(("go", 30.5), ("no", 31.0)) == ["substitution", "repeat"]
    assert kinds(("no", 30.5), ("go", 31.0), ("no", 31.3)) == ["hit", "repeat", "repeat"]


def test_detections_are_taken_in_order_of_time():
    assert kinds(("no", 31.0), ("go", 30.5)) == ["substitution", "repeat"]


def test_nothing_near_is_a_false_accept_also_within_another_word():
    assert kinds(("yes", 5.0), ("yes", 20.5), ("stop", 50.0)) == ["false_accept"] * 3


@pytest.mark.parametrize(
    ("time_s", "kind"),
    [(9.49, "false_accept"), (9.5, "hit"), (10.5, "hit"), (11.5, "hit"), (11.51, "false_accept")],
)
def test_the_tolerance_counts_from_both_ends_of_the_clip(time_s, kind):
    assert kinds(("yes", time_s)) == [kind]


def test_without_tolerance_only_the_clip_counts():
    assert kinds(("yes", 10.0), tolerance_s=0) == ["hit"]
    assert kinds(("yes", 11.01), tolerance_s=0) == ["false_accept"]


def test_between_two_keywords_the_matching_one_is_taken():
    close = (said("yes", 10), said("no", 11.4))
    assert kinds(("no", 11.2), truth=close) == ["hit"]
    assert kinds(("no", 11.2), ("yes", 11.3), truth=close) == ["hit", "hit"]
    assert kinds(("yes", 10.5), ("no", 11.3), truth=close) == ["hit", "hit"]


def test_between_two_keywords_of_other_labels_the_nearer_one_is_substituted():
    close = (said("yes", 10), said("no", 11.4))
    found = score([Detection("go", 11.35)], close, 3600, tolerance_s=0.5)
    assert found.verdicts[0].word.label == "no"


def test_a_repeat_beside_an_open_keyword_is_held_against_the_open_one():
    close = (said("yes", 10), said("no", 11.4))
    found = score([Detection("yes", 10.8), Detection("yes", 11.3)], close, 3600, tolerance_s=0.5)
    assert [v.kind for v in found.verdicts] == ["hit", "substitution"]


def test_rates_are_by_the_hour():
    found = score([Detection("go", t) for t in (1, 2, 3)], TRUTH, 1800)
    assert found.false_accepts == 3
    assert found.hours == 0.5
    assert found.false_accepts_per_hour == 6.0


def test_intervals():
    none = score([], TRUTH, 3600)
    low, high = none.false_accepts_per_hour_interval
    # rule of three's exact form: -ln(0.025) for a two-sided 95 % interval
    assert (low, high) == (0.0, pytest.approx(3.6889, abs=1e-4))
    ten = score([Detection("go", 100.0 + 10 * i) for i in range(10)], TRUTH, 3600)
    # the textbook's table of exact Poisson limits for a count of 10
    assert ten.false_accepts_per_hour_interval == (
        pytest.approx(4.795, abs=1e-3),
        pytest.approx(18.390, abs=1e-3),
    )
    low, high = score([Detection("yes", 10.5)], TRUTH, 3600).miss_rate_interval
    assert low == pytest.approx(0.0943, abs=1e-4)
    assert high == pytest.approx(0.9916, abs=1e-4)


def test_a_stream_without_keywords_has_no_misses():
    found = score([Detection("go", 5.0)], [said("_unknown_", 4)], 3600)
    assert (found.keywords, found.miss_rate, found.false_accepts) == (0, 0.0, 1)


def test_metrics_have_the_projects_names():
    metrics = score([Detection("yes", 10.8)], TRUTH, 1800).metrics()
    assert metrics["miss_rate"] == pytest.approx(2 / 3)
    assert metrics["false_accepts_per_hour"] == 0.0
    assert metrics["hours"] == 0.5


def test_det_curve_and_operating_point():
    scores = {0.2: ("yes", 5.0), 0.5: ("no", 30.8), 0.6: ("go", 60.0), 0.9: ("yes", 10.5)}

    def detect(threshold):
        return [Detection(*d) for level, d in scores.items() if level >= threshold]

    points = det_curve(detect, [0.1, 0.3, 0.55, 0.7, 0.95], TRUTH, 3600)
    assert [(p.false_accepts_per_hour, round(p.miss_rate, 3)) for p in points] == [
        (2.0, 0.333),
        (1.0, 0.333),
        (1.0, 0.667),
        (0.0, 0.667),
        (0.0, 1.0),
    ]
    assert operating_point(points, 1.0) == DetPoint(0.3, pytest.approx(1 / 3), 1.0)
    assert operating_point(points, 0.5).threshold == 0.7
    assert operating_point(points[:1], 1.0) is None


@pytest.mark.parametrize(("duration_s", "tolerance_s"), [(0, 0.5), (-1, 0.5), (10, -0.1)])
def test_impossible_streams(duration_s, tolerance_s):
    with pytest.raises(ConfigError):
        score([], TRUTH, duration_s, tolerance_s=tolerance_s)


words = st.sampled_from(["yes", "no", "_unknown_"])


@given(
    truth=st.lists(st.tuples(words, st.floats(0, 100)), max_size=12),
    detections=st.lists(st.tuples(st.sampled_from(["yes", "no"]), st.floats(0, 100)), max_size=20),
    tolerance_s=st.floats(0, 3),
)
def test_every_detection_gets_one_verdict_and_no_keyword_two(truth, detections, tolerance_s):
    spoken = [said(label, start) for label, start in truth]
    found = score([Detection(*d) for d in detections], spoken, 100, tolerance_s=tolerance_s)
    assert len(found.verdicts) == len(detections)
    assert found.hits + found.substitutions + found.repeats + found.false_accepts == len(detections)
    assert found.hits + found.substitutions <= found.keywords == sum(w.is_keyword for w in spoken)
    assert found.misses == len(found.missed)
    assert 0 <= found.miss_rate <= 1
    low, high = found.miss_rate_interval
    assert low <= found.miss_rate <= high
    for verdict in found.verdicts:
        if verdict.kind == "hit":
            assert verdict.word.label == verdict.detection.label
        assert (verdict.word is None) == (verdict.kind == "false_accept")
