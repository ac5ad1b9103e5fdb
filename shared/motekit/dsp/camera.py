"""Camera lines to frames and back, and what can be wrong with a frame (`mk_camera`)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..core import check, ffi, lib, pointer
from .image import image_view

#: in a line's head: the camera gives nothing
MISSING = -32768
HEALTH = ("ok", "black", "white", "saturated", "flat", "frozen")
NEWS = ("nothing", "frame", "patch", "torn", "unplugged")


def pack(frames: np.ndarray, times_ms: Sequence[int]) -> np.ndarray:
    """Frames as the lines a camera gives.

    Parameters
    ----------
    frames : ndarray
        uint8[n, height, width], width even.
    times_ms : sequence of int
        When each was taken.

    Returns
    -------
    ndarray
        int16[n * height, 1 + width / 2].
    """
    frames = np.ascontiguousarray(frames, np.uint8)
    n, height, width = frames.shape
    if width % 2 or len(times_ms) != n:
        raise ValueError(f"{n} frames of {width} pixels a line and {len(times_ms)} times")
    lines = np.empty((n, height, 1 + width // 2), np.int16)
    lines[:, :, 0] = np.arange(height)
    lines[:, 0, 0] = -1 - np.asarray(times_ms, np.int64) % lib.MK_CAMERA_CLOCK
    lines[:, :, 1:] = frames.view("<i2")
    return lines.reshape(n * height, -1)


def pack_patches(patches: np.ndarray, width: int) -> np.ndarray:
    """Patches uint8[n, side, side] as a camera of `width` pixels a line gives them: int16[n * side, 1 + width / 2]."""
    patches = np.ascontiguousarray(patches, np.uint8)
    n, side, _ = patches.shape
    lines = np.zeros((n, side, 1 + width // 2), np.int16)
    lines[:, :, 0] = lib.MK_CAMERA_PATCH + np.arange(side)
    lines[:, :, 1 : 1 + side // 2] = patches.view("<i2")
    return lines.reshape(n * side, -1)


def missing(frames: int, height: int, width: int) -> np.ndarray:
    """Lines of a camera that is unplugged for the time of so many frames."""
    return np.full((frames * height, 1 + width // 2), MISSING, np.int16)


@dataclass(frozen=True, eq=False)
class News:
    """What a line completed: `kind` as in `NEWS`, the time, a copy of the frame or patch, a frame's health."""

    kind: str
    time_ms: int
    pixels: np.ndarray | None = None
    health: str = "ok"


class Camera:
    """Puts frames together.

    Parameters
    ----------
    width, height : int
        Of a frame, in pixels.
    side : int
        Of a patch.
    """

    def __init__(self, width: int, height: int, side: int = 32):
        self.frame, self.patch = np.zeros((height, width), np.uint8), np.zeros((side, side), np.uint8)
        self._counts = np.zeros(256, np.uint32)
        self._state = ffi.new("mk_camera *")
        check(lib.mk_camera_init(self._state, image_view(self.frame), image_view(self.patch)), "camera")

    def push(self, lines: np.ndarray) -> list[News]:
        """Next lines, int16[n, 1 + width / 2], to what they completed."""
        found = []
        for line in np.ascontiguousarray(lines, np.int16):
            kind = NEWS[lib.mk_camera_push(self._state, pointer("int16_t", line))]
            if kind == "nothing":
                continue
            pixels = {"frame": self.frame, "patch": self.patch}.get(kind)
            health = lib.mk_camera_health(self._state, pointer("uint32_t", self._counts)) if kind == "frame" else 0
            found.append(News(kind, self._state.time, None if pixels is None else pixels.copy(), HEALTH[health]))
        return found
