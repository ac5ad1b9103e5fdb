"""Rendered eyes: lids, iris, lashes, brows, skin, in visible light or near infra-red. Random, from one seed.

Proportions of the palpebral fissure and the iris as in Duke-Elder & Wybar, "The Anatomy of the Visual System" (fissure
30 mm by 10 mm, iris 11.7 mm); the rest is drawn broadly on purpose: it is meant to teach what an eye may look like,
not to be a picture of anybody.
"""

from dataclasses import dataclass

import numpy as np

from . import optics

#: at most this share of the widest opening is "closed" (P80: at least 80 % closed)
CLOSED = 0.2
#: at least this share is "open" where a training example must be one or the other
OPEN = 0.35


@dataclass(frozen=True, eq=False)
class Eyes:
    """Rendered eyes.

    Attributes
    ----------
    images : ndarray
        uint8[n, side, side].
    opening : ndarray
        float32[n], share of the widest opening of the lids.
    """

    images: np.ndarray
    opening: np.ndarray

    @property
    def closed(self) -> np.ndarray:
        """bool[n]."""
        return self.opening <= CLOSED


def openings(rng: np.random.Generator, n: int) -> np.ndarray:
    """Openings for training, half of them closed and none of them in between: float32[n]."""
    closed = rng.random(n) < 0.5
    shut = np.maximum(0, rng.uniform(-0.3, CLOSED * 0.7, n))
    return np.where(closed, shut, rng.uniform(OPEN, 1.0, n)).astype(np.float32)


def render(rng: np.random.Generator, opening: np.ndarray, side: int = 48) -> Eyes:
    """Draw one eye a number in `opening`, each of another person, camera and light."""
    opening = np.asarray(opening, np.float32)
    x = draw(rng, opening, side)
    deviation = x.std((1, 2), keepdims=True) + np.float32(0.02)
    optics.shade(rng, x, deviation, 0.5)
    optics.glasses(rng, x, deviation, 0.2)
    optics.glare(rng, x, deviation, 0.15)
    optics.blur(rng, x, 0.6, passes=6)
    x += rng.standard_normal(x.shape, np.float32) * optics.uniform(rng, len(x), 0, 0.25) * deviation
    return Eyes(optics.expose(rng, x), opening)


def draw(rng: np.random.Generator, opening: np.ndarray, side: int) -> np.ndarray:
    """Reflectances without camera: float32[n, side, side], skin at about 1."""
    n = len(opening)
    o = np.asarray(opening, np.float32)[:, None, None]

    def u(low, high):
        return optics.uniform(rng, n, low, high)

    def sometimes(share, low, high):
        return np.where(u(0, 1) < share, u(low, high), np.float32(0))

    infrared = u(0, 1) < 0.5
    x, y, soft = _coordinates(u, side)
    arch = np.maximum(0, 1 - x**2)
    # where the lids lie: up is negative; the closed line hangs below the line of the corners
    line = u(0.02, 0.24) * arch**0.7 + u(-0.08, 0.08) * x
    skewed = arch ** u(0.5, 0.9) * (1 + u(-0.25, 0.25) * x)
    upper = line - o * u(0.45, 0.75) * skewed
    lower = line + o * u(0.05, 0.2) * arch**0.8
    within = np.abs(x) < 1

    skin = 1 + _texture(rng, n, side, 5) * u(0.02, 0.1)
    # the socket: shadow towards the nose and below the brow
    skin -= u(0, 0.35) * np.exp(-(((x + 1.1) / 0.5) ** 2) - ((y + 0.1) / 0.6) ** 2)
    skin -= u(0, 0.25) * np.exp(-(((y + 0.6) / 0.25) ** 2))
    # the ball under the lid is round: lighter in its middle
    skin += u(-0.05, 0.25) * np.exp(-((x / 0.6) ** 2) - ((y - line + 0.15) / 0.35) ** 2)
    skin -= (
        _stroke(y - (upper - u(0.08, 0.3) * arch**0.6 * (0.4 + 0.6 * o)), u(0.03, 0.08))
        * sometimes(0.7, 0, 0.35)
        * (np.abs(x) < 1.15)
    )
    for _ in range(2):
        # folds and bags below the eye look like a lid's edge, and are not
        fold = y - (line + u(0.3, 0.75) + u(-0.1, 0.25) * arch)
        skin -= _stroke(fold, u(0.04, 0.12)) * sometimes(0.5, 0, 0.25) * np.exp(-((x - u(-0.6, 0.3)) ** 2))
    hair = _texture(rng, n, side, 12)
    brow = np.exp(-(((y + u(0.75, 1.3) + u(-0.2, 0.2) * x - u(0, 0.2) * x**2) / u(0.1, 0.28)) ** 2)) * (
        np.abs(x) < u(1.1, 1.6)
    )
    skin -= brow * np.where(infrared, u(0, 0.35), u(0.1, 0.7)) * (0.8 + 0.4 * hair)

    ball = _ball(u, x, y, soft, o, upper, infrared)
    opened = _inside(y - upper, soft) * _inside(lower - y, soft) * within
    face = skin * (1 - opened) + ball * opened

    # lashes and the lid's edge: a line, and a fringe that hangs from it when the eye is closed
    ends = _inside(1.05 - np.abs(x), soft)
    comb = 0.7 + 0.6 * hair
    dark = np.where(infrared, u(0.05, 0.5), u(0.15, 0.8))
    face -= dark * _stroke(y - upper, u(0.025, 0.09)) * ends * comb
    drop = (y - upper) / (u(0.08, 0.3) * np.where(o < 0.3, np.float32(1), np.float32(-0.6)))
    face -= dark * sometimes(0.6, 0.2, 0.9) * np.exp(-np.maximum(drop, 0) * 2) * (drop > 0) * ends * comb * u(0, 1)
    face -= dark * sometimes(0.6, 0.1, 0.6) * _stroke(y - lower, u(0.02, 0.06)) * ends * comb
    return np.maximum(face, 0.02).astype(np.float32)


def _coordinates(u, side: int):
    """Eye's coordinates of each pixel: corners at x = -1 and 1; and the width of a pixel in them."""
    gx, gy = optics.grid(side)
    half = np.exp(u(np.log(0.22), np.log(0.34)))
    angle = u(-0.25, 0.25)
    dx, dy = gx - u(-0.1, 0.1), gy - u(-0.08, 0.12)
    mirrored = np.where(u(0, 1) < 0.5, np.float32(-1), np.float32(1))
    x = mirrored * (dx * np.cos(angle) + dy * np.sin(angle)) / half
    y = (dy * np.cos(angle) - dx * np.sin(angle)) / half
    return x, y, 0.7 / (side * half)


def _ball(u, x, y, soft, o, upper, infrared):
    """Sclera, iris, pupil and the lamp's image on the cornea."""
    white = np.where(infrared, u(0.8, 1.15), u(1.0, 1.6))
    ball = white * (1 - u(0.1, 0.5) * x**2)
    gaze_x, gaze_y = u(-0.5, 0.5), u(-0.2, 0.15) + u(0, 0.15) * (1 - o)
    radius = np.hypot(x - gaze_x, y - gaze_y)
    size = u(0.36, 0.44)
    iris = np.where(infrared, u(0.35, 0.8), u(0.08, 0.7))
    iris = iris * (1 + u(-0.2, 0.3) * (radius / size) ** 2)
    disc = _inside(size - radius, soft)
    ball = ball * (1 - disc) + iris * disc
    ball -= u(0, 0.3) * _stroke(radius - size, u(0.03, 0.07))
    pupil = np.where(infrared & (u(0, 1) < 0.08), u(0.9, 1.6), u(0.02, 0.25))
    hole = _inside(u(0.1, 0.26) - radius, soft)
    ball = ball * (1 - hole) + pupil * hole
    for share in (0.7, 0.3):
        spot = np.exp(-(np.hypot(x - gaze_x - u(-0.2, 0.2), y - gaze_y - u(-0.2, 0.15)) ** 2) / u(0.003, 0.015))
        ball += spot * np.where(u(0, 1) < share, u(0.3, 3.0), np.float32(0))
    # the upper lid's shadow
    return ball * (1 - u(0, 0.45) * np.exp(-np.maximum(0, y - upper) / u(0.05, 0.2)))


def _inside(distance, soft):
    return 1 / (1 + np.exp(np.clip(-2 * distance / soft, -30, 30)))


def _stroke(distance, width):
    return np.exp(-((distance / width) ** 2))


def _texture(rng: np.random.Generator, n: int, side: int, cells: int) -> np.ndarray:
    """Smooth random fields of about `cells` spots a side, deviation 1: float32[n, side, side]."""
    up = optics.linear_matrix(cells, side).astype(np.float32)
    return np.matmul(np.matmul(up, rng.standard_normal((n, cells, cells), np.float32)), up.T)
