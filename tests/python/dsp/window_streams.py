"""A stream with every kind of stage, and recordings for it, that the tests of conditioning and windows share."""

import atexit
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from motekit import bench_dsp, paths
from motekit.bench_dsp import SOURCES
from motekit.dsp.affine import Affine
from motekit.dsp.windows import WindowStream

CHANNELS, RATE_HZ = ("x", "y", "z", "speed"), 200
#: every stage once
CONDITIONING = [
    {"stage": "scale", "gain": [0.001, 0.001, 0.002, 0.01], "offset": [0, 10, 0, 0], "boards": {"own": {"gain": 0.5}}},
    {"stage": "gaps", "longest_s": 0.02},
    {"stage": "hampel", "width": 5, "channels": ["x"]},
    {"stage": "median", "width": 3, "channels": ["y"]},
    {"stage": "gain", "gain": [2.0, 0.5], "offset": 1.0, "channels": ["z", "x"]},
    {"stage": "resample", "to_hz": 250},
    {"stage": "fir", "cutoff_hz": 60, "taps": 15, "decimate": 2},
    {"stage": "gravity", "channels": ["x", "y", "z"], "cutoff_hz": 0.5, "outputs": "both"},
    {"stage": "filter", "kind": "bandpass", "cutoff_hz": [5, 30], "channels": ["x"]},
    {"stage": "filter", "notch_hz": 50, "channels": ["y"]},
    {"stage": "filter", "kind": "lowpass", "cutoff_hz": 20, "order": 3, "channels": ["gravity_x"]},
    {"stage": "dc_block", "cutoff_hz": 1.0, "channels": ["z"]},
    {"stage": "magnitude", "channels": ["gravity_x", "gravity_y", "gravity_z"], "name": "g"},
    {"stage": "envelope", "taps": 15, "channels": ["x"]},
    {"stage": "rectify", "channels": ["y"]},
    {"stage": "difference", "channels": ["g"]},
    {"stage": "normalise", "time_s": 1.0, "floor": 0.01, "channels": ["z"]},
    {"stage": "order", "per_turn": 16, "speed": "speed", "most": 3},
    {"stage": "select", "channels": ["x", "y", "z", "g"]},
    {"stage": "detrend"},
    {"stage": "standardise", "floor": 0.001},
]
FEATURES = [
    {"block": "statistics", "values": ["rms", "kurtosis", "mean_crossings"]},
    {"block": "spectrum", "channels": ["x"], "log": True},
    {"block": "correlation", "channels": ["x", "y"]},
    {"block": "samples", "channels": ["g"], "every": 7},
]


def stream(affine: bool = False) -> WindowStream:
    """Windows of 4 turns every turn."""
    made = WindowStream(CONDITIONING, FEATURES, CHANNELS, RATE_HZ, 4.0, 1.0)
    if affine:
        made.set_affine(Affine(np.linspace(-1, 1, made.width), np.linspace(0.5, 2, made.width), 0.03, -7))
    return made


def recording(length: int = 1200, seed: int = 0) -> np.ndarray:
    """Counts of a machine that speeds up, int16[length, 4], with missing and saturated samples."""
    rng = np.random.default_rng(seed)
    time = np.arange(length) / RATE_HZ
    turns = 8 * time + 0.5 * time**2
    axes = [3000 * np.sin(2 * np.pi * k * turns) + 500 * rng.normal(size=length) + 9000 for k in (1, 2, 3)]
    frames = np.stack([*axes, 100 * (8 + time)], axis=1).round().astype(np.int16)
    frames[rng.random(length) < 0.01, 0] = -32768
    frames[length // 2 : length // 2 + 9] = -32768
    frames[length // 3, 1] = 32767
    return frames


def core_sources(*cases: str) -> list[str]:
    """Sources of the core behind cases of the bench: not all are worth compiling for one test."""
    names = {name for case in cases for name in SOURCES[case]}
    return [str(path) for path in bench_dsp.core_sources() if path.stem in names]


_CC = ["cc", "-std=c99", "-O1", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror"]
_CASES = (
    "windows_every_stage_4x250", "features_3x125", "features_more_3x333", "heart_windows_4x250",
    "weather_windows_5x200",
)  # fmt: skip


@functools.cache
def core_library(flags: tuple[str, ...]) -> Path:
    """Those sources compiled once a process, as a library that lives as long."""
    folder = Path(tempfile.mkdtemp(prefix="motekit-core-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    command = [*_CC, *flags, "-I", str(paths.core_dir() / "include"), "-c", *sorted(set(core_sources(*_CASES)))]
    built = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert built.returncode == 0, built.stderr
    subprocess.run(["ar", "rcs", "libcore.a", *(path.name for path in folder.glob("*.o"))], cwd=folder, check=True)
    return folder / "libcore.a"


def run_c(made: WindowStream, frames: np.ndarray, chunk: int, folder, *flags: str) -> list[tuple]:
    """Windows as the generated C gives them: (quality, features, tensor)."""
    made.write(folder, "app_windows")
    channels = frames.shape[1]
    (folder / "main.c").write_text(
        f"""#include <stdio.h>
#include "app_windows.h"
static float memory[APP_WINDOWS_MEMORY];
static int16_t frames[{chunk}][{channels}];
int main(void)
{{
    mk_window_stream stream;
    if (mk_window_stream_init(&stream, &app_windows, memory) != MK_OK)
        return 2;
    for (size_t n; (n = fread(frames, sizeof frames[0], {chunk}, stdin)) > 0;) {{
        const int16_t *next = frames[0];
        uint32_t count = (uint32_t)n;
        mk_quality quality;
        while (mk_window_stream_next(&stream, &next, &count, &quality)) {{
            int8_t tensor[APP_WINDOWS_WIDTH];
            mk_window_stream_tensor(&stream, tensor);
            fwrite(&quality, 1, 1, stdout);
            fwrite(stream.features, sizeof(float), APP_WINDOWS_WIDTH, stdout);
            fwrite(tensor, 1, sizeof tensor, stdout);
        }}
    }}
    return 0;
}}
"""
    )
    command = [*_CC, *flags, "-I", str(paths.core_dir() / "include"), str(folder / "main.c")]
    command += [str(folder / "app_windows.c"), str(core_library(flags))]
    built = subprocess.run([*command, "-lm", "-o", str(folder / "run")], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    done = subprocess.run([folder / "run"], input=frames.tobytes(), capture_output=True, check=True, timeout=60)
    record = np.dtype([("quality", "u1"), ("features", "<f4", made.width), ("tensor", "i1", made.width)])
    return [tuple(row) for row in np.frombuffer(done.stdout, record)]
