"""Grey images (`mk_image`, `mk_gray`, `mk_integral`, `mk_motion`)."""

import numpy as np

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError
from .floats import fp


def image_view(pixels: np.ndarray):
    """The core's view of uint8[height, width]; the caller keeps the array alive."""
    if pixels.dtype != np.uint8 or pixels.ndim != 2 or pixels.strides[1] != 1:
        raise ValueError(f"an image is uint8[height, width], not {pixels.dtype}{list(pixels.shape)}")
    base = ffi.cast("uint8_t *", pixels.ctypes.data)
    view = ffi.new("mk_image *", (base, pixels.shape[1], pixels.shape[0], pixels.strides[0]))
    check(lib.mk_image_check(view), "image")
    return view


def _size(width: int, height: int) -> np.ndarray:
    if not (1 <= width <= 4096 and 1 <= height <= 4096):
        raise ConfigError(f"an image of {width} x {height} pixels: both must be from 1 to 4096.")
    return np.empty((height, width), np.uint8)


def gray(rgb: np.ndarray) -> np.ndarray:
    """Luma of uint8[height, width, 3] (RGB888) or uint16[height, width] (RGB565), uint8[height, width]."""
    rgb = np.ascontiguousarray(rgb)
    out = np.empty(rgb.shape[:2], np.uint8)
    if rgb.dtype == np.uint16 and rgb.ndim == 2:
        lib.mk_gray_rgb565(pointer("uint16_t", rgb), pointer("uint8_t", out), out.size)
    elif rgb.dtype == np.uint8 and rgb.ndim == 3 and rgb.shape[2] == 3:
        lib.mk_gray_rgb888(pointer("uint8_t", rgb), pointer("uint8_t", out), out.size)
    else:
        raise ValueError(f"colour is uint8[h, w, 3] or uint16[h, w], not {rgb.dtype}{list(rgb.shape)}")
    return out


def crop(image: np.ndarray, x: int, y: int, width: int, height: int) -> np.ndarray:
    """Part of an image, a view of the same pixels.

    Raises
    ------
    ConfigError
        If it reaches out of the image.
    """
    view, out = image_view(image), ffi.new("mk_image *")
    if min(x, y, width, height) < 0 or max(x, y, width, height) > 4096:
        raise ConfigError(f"crop of {width} x {height} at {x}, {y} lies outside the image.")
    check(lib.mk_image_crop(view, x, y, width, height, out), "crop")
    start = int(ffi.cast("uintptr_t", out.pixels)) - image.ctypes.data
    top, left = divmod(start, image.strides[0])
    return image[top : top + out.height, left : left + out.width]


def resize_area(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Image at another size, every pixel the mean of the area it covers: uint8[height, width]."""
    out = _size(width, height)
    lib.mk_image_area(image_view(image), image_view(out))
    return out


def resize_bilinear(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Image at another size, between the four nearest pixel centres: uint8[height, width]."""
    out = _size(width, height)
    lib.mk_image_bilinear(image_view(image), image_view(out))
    return out


def equalise(image: np.ndarray) -> tuple[np.ndarray, int]:
    """Image with an even histogram, and quality flags."""
    out, counts = np.empty(image.shape, np.uint8), np.empty(256, np.uint32)
    quality = lib.mk_image_equalise(image_view(image), image_view(out), pointer("uint32_t", counts))
    return out, quality


def normalise(image: np.ndarray) -> tuple[np.ndarray, int]:
    """(pixel - mean) / deviation, float32[height, width], and quality flags."""
    out = np.empty(image.shape, np.float32)
    return out, lib.mk_image_normalise(image_view(image), fp(out))


def integral(image: np.ndarray) -> np.ndarray:
    """Sums of all pixels above and left: uint32[height + 1, width + 1]."""
    sums = np.empty((image.shape[0] + 1, image.shape[1] + 1), np.uint32)
    lib.mk_integral_process(image_view(image), pointer("uint32_t", sums))
    return sums


def box_mean(sums: np.ndarray, x: int, y: int, width: int, height: int) -> float:
    """Mean of a box of pixels, from the integral image.

    Raises
    ------
    ConfigError
        If it reaches out of the image.
    """
    if min(x, y) < 0 or min(width, height) < 1 or x + width > sums.shape[1] - 1 or y + height > sums.shape[0] - 1:
        raise ConfigError(f"box of {width} x {height} at {x}, {y} lies outside the image.")
    return lib.mk_integral_box(pointer("uint32_t", sums), sums.shape[1] - 1, x, y, width, height)


def motion(before: np.ndarray, now: np.ndarray, threshold: int = 16) -> tuple[float, float, float, float]:
    """Motion between two frames: mean |difference|, share of changed pixels, centre x and y (0 to 1)."""
    if before.shape != now.shape:
        raise ValueError(f"frames of {before.shape} and {now.shape} pixels")
    found = lib.mk_motion_process(image_view(before), image_view(now), threshold)
    return found.energy, found.changed, found.x, found.y
