"""System programs that motekit calls, and the one line that says how to get a missing one."""

import shutil

from .errors import MissingToolError

#: Debian packages by program; `mk` has the same list, because it runs before anything is installed (a test compares)
TOOLS = {
    "gcc": ["gcc", "libc6-dev"],
    "arm-none-eabi-gcc": ["gcc-arm-none-eabi", "libnewlib-arm-none-eabi"],
    "qemu-system-arm": ["qemu-system-arm"],
    "ccache": ["ccache"],
    "avr-gcc": ["gcc-avr", "avr-libc", "arduino-core-avr"],
    "simavr": ["simavr", "libsimavr-dev", "libelf-dev"],
}


def require(program: str) -> str:
    """Path of a program.

    Raises
    ------
    MissingToolError
        If it is not installed; the line names the package.
    """
    found = shutil.which(program)
    if not found:
        packages = " ".join(TOOLS.get(program, [program]))
        raise MissingToolError(f"{program} is not installed. Install it: sudo apt-get install {packages}")
    return found
