"""Variations of recorded speech: other speeds and pitches, rooms, and a little time around each clip."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import scipy.signal
import soxr

from ..data.audio import to_int16
from ..dsp.logmel import LogMel

_CHUNK_S = 0.01
_QUIET_CHUNKS = 10
_FADE_S = 0.01
# samples until a clip's made-up background repeats: beyond what a window's rows could show
_NOISE_PERIOD = 8192


@dataclass(frozen=True)
class Variation:
    """How far a variation may go from the recording.

    Attributes
    ----------
    speed : tuple of float
        Range of the playback speed, which moves pitch and formants with it; log-uniform.
    room : float
        Share of variations that are put into a room.
    room_s : tuple of float
        Range of the reverberation time (60 dB), in seconds.
    direct_db : tuple of float
        Range of the direct sound's level above the whole of the reverberation.
    """

    speed: tuple[float, float] = (0.85, 1.18)
    room: float = 0.4
    room_s: tuple[float, float] = (0.05, 0.35)
    direct_db: tuple[float, float] = (3.0, 15.0)


def vary(samples: np.ndarray, rate_hz: int, length: int, rng: np.random.Generator, how: Variation | None) -> np.ndarray:
    """Vary one clip and lay it into the middle of its own background noise.

    Parameters
    ----------
    samples : ndarray
        int16[n], at least 0.1 s.
    rate_hz : int
    length : int
        Samples of the result. A longer clip loses both ends alike.
    rng : numpy.random.Generator
    how : Variation or None
        None leaves the clip's own samples as they are.

    Returns
    -------
    ndarray
        int16[length].
    """
    clip = samples.astype(np.float32)
    quiet = _quietest(clip, rate_hz)
    if how is not None:
        speed = np.exp(rng.uniform(*np.log(how.speed)))
        # the low-quality setting keeps 16 bits to 0.7 of the band, which is all that a microphone leaves here
        clip = soxr.resample(clip, rate_hz * speed, rate_hz, quality="LQ")
        if rng.random() < how.room:
            clip = _in_room(clip, rate_hz, rng, how)
    fade = round(_FADE_S * rate_hz)
    if len(clip) > length - 2 * fade:
        start = (len(clip) - length) // 2 + fade
        clip = clip[start : start + length - 2 * fade]
    out = _noise_like(quiet, length, rng)
    start, n = (length - len(clip)) // 2, len(clip)
    edge = np.minimum(np.arange(n), np.arange(n)[::-1])
    weight = np.minimum(1.0, edge / fade).astype(np.float32)
    out[start : start + n] = out[start : start + n] * np.sqrt(1 - weight**2) + clip * weight
    return to_int16(out)


def vary_all(
    clips: Sequence[np.ndarray],
    names: Sequence[str],
    features: Callable[[], LogMel],
    *,
    count: int,
    margin: int,
    window: int,
    seed: int,
    how: Variation = Variation(),
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Feature rows of several variations of every clip, the clip itself first.

    Parameters
    ----------
    clips : sequence of ndarray
        int16[n] each.
    names : sequence of str
        What each clip's random numbers follow from, beside `seed`: a clip has the same variations in whatever
        set it is, so that folds can share them.
    features : callable
        Makes the front end; each thread has its own.
    count : int
        Variations, 1 or more; the first is the recording as it is.
    margin : int
        Rows before and after the window, for shifts.
    window : int
        Rows a window.

    Returns
    -------
    ndarray
        int16[count, clips, window + 2 margin, bands], the front end's Q format.
    """
    front = features()
    length = (window + 2 * margin - 1) * front.hop + front.frame_length
    rows = np.empty((count, len(clips), window + 2 * margin, front.bands), np.int16)
    local = threading.local()
    done = 0
    lock = threading.Lock()

    def one(index: int) -> None:
        nonlocal done
        if not hasattr(local, "front"):
            local.front = features()
        key = crc32(names[index].encode())
        for k in range(count):
            rng = np.random.default_rng([seed, key, k])
            samples = vary(clips[index], front.rate_hz, length, rng, how if k else None)
            rows[k, index] = local.front.process(samples)
        with lock:
            done += 1
            if progress:
                progress(done, len(clips))

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for _ in pool.map(one, range(len(clips))):
            pass
    return rows


def _quietest(clip: np.ndarray, rate_hz: int) -> np.ndarray:
    """The 0.1 s of a clip with the least energy: what its background sounds like."""
    chunk = round(_CHUNK_S * rate_hz)
    energy = (clip[: len(clip) // chunk * chunk].reshape(-1, chunk) ** 2).sum(axis=1)
    sums = np.convolve(energy, np.ones(min(_QUIET_CHUNKS, len(energy))), "valid")
    start = int(sums.argmin()) * chunk
    return clip[start : start + _QUIET_CHUNKS * chunk]


def _noise_like(quiet: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """Endless noise of the spectrum and level of a short piece: its magnitudes, random phases, repeated."""
    window = np.hanning(len(quiet)).astype(np.float32)
    short = 1 << (len(quiet) - 1).bit_length()
    magnitude = np.abs(np.fft.rfft(quiet * window, short))[:-1].repeat(_NOISE_PERIOD // short or 1)
    turn = rng.random(len(magnitude), dtype=np.float32) * np.float32(2 * np.pi)
    spectrum = magnitude * (np.cos(turn) + 1j * np.sin(turn))
    spectrum[0] = 0
    noise = np.resize(np.fft.irfft(spectrum, 2 * len(spectrum)).astype(np.float32), length)
    # a clip of digital silence gets the dither of a converter
    return noise * np.float32((quiet.std() + 0.3) / (noise.std() + 1e-6))


def _in_room(clip: np.ndarray, rate_hz: int, rng: np.random.Generator, how: Variation) -> np.ndarray:
    """Convolve with a direct sound and exponentially decaying noise, the simplest model of a room."""
    length = int(rng.uniform(*how.room_s) * rate_hz)
    # 60 dB is a factor of 1000, e^6.9
    tail = (rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)).astype(np.float32)
    tail *= 10 ** (-rng.uniform(*how.direct_db) / 20) / np.linalg.norm(tail)
    tail[0] = 1.0
    return scipy.signal.oaconvolve(clip, tail)[: len(clip)].astype(np.float32)
