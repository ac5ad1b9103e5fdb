"""Society for Machinery Failure Prevention Technology, bearing fault data set.

Official layout: `baseline_<n>.mat`, `OuterRaceFault_<n>.mat`, `OuterRaceFault_vload_<n>.mat`,
`InnerRaceFault_vload_<n>.mat`, in any folders; each holds a struct `bearing` with `sr` (Hz), `gs` (acceleration in g),
`load` (pounds) and `rate` (shaft speed in Hz). Baseline and `OuterRaceFault_<n>` are sampled at 97,656 Hz, the others
at 48,828 Hz; all are brought to 12 kHz, and the note says so. The bearing is a NICE with 8 balls of 0.235 inch on a
pitch of 1.245 inch: pass its geometry to the app (its README says how).

Licence: offered for research; citation: E. Bechhoefer, "Condition Based Maintenance Fault Database for Testing
Diagnostics and Prognostic Algorithms", MFPT Society, 2013.
"""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import scipy.io
import scipy.signal

from motekit.data.machine import MachineRecording
from motekit.errors import DataError

NAME = "mfpt_bearing"
RATE_HZ = 12000
STANDARD_GRAVITY = 9.80665
#: of the test rig's bearing
GEOMETRY = {"balls": 8, "ball_mm": 5.969, "pitch_mm": 31.623, "angle_deg": 0.0}

_NAME = re.compile(r"(baseline|outerracefault|innerracefault)(_vload)?_(\d+)\.mat", re.IGNORECASE)
_LABEL = {"baseline": "normal", "outerracefault": "outer_race", "innerracefault": "inner_race"}


def load(root: Path | str) -> list[MachineRecording]:
    """Read every recording below `root`, at 12 kHz.

    Returns
    -------
    list of MachineRecording
        As of `cwru.load`; group the kind of fault (the set does not number its bearings), load in pounds.

    Raises
    ------
    DataError
        If there are none, or for the first that cannot be read.
    """
    root = Path(root)
    paths = [root] if root.is_file() else sorted(root.rglob("*.mat")) if root.is_dir() else []
    found = [(path, match) for path in paths if (match := _NAME.fullmatch(path.name))]
    if not found:
        raise DataError(f"{root} holds no baseline_1.mat, OuterRaceFault_1.mat, ... of MFPT. Name its folder.")
    return [_read(path, _LABEL[match[1].lower()]) for path, match in found]


def _read(path: Path, label: str) -> MachineRecording:
    try:
        # scipy's reader raises whatever a damaged field led it into
        bearing = scipy.io.loadmat(path, squeeze_me=True, struct_as_record=False)["bearing"]
        signal, rate = np.ravel(bearing.gs).astype(float), float(bearing.sr)
        shaft_hz, pounds = float(bearing.rate), float(bearing.load)
    except Exception as error:
        raise DataError(f"{path.name} has no struct `bearing` of sr, gs, load and rate. Fetch it again.") from error
    if not signal.size or not np.isfinite(signal).all() or not 1000 <= rate <= 1e6 or not shaft_hz > 0:
        raise DataError(f"{path.name}: {len(signal)} samples at {rate:g} Hz cannot be. Fetch the file again.")
    ratio = Fraction(RATE_HZ / rate).limit_denominator(2048)
    signal = scipy.signal.resample_poly(signal, ratio.numerator, ratio.denominator)
    samples = np.empty((len(signal), 2), np.float32)
    samples[:, 0], samples[:, 1] = signal * STANDARD_GRAVITY, 60 * shaft_hz
    return MachineRecording(
        samples=samples,
        rate_hz=RATE_HZ,
        unit="m/s^2, rpm",
        channels=("x", "rpm"),
        label=label,
        group=label,
        name=path.name,
        source="real",
        path=path,
        load=round(pounds),
        rpm=60 * shaft_hz,
        bearing="NICE",
        note=f"recorded at {rate:,.0f} Hz, brought to {RATE_HZ // 1000} kHz",
    )
