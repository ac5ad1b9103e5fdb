"""A C structure that Python filled, as C source: what runs here is what the firmware is built with."""

from collections.abc import Mapping

from ..core import ffi
from ..errors import ConfigError


def initialiser(struct, pointers: Mapping[int | str, str] | None = None) -> str:
    """Initialiser of a structure of the core, with the bits of its numbers.

    Trailing zeros of arrays are left away, so that a build with shorter arrays takes it.

    Parameters
    ----------
    struct : cffi struct, or pointer to one
        As it was filled for the core.
    pointers : mapping
        C name by field or by address, for every pointer in it that is not NULL.

    Raises
    ------
    ConfigError
        If it points to something without a name.
    """
    kind = ffi.typeof(struct)
    return _fields(struct[0] if kind.kind == "pointer" else struct, pointers or {})


def _fields(struct, pointers: Mapping[int | str, str]) -> str:
    fields = ffi.typeof(struct).fields
    parts = [f".{name} = {_value(getattr(struct, name), field.type, pointers, name)}" for name, field in fields]
    return "{" + ", ".join(parts) + "}"


def _value(value, kind, pointers: Mapping[int | str, str], field: str) -> str:
    if kind.kind == "struct":
        return _fields(value, pointers)
    if kind.kind == "array":
        items = list(value)
        while kind.item.kind == "primitive" and len(items) > 1 and items[-1] == 0:
            items.pop()
        return "{" + ", ".join(_value(item, kind.item, pointers, field) for item in items) + "}"
    if kind.kind == "pointer":
        address = int(ffi.cast("uintptr_t", value))
        found = pointers.get(field) or pointers.get(address)
        if address and not found:
            raise ConfigError(f"a pointer to {kind.item.cname} has no name in C. Add its table.")
        return found or "0"
    # cffi gives a float32 as the double of its value
    return f"{value.hex()}f" if isinstance(value, float) else str(int(value))


def address(array) -> int:
    """Where an array, or what a cffi pointer points to, lies."""
    if hasattr(array, "ctypes"):
        return array.ctypes.data
    return int(ffi.cast("uintptr_t", array))
