"""Augmentation of eye images, a whole epoch at a time: what cameras, mounts, glasses and lamps do to an eye.

Brightness and contrast matter little: the histogram is equalised before the network sees an image, which undoes
every monotonic change of grey levels. What remains is local: shadows, glare, frames, blur, noise, few grey levels.
"""

from dataclasses import dataclass

import numpy as np

from motekit.datasets.synthetic import optics

SIDE = 32


@dataclass(frozen=True)
class Augmentation:
    """How far from the recorded image an example may go.

    Attributes
    ----------
    fill : tuple of float
        Width of the eye as a share of what the network sees, drawn evenly on a logarithmic scale.
    shift, rotation, stretch : float
        Largest displacement as a share of the crop, rotation in degrees, and relative difference of the two axes.
    off, far : float
        Share of images whose eye lies far from the middle, and how far at most: crops of face detectors do that.
    shade : float
        Strength of a light from one side, in standard deviations of the image's grey levels.
    glare, lamps, glasses, lens, blur, coarse, hidden : float
        Shares of images with soft reflections, saturated ones, a spectacle frame, the shade of its lens, blur, fewer
        pixels, a hidden patch.
    noise : float
        Largest standard deviation of pixel noise, in standard deviations of the image's grey levels.
    """

    fill: tuple[float, float] = (0.53, 1.0)
    shift: float = 0.10
    off: float = 0.3
    far: float = 0.28
    rotation: float = 17.0
    stretch: float = 0.15
    shade: float = 0.5
    glare: float = 0.15
    lamps: float = 0.3
    glasses: float = 0.15
    lens: float = 0.25
    blur: float = 0.3
    coarse: float = 0.25
    hidden: float = 0.1
    noise: float = 0.25


def vary(rng: np.random.Generator, images: np.ndarray, eye_widths: np.ndarray, how: Augmentation) -> np.ndarray:
    """Make one variation of each image.

    Parameters
    ----------
    images : ndarray
        uint8[n, side, side].
    eye_widths : ndarray
        float[n], share of the image's width that the eye fills.

    Returns
    -------
    ndarray
        uint8[n, 32, 32], before equalisation.
    """
    x = _warp(rng, images, eye_widths, how)
    deviation = x.std((1, 2), keepdims=True) + np.float32(1)
    optics.shade(rng, x, deviation, how.shade)
    optics.lens(rng, x, deviation, how.lens)
    optics.glasses(rng, x, deviation, how.glasses)
    optics.glare(rng, x, deviation, how.glare)
    optics.lamps(rng, x, deviation, how.lamps)
    optics.hide(rng, x, how.hidden)
    optics.blur(rng, x, how.blur)
    optics.coarsen(rng, x, how.coarse)
    level = how.noise * optics.uniform(rng, len(x), 0, 1) ** 2
    x += rng.standard_normal(x.shape, np.float32) * level * deviation
    return optics.expose(rng, x)


def _warp(rng: np.random.Generator, images: np.ndarray, eye_widths: np.ndarray, how: Augmentation) -> np.ndarray:
    """Mirror, enlarge, stretch, rotate and move, in one bilinear step; edges are held."""
    n, side = len(images), images.shape[1]

    def draw(low, high):
        return optics.uniform(rng, n, low, high)

    scale = np.asarray(eye_widths, np.float32)[:, None, None] * np.exp(-draw(*np.log(how.fill)))
    stretch = np.exp(draw(-how.stretch, how.stretch) / 2)
    angle = np.deg2rad(draw(-how.rotation, how.rotation))
    mirror = np.where(draw(0, 1) < 0.5, np.float32(-1), np.float32(1))
    # as a share of what the network sees; up and down more than to the sides
    off = draw(0, 1) < how.off
    aside = np.where(off, draw(-how.far / 2, how.far / 2), draw(-how.shift, how.shift)) * scale
    down = np.where(off, draw(-how.far, how.far), draw(-how.shift, how.shift)) * scale
    gx, gy = optics.grid(SIDE)
    gx, gy = gx * scale * stretch, gy * scale / stretch
    x = mirror * (np.cos(angle) * gx - np.sin(angle) * gy) + aside
    y = np.sin(angle) * gx + np.cos(angle) * gy + down
    x = np.clip((x + 0.5) * side - 0.5, 0, side - 1.001)
    y = np.clip((y + 0.5) * side - 0.5, 0, side - 1.001)
    left, top = x.astype(np.int32), y.astype(np.int32)
    right, down = x - left, y - top
    pixels, at, k = images.reshape(n, -1), top * side + left, np.arange(n)[:, None, None]
    above = pixels[k, at] * (1 - right) + pixels[k, at + 1] * right
    below = pixels[k, at + side] * (1 - right) + pixels[k, at + side + 1] * right
    return (above * (1 - down) + below * down).astype(np.float32)
