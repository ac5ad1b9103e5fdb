"""A wrist's motion beside NumPy in float64: the definitions of dsp_gait.h, dsp_recent.h and dsp_cadence.h."""

from itertools import pairwise

import numpy as np

from ..datasets.synthetic import motion
from ..dsp import gait, recent
from ..dsp.cadence import CadenceParameters, cadence
from .case import Case

#: the watch is seldom straight: on the right wrist, tilted and turned
TILTED = motion.Wearing("right", 30, 10, 50)
_GAIT, _STEPS = gait.Gait(), CadenceParameters()
_HZ = np.fft.rfftfreq(gait.FFT, 1 / gait.RATE_HZ)


def worn(label: str, wearing: motion.Wearing = TILTED, seed: int = 0) -> np.ndarray:
    """Four seconds of an activity, float32[80, 3] in g."""
    moved = motion.make([(label, 8)], gait.RATE_HZ, np.random.default_rng(seed), motion.Person(wearing=wearing))
    return (moved.acceleration[40 : 40 + gait.LENGTH] / motion.GRAVITY).astype(np.float32)


def windows(length: int) -> dict[str, np.ndarray]:
    """A window of each activity, by name."""
    return {label: worn(label) for label in motion.ACTIVITIES}


def _log(v: float) -> float:
    return float(np.log(max(v, 0.0) + 1e-3))


def power(track: np.ndarray) -> np.ndarray:
    """Spectrum of a track without its mean, float64[65]."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(gait.LENGTH) / gait.LENGTH)
    return np.abs(np.fft.rfft(track * hann, gait.FFT)) ** 2


def _posture(x: np.ndarray, along: np.ndarray) -> dict[str, float]:
    mean = x.mean(0)
    d, norm, radial = x - mean, np.linalg.norm(x, axis=1), np.linalg.norm(x[:, 1:], axis=1)
    spread, radius = np.linalg.eigvalsh(np.cov(d[:, 1:].T, bias=True)), np.hypot(*mean[1:])
    unit = mean[1:] / (radius + 1e-3)
    down, sideways = d[:, 1:] @ unit, d[:, 1:] @ np.array([unit[1], -unit[0]])
    centred = norm - norm.mean()
    r = np.array([(centred[k:] * centred[:-k]).sum() for k in range(5, 31)])
    return {
        "along": abs(mean[0]), "across": radius,
        "plane_less": _log(np.sqrt(max(spread[0], 0))), "plane_more": _log(np.sqrt(spread[1])),
        "plane_change": _log(np.linalg.norm(np.diff(d[:, 1:], axis=0), axis=1).mean()),
        "down": _log(down.std()), "sideways": _log(sideways.std()),
        "down_with_along": (down * along).mean() / (np.sqrt((down**2).mean()) * along.std() + 1e-3),
        "magnitude": norm.mean(), "radius": radial.mean(),
        "period_height": r.max() / ((centred**2).sum() + 1e-3), "period_s": 0.05 * (5 + r.argmax()),
    }  # fmt: skip


def _track(name: str, track: np.ndarray) -> dict[str, float]:
    s = track.std()
    return {
        f"{name}_deviation": _log(s), f"{name}_change": _log(np.abs(np.diff(track)).mean()),
        f"{name}_skewness": (track**3).mean() / (s**3 + 1e-4),
        f"{name}_kurtosis": (track**4).mean() / (s**4 + 1e-4),
        f"{name}_largest": _log(track.max()), f"{name}_smallest": _log(-track.min()),
    }  # fmt: skip


def _spectrum(name: str, p: np.ndarray) -> dict[str, float]:
    bands = enumerate(pairwise(gait.BANDS_HZ))
    out = {f"{name}_band{k}": _log(p[(low <= _HZ) & (high > _HZ)].sum()) for k, (low, high) in bands}
    used = p[2:61] / (p[2:61].sum() + 1e-3)
    return out | {
        f"{name}_entropy": -(used * np.log(used + 1e-6)).sum(),
        f"{name}_line_hz": _HZ[2 + used.argmax()],
        f"{name}_line_share": used.max(),
    }


def gait_values(window: np.ndarray) -> dict[str, float]:
    """What dsp_gait.h says of a window float32[80, 3], in float64, by name."""
    x = window.astype(float)
    mean = x.mean(0)
    d = x - mean
    along = d[:, 0] * (-1 if mean[0] < 0 else 1)
    norm, radial = np.linalg.norm(x, axis=1), np.linalg.norm(x[:, 1:], axis=1)
    tracks = {"along": along, "magnitude": norm - norm.mean(), "radial": radial - radial.mean()}
    spectra = {name: power(track) for name, track in tracks.items()}
    spectra["plane"] = power(d[:, 1]) + power(d[:, 2])
    out = _posture(x, along)
    for name, track in tracks.items():
        out |= _track(name, track)
    for name, p in spectra.items():
        out |= _spectrum(name, p)
    return out


def recent_values(window: np.ndarray) -> dict[str, float]:
    """What dsp_recent.h says of a window float32[80, 3], in float64, by name."""
    x = window.astype(float)
    before, now = x[:40], x[40:]
    a, b = before.mean(0), now.mean(0)
    magnitude, radial = np.linalg.norm(now, axis=1), np.linalg.norm(now[:, 1:], axis=1)
    out = {
        "now_along": b[0] * (-1 if x[:, 0].mean() < 0 else 1),
        "now_across": np.hypot(b[1], b[2]),
        "now_magnitude": magnitude.mean(),
        "now_plane_deviation": _log(np.sqrt(now[:, 1].var() + now[:, 2].var())),
        "now_plane_change": _log(np.linalg.norm(np.diff(now[:, 1:], axis=0), axis=1).mean()),
        "now_turned": a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-3),
    }
    for name, track in (("along", now[:, 0]), ("magnitude", magnitude), ("radial", radial)):
        out[f"now_{name}_deviation"] = _log(track.std())
        out[f"now_{name}_change"] = _log(np.abs(np.diff(track)).mean())
    return out


def paces(length: int) -> dict[str, np.ndarray]:
    """Deviation, then power spectrum, of the magnitude of windows, float32[66]."""
    found = {}
    for label in ("walking", "jogging", "stairs", "sitting"):
        norm = np.linalg.norm(worn(label).astype(float), axis=1)
        found[label] = np.r_[norm.std(), power(norm - norm.mean())].astype(np.float32)
    return found


def steps(x: np.ndarray) -> np.ndarray:
    """What dsp_cadence.h says of a deviation and a spectrum, in float64: steps a second and regularity."""
    deviation, p, given = float(x[0]), x[1:].astype(float), _STEPS
    if deviation < given.least_g:
        return np.zeros(2)
    multiple, bin_hz = np.array([0.5, 1, 1.5, 2]), gait.RATE_HZ / gait.FFT
    low, high = given.run_hz if deviation >= given.running_g else given.walk_hz
    tried = np.linspace(low, high, 65)
    heights = np.interp(np.outer(tried, multiple), _HZ, p, right=0) @ given.weight
    at = int(heights.argmax())
    before, best, after = (heights[min(max(at + k, 0), 64)] for k in (-1, 0, 1))
    bend = before - 2 * best + after
    hz = tried[at] + (tried[1] - tried[0]) * (0.5 * (before - after) / bend if bend < 0 else 0)
    k = np.arange(2, len(p))
    near = (np.abs(k[:, None] - multiple * hz / bin_hz) <= given.reach).any(axis=1)
    share = p[k[near]].sum() / p[2:].sum()
    return np.array([hz if share >= given.regular else 0.0, share])


def _ordered(values: dict[str, float], names: tuple[str, ...]) -> np.ndarray:
    return np.array([values[name] for name in names])


CASES = [
    Case("gait", "mk_gait", "NumPy, by its definitions", _GAIT.process,
         lambda x: _ordered(gait_values(x), gait.NAMES), 3e-5, why="who sits moves the norm of gravity by a thousandth",
         signals=windows),
    Case("recent", "mk_recent", "NumPy, by its definitions", recent.recent,
         lambda x: _ordered(recent_values(x), recent.NAMES), signals=windows),
    Case("cadence", "mk_cadence", "NumPy, by its definition",
         lambda x: np.array(cadence(x[1:], float(x[0]), _STEPS), np.float32), steps, signals=paces),
]  # fmt: skip
