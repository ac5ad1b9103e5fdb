"""Where the project's own files lie: a checkout, or the installed package, which carries them."""

import os
from pathlib import Path

from platformdirs import user_cache_path

from .errors import MotekitError

_PACKAGE = Path(__file__).resolve().parent


def project_root() -> Path:
    """Folder that holds platformio.ini, apps/, boards/ and shared/.

    A wheel carries them inside the package; an editable install finds them in the checkout.
    """
    for root in (_PACKAGE, _PACKAGE.parents[1]):
        if (root / "shared" / "core").is_dir() and (root / "apps").is_dir():
            return root
    raise MotekitError("the installation is incomplete (no shared/core). Install motekit again.")


def is_checkout() -> bool:
    """Whether the project's files are a working copy that people edit, not an installed package."""
    return project_root() != _PACKAGE


def core_dir() -> Path:
    """The C99 core: include/ and src/."""
    return project_root() / "shared" / "core"


def cache_dir() -> Path:
    """Folder for what can be made again (compiled models, synthetic speech); MOTEKIT_CACHE overrides it."""
    configured = os.environ.get("MOTEKIT_CACHE")
    path = Path(configured) if configured else user_cache_path("motekit")
    path.mkdir(parents=True, exist_ok=True)
    return path


def work_dir() -> Path:
    """Folder for firmware builds: build/ of the checkout, or the cache for an installed package."""
    path = project_root() / "build" if is_checkout() else cache_dir() / "build"
    path.mkdir(parents=True, exist_ok=True)
    return path


def data_dir() -> Path | None:
    """The mirror of public data sets that MOTEKIT_DATA names, if it is set and exists."""
    configured = os.environ.get("MOTEKIT_DATA")
    return Path(configured) if configured and Path(configured).is_dir() else None
