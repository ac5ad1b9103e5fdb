"""From a machine's vibration to names, alarms and trends: the app's chain, for every command."""

import hashlib
import json
import math
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from motekit import runtimes
from motekit.app import App
from motekit.chain import Answer, Chain, Evaluation, Take, Training
from motekit.codegen import header
from motekit.compiler import HostModel
from motekit.data.machine import frames_of
from motekit.errors import ConfigError, ModelError
from motekit.files import write_if_changed
from motekit.link import Event
from motekit.post.machine import Code, Machine, Naming, Watch
from motekit.tflm import TflmModel

from . import data, machine, naming

_LEVELS = ("normal", "warning", "alarm")


class AppChain(Chain):
    """Acceleration and shaft speed through the core's `mk_machine`."""

    sections = frozenset(machine.SECTIONS)

    def __init__(self, app: App, model: Path | None = None):
        super().__init__(app, model)
        if list(app.sensor["channels"]) != ["x", "rpm"]:
            raise ConfigError(f'{app.folder / "app.toml"}: [sensor] channels must be ["x", "rpm"].')
        for name in machine.SECTIONS:
            machine.section(app, name)

    @cached_property
    def bearing(self):
        """The features."""
        return machine.bearing(self.app)

    @property
    def feature_names(self) -> list[str]:
        """See `Chain`."""
        return self.bearing.names

    @property
    def feature_hash(self) -> int:
        """See `Chain`: of the features of a row."""
        return int.from_bytes(self.bearing.digest()[:8], "big")

    @cached_property
    def info(self) -> dict[str, Any]:
        """model.json, of these features.

        Raises
        ------
        ModelError
            If it is missing, or was trained on other features or labels.
        """
        path = self.folder / "model.json"
        try:
            info = json.loads(path.read_text(encoding="utf8"))
            hash_, labels = info["feature_hash"], info["labels"]
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"{path} is missing or damaged: {error}. Train one: motekit train {self.app.name}"
            ) from None
        if hash_ != f"{self.feature_hash:016x}" or labels != self.app.labels:
            raise ModelError(
                f"{path} was trained on other features or labels. Train again: motekit train {self.app.name}"
            )
        return info

    def _bytes(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise ModelError(f"{self.folder / name} does not exist. Train again, or restore it.") from error

    @cached_property
    def model(self) -> bytes:
        """The int8 network."""
        _ = self.info
        return self._bytes("model.tflite")

    @cached_property
    def float_model(self) -> bytes:
        """The float network."""
        return self._bytes("float.tflite")

    @cached_property
    def naming(self) -> Naming:
        """When a name may be given."""
        return naming.load(self.folder / "naming.json")

    @property
    def model_hash(self) -> int:
        """See `Chain`: of the network, the naming tables and what is declared of detector and condition."""
        declared = {name: self.app.declared[name] for name in ("naming", "anomaly", "condition", "shaft")}
        digest = hashlib.sha256(self.model + self._bytes("naming.json"))
        digest.update(json.dumps(declared, sort_keys=True).encode())
        return int.from_bytes(digest.digest()[:8], "big")

    @cached_property
    def network(self) -> HostModel | TflmModel:
        """The network on this computer, in the app's runtime."""
        return runtimes.network(self.app, self.model)

    def machine(self, flash: bytearray | None = None, bearing=None, watch: Watch | None = None) -> Machine:
        """A machine of this app, unlearned; another bearing's features if given."""
        declared = machine.section(self.app, "naming")
        given = self.network.inputs[0]
        return Machine(
            bearing or self.bearing,
            self.app.labels,
            {label: declared[label] for label in self.app.labels if label in declared},
            self.naming,
            lambda row: self.network.invoke([row.reshape(given.shape)])[0].ravel(),
            input_scale=given.scale,
            input_zero=given.zero_point,
            watch=watch or machine.watch(self.app),
            least_probability=declared["least_probability"],
            # a baseline of other features or values is none
            schema=self.feature_hash & 0xFFFFFFFF,
            flash=flash,
        )

    def generate(self, out_dir: Path, target: str) -> None:
        """See `Chain`."""
        app = self.app
        runtimes.write(
            app, self.model, out_dir, name=app.name, feature_hash=self.feature_hash, labels=app.labels, target=target
        )
        watched = self.machine()
        numbers = {
            "MK_APP_MEMORY": self.bearing.memory_floats,
            # the network's arena lies in it too, at a multiple of 16
            "MK_APP_SCRATCH": max(watched.scratch_floats, self.network.arena_bytes // 4 + 8),
            "MK_APP_WIDTH": self.bearing.width,
            "MK_APP_FLASH_SECTOR": Machine.FLASH_SECTOR,
        }
        text = header(
            app,
            feature_hash=self.feature_hash,
            model_hash=self.model_hash,
            includes=["motekit/nn.h", "motekit/post_machine.h"],
            numbers=numbers,
            body=f"""#define MK_APP_MODEL mk_model_{app.name}
extern const mk_nn_model MK_APP_MODEL;
extern const mk_machine_config mk_app_machine;
""",
        )
        write_if_changed(out_dir / "app_config.h", text)
        source = watched.source("mk_app_machine")
        write_if_changed(
            out_dir / "app_machine.c",
            f"""/* Generated by motekit from {app.name}/app.toml and its model; do not edit. */
#include "motekit/post_machine.h"

{source}""",
        )

    def takes(self, source: Path | None, limit: int | None = None) -> list[Take]:
        """See `Chain`: recordings of CWRU, MFPT or CSV; synthetic: a machine that learns, then fails."""
        recordings = data.load(self.app, source)
        return [
            Take(r.name, r.group, frames_of(r.samples, self.app.sensor["scale"]), r.label, r.source)
            for r in recordings[:limit]
        ]

    def answer(self, frames: np.ndarray) -> Answer:
        """See `Chain`."""
        features, verdicts, events = self.machine().push(np.asarray(frames))
        return Answer([row.astype("<f4").tobytes() for row in features], verdicts, [Event(*e) for e in events])

    def describe(self, event: Event) -> dict[str, Any]:
        """See `Chain`."""
        code = Code(event.code)
        about: dict[str, Any] = {"label": code.name.lower(), "time_s": event.at / 10}
        if code == Code.LEVEL:
            about |= {"label": _LEVELS[event.value >> 24], "score": (event.value & 0xFFFFFF) / 1000}
        elif code == Code.FAULT:
            known = event.value < len(self.app.labels)
            about |= {"fault": self.app.labels[event.value] if known else "unknown"}
        elif code in (Code.LEARNED, Code.RESTORED):
            about["rows"] = event.value
        elif code == Code.REFUSED:
            about["while"] = "learning" if event.value else "abnormal"
        elif code == Code.ZONE:
            about["zone"] = "ABCD"[event.value]
        elif code == Code.LOST:
            about["samples"] = event.value
        elif code == Code.TREND:
            about["minutes_to_threshold"] = event.value
        else:
            about["value"] = event.value
        return about

    def probe(self, rate_hz: float, channels: int) -> np.ndarray:
        """See `Chain`: noise of a little more than three rows."""
        rng = np.random.default_rng(0)
        seconds = 3.2 * self.bearing.points / self.bearing.per_turn * 60 / self.bearing.rpm
        frames = np.empty((math.ceil(seconds * rate_hz), 2), np.int16)
        frames[:, 0], frames[:, 1] = rng.integers(-500, 500, len(frames)), round(self.bearing.rpm)
        return frames

    def _train(self, asked: Training) -> dict[str, Any]:
        """See `Chain`."""
        from . import training

        how = {"seed": asked.seed, "epochs": asked.epochs, "progress": asked.progress}
        return training.train(self.app, asked.data, asked.out, **how)

    def _evaluate(self, asked: Evaluation) -> dict[str, Any]:
        """See `Chain`; splits are load, diameter, random (leaky), machines (simulated days) and autoencoder."""
        from . import scoring, splits

        data, split, progress = asked.data, asked.split, asked.progress
        how = {"seed": asked.seed, "progress": progress}
        if split is None:
            found = scoring.evaluate(self, data, board=asked.board, progress=progress)
        elif split == "machines":
            from . import days

            found = days.evaluate(self, **how)
        elif split == "autoencoder":
            from . import autoencoder

            found = autoencoder.evaluate(self, data, board=asked.board, epochs=asked.epochs, **how)
        elif split in splits.SPLITS:
            found = splits.evaluate(self.app, data, split, epochs=asked.epochs, folds=asked.folds, **how)
        else:
            raise asked.unknown_split((*splits.SPLITS, "machines", "autoencoder"))
        if asked.out is not None:
            scoring.keep(asked.out, split or "pretrained", found)
        return found

    def figures(self, name: str) -> str:
        """See `Chain`."""
        from . import report

        return report.figures(self.app, name)

    def draw(self, folder: Path) -> None:
        """See `Chain`."""
        from . import report

        report.draw(self.app, folder)

    def model_files(self) -> list[Path]:
        """See `Chain`."""
        return [self.folder / "model.tflite"]
