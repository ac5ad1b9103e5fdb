"""Small pieces of C source: arrays and strings written exactly."""

import json
from collections.abc import Mapping

import numpy as np

_TYPES = {
    "int8": "int8_t",
    "uint8": "uint8_t",
    "int16": "int16_t",
    "uint16": "uint16_t",
    "int32": "int32_t",
    "uint32": "uint32_t",
    "float32": "float",
}


def literal(value: np.generic) -> str:
    """One number as a C literal of the same bits."""
    if isinstance(value, np.floating):
        return f"{float(value).hex()}f"
    # INT32_MIN has no decimal literal of its own type
    return "(-2147483647 - 1)" if value == -(2**31) else str(int(value))


def array(name: str, values: np.ndarray, qualifier: str = "static const") -> str:
    """Definition of a flat array of the values' own type."""
    flat = values.ravel()
    lines = [", ".join(literal(v) for v in flat[i : i + 16]) for i in range(0, len(flat), 16)]
    body = ",\n    ".join(lines)
    return f"{qualifier} {_TYPES[values.dtype.name]} {name}[{len(flat)}] = {{\n    {body}}};\n"


def string(text: str) -> str:
    """A C string literal."""
    return json.dumps(text, ensure_ascii=True)


def struct(value, pointers: Mapping[str, str] | None = None) -> str:
    """Initializer of the bits of a struct that cffi holds.

    Parameters
    ----------
    value : cdata
        A struct of numbers, arrays and further structs. Trailing zeros of arrays are left away, so that a build with
        shorter arrays takes it.
    pointers : mapping
        What stands for each field that is a pointer, by its name.
    """
    from ..core import ffi

    fields = []
    for name, field in ffi.typeof(value).fields:
        kind, held = field.type.kind, getattr(value, name)
        if kind == "pointer":
            text = (pointers or {})[name]
        elif kind == "struct":
            text = struct(held, pointers)
        elif kind == "array":
            items = list(held)
            if field.type.item.kind == "struct":
                text = "{" + ", ".join(struct(item, pointers) for item in items) + "}"
            else:
                while len(items) > 1 and items[-1] == 0:
                    items.pop()
                text = "{" + ", ".join(_number(item) for item in items) + "}"
        else:
            text = _number(held)
        fields.append(f".{name} = {text}")
    return "{" + ", ".join(fields) + "}"


def _number(value: int | float) -> str:
    """A number of a struct, of the same bits: cffi gives a float32 as the double of its value."""
    return f"{value.hex()}f" if isinstance(value, float) else str(int(value))
