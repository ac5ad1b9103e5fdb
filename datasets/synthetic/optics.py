"""What lies between a face and the pixels, on a batch of grey images: light, glasses, reflections, blur, exposure.

Images are float32[n, side, side] in any unit; a `deviation` float32[n, 1, 1] says what strong is on each. Every
function takes the share of images it happens to, and changes those in place.
"""

import numpy as np


def grid(side: int) -> tuple[np.ndarray, np.ndarray]:
    """x and y of the pixel centres, from -0.5 to 0.5: float32[side, side] each."""
    axis = ((np.arange(side) + 0.5) / side - 0.5).astype(np.float32)
    return np.broadcast_to(axis, (side, side)), np.broadcast_to(axis[:, None], (side, side))


def chosen(rng: np.random.Generator, n: int, share: float) -> np.ndarray:
    """Indices of about `share` of n."""
    return np.flatnonzero(rng.random(n) < share)


def uniform(rng: np.random.Generator, n: int, low: float, high: float) -> np.ndarray:
    """float32[n, 1, 1], one number an image."""
    return rng.uniform(low, high, (n, 1, 1)).astype(np.float32)


def shade(rng: np.random.Generator, x: np.ndarray, deviation: np.ndarray, strength: float) -> None:
    """A light from one side: a ramp over the image, on some the edge of a shadow."""
    gx, gy = grid(x.shape[1])
    slope = rng.normal(size=(2, len(x), 1, 1)).astype(np.float32) * strength * 2
    ramp = slope[0] * gx + slope[1] * gy
    edge = rng.random((len(x), 1, 1)) < 0.15
    x += np.where(edge, np.tanh(4 * ramp) * np.float32(strength), ramp) * deviation


def glasses(rng: np.random.Generator, x: np.ndarray, deviation: np.ndarray, share: float) -> None:
    """The rim of a lens around the eye, a superellipse, mostly darker than skin."""
    k = chosen(rng, len(x), share)
    gx, gy = grid(x.shape[1])

    def draw(low, high):
        return uniform(rng, len(k), low, high)

    cx, cy, angle = draw(-0.15, 0.15), draw(-0.15, 0.2), draw(-0.3, 0.3)
    u = (gx - cx) * np.cos(angle) + (gy - cy) * np.sin(angle)
    v = (gy - cy) * np.cos(angle) - (gx - cx) * np.sin(angle)
    width, height, power = draw(0.35, 0.7), draw(0.22, 0.5), draw(2, 5)
    radius = ((np.abs(u) / width) ** power + (np.abs(v) / height) ** power) ** (1 / power)
    rim = np.exp(-(((radius - 1) * np.minimum(width, height) / draw(0.01, 0.05)) ** 2))
    sign = np.where(draw(0, 1) < 0.75, np.float32(-1), np.float32(1))
    x[k] += sign * draw(0.5, 3.0) * deviation[k] * rim


def glare(rng: np.random.Generator, x: np.ndarray, deviation: np.ndarray, share: float) -> None:
    """Lamps mirrored by a lens or the cornea: one to three bright spots, a fifth of them broad veils."""
    k = chosen(rng, len(x), share)
    gx, gy = grid(x.shape[1])
    for among in (1.0, 0.4, 0.2):
        some = k[rng.random(len(k)) < among]
        n = len(some)
        cx, cy = rng.uniform(-0.45, 0.45, (2, n, 1, 1)).astype(np.float32)
        veil = rng.random((n, 1, 1)) < 0.2
        size = np.where(veil, uniform(rng, n, 0.1, 0.35), uniform(rng, n, 0.015, 0.08))
        aspect = np.exp(rng.normal(size=(n, 1, 1)) * 0.4).astype(np.float32)
        spot = np.exp(-0.5 * (((gx - cx) / (size * aspect)) ** 2 + ((gy - cy) / (size / aspect)) ** 2))
        x[some] += np.where(veil, uniform(rng, n, 0.5, 2.0), uniform(rng, n, 2.0, 12.0)) * spot * deviation[some]


def lamps(rng: np.random.Generator, x: np.ndarray, deviation: np.ndarray, share: float) -> None:
    """Lamps mirrored by glasses so brightly that the sensor saturates: one to three discs with a halo."""
    k = chosen(rng, len(x), share)
    gx, gy = grid(x.shape[1])
    brightest = x.max((1, 2), keepdims=True)
    centre = rng.uniform(-0.4, 0.4, (2, len(k), 1, 1)).astype(np.float32) * np.float32([1, 0.7])[:, None, None, None]
    for number, among in enumerate((1.0, 0.6, 0.25)):
        which = rng.random(len(k)) < among
        some, n = k[which], int(which.sum())
        at = centre[:, which]
        if number:
            beside = at + rng.normal(0, 0.1, at.shape)
            at = np.where(rng.random((1, n, 1, 1)) < 0.6, beside, rng.uniform(-0.45, 0.45, at.shape))
        radius = np.exp(uniform(rng, n, np.log(0.02), np.log(0.11)))
        aspect = np.exp(rng.normal(0, 0.15, (n, 1, 1))).astype(np.float32)
        distance = np.hypot((gx - at[0]) * aspect, (gy - at[1]) / aspect).astype(np.float32)
        disc = 1 / (1 + np.exp(np.clip((distance - radius) / 0.012, -30, 30)))
        halo = np.exp(-distance / (2 * radius)) * uniform(rng, n, 0, 1) * deviation[some]
        level = brightest[some] + uniform(rng, n, 0, 3) * deviation[some]
        x[some] = (x[some] + halo) * (1 - disc) + level * disc


def lens(rng: np.random.Generator, x: np.ndarray, deviation: np.ndarray, share: float) -> None:
    """The inside of a coated lens: darker and flatter than the skin around it."""
    k = chosen(rng, len(x), share)
    gx, gy = grid(x.shape[1])

    def draw(low, high):
        return uniform(rng, len(k), low, high)

    u, v = np.abs(gx - draw(-0.2, 0.2)), np.abs(gy - draw(-0.15, 0.25))
    width, height, power = draw(0.3, 0.7), draw(0.22, 0.5), draw(2, 5)
    inside = 1 / (1 + np.exp(np.clip(8 * ((u / width) ** power + (v / height) ** power - 1), -30, 30)))
    mean = x[k].mean((1, 2), keepdims=True)
    seen = mean + (x[k] - mean) * draw(0.35, 1) - deviation[k] * draw(-0.3, 1.2)
    x[k] = x[k] * (1 - inside) + seen * inside


def hide(rng: np.random.Generator, x: np.ndarray, share: float) -> None:
    """A rectangle of one grey level: a strand of hair, a hand, dirt on the lens."""
    side = x.shape[1]
    for k in chosen(rng, len(x), share):
        h, w = rng.integers(max(1, side // 10), max(2, side * 3 // 8), 2)
        top, left = rng.integers(0, side - h), rng.integers(0, side - w)
        x[k, top : top + h, left : left + w] = x[k].flat[rng.integers(0, side * side)]


def blur(rng: np.random.Generator, x: np.ndarray, share: float, passes: int = 4) -> None:
    """Out of focus (both axes) or in motion (one of them), by up to `passes` of [1 2 1] / 4."""
    k = chosen(rng, len(x), share)
    axes = rng.integers(0, 4, len(k))
    count = rng.integers(1, passes + 1, len(k))
    for turn in range(passes):
        for axis, which in ((1, axes != 0), (2, axes != 1)):
            some = k[which & (count > turn)]
            x[some] = _smooth(x[some], axis)


def coarsen(rng: np.random.Generator, x: np.ndarray, share: float, sides: tuple[int, int] = (12, 24)) -> None:
    """As if the image had had fewer pixels: means of cells, and bilinear back."""
    k = chosen(rng, len(x), share)
    drawn = rng.integers(sides[0], sides[1] + 1, len(k))
    side = x.shape[1]
    for cells in np.unique(drawn):
        some = k[drawn == cells]
        both = (linear_matrix(int(cells), side) @ area_matrix(side, int(cells))).astype(np.float32)
        x[some] = np.matmul(np.matmul(both, x[some]), both.T)


def expose(rng: np.random.Generator, x: np.ndarray, levels: tuple[float, float] = (25.0, 280.0)) -> np.ndarray:
    """Take the picture: uint8 of the same shape. A dark one uses few grey levels, a bright one saturates."""
    n = len(x)
    low, high = np.quantile(x.reshape(n, -1), (0.02, 0.98), axis=1).astype(np.float32)[:, :, None, None]
    span = np.exp(uniform(rng, n, *np.log(levels)))
    return np.clip(np.rint(uniform(rng, n, -20, 120) + (x - low) / (high - low + 1e-3) * span), 0, 255).astype(np.uint8)


def _smooth(x: np.ndarray, axis: int) -> np.ndarray:
    side = x.shape[axis]
    pad = [(0, 0)] * 3
    pad[axis] = (1, 1)
    wide = np.pad(x, pad, "edge")
    left, middle, right = (np.take(wide, np.arange(k, k + side), axis) for k in range(3))
    return (left + 2 * middle + right) / 4


def area_matrix(source: int, target: int) -> np.ndarray:
    """Means over the area each of `target` cells covers, as a matrix: float64[target, source]."""
    edges = np.arange(target + 1) * source / target
    low = np.maximum(edges[:-1, None], np.arange(source))
    high = np.minimum(edges[1:, None], np.arange(source) + 1)
    return np.maximum(high - low, 0) * target / source


def linear_matrix(source: int, target: int) -> np.ndarray:
    """Linear interpolation between cell centres, as a matrix: float64[target, source]."""
    place = np.clip((np.arange(target) + 0.5) * source / target - 0.5, 0, source - 1)
    return np.maximum(0, 1 - np.abs(place[:, None] - np.arange(source)))
