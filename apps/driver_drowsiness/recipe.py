"""Eye state: what app.toml cannot declare, the pictures and the network."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from motekit.datasets import eye_image
from motekit.datasets.synthetic import eyes
from motekit.dsp import eye_crop, image
from motekit.train.loop import Schedule

from .augment import Augmentation, vary

if TYPE_CHECKING:
    import keras

LABELS = eye_image.LABELS
#: what the network sees is so many times as wide as an eye, corner to corner
VIEW = 1.3
#: pictures are kept at this size for augmentation; whole, with what lies around the eye
SIDE = 72
#: share of the kept picture's width that rendered eyes are taken to fill, about as in MRL Eye
RENDERED_WIDTH = 0.55

AUGMENTATION = Augmentation()
SCHEDULE = Schedule(epochs=36, batch=64, rate=4e-3, decay=5e-3, smoothing=0.05, loss_weights=(1.0,))
#: examples of pictures and of rendered eyes in an epoch
REAL, RENDERED = 3400, 1100
#: rendered eyes to draw from
RENDERED_POOL = 5000


@dataclass(frozen=True, eq=False)
class Examples:
    """Pictures with what is known of them.

    Attributes
    ----------
    kept : ndarray
        uint8[n, 72, 72], whole pictures.
    patches : ndarray
        uint8[n, 32, 32], what the network sees, before equalisation.
    labels : ndarray
        int64[n], 0 closed, 1 open.
    groups : ndarray of str
    images : list of EyeImage
    """

    kept: np.ndarray
    patches: np.ndarray
    labels: np.ndarray
    groups: np.ndarray
    images: list[eye_image.EyeImage]


def view(picture: eye_image.EyeImage) -> np.ndarray:
    """What the network is to see of a picture, uint8[32, 32]: its middle, so wide that all data sets look alike."""
    return eye_crop.patch(eye_crop.middle(picture.pixels, min(1.0, VIEW * picture.eye_width)))


def examples(pictures: list[eye_image.EyeImage]) -> Examples:
    """Prepare pictures for training and for scoring."""
    return Examples(
        kept=np.stack([_resize(p.pixels, SIDE) for p in pictures]),
        patches=np.stack([view(p) for p in pictures]),
        labels=np.array([LABELS.index(p.label) for p in pictures]),
        groups=np.array([p.group for p in pictures]),
        images=pictures,
    )


def load(data: Path | None) -> Examples:
    """Pictures of a folder in any layout, or rendered ones, five groups of 120."""
    if data is not None:
        return examples(eye_image.load(data))
    rng = np.random.default_rng(0)
    made = eyes.render(rng, eyes.openings(rng, 600), SIDE)
    return examples(
        [
            eye_image.EyeImage(
                pixels=pixels,
                label=LABELS[int(not closed)],
                group=f"rendered{k % 5}",
                name=f"rendered/{k}",
                source="synthetic",
                eye_width=RENDERED_WIDTH,
            )
            for k, (pixels, closed) in enumerate(zip(made.images, made.closed, strict=True))
        ]
    )


@lru_cache(1)
def _rendered() -> eyes.Eyes:
    """Rendered eyes of all epochs, which each varies anew: rendering takes longer than learning."""
    rng = np.random.default_rng(7)
    return eyes.render(rng, eyes.openings(rng, RENDERED_POOL), SIDE)


def epoch(rng: np.random.Generator, of: Examples, chosen: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Make one epoch: inputs float32[n, 32, 32, 1], and one-hot labels."""
    index = chosen[_balanced(rng, of.labels[chosen], of.groups[chosen], REAL)]
    made = _rendered()
    drawn = rng.choice(len(made.images), RENDERED, replace=False)
    widths = [of.images[k].eye_width for k in index] + [RENDERED_WIDTH] * RENDERED
    patches = vary(rng, np.concatenate([of.kept[index], made.images[drawn]]), np.array(widths), AUGMENTATION)
    labels = np.concatenate([of.labels[index], (~made.closed[drawn]).astype(int)])
    order = rng.permutation(len(labels))
    return eye_crop.equalised(patches[order]), [np.eye(2, dtype=np.float32)[labels[order]]]


def _balanced(rng: np.random.Generator, labels: np.ndarray, groups: np.ndarray, n: int) -> np.ndarray:
    """Indices with as many closed as open; people with few pictures of a state more often than theirs are many."""
    both = np.char.add(groups.astype(str), labels.astype(str))
    _, which, count = np.unique(both, return_inverse=True, return_counts=True)
    weight = 1 / np.sqrt(count[which])
    for state in (0, 1):
        weight[labels == state] /= max(1e-9, weight[labels == state].sum())
    return rng.choice(len(labels), n, p=weight / weight.sum())


def build(channels: tuple[int, ...] = (8, 16, 24, 32, 40), dropout: float = 0.2) -> "keras.Model":
    """Five 3 x 3 convolutions, the mean of all places, two logits: 1.2 million multiplications, 23 thousand weights."""
    from keras import Input, Model, layers

    inputs = x = Input((eye_crop.SIDE, eye_crop.SIDE, 1))
    for width, strides in zip(channels, (1, 2, 2, 1, 2), strict=True):
        x = layers.Conv2D(width, 3, strides=strides, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.98)(x)
        x = layers.ReLU()(x)
    x = layers.Dropout(dropout)(layers.GlobalAveragePooling2D()(x))
    return Model(inputs, layers.Dense(2)(x))


def _resize(pixels: np.ndarray, side: int) -> np.ndarray:
    if min(pixels.shape) >= side:
        return image.resize_area(pixels, side, side)
    return image.resize_bilinear(pixels, side, side)
