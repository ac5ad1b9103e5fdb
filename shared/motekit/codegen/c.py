"""Small pieces of C source: arrays and strings written exactly."""

import json

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
