"""Pictures of eyes sorted into folders by class, as most small collections are.

    <root>/.../<class>/<picture>              group "unknown": the layout tells no people apart
    <root>/.../<class>/<person>/<picture>     group <person>
    <root>/<person>/<class>/<picture>         group <person>

<class> is any of `CLASSES`, in any case. Parts of a split (train, test, val, valid, validation) are not persons.
"""

from pathlib import Path

from motekit.errors import DataError

from .eye_image import EyeImage, pictures, read

NAME = "image_folder"
CLASSES = {
    **dict.fromkeys(("closed", "close", "closed_eye", "closed_eyes", "close_eyes", "closedeyes", "shut"), "closed"),
    **dict.fromkeys(("open", "opened", "open_eye", "open_eyes", "openeyes", "opened_eyes"), "open"),
}
_PARTS = frozenset({"train", "training", "test", "testing", "val", "valid", "validation", "data", "images", "eyes"})


def knows(root: Path) -> bool:
    """Whether a folder has folders named after both, or one, of the classes."""
    return any(label_of(path.name) for path in root.rglob("*") if path.is_dir()) or bool(label_of(root.name))


def label_of(folder: str) -> str | None:
    """Class that a folder's name means, or None."""
    return CLASSES.get(folder.lower().replace(" ", "_").replace("-", "_"))


def load(root: Path | str) -> list[EyeImage]:
    """Read every picture that lies in a folder named after a class.

    Raises
    ------
    DataError
        If there is none, or a file is damaged.
    """
    root = Path(root)
    found = []
    for path in pictures(root):
        folders = [*((root.name,) if label_of(root.name) else ()), *path.relative_to(root).parts[:-1]]
        named = [k for k, folder in enumerate(folders) if label_of(folder)]
        if not named:
            continue
        at = named[-1]
        person = [folder for folder in (*folders[at + 1 :], *folders[:at][::-1]) if folder.lower() not in _PARTS]
        found.append(
            EyeImage(
                pixels=read(path),
                label=label_of(folders[at]),
                group=person[0] if person else "unknown",
                name=path.relative_to(root).as_posix(),
                path=path,
            )
        )
    if not found:
        raise DataError(f'{root} holds no pictures in folders named "open" and "closed". Sort them into such folders.')
    return found
