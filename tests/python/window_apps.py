"""An app of app.toml alone, over a made-up accelerometer, that the tests of window chains share."""

from pathlib import Path

import numpy as np

TOML = """
[app]
name = "pump"
summary = "Tells whether a pump stands, runs or knocks"
version = "1.0.0"
dataset = "pump"

[sensor]
kind = "accelerometer"
channels = ["x", "y", "z"]
unit = "m/s^2"
rate_hz = 100
range = 40.0

[window]
length_s = 1.28
hop_s = 0.64

[[conditioning]]
stage = "gaps"
longest_s = 0.05

[[conditioning]]
stage = "gravity"
cutoff_hz = 0.3

[[features]]
block = "statistics"
values = ["rms", "kurtosis", "mean_crossings"]

[[features]]
block = "spectrum"
channels = ["magnitude"]
log = true
bands_hz = [[1, 5], [5, 12], [12, 25], [25, 50]]

[model]
labels = ["stands", "runs", "knocks"]

[decision]
threshold = 0.6
smoothing_s = 1.28
patience_s = 1.28

[boards]
emulated = ["host", "mps2_an386"]

[budget.mps2_an386]
flash = 60_000
ram = 40_000
"""

RATE_HZ = 100


def signal(label: str, seed: int, seconds: float = 20.0) -> np.ndarray:
    """Acceleration in m/s^2, float32[n, 3], of a pump that is mounted at an angle of its own."""
    rng = np.random.default_rng((seed, len(label)))
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    direction = rng.normal(size=3)
    direction /= np.linalg.norm(direction)
    wave = np.zeros(len(time))
    if label != "stands":
        wave += 1.5 * np.sin(2 * np.pi * (18 + rng.uniform(-2, 2)) * time)
    if label == "knocks":
        since = np.mod(time, 0.31)
        wave += 9 * np.exp(-since * 40) * np.sin(2 * np.pi * 33 * since)
    moved = wave[:, None] * direction + rng.normal(0, 0.15, (len(time), 3))
    return (moved + 9.81 * np.roll(direction, 1)).astype(np.float32)


def write_app(folder: Path, toml: str = TOML) -> Path:
    """The app's folder: nothing but app.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.toml").write_text(toml)
    return folder


def write_data(folder: Path, groups: int = 5, seconds: float = 20.0) -> Path:
    """Recordings as CSV, one a label and pump; some cells are empty."""
    for label in ("stands", "runs", "knocks"):
        (folder / label).mkdir(parents=True, exist_ok=True)
        for group in range(groups):
            rows = [",".join(f"{value:.4f}" for value in row) for row in signal(label, group, seconds)]
            rows[300] = ",,"
            (folder / label / f"pump{group}_a.csv").write_text("x,y,z\n" + "\n".join(rows) + "\n")
    return folder
