"""Boards: emulated ones by boards/<name>.json, real ones by the `[board_<name>]` of boards/<name>.ini."""

import configparser
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..app import app_names
from ..errors import ConfigError
from ..paths import project_root


@dataclass(frozen=True)
class Environment:
    """One way to build for a board: an `[env:<app>[_<more>]-<board>]` of its ini.

    Attributes
    ----------
    name : str
        As PlatformIO knows it.
    app : str
        The app.
    variant : str
        The app's `[variant.<name>]` that the board's parts ask for; empty for the app as it stands.
    usual : bool
        Whether this is what `motekit build` and `flash` take: its name says nothing more than app and board.
    """

    name: str
    app: str
    variant: str
    usual: bool


@dataclass(frozen=True)
class Board:
    """One board.

    Attributes
    ----------
    name : str
        Name of its files in boards/.
    title : str
        For people.
    info : dict
        The JSON, in PlatformIO's format and with motekit's `emulator`; empty for a real board, whose JSON is its
        platform's.
    environments : tuple of Environment
        By name.
    core : dict
        `flash` and `ram` of the empty sketch of a real board's own core; empty where nobody has measured it.
    """

    name: str
    title: str
    info: dict[str, Any]
    environments: tuple[Environment, ...] = ()
    core: dict[str, int] = field(default_factory=dict)

    @property
    def apps(self) -> tuple[str, ...]:
        """Apps that there is an environment for."""
        return tuple(sorted({environment.app for environment in self.environments}))

    def environment_of(self, app: str, variant: str) -> str:
        """Name of the environment of an app or a variant of it; a variant without one is built in the app's own."""
        found = [e.name for e in self.environments if e.app == app and e.variant == variant]
        return found[0] if variant and found else f"{app}-{self.name}"

    def variant_of(self, app: str) -> str:
        """The variant of an app that this board runs, unless another is asked for."""
        return next((e.variant for e in self.environments if e.usual and e.app == app), "")

    @property
    def emulated(self) -> bool:
        """Whether it runs on this computer, in an emulator or as a process."""
        return "emulator" in self.info

    @property
    def can_be_flashed(self) -> bool:
        """Whether there is such a board to put firmware on; some are emulated as well."""
        return not self.emulated or "speed" in self.info.get("upload", {})

    @property
    def machine(self) -> str:
        """QEMU's machine; empty for the host."""
        return self.info.get("emulator", {}).get("machine", "")

    @property
    def runs_in(self) -> str:
        """Where firmware for it runs, for people."""
        if not self.emulated:
            return "hardware"
        program = self.info["emulator"]["program"]
        return f"{program} -M {self.machine}" if self.machine else program or "a process"

    @property
    def is_arm(self) -> bool:
        """Whether it needs the Arm cross compiler."""
        return self.info.get("build", {}).get("arch") == "arm"


def boards_dir() -> Path:
    """Folder of the board descriptions."""
    return project_root() / "boards"


def board_names() -> list[str]:
    """Names of all boards."""
    return sorted(path.stem for path in boards_dir().glob("*.ini"))


def load(name: str) -> Board:
    """Read a board's description.

    Raises
    ------
    ConfigError
        If there is no such board, or its files are not well-formed.
    """
    if name not in board_names():
        raise ConfigError(f"there is no board {name!r}. Choose one of: {', '.join(board_names())}.")
    declared = boards_dir() / f"{name}.ini"
    path = boards_dir() / f"{name}.json"
    ini = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        ini.read_string(declared.read_text(encoding="utf8"))
        info = json.loads(path.read_text(encoding="utf8")) if path.is_file() else {}
        title = info["name"] if info else ini[f"board_{name}"]["custom_title"]
    except (ValueError, KeyError, configparser.Error) as error:
        where = path if path.is_file() else declared
        raise ConfigError(f"{where} describes no board: {error}. Correct it (docs/add-a-board.md).") from error
    section = ini[f"board_{name}"] if ini.has_section(f"board_{name}") else {}
    core = {what: int(section[key]) for what in ("flash", "ram") if (key := f"custom_core_{what}") in section}
    return Board(name, title, info, tuple(_environments(ini, name)), core)


def _environments(ini: configparser.ConfigParser, board: str) -> Iterator[Environment]:
    for section in sorted(ini.sections()):
        name = section.removeprefix("env:").removesuffix(f"-{board}")
        if not section.startswith("env:"):
            continue
        # an ini beside app folders of its own (tests, another project) may know apps that apps/ does not
        known = [app for app in app_names() if name.startswith(f"{app}_")]
        app = name if name in app_names() or not known else max(known, key=len)
        yield Environment(f"{name}-{board}", app, ini[section].get("custom_variant", ""), app == name)


def boards() -> list[dict[str, Any]]:
    """All boards, for `motekit boards`."""
    return [
        {"name": b.name, "title": b.title, "runs_in": b.runs_in, "emulated": b.emulated, "apps": list(b.apps)}
        for b in map(load, board_names())
    ]
