"""What the parts beside the network are worth: eye finding in made-up frames, and the decision on made-up lids."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from motekit.datasets import eye_image
from motekit.datasets.synthetic import blinks, faces
from motekit.post.drowsiness import CLOSED, OPEN, STATES

from . import recipe, replay, watching

#: drivers and frames of each, with and without eyes
DRIVERS, FRAMES, WITHOUT = 40, 40, 15
WRONG = 0.01


def finding(chain, data: Path | None, *, seed: int = 0, drivers: int = DRIVERS, frames: int = FRAMES) -> dict[str, Any]:
    """Find eyes in frames that carry real (`data`) or rendered ones at known places, sizes and tilts.

    Each driver is calibrated in the mean of five frames, with open eyes; then he blinks and moves. Errors are the
    larger of both eyes', in widths of an eye. Frames without eyes: no driver, hands before them, a face without any.
    """
    rng = np.random.default_rng([seed, 3])
    looks = _looks(rng, data, drivers)
    errors, lost, false, without = [], 0, 0, 0
    for opened, shut, width in looks:
        camera = faces.Camera.draw(rng, chain.camera["width"], chain.camera["height"])
        person, finder = faces.Person.draw(rng), watching.finder(chain.app, chain.face)
        places = replay.wander(rng, chain, frames)
        expected = watching.place(chain.app)
        first = [faces.frame(rng, person, camera, expected, opened, width) for _ in range(5)]
        finder.calibrate(np.rint(np.mean(first, axis=0)).astype(np.uint8), expected)
        for place in places:
            picture = faces.frame(rng, person, camera, place, shut if rng.random() < 0.3 else opened, width)
            found = finder.find(picture)
            if not found.found:
                lost += 1
                continue
            apart = max(math.dist(found.place.left, place.left), math.dist(found.place.right, place.right))
            errors.append(apart / (faces.EYE_WIDTH * place.distance))
        for number in range(WITHOUT):
            place = places[number % len(places)]
            kind = number % 3
            if kind == 0:
                picture = faces.empty(rng, camera)
            else:
                picture = faces.frame(
                    rng, person, camera, place, opened if kind == 1 else None, width, covered=kind == 1
                )
            false += finder.find(picture).found
            without += 1
    errors = np.array(errors)
    total = len(errors) + lost
    metrics = {
        "frames": total,
        "found": round(len(errors) / total, 4),
        "within_10_percent": round(float((errors <= 0.1).mean()), 4),
        "within_10_percent_of_all": round(float((errors <= 0.1).sum() / total), 4),
        "median_error_eye_widths": round(float(np.median(errors)), 4),
        "p95_error_eye_widths": round(float(np.percentile(errors, 95)), 4),
        "frames_without_eyes": without,
        "false_eyes": round(false / without, 4),
    }
    return {
        "app": chain.app.name,
        "data": {
            "source": "real" if data else "synthetic",
            "name": f"made-up faces with eyes of {eye_image.layout(data)}" if data else "made-up faces, rendered eyes",
            "groups": len(looks),
            "windows": total + without,
        },
        "split": "finding",
        "rows": {"host": metrics},
        "agree": True,
        "metrics": metrics,
    }


def _looks(rng: np.random.Generator, data: Path | None, drivers: int) -> list[tuple]:
    """Open and closed eyes of each driver, and their width in the pictures."""
    if data is None:
        seeds = rng.integers(2**31, size=drivers)
        return [
            (faces.rendered_pair(int(s), 0.9), faces.rendered_pair(int(s), 0.0), recipe.RENDERED_WIDTH) for s in seeds
        ]
    people: dict[str, dict[str, list[eye_image.EyeImage]]] = {}
    for picture in eye_image.load(data):
        people.setdefault(picture.group, {}).setdefault(picture.label, []).append(picture)
    both = [states for _, states in sorted(people.items()) if len(states) == 2]
    found = []
    for number in range(drivers):
        states = both[number % len(both)]
        opened, shut = (states[label][rng.integers(len(states[label]))] for label in ("open", "closed"))
        found.append((replay.mirrored(opened.pixels), replay.mirrored(shut.pixels), opened.eye_width))
    return found


def logic(chain, *, seed: int = 0, hours: int = 3) -> dict[str, Any]:
    """Decide on hours of made-up lids at 10, 15 and 30 frames a second, 5 % of them dropped and 1 % wrong."""
    rows = {}
    for name, driver in (("alert", blinks.ALERT), ("drowsy", blinks.DROWSY)):
        for fps in (10, 15, 30):
            rows[f"{name}_{fps}_fps"] = _hours(chain, driver, fps, seed, hours)
    metrics = {
        "mae_perclos_points": max(row["mae_perclos_points"] for row in rows.values()),
        "bias_perclos_points": max((row["bias_perclos_points"] for row in rows.values()), key=abs),
        "false_alarms_per_hour": max(row["alarms_per_hour"] for name, row in rows.items() if name.startswith("alert")),
        "microsleeps_missed": sum(row["microsleeps"] - row["microsleeps_found"] for row in rows.values()),
    }
    return {
        "app": chain.app.name,
        "data": {"source": "synthetic", "name": "made-up lids", "groups": len(rows), "windows": hours * len(rows)},
        "split": "logic",
        "rows": rows,
        "agree": True,
        "metrics": metrics,
    }


def reference(lids: blinks.Sequence) -> np.ndarray:
    """PERCLOS by definition, from the labels: share of the time of the 60 s before each frame."""
    period = np.minimum(np.diff(lids.times_ms, append=lids.times_ms[-1] + 66), 250)
    closed = np.concatenate([[0], np.cumsum(period * lids.closed)])
    known = np.concatenate([[0], np.cumsum(period)])
    now, before = np.arange(len(lids.times_ms)), np.searchsorted(lids.times_ms, lids.times_ms - 60_000)
    return (closed[now] - closed[before]) / np.maximum(1, known[now] - known[before])


def _hours(chain, driver: blinks.Driver, fps: int, seed: int, hours: int) -> dict[str, Any]:
    errors, alarms, sleeps, found = [], 0, 0, 0
    for hour in range(hours):
        lids = blinks.make(replace(driver), 3600, fps=fps, dropped=0.05, seed=seed + 100 * hour + fps)
        wrong = np.random.default_rng([seed, hour, fps]).random(len(lids.closed)) < WRONG
        block, perclos, warned, before = watching.drowsiness(chain.app), [], [], 0
        for t, shut in zip(lids.times_ms.tolist(), (lids.closed ^ wrong).tolist(), strict=True):
            for event in block.push(t, CLOSED if shut else OPEN):
                if event.code == 1 and STATES[event.value] in ("eyes_closed", "microsleep"):
                    warned.append(t / 1000)
            perclos.append(np.nan if block.perclos is None else block.perclos)
            alarms += block.alarm > before
            before = block.alarm
        after = lids.times_ms > 61_000
        errors.append((np.array(perclos) - reference(lids))[after])
        sleeps += len(lids.microsleeps)
        found += sum(any(start <= t <= start + 2 for t in warned) for start, _ in lids.microsleeps)
    error = 100 * np.concatenate(errors)
    return {
        "mae_perclos_points": round(float(np.abs(error).mean()), 3),
        "p95_perclos_points": round(float(np.percentile(np.abs(error), 95)), 3),
        "bias_perclos_points": round(float(error.mean()), 3),
        "alarms_per_hour": round(alarms / hours, 2),
        "microsleeps": sleeps,
        "microsleeps_found": found,
    }
