"""One picture of an eye, and the loaders that may know the folder it lies in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from motekit.data.recording import Source
from motekit.errors import DataError

LABELS = ("closed", "open")
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".pgm"})
#: where a data set's crops are not known to be wider, the eye fills about so much of them
TIGHT = 0.8


@dataclass(frozen=True, eq=False, kw_only=True)
class EyeImage:
    """A grey picture of one eye, with its state and everything that its data set says of it.

    Attributes
    ----------
    pixels : ndarray
        uint8[height, width], read-only.
    label : {"closed", "open"}
    group : str
        The person, as far as the data set tells people apart: never on both sides of a split.
    name : str
        Path within the data set.
    source : {"real", "synthetic"}
    eye_width : float
        Typical distance of the eye's corners in pictures of this data set, as a share of their width.
    side : {"left", "right"} or None
        Which eye; None where the data set does not say.
    gender : {"male", "female"} or None
    glasses : bool or None
    reflections : int or None
        0 none, 1 small, 2 large.
    good_light : bool or None
    sensor : str or None
    path : Path or None
    """

    pixels: np.ndarray
    label: Literal["closed", "open"]
    group: str
    name: str
    source: Source = "real"
    eye_width: float = TIGHT
    side: Literal["left", "right"] | None = None
    gender: Literal["male", "female"] | None = None
    glasses: bool | None = None
    reflections: int | None = None
    good_light: bool | None = None
    sensor: str | None = None
    path: Path | None = None

    def __post_init__(self) -> None:
        if self.pixels.dtype != np.uint8 or self.pixels.ndim != 2 or min(self.pixels.shape) < 8:
            raise DataError(f"{self.name} is no grey picture of at least 8 x 8 pixels. Replace or remove it.")
        if self.label not in LABELS:
            raise DataError(f'{self.name} is labelled "{self.label}". Label it "closed" or "open".')
        self.pixels.flags.writeable = False


def read(path: Path) -> np.ndarray:
    """Pixels of a picture file as grey levels (BT.601), uint8[height, width].

    Raises
    ------
    DataError
        If the file is no picture, is damaged, or has more than 4096 pixels a side.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            if max(picture.size) > 4096:
                raise DataError(f"{path} has {picture.size[0]} x {picture.size[1]} pixels. Crop it to the eye.")
            return np.array(picture.convert("L"), np.uint8)
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError) as error:
        raise DataError(f"{path} cannot be read as a picture ({error}). Fetch or copy it again.") from error


def pictures(folder: Path) -> list[Path]:
    """Picture files anywhere below a folder, in the order of their names."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def load(root: Path | str) -> list[EyeImage]:
    """Read a folder in whichever layout it has: MRL Eye, ClosedEyesInTheWild, or a folder a class.

    Raises
    ------
    DataError
        If it is none of these, or a picture in it cannot be used.
    """
    from . import cew, image_folder, mrl_eye

    root = Path(root)
    if not root.is_dir():
        raise DataError(f"{root} is not a folder. Name the folder that holds the pictures of eyes.")
    for loader in (mrl_eye, cew, image_folder):
        if loader.knows(root):
            return loader.load(root)
    raise DataError(
        f"{root} holds no pictures of eyes: no sNNNN folders (MRL Eye), no closedLeftEyes (ClosedEyesInTheWild), "
        'no folders "open" and "closed". Name a folder in one of these layouts.'
    )


def layout(root: Path | str) -> str:
    """Name in the catalog of the data set that a folder holds: "mrl_eye", "cew", or "image_folder"."""
    from . import cew, mrl_eye

    for loader in (mrl_eye, cew):
        if loader.knows(Path(root)):
            return loader.NAME
    return "image_folder"
