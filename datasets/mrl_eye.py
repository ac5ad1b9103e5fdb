"""MRL Eye Dataset: near infra-red crops of drivers' eyes.

    mrlEyes_2018_01/annotation.txt, stats_2018_01.ods
    mrlEyes_2018_01/sNNNN/sNNNN_IIIII_G_S_E_R_L_TT.png
        subject, image number, gender (0 male, 1 female), glasses (0 no, 1 yes), eye state (0 closed, 1 open),
        reflections (0 none, 1 small, 2 large), lighting (0 bad, 1 good),
        sensor (01 RealSense SR300 640x480, 02 IDS Imaging 1280x1024, 03 Aptina Imaging 752x480)

Square, 8-bit grey; neighbouring images are frames of one video. Source: R. Fusek, "Pupil Localization Using Geodesic
Distance", ISVC 2018; mrl.cs.vsb.cz/eyedataset.
"""

import re
from pathlib import Path

from motekit.errors import DataError

from .eye_image import LABELS, EyeImage, pictures, read

NAME = "mrl_eye"
SENSORS = {"01": "RealSense SR300", "02": "IDS Imaging", "03": "Aptina Imaging"}
EYE_WIDTH = 0.5

_NAME = re.compile(
    r"(?P<subject>s\d{3,5})_(?P<number>\d+)_(?P<gender>[01])_(?P<glasses>[01])_(?P<state>[01])"
    r"_(?P<reflections>[012])_(?P<light>[01])_(?P<sensor>\d{2})"
)


def knows(root: Path) -> bool:
    """Whether a folder, or one below it, holds pictures of these names."""
    return any(_NAME.fullmatch(path.stem) for path in pictures(root))


def load(root: Path | str) -> list[EyeImage]:
    """Read every picture below `root`: the official folder, one around it, or some subjects' folders.

    Returns
    -------
    list of EyeImage
        In the order of subjects and image numbers; the group is the subject.

    Raises
    ------
    DataError
        If there is none, a name does not follow the official pattern, or a file is damaged.
    """
    root = Path(root)
    found = []
    for path in pictures(root):
        match = _NAME.fullmatch(path.stem)
        if match is None:
            raise DataError(
                f"{path.name} is not named as the MRL Eye Dataset names pictures "
                "(sNNNN_IIIII_G_S_E_R_L_TT.png). Rename or remove it."
            )
        if path.parent.name.startswith("s") and path.parent.name[1:].isdigit() and path.parent.name != match["subject"]:
            raise DataError(f"{path.name} lies in the folder of {path.parent.name}. Put it where its name says.")
        found.append((match["subject"], int(match["number"]), path, match))
    if not found:
        raise DataError(f"{root} holds no pictures of the MRL Eye Dataset. Name the folder with the sNNNN folders.")
    found.sort(key=lambda each: each[:3])
    return [_read(root, path, match) for _, _, path, match in found]


def _read(root: Path, path: Path, match: re.Match) -> EyeImage:
    return EyeImage(
        pixels=read(path),
        label=LABELS[int(match["state"])],
        group=match["subject"],
        name=path.relative_to(root).as_posix(),
        eye_width=EYE_WIDTH,
        gender=("male", "female")[int(match["gender"])],
        glasses=match["glasses"] == "1",
        reflections=int(match["reflections"]),
        good_light=match["light"] == "1",
        sensor=SENSORS.get(match["sensor"], match["sensor"]),
        path=path,
    )
