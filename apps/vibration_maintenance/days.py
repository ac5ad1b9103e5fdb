"""Days of simulated machines through the anomaly detector: false alarms when healthy, how soon faults are found."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from motekit.chain import Progress
from motekit.data.machine import at_rate, frames_of
from motekit.datasets.synthetic import vibration
from motekit.post.anomaly import Anomaly, Level

MACHINES = 10
HOURS = 24
#: a row every so many seconds after calibration: a machine that is looked at three times a minute
STEP_S = 20.0
#: one stretch of signal, of which the first turns fill the filters
STRETCH_S = 1.45
#: what is planted: fault, severity (RMS of its ringing by that of the machine's own noise)
PLANTED = {"outer_race": 1.0, "inner_race": 1.0, "ball": 1.0}
#: hour at which a fault begins, and how long it grows to its severity; then it stays for LATEST_S at most
BEGINS_H, GROWS_S, LATEST_S = 5.0, 1800.0, 900.0
BUDGET_S = 600.0


@dataclass
class Reader:
    """Signals to the detector's values, by the app's own blocks."""

    chain: Any

    def __post_init__(self) -> None:
        self.machine = self.chain.machine()
        lists = self.machine.tables
        self._groups = [
            lists["value_members"][lists["value_starts"][i] : lists["value_starts"][i + 1]]
            for i in range(len(self.machine.values))
        ]

    def values(self, samples: np.ndarray) -> np.ndarray:
        """Rows of one stretch, float32[rows, dims]."""
        samples = at_rate(samples, vibration.RATE_HZ, self.chain.app.rate_hz)
        rows = self.chain.bearing.process(frames_of(samples, self.chain.bearing.scale))
        return values_of(rows, self._groups)


def values_of(rows, groups) -> np.ndarray:
    """The detector's values of rows of features: means of groups, as the core takes them."""
    log = np.log(np.maximum(rows.levels[:, [2, 5]], 1e-9))
    inputs = np.concatenate([rows.features, log, rows.levels[:, 6:7]], axis=1)
    return np.stack([inputs[:, group].mean(axis=1) for group in groups], axis=1).astype(np.float32)


def detector(machine, row_s: float | None = None) -> Anomaly:
    """The app's detector, for rows of another distance in time."""
    config = dict(machine.anomaly)
    config.pop("dims")
    if row_s:
        config["row_s"] = row_s
    return Anomaly(machine.tables["floors"], **config)


def one_machine(chain, number: int, hours: float, planted: dict[str, float]) -> dict[str, Any]:
    """A machine's calibration, its healthy day, and its days with a fault."""
    reader = Reader(chain)
    machine = reader.machine
    day = vibration.Day(vibration.machine(number), number)
    row_s = machine.row_s
    learn = machine.anomaly["learn_rows"] + machine.anomaly["check_rows"]
    # calibration: rows one after the other
    calibration = []
    second = 0.0
    while sum(len(c) for c in calibration) < learn:
        samples = vibration.simulate(day.made, day.at(second), 40.0, [number, int(second), 4])
        calibration.append(reader.values(samples))
        second += 40.0
    calibration = np.concatenate(calibration)[:learn]

    def fresh() -> Anomaly:
        found = detector(machine, STEP_S)
        found.learn()
        found.push(calibration)
        return found

    stretch = STRETCH_S * 1797 / day.made.rpm
    kept = list(day.rows(second, hours * 3600, STEP_S, stretch))
    times = np.array([t for t, _ in kept])
    healthy = np.concatenate([reader.values(s)[:1] for _, s in kept])
    trace = fresh().push(healthy)
    alarms = int((np.diff(trace.level, prepend=0) > 0)[trace.level == Level.ALARM].sum())
    warnings = int(((np.diff(trace.level, prepend=0) > 0) & (trace.level >= Level.WARNING)).sum())
    faults = {}
    begins = BEGINS_H * 3600
    for fault, severity in planted.items():
        watcher = fresh()
        watcher.push(healthy[times < begins])
        sick = day.with_fault(fault, severity, begins, begins + GROWS_S)
        found = None
        for t, samples in sick.rows(begins, begins + GROWS_S + LATEST_S, STEP_S, stretch):
            level = watcher.push(reader.values(samples)[:1]).level[0]
            if level == Level.ALARM:
                found = t - (begins + GROWS_S)
                break
        faults[fault] = None if found is None else round(found, 1)
    return {
        "machine": number,
        "learned": bool(fresh().state.watched),
        "rows": len(healthy),
        "row_s": round(row_s, 3),
        "false_alarms": alarms,
        "warnings": warnings,
        "alarm_at": round(float(fresh().state.alarm_at), 2),
        "largest_smoothed": round(float(trace.smoothed.max()), 2),
        "seconds_after_severity": faults,
    }


def evaluate(
    chain, *, seed: int = 0, machines: int = MACHINES, hours: float = HOURS, progress: Progress | None = None
) -> dict[str, Any]:
    """Ten machines, a day each; `seed` is the number of the first. Nothing is trained."""
    found = []
    for index in range(machines):
        if progress:
            progress(index, machines, "days of machines")
        found.append(one_machine(chain, seed + index, hours, PLANTED))
    delays = [delay for one in found for delay in one["seconds_after_severity"].values()]
    return {
        "app": chain.app.name,
        "data": {"source": "synthetic", "name": "simulated machines", "groups": machines,
                 "windows": sum(one["rows"] for one in found)},
        "split": "machines",
        "rows": {},
        "metrics": {
            "hours": hours * machines,
            "step_s": STEP_S,
            "false_alarms": sum(one["false_alarms"] for one in found),
            "most_false_alarms_of_a_machine": max(one["false_alarms"] for one in found),
            "warnings": sum(one["warnings"] for one in found),
            "planted": len(delays),
            "found_within_10_min": sum(delay is not None and delay <= BUDGET_S for delay in delays),
            "missed": sum(delay is None for delay in delays),
            "latest_s": max((delay for delay in delays if delay is not None), default=None),
            "severity": PLANTED,
            "false_alarms_per_day_asked": chain.machine().anomaly["budget_per_day"],
        },
        "machines": found,
    }  # fmt: skip
