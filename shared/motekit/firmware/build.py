"""Builds an app's firmware with PlatformIO, never in need of a network."""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..app import App, apps_dir
from ..app import load as load_app
from ..dsp.declared import is_audio
from ..errors import ConfigError, ToolError
from ..paths import project_root, work_dir
from ..toolchain import require
from . import boards
from . import budget as budgets
from .size import Size, measure

# where Debian's package puts a link for each compiler
_CCACHE = Path("/usr/lib/ccache")
_TIMEOUT_S = 600


@dataclass(frozen=True)
class BuildResult:
    """A linked firmware.

    Attributes
    ----------
    app, board : str
        Names.
    elf : Path
        The program.
    flash, ram : int
        Bytes, see `motekit.firmware.size.Size`.
    budget : dict
        `flash` and `ram` limits (`motekit.firmware.budget`); empty if there are none for this board.
    """

    app: str
    board: str
    elf: Path
    flash: int
    ram: int
    budget: dict[str, int]

    @property
    def within_budget(self) -> bool:
        """Whether neither limit is exceeded."""
        return not self._excess()

    def check(self) -> None:
        """Raise a ConfigError if a limit is exceeded."""
        if problems := self._excess():
            raise budgets.over(self.app, self.board, problems)

    def summary(self) -> dict[str, Any]:
        """The object that `motekit build --json` prints."""
        return {
            "app": self.app,
            "board": self.board,
            "elf": str(self.elf),
            "flash": self.flash,
            "ram": self.ram,
            "budget": self.budget,
            "within_budget": self.within_budget,
        }

    def _excess(self) -> list[str]:
        return budgets.excess(Size(self.flash, self.ram, 0), self.budget)


def build(app: App | str, board: str, check: bool = True) -> BuildResult:
    """Build an app's firmware for a board.

    Parameters
    ----------
    app : App or str
        The app, or its name. An App loaded from another folder (a copy with its own model or settings) uses
        the firmware sources of the app of the same name. An app that has none gets those of shared/firmware/windows,
        or, where it listens, those of keyword_spotting.
    board : str
        Name of a board in boards/.
    check : bool
        Whether a build over budget is an error.

    Raises
    ------
    ToolError
        If a compiler is missing or fails.
    ModelError
        If the app's model is missing or does not fit.
    ConfigError
        If there is no such app or board, or the firmware exceeds its budget.
    """
    app = load_app(app) if isinstance(app, str) else app
    machine = boards.load(board)
    if not app.variant and (variant := machine.variant_of(app.name)):
        app = load_app(f"{app.folder}@{variant}")
    if app.runtime == "tflm" and machine.emulated:
        raise ConfigError(
            f"TensorFlow Lite Micro's C++ is a library of real boards, {board} is emulated. "
            f"Use: motekit run {app.name} --runtime tflm, which asks tflite-micro on this computer."
        )
    _require_compiler(machine)
    work = work_dir() / "firmware"
    variables = {}
    own = (apps_dir() / app.name / "firmware").is_dir()
    if not own or app.spec != str((apps_dir() / app.name).resolve()):
        work = work / hashlib.sha256(app.spec.encode()).hexdigest()[:12]
        variables["MOTEKIT_APP_FOLDER"] = app.spec
    # of an app that is declared alone: what listens, or what takes windows of numbers
    declared = "keyword_spotting" if is_audio(app.features) else "windows"
    environment = machine.environment_of(app.name if own else declared, app.variant)
    elf = compile_environment(project_root(), environment, work, variables)
    size = measure(elf)
    result = BuildResult(app.name, board, elf, size.flash, size.ram, budgets.limits(app, machine))
    if check:
        result.check()
    return result


def compile_environment(project: Path, environment: str, work: Path, variables: dict[str, str] | None = None) -> Path:
    """Have PlatformIO build one environment of a project; everything it writes goes to `work`.

    Parameters
    ----------
    project : Path
        Folder of a platformio.ini; may be read-only.
    environment : str
        Name of the environment.
    work : Path
        Folder for objects, program and log.
    variables : dict, optional
        Added to the environment variables.

    Returns
    -------
    Path
        The linked program.

    Raises
    ------
    ToolError
        If it fails; one line, and where the whole output is.
    """
    work.mkdir(parents=True, exist_ok=True)
    settings = {**_settings(work), **(variables or {})}
    log = work / f"{environment}.log"
    elf = work / "build" / environment / "firmware.elf"
    command = [sys.executable, "-m", "platformio", "run", "--silent", "-d", str(project), "-e", environment]
    with open(work / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # PlatformIO itself lets two builds of one folder ruin each other
        try:
            done = subprocess.run(
                command, env=settings, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False, cwd=work
            )
        except subprocess.TimeoutExpired as error:
            raise ToolError(f"building {environment} took more than {_TIMEOUT_S} s. Run it again.") from error
    output = done.stdout + done.stderr
    log.write_text(output, encoding="utf8")
    if done.returncode != 0 or not elf.is_file():
        raise ToolError(_reason(environment, output, log))
    return elf


def upload(app: App | str, board: str, port: str | None = None) -> None:
    """Build an app's firmware and flash it onto a board on the desk, with PlatformIO's uploader for that board.

    Parameters
    ----------
    app, board
        See `build`.
    port : str, optional
        Serial port; PlatformIO looks for one unless given.

    Raises
    ------
    ConfigError
        If the board is an emulated one, or the firmware exceeds its budget.
    ToolError
        If building or flashing fails.
    """
    machine = boards.load(board)
    if not machine.can_be_flashed:
        raise ConfigError(f"{board} is emulated, there is nothing to flash. Use: motekit run APP --board {board}.")
    built = build(app, board)
    if machine.emulated:
        require("avrdude")  # the official platforms bring their own
    environment = machine.environment_of(built.app, "")
    command = [sys.executable, "-m", "platformio", "run", "-d", str(project_root()), "-e", environment]
    command += ["-t", "upload", *(["--upload-port", port] if port else [])]
    done = subprocess.run(command, env=_settings(work_dir() / "firmware"), check=False)
    if done.returncode:
        raise ToolError(f"flashing {board} failed. See above; docs/troubleshooting.md lists the uploaders' messages.")


def _settings(work: Path) -> dict[str, str]:
    """Environment variables under which PlatformIO writes to `work` only, and asks and tells nobody."""
    found = os.environ.get("PATH", "")
    return {
        **os.environ,
        # compilers through ccache, where it is installed: the core's objects are the same for every app
        "PATH": f"{_CCACHE}{os.pathsep}{found}" if _CCACHE.is_dir() else found,
        "MOTEKIT_PYTHON": sys.executable,
        # `build` looks itself, and says it as an error of its own
        "MOTEKIT_NO_BUDGET": "1",
        "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
        "PLATFORMIO_DISABLE_UPGRADE_CHECK": "true",
        "PLATFORMIO_DISABLE_PROGRESSBAR": "true",
        "PLATFORMIO_WORKSPACE_DIR": str(work / "pio"),
        "PLATFORMIO_BUILD_DIR": str(work / "build"),
        "PYTHONDONTWRITEBYTECODE": "1",
        # in a wheel the folder of platformio.ini is full of modules: none of them may shadow another package
        "PYTHONSAFEPATH": "1",
    }


def _require_compiler(board: boards.Board) -> None:
    if not board.emulated:
        return  # the official platforms bring their own
    home = Path(os.environ.get("PLATFORMIO_CORE_DIR", Path.home() / ".platformio"))
    if board.is_arm and not (home / "packages" / "toolchain-gccarmnoneeabi").is_dir():
        require("arm-none-eabi-gcc")
    elif board.info["build"].get("arch") == "avr":
        require("avr-gcc")
    elif not board.is_arm:
        require("gcc")


def _reason(environment: str, output: str, log: Path) -> str:
    """One line out of a failed build's output."""
    own = re.search(r"^motekit: (.*)$", output, re.MULTILINE)
    if own:
        return own[1]
    found = re.search(r"^(.*(?:[Ee]rror|overflowed|undefined reference).*)$", output, re.MULTILINE)
    why = found[1].strip() if found else "PlatformIO gave no reason"
    return f"{environment} cannot be built: {why}. The whole output is in {log}."
