"""The irrigation block beside a plain account of its rules, and what a user may rely on."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.errors import ConfigError
from motekit.post.irrigation import Fault, Irrigation, IrrigationConfig, Reason, State

GENTLE = IrrigationConfig(tick_s=10, max_open_s=600, pulse_s=300, soak_s=120, interval_s=3600, limit_s=1500)
DRY = {"depletion_mm": 30.0, "readily_mm": 30.0, "temperature_c": 18.0}


def ready(config: IrrigationConfig = GENTLE) -> Irrigation:
    block = Irrigation(config)
    assert not block.process(config.interval_s - 1, **DRY)
    return block


def run(block: Irrigation, seconds: int, **inputs) -> list[bool]:
    """The valve, tick by tick."""
    return [block.process(block.config.tick_s, **(DRY | inputs)) for _ in range(seconds // block.config.tick_s)]


def stretches(valve: list[bool], tick_s: int) -> list[int]:
    lengths, current = [], 0
    for is_open in [*valve, False]:
        if is_open:
            current += tick_s
        elif current:
            lengths.append(current)
            current = 0
    return lengths


def test_pulses_soak_and_limit():
    block = ready()
    valve = run(block, 7200)
    # a day's 1500 s in pulses of 300 s
    assert stretches(valve, 10) == [300, 300, 300, 300, 300]
    assert block.reason in (Reason.LIMIT, Reason.INTERVAL)
    pause = valve[valve.index(True) :]
    pause = pause[pause.index(False) :].index(True) * 10
    assert pause == GENTLE.soak_s
    assert not any(run(block, 3600))
    # the next day
    assert block.process(86_400, **DRY)
    assert sum([True, *run(block, 7200)]) * 10 == 1500


def test_gives_what_is_missing_and_no_more():
    # from 30 mm to 10 % of 30 mm: 27 mm at 20 mm/h and 90 % are 5400 s
    config = IrrigationConfig(rate_mm_h=20, efficiency=90, limit_s=20_000, pulse_s=900, soak_s=600)
    valve = run(ready(config), 40_000)
    assert sum(valve) * config.tick_s == pytest.approx(5400, abs=config.tick_s)


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"depletion_mm": 26.9}, Reason.WATER),
        ({"depletion_mm": math.nan}, Reason.UNKNOWN),
        ({"readily_mm": 0.0}, Reason.UNKNOWN),
        ({"temperature_c": math.nan}, Reason.FROST),
        ({"temperature_c": 2.0}, Reason.FROST),
        ({"allowed": False}, Reason.HOURS),
        ({"rain_mm": 5.0}, Reason.RAIN),
        ({"faults": Fault.SENSOR}, Reason.FAULT),
    ],
)
def test_each_reason_keeps_it_closed_and_closes_it(inputs, reason):
    block = ready()
    assert not block.process(10, **(DRY | inputs)) and block.reason is reason
    if inputs == {"depletion_mm": 26.9}:
        inputs = {"depletion_mm": 2.9}  # while watering, the lower level counts
    block = ready()
    assert block.process(10, **DRY)
    assert not block.process(10, **(DRY | inputs)) and block.reason is reason
    # and the interval follows
    assert not any(run(block, GENTLE.interval_s - 10))


def test_frost_has_hysteresis():
    block = ready()
    assert not block.process(10, **(DRY | {"temperature_c": 2.0}))
    assert not block.process(10, **(DRY | {"temperature_c": 4.0})) and block.reason is Reason.FROST
    assert block.process(10, **(DRY | {"temperature_c": 4.1}))
    assert block.process(10, **(DRY | {"temperature_c": 3.0}))


def test_rain_adds_up_and_holds_for_its_delay():
    block = ready()
    for _ in range(4):
        assert not block.process(10, **(DRY | {"allowed": False, "rain_mm": 1.2}))
    assert block.reason is Reason.HOURS
    block.process(10, **(DRY | {"allowed": False, "rain_mm": 1.2}))
    assert block.reason is Reason.RAIN
    assert not block.process(GENTLE.rain_delay_s - 10, **DRY)
    assert block.process(10, **DRY)


@pytest.mark.parametrize("elapsed", [0, 11, 4_000_000_000])
def test_a_late_or_stopped_clock_closes_it(elapsed):
    block = ready()
    assert block.process(10, **DRY)
    assert not block.process(elapsed, **DRY)
    assert block.state is State.FAULT and block.faults == Fault.LATE


def test_a_reset_while_watering_costs_the_interval():
    block = ready()
    assert block.process(10, **DRY)
    record = block.save()
    assert record["period_open_s"] == GENTLE.pulse_s
    block.reset()
    block.restore(record)
    assert block.state is State.HOLD
    assert not block.process(GENTLE.interval_s - 1, **DRY)
    # one of between two irrigations goes on waiting
    waiting = ready()
    record = waiting.save()
    waiting.reset()
    waiting.restore(record)
    assert waiting.process(1, **DRY)
    block.restore({"wait_s": 2**32 - 1, "rain_wait_s": 2**32 - 1, "period_left_s": 0, "period_open_s": 2**32 - 1})
    assert block.save()["wait_s"] == GENTLE.interval_s and block.save()["period_open_s"] == GENTLE.limit_s


class Account:
    """The rules once more, in plain Python."""

    def __init__(self, c: IrrigationConfig):
        self.c, self.state, self.wait, self.rain_wait, self.left = c, "hold", c.interval_s, 0, c.period_s
        self.used = self.owed = self.stretch = self.rain = 0
        self.frost = True

    def step(self, elapsed, depletion, readily, rain, temperature, allowed, faults) -> bool:
        c, watering = self.c, self.state == "watering"
        broken = bool(faults) or (watering and not 1 <= elapsed <= c.tick_s)
        self.wait, self.rain_wait = max(self.wait - elapsed, 0), max(self.rain_wait - elapsed, 0)
        self.left -= elapsed
        if self.left <= 0:
            self.left, self.used, self.rain = c.period_s - (-self.left % c.period_s), 0, 0
        if watering:
            self.stretch, self.used, self.owed = (
                self.stretch + elapsed,
                self.used + elapsed,
                max(self.owed - elapsed, 0),
            )
        self.rain += rain
        if rain and self.rain >= c.rain_min_mm * 100:
            self.rain_wait = c.rain_delay_s
        if temperature is None or temperature <= c.frost_on_c * 10:
            self.frost = True
        elif temperature > c.frost_off_c * 10:
            self.frost = False
        if broken:
            return self.end("fault")
        unknown = depletion is None or not readily
        no = unknown or self.rain_wait or self.frost or not allowed or self.used + c.tick_s > c.limit_s
        no = no or depletion <= readily * c.stop // 100
        if self.state == "fault":
            return self.end("hold")
        if self.state == "hold" and not self.wait:
            self.state = "idle"
        if self.state == "idle" and not no and depletion >= readily * c.start // 100:
            water = depletion - readily * c.stop // 100
            self.owed = water * 3600 // round(c.rate_mm_h * 100) * 100 // c.efficiency
            self.state, self.stretch = ("watering", 0) if self.owed else ("idle", 0)
        elif self.state in ("watering", "soaking"):
            if no or not self.owed:
                return self.end("hold")
            if self.state == "watering" and self.stretch + c.tick_s > c.pulse_s:
                self.state, self.wait, self.stretch = "soaking", c.soak_s, 0
            elif self.state == "soaking" and not self.wait:
                self.state = "watering"
        return self.state == "watering"

    def end(self, state) -> bool:
        self.state, self.wait, self.owed, self.stretch = state, self.c.interval_s, 0, 0
        return False


CONFIGS = st.builds(
    IrrigationConfig,
    tick_s=st.integers(1, 20),
    max_open_s=st.just(400),
    pulse_s=st.integers(20, 400),
    soak_s=st.integers(1, 60),
    interval_s=st.integers(1, 200),
    limit_s=st.integers(0, 1500),
    period_s=st.integers(500, 5000),
    rain_delay_s=st.integers(0, 300),
    rain_min_mm=st.integers(1, 50).map(lambda v: v / 10),
    rate_mm_h=st.integers(1, 300).map(float),
    efficiency=st.integers(1, 100),
    start=st.integers(50, 120),
    stop=st.integers(0, 49),
)
STEPS = st.tuples(
    st.integers(0, 25),
    st.one_of(st.none(), st.integers(0, 4000), st.integers(2900, 3100)),
    st.sampled_from([3000, 3000, 3000, 0]),
    st.sampled_from([0, 0, 0, 0, 30]),
    st.sampled_from([None, 10, 35, 60, 200, 200, 200]),
    st.sampled_from([True, True, True, False]),
    st.sampled_from([0, 0, 0, 0, 0, 1]),
)
CALM = st.tuples(st.integers(1, 20), st.just(3500), st.just(3000), st.just(0), st.just(200), st.just(True), st.just(0))


@settings(max_examples=150, deadline=None)
@given(CONFIGS, st.lists(st.one_of(CALM, CALM, CALM, STEPS), max_size=250))
def test_agrees_with_a_plain_account_of_the_rules(config, steps):
    block, account, stretch, was_open = Irrigation(config), Account(config), 0, False
    for elapsed, depletion, readily, rain, temperature, allowed, faults in steps:
        is_open = block.process(
            elapsed,
            math.nan if depletion is None else depletion / 100,
            readily / 100,
            rain_mm=rain / 100,
            temperature_c=math.nan if temperature is None else temperature / 10,
            allowed=allowed,
            faults=faults,
        )
        assert is_open == account.step(elapsed, depletion, readily, rain, temperature, allowed, faults)
        assert block.state.name.lower() == account.state
        stretch = stretch + elapsed if was_open else 0
        assert stretch <= config.max_open_s or not 1 <= elapsed <= config.tick_s
        was_open = is_open


@pytest.mark.parametrize(
    "wrong",
    [{"tick_s": 0}, {"pulse_s": 5}, {"pulse_s": 700}, {"soak_s": 0}, {"interval_s": 0}, {"stop": 90}, {"efficiency": 0},
     {"efficiency": 101}, {"rate_mm_h": 0}, {"frost_off_c": 1.0}, {"period_s": 5}, {"rain_min_mm": 0},
     {"tick_s": 70_000}, {"interval_s": 2**24}, {"start": 201}],
)  # fmt: skip
def test_contradictions_are_refused(wrong):
    with pytest.raises(ConfigError):
        Irrigation(IrrigationConfig(**({"tick_s": 10, "max_open_s": 600, "pulse_s": 300, "start": 90} | wrong)))
