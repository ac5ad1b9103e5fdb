"""Frames of a driver-facing camera: a made-up face that carries given pictures of eyes at known places.

Coordinates of a face are in distances between the eyes, from the middle between them, down positive. The eyes of a
face may be real pictures or rendered ones; everything else is drawn.
"""

from dataclasses import dataclass

import numpy as np

from motekit.dsp.eyes import Place

from . import eyes as rendered
from . import optics

#: corner to corner, as a share of the distance of the eyes' centres (Farkas, anthropometry of the head: 30 of 63 mm)
EYE_WIDTH = 0.476


@dataclass(frozen=True)
class Person:
    """How a face looks in one camera: reflectances, sizes in distances between the eyes."""

    skin: float
    hair: float
    background: float
    head_width: float
    forehead: float
    nose: float
    mouth: float
    brow: float
    light: float
    texture: int

    @staticmethod
    def draw(rng: np.random.Generator) -> "Person":
        """Anybody."""
        return Person(
            skin=rng.uniform(0.5, 1.0),
            hair=rng.uniform(0.05, 0.6),
            background=rng.uniform(0.05, 0.9),
            head_width=rng.uniform(1.15, 1.4),
            forehead=rng.uniform(0.85, 1.2),
            nose=rng.uniform(0.1, 0.35),
            mouth=rng.uniform(0.15, 0.5),
            brow=rng.uniform(0.0, 0.5),
            light=rng.uniform(-0.35, 0.35),
            texture=int(rng.integers(2**31)),
        )


@dataclass(frozen=True, eq=False)
class Camera:
    """What a camera does to every frame: size, blur in pixels, noise in grey levels, darkest and brightest level."""

    width: int = 160
    height: int = 120
    blur: float = 0.6
    noise: float = 2.0
    levels: tuple[float, float] = (20.0, 200.0)

    @staticmethod
    def draw(rng: np.random.Generator, width: int = 160, height: int = 120) -> "Camera":
        """Any camera, dark or bright."""
        low = rng.uniform(5, 50)
        return Camera(width, height, rng.uniform(0.3, 0.9), rng.uniform(0.5, 4), (low, low + rng.uniform(70, 190)))


def rendered_pair(seed: int, opening: float, side: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Both eyes of one made-up person with the lids at `opening`: the same person for the same seed."""
    left = rendered.draw(np.random.default_rng(seed), np.array([opening], np.float32), side)[0]
    picture = np.clip(np.rint(left / np.quantile(left, 0.98) * 200), 0, 255).astype(np.uint8)
    return picture, np.ascontiguousarray(picture[:, ::-1])


def frame(
    rng: np.random.Generator,
    person: Person,
    camera: Camera,
    place: Place,
    pair: tuple[np.ndarray, np.ndarray] | None,
    eye_width: float = 0.55,
    covered: bool = False,
) -> np.ndarray:
    """Take one picture.

    Parameters
    ----------
    rng : Generator
        Of the noise alone.
    place : Place
        Of the eyes.
    pair : tuple of ndarray or None
        uint8 pictures of the left and right eye, centred on it; None: a face with nothing where eyes are.
    eye_width : float
        Distance of the corners as a share of the pictures' width.
    covered : bool
        A hand over the eyes.

    Returns
    -------
    ndarray
        uint8[height, width].
    """
    u, v = _face_coordinates(camera, place)
    x = _scene(person, camera, u, v)
    if pair is not None:
        for side, picture in ((-0.5, pair[0]), (0.5, pair[1])):
            _put_eye(x, u - side, v, picture, EYE_WIDTH / eye_width)
    if covered:
        fingers = 1 + 0.15 * np.sin(9 * u + 2 * v)
        hand = 1 / (1 + np.exp(20 * (np.hypot(u / 1.1, (v + 0.1) / 0.6) - 1)))
        x = x * (1 - hand) + hand * person.skin * 0.95 * fingers
    x = x * (1 + person.light * np.clip(u, -2, 2) / 2)
    return expose(rng, x, camera)


def empty(rng: np.random.Generator, camera: Camera) -> np.ndarray:
    """Take a picture of a seat with nobody in it, or of a head seen from above."""
    person = Person.draw(rng)
    x = np.full((camera.height, camera.width), person.background)
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width] / camera.height
    for _ in range(rng.integers(2, 7)):
        cx, cy, w, h = rng.uniform(0, 1.3), rng.uniform(0, 1), rng.uniform(0.1, 0.6), rng.uniform(0.1, 0.6)
        inside = 1 / (1 + np.exp(30 * (np.maximum(np.abs(columns - cx) / w, np.abs(rows - cy) / h) - 1)))
        x = x * (1 - inside) + inside * rng.uniform(0.05, 1)
    if rng.random() < 0.4:
        # somebody bent forward: hair, and a little forehead
        cx, cy = rng.uniform(0.4, 0.9), rng.uniform(0.4, 0.8)
        head = 1 / (1 + np.exp(25 * (np.hypot((columns - cx) / 0.3, (rows - cy) / 0.35) - 1)))
        x = x * (1 - head) + head * person.hair
    return expose(rng, x + 0.05 * _noise(rng, x.shape, 10), camera)


def expose(rng: np.random.Generator, x: np.ndarray, camera: Camera) -> np.ndarray:
    """Blur, noise and grey levels of a camera."""
    weight = camera.blur / 4
    for axis in (0, 1):
        x = (1 - 2 * weight) * x + weight * (np.roll(x, 1, axis) + np.roll(x, -1, axis))
    low, high = camera.levels
    grey = low + x * (high - low) + camera.noise * rng.standard_normal(x.shape)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def _face_coordinates(camera: Camera, place: Place) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.mgrid[0 : camera.height, 0 : camera.width].astype(float)
    dx, dy = columns - place.x, rows - place.y
    scale = 1 / place.distance
    cos, sin = 2 * place.dx * scale, 2 * place.dy * scale
    return (dx * cos + dy * sin) * scale, (dy * cos - dx * sin) * scale


def _soft(distance: np.ndarray, width: float) -> np.ndarray:
    return 1 / (1 + np.exp(np.clip(distance / width, -40, 40)))


def _scene(person: Person, camera: Camera, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    fixed = np.random.default_rng(person.texture)
    x = person.background * (1 + 0.15 * _noise(fixed, u.shape, 4))
    shoulders = _soft(1.9 + 0.25 * np.abs(u) ** 1.5 - v, 0.05)
    x = x * (1 - shoulders) + shoulders * fixed.uniform(0.05, 0.9)
    hair = _soft(np.hypot(u / (person.head_width + 0.1), (v - 0.3) / (person.forehead + 1.0)) - 1, 0.05) * (v < 0.9)
    x = x * (1 - hair) + hair * person.hair * (1 + 0.2 * _noise(fixed, u.shape, 24))
    height = np.where(v < 0.4, person.forehead + 0.4, 1.5)
    face = _soft(np.hypot(u / person.head_width, (v - 0.4) / height) - 1, 0.03)
    skin = person.skin * (1 - 0.25 * np.clip(np.abs(u) / person.head_width, 0, 1.2) ** 3)
    skin = skin * (1 - person.nose * np.exp(-(((np.abs(u) - 0.12 - 0.1 * v) / 0.07) ** 2)) * (v > 0.1) * (v < 0.75))
    skin = skin * (1 - 1.5 * person.nose * np.exp(-(((np.abs(u) - 0.1) / 0.06) ** 2) - ((v - 0.72) / 0.05) ** 2))
    skin = skin * (1 - person.mouth * np.exp(-((u / 0.4) ** 6) - ((v - 1.1) / 0.06) ** 2))
    skin = skin * (1 - person.brow * np.exp(-(((np.abs(u) - 0.5) / 0.3) ** 4) - ((v + 0.33) / 0.06) ** 2))
    return x * (1 - face) + face * skin


def _put_eye(x: np.ndarray, u: np.ndarray, v: np.ndarray, picture: np.ndarray, side: float) -> None:
    """Blend a picture of `side` distances into the face, its edge as bright as the skin there."""
    n = picture.shape[0]
    column, row = (u / side + 0.5) * n - 0.5, (v / side + 0.5) * picture.shape[1] - 0.5
    inside = (np.abs(u) < side / 2) & (np.abs(v) < side / 2)
    if not inside.any():
        return
    edge = np.concatenate([picture[:, 0], picture[:, -1], picture[-1]]).astype(float)
    level = np.median(edge) + 1
    c, r = np.clip(column[inside], 0, n - 1.001), np.clip(row[inside], 0, n - 1.001)
    left, top = c.astype(int), r.astype(int)
    right, down = c - left, r - top
    p = picture.astype(float)
    above = p[top, left] * (1 - right) + p[top, left + 1] * right
    below = p[top + 1, left] * (1 - right) + p[top + 1, left + 1] * right
    value = (above * (1 - down) + below * down) / level
    # the eye, its lids and what is next to them; brows and nose are the face's own
    far = np.hypot(u[inside] / 0.42, v[inside] / 0.34)
    blend = np.clip((1 - far) / 0.3, 0, 1)
    skin = np.median(x[inside])
    x[inside] = x[inside] * (1 - blend) + blend * np.minimum(value, 3) * skin


def _noise(rng: np.random.Generator, shape: tuple[int, ...], cells: int) -> np.ndarray:
    up, across = (optics.linear_matrix(cells, side) for side in shape)
    return up @ rng.standard_normal((cells, cells)) @ across.T
