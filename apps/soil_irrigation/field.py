"""A field to irrigate: layers of soil, roots and weather, more than the controller knows of."""

from dataclasses import dataclass

import numpy as np

from .presets import Crop, Soil

LAYER_MM = 100.0
LAYERS = 12


@dataclass(frozen=True)
class Day:
    """What one day did to the field, in mm.

    Attributes
    ----------
    depletion, readily : float
        Of the root zone at its end: water missing to field capacity, and how much may be missing without stress.
    used : float
        Evaporation and transpiration.
    drained : float
        Lost below the deepest layer of roots.
    """

    depletion: float
    readily: float
    used: float
    drained: float

    @property
    def stressed(self) -> bool:
        """Whether the crop lacked water."""
        return self.depletion > self.readily


class Field:
    """Twelve layers of 10 cm that fill from above, drain, and lose water to the air and to roots.

    Parameters
    ----------
    soil : Soil
        As it is here; the controller knows only what its preset says.
    crop : Crop
    start : float
        Share of the available water at sowing.

    Notes
    -----
    Finer than the bucket that the controller keeps: water above field capacity takes days to drain, evaporation
    comes from the first layer only, and roots take up where they are and where it is wet.
    """

    def __init__(self, soil: Soil, crop: Crop, start: float = 0.8):
        self.soil, self.crop = soil, crop
        self.water = np.full(LAYERS, soil.wilting + start * (soil.capacity - soil.wilting))
        self.day = 0

    def step(self, rain: float, irrigation: float, et0: float) -> Day:
        """One day with that much water at its beginning, in mm."""
        soil, crop = self.soil, self.crop
        roots = crop.roots(self.day) * 1000 / LAYER_MM
        reach = np.clip(roots - np.arange(LAYERS), 0, 1)
        below = self._infiltrate(rain + irrigation, reach)
        demand = crop.coefficient(self.day) * et0
        cover = np.clip((crop.coefficient(self.day) - 0.15) / 1.0, 0.05, 0.95)

        air_dry = 0.5 * soil.wilting
        wetness = np.clip((self.water[0] - air_dry) / (0.8 * (soil.capacity - air_dry)), 0, 1)
        evaporated = min((1 - cover) * demand * wetness, (self.water[0] - air_dry) * LAYER_MM)
        self.water[0] -= evaporated / LAYER_MM

        total = (soil.capacity - soil.wilting) * LAYER_MM * reach.sum()
        share = float(np.clip(crop.share + 0.04 * (5 - demand), 0.1, 0.8))
        stress = float(np.clip((total - self._depletion(reach)) / ((1 - share) * total), 0, 1))
        free = np.clip(self.water - soil.wilting, 0, None) * LAYER_MM * reach
        weight = free * np.exp(-np.arange(LAYERS) / max(roots, 1))
        taken = min(cover * demand * stress, free.sum())
        if weight.sum() > 0:
            part = np.minimum(taken * weight / weight.sum(), free)
            self.water -= part / LAYER_MM
            taken = part.sum()
        self.day += 1
        return Day(self._depletion(reach), share * total, evaporated + taken, below)

    def moisture(self, depth_mm: float) -> float:
        """What a perfect probe at that depth shows, m3/m3."""
        return float(self.water[min(int(depth_mm / LAYER_MM), LAYERS - 1)])

    def _depletion(self, reach: np.ndarray) -> float:
        missing = (self.soil.capacity - np.minimum(self.water, self.soil.capacity)) * LAYER_MM
        return float((missing * reach).sum())

    def _infiltrate(self, water: float, reach: np.ndarray) -> float:
        """Fill from the top and drain; what leaves the roots' layers, in mm."""
        deepest = int(np.ceil(reach.sum()))
        lost, flow = 0.0, water
        for k in range(LAYERS):
            self.water[k] += flow / LAYER_MM
            over = max(self.water[k] - self.soil.saturation, 0.0)
            surplus = max(self.water[k] - over - self.soil.capacity, 0.0) * self.soil.drains
            self.water[k] -= over + surplus
            flow = (over + surplus) * LAYER_MM
            if k + 1 == deepest:
                lost = flow
        return lost
