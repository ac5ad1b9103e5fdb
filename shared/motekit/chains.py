"""Finds the chain of an app: its own chain.py, or the one that its app.toml asks for."""

import hashlib
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from .app import App, apps_dir
from .app import load as load_app
from .chain import Chain
from .errors import ConfigError
from .files import write_bytes
from .paths import work_dir


def of(app: App | str | Path, model: Path | None = None) -> Chain:
    """The chain of an app, with another model than its own if one is given.

    Raises
    ------
    ConfigError
        If app.toml or chain.py is not well-formed.
    ModelError
        If the model is missing, damaged, or does not fit the app.
    """
    app = app if isinstance(app, App) else load_app(app)
    kind = class_of(app)
    path = app.folder / "app.toml"
    if unknown := app.unknown_sections - kind.sections:
        raise ConfigError(f"{path}: unknown section [{sorted(unknown)[0]}]. Correct its name.")
    return kind(app, model)


def app_with(chain: Chain) -> App:
    """The app whose own model is the chain's: the app itself, or a copy in the work folder that holds the model."""
    app = chain.app
    if chain.folder.resolve() == app.pretrained.resolve():
        return app
    folder = work_dir() / "models" / f"{app.name}-{chain.model_hash:016x}"
    for path in (app.folder / "app.toml", *app.folder.glob("*.py")):
        write_bytes(folder / path.name, path.read_bytes())
    for path in (*chain.folder.glob("*.json"), *chain.folder.glob("*.tflite")):
        write_bytes(folder / app.pretrained.relative_to(app.folder) / path.name, path.read_bytes())
    return load_app(f"{folder}@{app.variant}" if app.variant else folder)


def class_of(app: App) -> type[Chain]:
    """The class of an app's chain."""
    if not app.has_chain:
        from .dsp import declared

        if declared.is_audio(app.features):
            from .audio_chain import AudioChain

            return AudioChain
        from .window_chain import WindowChain

        return WindowChain
    module = module_of(app, "chain")
    if not hasattr(module, "AppChain"):
        raise ConfigError(f"{app.folder / 'chain.py'} does not define AppChain. See docs/add-an-app.md.")
    return module.AppChain


def module_of(app: App, name: str) -> ModuleType | None:
    """A module of an app's folder, whose neighbours it may import from `.`; None if there is no such file."""
    folder = app.folder
    if not (folder / f"{name}.py").is_file():
        return None
    if folder.parent == apps_dir().resolve():
        return importlib.import_module(f"motekit.apps.{folder.name}.{name}")
    package = f"motekit_app_{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    if package not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            package, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if not (folder / "__init__.py").is_file():
            raise ConfigError(f"{folder / '__init__.py'} does not exist. Make an empty one.")
        module = importlib.util.module_from_spec(spec)
        sys.modules[package] = module
        spec.loader.exec_module(module)
    return importlib.import_module(f"{package}.{name}")
