"""Flash and RAM of a linked firmware, from its ELF sections."""

from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile

from ..errors import ToolError


@dataclass(frozen=True)
class Size:
    """Bytes a firmware takes.

    Attributes
    ----------
    flash : int
        Code, constants and the initial values of variables.
    ram : int
        Variables, and the stack where the linker script reserves one; not what a script calls .heap, which is the rest.
    stack : int
        Reserved stack, part of `ram`; 0 if there is none (a process).
    """

    flash: int
    ram: int
    stack: int


def measure(elf: Path) -> Size:
    """Sizes of an ELF file.

    Raises
    ------
    ToolError
        If it cannot be read.
    """
    flash = ram = stack = 0
    try:
        with open(elf, "rb") as file:
            for section in ELFFile(file).iter_sections():
                if not section["sh_flags"] & SH_FLAGS.SHF_ALLOC:
                    continue
                size = section["sh_size"]
                if section["sh_type"] != "SHT_NOBITS":
                    flash += size
                if section["sh_flags"] & SH_FLAGS.SHF_WRITE and section.name != ".heap":
                    ram += size
                if section.name == ".stack":
                    stack += size
    except (OSError, ELFError) as error:
        raise ToolError(f"{elf} is not a linked firmware: {error}. Build it again.") from error
    return Size(flash, ram, stack)
