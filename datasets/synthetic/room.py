"""A simple room: a direct path, a few early reflections, and an exponentially decaying tail."""

from dataclasses import dataclass

import numpy as np
import scipy.signal

RATE_HZ = 16_000
_SPEED_OF_SOUND = 343.0


@dataclass(frozen=True)
class Room:
    """What is heard of it.

    Attributes
    ----------
    rt60_s : float
        Time in which the tail falls by 60 dB.
    distance_m : float
        From mouth to microphone; sets how loud the reflections are beside the direct sound.
    size_m : float
        Typical distance between walls; sets when the first reflections arrive.
    """

    rt60_s: float
    distance_m: float
    size_m: float


def draw(rng: np.random.Generator) -> Room:
    """Draw a room a device might stand in: 0.1 to 0.6 s, 0.2 to 3 m away."""
    return Room(
        rt60_s=float(rng.uniform(0.1, 0.6)),
        distance_m=float(np.exp(rng.uniform(np.log(0.2), np.log(3.0)))),
        size_m=float(rng.uniform(2.0, 8.0)),
    )


def impulse_response(room: Room, rng: np.random.Generator) -> np.ndarray:
    """Impulse response at 16 kHz, float64[n], whose first sample is the direct sound at 1.

    Notes
    -----
    Tail: Gaussian noise under an envelope 10**(-3 t / rt60) (Polack's model; J.-D. Polack, "La transmission
    de l'energie sonore dans les salles", 1988). Its energy equals the direct sound's at the critical distance
    0.057 sqrt(V / rt60), with V = size_m**3 (Kuttruff, Room Acoustics, 5th ed., 5.40).
    """
    length = max(2, round(room.rt60_s * RATE_HZ))
    time = np.arange(length) / RATE_HZ
    tail = rng.standard_normal(length) * 10 ** (-3 * time / room.rt60_s)
    first = min(length - 1, max(1, round(0.3 * room.size_m / _SPEED_OF_SOUND * RATE_HZ)))
    tail[:first] = 0
    for _ in range(6):
        delay = int(rng.integers(first, max(first + 1, min(length, 4 * first))))
        tail[delay] += 3 * rng.choice((-1.0, 1.0)) * 10 ** (-3 * time[delay] / room.rt60_s)
    critical_m = 0.057 * np.sqrt(room.size_m**3 / room.rt60_s)
    energy = np.sum(tail**2)
    if energy > 0:
        tail *= room.distance_m / critical_m / np.sqrt(energy)
    tail[0] = 1.0
    return tail


def reverberate(samples: np.ndarray, response: np.ndarray) -> np.ndarray:
    """Convolve float64[n] with a response; the direct sound stays where it was, the tail is cut at n."""
    return scipy.signal.fftconvolve(samples, response)[: len(samples)]
