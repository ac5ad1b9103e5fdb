"""Lids over time: blinks and microsleeps of alert and of drowsy drivers, all truth known.

Statistics: blinks of 0.1 to 0.4 s, about 12 to 20 a minute, of alert drivers; longer and more of them when drowsy
(Schmidt et al., Applied Ergonomics 45, 2014; Caffier et al., Eur J Appl Physiol 89, 2003). Lids close faster than they
open (Evinger et al., J Neurophysiol 65, 1991).
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Driver:
    """How a driver blinks.

    Attributes
    ----------
    blinks_per_minute : float
        Mean; the pauses are at least 0.4 s long.
    shut_s : tuple of float
        Median, and sigma of its logarithm, of the time the lids are at least 80 % closed.
    longest_s : float
        A blink's longest time at least 80 % closed.
    microsleeps_per_hour : float
    microsleep_s : tuple of float
        Range of their durations.
    """

    blinks_per_minute: float = 16.0
    shut_s: tuple[float, float] = (0.11, 0.25)
    longest_s: float = 0.3
    microsleeps_per_hour: float = 0.0
    microsleep_s: tuple[float, float] = (1.5, 4.0)


ALERT = Driver()
DROWSY = Driver(24.0, (0.32, 0.35), 0.48, 40.0)


@dataclass(frozen=True, eq=False)
class Sequence:
    """Lids at the times of frames.

    Attributes
    ----------
    times_ms : ndarray
        int64[n], rising.
    opening : ndarray
        float32[n], share of the widest opening.
    closures : ndarray
        float64[m, 2], when the lids are at least 80 % closed: start and end, in seconds.
    microsleeps : ndarray
        float64[k, 2], those of them that are microsleeps.
    """

    times_ms: np.ndarray
    opening: np.ndarray
    closures: np.ndarray
    microsleeps: np.ndarray

    @property
    def closed(self) -> np.ndarray:
        """bool[n]: at least 80 % closed."""
        return self.opening <= 0.2


def make(
    driver: Driver,
    duration_s: float,
    *,
    fps: float = 15.0,
    dropped: float = 0.0,
    seed: int = 0,
) -> Sequence:
    """Lids of one driver, seen `fps` times a second, with a share of the frames dropped.

    Frames come with a jitter of a tenth of their period.
    """
    rng = np.random.default_rng(seed)
    closures, asleep, t = [], [], float(rng.uniform(0.5, 3))
    pause = max(0.0, 60 / driver.blinks_per_minute - 0.4 - 0.35)
    next_sleep = rng.exponential(3600 / driver.microsleeps_per_hour) if driver.microsleeps_per_hour else np.inf
    while t < duration_s - 6:
        sleeps = t >= next_sleep
        if sleeps:
            shut = rng.uniform(*driver.microsleep_s)
            next_sleep = t + shut + rng.exponential(3600 / driver.microsleeps_per_hour)
        else:
            shut = min(driver.longest_s, driver.shut_s[0] * np.exp(driver.shut_s[1] * rng.normal()))
        closing, opening = rng.uniform(0.06, 0.1), rng.uniform(0.12, 0.25)
        closures.append((t + closing, t + closing + shut, closing, opening))
        if sleeps:
            asleep.append(closures[-1][:2])
        t += closing + shut + opening + 0.4 + rng.exponential(pause)
    n = int(duration_s * fps)
    times = np.sort((np.arange(n) + rng.uniform(-0.1, 0.1, n)) / fps)
    times = times[rng.random(n) >= dropped]
    times_ms = np.unique(np.maximum(0, np.rint(times * 1000)).astype(np.int64))
    return Sequence(
        times_ms,
        _opening(rng, times_ms / 1000, closures),
        np.array([c[:2] for c in closures]).reshape(-1, 2),
        np.array(asleep).reshape(-1, 2),
    )


def _opening(rng: np.random.Generator, times: np.ndarray, closures: list[tuple[float, ...]]) -> np.ndarray:
    """Lids at some times: open with small movements; within a closure from 0.2 to 0 and back."""
    opening = 0.85 + 0.1 * np.sin(times / 7) + 0.03 * rng.standard_normal(len(times))
    for start, end, closing, reopening in closures:
        first, last = np.searchsorted(times, (start - closing, end + reopening))
        t = times[first:last]
        down = 0.2 + 0.65 * (start - t) / closing
        up = 0.2 + 0.65 * (t - end) / reopening
        inside = np.minimum(0.2, 2 * np.minimum(t - start, end - t))
        shape = np.where(t < start, down, np.where(t > end, up, 0.2 - np.clip(inside, 0, 0.2)))
        opening[first:last] = np.minimum(opening[first:last], shape)
    return np.clip(opening, 0, 1).astype(np.float32)
