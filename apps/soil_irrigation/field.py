"""Fields to irrigate: layers of soil, roots and weather, more than the controller knows of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .presets import Crop, Soil

LAYER_MM = 100.0
LAYERS = 12


@dataclass(frozen=True)
class Day:
    """What one day did to each field, float[n] in mm.

    Attributes
    ----------
    depletion, readily : ndarray
        Of the root zone at its end: water missing to field capacity, and how much may be missing without stress.
    used : ndarray
        Evaporation and transpiration.
    drained : ndarray
        Lost below the deepest layer of roots.
    """

    depletion: np.ndarray
    readily: np.ndarray
    used: np.ndarray
    drained: np.ndarray

    @property
    def stressed(self) -> np.ndarray:
        """Where the crop lacked water, bool[n]."""
        return self.depletion > self.readily


class Fields:
    """Twelve layers of 10 cm that fill from above, drain, and lose water to the air and to roots; n fields at once.

    Parameters
    ----------
    soils : sequence of Soil
        Of each field, as it is there; the controller knows only what its preset says.
    crop : Crop
    start : float
        Share of the available water at sowing.

    Notes
    -----
    Finer than the balance that the controller keeps: water above field capacity takes days to drain, evaporation
    comes from the first layer only, and roots take up where they are and where it is wet.
    """

    def __init__(self, soils: Sequence[Soil], crop: Crop, start: float = 0.8):
        self.crop = crop
        self.capacity, self.wilting, self.saturation, self.drains = (
            np.array([getattr(soil, name) for soil in soils])
            for name in ("capacity", "wilting", "saturation", "drains")
        )
        moisture = self.wilting + start * (self.capacity - self.wilting)
        self.water = np.repeat(moisture[:, None], LAYERS, axis=1)
        self.day = 0

    def step(self, rain: np.ndarray, irrigation: np.ndarray, et0: np.ndarray) -> Day:
        """One day with that much water at its beginning, float[n] in mm."""
        crop = self.crop
        roots = crop.roots(self.day) * 1000 / LAYER_MM
        reach = np.clip(roots - np.arange(LAYERS), 0, 1)
        below = self._infiltrate(rain + irrigation, int(np.ceil(reach.sum())))
        demand = crop.coefficient(self.day) * et0
        cover = np.clip((crop.coefficient(self.day) - 0.15) / 1.0, 0.05, 0.95)

        air_dry = 0.5 * self.wilting
        wetness = np.clip((self.water[:, 0] - air_dry) / (0.8 * (self.capacity - air_dry)), 0, 1)
        evaporated = np.minimum((1 - cover) * demand * wetness, (self.water[:, 0] - air_dry) * LAYER_MM)
        self.water[:, 0] -= evaporated / LAYER_MM

        total = (self.capacity - self.wilting) * LAYER_MM * reach.sum()
        share = np.clip(crop.share + 0.04 * (5 - demand), 0.1, 0.8)
        stress = np.clip((total - self._depletion(reach)) / ((1 - share) * total), 0, 1)
        free = np.clip(self.water - self.wilting[:, None], 0, None) * LAYER_MM * reach
        weight = free * np.exp(-np.arange(LAYERS) / max(roots, 1))
        taken = np.minimum(cover * demand * stress, free.sum(1))
        scale = taken / np.maximum(weight.sum(1), 1e-12)
        part = np.minimum(scale[:, None] * weight, free)
        self.water -= part / LAYER_MM
        self.day += 1
        return Day(self._depletion(reach), share * total, evaporated + part.sum(1), below)

    def moisture(self, depth_mm: float) -> np.ndarray:
        """What perfect probes at that depth show, float[n] in m3/m3."""
        return self.water[:, min(int(depth_mm / LAYER_MM), LAYERS - 1)]

    def _depletion(self, reach: np.ndarray) -> np.ndarray:
        missing = (self.capacity[:, None] - np.minimum(self.water, self.capacity[:, None])) * LAYER_MM
        return (missing * reach).sum(1)

    def _infiltrate(self, water: np.ndarray, deepest: int) -> np.ndarray:
        """Fill from the top and drain; what leaves the roots' layers, in mm."""
        lost, flow = np.zeros_like(water), water
        for k in range(LAYERS):
            layer = self.water[:, k] + flow / LAYER_MM
            over = np.maximum(layer - self.saturation, 0.0)
            surplus = np.maximum(layer - over - self.capacity, 0.0) * self.drains
            self.water[:, k] = layer - over - surplus
            flow = (over + surplus) * LAYER_MM
            if k + 1 == deepest:
                lost = flow
        return lost
