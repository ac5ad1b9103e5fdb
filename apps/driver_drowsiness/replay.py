"""Replayable takes: frames of a driver-facing camera that carry rendered or real eyes."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np

from motekit.chain import Take
from motekit.datasets import eye_image
from motekit.datasets.synthetic import blinks, faces
from motekit.dsp.camera import pack
from motekit.dsp.eyes import Place

from . import recipe, watching

#: seconds of a rendered driver, and pictures of one subject in a take
SECONDS, PICTURES = 20, 24


def takes(chain, source: Path | None, limit: int | None = None) -> list[Take]:
    """See `motekit.chain.Chain.takes`."""
    if source is None:
        falling_asleep = replace(blinks.DROWSY, microsleeps_per_hour=400.0)
        drivers = (("alert", blinks.ALERT), ("drowsy", falling_asleep))
        return [rendered(chain, name, driver, seed) for seed, (name, driver) in enumerate(drivers[:limit])]
    source = Path(source)
    if source.is_file():
        label = next((label for label in recipe.LABELS if label in source.stem), "open")
        one = eye_image.EyeImage(pixels=eye_image.read(source), label=label, group="file", name=source.name)
        return [carrying(chain, [one] * 8, "file", 0)]
    by_person: dict[str, list[eye_image.EyeImage]] = {}
    for picture in eye_image.load(source):
        by_person.setdefault(picture.group, []).append(picture)
    made = []
    for number, (person, pictures) in enumerate(sorted(by_person.items())):
        rng = np.random.default_rng(number)
        chosen = [pictures[k] for k in np.sort(rng.choice(len(pictures), min(PICTURES, len(pictures)), replace=False))]
        made.append(carrying(chain, chosen, person, number))
        if limit and len(made) >= limit:
            break
    return made


def wander(rng: np.random.Generator, chain, n: int) -> list[Place]:
    """Places of the eyes in n frames of a driver who sits where the mount expects him and moves his head."""
    middle, fps = watching.place(chain.app), chain.camera["fps"]
    size = middle.distance / 39
    steps = rng.normal(size=(n, 4)) * (1.2 * size, 0.9 * size, 0.008, 0.012) * math.sqrt(15 / fps)
    found, at = [], np.zeros(4)
    for step in steps:
        # drawn back towards the middle, within what the finder allows
        at = np.clip(at * 0.97 + step, (-15 * size, -12 * size, -0.2, -0.25), (15 * size, 12 * size, 0.2, 0.25))
        half = middle.distance / 2 * math.exp(at[2])
        found.append(Place(middle.x + at[0], middle.y + at[1], half * math.cos(at[3]), half * math.sin(at[3])))
    return found


def _camera(rng: np.random.Generator, chain) -> faces.Camera:
    return faces.Camera.draw(rng, chain.camera["width"], chain.camera["height"])


def rendered(chain, name: str, driver: blinks.Driver, seed: int, seconds: float = SECONDS) -> Take:
    """A rendered driver who blinks; the truth is the sequence of his lids."""
    rng = np.random.default_rng(seed)
    lids = blinks.make(driver, seconds, fps=chain.camera["fps"], dropped=0.02, seed=seed)
    person, camera = faces.Person.draw(rng), _camera(rng, chain)
    looks: dict[float, tuple] = {}
    frames = []
    for place, opening in zip(wander(rng, chain, len(lids.times_ms)), lids.opening, strict=True):
        level = round(float(opening) * 10) / 10
        if level not in looks:
            looks[level] = faces.rendered_pair(seed, level)
        frames.append(faces.frame(rng, person, camera, place, looks[level], recipe.RENDERED_WIDTH))
    return Take(name, name, pack(np.stack(frames), lids.times_ms), lids, "synthetic")


def carrying(chain, pictures: list[eye_image.EyeImage], person: str, seed: int) -> Take:
    """One frame a picture: a made-up face with it as both eyes; the truth is the pictures' labels."""
    rng = np.random.default_rng([seed, 1])
    face, camera = faces.Person.draw(rng), _camera(rng, chain)
    frames = [
        faces.frame(rng, face, camera, place, mirrored(picture.pixels), picture.eye_width)
        for place, picture in zip(wander(rng, chain, len(pictures)), pictures, strict=True)
    ]
    times = np.round(np.arange(len(frames)) * 1000 / chain.camera["fps"]).astype(int)
    return Take(person, person, pack(np.stack(frames), times), [p.label for p in pictures], pictures[0].source)


def mirrored(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A picture as the left eye, and its mirror image as the right one."""
    return np.ascontiguousarray(pixels), np.ascontiguousarray(pixels[:, ::-1])
