import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.errors import ConfigError
from motekit.post import Keyword

QUIET = [127, -128, -128]


def spoken(label: int, windows: int) -> list[list[int]]:
    row = [-128, -128, -128]
    row[label] = 127
    return [row] * windows


def keyword(smoothing=3, refractory=2, on=(0, 0.6, 0.6), off=(0, 0.3, 0.3)) -> Keyword:
    return Keyword(np.array(on), np.array(off), smoothing, refractory)


def reported(block: Keyword, scores: list[list[int]]) -> list[tuple[int, int]]:
    return [(event.window, event.label) for event in block.process(np.array(scores, np.int8))]


def test_reported_once_when_the_smoothed_score_passes():
    # two of three windows: 0.66 of full probability
    assert reported(keyword(), [QUIET] * 4 + spoken(1, 5) + [QUIET] * 4) == [(5, 1)]


def test_one_window_is_smoothed_away():
    assert reported(keyword(), [QUIET] * 4 + spoken(1, 1) + [QUIET] * 4) == []


def test_hysteresis_waits_for_the_score_to_fall():
    held = spoken(1, 30)
    assert len(reported(keyword(), held)) == 1
    again = held + [QUIET] * 3 + spoken(1, 3)
    assert [label for _, label in reported(keyword(), again)] == [1, 1]


def test_refractory_time_keeps_all_keywords_quiet():
    scores = spoken(1, 3) + spoken(2, 3)
    assert [label for _, label in reported(keyword(refractory=0), scores)] == [1, 2]
    assert [label for _, label in reported(keyword(refractory=6), scores)] == [1]


def test_labels_without_a_threshold_are_never_reported():
    assert reported(keyword(), spoken(0, 20)) == []


def test_agrees_with_a_plain_account_of_the_rule():
    generator = np.random.default_rng(5)
    scores = generator.choice([-128, -40, 60, 127], size=(3000, 3)).astype(np.int8)
    block = keyword(smoothing=4, refractory=1)
    events, armed, quiet = [], [True] * 3, 0
    padded = np.vstack([np.zeros((3, 3)), scores.astype(int) + 128])
    for window in range(len(scores)):
        mean = padded[window : window + 4].sum(axis=0) * 256 // 4
        armed = [a or m < t for a, m, t in zip(armed, mean, block.off, strict=True)]
        best = max((1, 2), key=lambda label: (mean[label], -label))
        if quiet:
            quiet -= 1
        elif mean[best] >= block.on[best] and armed[best]:
            events.append((window, best))
            armed[best], quiet = False, 1
    assert len(events) > 100
    assert reported(block, scores.tolist()) == events


def odds_block(**given) -> Keyword:
    given = {"on": (0, 0.75, 0.75), "off": (0, 0.5, 0.5), "smoothing": 3, "refractory": 2} | given
    return Keyword(np.array(given["on"]), np.array(given["off"]), given["smoothing"], given["refractory"], odds=True)


def test_odds_agree_with_a_plain_account_of_the_rule():
    generator = np.random.default_rng(6)
    probabilities = generator.dirichlet([0.3] * 4, 500).repeat(6, axis=0)
    scores = np.clip(np.round(probabilities * 256) - 128, -128, 127).astype(np.int8)
    block = Keyword(np.array([0, 0, 0.7, 0.7]), np.array([0, 0, 0.5, 0.5]), 4, 1, odds=True)
    table = np.round(480 * np.log(np.arange(256) + 4)).astype(int)
    given = np.vstack([np.zeros((4, 4), int), scores.astype(int) + 128])
    against = np.minimum(given[:, 0] + given[:, 1], 255)
    weight = (table[given[:, 2:]] - table[against][:, None] + 128 * 16 + 8) >> 4
    events, armed, quiet = [], [True, True], 0
    for window in range(len(scores)):
        mean = weight[window + 1 : window + 5].sum(axis=0) * 256 // 4
        armed = [a or m < t for a, m, t in zip(armed, mean, block.off[2:], strict=True)]
        best = 0 if mean[0] >= mean[1] else 1
        if quiet:
            quiet -= 1
        elif mean[best] >= block.on[2 + best] and armed[best]:
            probability = given[window + 1 : window + 5, 2 + best].sum() * 256 // 4 / 65536
            events.append((window, 2 + best, probability))
            armed[best], quiet = False, 1
    assert len(events) > 50
    assert [(e.window, e.label, e.probability) for e in block.process(scores)] == events


def test_odds_report_a_keyword_that_shares_its_probability_with_another_keyword():
    # 0.6 for one keyword, 0.35 for another: surely one of them and no other word
    shared, doubtful = [[-128, 26, -38]] * 6, [[-26, 26, -128]] * 6
    assert reported(odds_block(), [QUIET] * 4 + shared) != []
    # 0.6 against 0.4 for no keyword
    assert reported(odds_block(), [QUIET] * 4 + doubtful) == []
    plain = keyword(on=(0, 0.75, 0.75), off=(0, 0.5, 0.5))
    assert reported(plain, [QUIET] * 4 + shared) == reported(plain, [QUIET] * 4 + doubtful) == []


def test_odds_start_even_and_certainty_stays_within_range():
    assert reported(odds_block(on=(0, 1.0, 1.0)), spoken(1, 40)) == []
    assert reported(odds_block(on=(0, 0.98, 0.98)), [QUIET] * 9 + spoken(1, 9)) == [(11, 1)]
    assert reported(odds_block(on=(0, 0.51, 0.51)), [[-128, -128, -128]] * 9) == []


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_split_of_the_scores_gives_the_same_events(data):
    seed, cut = data.draw(st.integers(0, 1000)), data.draw(st.integers(0, 200))
    scores = np.random.default_rng(seed).integers(-128, 128, (200, 3)).astype(np.int8)
    block = keyword(on=(0, 0.4, 0.4))
    whole = block.process(scores)
    block.reset()
    assert block.push(scores[:cut]) + block.push(scores[cut:]) == whole


@pytest.mark.parametrize("given", [{"smoothing": 0}, {"smoothing": 33}, {"on": (0, 1.2, 0.5)}, {"off": (0, 0.7, 0.3)}])
def test_wrong_parameters_are_refused(given):
    with pytest.raises(ConfigError):
        keyword(**given)
