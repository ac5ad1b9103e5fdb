"""Recordings of a camera: a folder of pictures, which an app that has no loader of its own reads.

    <folder>/<label>/<group>*.png      tray/box3_07.png is the group "box3": the name up to the first underscore

The pictures of a label and group are the frames of one recording, in the order of their names.
"""

from pathlib import Path

import numpy as np

from ..dsp import image
from ..dsp.camera import pack
from ..errors import DataError
from .recording import Recording

KINDS = (".png", ".jpg", ".jpeg", ".pgm", ".bmp")


def load(
    root: Path | str, channels: tuple[str, ...], size: tuple[int, int], fps: float, rate_hz: float
) -> list[Recording]:
    """Read all pictures below a folder, or one, as the lines that a camera of this size gives.

    Raises
    ------
    DataError
        If there is none, or one cannot be read.
    """
    width, height = size
    root = Path(root)
    paths = [root] if root.is_file() else sorted(p for p in root.rglob("*") if p.suffix.lower() in KINDS)
    if not paths:
        raise DataError(f"{root} holds no picture. Name one, or a folder of <label>/<group>_<any>.png.")
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for path in paths:
        found.setdefault((path.parent.name, path.stem.split("_")[0]), []).append(_grey(path, width, height))
    times = lambda n: [round(1000 / fps * (k + 1)) for k in range(n)]  # noqa: E731
    return [
        Recording(
            samples=pack(np.stack(frames), times(len(frames))),
            rate_hz=rate_hz,
            unit="two grey pixels",
            channels=channels,
            label=label,
            group=group,
            name=f"{label}/{group}",
            source="real",
        )
        for (label, group), frames in found.items()
    ]


def _grey(path: Path, width: int, height: int) -> np.ndarray:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as opened:
            grey = image.gray(np.asarray(opened.convert("RGB"), np.uint8))
    except (OSError, UnidentifiedImageError) as error:
        raise DataError(f"{path} cannot be read: {error}. Save it as PNG.") from error
    if grey.shape == (height, width):
        return grey
    smaller = grey.shape[0] >= height and grey.shape[1] >= width
    return (image.resize_area if smaller else image.resize_bilinear)(grey, width, height)
