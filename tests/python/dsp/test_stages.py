"""Each stage of the conditioning is the block of its name, started as if the first sample had been there for ever."""

import numpy as np
import pytest

from float_signals import assert_same_bits, assert_within
from motekit.core import ffi, lib
from motekit.dsp import conditioning as c
from motekit.dsp.chain import Conditioning
from motekit.dsp.features import WindowFeatures
from motekit.dsp.floats import floats
from motekit.dsp.resample import Fir, Resampler
from motekit.dsp.sos import Sos
from motekit.dsp.spectral import Envelope, OrderTracker
from motekit.dsp.statistics import Statistics
from motekit.dsp.windows import WindowStream
from motekit.errors import ConfigError

RATE_HZ = 100


def counts(seed: int = 0, channels: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    wave = 3000 * np.sin(np.arange(500)[:, None] / np.array([9.0, 4.0, 25.0])[:channels])
    return (wave + rng.normal(0, 300, (500, channels)) + 5000).astype(np.int16)


def run(*stages: dict, frames: np.ndarray | None = None, names=("x", "y", "z")) -> np.ndarray:
    return Conditioning(list(stages), names, RATE_HZ).process(counts() if frames is None else frames)[0]


X = counts().astype(np.float32)


def by_column(process) -> np.ndarray:
    return np.stack([process(floats(column)) for column in X.T], axis=1)


def steady(block: Sos, gain: float):
    def process(x):
        return block.process(x - x[0]) + np.float32(np.float32(gain) * x[0])

    return process


def after_constant(block, taps: int, skip: int):
    """The block after as many copies of the first sample as it remembers."""

    def process(x):
        return block.process(np.concatenate([np.full(taps, x[0], np.float32), x]))[skip:]

    return process


SAME_RATE = {
    "dc_block": ({"cutoff_hz": 1.0}, lambda: c.DcBlock(1.0, RATE_HZ).process),
    "median": ({"width": 7}, lambda: c.Median(7).process),
    "hampel": ({"width": 9, "threshold": 2.0}, lambda: c.Median(9, 2.0).process),
    "rectify": ({}, lambda: np.abs),
    "normalise": (
        {"time_s": 0.5, "floor": 0.1},
        lambda: c.Normalise(1 - np.exp(-1 / (0.5 * RATE_HZ)), 0.1).process,
    ),
    "envelope": ({"taps": 15}, lambda: after_constant(Envelope(15), 15, 15)),
    "difference": ({}, lambda: lambda x: np.diff(x, prepend=x[0]) * np.float32(RATE_HZ)),
    "gain": ({"gain": 0.3, "offset": 7.0}, lambda: lambda x: (x - np.float32(7)) * np.float32(0.3)),
}


@pytest.mark.parametrize("name", SAME_RATE)
def test_stage_is_its_block(name):
    keys, make = SAME_RATE[name]
    assert_same_bits(run({"stage": name, **keys}), by_column(make()))
    part = run({"stage": name, **keys, "channels": ["y"]})
    assert_same_bits(part[:, 1], make()(floats(X[:, 1])))
    assert_same_bits(part[:, [0, 2]], X[:, [0, 2]])


@pytest.mark.parametrize("kind", ["lowpass", "highpass", "bandpass", "notch"])
def test_filters_start_steady(kind):
    if kind == "notch":
        import scipy.signal

        block = Sos.from_sections(scipy.signal.tf2sos(*scipy.signal.iirnotch(20, 30.0, fs=RATE_HZ)), RATE_HZ)
        given = {"notch_hz": 20}
    else:
        cutoff = [3, 20] if kind == "bandpass" else 5.0
        block = Sos(kind, tuple(cutoff) if kind == "bandpass" else cutoff, 2, RATE_HZ)
        given = {"kind": kind, "cutoff_hz": cutoff}
    gain = float(np.prod(block.sections[:, :3].sum(1) / block.sections[:, 3:].sum(1)))
    gain = gain if abs(gain) > 1e-6 else 0.0
    assert_same_bits(run({"stage": "filter", **given}), by_column(steady(block, gain)))
    constant = run({"stage": "filter", **given}, frames=np.full((300, 3), 1234, np.int16))
    assert_within(constant, np.full((300, 3), gain * 1234.0) if gain else constant)
    assert gain or not constant.any()


@pytest.mark.parametrize(("to_hz", "half"), [(50, 10), (80, 4), (125, 3), (250, 5)])
def test_resampling_is_its_block(to_hz, half):
    block = Resampler(RATE_HZ, to_hz, half)
    taps = int(block.struct.taps)
    # whole periods of the phases, so that the outputs lie where they do from the start
    before = -(-taps // block.down) * block.down
    skip = before * block.up // block.down
    got = run({"stage": "resample", "to_hz": to_hz, "half_length": half})
    assert_same_bits(got, by_column(after_constant(block, before, skip)))


def test_decimation_is_its_block():
    taps = list(np.hanning(13) / np.hanning(13).sum())
    block = Fir(np.array(taps), 1, 4)
    got = run({"stage": "fir", "taps": taps, "decimate": 4})
    assert_same_bits(got, by_column(after_constant(block, 16, 4)))


def test_gravity_gives_what_is_asked_for():
    body = c.Gravity(3, 0.5, RATE_HZ)
    expected = body.process(X)
    given = {"stage": "gravity", "cutoff_hz": 0.5}
    assert_same_bits(run(given), expected)
    both = run(given | {"outputs": "both"})
    assert_same_bits(both[:, :3], expected)
    assert_same_bits(both[:, 3:], run(given | {"outputs": "gravity"}))
    assert_same_bits(both[-1, 3:], body.gravity)


def test_magnitude_and_selection():
    norm = c.magnitude(floats(X[:, [0, 2]]))
    given = {"stage": "magnitude", "channels": ["x", "z"]}
    assert_same_bits(run(given), np.stack([X[:, 1], norm], axis=1))
    assert_same_bits(run(given | {"keep": True, "name": "n"}), np.column_stack([X, norm]))
    assert_same_bits(run({"stage": "select", "channels": ["z", "x"]}), X[:, [0, 2]])


def test_order_tracking_is_its_block():
    frames = counts()
    frames[:, 2] = np.linspace(120, 600, 500).astype(np.int16)
    got = run({"stage": "order", "per_turn": 16, "speed": "z", "unit": "rpm"}, frames=frames)
    turns = frames[:, 2].astype(np.float32) * np.float32(1 / 60 / RATE_HZ)
    for column in range(2):
        assert_same_bits(got[:, column], OrderTracker(16).process(frames[:, column].astype(np.float32), turns))


def test_impossible_speeds_are_flagged():
    frames = counts(channels=2)
    frames[:, 1] = 20
    frames[200] = [0, -5]
    frames[300] = [0, 30000]
    made = Conditioning([{"stage": "order", "per_turn": 16, "speed": "v"}], ("x", "v"), RATE_HZ)
    flags = made.process(frames)[1]
    assert (flags & 32).any() and not (flags[:900] & 32).all()


def test_window_stages_are_detrend_and_normalisation():
    features = [{"block": "statistics", "values": ["rms", "maximum"]}]
    window = floats(X[:128])
    plain = Statistics(("rms", "maximum"))
    lines = WindowFeatures(features, 128, ("x", "y", "z"), RATE_HZ, detrend=True).process(window)
    assert_same_bits(lines, np.concatenate([plain.process(c.detrend(column)) for column in window.T]))
    block = WindowFeatures(features, 128, ("x", "y", "z"), RATE_HZ, detrend=True, floor=0.5)
    scaled = [c.Normalise(0.5, 0.5).window(c.detrend(column))[0] for column in window.T]
    assert_same_bits(block.process(window), np.concatenate([plain.process(column) for column in scaled]))
    declared = [{"stage": "detrend"}, {"stage": "standardise", "floor": 0.5}]
    stream = WindowStream(declared, features, ("x", "y", "z"), RATE_HZ, 1.28, 1.28)
    assert_same_bits(stream.process(counts())[0][0], block.process(window))
    assert block.process(np.ones((128, 3), np.float32)).any() == 0 and block.quality & 8


def test_steps_show_every_stage():
    made = Conditioning([{"stage": "gaps", "longest_s": 0.02}, {"stage": "gravity"}, {"stage": "magnitude"}],
                        ("x", "y", "z"), RATE_HZ)  # fmt: skip
    steps = made.steps(counts())
    assert [step.name for step in steps] == ["unit", "gravity", "magnitude"]
    assert_same_bits(steps[-1].frames, made.process(counts())[0])
    assert_same_bits(steps[0].frames, X[:-2])
    assert steps[-1].signal.channels == ("magnitude",)


def test_the_core_refuses_chains_that_do_not_fit():
    made = Conditioning([{"stage": "gravity"}], ("x", "y", "z"), RATE_HZ)
    state, memory = ffi.new("mk_conditioning *"), ffi.new("float[]", made.memory)

    def init() -> int:
        return lib.mk_conditioning_init(state, made.struct, memory)

    assert init() == 0
    for field, wrong, status in (
        ("memory", made.memory - 1, 2), ("channels", 2, 1), ("out_channels", 2, 1), ("block", 0, 1),
        ("capacity", 47, 1), ("channels", 17, 1),
    ):  # fmt: skip
        right = getattr(made.struct, field)
        setattr(made.struct, field, wrong)
        assert init() == status, field
        setattr(made.struct, field, right)
    assert init() == 0


def test_smoothing_is_the_block_and_a_copy_goes_another_way():
    from motekit.dsp.environment import Smooth

    share = 1 - np.exp(-1 / (0.2 * RATE_HZ))
    smoothed = run({"stage": "smooth", "time_s": 0.2})
    assert_same_bits(smoothed, by_column(lambda x: Smooth(share).process(x)))
    both = Conditioning(
        [
            {"stage": "copy", "channels": ["y"], "names": ["level"]},
            {"stage": "smooth", "time_s": 0.2, "channels": ["x", "level"]},
        ],
        ("x", "y", "z"),
        RATE_HZ,
    )
    assert both.output.channels == ("x", "y", "z", "level")
    found = both.process(counts())[0]
    assert_same_bits(found[:, [0, 3]], smoothed[:, [0, 1]])
    assert_same_bits(found[:, [1, 2]], X[:, [1, 2]])
    for wrong in (
        {"stage": "smooth", "time_s": 0},
        {"stage": "copy", "names": ["a"]},
        {"stage": "copy", "names": ["x"] * 3},
    ):
        with pytest.raises(ConfigError):
            run(wrong)


def test_perfusion_needs_the_light_before_its_band_pass():
    time = np.arange(50 * 12) / 50
    light = (20000 + 200 * np.exp(np.cos(2 * np.pi * 1.2 * time))).astype(np.int16)[:, None]
    made = WindowStream(
        [
            {"stage": "copy", "names": ["level"]},
            {"stage": "filter", "kind": "bandpass", "cutoff_hz": [0.5, 5], "channels": ["light"]},
        ],
        [{"block": "pulse_quality", "channels": ["light"], "level": "level", "upward": True}],
        ("light",),
        50,
        6,
        3,
    )
    features = made.process(light)[0]
    alternating = 2 * np.sqrt(2) * made.conditioning.process(light)[0][150:450, 0].std() / light[150:450].mean()
    assert abs(features[1, 0] / alternating - 1) < 1e-3 and features[1, 1] > 0.99
