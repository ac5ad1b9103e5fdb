"""`motekit doctor`: what this machine has and lacks."""

import grp
import os
import shutil
import subprocess
import sys
from importlib import metadata
from typing import Any

from . import paths
from .toolchain import TOOLS

# those that only AVR boards need, and the compiler cache
_OPTIONAL = ("avr-gcc", "simavr", "avrdude", "ccache")


def examine() -> dict[str, Any]:
    """Check Python, packages, system tools and data; each check has a remedy for when it fails."""
    checks = [
        _python(),
        *[_package(name) for name in ("tensorflow", "tflite-micro", "platformio", "cffi", "librosa")],
    ]
    checks += [_tool(program, packages) for program, packages in TOOLS.items()]
    checks.append(_tool("avrdude", ["avrdude"]))  # puts firmware on an Uno or a Pro Mini
    checks += _ports()
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
    optional = program in _OPTIONAL
    if not shutil.which(program):
        return _check(program, False, "", f"sudo apt-get install {' '.join(packages)}", optional)
    lines = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.splitlines()
    return _check(program, True, lines[0] if lines else "found", "")


#: USB vendors of boards and their boot loaders: Arduino, Adafruit, Raspberry Pi, ST, Espressif, and of serial chips
_VENDORS = {
    0x2341: "Arduino",
    0x239A: "Adafruit",
    0x2E8A: "Raspberry Pi",
    0x0483: "ST",
    0x303A: "Espressif",
    0x0403: "FTDI",
    0x10C4: "Silicon Labs",
    0x1A86: "WCH",
}


def _ports() -> list[dict[str, Any]]:
    """A check for every attached board: may this user open its port?"""
    from serial.tools.list_ports import comports

    attached = [port for port in comports() if port.vid is not None]
    checks = [_port(port.device, _VENDORS.get(port.vid, f"USB {port.vid:04x}:{port.pid:04x}")) for port in attached]
    return checks or [_check("serial ports", True, "no board is attached", "", optional=True)]


def _port(device: str, vendor: str) -> dict[str, Any]:
    name = f"port {device}"
    if os.access(device, os.R_OK | os.W_OK):
        return _check(name, True, vendor, "", optional=True)
    try:
        group = grp.getgrgid(os.stat(device).st_gid).gr_name
    except (OSError, KeyError):
        return _check(name, False, "", "attach the board again: its port has gone", optional=True)
    if group == "root":
        remedy = (
            "the system gives it to nobody: install PlatformIO's udev rules (docs/troubleshooting.md), attach it again"
        )
    else:
        remedy = f"sudo usermod -aG {group} $USER, then log in again"
    return _check(name, False, "", remedy, optional=True)


def _data() -> dict[str, Any]:
    folder = paths.data_dir()
    remedy = "optional: set MOTEKIT_DATA to a mirror of the public data sets, or motekit data fetch NAME"
    return _check("MOTEKIT_DATA", folder is not None, str(folder), remedy, optional=True)
