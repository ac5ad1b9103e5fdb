import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motekit.quantization.measures import Noise, divergence, measure, sqnr_db


@pytest.mark.parametrize("bits", [4, 6, 8, 12])
def test_uniform_noise_is_six_db_a_bit(bits):
    signal = np.random.default_rng(0).uniform(-1, 1, 200_000)
    step = 2.0 / 2**bits
    rounded = (np.floor(signal / step) + 0.5) * step
    assert sqnr_db(signal, rounded) == pytest.approx(6.0206 * bits, abs=0.1)


def test_parts_add_up_to_the_whole():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 30)), rng.normal(size=(2, 30))
    noise = Noise()
    for a, b in zip(x, y, strict=True):
        noise.add(a, b)
    assert noise.db == pytest.approx(sqnr_db(x, y))


def test_no_noise_and_no_signal_have_no_ratio():
    assert sqnr_db(np.ones(3), np.ones(3)) is None
    assert sqnr_db(np.zeros(3), np.ones(3)) is None


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_divergence_is_zero_only_of_the_same(p, q):
    p, q = np.array([p]), np.array([q])
    assert divergence(p, p) == 0
    assert divergence(p, q) >= -1e-12


def test_divergence_of_known_distributions():
    assert divergence(np.array([[0.5, 0.5]]), np.array([[0.25, 0.75]])) == pytest.approx(0.5 * np.log(4 / 3))


def test_figures_of_a_classifier():
    exact = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    given_ = np.array([[0.8, 0.2], [0.6, 0.4], [0.7, 0.3]])
    found = measure(exact, given_, np.array([0, 1, 1]), classes=True, distribution=True)
    assert found["same_label"] == pytest.approx(2 / 3)
    assert found["accuracy"] == pytest.approx(1 / 3)
    assert found["kl"] > 0
    assert set(measure(exact, given_, None, classes=False, distribution=False)) == {"sqnr_db"}
