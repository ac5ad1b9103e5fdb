"""Anomaly detection that learns its own machine (`mk_anomaly`), and the trend of an indicator (`mk_trend`)."""

import enum
from dataclasses import dataclass

import numpy as np

from ..core import check, ffi, lib
from ..dsp.floats import floats, fp
from ..errors import ConfigError


class State(enum.IntEnum):
    """Whether it knows its machine."""

    UNLEARNED = 0
    LEARNING = 1
    WATCHING = 2


class Level(enum.IntEnum):
    """What it says of it."""

    NORMAL = 0
    WARNING = 1
    ALARM = 2


@dataclass(frozen=True, eq=False)
class AnomalyTrace:
    """One a row: score, smoothed score, `State`, `Level`, and what happened (bits of post_anomaly.h)."""

    score: np.ndarray
    smoothed: np.ndarray
    state: np.ndarray
    level: np.ndarray
    happened: np.ndarray


class Anomaly:
    """Mahalanobis distance to learned running, warning and alarm within a budget of false ones.

    Parameters
    ----------
    floors : sequence of float
        Deviation of each value that healthy running may show unlearned.
    row_s : float
        Seconds a row.
    budget_per_day : float
        False alarms that may be.
    learn_rows, check_rows : int
        Rows that mean and covariance are learned from, and the score's own spread.
    smoothing, least, follow, follow_most, confirm
        See post_anomaly.h.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(
        self,
        floors: np.ndarray,
        row_s: float = 1.0,
        budget_per_day: float = 0.1,
        learn_rows: int = 400,
        check_rows: int = 200,
        smoothing: float = 0.1,
        least: float = 1.0,
        follow: float = 0.0005,
        follow_most: float = 2.0,
        confirm: int = 6,
    ):
        self._floors = floats(floors)
        if not 1 <= len(self._floors) <= lib.MK_ANOMALY_DIMS:
            raise ConfigError(f"an anomaly detector takes 1 to {lib.MK_ANOMALY_DIMS} values.")
        self._config = ffi.new(
            "mk_anomaly_config *",
            {
                "floors": fp(self._floors), "row_s": row_s, "budget_per_day": budget_per_day, "smoothing": smoothing,
                "least": least, "follow": follow, "follow_most": follow_most, "learn_rows": learn_rows,
                "check_rows": check_rows, "confirm": confirm, "dims": len(self._floors),
            },
        )  # fmt: skip
        self._state = ffi.new("mk_anomaly *")
        check(lib.mk_anomaly_init(self._state, self._config), "anomaly detector")

    @property
    def state(self):
        """The `mk_anomaly`, for a look inside."""
        return self._state[0]

    def learn(self) -> bool:
        """Begin to learn; False if it refuses because a warning or an alarm stands."""
        return lib.mk_anomaly_learn(self._state) == 0

    def restore(self, baseline) -> bool:
        """Take a baseline (`mk_anomaly_baseline`); False if it cannot be one."""
        given = baseline if ffi.typeof(baseline).kind == "pointer" else ffi.addressof(baseline)
        return lib.mk_anomaly_restore(self._state, given) == 0

    def push(self, values: np.ndarray, sane: np.ndarray | None = None) -> AnomalyTrace:
        """Next rows, float32[rows, dims]; `sane` is false where a row must not count."""
        values = floats(values).reshape(-1, len(self._floors))
        state = self._state
        trace = []
        for i, row in enumerate(values):
            happened = lib.mk_anomaly_process(state, fp(row), 1 if sane is None else int(sane[i]))
            trace.append((state.score, state.smoothed, state.state, state.level, happened))
        columns = np.array(trace, float).reshape(-1, 5).T
        return AnomalyTrace(floats(columns[0]), floats(columns[1]), *(c.astype(int) for c in columns[2:]))


@dataclass(frozen=True)
class Trend:
    """A robust line: slope with its 90 % interval, level at the end, time to the threshold with its interval."""

    slope: float
    slope_low: float
    slope_high: float
    level: float
    time_to: float
    time_soonest: float
    time_latest: float
    rises: bool


def trend(t: np.ndarray, y: np.ndarray, threshold: float) -> Trend:
    """Theil-Sen line through 6 to 40 points (`mk_trend`).

    Raises
    ------
    ConfigError
        If the points are too few, too many, or not in order.
    """
    t, y = floats(t), floats(y)
    if t.shape != y.shape or not lib.MK_TREND_LEAST <= len(t) <= lib.MK_TREND_MOST:
        raise ConfigError(f"a trend takes {lib.MK_TREND_LEAST} to {lib.MK_TREND_MOST} points.")
    out, scratch = ffi.new("mk_trend *"), np.empty(len(t) * (len(t) - 1) // 2 + len(t), np.float32)
    check(lib.mk_trend_process(fp(t), fp(y), len(t), threshold, fp(scratch), out), "trend (its times must rise)")
    names = ("slope", "slope_low", "slope_high", "level", "time_to", "time_soonest", "time_latest")
    return Trend(*(getattr(out, name) for name in names), bool(out.rises))
