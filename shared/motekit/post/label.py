"""From the scores of windows to the state that is reported (`mk_label`)."""

from dataclasses import dataclass

import numpy as np

from ..core import check, ffi, lib, pointer
from ..dsp.constants import Native, Struct

UNKNOWN = 255


@dataclass(frozen=True)
class LabelEvent:
    """A change of state: the window, the label's number or `UNKNOWN`, and its probability in 1/65536 or the flags."""

    window: int
    label: int
    value: int


class Label:
    """Average of the windows' probabilities, a threshold by label, untrusted windows left out.

    Parameters
    ----------
    on : array of float
        By label, averaged probability from which it is reported, 0 to below 1; 0: never.
    smoothing : int
        Windows averaged, 1 to 64.
    patience : int
        Windows in a row that are not trusted until the state is unknown, 1 to 255.
    reject : int
        Quality flags with which a window is not trusted.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, on: np.ndarray, smoothing: int = 1, patience: int = 1, reject: int = 255):
        thresholds = np.asarray(np.round(np.clip(on, 0, 65535 / 65536) * 65536), np.uint16)
        self.labels, self.smoothing = len(thresholds), smoothing
        limited = [min(max(int(value), 0), 255) for value in (len(thresholds), smoothing, patience, reject)]
        #: the core's mk_label_config
        self.constants = Struct("mk_label_config", (thresholds, *limited))
        self._native = Native()
        self.struct = self._native.struct(self.constants)
        self._ring = np.zeros(max(1, self.labels * smoothing), np.uint8)
        self._state = ffi.new("mk_label *")
        check(lib.mk_label_init(self._state, self.struct, pointer("uint8_t", self._ring)), "labels")

    def reset(self) -> None:
        """Forget all windows."""
        lib.mk_label_reset(self._state)

    def push(self, scores: np.ndarray, quality: int) -> LabelEvent | None:
        """One window's scores int8[labels] and quality flags; the change of state, if there is one."""
        scores, event = np.ascontiguousarray(scores, np.int8), ffi.new("mk_label_event *")
        if lib.mk_label_process(self._state, pointer("int8_t", scores), quality, event):
            return LabelEvent(event.window, event.label, event.value)
        return None

    def process(self, scores: np.ndarray, quality: np.ndarray) -> list[LabelEvent]:
        """All windows of a recording, int8[windows, labels] and uint8[windows], from a reset."""
        self.reset()
        events = [self.push(row, int(flags)) for row, flags in zip(scores, quality, strict=True)]
        return [event for event in events if event is not None]
