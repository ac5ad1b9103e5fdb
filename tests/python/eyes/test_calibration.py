"""Calibration on the device: where the mount puts the eyes, and the driver's own template, from a second of frames."""

import math
import subprocess

import numpy as np
import pytest

from motekit import chains
from motekit.apps.driver_drowsiness import watching
from motekit.datasets.synthetic import faces
from motekit.driver import Driver
from motekit.dsp.camera import pack
from motekit.dsp.eyes import Place
from motekit.errors import MotekitError

FRAMES = 16


@pytest.fixture(scope="module")
def chain():
    return chains.of("driver_drowsiness")


def seat(chain, seed, place, n=24):
    """Lines of a driver whose eyes stay at a place."""
    rng = np.random.default_rng(seed)
    person, camera = faces.Person.draw(rng), faces.Camera(160, 120, 0.6, 1.5, (20, 200))
    pair = faces.rendered_pair(seed, 0.9)
    pictures = np.stack([faces.frame(rng, person, camera, place, pair) for _ in range(n)])
    return pack(pictures, np.arange(n) * 66)


def elsewhere(chain, dx=9, dy=-7, size=1.1):
    middle = watching.place(chain.app)
    return Place(middle.x + dx, middle.y + dy, middle.dx * size, 0.0)


@pytest.mark.parametrize("seed", range(4))
def test_the_place_and_the_template_are_taken_and_outlive_a_restart(chain, seed):
    place, driver = elsewhere(chain), chain.driver()
    assert driver.mount is None and driver.expected == watching.place(chain.app)
    driver.calibrate(place)
    driver.push(seat(chain, seed, place, FRAMES))
    assert driver.calibrating == 0
    assert math.dist(driver.expected.left, place.left) < 0.02
    again: Driver = chain.driver()
    again.remember(driver.mount)
    assert again.expected == driver.expected and again.mount == driver.mount
    moved = Place(place.x + 5, place.y + 4, place.dx * 1.05, 0.0)
    again.push(seat(chain, seed, moved, 4))
    last = np.frombuffer(again.log.features[-1], np.int16)
    for eye, expected in ((last[3:5], moved.left), (last[5:7], moved.right)):
        assert math.dist(eye / 16, expected) <= 0.1 * faces.EYE_WIDTH * moved.distance
    again.remember(None)
    assert again.expected == watching.place(chain.app) and again.mount is None


def test_who_moves_is_not_learnt_until_he_sits_still(chain):
    place, driver = watching.place(chain.app), chain.driver()
    moved = Place(place.x + 6, place.y, place.dx, 0.0)
    driver.calibrate()
    driver.push(np.concatenate([seat(chain, 1, place, 10), seat(chain, 1, moved, 8)]))
    assert driver.calibrating > 0 and driver.mount is None
    driver.push(seat(chain, 1, place, FRAMES + 2))
    assert driver.calibrating == 0 and driver.mount is not None


def test_frames_without_eyes_do_not_calibrate(chain):
    driver, rng = chain.driver(), np.random.default_rng(0)
    driver.calibrate()
    camera = faces.Camera(160, 120, 0.6, 1.5, (20, 200))
    driver.push(pack(np.stack([faces.empty(rng, camera) for _ in range(20)]), np.arange(20) * 66))
    assert driver.calibrating == FRAMES and driver.mount is None


def test_a_mount_of_another_camera_is_refused(chain):
    driver = chain.driver()
    for place in ((0, 0, 0, 0), (-256, 5000, 4000, 0), (20_000, 13_000, 60_000, 0)):
        with pytest.raises(MotekitError):
            driver.remember(np.array(place, np.int32).tobytes() + bytes(300))
        assert driver.mount is None and driver.expected == watching.place(chain.app)


def test_the_menu_of_the_firmware(chain):
    from motekit.firmware.build import build

    elf = build(chain.app, "host").elf
    with subprocess.Popen([elf], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as firmware:
        said = b""
        for typed, expected in (
            (b"e", b"80 52 39 general"),
            (b"c", b"look ahead"),
            (b"c 999 9 39", b"no eyes can be there"),
            (b"c 88 45 40", b"look ahead"),
            (b"e", b"88 45 40 calibrating"),
            (b"w", b"ok"),
            (b"e", b"80 52 39 general"),
            (b"?", b"c [X Y D] calibrate, e eyes, w forget"),
        ):
            firmware.stdin.write(typed + b"\r\n")
            firmware.stdin.flush()
            line = firmware.stdout.readline()
            while not line.endswith(b"\r\n"):  # what it says of itself at start
                line += firmware.stdout.readline()
            said += line
            assert line[:-2].endswith(expected), said
        firmware.stdin.close()
        firmware.wait(timeout=10)
