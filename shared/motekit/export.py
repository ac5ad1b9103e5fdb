"""An app as a library: plain C99, or what the Arduino IDE and PlatformIO's lib_deps accept."""

import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from .chain import Chain
from .errors import ConfigError
from .files import replacing, write_bytes
from .paths import project_root

#: compilers outside our reach contract a * b + c into one rounding, and the bits are no longer the trained ones
_EXACT = '#if defined(__GNUC__) && !defined(__clang__)\n#pragma GCC optimize("fp-contract=off")\n#endif\n'
_SOURCES = (".c", ".h")


def export(chain: Chain, kind: str, out: Path | None = None, target: str = "dsp") -> Path:
    """Write an app with its model as a library.

    Parameters
    ----------
    chain : Chain
        The app and its model.
    kind : str
        "c": a folder of C99 with a main.c that reads raw frames. "arduino": a .zip library.
    out : Path, optional
        Folder or file to write; `<app>-c` or `motekit_<app>.zip` here unless given.
    target : str
        The compiler's target: "generic", "dsp", "mve", "m0" or "avr". Sources for "dsp" run on every core: where there
        is no DSP extension the plain path is compiled.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    ConfigError
        If there is no such kind.
    """
    kinds: dict[str, Callable[[Chain, Path | None, str], Path]] = {"c": _c, "arduino": _arduino}
    if kind not in kinds:
        raise ConfigError(f"there is no export {kind!r}. Choose one of: {', '.join(kinds)}.")
    return kinds[kind](chain, out, target)


def sources(chain: Chain, target: str) -> dict[str, bytes]:
    """The library's own files by their place below its source folder: core, app, tables, model, glue."""
    root = project_root()
    files: dict[str, bytes] = {}
    core, firmware = root / "shared" / "core", root / "shared" / "firmware"
    for folder in (core / "include", firmware / "include"):
        files |= {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.h"))}
    for path in sorted((core / "src").rglob("*")):
        if path.suffix in _SOURCES:
            files[f"core/{path.relative_to(core / 'src')}"] = path.read_bytes()
    for folder in (firmware / "library", root / "apps" / chain.app.name / "firmware"):
        files |= {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in _SOURCES}
    with tempfile.TemporaryDirectory() as scratch:
        chain.generate(Path(scratch), target)
        files |= {path.name: path.read_bytes() for path in sorted(Path(scratch).iterdir()) if path.suffix in _SOURCES}
    return {name: _EXACT.encode() + text if name.endswith(".c") else text for name, text in files.items()}


def _c(chain: Chain, out: Path | None, target: str) -> Path:
    folder = out or Path(f"{chain.app.name}-c")
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"{folder} is not empty. Choose another folder with --out.")
    files = {f"src/{name}": text for name, text in sources(chain, target).items()}
    files |= {"main.c": _MAIN.encode(), "Makefile": _MAKEFILE.encode(), "README.md": _readme(chain, _C_USE).encode()}
    files["LICENSE"] = _licence()
    for name, text in files.items():
        write_bytes(folder / name, text)
    return folder


def _arduino(chain: Chain, out: Path | None, target: str) -> Path:
    name = f"motekit_{chain.app.name}"
    path = out or Path(f"{name}.zip")
    files = {f"src/{inner}": text for inner, text in sources(chain, target).items()}
    files[f"src/{name}.h"] = b'#include "motekit_library.h"\n'
    files["examples/frames/frames.ino"] = _SKETCH.replace("LIBRARY", name).encode()
    files["library.properties"] = _properties(chain, name).encode()
    files["library.json"] = _json(chain, name).encode()
    files["README.md"] = _readme(chain, _ARDUINO_USE).encode()
    files["LICENSE"] = _licence()
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for inner in sorted(files):
            # one date for all: the same app gives the same file
            archive.writestr(zipfile.ZipInfo(f"{name}/{inner}", (1980, 1, 1, 0, 0, 0)), files[inner])
    return path


def _licence() -> bytes:
    path = project_root() / "LICENSE"
    return path.read_bytes() if path.is_file() else b"Apache-2.0, https://www.apache.org/licenses/LICENSE-2.0\n"


def _properties(chain: Chain, name: str) -> str:
    app = chain.app
    return f"""name={name}
version={app.version}
author=motekit
maintainer=motekit
sentence={app.summary}
paragraph=Features, int8 network and decisions as C99: the same bits as in training. Made by motekit export arduino.
category=Data Processing
url=https://pypi.org/project/motekit/
architectures=*
includes={name}.h
"""


def _json(chain: Chain, name: str) -> str:
    import json

    described = {
        "name": name,
        "version": chain.app.version,
        "description": chain.app.summary,
        "license": "Apache-2.0",
        "frameworks": "*",
        "platforms": "*",
        "headers": f"{name}.h",
        "build": {"flags": ["-ffp-contract=off"]},
    }
    return json.dumps(described, indent=2) + "\n"


def _readme(chain: Chain, use: str) -> str:
    app, sensor = chain.app, chain.app.sensor
    return f"""# {app.name} {app.version}

{app.summary}. Exported by motekit; features {chain.feature_hash:016x}, model {chain.model_hash:016x}.

A frame is {len(sensor["channels"])} int16: {", ".join(sensor["channels"])}; unit: {sensor.get("unit", "none")};
{app.rate_hz:g} frames a second. INT16_MIN in a channel: no sample. The licence of the code is Apache-2.0; that of the
data the model was trained on is in the app's model.json.

{use}"""


_C_USE = """    make            needs a C99 compiler, nothing else
    ./app < recording.s16

`main.c` reads raw little-endian frames and prints every event as `at code value`. Compile with `-ffp-contract=off` (the
Makefile does): a fused multiply-add rounds once where the trained chain rounds twice.
"""
_ARDUINO_USE = """Arduino IDE: Sketch, Include Library, Add .ZIP Library; then Examples, this library, frames.
PlatformIO: `lib_deps = /path/to/this.zip`.

The example reads raw little-endian frames from the serial port and prints every event as `at code value`.
"""
_MAKEFILE = """CFLAGS ?= -O2
SOURCES := main.c $(shell find src -name '*.c')

app: $(SOURCES) $(shell find src -name '*.h')
\t$(CC) -std=c99 $(CFLAGS) -ffp-contract=off -fno-math-errno -Isrc -o $@ $(SOURCES) -lm
"""
_MAIN = """/* Reads raw int16 frames from standard input and prints every event: at code value. At the end, on standard
 * error, how many feature rows and scores there were, and their FNV-1a: to be held against motekit's own chain. */
#include <inttypes.h>
#include <stdio.h>

#include "motekit_library.h"

typedef struct {
    unsigned long count;
    uint32_t hash;
} tally;

static tally features = {0, 2166136261u}, scores = {0, 2166136261u};

static void add(tally *t, const void *data, uint16_t bytes)
{
    const unsigned char *const p = data;
    t->count++;
    for (uint16_t i = 0; i < bytes; i++)
        t->hash = (t->hash ^ p[i]) * 16777619u;
}

static void on_features(const void *row, uint16_t bytes)
{
    add(&features, row, bytes);
}

static void on_scores(const void *row, uint16_t bytes)
{
    add(&scores, row, bytes);
}

static void on_event(uint32_t at, uint16_t code, int32_t value)
{
    printf("%lu %u %ld\\n", (unsigned long)at, (unsigned)code, (long)value);
}

int main(void)
{
    static const mk_listener listener = {on_event, on_scores, on_features, 0};
    unsigned char bytes[2 * MK_APP_CHANNELS];
    int16_t frame[MK_APP_CHANNELS];
    mk_status status = mk_library_begin(&listener);
    while (status == MK_OK && fread(bytes, sizeof bytes, 1, stdin) == 1) {
        for (unsigned i = 0; i < MK_APP_CHANNELS; i++)
            frame[i] = (int16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
        status = mk_library_push(frame, 1);
    }
    if (status == MK_OK)
        status = mk_library_flush();
    if (status != MK_OK)
        fprintf(stderr, "the app stopped with status %d\\n", (int)status);
    fprintf(stderr, "features %lu %08" PRIx32 "\\nscores %lu %08" PRIx32 "\\n", features.count, features.hash,
            scores.count, scores.hash);
    return status != MK_OK;
}
"""
_SKETCH = """// Reads raw little-endian int16 frames from the serial port; prints every event: at code value.
#include <LIBRARY.h>

static void onEvent(uint32_t at, uint16_t code, int32_t value)
{
    Serial.print(at);
    Serial.print(' ');
    Serial.print(code);
    Serial.print(' ');
    Serial.println(value);
}

static const mk_listener listener = {onEvent, 0, 0, 0};
static uint8_t bytes[2 * MK_APP_CHANNELS];
static size_t filled;

void setup()
{
    Serial.begin(115200);
    if (mk_library_begin(&listener) != MK_OK)
        Serial.println("the app does not start");
}

void loop()
{
    while (Serial.available() > 0 && filled < sizeof bytes)
        bytes[filled++] = (uint8_t)Serial.read();
    if (filled < sizeof bytes)
        return;
    filled = 0;
    int16_t frame[MK_APP_CHANNELS];
    for (size_t i = 0; i < MK_APP_CHANNELS; i++)
        frame[i] = (int16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8);
    mk_library_push(frame, 1);
}
"""
