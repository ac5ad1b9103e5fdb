"""What a bearing's fault leaves in a vibration, a row for so many turns of the shaft (`mk_bearing`)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import scipy.signal

from ..codegen import c
from ..core import check, ffi, lib, pointer
from ..errors import ConfigError
from .floats import FloatBlock, floats, fp
from .resample import Fir
from .spectrum import PowerSpectrum

#: in a channel of a frame: there is no sample
MISSING = -32768
LEVELS = ("seconds", "rpm", "rms", "peak", "kurtosis", "velocity", "band_kurtosis")


@dataclass(frozen=True)
class Geometry:
    """A rolling bearing with a fixed outer ring: what its maker's sheet gives.

    Parameters
    ----------
    balls : int
        Rolling elements.
    ball_mm, pitch_mm : float
        Their diameter and that of the circle through their centres.
    angle_deg : float
        Contact angle.

    Raises
    ------
    ConfigError
        If there can be no such bearing.
    """

    balls: int
    ball_mm: float
    pitch_mm: float
    angle_deg: float = 0.0

    def __post_init__(self) -> None:
        if not (3 <= self.balls <= 60 and 0 < self.ball_mm < self.pitch_mm and 0 <= self.angle_deg < 90):
            raise ConfigError(
                f"a bearing of {self.balls} balls of {self.ball_mm:g} mm on {self.pitch_mm:g} mm at "
                f"{self.angle_deg:g} degrees cannot be. Copy the values from its maker's sheet."
            )

    @property
    def ratio(self) -> float:
        """Ball by pitch diameter, as seen along the contact."""
        return self.ball_mm / self.pitch_mm * float(np.cos(np.radians(self.angle_deg)))

    @property
    def outer(self) -> float:
        """Ball pass order of the outer race (BPFO), events a turn."""
        return self.balls / 2 * (1 - self.ratio)

    @property
    def inner(self) -> float:
        """Ball pass order of the inner race (BPFI)."""
        return self.balls / 2 * (1 + self.ratio)

    @property
    def cage(self) -> float:
        """Fundamental train order (FTF)."""
        return (1 - self.ratio) / 2

    @property
    def ball(self) -> float:
        """Twice the ball spin order (BSF): a spot on a ball strikes both races."""
        return self.pitch_mm / self.ball_mm * (1 - self.ratio**2)

    def lines(self) -> dict[str, float]:
        """Orders whose level is a feature, by name."""
        o, i, b, f = self.outer, self.inner, self.ball, self.cage
        return {
            "shaft": 1.0, "shaft2": 2.0, "shaft3": 3.0, "shaft4": 4.0,
            "outer": o, "outer2": 2 * o, "outer3": 3 * o, "inner": i, "inner2": 2 * i, "ball": b, "ball2": 2 * b,
            "cage": f, "cage2": 2 * f,
            "inner-1": i - 1, "inner+1": i + 1, "inner-2": i - 2, "inner+2": i + 2,
            "outer-1": o - 1, "outer+1": o + 1, "outer-cage": o - f, "outer+cage": o + f,
            "ball-cage": b - f, "ball+cage": b + f, "spin": b / 2, "shaft-cage": 1 - f,
            "inner2-1": 2 * i - 1, "inner2+1": 2 * i + 1, "ball2-cage": 2 * b - f, "ball2+cage": 2 * b + f,
        }  # fmt: skip


@dataclass
class Rows:
    """Rows of a recording.

    Attributes
    ----------
    features : float32[rows, width]
        Lines in dB, then ln of the shares of the spectral bands.
    levels : float32[rows, 7]
        `LEVELS`: seconds, mean rpm, RMS and peak in m/s^2, excess kurtosis, velocity in mm/s, ln impulsiveness.
    quality : uint8[rows]
        Flags (dsp_quality.h).
    """

    features: np.ndarray
    levels: np.ndarray
    quality: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint8))


class Bearing(FloatBlock):
    """Envelope orders, spectral shape and levels of a machine's vibration.

    Parameters
    ----------
    geometry : Geometry
        Of the bearing.
    rate_hz : float
        Of the accelerometer, 1,600 to 50,000.
    scale : float
        m/s^2 a count.
    rpm : float
        Shaft speed where none is measured.
    bands_hz : sequence of (float, float)
        Bands whose envelopes are looked at, below half the rate.
    envelope_hz : float
        Rate of the envelopes; the sensor's divided by a whole number up to 32.
    per_turn, turns : int
        Envelope samples a turn, and turns a row; their product is a power of two.
    shape_hz : (float, float, int)
        Lowest and highest edge of the bands of the spectrum's shape, and how many there are.
    frame : int
        Samples of that spectrum.
    tolerance : float
        Of a line's order: slip and clock.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(
        self,
        geometry: Geometry,
        rate_hz: float = 12000,
        scale: float = 0.005,
        rpm: float = 1797,
        bands_hz: Sequence[Sequence[float]] = ((700, 2000), (2000, 3500), (3500, 5000)),
        envelope_hz: float = 1500,
        per_turn: int = 32,
        turns: int = 32,
        shape_hz: tuple[float, float, int] = (250, 5000, 19),
        frame: int = 256,
        tolerance: float = 0.006,
    ):
        step = rate_hz / envelope_hz
        points = per_turn * turns
        if not 1600 <= rate_hz <= 50000 or step != int(step) or not 1 <= step <= lib.MK_BEARING_DECIMATION:
            raise ConfigError(
                f"an envelope at {envelope_hz:g} Hz of {rate_hz:g} Hz: take 1,600 to 50,000 Hz and a whole "
                f"ratio up to {lib.MK_BEARING_DECIMATION}."
            )
        if points & (points - 1) or not 64 <= points <= 4096:
            raise ConfigError(f"per_turn {per_turn} times turns {turns} must be a power of two from 64 to 4096.")
        if not 1 <= len(bands_hz) <= lib.MK_BEARING_BANDS or any(
            not 0 < low < high < rate_hz / 2 for low, high in bands_hz
        ):
            raise ConfigError(
                f"bands_hz must be 1 to {lib.MK_BEARING_BANDS} pairs (low, high) between 0 and {rate_hz / 2:g} Hz."
            )
        if not (rpm > 0 and rpm / 60 * per_turn <= lib.MK_BEARING_BURST * envelope_hz):
            raise ConfigError(f"{rpm:g} rpm at {per_turn} samples a turn outruns an envelope at {envelope_hz:g} Hz.")
        if not 0 < shape_hz[0] < shape_hz[1] <= rate_hz / 2:
            raise ConfigError(f"shape_hz must lie between 0 and {rate_hz / 2:g} Hz.")
        super().__init__(
            rate_hz=float(rate_hz), scale=float(scale), rpm=float(rpm), per_turn=per_turn, turns=turns,
            tolerance=float(tolerance), frame=frame,
        )  # fmt: skip
        self.rate_hz, self.scale, self.rpm, self.per_turn, self.points = rate_hz, scale, rpm, per_turn, points
        self.tolerance, self.step = tolerance, int(step)
        self.names = [*geometry.lines(), *(f"shape {i}" for i in range(int(shape_hz[2])))]
        self.lines = len(geometry.lines())
        self._orders = floats(list(geometry.lines().values()))
        self._sos = floats(
            np.concatenate([scipy.signal.butter(2, band, "bandpass", fs=rate_hz, output="sos") for band in bands_hz])[
                :, [0, 1, 2, 4, 5]
            ]
        )
        self.bands, self.sections = len(bands_hz), 2
        # what lies above half of the order samples' rate would fold onto the lines
        cut = min(0.4 * envelope_hz, 0.45 * rpm / 60 * per_turn)
        self._taps = 8 * self.step + 1
        self._low_pass = Fir(scipy.signal.firwin(self._taps, cut, fs=rate_hz), down=self.step)
        self._spectrum = PowerSpectrum(points, window_name="hann")
        self._frame = PowerSpectrum(frame, window_name="hann")
        edges = np.linspace(shape_hz[0], shape_hz[1], int(shape_hz[2]) + 1)
        bins = np.ceil(edges * frame / rate_hz).astype(np.uint16)
        if (np.diff(bins.astype(int)) < 1).any():
            raise ConfigError(f"{shape_hz[2]} bands of shape_hz hold no bin each. Take fewer, or a longer frame.")
        self._start, self._count = bins[:-1].copy(), np.diff(bins).astype(np.uint16)
        self._velocity_step = max(1, round(rate_hz / 6000))
        self._velocity_low = floats(
            scipy.signal.butter(4, min(1000, 0.4 * rate_hz), fs=rate_hz, output="sos")[:, [0, 1, 2, 4, 5]]
        )
        self._velocity_high = _velocity(rate_hz / self._velocity_step)
        self.struct = ffi.new("mk_bearing_config *")
        self._fill()
        taps = self._taps
        self.memory_floats = self.bands * (points + taps) + frame + frame // 2 + 1
        self.scratch_floats = max(points, 2 * frame)
        self._memory = np.zeros(self.memory_floats, np.float32)
        self._scratch = np.zeros(self.scratch_floats, np.float32)
        self._state = ffi.new("mk_bearing *")
        check(lib.mk_bearing_init(self._state, self.struct, fp(self._memory), fp(self._scratch)), "bearing features")

    def _fill(self) -> None:
        config = self.struct[0]
        config.rate_hz, config.scale, config.rpm = self.rate_hz, self.scale, self.rpm
        config.tolerance, config.per_turn = self.tolerance, self.per_turn
        config.bands, config.sections, config.lines = self.bands, self.sections, self.lines
        config.sos, config.low_pass = fp(self._sos), self._low_pass.struct[0]
        config.fft, config.window = self._spectrum.fft.struct[0], fp(self._spectrum._window)
        config.orders, config.spectrum = fp(self._orders), self._frame.struct[0]
        config.shape.start, config.shape.count = pointer("uint16_t", self._start), pointer("uint16_t", self._count)
        config.shape.bands, config.shape.relative = len(self._start), 0
        config.velocity_low, config.velocity_high = fp(self._velocity_low), fp(self._velocity_high)
        config.velocity_low_sections = len(self._velocity_low)
        config.velocity_high_sections = len(self._velocity_high)
        config.velocity_step = self._velocity_step

    @property
    def width(self) -> int:
        """Features a row."""
        return len(self.names)

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {
            "sos": self._sos, "orders": self._orders, "low_pass": self._low_pass.tables["phases"],
            "window": self._spectrum._window, "twiddle": self._spectrum.fft.twiddle,
            "order": self._spectrum.fft.order, "frame_window": self._frame._window,
            "frame_twiddle": self._frame.fft.twiddle, "frame_order": self._frame.fft.order,
            "shape_start": self._start, "shape_count": self._count,
            "velocity_low": self._velocity_low, "velocity_high": self._velocity_high,
        }  # fmt: skip

    def process(self, frames: np.ndarray) -> Rows:
        """All rows of int16[n, 2] frames (acceleration, rpm), from a fresh start."""
        lib.mk_bearing_reset(self._state)
        frames = np.ascontiguousarray(frames, np.int16)
        if frames.ndim != 2 or frames.shape[1] != 2:
            raise ValueError(f"frames have shape {frames.shape}, not (n, 2)")
        row, done = ffi.new("mk_bearing_row *"), ffi.new("uint8_t *")
        features, levels, quality, at = [], [], [], 0
        base = pointer("int16_t", frames) if len(frames) else ffi.NULL
        while at < len(frames):
            at += lib.mk_bearing_push(self._state, base + 2 * at, len(frames) - at, row, done)
            if done[0]:
                features.append([row.features[i] for i in range(self.width)])
                levels.append([getattr(row, name) for name in LEVELS])
                quality.append(row.quality)
        return Rows(
            floats(features).reshape(-1, self.width),
            floats(levels).reshape(-1, len(LEVELS)),
            np.array(quality, np.uint8),
        )

    def source(self, name: str) -> tuple[str, str]:
        """C: definitions of the tables, and an initialiser of `mk_bearing_config` that names them."""
        tables = "".join(c.array(f"{name}_{key}", value) for key, value in self.tables.items())
        number = lambda value: c.literal(np.float32(value))  # noqa: E731
        fft = f"{{{self.points}, {name}_twiddle, {name}_order}}"
        frame = self._frame
        init = f"""{{
    .rate_hz = {number(self.rate_hz)}, .scale = {number(self.scale)}, .rpm = {number(self.rpm)},
    .tolerance = {number(self.tolerance)}, .per_turn = {self.per_turn},
    .bands = {self.bands}, .sections = {self.sections}, .lines = {self.lines}, .sos = {name}_sos,
    .low_pass = {{{name}_low_pass, 1, {self.step}, {self._taps}}},
    .fft = {fft}, .window = {name}_window, .orders = {name}_orders,
    .spectrum = {{{{{frame.fft.length}, {name}_frame_twiddle, {name}_frame_order}}, {frame.frame_length}, 0, 0,
                 {number(frame.scale)}, {name}_frame_window}},
    .shape = {{{name}_shape_start, {name}_shape_count, {len(self._start)}, 0}},
    .velocity_low = {name}_velocity_low, .velocity_high = {name}_velocity_high,
    .velocity_low_sections = {len(self._velocity_low)}, .velocity_high_sections = {len(self._velocity_high)},
    .velocity_step = {self._velocity_step}}}"""
        return tables, init


def _velocity(rate_hz: float) -> np.ndarray:
    """Sections from m/s^2 to mm/s above 10 Hz: a fourth-order high-pass, one of whose zeros is an integrator's pole."""
    zeros, poles, gain = scipy.signal.butter(4, 2 * np.pi * 10, "highpass", analog=True, output="zpk")
    zpk = scipy.signal.bilinear_zpk(zeros[:-1], poles, 1000 * gain, rate_hz)
    return floats(scipy.signal.zpk2sos(*zpk)[:, [0, 1, 2, 4, 5]])
