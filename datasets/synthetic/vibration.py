"""Vibration of machines that were never built: shaft, gears, a bearing with or without a fault, and what drifts.

Physics, not samples of any data set. A shaft with unbalance and misalignment (lines at 1 to 3 turns), a pair of gears
(mesh line and harmonics with sidebands of the shaft), broadband noise through the housing's resonances, and for a fault
a train of impacts at the order that the bearing's geometry gives, each ringing the housing:

- outer race: equal impacts at BPFO, the load does not move;
- inner race: at BPFI, their size modulated once a turn as the spot passes the load zone;
- ball: at twice the ball's spin, their size modulated by the cage;

with a random slip of each interval. `severity` is the RMS of the ringing by that of the broadband noise: 0.25 is hardly
to be seen, 1 is a developed fault, 4 a ruin. Speed, load, temperature (resonances sink, damping rises) and the
sensor's gain may drift. Sources: McFadden & Smith, Model for the vibration produced by a single point defect in a
rolling element bearing, 1984; Randall, Antoni & Chobsaard 2001 (slip).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.signal

from motekit.data.machine import MachineRecording
from motekit.dsp.bearing import Geometry

RATE_HZ = 12000
FAULTS = ("inner_race", "ball", "outer_race")
#: SKF 6205-2RS, the app's bearing
GEOMETRY = Geometry(9, 7.94, 39.04)


@dataclass(frozen=True)
class Machine:
    """One machine: what does not change while it runs.

    Attributes
    ----------
    rpm : float
        Nominal speed.
    unbalance : tuple of float
        Amplitudes at 1, 2, 3 turns, m/s^2.
    teeth : int
        Of the gear on the shaft; 0: no gears.
    mesh : float
        Amplitude of the mesh line, m/s^2.
    noise : float
        RMS of the broadband noise, m/s^2.
    modes : tuple of (Hz, damping, weight)
        Resonances of the housing.
    """

    rpm: float
    unbalance: tuple[float, float, float]
    teeth: int
    mesh: float
    noise: float
    modes: tuple[tuple[float, float, float], ...]
    geometry: Geometry = GEOMETRY


@dataclass(frozen=True)
class Running:
    """How it runs at the moment.

    Attributes
    ----------
    speed : float or (float, float)
        Of the nominal one; two: a ramp.
    load : float
        0 to 1.
    celsius : float
        Of the housing.
    gain : float
        Of the sensor.
    fault : str
        One of `FAULTS`, or "".
    severity : float
        RMS of the ringing by that of the broadband noise.
    """

    speed: float | tuple[float, float] = 1.0
    load: float = 0.7
    celsius: float = 40.0
    gain: float = 1.0
    fault: str = ""
    severity: float = 0.0


def machine(seed: int) -> Machine:
    """A machine by its number."""
    rng = np.random.default_rng([76, seed])
    modes = tuple(
        (float(rng.uniform(low, high)), float(rng.uniform(0.02, 0.06)), float(rng.uniform(0.4, 1.0)))
        for low, high in ((900, 1900), (2100, 3300), (3500, 4800))
    )
    unbalance = rng.uniform(0.05, 0.4)
    return Machine(
        rpm=float(rng.uniform(1450, 1900)),
        unbalance=tuple(float(unbalance * rng.uniform(*share)) for share in ((1.0, 1.0), (0.2, 0.8), (0.1, 0.4))),
        teeth=int(rng.choice([0, 17, 23, 31])),
        mesh=float(rng.uniform(0.1, 0.5)),
        noise=float(rng.uniform(0.4, 1.2)),
        modes=modes,
    )  # fmt: skip


def simulate(made: Machine, running: Running, seconds: float, seed: int | list[int] = 0) -> np.ndarray:
    """Acceleration in m/s^2 and speed in rpm, float32[n, 2], at 12 kHz."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE_HZ)
    speed = np.broadcast_to(np.asarray(running.speed, float), (2,)) if np.ndim(running.speed) == 0 else running.speed
    hz = made.rpm / 60 * np.linspace(speed[0], speed[1], n)
    turns = rng.uniform() + np.cumsum(hz) / RATE_HZ
    angle = 2 * np.pi * turns
    x = np.zeros(n)
    for order, amplitude in enumerate(made.unbalance, start=1):
        # of an unbalance the force, and so the acceleration, grows with the speed squared
        x += amplitude * (hz / (made.rpm / 60)) ** 2 * np.cos(order * angle + 2.1 * order)
    if made.teeth:
        mesh = made.mesh * (0.7 + 0.4 * running.load)
        for harmonic, share in ((1, 1.0), (2, 0.4), (3, 0.15)):
            if harmonic * made.teeth * hz.max() < 0.45 * RATE_HZ:
                x += mesh * share * (1 + 0.1 * np.cos(angle)) * np.cos(harmonic * made.teeth * angle + harmonic)
    responses = _responses(made, running.celsius)
    hiss = rng.normal(size=n)
    coloured = 0.6 * hiss + sum(w * scipy.signal.sosfilt(sos, hiss) / gain for sos, gain, w in responses)
    x += made.noise * (0.9 + 0.15 * running.load) * coloured / coloured.std()
    if running.fault and running.severity > 0:
        ring = _ringing(made, running, turns, responses, rng)
        if ring.std() > 0:
            x += ring * (running.severity * made.noise / ring.std())
    samples = np.empty((n, 2), np.float32)
    samples[:, 0], samples[:, 1] = running.gain * x, 60 * hz
    return samples


def _responses(made: Machine, celsius: float) -> list[tuple[np.ndarray, float, float]]:
    """Resonators at a temperature, each with its gain for white noise and its weight."""
    found = []
    warm = celsius - 40.0
    for frequency, damping, weight in made.modes:
        centre = 2 * np.pi * frequency * (1 - 4e-4 * warm) / RATE_HZ
        radius = np.exp(-damping * (1 + 2e-3 * warm) * centre)
        a = [1.0, -2 * radius * np.cos(centre), radius**2]
        sos = np.array([[1.0, 0.0, -1.0, *a]])
        impulse = scipy.signal.sosfilt(sos, np.r_[1.0, np.zeros(2000)])
        found.append((sos, float(np.sqrt((impulse**2).sum())), weight))
    return found


def _ringing(
    made: Machine, running: Running, turns: np.ndarray, responses: list, rng: np.random.Generator
) -> np.ndarray:
    bearing = made.geometry
    order = {"outer_race": bearing.outer, "inner_race": bearing.inner, "ball": bearing.ball}[running.fault]
    count = int((turns[-1] - turns[0]) * order) + 2
    # rolling elements slip: each interval by about 1 %
    at = turns[0] + np.cumsum(np.r_[rng.uniform() / order, (1 + 0.01 * rng.normal(size=count)) / order])
    at = at[at < turns[-1]]
    size = 1 + 0.1 * rng.normal(size=len(at))
    if running.fault == "inner_race":
        size *= np.maximum(0.05, 0.5 + 0.5 * np.cos(2 * np.pi * at)) ** 1.5
    elif running.fault == "ball":
        size *= np.maximum(0.05, 0.5 + 0.5 * np.cos(2 * np.pi * bearing.cage * at))
    impacts = np.zeros(len(turns))
    np.add.at(impacts, np.searchsorted(turns, at), size)
    return sum(weight * scipy.signal.sosfilt(sos, impacts) / gain for sos, gain, weight in responses)


def recordings(machines: int = 4, seconds: float = 10.0, seed: int = 0) -> list[MachineRecording]:
    """Offline default: of each machine a healthy recording and one of each fault, at three severities in turn."""
    out = []
    for number in range(machines):
        made = machine(seed + number)
        for index, fault in enumerate(("", *FAULTS)):
            severity = (0.5, 1.0, 2.0)[(number + index) % 3] if fault else 0.0
            running = Running(speed=(1.0, 1.02), load=0.25 * (number % 4), fault=fault, severity=severity)
            samples = simulate(made, running, seconds, [seed, number, index])
            out.append(
                MachineRecording(
                    samples=samples,
                    rate_hz=RATE_HZ,
                    unit="m/s^2, rpm",
                    channels=("x", "rpm"),
                    label=fault or "normal",
                    group=f"machine {number}",
                    name=f"machine {number} {fault or 'normal'} {severity:g}",
                    source="synthetic",
                    diameter=0.007 * (1 + (number + index) % 3) if fault else 0.0,
                    load=number % 4,
                    rpm=float(samples[:, 1].mean()),
                    note=f"severity {severity:g}" if fault else "",
                )
            )
    return out


@dataclass(frozen=True)
class Day:
    """A day of a machine: drifts of speed, load, temperature and gain, and perhaps a fault that grows.

    Attributes
    ----------
    fault : str
        One of `FAULTS`, or "".
    begins_s, reached_s : float
        When the fault begins to grow, and when it has reached `severity`; it stays there.
    """

    made: Machine
    seed: int
    fault: str = ""
    severity: float = 1.0
    begins_s: float = 0.0
    reached_s: float = 0.0
    _drift: dict = field(default_factory=dict, repr=False)

    def at(self, second: float) -> Running:
        """How it runs at a second of the day."""
        rng = np.random.default_rng([911, self.seed])
        speed, phase, gain, warmth = (
            rng.uniform(0.01, 0.04),
            rng.uniform(0, 6),
            rng.uniform(0.04, 0.1),
            rng.uniform(15, 30),
        )
        hour = second / 3600
        # the load changes every 40 minutes, within a minute
        block, into = divmod(second, 2400)
        loads = np.random.default_rng([912, self.seed]).uniform(0.4, 1.0, 64)
        share = min(1.0, into / 60)
        load = loads[int(block) % 64 - 1] * (1 - share) + loads[int(block) % 64] * share
        severity = 0.0
        if self.fault and second > self.begins_s:
            grown = (second - self.begins_s) / max(1.0, self.reached_s - self.begins_s)
            severity = self.severity * min(1.0, grown)
        return Running(
            speed=1 + speed * np.sin(hour * 1.7 + phase),
            load=float(load),
            celsius=25 + warmth * (1 - np.exp(-hour / 1.5)) + 3 * np.sin(2 * np.pi * hour / 24),
            gain=1 + gain * np.sin(2 * np.pi * hour / 13 + phase),
            fault=self.fault,
            severity=severity,
        )

    def rows(self, start_s: float, stop_s: float, step_s: float, seconds: float) -> Iterator[tuple[float, np.ndarray]]:
        """Every `step_s` a stretch of `seconds`: its time and its samples."""
        for number in range(int((stop_s - start_s) / step_s)):
            second = start_s + number * step_s
            yield second, simulate(self.made, self.at(second), seconds, [self.seed, int(second * 10), 5])

    def with_fault(self, fault: str, severity: float, begins_s: float, reached_s: float) -> "Day":
        """The same day, with a fault."""
        return replace(self, fault=fault, severity=severity, begins_s=begins_s, reached_s=reached_s)
