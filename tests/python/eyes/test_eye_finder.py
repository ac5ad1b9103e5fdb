"""Eye finding in frames that carry eyes at known places: real ones with MOTEKIT_DATA, rendered ones without."""

import math
import os
from pathlib import Path

import numpy as np
import pytest

from motekit import chains
from motekit.apps.driver_drowsiness import measures, watching
from motekit.datasets.synthetic import faces
from motekit.dsp.eyes import EyeFinder, Place
from motekit.errors import ConfigError


@pytest.fixture(scope="module")
def chain():
    return chains.of("driver_drowsiness")


@pytest.fixture(scope="module")
def mirror():
    folder = Path(os.environ.get("MOTEKIT_DATA", "missing")) / "mrl_eye"
    return folder if folder.is_dir() else None


@pytest.fixture(scope="module")
def found(chain, mirror):
    return measures.finding(chain, mirror, drivers=24, frames=12)["metrics"]


def test_nearly_all_eyes_are_found_within_a_tenth_of_their_width(found, mirror):
    assert found["frames"] == 24 * 12
    assert found["within_10_percent"] >= 0.95
    # rendered lids of low contrast are sometimes missed
    assert found["within_10_percent_of_all"] >= (0.95 if mirror else 0.92)


def test_hardly_any_eyes_where_there_are_none(found, mirror):
    assert found["frames_without_eyes"] == 24 * 15
    assert found["false_eyes"] <= (0.01 if mirror else 0.03)


def driver(chain, seed):
    rng = np.random.default_rng(seed)
    person, camera = faces.Person.draw(rng), faces.Camera(160, 120, 0.6, 1.0, (20, 200))
    pair = faces.rendered_pair(seed, 0.9)
    return lambda place: faces.frame(rng, person, camera, place, pair)


@pytest.mark.parametrize(("size", "tilt"), [(0.8, 0.0), (1.25, 0.0), (1.0, 0.3), (1.0, -0.3)])
def test_sizes_and_tilts_are_followed(chain, size, tilt):
    take, expected = driver(chain, 4), watching.place(chain.app)
    finder = watching.finder(chain.app, chain.face)
    finder.calibrate(take(expected), expected)
    half = expected.distance / 2
    for share in np.linspace(0, 1, 12):
        length, angle = half * size**share, tilt * share
        place = Place(expected.x, expected.y, length * math.cos(angle), length * math.sin(angle))
        answer = finder.find(take(place))
    assert answer.found
    apart = max(math.dist(answer.place.left, place.left), math.dist(answer.place.right, place.right))
    assert apart <= 0.1 * faces.EYE_WIDTH * place.distance


def test_lost_eyes_are_found_again(chain):
    take, expected = driver(chain, 5), watching.place(chain.app)
    finder = watching.finder(chain.app, chain.face)
    finder.calibrate(take(expected), expected)
    camera = faces.Camera(160, 120, 0.6, 1.0, (20, 200))
    for seed in range(5):
        assert not finder.find(faces.empty(np.random.default_rng(seed), camera)).found
    moved = Place(expected.x + 15, expected.y - 8, expected.dx, expected.dy)
    assert any(finder.find(take(moved)).found for _ in range(4))


@pytest.mark.parametrize(
    "changed",
    [
        {"width": 62},
        {"height": 45},
        {"expected": Place(200, 50, 20, 0)},
        {"expected": Place(80, 50, 3, 0)},
        {"expected": Place(80, 50, -20, 0)},
        {"least": 1.5},
        {"reach": (500, 10)},
        {"face": np.zeros((3, 3), np.int8)},
    ],
)
def test_configurations_are_checked(changed):
    given = {"width": 160, "height": 120, "expected": Place(80, 52, 19.5, 0), "face": np.zeros((15, 20), np.int8)}
    with pytest.raises(ConfigError):
        EyeFinder(**{**given, **changed})


def test_calibration_outside_the_frame_is_refused(chain):
    finder = watching.finder(chain.app, chain.face)
    with pytest.raises(ConfigError):
        finder.calibrate(np.zeros((120, 160), np.uint8), Place(-5, 50, 20, 0))


def test_noise_and_flat_frames_hold_no_eyes(chain):
    rng, finder = np.random.default_rng(0), watching.finder(chain.app, chain.face)
    for number in range(30):
        frame = rng.integers(0, 256, (120, 160), np.uint8) if number % 2 else np.full((120, 160), number, np.uint8)
        assert not finder.find(frame).found
