"""A camera's lines to a driver's state: the core's runtime (`mk_driver`) as the firmware has it, fed from Python."""

from dataclasses import dataclass, field

import numpy as np

from .compiler import HostModel
from .core import check, ffi, lib, pointer
from .dsp.eyes import EyeFinder, Place
from .post.drowsiness import Drowsiness, DrowsinessEvent


@dataclass
class DriverLog:
    """Everything a runtime has said: features and scores as bytes, and events."""

    features: list[bytes] = field(default_factory=list)
    scores: list[bytes] = field(default_factory=list)
    events: list[DrowsinessEvent] = field(default_factory=list)


@ffi.def_extern()
def motekit_on_driver_features(context, values, width):
    """Take a frame's features from the runtime."""
    ffi.from_handle(context).features.append(bytes(ffi.buffer(values, 2 * width)))


@ffi.def_extern()
def motekit_on_driver_scores(context, scores, count):
    """Take the network's outputs from the runtime."""
    ffi.from_handle(context).scores.append(bytes(ffi.buffer(scores, count)))


@ffi.def_extern()
def motekit_on_driver_event(context, event):
    """Take an event from the runtime."""
    ffi.from_handle(context).events.append(DrowsinessEvent(event.at, event.code, event.value))


class Driver:
    """The runtime with its memory.

    Parameters
    ----------
    network : HostModel
        The eye-state network: int8[32 * 32] to int8[2], closed and open.
    finder : EyeFinder
        Its configuration is used, not its state.
    drowsiness : Drowsiness
        Likewise.
    levels : ndarray
        int8[256], equalised grey level to the network's input.
    view : float
        Side of the crop around an eye, in distances of the eyes.
    """

    def __init__(self, network: HostModel, finder: EyeFinder, drowsiness: Drowsiness, levels: np.ndarray, view: float):
        self.log = DriverLog()
        self._handle = ffi.new_handle(self.log)
        self._levels = np.ascontiguousarray(levels, np.int8)
        width, height = finder.size
        self._frame, self._half = np.zeros(width * height, np.uint8), np.zeros(width * height // 4, np.uint8)
        arena = np.zeros(network.arena_bytes + 16, np.uint8)
        self._arena = arena[-arena.ctypes.data % 16 :]
        config = ffi.new(
            "mk_driver_config *",
            {
                "eyes": finder.struct,
                "drowsiness": drowsiness.struct,
                "table": pointer("int8_t", self._levels),
                "view": round(view * 256),
            },
        )
        memory = ffi.new(
            "mk_driver_memory *",
            (pointer("uint8_t", self._frame), pointer("uint8_t", self._half), ffi.from_buffer(self._arena)),
        )
        sink = ffi.new(
            "mk_driver_sink *",
            {
                "context": self._handle,
                "features": lib.motekit_on_driver_features,
                "scores": lib.motekit_on_driver_scores,
                "event": lib.motekit_on_driver_event,
            },
        )
        self._keep = (network, finder, drowsiness, config, memory, sink)
        self._state = ffi.new("mk_driver *")
        model = ffi.cast("mk_nn_model *", network.address)
        check(lib.mk_driver_init(self._state, config, model, memory, sink), "driver")

    def push(self, lines: np.ndarray) -> None:
        """Next lines, int16[n, 1 + width / 2]; what they lead to is added to `log`."""
        lines = np.ascontiguousarray(lines, np.int16)
        check(lib.mk_driver_push(self._state, pointer("int16_t", lines), len(lines)), "driver")

    def calibrate(self, place: Place | None = None) -> None:
        """Take the driver's own template from the next frames, the eyes at a place; None: where app.toml says.

        Raises
        ------
        ConfigError
            If no eyes can be there.
        """
        at = ffi.NULL if place is None else place.struct
        check(lib.mk_driver_calibrate(self._state, at), "calibration")

    @property
    def calibrating(self) -> int:
        """Frames in a row that a calibration still needs."""
        return self._state.wanted

    @property
    def mount(self) -> bytes | None:
        """What a calibration has found, as settings keep it; None: there was none."""
        return bytes(ffi.buffer(ffi.addressof(self._state, "mount"))) if self._state.mounted else None

    def remember(self, mount: bytes | None) -> None:
        """Go on with a mount found before; None: that of the configuration.

        Raises
        ------
        ConfigError
            If no eyes can be there.
        """
        kept = ffi.NULL
        if mount is not None:
            kept = ffi.new("mk_driver_mount *")
            ffi.buffer(kept)[:] = mount
        check(lib.mk_driver_remember(self._state, kept), "mount")

    @property
    def expected(self) -> Place:
        """Where the eyes are expected."""
        p = self._state.eyes.expected
        return Place(p.x / 256, p.y / 256, p.dx / 256, p.dy / 256)

    @property
    def alarm(self) -> int:
        """0 none, 1 warn, 2 alarm."""
        return self._state.alarm
