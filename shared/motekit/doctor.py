"""`motekit doctor`: what this machine has and lacks."""

import shutil
import subprocess
import sys
from importlib import metadata
from typing import Any

from . import paths
from .toolchain import TOOLS

_ONLY_FOR_AVR = ("avr-gcc", "simavr")


def examine() -> dict[str, Any]:
    """Check Python, packages, system tools and data; each check has a remedy for when it fails."""
    checks = [
        _python(),
        *[_package(name) for name in ("tensorflow", "tflite-micro", "platformio", "cffi", "librosa")],
    ]
    checks += [_tool(program, packages) for program, packages in TOOLS.items()]
    checks.append(_data())
    return {"ok": all(check["ok"] or check["optional"] for check in checks), "checks": checks}


def _check(name: str, ok: bool, found: str, remedy: str, optional: bool = False) -> dict[str, Any]:
    return {"name": name, "ok": ok, "found": found, "remedy": remedy, "optional": optional}


def _python() -> dict[str, Any]:
    version = sys.version.split()[0]
    return _check("python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer")


def _package(name: str) -> dict[str, Any]:
    try:
        return _check(name, True, metadata.version(name), "")
    except metadata.PackageNotFoundError:
        return _check(name, False, "", "run ./mk doctor, which installs it, or pip install motekit")


def _tool(program: str, packages: list[str]) -> dict[str, Any]:
    optional = program in _ONLY_FOR_AVR
    if not shutil.which(program):
        return _check(program, False, "", f"sudo apt-get install {' '.join(packages)}", optional)
    lines = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.splitlines()
    return _check(program, True, lines[0] if lines else "found", "")


def _data() -> dict[str, Any]:
    folder = paths.data_dir()
    remedy = "optional: set MOTEKIT_DATA to a mirror of the public data sets, or motekit data fetch NAME"
    return _check("MOTEKIT_DATA", folder is not None, str(folder), remedy, optional=True)
