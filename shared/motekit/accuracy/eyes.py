"""Both eyes in a frame: where dsp_eyes.h finds them, beside the place of highest correlation in float64."""

from itertools import product

import numpy as np
import scipy.ndimage
import scipy.optimize

from ..datasets.synthetic import faces
from ..dsp.eyes import ABOVE, COLUMNS, ROWS, EyeFinder, Place
from .case import Case

_WIDTH, _HEIGHT = 112, 84
_START = Place(56.0, 38.0, 14.0, 0.0)
#: how far the head goes: right, down, larger, tilted
_MOVES = {
    "all together": (5.0, -3.0, 1.08, 0.12),
    "still": (0.0, 0.0, 1.0, 0.0),
    "aside": (-6.0, 4.0, 1.0, 0.0),
    "nearer": (0.0, 0.0, 1.15, 0.0),
    "tilted": (0.0, 0.0, 1.0, -0.2),
}
_ROW, _COLUMN = np.mgrid[0:ROWS, 0:COLUMNS]
#: cells of eyes and lids, which open and close, do not count
_EYES = (abs(_ROW - ABOVE - 0.5) <= 2.5) & (((_COLUMN >= 1) & (_COLUMN <= 8)) | ((_COLUMN >= 11) & (_COLUMN <= 18)))
_USED = ~_EYES


def heads(length: int) -> dict[str, np.ndarray]:
    """A driver where the place of the eyes is told, and below it after a move, uint8[2 * height, width]."""
    camera, pair, found = faces.Camera(_WIDTH, _HEIGHT, 0.6, 1.0, (20, 200)), faces.rendered_pair(4, 0.9), {}
    for name, (x, y, size, tilt) in _MOVES.items():
        rng = np.random.default_rng(4)
        person, half = faces.Person.draw(rng), _START.dx * size
        moved = Place(_START.x + x, _START.y + y, half * float(np.cos(tilt)), half * float(np.sin(tilt)))
        found[name] = np.concatenate([faces.frame(rng, person, camera, place, pair) for place in (_START, moved)])
    return found


def _found(x: np.ndarray) -> np.ndarray:
    before, now = np.ascontiguousarray(x[:_HEIGHT]), np.ascontiguousarray(x[_HEIGHT:])
    finder = EyeFinder(_WIDTH, _HEIGHT, _START, np.zeros((ROWS, COLUMNS), np.int8))
    finder.calibrate(before, _START)
    found = finder.find(now)
    p = found.place
    return np.array([p.x, p.y, p.dx, p.dy, found.correlation, found.found], np.float32)


def _cells(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y, dx, dy = place
    along, down = (_COLUMN - (COLUMNS - 1) / 2)[_USED], (_ROW - ABOVE)[_USED]
    return y + (along * dy + down * dx) / 5, x + (along * dx - down * dy) / 5


def _between(image: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    return scipy.ndimage.map_coordinates(image, [y, x], order=1, mode="nearest")


def _highest(x: np.ndarray) -> np.ndarray:
    """The place of highest correlation between the first frame's face and the second one."""
    before, now = x[:_HEIGHT].astype(float), x[_HEIGHT:].astype(float)
    half = now.reshape(_HEIGHT // 2, 2, _WIDTH // 2, 2).mean(axis=(1, 3))
    start = np.array([_START.x, _START.y, _START.dx, _START.dy])
    row, column = _cells(start)
    corners = [(-0.5, -0.5), (-0.5, 0.5), (0.5, -0.5), (0.5, 0.5)]
    face = np.mean([_between(before, row + down, column + right) for down, right in corners], axis=0)

    def miss(place: np.ndarray) -> float:
        row, column = _cells(place)
        return -float(np.corrcoef(face, _between(half, (row - 0.5) / 2, (column - 0.5) / 2))[0, 1])

    tried = product(range(-8, 9, 4), range(-6, 7, 3), (0.9, 1.05, 1.2), (-0.2, -0.1, 0.0, 0.1, 0.2))
    grid = [
        start * [1, 1, 0, 0] + [right, down, start[2] * size * np.cos(tilt), start[2] * size * np.sin(tilt)]
        for right, down, size, tilt in tried
    ]
    best = min(grid, key=miss)
    enough = {"xatol": 1e-4, "fatol": 1e-9, "maxiter": 4000}
    found = scipy.optimize.minimize(miss, best, method="Nelder-Mead", options=enough)
    return np.array([*found.x, -found.fun, 1.0])


CASES = [
    Case("eyes", "mk_eyes", "scipy.optimize.minimize", _found, _highest, 0.2,
         size=lambda x, e: np.array([1, 1, 1, 1, 0.02, 1]), relative_to="a pixel, or 0.02 of a correlation",
         why="steps end at a tenth of a pixel", signals=heads),
]  # fmt: skip
