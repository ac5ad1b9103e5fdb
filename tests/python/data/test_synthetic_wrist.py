"""Synthetic wrists: the same for the same seed, named synthetic, and true to what they say of themselves."""

import numpy as np
import pytest
from scipy import signal

from motekit.data import provenance
from motekit.datasets.synthetic import faults, motion, ppg
from motekit.errors import ConfigError


@pytest.fixture(scope="module")
def people():
    return ppg.make(3, seed=4, seconds=120)


def test_the_same_seed_gives_the_same_people(people):
    again = ppg.make(2, seed=4, seconds=120)
    for a, b in zip(people, again, strict=False):
        np.testing.assert_array_equal(a.samples, b.samples)
        np.testing.assert_array_equal(a.bpm, b.bpm)
    assert not np.array_equal(people[0].samples, ppg.make(1, seed=5, seconds=120)[0].samples)


def test_synthetic_is_named_and_units_are_official(people):
    assert provenance(people, "x").source == "synthetic"
    for r in people:
        assert (r.unit, r.channels) == ("counts, g", ("ppg1", "ppg2", "acc_x", "acc_y", "acc_z"))
        assert r.samples.shape == (120 * 125, 5) and r.name.startswith("synthetic/")
        counts = r.samples[:, :2]
        assert (counts == np.rint(counts)).all() and np.abs(counts).max() <= ppg.FULL_SCALE
        still = r.samples[: 15 * 125, 2:]
        assert 0.95 < np.median(np.linalg.norm(still, axis=1)) < 1.05


def test_heart_rates_are_those_of_the_beats(people):
    for r in people:
        assert len(r.bpm) == 57 and np.isfinite(r.bpm).all()
        for k in (0, 20, 56):
            inside = r.beats[(r.beats >= 2 * k) & (r.beats < 2 * k + 8)]
            assert r.bpm[k] == pytest.approx(60 / np.diff(inside).mean())
        assert r.bpm.max() > r.bpm[:5].mean() + 15, "effort raises the rate"


def test_at_rest_the_pulse_is_at_the_heart_rate(people):
    for r in people:
        start, stop, name = r.segments[0]
        assert name == "sitting"
        wave = r.samples[int(start * 125) : int(stop * 125), 0]
        hz, power = signal.periodogram(signal.detrend(wave), 125, "hann", 8 * 2048)
        power[(hz < 0.7) | (hz > 3.5)] = 0
        rate = 60 * len(r.beats[r.beats < stop]) / (stop - start)
        assert 60 * hz[power.argmax()] == pytest.approx(rate, abs=4)


def test_jogging_drowns_the_pulse_and_no_coupling_does_not():
    plan = [("sitting", 20), ("jogging", 40)]
    band = signal.butter(2, (0.6, 4), "bandpass", fs=125, output="sos")

    def rise(coupling: float) -> np.ndarray:
        made = ppg.make(4, seed=1, plan=plan, coupling=coupling)
        waves = [signal.sosfiltfilt(band, r.samples[:, 0]) for r in made]
        return np.array([w[30 * 125 :].std() / w[125 : 18 * 125].std() for w in waves])

    assert rise(1.0).mean() > 1.3
    assert rise(0.0).max() < 1.1


@pytest.mark.parametrize(("kind", "names"), [("sinus", "N"), ("ectopic", "NSV"), ("af", "A")])
def test_rhythms(kind, names):
    (r,) = ppg.make(1, seed=2, plan=[("sitting", 120)], rhythm=kind)
    rr = np.diff(r.beats)
    assert set(r.kinds) == set(names) and len(r.kinds) == len(r.beats)
    assert rr.min() > 0.27 and (rr > 0).all()
    irregular = np.median(np.abs(np.diff(rr))) / rr.mean()
    assert (irregular > 0.1) == (kind == "af")


def test_ecgs_of_four_classes():
    made = ppg.ecgs(8, seed=3)
    assert [r.label for r in made[:4]] == ["normal", "atrial_fibrillation", "other", "noisy"]
    assert len({r.group for r in made}) == 8
    assert all(r.rate_hz == 300 and r.samples.shape == (9000,) and r.source == "synthetic" for r in made)
    np.testing.assert_array_equal(made[1].samples, ppg.ecgs(2, seed=3)[1].samples)


def test_steps_have_the_cadence_of_their_activity():
    for name, low, high in (("walking", 1.3, 2.5), ("jogging", 2.0, 3.4), ("stairs", 1.1, 2.2), ("sitting", 0, 0)):
        m = motion.make([(name, 60)], 50, np.random.default_rng(3))
        assert low <= len(m.steps) / 60 <= high
        if len(m.steps):
            # a foot's landing is felt: the norm's spectrum has a line at the cadence
            norm = np.linalg.norm(m.acceleration, axis=1)
            hz, power = signal.welch(norm - norm.mean(), 50, nperseg=1024)
            near = np.abs(hz - len(m.steps) / 60) < 0.2
            assert power[near].max() > 5 * np.median(power)


def test_wearing_turns_what_is_felt_and_nothing_else():
    def felt(wearing):
        person = motion.Person(wearing=wearing)
        return motion.make([("walking", 10)], 50, np.random.default_rng(9), person).acceleration

    plain = felt(motion.Wearing())
    other = felt(motion.Wearing("right", 70, 25, 40))
    quiet = 0.2
    assert np.abs(np.linalg.norm(plain, axis=1) - np.linalg.norm(other, axis=1)).max() < quiet
    assert np.abs(plain - other).max() > 5
    assert motion.Wearing("right").matrix == pytest.approx(np.diag([-1, 1, 1]) @ motion.Wearing().matrix)


def test_falls_are_felt_as_little_weight_then_an_impact():
    lightest = []
    for seed in range(8):
        m = motion.make([("standing", 5), ("fall", 15)], 50, np.random.default_rng(seed))
        (at,) = m.falls
        norm = np.linalg.norm(m.acceleration, axis=1)
        lightest.append(norm[int((at - 0.3) * 50) : int(at * 50)].min())
        assert norm[int((at - 0.1) * 50) : int((at + 0.5) * 50)].max() > 20
        assert norm[int((at + 2) * 50) :].std() < 0.5
    # an arm that is thrown about may hide it
    assert np.median(lightest) < 6 and max(lightest) < 9


@pytest.mark.parametrize("plan", [[], [("flying", 10)], [("fall", 5)]])
def test_impossible_plans_are_refused(plan):
    with pytest.raises(ConfigError):
        motion.make(plan, 50, np.random.default_rng(0))
    with pytest.raises(ConfigError):
        ppg.make(0)
    with pytest.raises(ConfigError):
        ppg.make(1, rate_hz=10)


@pytest.mark.parametrize("kind", faults.KINDS)
def test_a_fault_is_where_it_was_asked_for(people, kind):
    x = people[0].samples
    y = faults.inject(x, 125, kind, at_s=30, seconds=10, channels=[0, 1])
    np.testing.assert_array_equal(y, faults.inject(x, 125, kind, at_s=30, seconds=10, channels=[0, 1]))
    if kind == "clock_drift":
        assert len(y) == int(len(x) / 1.02)
        return
    np.testing.assert_array_equal(y[: 30 * 125], x[: 30 * 125])
    inside, beside = y[30 * 125 : 40 * 125, :2], y[30 * 125 : 40 * 125, 2:]
    if kind == "dropped":
        assert 0.6 * 1250 < 1250 - (len(x) - len(y)) < 1250
        return
    np.testing.assert_array_equal(y[40 * 125 :], x[40 * 125 :])
    np.testing.assert_array_equal(beside, x[30 * 125 : 40 * 125, 2:])
    if kind in ("unplugged", "nan"):
        share = np.isnan(inside).mean()
        assert share == 1 if kind == "unplugged" else 0.05 < share < 0.2
    elif kind == "saturated":
        assert (np.abs(inside) >= np.abs(inside).max(0)).mean() > 0.3
    elif kind == "flat":
        assert (inside.std(0) == 0).all()
    elif kind == "stuck_axis":
        assert inside[:, 0].std() == 0 and inside[:, 1].std() > 0
    else:
        assert not np.array_equal(inside, x[30 * 125 : 40 * 125, :2])


def test_faults_that_cannot_be_are_refused(people):
    for given in ({"kind": "gremlin"}, {"kind": "flat", "at_s": 500}, {"kind": "flat", "at_s": -1}):
        with pytest.raises(ConfigError):
            faults.inject(people[0].samples, 125, **given)
