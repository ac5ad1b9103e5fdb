"""What app.toml says of camera, eyes and decision, as the core's blocks; and the general face template."""

import math

import numpy as np

from motekit.app import App
from motekit.datasets.synthetic import faces
from motekit.dsp.eyes import COLUMNS, ROWS, EyeFinder, Place, template
from motekit.errors import ConfigError
from motekit.post.drowsiness import Drowsiness, Thresholds

from . import recipe

#: side of the crop around an eye, in distances between the eyes
VIEW = recipe.VIEW * faces.EYE_WIDTH

_EYES = {"middle", "distance", "reach", "least", "least_own", "line"}
_CAMERA = {"width", "height", "fps"}


def section(app: App, name: str, known: set[str]) -> dict:
    """A table of app.toml, all of whose keys are there and no others.

    Raises
    ------
    ConfigError
        If a key is missing or unknown.
    """
    table = app.declared.get(name, {})
    path = app.folder / "app.toml"
    if unknown := set(table) - known:
        raise ConfigError(f"{path}: unknown key {sorted(unknown)[0]!r} in [{name}]. Known: {', '.join(sorted(known))}.")
    if missing := known - set(table):
        raise ConfigError(f"{path}: [{name}] {sorted(missing)[0]} is missing. Add it.")
    return table


def camera(app: App) -> dict:
    """[camera], checked against [sensor]."""
    table = section(app, "camera", _CAMERA)
    if len(app.sensor["channels"]) != 1 + table["width"] // 2 or table["width"] % 2:
        raise ConfigError(f"{app.folder / 'app.toml'}: [sensor] channels must be line and half of [camera] width.")
    if not 10 <= table["fps"] <= 30 or table["fps"] * table["height"] != app.rate_hz:
        path = app.folder / "app.toml"
        raise ConfigError(f"{path}: [camera] fps must be 10 to 30, and [sensor] rate_hz fps * height.")
    return table


def place(app: App) -> Place:
    """Where the mount puts the eyes."""
    eyes = section(app, "eyes", _EYES)
    return Place(*eyes["middle"], eyes["distance"] / 2, 0.0)


def finder(app: App, face: np.ndarray) -> EyeFinder:
    """The eye finder."""
    eyes, size = section(app, "eyes", _EYES), camera(app)
    return EyeFinder(
        size["width"],
        size["height"],
        place(app),
        face,
        reach=tuple(eyes["reach"]),
        least=eyes["least"],
        least_own=eyes["least_own"],
        line=eyes["line"],
    )


def drowsiness(app: App) -> Drowsiness:
    """The decision."""
    section(app, "decision", set(Thresholds.__dataclass_fields__))
    return Drowsiness(Thresholds(**app.decision))


def general_face(people: int = 120, seed: int = 5) -> np.ndarray:
    """Mean of many made-up faces around their eyes, each of the same mean and deviation: int8[15, 20]."""
    rng, total = np.random.default_rng(seed), np.zeros((ROWS, COLUMNS))
    for _ in range(people):
        distance, tilt = rng.uniform(30, 50), rng.normal(0, 0.03)
        where = Place(80, 55, distance / 2 * math.cos(tilt), distance / 2 * math.sin(tilt))
        pair = faces.rendered_pair(int(rng.integers(2**31)), float(rng.choice([0.0, 0.9])))
        cells = template(faces.frame(rng, faces.Person.draw(rng), faces.Camera.draw(rng), where, pair), where)
        total += (cells - cells.mean()) / cells.std()
    return np.clip(np.rint((total - total.mean()) / total.std() * 40), -120, 120).astype(np.int8)
