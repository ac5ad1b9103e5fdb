"""Constants of a block, once for this computer's core (cffi) and once as C source: the same values exactly.

A configuration is a nested tuple in the order of the C struct's members: arrays stand for pointers to tables, NumPy
scalars and integers for themselves, `None` for a null pointer, `Struct` for a pointer to a struct of its own,
`Name` for a function of the core.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..codegen import c
from ..core import ffi, lib, pointer

_TYPES = {"float32": "float", "uint8": "uint8_t", "int8": "int8_t", "uint16": "uint16_t", "int16": "int16_t",
          "int32": "int32_t", "uint32": "uint32_t"}  # fmt: skip


@dataclass(frozen=True)
class Struct:
    """Pointer to a struct, or with a list of values to an array of structs."""

    ctype: str
    value: Any


@dataclass(frozen=True)
class Name:
    """A function of the core."""

    name: str


class Native:
    """Builds configurations in memory; lives as long as they are used."""

    def __init__(self):
        self._keep: list[Any] = []

    def value(self, tree: Any) -> Any:
        """What cffi takes for a part of a configuration."""
        if isinstance(tree, np.ndarray):
            self._keep.append(tree)
            return ffi.cast("void *", pointer(_TYPES[tree.dtype.name], tree))
        if isinstance(tree, np.floating):
            return float(tree)
        if isinstance(tree, np.integer):
            return int(tree)
        if tree is None:
            return ffi.NULL
        if isinstance(tree, Name):
            return ffi.addressof(lib, tree.name)
        if isinstance(tree, Struct):
            return ffi.cast("void *", self.struct(tree))
        if isinstance(tree, tuple):
            return tuple(self.value(part) for part in tree)
        return tree

    def struct(self, struct: Struct) -> Any:
        """The struct or array of structs in memory."""
        many = isinstance(struct.value, list)
        values = [self.value(part) for part in struct.value] if many else self.value(struct.value)
        made = ffi.new(f"{struct.ctype}[]" if many else f"{struct.ctype} *", values)
        self._keep.append(made)
        return made


class Source:
    """Writes configurations as C: tables and structs are called `<prefix>_<number>`."""

    def __init__(self, prefix: str):
        self.prefix = prefix
        #: definitions so far, each after those it uses
        self.lines: list[str] = []
        self._count = 0

    def _name(self) -> str:
        self._count += 1
        return f"{self.prefix}_{self._count}"

    def value(self, tree: Any) -> str:
        """Initialiser of a part of a configuration."""
        if isinstance(tree, np.ndarray):
            name = self._name()
            self.lines.append(c.array(name, tree).rstrip())
            return name
        if isinstance(tree, np.generic):
            return c.literal(tree)
        if tree is None:
            return "0"
        if isinstance(tree, Name):
            return tree.name
        if isinstance(tree, Struct):
            return self.struct(tree, self._name())
        if isinstance(tree, tuple):
            return "{" + ", ".join(self.value(part) for part in tree) + "}"
        return str(int(tree))

    def struct(self, struct: Struct, name: str, qualifier: str = "static const") -> str:
        """Define the struct or array of structs under a name; returns an expression for its address."""
        if isinstance(struct.value, list):
            rows = ",\n".join(f"    {self.value(part)}" for part in struct.value)
            self.lines.append(f"{qualifier} {struct.ctype} {name}[{len(struct.value)}] = {{\n{rows}}};")
            return name
        self.lines.append(f"{qualifier} {struct.ctype} {name} = {self.value(struct.value)};")
        return f"&{name}"

    def text(self) -> str:
        """All definitions."""
        return "\n".join(self.lines) + "\n"


def tables(tree: Any) -> list[np.ndarray]:
    """Tables of a configuration and its numbers as one more: all that decides a block's output."""
    arrays: list[np.ndarray] = []
    numbers: list[str] = []

    def walk(part: Any) -> None:
        if isinstance(part, np.ndarray):
            arrays.append(part)
        elif isinstance(part, Struct):
            numbers.append(part.ctype)
            walk(part.value)
        elif isinstance(part, tuple | list):
            for inner in part:
                walk(inner)
        elif isinstance(part, Name):
            numbers.append(part.name)
        elif part is None:
            numbers.append("0")
        else:
            numbers.append(float(part).hex())

    walk(tree)
    return [*arrays, np.frombuffer(" ".join(numbers).encode(), np.uint8)]
