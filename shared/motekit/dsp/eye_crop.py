"""Pictures of eyes as the eye-state network takes them (`mk_eye_crop`, `mk_eye_resize`, `mk_eye_input`)."""

import numpy as np

from ..core import ffi, lib, pointer
from .image import crop, image_view

SIDE = 32


def table(scale: float, zero_point: int) -> np.ndarray:
    """Network's int8 for each equalised grey level, which it was taught as (level - 128) / 64: int8[256]."""
    real = (np.arange(256) - 128) / 64
    return np.clip(np.floor(real / scale + zero_point + 0.5), -128, 127).astype(np.int8)


def middle(image: np.ndarray, share: float) -> np.ndarray:
    """The middle of a picture, `share` of its width and height."""
    height, width = image.shape
    w, h = max(8, round(width * share)), max(8, round(height * share))
    w, h = min(w, width), min(h, height)
    return crop(image, (width - w) // 2, (height - h) // 2, w, h)


def patch(image: np.ndarray) -> np.ndarray:
    """A picture of an eye, uint8[height, width], at the network's size: uint8[32, 32]."""
    out = np.empty((SIDE, SIDE), np.uint8)
    lib.mk_eye_resize(image_view(image), pointer("uint8_t", out))
    return out


def around(frame: np.ndarray, x: int, y: int, side: int) -> np.ndarray:
    """Square of a frame around a place, moved inside where it would reach out: a view of the same pixels."""
    out = ffi.new("mk_image *")
    lib.mk_eye_crop(image_view(frame), x, y, side, out)
    start = int(ffi.cast("uintptr_t", out.pixels)) - frame.ctypes.data
    top, left = divmod(start, frame.strides[0])
    return frame[top : top + out.height, left : left + out.width]


def inputs(patches: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Patches uint8[n, 32, 32], equalised and through a table int8[256]: int8[n, 32, 32]."""
    work = np.array(patches, np.uint8, order="C")
    out, counts = np.empty(work.shape, np.int8), np.empty(256, np.uint32)
    for k in range(len(work)):
        lib.mk_eye_input(
            pointer("uint8_t", work[k]),
            pointer("int8_t", levels),
            pointer("int8_t", out[k]),
            pointer("uint32_t", counts),
        )
    return out


def equalised(patches: np.ndarray) -> np.ndarray:
    """Network's input in float, as it is trained: float32[n, 32, 32, 1], (level - 128) / 64."""
    identity = (np.arange(256) - 128).astype(np.int8)
    return inputs(patches, identity)[..., None].astype(np.float32) / 64
