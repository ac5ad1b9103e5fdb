"""Nights of a wrist that does not exist: acceleration from lights out to getting up, and who slept in which minute.

A sleeper takes a while to fall asleep, sleeps in cycles of quiet sleep and dreams, wakes some times for minutes, and
wakes up. Awake, the arm moves often, but now and then lies still for a minute though its owner is awake; asleep it
twitches seldom, more in dreams, and turns over with the body a few times an hour. What decides the score of a rule is
therefore how often people lie awake and still: that share is drawn for each night, and no figure on these nights says
how a rule does on people.

Source: latencies, cycles, movements an hour: M. A. Carskadon, W. C. Dement, "Normal human sleep", in Principles and
Practice of Sleep Medicine; J. Wilde-Frenz, H. Schulz, "Rate and distribution of body movements during sleep in
humans", Perceptual and Motor Skills 56 (1983).
"""

from dataclasses import dataclass

import numpy as np
import scipy.signal

from motekit.data.recording import Recording
from motekit.errors import ConfigError

RATE_HZ = 20
AWAKE, QUIET, DREAM = 0, 1, 2
#: movements a minute, and the range of their seconds and of their size in g
_MOVES = {AWAKE: 4.0, QUIET: 0.04, DREAM: 0.25}
_SECONDS = {AWAKE: (0.8, 6.0), QUIET: (0.4, 4.0), DREAM: (0.3, 2.0)}
_SIZE = {AWAKE: (0.04, 0.35), QUIET: (0.03, 0.25), DREAM: (0.02, 0.12)}


@dataclass(frozen=True, eq=False, kw_only=True)
class NightRecording(Recording):
    """Acceleration of a night.

    Attributes
    ----------
    asleep : ndarray
        bool[minutes].
    """

    asleep: np.ndarray


def make(nights: int = 4, seed: int = 0, *, hours: float = 8.0, rate_hz: int = RATE_HZ) -> list[NightRecording]:
    """Nights of so many sleepers.

    Parameters
    ----------
    nights, seed : int
        The same request gives the same samples.
    hours : float
        From lights out to getting up, at least 2.
    rate_hz : int

    Returns
    -------
    list of NightRecording
        Samples float32[n, 3] in g, gravity included, x along the forearm.

    Raises
    ------
    ConfigError
        If there is nothing to make.
    """
    if nights < 1 or hours < 2 or rate_hz < 10:
        raise ConfigError("a synthetic night has at least 2 hours and 10 samples a second. Raise the numbers.")
    made = []
    for number in range(nights):
        rng = np.random.default_rng((seed, 11, number))
        stages = _stages(round(hours * 60), rng)
        made.append(
            NightRecording(
                samples=_acceleration(stages, rate_hz, rng),
                rate_hz=rate_hz,
                unit="g",
                channels=("x", "y", "z"),
                label="night",
                group=f"synthetic-{seed}-{number}",
                name=f"synthetic/night-{seed}-{number}",
                source="synthetic",
                asleep=stages != AWAKE,
            )
        )
    return made


def _stages(minutes: int, rng: np.random.Generator) -> np.ndarray:
    """Awake, quiet sleep or dream, each minute."""
    stages = np.full(minutes, QUIET)
    start = int(rng.uniform(6, 35))
    at = start
    while at < minutes:
        cycle = int(rng.uniform(75, 105))
        # dreams grow longer towards the morning
        dream = int(np.clip(6 + 22 * (at - start) / minutes + rng.normal(0, 3), 3, 35))
        stages[at + cycle - dream : at + cycle] = DREAM
        at += cycle
    for _ in range(1 + rng.poisson(4)):
        first = int(rng.uniform(start + 15, minutes - 10))
        stages[first : first + 1 + int(rng.exponential(4))] = AWAKE
    stages[:start] = AWAKE
    stages[minutes - int(rng.uniform(2, 15)) :] = AWAKE
    return stages


def _acceleration(stages: np.ndarray, rate_hz: int, rng: np.random.Generator) -> np.ndarray:
    minute = 60 * rate_hz
    n = len(stages) * minute
    still = rng.uniform(0.1, 0.35)
    gravity, noise = np.empty((n, 3), np.float32), rng.normal(0, 0.004, (n, 3)).astype(np.float32)
    band = scipy.signal.butter(2, (0.3, 3.5), "bandpass", fs=rate_hz, output="sos")
    posture, since = _direction(rng), 0
    for number, stage in enumerate(stages):
        rate = _MOVES[int(stage)]
        if stage == AWAKE and rng.random() < still:
            rate = 0.1
        for start in np.sort(rng.integers(0, minute, rng.poisson(rate))) + number * minute:
            length = int(rng.uniform(*_SECONDS[int(stage)]) * rate_hz) + 4
            stop = min(start + length, n)
            burst = scipy.signal.sosfilt(band, rng.normal(0, 1, (stop - start, 3)), axis=0)
            burst *= rng.uniform(*_SIZE[int(stage)]) / (burst.std() + 1e-9) * np.hanning(stop - start)[:, None]
            noise[start:stop] += burst.astype(np.float32)
            # most movements leave the arm nearly where it was, some turn it over
            turned = posture + rng.normal(0, 0.8 if rng.random() < 0.2 else 0.08, 3)
            turned /= np.linalg.norm(turned)
            gravity[since:start] = posture
            way = np.linspace(0, 1, stop - start)[:, None]
            moved = (1 - way) * posture + way * turned
            gravity[start:stop] = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 0.1)
            posture, since = turned, stop
    gravity[since:] = posture
    return gravity + noise


def _direction(rng: np.random.Generator) -> np.ndarray:
    way = rng.standard_normal(3)
    return way / np.linalg.norm(way)
