"""A C structure that Python filled, as C source: what runs here is what the firmware is built with."""

from collections.abc import Mapping

from ..core import ffi
from ..errors import ConfigError
from . import c


def initialiser(struct, names: Mapping[int, str]) -> str:
    """Braced initialiser of a structure of the core.

    Parameters
    ----------
    struct : cffi struct, or pointer to one
        As it was filled for the core.
    names : mapping
        C name by address, for every pointer in it that is not NULL.

    Raises
    ------
    ConfigError
        If it points to something without a name.
    """
    kind = ffi.typeof(struct)
    return _fields(struct[0] if kind.kind == "pointer" else struct, names)


def _fields(struct, names: Mapping[int, str]) -> str:
    parts = [_value(getattr(struct, name), field.type, names) for name, field in ffi.typeof(struct).fields]
    return "{" + ", ".join(parts) + "}"


def _value(value, kind, names: Mapping[int, str]) -> str:
    if kind.kind == "struct":
        return _fields(value, names)
    if kind.kind == "array":
        return "{" + ", ".join(_value(item, kind.item, names) for item in value) + "}"
    if kind.kind == "pointer":
        address = int(ffi.cast("uintptr_t", value))
        if address and address not in names:
            raise ConfigError(f"a pointer to {kind.item.cname} has no name in C. Add its table.")
        return names[address] if address else "0"
    if kind.cname == "float":
        return f"{float(value).hex()}f"
    return str(int(value))


def address(array) -> int:
    """Where an array, or what a cffi pointer points to, lies."""
    if hasattr(array, "ctypes"):
        return array.ctypes.data
    return int(ffi.cast("uintptr_t", array))


def table(name: str, array) -> str:
    """Definition of an array of constants."""
    return c.array(name, array)
