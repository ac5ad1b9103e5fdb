import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from motekit.dsp import Quantizer
from motekit.errors import ConfigError


@given(
    st.floats(-20, 30),
    st.floats(0.2, 20),
    st.floats(0.004, 0.1),
    st.integers(-128, 127),
    st.sampled_from([7, 9]),
)
def test_within_a_hundredth_step_of_exact_rounding(mean, deviation, scale, zero_point, q):
    quantizer = Quantizer(q, mean, deviation, scale, zero_point)
    values = np.arange(-32768, 32768, dtype=np.int16)
    exact = (values / 2.0**q - mean) / deviation / scale + zero_point
    inside = (exact > -127) & (exact < 126)
    assume(inside.any())
    got = quantizer.process(values)
    # 15 bits of multiplier leave 2^-15 of the value's own distance from 0
    slack = 0.01 + np.abs(values[inside]) * 2.0**-q / (deviation * scale) * 2**-14
    assert (np.abs(got[inside] - exact[inside]) <= 0.5 + slack).all()
    assert (got[exact > 128] == 127).all()
    assert (got[exact < -129] == -128).all()


def test_normalised_values_are_what_the_float_network_sees():
    quantizer = Quantizer(9, 10.0, 4.0, 1 / 32, -5)
    np.testing.assert_allclose(quantizer.normalise(np.array([10 * 512, 14 * 512], np.int16)), [0.0, 1.0])


def test_impossible_normalisation_is_refused():
    with pytest.raises(ConfigError):
        Quantizer(9, 0.0, 0.0, 0.1, 0)
    with pytest.raises(ConfigError, match="15-bit"):
        Quantizer(9, 0.0, 1e-9, 1e-3, 0)
