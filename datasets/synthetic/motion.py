"""Wrists in motion: acceleration of a watch on a jointed arm that hangs on a bouncing trunk, with every step known.

The trunk moves up, forwards and sideways with each step, the arm swings about shoulder and elbow in the plane of
walking, and the forearm turns about its own axis. The watch feels the second derivative of where that brings the
wrist, plus gravity, plus the shock of each foot that the body passes on. How the watch is worn (which wrist, turned
about the forearm, tilted) is applied last.

Source: the arm as a double pendulum and cadences by speed: D. A. Winter, Biomechanics and Motor Control of Human
Movement, 4th ed., ch. 3 and 5. Falls (less weight, impact, stillness): N. Noury et al., "A proposal for the
classification and evaluation of fall detectors", IRBM 29 (2008).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.interpolate
import scipy.signal

from motekit.errors import ConfigError

GRAVITY = 9.80665
#: of the simulation; what is asked for is resampled from it
INNER_HZ = 200
ACTIVITIES = ("walking", "jogging", "stairs", "sitting", "standing", "kicking")
#: m, shoulder to elbow and elbow to watch
_UPPER, _FORE = 0.30, 0.24
_BLEND_S = 1.0

Plan = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Wearing:
    """How a watch sits on the arm.

    Attributes
    ----------
    wrist : {"left", "right"}
    turn_deg : float
        About the forearm's axis; 180 is on the inside of the wrist.
    tilt_deg, tilt_way_deg : float
        Of the watch against the forearm, and about which axis across it.
    """

    wrist: str = "left"
    turn_deg: float = 0.0
    tilt_deg: float = 0.0
    tilt_way_deg: float = 0.0

    @property
    def matrix(self) -> np.ndarray:
        """float64[3, 3]: (to the hand, out of the back of the hand, to the thumb) to the watch's x, y, z."""
        along = 1.0 if self.wrist == "left" else -1.0
        anatomy = np.array([[along, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])
        return _about_across(self.tilt_deg, self.tilt_way_deg) @ _about_x(self.turn_deg) @ anatomy

    @staticmethod
    def draw(rng: np.random.Generator, tilt_deg: float = 15.0) -> "Wearing":
        """A person's habit: either wrist, turned by some degrees, tilted by up to `tilt_deg`."""
        return Wearing(
            wrist=str(rng.choice(["left", "right"])),
            turn_deg=float(rng.normal(0, 20)),
            tilt_deg=float(rng.uniform(0, tilt_deg)),
            tilt_way_deg=float(rng.uniform(0, 360)),
        )


@dataclass(frozen=True)
class Person:
    """What differs from one wearer to the next.

    Attributes
    ----------
    pace : float
        Factor of all cadences.
    vigour : float
        Factor of bounce, shock and arm swing.
    stiffness : float
        0 to 1, how much of a foot's shock reaches the wrist.
    wearing : Wearing
    """

    pace: float = 1.0
    vigour: float = 1.0
    stiffness: float = 0.5
    wearing: Wearing = field(default_factory=Wearing)

    @staticmethod
    def draw(rng: np.random.Generator) -> "Person":
        """Someone."""
        return Person(
            pace=float(np.clip(rng.normal(1, 0.06), 0.85, 1.15)),
            vigour=float(np.clip(rng.normal(1, 0.2), 0.6, 1.6)),
            stiffness=float(rng.uniform(0.2, 0.9)),
            wearing=Wearing.draw(rng),
        )


@dataclass(frozen=True, eq=False)
class Motion:
    """A watch's acceleration and what was done meanwhile.

    Attributes
    ----------
    acceleration : ndarray
        float64[n, 3], m/s^2, gravity included: at rest it points up.
    rate_hz : float
    steps, falls : ndarray
        float64, seconds: feet on the ground, bodies on the floor.
    segments : tuple of (start_s, stop_s, activity)
    """

    acceleration: np.ndarray
    rate_hz: float
    steps: np.ndarray
    falls: np.ndarray
    segments: tuple[tuple[float, float, str], ...]


@dataclass
class _Body:
    """Joint angles in radians, the trunk's acceleration and shocks in m/s^2, at `INNER_HZ`."""

    shoulder: np.ndarray  # forwards from hanging
    elbow: np.ndarray  # bent
    roll: np.ndarray  # of the forearm, thumb from forwards to the body
    trunk: np.ndarray  # [n, 3] up, forwards, outwards
    steps: np.ndarray
    falls: np.ndarray = field(default_factory=lambda: np.empty(0))

    def __len__(self) -> int:
        return len(self.shoulder)


def make(plan: Plan, rate_hz: float, rng: np.random.Generator, person: Person | None = None) -> Motion:
    """Do what a plan says, in its order.

    Parameters
    ----------
    plan : sequence of (activity, seconds)
        One of `ACTIVITIES`, or "fall" (which needs 15 s: the fall, then lying still), "lying", "bump" (a knock of the
        arm against a table) or "flop" (into a chair).
    rate_hz : float
        Samples a second, 10 to 200.
    rng : numpy.random.Generator
    person : Person, optional
        Drawn if not given.

    Raises
    ------
    ConfigError
        If an activity is unknown or too short, or the rate is out of range.
    """
    if not 10 <= rate_hz <= INNER_HZ:
        raise ConfigError(f"synthetic motion has 10 to {INNER_HZ} samples a second, not {rate_hz:g}.")
    for name, seconds in plan:
        if name not in _MAKERS:
            raise ConfigError(f'there is no activity "{name}". Choose from {", ".join(_MAKERS)}.')
        if seconds < (15 if name == "fall" else 2):
            raise ConfigError(
                f"{seconds:g} s are too short for {name}. Give it at least {15 if name == 'fall' else 2}."
            )
    if not plan:
        raise ConfigError("the plan is empty. Name an activity and its seconds.")
    person = person or Person.draw(rng)
    count = sum(round(seconds * INNER_HZ) for _, seconds in plan)
    blend = round(_BLEND_S * INNER_HZ)
    whole = _Body(*(np.zeros(count) for _ in range(3)), np.zeros((count, 3)), np.empty(0))
    at, segments = 0, []
    for name, seconds in plan:
        n = round(seconds * INNER_HZ)
        part = _MAKERS[name](n + blend, person, rng)
        _join(whole, part, at, blend)
        segments.append((at / INNER_HZ, (at + n) / INNER_HZ, name))
        keep = part.steps[part.steps < n / INNER_HZ]
        whole.steps = np.concatenate([whole.steps, keep + at / INNER_HZ])
        whole.falls = np.concatenate([whole.falls, part.falls + at / INNER_HZ])
        at += n
    felt = _feel(whole, person)
    felt += rng.normal(0, 0.03, felt.shape)
    return Motion(_to_rate(felt, rate_hz), rate_hz, whole.steps, whole.falls, tuple(segments))


def _join(whole: _Body, part: _Body, at: int, blend: int) -> None:
    """Lay a part into the whole; its first second takes over from what the one before would have gone on doing."""
    n = min(len(part), len(whole.shoulder) - at)
    weight = np.ones(n)
    if at:
        weight[:blend] = 0.5 - 0.5 * np.cos(np.pi * np.arange(min(blend, n)) / blend)
    for name in ("shoulder", "elbow", "roll", "trunk"):
        old, new = getattr(whole, name)[at : at + n], getattr(part, name)[:n]
        w = weight[:, None] if new.ndim == 2 else weight
        old[:] = (1 - w) * old + w * new


def _feel(body: _Body, person: Person) -> np.ndarray:
    """Acceleration in the watch's axes, float64[n, 3]."""
    upper, fore = body.shoulder, body.shoulder + body.elbow
    forwards = _UPPER * np.sin(upper) + _FORE * np.sin(fore)
    upwards = -_UPPER * np.cos(upper) - _FORE * np.cos(fore)
    up = _second_derivative(upwards) + body.trunk[:, 0] + GRAVITY
    ahead = _second_derivative(forwards) + body.trunk[:, 1]
    out = body.trunk[:, 2]
    # the forearm's own axes: to the hand, and across it in the plane of walking
    hand = ahead * np.sin(fore) - up * np.cos(fore)
    across = ahead * np.cos(fore) + up * np.sin(fore)
    thumb = across * np.cos(body.roll) - out * np.sin(body.roll)
    back = across * np.sin(body.roll) + out * np.cos(body.roll)
    return np.stack([hand, back, thumb], 1) @ person.wearing.matrix.T


def _second_derivative(x: np.ndarray) -> np.ndarray:
    return np.gradient(np.gradient(x, 1 / INNER_HZ), 1 / INNER_HZ)


def _to_rate(x: np.ndarray, rate_hz: float) -> np.ndarray:
    count = int(len(x) * rate_hz / INNER_HZ)
    if rate_hz < INNER_HZ:
        # as a sensor's own filter: half of its rate
        x = scipy.signal.sosfiltfilt(scipy.signal.butter(2, 0.45 * rate_hz, fs=INNER_HZ, output="sos"), x, axis=0)
    return scipy.interpolate.CubicSpline(np.arange(len(x)), x)(np.arange(count) * INNER_HZ / rate_hz)


def _about_x(degrees: float) -> np.ndarray:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def _about_across(degrees: float, way: float) -> np.ndarray:
    """Rotation about an axis across the forearm (in the y-z plane), by Rodrigues' formula."""
    y, z = np.cos(np.radians(way)), np.sin(np.radians(way))
    k = np.array([[0, -z, y], [z, 0, 0], [-y, 0, 0]])
    return np.eye(3) + np.sin(np.radians(degrees)) * k + (1 - np.cos(np.radians(degrees))) * k @ k


# --- what the body does -------------------------------------------------------------------------------------------


def _slow(n: int, rng: np.random.Generator, deviation: float, hz: float = 0.2) -> np.ndarray:
    """Wandering of a posture: noise below `hz`."""
    knots = max(4, int(n / INNER_HZ * hz * 2) + 3)
    return scipy.interpolate.CubicSpline(np.linspace(0, n, knots), rng.normal(0, deviation, knots))(np.arange(n))


def _step_times(n: int, cadence: float, variation: float, rng: np.random.Generator) -> np.ndarray:
    """Feet on the ground over n samples, seconds; the cadence (a second) drifts and each step differs."""
    count = int(n / INNER_HZ * cadence * 1.3) + 4
    drift = 1 + 0.03 * np.sin(2 * np.pi * (np.arange(count) / rng.uniform(25, 60) + rng.random()))
    times = np.cumsum(drift / cadence * (1 + variation * rng.standard_normal(count))) + 0.2 * rng.random()
    return times[times < n / INNER_HZ]


def _phase(n: int, steps: np.ndarray) -> np.ndarray:
    """Steps done at each sample, smooth: 2 pi of it is a step's own phase."""
    first, last = steps[1] - steps[0], steps[-1] - steps[-2]
    knots = np.concatenate([[steps[0] - 2 * first, steps[0] - first], steps, [steps[-1] + last, steps[-1] + 2 * last]])
    return scipy.interpolate.PchipInterpolator(knots, np.arange(len(knots)) - 2)(np.arange(n) / INNER_HZ)


def _shocks(n: int, times: np.ndarray, sizes: np.ndarray, hz: float, decay_s: float) -> np.ndarray:
    """Damped oscillations that begin at `times`, as a foot's landing arrives through the body."""
    impulses = np.zeros(n)
    np.add.at(impulses, np.clip((times * INNER_HZ).astype(int), 0, n - 1), sizes)
    t = np.arange(int(5 * decay_s * INNER_HZ) + 2) / INNER_HZ
    ring = np.exp(-t / decay_s) * np.sin(2 * np.pi * hz * t)
    return scipy.signal.oaconvolve(impulses, ring / np.abs(ring).max())[:n]


@dataclass(frozen=True)
class _Gait:
    cadence: tuple[float, float]  # steps a second, range
    variation: float  # of a step's time
    bounce: float  # m/s^2, up and down once a step
    surge: float  # m/s^2, forwards once a step
    sway: float  # m/s^2, sideways once in two
    shock: float  # m/s^2
    swing: tuple[float, float]  # rad, half of the arm's arc
    bent: tuple[float, float]  # rad, the elbow
    bending: float  # rad, how the elbow follows the swing
    roll: tuple[float, float]


_WALK = _Gait((1.65, 2.05), 0.025, 2.4, 1.4, 0.8, 3.0, (0.20, 0.45), (0.15, 0.40), 0.12, (-0.2, 0.7))
_JOG = _Gait((2.45, 2.9), 0.02, 10.0, 3.0, 1.6, 14.0, (0.25, 0.55), (1.2, 1.9), 0.25, (0.0, 0.9))
_STAIRS = _Gait((1.35, 1.8), 0.06, 2.0, 1.1, 1.0, 4.0, (0.08, 0.30), (0.15, 0.7), 0.10, (-0.2, 0.8))


def _walk_like(gait: _Gait, n: int, person: Person, rng: np.random.Generator) -> _Body:
    steps = _step_times(n, rng.uniform(*gait.cadence) * person.pace, gait.variation, rng)
    phase = 2 * np.pi * _phase(n, steps)
    vigour = person.vigour * (1 + _slow(n, rng, 0.06))
    up = gait.bounce * vigour * (np.cos(phase) + 0.35 * np.cos(2 * phase + 0.6))
    ahead = gait.surge * vigour * (np.sin(phase + 0.4) + 0.3 * np.sin(2 * phase))
    out = gait.sway * vigour * np.sin(phase / 2 + 0.2)
    sizes = gait.shock * person.vigour * person.stiffness * rng.uniform(0.7, 1.3, len(steps))
    shock = _shocks(n, steps, sizes, rng.uniform(9, 16), rng.uniform(0.03, 0.05))
    swing = rng.uniform(*gait.swing) * (1 + _slow(n, rng, 0.1)) * person.vigour
    lag = rng.uniform(-0.3, 0.3)
    angle = np.sin(phase / 2 + lag) + 0.12 * np.sin(phase + 2 * lag)
    return _Body(
        shoulder=rng.uniform(-0.1, 0.15) + swing * angle + _slow(n, rng, 0.03),
        elbow=rng.uniform(*gait.bent) + gait.bending * (np.sin(phase / 2 + lag - 0.5) + 1) + _slow(n, rng, 0.04),
        roll=rng.uniform(*gait.roll) + 0.1 * np.sin(phase / 2 + lag) + _slow(n, rng, 0.08),
        trunk=np.stack([up + shock, ahead - 0.4 * shock, out], 1),
        steps=steps,
    )


def _walking(n: int, person: Person, rng: np.random.Generator) -> _Body:
    return _walk_like(_WALK, n, person, rng)


def _jogging(n: int, person: Person, rng: np.random.Generator) -> _Body:
    return _walk_like(_JOG, n, person, rng)


def _stairs(n: int, person: Person, rng: np.random.Generator) -> _Body:
    """Flights up and down with landings: down, the feet fall harder and faster."""
    body = _walk_like(_STAIRS, n, person, rng)
    flight = rng.uniform(7, 12)
    down = (np.arange(n) / INNER_HZ // flight) % 2 == 1
    down = scipy.signal.sosfiltfilt(scipy.signal.butter(2, 0.5, fs=INNER_HZ, output="sos"), down.astype(float))
    body.trunk *= (0.8 + 0.7 * down)[:, None]
    body.shoulder += 0.12 * (1 - down)
    return body


def _still(n: int, rng: np.random.Generator, posture: tuple[float, float, float], restless: float) -> _Body:
    """A posture, breathing, tremor, and now and then a change of it."""
    t = np.arange(n) / INNER_HZ
    angles = []
    moves = np.cumsum(rng.exponential(25 / max(restless, 1e-3), 40))
    moves = moves[moves < n / INNER_HZ]
    for base in posture:
        angle = base + _slow(n, rng, 0.012 * restless)
        for at in moves:
            angle += rng.normal(0, 0.12 * restless) * (0.5 + 0.5 * np.tanh((t - at) / rng.uniform(0.15, 0.6)))
        angles.append(angle)
    tremor = scipy.signal.sosfilt(
        scipy.signal.butter(2, (7, 12), "bandpass", fs=INNER_HZ, output="sos"), rng.normal(0, 0.06, (n, 3)), axis=0
    )
    breath = 0.02 * np.sin(2 * np.pi * rng.uniform(0.18, 0.3) * t)
    return _Body(*angles, tremor + breath[:, None], np.empty(0))


def _sitting(n: int, person: Person, rng: np.random.Generator) -> _Body:
    posture = (rng.uniform(0.0, 0.5), rng.uniform(1.1, 1.8), rng.uniform(0.4, 1.7))
    return _still(n, rng, posture, restless=rng.uniform(0.3, 1.5))


def _standing(n: int, person: Person, rng: np.random.Generator) -> _Body:
    posture = (rng.uniform(-0.1, 0.15), rng.uniform(0.05, 0.35), rng.uniform(-0.2, 0.8))
    body = _still(n, rng, posture, restless=rng.uniform(0.5, 2.0))
    body.trunk[:, 1:] += np.stack([_slow(n, rng, 0.15, 0.5), _slow(n, rng, 0.1, 0.5)], 1)
    return body


def _lying(n: int, person: Person, rng: np.random.Generator) -> _Body:
    posture = (rng.uniform(0.9, 1.8), rng.uniform(-0.2, 0.4), rng.uniform(-0.5, 2.0))
    return _still(n, rng, posture, restless=rng.uniform(0.02, 0.15))


def _kicking(n: int, person: Person, rng: np.random.Generator) -> _Body:
    """A ball passed to and fro: two or three steps, a swing of the whole body, a wait."""
    body = _standing(n, person, rng)
    t = np.arange(n) / INNER_HZ
    steps = []
    at = rng.uniform(0.3, 1.0)
    while at < n / INNER_HZ - 1:
        size = person.vigour * rng.uniform(0.5, 1.5)
        run = at - np.arange(rng.integers(1, 4))[::-1] * rng.uniform(0.35, 0.5)
        steps += [float(s) for s in run if s > (steps[-1] + 0.3 if steps else 0.0)]
        swing = np.exp(-0.5 * ((t - at) / 0.18) ** 2)
        body.shoulder += size * rng.uniform(-0.6, 0.6) * swing
        body.elbow += size * rng.uniform(0.1, 0.6) * swing
        body.roll += size * rng.uniform(-0.4, 0.4) * swing
        bounce = np.exp(-0.5 * ((t - at) / 0.25) ** 2) * np.cos(2 * np.pi * 1.8 * (t - at))
        body.trunk += size * bounce[:, None] * rng.normal(0, (2.5, 1.5, 1.5))
        at += rng.uniform(1.2, 3.5)
    steps = np.array(steps)
    shock = _shocks(n, steps, 3.0 * person.stiffness * rng.uniform(0.6, 1.4, len(steps)), 11.0, 0.04)
    body.trunk[:, 0] += shock
    body.steps = steps
    return body


def _fall(n: int, person: Person, rng: np.random.Generator) -> _Body:
    """Two seconds on the feet, the way down with little weight, the floor, and lying there."""
    stand, lie = _standing(n, person, rng), _lying(n, person, rng)
    at, drop = rng.uniform(2.0, 3.0), rng.uniform(0.30, 0.55)
    t = np.arange(n) / INNER_HZ
    turned = 0.5 + 0.5 * np.tanh((t - at) / (0.9 * drop))
    body = _Body(
        *(a * (1 - turned) + b * turned for a, b in
          ((stand.shoulder, lie.shoulder), (stand.elbow, lie.elbow), (stand.roll, lie.roll))),
        stand.trunk * (1 - turned)[:, None] + lie.trunk * turned[:, None],
        np.empty(0),
        np.array([at]),
    )  # fmt: skip
    # less and less weight until the floor gives it all back at once
    falling = (t > at - drop) & (t <= at)
    body.trunk[falling, 0] -= GRAVITY * rng.uniform(0.6, 0.95) * np.sin(np.pi / 2 * (t[falling] - at + drop) / drop)
    hits = at + np.array([0.0, rng.uniform(0.12, 0.25), rng.uniform(0.3, 0.5)])
    sizes = rng.uniform(35, 75) * np.array([1.0, rng.uniform(0.2, 0.5), rng.uniform(0.05, 0.2)])
    body.trunk += _shocks(n, hits, sizes, rng.uniform(8, 14), rng.uniform(0.03, 0.06))[:, None] * _direction(rng)
    return body


def _bump(n: int, person: Person, rng: np.random.Generator) -> _Body:
    """Sitting, the arm knocked against a table."""
    body = _sitting(n, person, rng)
    at = rng.uniform(0.8, n / INNER_HZ - 1.0)
    body.trunk += _shocks(n, np.array([at]), np.array([rng.uniform(20, 60)]), rng.uniform(15, 30), 0.015)[
        :, None
    ] * _direction(rng)
    return body


def _flop(n: int, person: Person, rng: np.random.Generator) -> _Body:
    """Standing, then dropped into a chair."""
    stand, sit = _standing(n, person, rng), _sitting(n, person, rng)
    at = rng.uniform(1.0, max(1.1, n / INNER_HZ - 1.0))
    t = np.arange(n) / INNER_HZ
    turned = 0.5 + 0.5 * np.tanh((t - at) / 0.3)
    body = _Body(
        *(a * (1 - turned) + b * turned for a, b in
          ((stand.shoulder, sit.shoulder), (stand.elbow, sit.elbow), (stand.roll, sit.roll))),
        stand.trunk * (1 - turned)[:, None] + sit.trunk * turned[:, None],
        np.empty(0),
    )  # fmt: skip
    body.trunk[:, 0] -= 4.0 * np.exp(-0.5 * ((t - at + 0.25) / 0.12) ** 2)
    body.trunk[:, 0] += _shocks(n, np.array([at]), np.array([rng.uniform(8, 20)]), 7.0, 0.06)
    return body


def _direction(rng: np.random.Generator) -> np.ndarray:
    way = rng.standard_normal(3)
    return way / np.linalg.norm(way)


_MAKERS = {
    "walking": _walking,
    "jogging": _jogging,
    "stairs": _stairs,
    "sitting": _sitting,
    "standing": _standing,
    "kicking": _kicking,
    "lying": _lying,
    "fall": _fall,
    "bump": _bump,
    "flop": _flop,
}
