#!/usr/bin/env python3
"""Launcher: makes .venv, installs motekit and the system tools it lacks, then hands over to `motekit`.

Uses nothing but the standard library, so that it runs before anything is installed.
    ./mk demo | test | lint | <any motekit command>
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = Path(os.environ.get("MOTEKIT_VENV", ROOT / ".venv"))
PYTHON = VENV / "bin" / "python"
# system tools by the program that shows they are there; the one list of apt packages
TOOLS = {
    "gcc": ["gcc", "libc6-dev"],
    "arm-none-eabi-gcc": ["gcc-arm-none-eabi", "libnewlib-arm-none-eabi"],
    "qemu-system-arm": ["qemu-system-arm"],
}
# what only the tests of AVR code need, and what makes dozens of builds of one core quick
TEST_TOOLS = {
    "ccache": ["ccache"],
    "avr-gcc": ["gcc-avr", "avr-libc", "arduino-core-avr"],
    "simavr": ["simavr", "libsimavr-dev", "libelf-dev"],
}


def say(text):
    """Tell the user on standard error, so that --json stays clean."""
    print(f"mk: {text}", file=sys.stderr, flush=True)


def missing_packages(tools):
    """Apt packages of the tools that are not there."""
    missing = [package for tool, packages in tools.items() if not shutil.which(tool) for package in packages]
    # Debian keeps two parts of its own Python in packages of their own
    version = "python{}.{}".format(*sys.version_info)
    if sys.prefix == "/usr":
        if not importlib.util.find_spec("ensurepip"):
            missing.append(version + "-venv")
        if not Path(sysconfig.get_path("include"), "Python.h").exists():
            missing.append(version + "-dev")
    return missing


def install_tools(tools):
    """Install missing system tools through apt-get; without the rights, say which and go on."""
    packages = missing_packages(tools)
    if not packages:
        return
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    names = " ".join(packages)
    can = shutil.which("apt-get") and (
        not sudo
        or (shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0)
    )
    if not can:
        say(f"install these system packages for all functions: sudo apt-get install {names}")
        return
    say(f"installing {names}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        # sudo drops the environment, so the setting goes through env
        full = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", *command]
        result = subprocess.run(full, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if result.returncode:
            lines = result.stderr.strip().splitlines() or ["no reason given"]
            say(f"apt-get failed ({lines[-1]}). Install by hand: sudo apt-get install {names}")
            return


def fingerprints():
    """Two hashes: one changes with the dependencies, one with what is compiled into the C core's extension."""
    wants = hashlib.sha256(str(ROOT).encode() + (ROOT / "pyproject.toml").read_bytes())
    sources = [ROOT / "setup.py", ROOT / "shared/motekit/core_build.py"]
    for folder in ("include/motekit", "src/dsp", "src/post", "src/runtime"):
        sources += sorted((ROOT / "shared/core" / folder).glob("*.[ch]"))
    core = hashlib.sha256()
    for path in sources:
        core.update(path.name.encode() + b"\0" + path.read_bytes())
    return [wants.hexdigest(), core.hexdigest()]


def install_package():
    """Make .venv and install the checkout into it, editable, with what its tests need."""
    stamp = VENV / "motekit-installed"
    wanted = fingerprints()
    found = stamp.read_text().split() if PYTHON.exists() and stamp.exists() else []
    if found == wanted:
        return
    if not PYTHON.exists():
        say(f"making {VENV}")
        venv.create(VENV, with_pip=True)
    if found[:1] == wanted[:1]:
        say("compiling the C core")
        # what builds it is in .venv already: no network needed
        how = ["--no-deps", "--no-build-isolation"]
    else:
        say("installing motekit and the packages it needs (minutes the first time)")
        how = []
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *how]
    # the build backend's remarks on editable installs are not for users
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    result = subprocess.run([*command, "--editable", f"{ROOT}[test]"], env=environment, stdout=sys.stderr)
    if result.returncode:
        say("the installation failed; the lines above say why. Mend it and run the same command again.")
        sys.exit(result.returncode)
    stamp.write_text("\n".join(wanted))


def main():
    """Set up what is missing, then become the command."""
    if sys.version_info < (3, 11):  # noqa: UP036 (this file runs before any installer checks it)
        sys.exit("mk: Python 3.11 or newer is needed; this is " + sys.version.split()[0])
    arguments = sys.argv[1:] or ["--help"]
    if not os.environ.get("MOTEKIT_NO_APT"):
        install_tools(TOOLS | TEST_TOOLS if arguments[0] == "test" else TOOLS)
    install_package()
    environment = {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(PYTHON), "-m", "motekit", *arguments]
    if arguments[0] == "test":
        os.chdir(ROOT)
        command = [str(PYTHON), "-m", "pytest", *(arguments[1:] or ["-n", "2"])]
    elif arguments[0] == "lint":
        os.chdir(ROOT)
        command = [str(PYTHON), "-m", "ruff", "check", ".", *arguments[1:]]
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    main()
