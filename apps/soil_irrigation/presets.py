"""Crops and soils of FAO-56, and the fields and climates a season is simulated in.

Source: R. G. Allen et al., FAO Irrigation and Drainage Paper 56, 1998: tables 11 (stages), 12 (Kc), 19 (soils) and
22 (roots, depletion without stress).
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Crop:
    """One crop.

    Attributes
    ----------
    stages : tuple of int
        Days of the initial, development, mid and late stage.
    kc : tuple of float
        Crop coefficient of the initial and mid stage and at the end.
    roots_m : tuple of float
        Depth of the roots after sowing and when grown.
    share : float
        p: part of the available water that is used without stress at 5 mm a day.
    """

    stages: tuple[int, int, int, int]
    kc: tuple[float, float, float]
    roots_m: tuple[float, float]
    share: float

    @property
    def days(self) -> int:
        """Length of the season."""
        return sum(self.stages)

    def coefficient(self, day: int) -> float:
        """Kc on a day of the season, from 0: the broken line of FAO-56 figure 34."""
        ends = np.cumsum(self.stages)
        initial, mid, late = self.kc
        return float(np.interp(day, [0, ends[0], ends[1], ends[2], ends[3]], [initial, initial, mid, mid, late]))

    def roots(self, day: int) -> float:
        """Depth of the roots in m: grown by the end of the development stage."""
        ends = np.cumsum(self.stages)
        return float(np.interp(day, [ends[0] / 2, ends[1]], self.roots_m))


@dataclass(frozen=True)
class Soil:
    """Water a soil holds at field capacity, wilting point and saturation, m3/m3, and the share that drains a day."""

    capacity: float
    wilting: float
    saturation: float
    drains: float


CROPS = {
    "maize": Crop((30, 40, 50, 30), (0.30, 1.20, 0.60), (0.30, 1.00), 0.55),
    "tomato": Crop((30, 40, 45, 30), (0.60, 1.15, 0.80), (0.30, 0.70), 0.40),
    "potato": Crop((25, 30, 45, 30), (0.50, 1.15, 0.75), (0.25, 0.50), 0.35),
}
SOILS = {
    "sandy loam": Soil(0.22, 0.10, 0.41, 0.70),
    "loam": Soil(0.28, 0.13, 0.45, 0.55),
    "clay": Soil(0.36, 0.21, 0.50, 0.35),
}
#: day of the year on which a season begins, by the weather series of the `aquacrop` package, and degrees north
CLIMATES = {
    "brussels": (110, 50.8),
    "champion": (125, 41.3),
    "cordoba": (290, -31.4),
    "hyderabad": (330, 17.4),
    "tunis": (95, 36.8),
}
