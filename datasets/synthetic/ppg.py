"""Wrists with a pulse: photoplethysmogram, acceleration and ECG of people who do not exist, all truth known.

Beats come from a sinus node driven by effort, breath and slow waves, or from fibrillating atria, with ectopic beats
between them. Each sends a pulse wave (the systolic and the reflected one) to the wrist, whose size follows the time
the heart had to fill; breath moves baseline, size and rate. The arm's motion (`synthetic.motion`) adds what the
tissue under the sensor makes of it: filtered by couplings that differ between the two sensors and change over
seconds, in part not linear, and blood that runs with gravity when the arm turns. Then light, noise and the converter.

Source: rate as an integral pulse frequency modulation and waves at breath and 0.1 Hz: P. E. McSharry, G. D. Clifford
et al., "A dynamical model for generating synthetic electrocardiogram signals", IEEE Trans. Biomed. Eng. 50 (2003).
Pulse as a sum of Gaussians and its ties to breath: Q. Tang et al., "PPGSynth", Frontiers in Physiology 11 (2020), and
P. H. Charlton et al., "Breathing rate estimation from the electrocardiogram and photoplethysmogram", IEEE Rev.
Biomed. Eng. 11 (2018). Fibrillation without memory of the last interval: A. Petrenas et al., "Electrocardiogram
modeling during paroxysmal atrial fibrillation", Physiological Measurement 38 (2017).
"""

from dataclasses import dataclass

import numpy as np
import scipy.signal

from motekit.data.recording import Recording
from motekit.datasets.ieee_spc2015 import CHANNELS, HOP_S, WINDOW_S
from motekit.datasets.synthetic import motion
from motekit.errors import ConfigError

RATE_HZ = 125
ECG_RATE_HZ = 300
UNIT = "counts, g"
FULL_SCALE = 2047
RHYTHMS = ("sinus", "ectopic", "af")
#: what one recording goes through by default, in shares of its length
PLAN = (
    ("sitting", 0.15), ("standing", 0.10), ("walking", 0.20), ("stairs", 0.12),
    ("jogging", 0.20), ("kicking", 0.11), ("sitting", 0.12),
)  # fmt: skip

#: beats a minute above rest that an activity asks of an average heart
_EFFORT = {"walking": 28, "jogging": 85, "stairs": 48, "kicking": 38, "standing": 9, "sitting": 0, "lying": -5}
# the network's own samples of rate, breath and slow waves
_SLOW_HZ = 20


@dataclass(frozen=True, eq=False, kw_only=True)
class WristRecording(Recording):
    """Pulse wave and acceleration of a wrist, and all that was true meanwhile.

    Attributes
    ----------
    bpm : ndarray
        float64[windows], heart rate over the beats of each window of 8 s, one every 2 s; as `ieee_spc2015` has it.
    beats : ndarray
        float64, seconds of the R waves.
    kinds : ndarray of str
        Of each beat: N sinus, S and V ectopic of atria and ventricles, A fibrillating.
    transit_s : float
        From an R wave to the foot of its pulse at the wrist.
    breaths_per_min : float
    steps, falls : ndarray
        float64, seconds.
    segments : tuple of (start_s, stop_s, activity)
    motion, part : str
        As of `ieee_spc2015.HeartRateRecording`: "plan", "synthetic".
    ecg : None
    """

    bpm: np.ndarray
    beats: np.ndarray
    kinds: np.ndarray
    transit_s: float
    breaths_per_min: float
    steps: np.ndarray
    falls: np.ndarray
    segments: tuple[tuple[float, float, str], ...]
    motion: str = "plan"
    part: str = "synthetic"
    ecg: None = None


@dataclass(frozen=True, eq=False)
class Rhythm:
    """Beats of a heart: seconds, kinds (see `WristRecording`), and the relative volume of each."""

    times: np.ndarray
    kinds: np.ndarray
    volumes: np.ndarray


def beat(
    kind: str,
    rate_bpm: np.ndarray,
    rng: np.random.Generator,
    *,
    breath_hz: float = 0.25,
    variability: float = 0.04,
) -> Rhythm:
    """Beats that follow a wanted heart rate.

    Parameters
    ----------
    kind : {"sinus", "ectopic", "af"}
        "ectopic" is sinus with 2 to 15 % early beats.
    rate_bpm : ndarray
        float64[n], 20 a second, beats a minute.
    breath_hz, variability : float
        Breath, and the share of the rate that it moves at rest; at high rates it moves less.
    """
    if kind not in RHYTHMS:
        raise ConfigError(f'there is no rhythm "{kind}". Choose from {", ".join(RHYTHMS)}.')
    n = len(rate_bpm)
    t = np.arange(n) / _SLOW_HZ
    calm = np.clip((150 - rate_bpm) / 80, 0.1, 1.2)
    slow = scipy.signal.sosfilt(
        scipy.signal.butter(1, (0.005, 0.04), "bandpass", fs=_SLOW_HZ, output="sos"), rng.normal(0, 3.0, n)
    )
    swing = variability * calm * (
        np.sin(2 * np.pi * breath_hz * t) + 0.7 * np.sin(2 * np.pi * 0.1 * t + rng.uniform(0, 6)) + slow
    )  # fmt: skip
    turns = np.concatenate([[0], np.cumsum(rate_bpm / 60 * (1 + np.clip(swing, -0.4, 0.4)))]) / _SLOW_HZ
    edges = np.arange(n + 1) / _SLOW_HZ
    if kind == "af":
        times, kinds = _fibrillation(turns, edges, rng)
    else:
        phases = np.arange(rng.random(), turns[-1])
        times = np.interp(phases, turns, edges) + rng.normal(0, 0.003, len(phases))
        kinds = np.full(len(times), "N")
    if kind == "ectopic":
        times, kinds = _ectopic(times, kinds, rng.uniform(0.02, 0.15), rng)
    before = np.diff(times, prepend=times[0] - (times[1] - times[0]))
    # the usual interval of the moment: what the heart had less of, its next beat lacks
    usual = scipy.signal.medfilt(before, 9)
    usual[:4], usual[-4:] = before[:9].mean(), before[-9:].mean()
    volumes = np.clip((before / usual) ** 0.8, 0.15, 1.4) * np.where(kinds == "V", 0.6, 1.0)
    return Rhythm(times, kinds, volumes)


def make(
    recordings: int = 6,
    seed: int = 0,
    *,
    seconds: float = 300.0,
    rate_hz: float = RATE_HZ,
    rhythm: str = "sinus",
    plan: motion.Plan | None = None,
    coupling: float = 1.0,
) -> list[WristRecording]:
    """Recordings of so many people.

    Parameters
    ----------
    recordings, seed : int
        The same request gives the same samples; a person does not depend on how many there are.
    seconds : float
        Of each recording; at least 60 without a plan of one's own.
    rate_hz : float
        25 to 200.
    rhythm : {"sinus", "ectopic", "af"}
    plan : sequence of (activity, seconds), optional
        What everyone does (see `motion.make`); `PLAN` stretched to `seconds` unless given.
    coupling : float
        Factor of what motion adds to the pulse wave; at 1 jogging drowns the pulse by 1 to 3 times its size.

    Returns
    -------
    list of WristRecording
        Samples float32[n, 5]: two pulse waves in the converter's counts (-2047 to 2047, the mean taken off) and three
        axes in g. More light comes back between pulses: the pulse points down, as raw sensors have it.

    Raises
    ------
    ConfigError
        If there is nothing to make, or the rate is out of range.
    """
    if recordings < 1:
        raise ConfigError("synthetic pulse waves need a recording. Raise the number.")
    if not 25 <= rate_hz <= motion.INNER_HZ:
        raise ConfigError(f"synthetic pulse waves have 25 to {motion.INNER_HZ} samples a second, not {rate_hz:g}.")
    plan = plan or [(name, share * seconds) for name, share in PLAN]
    return [_person(number, seed, rate_hz, rhythm, plan, coupling) for number in range(recordings)]


def ecgs(records: int = 40, seed: int = 0, *, seconds: float = 30.0) -> list[Recording]:
    """Single-lead ECGs as `cinc2017` has them, of the four classes in turn.

    Returns
    -------
    list of Recording
        float32[n] at 300 Hz in mV, label as in `cinc2017.LABELS`, each record its own group. "other" has frequent
        ectopic beats.
    """
    labels = ("normal", "atrial_fibrillation", "other", "noisy")
    return [_ecg(number, seed, labels[number % len(labels)], seconds) for number in range(records)]


def window_bpm(beats: np.ndarray, seconds: float) -> np.ndarray:
    """Beats a minute over the beats of each window of 8 s, every 2 s; NaN where fewer than two fall into it."""
    count = max(0, int((seconds - WINDOW_S) / HOP_S + 1e-9) + 1)
    bpm = np.full(count, np.nan)
    for k in range(count):
        inside = beats[(beats >= k * HOP_S) & (beats < k * HOP_S + WINDOW_S)]
        if len(inside) > 1:
            bpm[k] = 60 * (len(inside) - 1) / (inside[-1] - inside[0])
    return bpm


def _person(number: int, seed: int, rate_hz: float, kind: str, plan: motion.Plan, coupling: float) -> WristRecording:
    rng = np.random.default_rng((seed, number))
    moved = motion.make(plan, rate_hz, rng)
    n, seconds = len(moved.acceleration), len(moved.acceleration) / rate_hz
    breath_hz = rng.uniform(0.2, 0.35)
    beats = beat(kind, _wanted(moved, seconds, rng), rng, breath_hz=breath_hz, variability=rng.uniform(0.015, 0.06))
    transit = rng.uniform(0.16, 0.24)
    acceleration = moved.acceleration / motion.GRAVITY
    pulses = _pulses(beats, transit, n, rate_hz, breath_hz, rng)
    artefacts = coupling * _artefacts(acceleration, rate_hz, rng)
    size = rng.uniform(25, 110) * np.array([1.0, rng.uniform(0.6, 1.6)])
    wave = size * (pulses + artefacts) + _noise(n, rate_hz, rng) * rng.uniform(0.5, 2.0)
    counts = np.clip(np.rint(wave - wave.mean(0)), -FULL_SCALE, FULL_SCALE)
    inside = (beats.times >= 0) & (beats.times < seconds)
    return WristRecording(
        samples=np.concatenate([counts, acceleration], 1).astype(np.float32),
        rate_hz=rate_hz,
        unit=UNIT,
        channels=CHANNELS,
        label="heart_rate",
        group=f"synthetic-{seed}-{number}",
        name=f"synthetic/{kind}-{seed}-{number}",
        source="synthetic",
        bpm=window_bpm(beats.times, seconds),
        beats=beats.times[inside],
        kinds=beats.kinds[inside],
        transit_s=transit,
        breaths_per_min=60 * breath_hz,
        steps=moved.steps,
        falls=moved.falls,
        segments=moved.segments,
    )


def _wanted(moved: motion.Motion, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Heart rate that the effort asks for, which the heart follows within half a minute, up faster than down."""
    n = round(seconds * _SLOW_HZ) + 2 * _SLOW_HZ
    rest, fitness = rng.uniform(55, 85), rng.uniform(0.7, 1.25)
    target = np.full(n, rest)
    for start, stop, name in moved.segments:
        part = slice(round(start * _SLOW_HZ), n if stop >= seconds - 1 else round(stop * _SLOW_HZ))
        target[part] = rest + _EFFORT.get(name, 5) * fitness
    up, down = rng.uniform(12, 30), rng.uniform(25, 60)
    rate = np.empty(n)
    now = target[0] + rng.uniform(-3, 8)
    for i, wanted in enumerate(target):
        now += (wanted - now) / _SLOW_HZ / (up if wanted > now else down)
        rate[i] = now
    return np.clip(rate, 40, 205)


def _fibrillation(turns: np.ndarray, edges: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Intervals without memory: a conduction that cannot be shortened, then chance."""
    shape, gaps, total = rng.uniform(2.0, 5.0), [], 0.0
    while total < turns[-1]:
        # of mean 1 in units of the wanted interval; the atrioventricular node passes none sooner than 0.45
        gaps.append(0.45 + 0.55 * rng.gamma(shape) / shape)
        total += gaps[-1]
    times = np.interp(np.cumsum(gaps), turns, edges)
    times = times[times < edges[-1]]
    keep = np.concatenate([[True], np.diff(times) > 0.28])
    return times[keep], np.full(keep.sum(), "A")


def _ectopic(
    times: np.ndarray, kinds: np.ndarray, share: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Early beats: of a ventricle, with a pause that makes up for it; of an atrium, which resets the sinus node."""
    times, kinds, i = times.copy(), kinds.copy(), 2
    while i < len(times) - 2:
        if rng.random() < share:
            interval = times[i] - times[i - 1]
            early = min(rng.uniform(0.2, 0.45) * interval, max(0.0, interval - 0.3))
            kinds[i] = rng.choice(["V", "S"])
            times[i] -= early
            if kinds[i] == "S":
                times[i + 1 :] -= 0.8 * early
            i += 1
        i += 1
    return times, kinds


def _pulses(
    beats: Rhythm, transit: float, n: int, rate_hz: float, breath_hz: float, rng: np.random.Generator
) -> np.ndarray:
    """Pulse waves of both sensors without motion, float64[n, 2], about 1 from foot to peak, downwards."""
    t = np.arange(n) / rate_hz
    wave = np.zeros(n)
    stiff = rng.uniform(0.2, 0.55)
    after = np.diff(beats.times, append=beats.times[-1] + 0.8)
    breath = np.sin(2 * np.pi * breath_hz * t + rng.uniform(0, 6))
    for at, gap, volume in zip(beats.times, after, beats.volumes, strict=True):
        # a faster heart has shorter waves, by about the root of the interval (Bazett)
        width = np.sqrt(np.clip(gap, 0.3, 1.5))
        first, last = int(max(0, (at + transit - 0.2) * rate_hz)), int(min(n, (at + transit + 1.4) * rate_hz) + 1)
        if first >= last:
            continue
        u = t[first:last] - at - transit - 0.13 * width
        wave[first:last] += volume * (
            np.exp(-0.5 * (u / np.where(u < 0, 0.07, 0.11) / width) ** 2)
            + stiff * np.exp(-0.5 * ((u - 0.27 * width) / (0.13 * width)) ** 2)
        )
    wave *= 1 + rng.uniform(0.03, 0.15) * breath
    wave += rng.uniform(0.05, 0.4) * breath
    return -np.stack([wave, wave], 1)


def _artefacts(acceleration: np.ndarray, rate_hz: float, rng: np.random.Generator) -> np.ndarray:
    """What motion adds to both pulse waves, float64[n, 2], in the pulse's own size."""
    n = len(acceleration)
    band = scipy.signal.butter(2, (0.3, 5.0), "bandpass", fs=rate_hz, output="sos")
    moving = scipy.signal.sosfilt(band, acceleration - acceleration[0], axis=0)
    # tissue that is pressed answers to the size of a jerk, and more one way than the other
    bent = [np.abs(moving).sum(1), np.maximum(moving[:, 0], 0) ** 2, moving[:, 1] * np.abs(moving[:, 2])]
    bent = scipy.signal.sosfilt(band, np.stack(bent, 1), axis=0)
    sources = np.concatenate([moving, bent], 1)
    weights = np.array([1, 1, 1, 0.5, 0.5, 0.5]) * rng.uniform(0.3, 1.0, 6)
    knots = max(4, int(n / rate_hz / rng.uniform(6, 20)) + 2)
    shared = _couplings(n, knots, sources.shape[1], rng)
    out = np.zeros((n, 2))
    delays = [round(s * rate_hz) for s in (0.0, 0.06, 0.15, 0.28)]
    for channel in range(2):
        own = 0.8 * shared + 0.6 * _couplings(n, knots, sources.shape[1], rng)
        for k, delay in enumerate(delays):
            late = np.concatenate([np.zeros((delay, sources.shape[1])), sources[: n - delay]])
            out[:, channel] += (late * own[k] * weights).sum(1)
    # blood runs down an arm that is lowered: the direction of gravity, slowly
    pole = 1 / (rate_hz * rng.uniform(0.8, 2.0))
    sunk = scipy.signal.lfilter([pole], [1, pole - 1], acceleration - acceleration[0], axis=0)
    # the pulse's deviation is a third of its height, jogging's about 1.3 g
    size = rng.uniform(0.4, 1.2) * np.sqrt((moving**2).sum(1).mean() / (out**2).mean())
    return size * out + (sunk @ rng.normal(0, 0.3, 3))[:, None]


def _couplings(n: int, knots: int, sources: int, rng: np.random.Generator) -> np.ndarray:
    """Gains of four delays of each source, that wander: float64[4, n, sources]."""
    at = np.linspace(0, n, knots)
    return np.stack([
        np.stack([np.interp(np.arange(n), at, 0.7**k * (rng.normal() + 0.5 * rng.normal(size=knots)))
                  for _ in range(sources)], 1)
        for k in range(4)
    ])  # fmt: skip


def _noise(n: int, rate_hz: float, rng: np.random.Generator) -> np.ndarray:
    """Photons and light from elsewhere, float64[n, 2], counts."""
    light = scipy.signal.lfilter([1 / rate_hz], [1, 1 / rate_hz - 1], rng.normal(0, 1, (n, 2)), axis=0)
    return rng.normal(0, 1, (n, 2)) + 20 * light


#: Gaussians of P, Q, R, S, T: mV, seconds from R at an interval of 1 s, width in seconds
_WAVES = ((0.12, -0.17, 0.025), (-0.1, -0.03, 0.009), (1.0, 0.0, 0.012), (-0.22, 0.03, 0.011), (0.28, 0.30, 0.055))


def _ecg(number: int, seed: int, label: str, seconds: float) -> Recording:
    rng = np.random.default_rng((seed, 7, number))
    n = round(seconds * ECG_RATE_HZ)
    rate = np.full(
        round((seconds + 2) * _SLOW_HZ), rng.uniform(55, 105) * (1.15 if label == "atrial_fibrillation" else 1)
    )
    kind = {"atrial_fibrillation": "af", "other": "ectopic"}.get(label, "sinus")
    beats = beat(kind, rate, rng, breath_hz=rng.uniform(0.2, 0.33), variability=rng.uniform(0.01, 0.06))
    t = np.arange(n) / ECG_RATE_HZ
    wave = np.zeros(n)
    for at, name in zip(beats.times, beats.kinds, strict=True):
        near = slice(max(0, int((at - 0.4) * ECG_RATE_HZ)), max(0, min(n, int((at + 0.7) * ECG_RATE_HZ))))
        for place, (size, offset, width) in enumerate(_WAVES):
            if place == 0 and name in "AV":
                continue
            broad = 3.0 if name == "V" and place in (1, 2, 3) else 1.0
            wave[near] += size * np.exp(-0.5 * ((t[near] - at - offset) / (width * broad)) ** 2)
    if label == "atrial_fibrillation":
        turns = 2 * np.pi * np.cumsum(rng.uniform(4.5, 7.5) + 0.8 * np.sin(2 * np.pi * 0.3 * t)) / ECG_RATE_HZ
        wave += 0.05 * (np.sin(turns) + 0.4 * np.sin(2 * turns))
    noise = rng.normal(0, rng.uniform(0.01, 0.04), n)
    if label == "noisy":
        burst = scipy.signal.sosfilt(
            scipy.signal.butter(2, (1, 40), "bandpass", fs=ECG_RATE_HZ, output="sos"), rng.normal(0, 1, n)
        )
        noise += rng.uniform(1.0, 3.0) * burst
    wander = 0.2 * np.sin(2 * np.pi * rng.uniform(0.1, 0.4) * t)
    sign = -1.0 if rng.random() < 0.2 else 1.0
    return Recording(
        samples=(sign * rng.uniform(0.4, 1.5) * wave + wander + noise).astype(np.float32),
        rate_hz=ECG_RATE_HZ,
        unit="mV",
        channels=("ecg",),
        label=label,
        group=f"synthetic-{seed}-{number}",
        name=f"synthetic/{label}-{seed}-{number}",
        source="synthetic",
    )
