"""What goes wrong with a sensor, put into recordings that were good.

Each fault takes samples of any sensor, real or synthetic, and gives the recording as it would have come with the
fault. Missing samples are NaN, as a recording has them; a replay sends them as the frame's "no sample".
"""

from collections.abc import Sequence

import numpy as np

from motekit.errors import ConfigError

KINDS = ("unplugged", "nan", "dropped", "saturated", "stuck_axis", "flat", "off_wrist", "clock_drift")


def inject(
    samples: np.ndarray,
    rate_hz: float,
    kind: str,
    *,
    at_s: float = 0.0,
    seconds: float = 10.0,
    channels: Sequence[int] | None = None,
    full_scale: float | None = None,
    drift: float = 0.02,
    seed: int = 0,
) -> np.ndarray:
    """A recording with one fault.

    Parameters
    ----------
    samples : ndarray
        [n, channels].
    rate_hz : float
    kind : {"unplugged", "nan", "dropped", "saturated", "stuck_axis", "flat", "off_wrist", "clock_drift"}
        unplugged: all of `channels` missing throughout. nan: a tenth of the samples missing, one by one. dropped: a
        fifth of the frames never arrive, a few at a time, and what follows moves up: nothing says so. saturated:
        the signal is too strong for the converter and rests at `full_scale`. stuck_axis: the first of `channels`
        repeats one value. flat: all of `channels` do. off_wrist: noise and drifting light instead of a signal.
        clock_drift: the sensor's clock runs off by `drift` over all of the recording.
    at_s, seconds : float
        When it begins, and how long it lasts; not for clock_drift.
    channels : sequence of int, optional
        All by default.
    full_scale : float, optional
        The largest magnitude of the recording by default.
    drift : float
        Share, positive where the sensor gives too few samples.
    seed : int

    Returns
    -------
    ndarray
        float32[m, channels]; m is n but for dropped and clock_drift.

    Raises
    ------
    ConfigError
        If there is no such fault, or no part of it lies in the recording.
    """
    if kind not in KINDS:
        raise ConfigError(f'there is no fault "{kind}". Choose from {", ".join(KINDS)}.')
    x = np.array(samples, np.float32)
    if x.ndim != 2:
        raise ConfigError(f"samples have shape {x.shape}. Give one column a channel.")
    rng = np.random.default_rng((seed, KINDS.index(kind)))
    if kind == "clock_drift":
        place = np.arange(int(len(x) / (1 + drift))) * (1 + drift)
        return np.stack([np.interp(place, np.arange(len(x)), c) for c in x.T], 1).astype(np.float32)
    start, stop = round(at_s * rate_hz), min(len(x), round((at_s + seconds) * rate_hz))
    if not 0 <= start < stop:
        raise ConfigError(f"a fault from {at_s:g} s on lies outside a recording of {len(x) / rate_hz:g} s.")
    where = list(range(x.shape[1])) if channels is None else list(channels)
    return _MAKERS[kind](x, start, stop, where, full_scale, rate_hz, rng)


def _unplugged(x, start, stop, where, _full_scale, _rate_hz, _rng):
    x[start:stop, where] = np.nan
    return x


def _nan(x, start, stop, where, _full_scale, _rate_hz, rng):
    rows = start + np.flatnonzero(rng.random(stop - start) < 0.1)
    x[np.ix_(rows, where)] = np.nan
    return x


def _dropped(x, start, stop, _where, _full_scale, rate_hz, rng):
    keep = np.ones(len(x), bool)
    burst = max(1, round(0.1 * rate_hz))
    for first in range(start, stop, burst):
        if rng.random() < 0.2:
            keep[first : min(first + burst, stop)] = False
    return x[keep]


def _saturated(x, start, stop, where, full_scale, _rate_hz, _rng):
    for c in where:
        top = np.nanmax(np.abs(x[:, c])) if full_scale is None else full_scale
        # ten times too strong: the signal touches both ends or rests at one
        middle = np.nanmedian(x[start:stop, c])
        x[start:stop, c] = np.clip((x[start:stop, c] - middle) * 10 + 0.9 * top, -top, top)
    return x


def _stuck_axis(x, start, stop, where, _full_scale, _rate_hz, _rng):
    x[start:stop, where[0]] = x[start, where[0]]
    return x


def _flat(x, start, stop, where, _full_scale, _rate_hz, _rng):
    x[start:stop, where] = x[start, where]
    return x


def _off_wrist(x, start, stop, where, _full_scale, rate_hz, rng):
    n = stop - start
    for c in where:
        size = np.nanstd(x[:, c])
        drift = np.interp(np.arange(n), np.linspace(0, n, max(3, round(n / rate_hz / 2))),
                          rng.normal(0, size, max(3, round(n / rate_hz / 2))))  # fmt: skip
        x[start:stop, c] = drift + rng.normal(0, 0.02 * size, n)
    return x


_MAKERS = {
    "unplugged": _unplugged,
    "nan": _nan,
    "dropped": _dropped,
    "saturated": _saturated,
    "stuck_axis": _stuck_axis,
    "flat": _flat,
    "off_wrist": _off_wrist,
}
