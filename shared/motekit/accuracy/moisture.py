"""Features of a soil-moisture forecast beside NumPy in float64."""

import numpy as np

from ..dsp.moisture import COLUMNS, MISSING, NAMES, Moisture
from .case import Case

LARGEST = np.array([largest for _, largest in COLUMNS.values()])
SIGNED = np.array(["temperature" in name for name in COLUMNS])


def weather(days: int, seed: int = 1, gaps: float = 0.0) -> np.ndarray:
    """Plausible days as the device counts them, with values missing at random."""
    rng = np.random.default_rng(seed)
    season = np.sin(2 * np.pi * np.arange(days) / 365)
    rain = np.where(rng.random(days) < 0.3, rng.exponential(80, days), 0)
    upper = 1500 + 1200 * np.convolve(rain, 0.85 ** np.arange(30))[:days] / 500 + rng.normal(0, 30, days)
    mean = 120 + 120 * season + rng.normal(0, 40, days)
    humidity = rng.uniform(300, 950, days)
    above = 2500 + 1400 * season
    columns = [
        upper, 0.8 * upper + 500, rain, mean + 70, mean - 70, humidity, humidity - 200, humidity + 50,
        above * rng.uniform(0.1, 0.75, days), above, mean,
    ]  # fmt: skip
    table = np.round(np.clip(np.stack(columns, 1), np.where(SIGNED, -LARGEST, 0), LARGEST)).astype(np.int16)
    table[rng.random(table.shape) < gaps] = MISSING
    return table


def account(days: np.ndarray) -> np.ndarray:
    """The features that dsp_moisture.h tells of, in float64."""
    values = np.where(days == MISSING, np.nan, days.astype(float))
    upper, lower, rain, t_max, t_min, humidity, driest, dampest, solar, above, soil = values.T

    def before(x: np.ndarray, n: int = 1) -> np.ndarray:
        return np.concatenate([np.full(n, np.nan), x[:-n]])

    def root(x: np.ndarray, unit: float) -> np.ndarray:
        return np.sign(x) * np.sqrt(np.abs(x) / unit)

    out = []
    for moisture in (upper, lower):
        out.append((moisture - 2000) / 1200)
        out += [
            root(before(moisture, k) - before(moisture, k + 1) if k else moisture - before(moisture), 200)
            for k in range(3)
        ]
        high = low = mean = None
        levels = np.full((3, len(days)), np.nan)
        for i, now in enumerate(moisture):
            if np.isnan(now):
                continue
            if mean is None:
                high = low = mean = now
            high, low = max(high - (high - now) / 256, now), min(low + (now - low) / 256, now)
            mean += (now - mean) / 32
            levels[:, i] = high - now, now - low, now - mean
        out += [root(levels[0], 800), root(levels[1], 800), root(levels[2], 400)]
    out.append((upper - lower) / 600)
    out += [root(before(rain, k) if k else rain, 50) for k in range(4)]
    for memory, unit in ((154 / 256, 75), (218 / 256, 200), (243 / 256, 600)):
        wet = np.zeros(len(days))
        for i, fresh in enumerate(np.nan_to_num(rain)):
            wet[i] = (wet[i - 1] if i else 0) * memory + fresh
        out.append(root(wet, unit))
    sunshine = solar / np.maximum(above, 300)
    out += [(t_max - 170) / 130, (t_min - 50) / 120, (t_max - before(t_max)) / 50, (t_min - before(t_min)) / 50]
    out += [(sunshine - 0.45) / 0.2, (before(sunshine) - 0.45) / 0.2]
    out += [(humidity - 640) / 210, (driest - 430) / 230, (dampest - 830) / 190, (humidity - before(humidity)) / 120]
    out += [(soil - 140) / 100, np.clip(soil, -20, 20) / 10, (above - 2500) / 1200, (above - before(above)) / 20]
    return np.nan_to_num(np.clip(np.stack(out, 1), -4, 4))


def days(length: int) -> dict[str, np.ndarray]:
    """Days as the device counts them, int16[36, 11], whole and with values missing."""
    return {"gaps": weather(36, gaps=0.1), "whole": weather(36), "year": weather(400, seed=2, gaps=0.05)}


#: which features are roots: of a difference of a count they are coarse, so their squares are compared
_ROOTS = np.array([any(word in name for word in ("cm_change", "_highest", "_lowest", "_mean", "rain", "wetness"))
                   for name in NAMES])  # fmt: skip


def _squared(values: np.ndarray) -> np.ndarray:
    return np.where(_ROOTS, values * np.abs(values), values)


def _told(x: np.ndarray) -> np.ndarray:
    return _squared(Moisture().process(x) / 1024).astype(np.float32)


def _sizes(x: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """1; twice a root above a half, which is how steep its square is."""
    return np.where(_ROOTS, np.maximum(1, 2 * np.sqrt(np.abs(expected))), 1)


CASES = [
    Case("moisture", "mk_moisture", "NumPy, by its definitions", _told, lambda x: _squared(account(x)), 0.02,
         size=_sizes, relative_to="1, or a square's steepness", why="fixed point: Q10, and roots of counts",
         signals=days),
]  # fmt: skip
