"""ClosedEyesInTheWild (CEW): eye patches of 24 x 24 pixels, visible light, cut from photographs of many people.

    dataset_B_Eye_Images/closedLeftEyes/closed_eye_0001.jpg_face_1_L.jpg
    dataset_B_Eye_Images/closedRightEyes/closed_eye_0001.jpg_face_1_R.jpg
    dataset_B_Eye_Images/openLeftEyes/Aaron_Guiel_0001_L.jpg
    dataset_B_Eye_Images/openRightEyes/Aaron_Guiel_0001_R.jpg

Both eyes of a face, and all pictures of a person whom the name tells (open eyes, from Labeled Faces in the Wild), are
one group. Source: F. Song, X. Tan, X. Liu, S. Chen, "Eyes closeness detection from still images with multi-scale
histograms of principal oriented gradients", Pattern Recognition 47(9), 2014.
"""

import re
from pathlib import Path

from motekit.errors import DataError

from .eye_image import TIGHT, EyeImage, pictures, read

NAME = "cew"
FOLDERS = {
    "closedLeftEyes": ("closed", "left"),
    "closedRightEyes": ("closed", "right"),
    "openLeftEyes": ("open", "left"),
    "openRightEyes": ("open", "right"),
}
EYE_WIDTH = TIGHT

_PERSON = re.compile(r"(?P<person>[A-Za-z][^0-9]*?)_\d{4}(?:_[LR])?")


def knows(root: Path) -> bool:
    """Whether a folder holds, or is below, one of the four official folders."""
    return bool(_folders(root))


def load(root: Path | str) -> list[EyeImage]:
    """Read the eye patches in whichever of the four folders there are below `root`.

    Raises
    ------
    DataError
        If there is none, or a file is damaged.
    """
    root = Path(root)
    found = []
    for folder in _folders(root):
        label, side = FOLDERS[folder.name]
        for path in pictures(folder):
            found.append(
                EyeImage(
                    pixels=read(path),
                    label=label,
                    group=group(path.stem),
                    name=path.relative_to(root).as_posix(),
                    eye_width=EYE_WIDTH,
                    side=side,
                    path=path,
                )
            )
    if not found:
        raise DataError(f"{root} holds no pictures in {', '.join(FOLDERS)}. Name the folder dataset_B_Eye_Images.")
    return found


def group(stem: str) -> str:
    """Person a file's name tells, or the face where it tells none ("closed_eye_0001.jpg_face_1")."""
    face = re.sub(r"_[LR]$", "", stem)
    if face.startswith("closed_eye"):
        return face
    match = _PERSON.fullmatch(face)
    return match["person"] if match else face


def _folders(root: Path) -> list[Path]:
    below = [path for path in root.rglob("*") if path.is_dir() and path.name in FOLDERS]
    return sorted([*below, *([root] if root.name in FOLDERS else [])])
