"""What a day costs a battery, worked out by hand."""

import pytest

from motekit.apps.soil_irrigation import energy, uno
from motekit.firmware.simavr import Live
from motekit.link import Event
from motekit.post.gardener import Code


def test_the_estimate_is_seconds_times_currents():
    day = Live(seconds={"active": 10.0, "idle": 20.0, "down": 86_370.0}, feeds={6: 5.0, 7: 200.0})
    found = energy.estimate(day, open_s_a_day=864.0)["ua"]
    fast, slow = found["16 MHz, 5 V, typical"], found["8 MHz, 3.3 V, typical"]
    assert fast["processor awake"] == pytest.approx((10 * 10.4e3 + 20 * 2.4e3) / 86_400, abs=0.01)
    assert fast["processor asleep"] == pytest.approx(7.0, abs=0.01)
    assert fast["sensors"] == pytest.approx((5 * 15.25e3 + 200 * 1.5e3) / 86_400, abs=0.01)
    # a hundredth of the day in the doze of an open valve
    doze = "while the valve is open"
    assert fast[doze] == pytest.approx(24.0) and slow[doze] == pytest.approx(6.0)
    # half the clock takes twice as long
    assert slow["processor awake"] == pytest.approx((20 * 3.4e3 + 20 * 0.6e3) / 86_400, abs=0.01)
    for about in found.values():
        whole = about["valve closed"] + about["while the valve is open"]
        assert about["mean of a season"] == pytest.approx(whole, abs=0.06)
    assert all(found[f"{name}, at most"]["valve closed"] > found[f"{name}, typical"]["valve closed"]
               for name in energy.PROCESSORS)  # fmt: skip


def test_an_open_valve_is_counted_from_turn_to_turn():
    turns = [(100, Code.OPENED), (160, Code.DAY), (1900, Code.CLOSED), (5000, Code.CLOSED), (6000, Code.OPENED)]
    assert uno.open_seconds([Event(at, int(code), 0) for at, code in turns]) == 1800
