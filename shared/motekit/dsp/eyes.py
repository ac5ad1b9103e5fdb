"""Finds both eyes in a frame (`mk_eyes`)."""

from dataclasses import dataclass

import numpy as np

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError
from .image import image_view

ROWS, COLUMNS, ABOVE = 15, 20, 4


@dataclass(frozen=True)
class Place:
    """Where both eyes are, in pixels: the middle between them, and the vector from there to the right one."""

    x: float
    y: float
    dx: float
    dy: float

    @property
    def left(self) -> tuple[float, float]:
        """Eye on the left of the picture."""
        return self.x - self.dx, self.y - self.dy

    @property
    def right(self) -> tuple[float, float]:
        """Eye on the right of the picture."""
        return self.x + self.dx, self.y + self.dy

    @property
    def distance(self) -> float:
        """Between the eyes."""
        return 2 * float(np.hypot(self.dx, self.dy))

    @property
    def struct(self):
        """The core's form, in 1/256 pixel."""
        return ffi.new("mk_eyes_place *", [round(256 * v) for v in (self.x, self.y, self.dx, self.dy)])


@dataclass(frozen=True)
class Found:
    """One frame's answer: `place` is where the best match is, which counts only if `found`."""

    found: bool
    place: Place
    correlation: float


class EyeFinder:
    """Both eyes by the upper half of the face.

    Parameters
    ----------
    width, height : int
        Of frames, in pixels.
    expected : Place
        Where the mount puts the eyes.
    face : ndarray
        int8[15, 20], the general template.
    reach : tuple of int
        How far from there the eyes may be, pixels.
    least, least_own : float
        Least correlation with the general template, and with the driver's own.
    line : float
        How much darker than the face above and below them the eyes must be, in standard deviations of the face.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(
        self,
        width: int,
        height: int,
        expected: Place,
        face: np.ndarray,
        *,
        reach: tuple[int, int] = (24, 24),
        least: float = 0.6,
        least_own: float = 0.8,
        line: float = 0.32,
    ):
        self.face = np.ascontiguousarray(face, np.int8)
        if self.face.shape != (ROWS, COLUMNS):
            raise ConfigError(f"a face template is int8[{ROWS}, {COLUMNS}], not {list(self.face.shape)}.")
        self.size = (width, height)
        self._half = np.empty(width * height // 4, np.uint8)
        self.struct = ffi.new(
            "mk_eyes_config *",
            {
                "width": width,
                "height": height,
                "expected": expected.struct[0],
                "reach_x": reach[0],
                "reach_y": reach[1],
                "face": pointer("int8_t", self.face),
                "least": round(least * 4096),
                "least_own": round(least_own * 4096),
                "line": round(line * 256),
            },
        )
        self._state = ffi.new("mk_eyes *")
        check(lib.mk_eyes_init(self._state, self.struct), "eye finder")

    def reset(self) -> None:
        """Forget the driver: general template, expected place."""
        lib.mk_eyes_reset(self._state)

    def calibrate(self, frame: np.ndarray, place: Place) -> None:
        """Take the template from a frame in which the place is known."""
        check(lib.mk_eyes_calibrate(self._state, self._view(frame), place.struct), "calibration")

    def find(self, frame: np.ndarray) -> Found:
        """Next frame, uint8[height, width]."""
        found = lib.mk_eyes_find(self._state, self._view(frame), pointer("uint8_t", self._half))
        p = self._state.place
        return Found(bool(found), Place(p.x / 256, p.y / 256, p.dx / 256, p.dy / 256), self._state.correlation / 4096)

    def _view(self, frame: np.ndarray):
        if frame.shape[::-1] != self.size:
            raise ValueError(f"a frame of {frame.shape[1]} x {frame.shape[0]}, not {self.size[0]} x {self.size[1]}")
        return image_view(frame)


def template(frame: np.ndarray, place: Place) -> np.ndarray:
    """Grey levels of the template's cells in a frame, bilinear: float64[15, 20]; for making the general template."""
    ax, ay = place.dx / (COLUMNS / 4), place.dy / (COLUMNS / 4)
    column, row = np.meshgrid(np.arange(COLUMNS) - (COLUMNS - 1) / 2, np.arange(ROWS) - ABOVE)
    x, y = place.x + column * ax - row * ay, place.y + column * ay + row * ax
    x, y = np.clip(x, 0, frame.shape[1] - 1.001), np.clip(y, 0, frame.shape[0] - 1.001)
    left, top = x.astype(int), y.astype(int)
    right, down = x - left, y - top
    frame = frame.astype(float)
    above = frame[top, left] * (1 - right) + frame[top, left + 1] * right
    below = frame[top + 1, left] * (1 - right) + frame[top + 1, left + 1] * right
    return above * (1 - down) + below * down
