"""From a wrist's frames to heart rate, rhythm, activity and sleep: the app's chain, for every command."""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from motekit import runtimes
from motekit.app import App
from motekit.chain import Answer, Chain, Evaluation, Progress, Take, Training
from motekit.datasets import cinc2017, ppg_dalia, wisdm
from motekit.errors import ConfigError, DataError
from motekit.explore import Table
from motekit.link import Event
from motekit.post.body import Body
from motekit.post.heart import trouble_names
from motekit.post.wearable import TICK_S, Wearable

from . import activity, body, generate, heart_rate, parameters, rhythm, sleep, steps
from .frames import Rates
from .wrist import ASLEEP, AWAKENINGS, EFFICIENCY, ONSET, Wrist, has_activity

#: events, by code (post_wearable.h): what is said of them
IRREGULAR = {1: "irregular rhythm, see a doctor", 0: "rhythm no longer irregular"}


#: what the events of a night that is over tell
_NIGHT = {
    ONSET: "minutes_since_onset",
    ASLEEP: "minutes_asleep",
    AWAKENINGS: "awakenings",
    EFFICIENCY: "efficiency_permille",
}


class AppChain(Chain):
    """Frames through the core's `mk_wearable`."""

    tasks = ("heart_rate", "rhythm", "hrv", "faults", "activity", "steps", "falls", "sleep")
    sections = frozenset(
        {"heart", "wrist", "rhythm", "light", "tasks", "activity", "steps", "falls", "sleep", "energy", "rates"}
    )

    def __init__(self, app: App, model: Path | None = None):
        super().__init__(app, model)
        self.bare = parameters.of(app)

    @cached_property
    def rhythm_model(self) -> rhythm.Model:
        """The trained rhythm model."""
        return rhythm.load(self.folder, rhythm.features_hash(Wearable(self.bare)))

    @cached_property
    def activity_model(self) -> activity.Model | None:
        """The trained activity network; None where a folder of models has none: then there is no activity."""
        return activity.load(self.folder) if has_activity(self.folder) else None

    @cached_property
    def motion(self) -> Body:
        """The motion half on this computer."""
        model = self.activity_model
        if model is None:
            return Body(body.of(self.app))
        network = runtimes.network(self.app, model.int8_model, name="activity")
        return Body(body.of(self.app, model.parameters()), network)

    @cached_property
    def wrist(self) -> Wearable:
        """The heart half on this computer."""
        return self.wrist_with(self.rhythm_model)

    def wrist_with(self, model: rhythm.Model) -> Wearable:
        """The chain with a rhythm model."""
        network = runtimes.network(self.app, model.int8_model, name="rhythm")
        return Wearable(parameters.of(self.app, model.parameters()), network)

    @cached_property
    def feature_hash(self) -> int:
        """See `Chain`: of everything but the trained model."""
        both = Wearable(self.bare).digest() + Body(body.of(self.app)).digest()
        return int.from_bytes(hashlib.sha256(both).digest()[:8], "big")

    @cached_property
    def model_hash(self) -> int:
        """See `Chain`."""
        model = self.rhythm_model
        told = model.int8_model + repr(sorted(model.parameters().items())).encode()
        if moved := self.activity_model:
            told += moved.int8_model + repr(sorted(moved.parameters().items())).encode()
        return int.from_bytes(hashlib.sha256(told).digest()[:8], "big")

    def generate(self, out_dir: Path, target: str) -> None:
        """See `Chain`."""
        compiled = [runtimes.write(self.app, self.rhythm_model.int8_model, out_dir, name="rhythm", target=target)]
        if self.activity_model:
            network = self.activity_model.int8_model
            compiled.append(runtimes.write(self.app, network, out_dir, name="activity", target=target))
        body.sources(self.motion, out_dir)
        generate.write(
            self.app,
            self.wrist,
            out_dir,
            feature_hash=self.feature_hash,
            model_hash=self.model_hash,
            arena=max(one.arena_bytes for one in compiled),
            activities=len(self.motion.settings.activity.labels),
            active=self.activity_model is not None,
        )

    def takes(self, source: Path | None, limit: int | None = None) -> list[Take]:
        """See `Chain`; a folder may be in the layout of any of the tasks' data sets."""
        return self.takes_of(task_of(source), source, limit)

    def takes_of(self, task: str, source: Path | None, limit: int | None = None) -> list[Take]:
        """Recordings for a task."""
        return _LOADERS.get(task, heart_rate.takes)(source, self.rates, limit)

    @property
    def rates(self) -> Rates:
        """Frames a second, and samples of each part, as declared."""
        p = self.bare
        return Rates(p.rate_hz, p.pulse_hz or p.rate_hz, p.motion_hz or p.rate_hz)

    def answer(self, frames: np.ndarray) -> Answer:
        """See `Chain`."""
        return Wrist(self.wrist, self.motion).answer(frames)

    def describe(self, event: Event) -> dict[str, Any]:
        """See `Chain`."""
        told = {"time_s": TICK_S * (event.at + 1), "tick": event.at}
        if event.code == 1:
            return {"label": "heart rate", "bpm": event.value / 16, **told}
        if event.code == 2:
            return {"label": "no reading", "why": trouble_names(event.value), **told}
        if event.code == 4:
            return {"label": IRREGULAR[event.value], **told}
        if event.code == 5:
            return {"label": "heart-rate variability", "rmssd_ms": event.value / 1000, **told}
        if event.code == 3:
            return {"label": self.motion.settings.activity.labels[event.value], **told}
        if event.code == 6:
            return {"label": "steps", "steps": event.value, **told}
        if event.code == 7:
            return {"label": "fall", **told}
        if event.code == 8:
            return {"label": "asleep" if event.value & 1 else "awake", "sadeh": bool(event.value & 2), **told}
        if event.code in _NIGHT:
            return {"label": "night over", _NIGHT[event.code]: event.value, **told}
        if event.code == 9:
            return {"label": "light on" if event.value else "light off", **told}
        return {"label": f"event {event.code}", "value": event.value, **told}

    def table(self, data: Path | None, *, limit: int | None = None, progress: Progress | None = None) -> Table:
        """See `Chain`: of activity, or of rhythm where the folder is one of ECGs."""
        from . import explored

        return explored.table(self, task_of(data) if data else "activity", data, limit, progress)

    def _train(self, asked: Training) -> dict[str, Any]:
        """See `Chain`; heart rate has nothing to train."""
        how = {"seed": asked.seed, "epochs": asked.epochs, "progress": asked.progress}
        if asked.task == "activity":
            return activity.train_on(self, asked.data, asked.out, **how)
        if asked.task != "rhythm":
            known = "Train --task rhythm or activity"
            raise ConfigError(f"{asked.task} has no model to train: it is a fixed chain. {known}.")
        given = self.takes_of("rhythm", asked.data)
        records = rhythm.measure(given, self.bare)
        model = rhythm.train(records, asked.seed)
        provenance = {
            "data": self.dataset("rhythm") if asked.data else "synthetic",
            "records": len(given),
            "seed": asked.seed,
            "command": "motekit train wearable --task rhythm",
        }
        rhythm.save(model, asked.out, rhythm.features_hash(Wearable(self.bare)), provenance)
        return {"app": self.app.name, "task": "rhythm", "out": str(asked.out), **provenance}

    def _evaluate(self, asked: Evaluation) -> dict[str, Any]:
        """See `Chain`; the only splits are "record", of the rhythm, and "subject", of activity."""
        from . import scoring

        known = {"rhythm": ("record",), "activity": ("subject",)}.get(asked.task, ())
        if asked.split is not None and asked.split not in known:
            raise asked.unknown_split(known)
        how = ("split", "board", "seed", "epochs", "folds", "out", "progress")
        return scoring.evaluate(self, asked.task, asked.data, **{name: getattr(asked, name) for name in how})

    def energy(self, instructions_per_window: int) -> list[dict[str, Any]]:
        """See `Chain`: with the light always on, and 30 s every 5 minutes."""
        from . import energy

        return [energy.estimate(self.app, instructions_per_window, on, every) for on, every in energy.USES]

    def draw(self, folder: Path) -> None:
        """See `Chain`."""
        from . import pictures

        pictures.draw(self, folder)

    def figures(self, name: str) -> str:
        """See `Chain`."""
        from . import pictures

        return pictures.figures(self, name)


def task_of(source: Path | None) -> str:
    """The task whose data set a folder, or a recording, looks like."""
    if source is None:
        return "heart_rate"
    source = Path(source)
    if not source.exists():
        raise DataError(f"{source} does not exist. Name a folder of recordings.")
    if not source.is_dir() or ppg_dalia.holds(source):
        return "heart_rate"
    if any(source.rglob(cinc2017.REFERENCE)):
        return "rhythm"
    return "activity" if any(source.rglob(wisdm.FILES)) else "heart_rate"


#: recordings of each task; any other's are those of the heart rate
_LOADERS = {
    "rhythm": rhythm.takes,
    "activity": activity.takes,
    "steps": steps.walks,
    "falls": steps.falls,
    "sleep": sleep.takes,
}
