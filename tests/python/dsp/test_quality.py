import numpy as np
import pytest

from float_signals import assert_same_bits, broken, finite, ppg
from motekit.core import lib
from motekit.dsp.floats import QUALITY, floats, fp, quality_names


def flags(signal, low=-np.inf, high=np.inf) -> int:
    signal = floats(signal)
    return lib.mk_quality_check(fp(signal), len(signal), low, high)


def test_python_knows_the_cores_flags():
    names = ("NONFINITE", "SATURATED", "GAP", "FLAT", "EMPTY", "RANGE")
    assert [getattr(lib, f"MK_QUALITY_{name}") for name in names] == list(QUALITY)
    assert quality_names(1 | 8) == ["not finite", "flat"] and quality_names(0) == []


@pytest.mark.parametrize("name", list(finite(2)))
def test_good_windows_have_no_flag(name):
    signal = finite(100)[name]
    assert flags(signal) == (8 if np.ptp(signal) == 0 else 0)


def test_what_is_wrong_is_flagged():
    assert flags([]) == 16
    assert flags(broken(50)["one NaN"]) == 1
    # infinity lies at the end of any range
    assert flags(broken(50)["infinity"]) == 1 | 2
    assert flags(ppg(50), high=float(ppg(50).max())) == 2
    assert flags(ppg(50), low=float(ppg(50).min())) == 2


def test_rectifier_is_the_absolute_value():
    for signal in (*finite(64).values(), *broken(64).values()):
        out = np.empty(64, np.float32)
        lib.mk_rectify(fp(signal), fp(out), 64)
        assert_same_bits(out, np.abs(signal))
