"""Streaming keyword decisions (`mk_keyword`)."""

from dataclasses import dataclass

import numpy as np

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError


@dataclass(frozen=True)
class KeywordEvent:
    """A reported keyword: the window (from 0) it was decided in, its label's index, its smoothed probability."""

    window: int
    label: int
    probability: float


class Keyword:
    """Score smoothing, odds, a threshold a keyword, hysteresis and refractory time.

    Parameters
    ----------
    on : array of float
        Smoothed probability (or evidence) at which each label is reported, 0 to 1; 0 for labels that are never
        reported.
    off : array of float
        Probability below which it may be reported again, at most `on`.
    smoothing : int
        Windows averaged, 1 to 32.
    refractory : int
        Windows of silence after a report.
    odds : bool
        Smooth the evidence of each keyword against the labels that are never reported instead of its probability;
        see post_keyword.h.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(self, on: np.ndarray, off: np.ndarray, smoothing: int, refractory: int, odds: bool = False):
        on, off = np.asarray(on, float), np.asarray(off, float)
        if not ((on >= 0).all() and (on <= 1).all() and (off <= on).all() and (off >= 0).all()):
            raise ConfigError("keyword thresholds must be from 0 to 1, with off at most on.")
        if not 1 <= smoothing <= lib.MK_KEYWORD_MAX_SMOOTHING:
            raise ConfigError(f"keyword smoothing of {smoothing} windows must be 1 to {lib.MK_KEYWORD_MAX_SMOOTHING}.")
        self.on = np.minimum(np.round(on * 65536), 65535).astype(np.uint16)
        self.off = np.minimum(np.round(off * 65536), self.on).astype(np.uint16)
        self.smoothing, self.refractory, self.odds, self.labels = smoothing, refractory, bool(odds), len(on)
        self.struct = ffi.new(
            "mk_keyword_config *",
            (
                self.labels,
                smoothing,
                refractory,
                pointer("uint16_t", self.on),
                pointer("uint16_t", self.off),
                self.odds,
            ),
        )
        self.reset()

    def reset(self) -> None:
        """Forget all scores."""
        self._ring = np.zeros(self.labels * self.smoothing, np.uint8)
        self._sums = np.zeros(self.labels, np.uint16)
        self._armed = np.zeros(self.labels, np.uint8)
        self._state = ffi.new("mk_keyword *")
        check(
            lib.mk_keyword_init(
                self._state,
                self.struct,
                pointer("uint8_t", self._ring),
                pointer("uint16_t", self._sums),
                pointer("uint8_t", self._armed),
            ),
            "keyword decision",
        )

    def push(self, scores: np.ndarray) -> list[KeywordEvent]:
        """Next windows' scores, int8[windows, labels], to the keywords reported in them."""
        scores = np.ascontiguousarray(scores, np.int8)
        event = ffi.new("mk_keyword_event *")
        return [
            KeywordEvent(event.window, event.label, event.probability / 65536)
            for row in scores
            if lib.mk_keyword_process(self._state, pointer("int8_t", row), event)
        ]

    def process(self, scores: np.ndarray) -> list[KeywordEvent]:
        """All windows' scores of a recording, from a fresh start."""
        lib.mk_keyword_reset(self._state)
        return self.push(scores)
