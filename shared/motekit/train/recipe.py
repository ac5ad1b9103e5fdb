"""An app's recipe.py, loaded from wherever the app lies."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from ..app import App
from ..data.recording import Recording
from ..errors import ConfigError
from .augment import Augmentation
from .loop import Schedule
from .variations import Variation


class WordRecipe(Protocol):
    """What the recipe of a word-spotting app provides.

    Attributes
    ----------
    MEAN, DEVIATION : float
        Normalisation of the network's input.
    VARIATIONS, MARGIN : int
        Variations of each recording, and rows of time around its window, for shifts.
    SYNTHETIC : dict
        Arguments of `motekit.datasets.synthetic.speech.make` for words that help the real ones.
    VARIATION, AUGMENTATION, SCHEDULE
        How to vary, augment and learn.
    """

    MEAN: float
    DEVIATION: float
    VARIATIONS: int
    MARGIN: int
    SYNTHETIC: dict[str, Any]
    VARIATION: Variation
    AUGMENTATION: Augmentation
    SCHEDULE: Schedule

    def recordings(self, data: Path) -> tuple[list[Recording], list[Recording]]:
        """Words and background noise of a data folder."""

    def build(self, words: int):
        """Keras model to the logits of the labels and of the words."""


def load(app: App) -> WordRecipe:
    """Import the recipe.py of an app.

    Raises
    ------
    ConfigError
        If there is none, or it does not say all that training needs.
    """
    path = app.folder / "recipe.py"
    if not path.is_file():
        raise ConfigError(f"{path} does not exist. Write one (see docs/add-an-app.md).")
    spec = importlib.util.spec_from_file_location(f"motekit_recipe_{app.name}", path)
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    needed = (*WordRecipe.__annotations__, "recordings", "build")
    if missing := [name for name in needed if not hasattr(module, name)]:
        raise ConfigError(f"{path} does not define {missing[0]}. See docs/add-an-app.md.")
    return module
