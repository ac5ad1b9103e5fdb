"""A soil probe's calibration and faults, beside plain accounts of both."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motekit.dsp.probe import Probe, ProbeConfig, ProbeFault
from motekit.errors import ConfigError

CAPACITIVE = ProbeConfig(counts=(620, 480, 310), moisture=(0.05, 0.20, 0.45), air=700, drift_per_c=0.5)


def soil(samples: int, seed: int = 0) -> np.ndarray:
    """Counts of a probe in soil that dries slowly, with the converter's noise."""
    rng = np.random.default_rng(seed)
    return np.round(450 + np.arange(samples) * 0.1 + rng.normal(0, 1.5, samples)).astype(int)


def names(faults: np.ndarray) -> set[str]:
    return {fault.name for value in faults.tolist() for fault in ProbeFault(value)}


def test_calibration_is_the_line_through_its_points():
    probe = Probe(CAPACITIVE)
    counts = np.arange(0, 1024)
    expected = np.interp(counts, CAPACITIVE.counts[::-1], CAPACITIVE.moisture[::-1])
    got = np.array([probe.moisture(int(c)) for c in counts])
    np.testing.assert_allclose(got, expected, atol=1.01e-4)
    rising = Probe(ProbeConfig(counts=(100, 900), moisture=(0.0, 1.0), air=50))
    assert rising.moisture(500) == 0.5 and rising.moisture(0) == 0 and rising.moisture(65_535) == 1


def test_temperature_is_compensated():
    probe = Probe(CAPACITIVE)
    # ten degrees above the reference raise the reading by five counts
    assert probe.moisture(485, 30.0) == probe.moisture(480, 20.0) == probe.moisture(480) == 0.2
    assert probe.moisture(475, 10.0) == 0.2


def test_soil_has_no_fault():
    moisture, faults = Probe(CAPACITIVE).process(soil(2000), 20.0)
    assert not faults.any() and np.isfinite(moisture).all()


@pytest.mark.parametrize(
    ("counts", "name"), [(3, "SHORT"), (1023, "OPEN"), (760, "AIR")], ids=["short", "open", "dry air"]
)
def test_a_broken_line_or_a_probe_in_air_is_named_at_once(counts, name):
    series = soil(300)
    series[100:200] = counts + np.arange(100) % 2 * (1 if counts < 1023 else 0)
    moisture, faults = Probe(CAPACITIVE).process(series, 20.0)
    assert ProbeFault[name] in ProbeFault(int(faults[100])) and names(faults[100:140]) - {"AIR"} <= {name}
    assert np.isnan(moisture[100:200]).all()
    assert not faults[:100].any() and np.isfinite(moisture[200:]).all()


def test_a_stuck_reading_is_named_after_its_time():
    series = soil(300)
    series[100:200] = series[99]
    _, faults = Probe(CAPACITIVE).process(series, 20.0)
    first = int(np.flatnonzero(faults)[0])
    assert 99 + 48 - 3 <= first <= 99 + 48 and names(faults) == {"STUCK"}
    assert not faults[202:].any()


def test_a_jump_is_held_back_until_it_lasts():
    series = soil(200)
    series[50:53] = 380  # a spark of water
    series[100:] += 100  # the probe was moved
    moisture, faults = Probe(CAPACITIVE).process(series, 20.0)
    assert np.flatnonzero(faults).tolist() == [50, 51, 52, *range(100, 106)] and names(faults) == {"JUMP"}
    assert np.isnan(moisture[100:106]).all() and np.isfinite(moisture[106:]).all()


def test_rain_may_raise_but_not_lower():
    up, down = soil(60), soil(60)
    up[30:], down[30:] = up[30:] - 80, down[30:] + 80
    wetted = np.arange(60) == 30
    assert not Probe(CAPACITIVE).process(up, 20.0, wetted)[1].any()
    assert Probe(CAPACITIVE).process(up, 20.0)[1][30] == ProbeFault.JUMP
    assert Probe(CAPACITIVE).process(down, 20.0, wetted)[1][30] == ProbeFault.JUMP


def account(config: ProbeConfig, counts, temperature, wetted) -> list[int]:
    """The header's rules in plain Python, of raw integers."""
    faults, run, level, candidate, jumps = [], [], None, None, 0
    probe = Probe(config)
    for count, warm, wet in zip(counts, temperature, wetted, strict=True):
        found = ProbeFault.SHORT * (count <= config.short_max) | ProbeFault.OPEN * (count >= config.open_min)
        steady = (
            count
            if warm is None
            else count - int((warm - config.reference_c * 10) * round(config.drift_per_c * 25.6) / 256)
        )
        beyond = steady > config.air if config.counts[0] > config.counts[1] else steady < config.air
        found |= ProbeFault.AIR * beyond
        run.append(count)
        if max(run) - min(run) > config.stuck_band:
            run = [count]
        found |= ProbeFault.STUCK * (len(run) >= config.stuck_samples)
        now = probe.moisture(count, math.nan if warm is None else warm / 10)

        def leaps(a, b, wet=wet):
            change = round((b - a) * 10_000)
            return -change > config.fall * 10_000 if change < 0 else not wet and change > config.rise * 10_000

        if not found:
            if level is not None and leaps(level, now):
                jumps = jumps + 1 if jumps and not leaps(candidate, now) else 1
                candidate = now
                if jumps <= config.confirm:
                    found = ProbeFault.JUMP
            if not found:
                level, jumps = now, 0
        faults.append(int(found))
    return faults


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_agrees_with_a_plain_account_of_the_rules(data):
    falls = data.draw(st.booleans())
    config = ProbeConfig(
        counts=(600, 500, 300) if falls else (200, 350, 700),
        moisture=(0.02, 0.2, 0.5),
        drift_per_c=data.draw(st.sampled_from([0.0, 0.5, -2.0])),
        air=650 if falls else 150,
        short_max=100,
        open_min=900,
        stuck_samples=data.draw(st.integers(2, 6)),
        stuck_band=data.draw(st.integers(0, 3)),
        rise=0.04,
        fall=data.draw(st.sampled_from([0.02, 0.3])),
        confirm=data.draw(st.integers(1, 4)),
    )
    step = st.tuples(
        st.one_of(st.integers(0, 1023), st.integers(390, 410), st.integers(440, 443)),
        st.sampled_from([None, 200, 200, -50, 450]),
        st.booleans(),
    )
    counts, temperature, wetted = zip(*data.draw(st.lists(step, min_size=1, max_size=80)), strict=True)
    celsius = [math.nan if t is None else t / 10 for t in temperature]
    probe = Probe(config)
    cut = data.draw(st.integers(0, len(counts)))
    found = [*probe.process(counts[:cut], celsius[:cut], wetted[:cut])[1]] if cut else []
    found += [*probe.process(counts[cut:], celsius[cut:], wetted[cut:])[1]] if cut < len(counts) else []
    assert found == account(config, counts, temperature, wetted)


@pytest.mark.parametrize(
    "wrong",
    [{"counts": (600,), "moisture": (0.1,)}, {"counts": (600, 600), "moisture": (0.1, 0.2)},
     {"counts": (600, 500, 550), "moisture": (0.1, 0.2, 0.3)}, {"counts": (600, 500), "moisture": (0.2, 0.1)},
     {"counts": (600, 500), "moisture": (0.1, 1.1)}, {"counts": (600, 500), "moisture": (0.1,)},
     {"counts": tuple(range(600, 591, -1)), "moisture": tuple(np.arange(9) / 10)},
     {"air": 500}, {"short_max": 1016}, {"stuck_samples": 1}, {"rise": 0}, {"fall": 1.5}, {"confirm": 0},
     {"confirm": 255}, {"drift_per_c": 200}, {"reference_c": 90}, {"counts": (70_000, 500), "moisture": (0.1, 0.2)}],
)  # fmt: skip
def test_contradictions_are_refused(wrong):
    with pytest.raises(ConfigError):
        Probe(ProbeConfig(**({"counts": (620, 310), "moisture": (0.05, 0.45)} | wrong)))
