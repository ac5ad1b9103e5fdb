"""Compiles the C core into the extension `motekit._core`; run by setup.py, never by users.

The declarations that cffi needs are read out of the core's own headers, so that they cannot drift apart.
"""

import re
from pathlib import Path

from cffi import FFI

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "shared" / "core"
INCLUDE = CORE / "include"
# exactly what the firmware is built with: no fused multiply-add, no reordering of sums
FLAGS = ["-std=c99", "-O2", "-ffp-contract=off"]


def headers() -> list[str]:
    """Public headers of the extension, each after those it includes.

    The kernels of compiled models (nn_*.h) are built with each model, not into the extension.
    """
    ordered: list[str] = []

    def add(name: str) -> None:
        if name in ordered or name.startswith("nn_"):
            return
        for included in re.findall(r'#include "motekit/(\w+\.h)"', (INCLUDE / "motekit" / name).read_text()):
            add(included)
        ordered.append(name)

    for path in sorted(INCLUDE.glob("motekit/*.h")):
        add(path.name)
    return ordered


def declarations(header: str) -> str:
    """Body of a public header in the subset of C that cffi parses: no comments, no preprocessor but constants."""
    text = (INCLUDE / "motekit" / header).read_text()
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = text.replace("MK_FLASH ", "")  # a qualifier of AVR compilers
    # inline functions, and what only they need, are the C compiler's business
    text = re.sub(r"^static inline.*?^}", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"^#if defined\(__ARM.*?^#else$.*?^#endif$", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = []
    for line in text.splitlines():
        if constant := re.match(r"(#define MK_\w+ (?:0x)?[0-9A-Fa-f]+)u?$", line.rstrip()):
            # with its value, so that it may be the length of an array in a struct
            lines.append(constant[1])
        elif not line.startswith("#"):
            lines.append(line)
    return "\n".join(lines)


CALLBACKS = """
extern "Python" void motekit_on_features(void *, uint32_t, const int16_t *, uint16_t);
extern "Python" void motekit_on_scores(void *, uint32_t, const int8_t *, uint16_t);
extern "Python" void motekit_on_event(void *, const mk_keyword_event *);
extern "Python" void motekit_on_day(void *, const int16_t *);
extern "Python" void motekit_on_forecast(void *, const int8_t *);
extern "Python" void motekit_on_valve(void *, uint32_t, uint16_t, int32_t);
extern "Python" void motekit_on_driver_features(void *, const int16_t *, uint16_t);
extern "Python" void motekit_on_driver_scores(void *, const int8_t *, uint16_t);
extern "Python" void motekit_on_driver_event(void *, const mk_drowsiness_event *);
"""

HEADERS = headers()

ffibuilder = FFI()
ffibuilder.cdef("\n".join(declarations(header) for header in HEADERS) + CALLBACKS)
ffibuilder.set_source(
    "motekit._core",
    "\n".join(f'#include "motekit/{header}"' for header in HEADERS),
    # setuptools wants paths relative to setup.py
    sources=[
        str(path.relative_to(ROOT))
        for folder in ("dsp", "post", "runtime")
        for path in sorted((CORE / "src" / folder).glob("*.c"))
    ],
    depends=[str(path.relative_to(ROOT)) for path in sorted(INCLUDE.glob("motekit/*.h"))],
    include_dirs=[str(INCLUDE.relative_to(ROOT))],
    extra_compile_args=FLAGS,
)
