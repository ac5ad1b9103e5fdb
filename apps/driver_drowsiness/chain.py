"""From a camera's lines to a driver's state: the app's chain, for every command."""

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from motekit import runtimes
from motekit.app import App
from motekit.chain import Answer, Chain, Evaluation, Progress, Take, Training
from motekit.codegen import c, header
from motekit.codegen.struct import initialiser
from motekit.compiler import HostModel
from motekit.driver import Driver
from motekit.dsp import eye_crop
from motekit.errors import ConfigError, ModelError
from motekit.explore import Table
from motekit.files import write_if_changed
from motekit.link import Event
from motekit.post.drowsiness import CODES, STATES
from motekit.tflm import TflmModel

from . import recipe, watching

_KSS = {"alert": "6 or less", "tired": "7", "drowsy": "8 or more", "eyes_closed": "8 or more", "microsleep": "9"}


class AppChain(Chain):
    """Camera lines through the core's `mk_driver`."""

    sections = frozenset({"camera", "eyes"})

    def __init__(self, app: App, model: Path | None = None):
        super().__init__(app, model)
        if app.labels != list(recipe.LABELS):
            raise ConfigError(f"{app.folder / 'app.toml'}: [model] labels must be {list(recipe.LABELS)}.")
        self.camera = watching.camera(app)
        watching.drowsiness(app)

    @property
    def feature_hash(self) -> int:
        """See `Chain`: of what a network sees of an eye; where in a frame eyes lie is not its business."""
        told = json.dumps(["equalised", eye_crop.SIDE, recipe.VIEW])
        return int.from_bytes(hashlib.sha256(told.encode()).digest()[:8], "big")

    @cached_property
    def info(self) -> dict[str, Any]:
        """model.json.

        Raises
        ------
        ModelError
            If it is missing, or the model was trained on other features or labels.
        """
        path = self.folder / "model.json"
        try:
            info = json.loads(path.read_text(encoding="utf8"))
            feature_hash, labels = info["feature_hash"], info["labels"]
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"{path} is missing or damaged: {error}. Train: motekit train {self.app.name}.") from None
        if feature_hash != f"{self.feature_hash:016x}" or labels != self.app.labels:
            raise ModelError(f"{path} was trained on other features or labels. Train: motekit train {self.app.name}.")
        return info

    def _bytes(self, name: str) -> bytes:
        _ = self.info
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise ModelError(f"{self.folder / name} does not exist. Train again, or restore it.") from error

    @cached_property
    def model(self) -> bytes:
        """The int8 network."""
        return self._bytes("model.tflite")

    @cached_property
    def float_model(self) -> bytes:
        """The float network."""
        return self._bytes("float.tflite")

    @cached_property
    def face(self) -> np.ndarray:
        """The general face template, int8[15, 20]."""
        path = self.folder / "face.json"
        try:
            return np.array(json.loads(path.read_text(encoding="utf8"))["face"], np.int8)
        except (OSError, ValueError, KeyError, OverflowError) as error:
            raise ModelError(f"{path} is missing or damaged: {error}. Train again, or restore it.") from None

    @property
    def model_hash(self) -> int:
        """See `Chain`: of the network, the template, and what is declared of camera, eyes and decision."""
        declared = {name: self.app.declared[name] for name in ("camera", "eyes", "decision")}
        digest = hashlib.sha256(self.model + self.face.tobytes())
        digest.update(json.dumps(declared, sort_keys=True).encode())
        return int.from_bytes(digest.digest()[:8], "big")

    @cached_property
    def network(self) -> HostModel | TflmModel:
        """The network on this computer, in the app's runtime."""
        return runtimes.network(self.app, self.model)

    @cached_property
    def levels(self) -> np.ndarray:
        """Equalised grey level to the network's input, int8[256]."""
        given = self.network.inputs[0]
        return eye_crop.table(given.scale, given.zero_point)

    def generate(self, out_dir: Path, target: str) -> None:
        """See `Chain`."""
        app = self.app
        runtimes.write(
            app, self.model, out_dir, name=app.name, feature_hash=self.feature_hash, labels=app.labels, target=target
        )
        text = header(
            app,
            feature_hash=self.feature_hash,
            model_hash=self.model_hash,
            includes=["motekit/driver.h", f"{app.name}_model.h"],
            numbers={
                "MK_APP_WIDTH": self.camera["width"],
                "MK_APP_HEIGHT": self.camera["height"],
                "MK_APP_ARENA": f"MK_MODEL_{app.name.upper()}_ARENA",
            },
            body=f"""#define MK_APP_MODEL mk_model_{app.name}

extern const mk_driver_config mk_app_driver;
""",
        )
        write_if_changed(out_dir / "app_config.h", text)
        finder, drowsiness = watching.finder(app, self.face), watching.drowsiness(app)
        source = f"""/* Generated by motekit from {app.name}/app.toml and its model; do not edit. */
#include "app_config.h"

{c.array("face", self.face.ravel())}{c.array("levels", self.levels)}
static const mk_eyes_config eyes = {initialiser(finder.struct, {"face": "face"})};
static const mk_drowsiness_config drowsiness = {initialiser(drowsiness.struct)};

const mk_driver_config mk_app_driver = {{&eyes, &drowsiness, levels, {round(watching.VIEW * 256)}}};
"""
        write_if_changed(out_dir / "app_driver.c", source)

    def takes(self, source: Path | None, limit: int | None = None) -> list[Take]:
        """See `Chain`: frames that carry the eyes of a folder's pictures; None: rendered drivers."""
        from . import replay

        return replay.takes(self, source, limit)

    def driver(self) -> Driver:
        """The runtime, fresh."""
        app = self.app
        return Driver(
            self.network, watching.finder(app, self.face), watching.drowsiness(app), self.levels, watching.VIEW
        )

    def answer(self, frames: np.ndarray) -> Answer:
        """See `Chain`."""
        driver = self.driver()
        driver.push(np.asarray(frames))
        return Answer(driver.log.features, driver.log.scores, [Event(e.at, e.code, e.value) for e in driver.log.events])

    def describe(self, event: Event) -> dict[str, Any]:
        """See `Chain`."""
        about: dict[str, Any] = {"label": CODES[event.code], "time_s": event.at / 1000}
        if event.code == 1:
            state = STATES[event.value]
            return about | {"label": state, "kss": _KSS.get(state)}
        if event.code in (2, 3):
            return about | {"duration_s": event.value / 1000}
        if event.value < 0:
            return about | {"value": None}
        return about | {"value": event.value / (10000 if event.code == 4 else 100)}

    def probe(self, rate_hz: float, channels: int) -> np.ndarray:
        """See `Chain`: a few frames of a rendered driver."""
        return self.takes(None, 1)[0].frames[: 6 * self.camera["height"]]

    def table(self, data: Path | None, *, limit: int | None = None, progress: Progress | None = None) -> Table:
        """See `Chain`: of the network's view of an eye."""
        from . import explored

        return explored.table(self.feature_hash, data, limit, progress)

    def _train(self, asked: Training) -> dict[str, Any]:
        """See `Chain`."""
        from . import training

        how = {"seed": asked.seed, "epochs": asked.epochs, "progress": asked.progress}
        return training.train(self.app, self.feature_hash, asked.data, asked.out, **how)

    def _evaluate(self, asked: Evaluation) -> dict[str, Any]:
        """See `Chain`; splits: subject (trains by fold), finding (eyes in made-up frames), logic (made-up lids)."""
        from . import measures, scoring

        if asked.split is None:
            found = scoring.evaluate(self, asked.data, board=asked.board, progress=asked.progress)
        elif asked.split == "subject":
            how = {name: getattr(asked, name) for name in ("folds", "seed", "epochs", "progress")}
            found = scoring.cross_validate(self, asked.data, **how)
        elif asked.split == "finding":
            found = measures.finding(self, asked.data, seed=asked.seed)
        elif asked.split == "logic":
            found = measures.logic(self, seed=asked.seed)
        else:
            raise asked.unknown_split(("subject", "finding", "logic"))
        if asked.out is not None:
            scoring.keep(asked.out, asked.split or "pretrained", found)
        return found

    def draw(self, folder: Path) -> None:
        """See `Chain`."""
        from . import pictures

        pictures.draw(self, folder)

    def figures(self, name: str) -> str:
        """See `Chain`."""
        from . import report

        return report.figures(self.app, name)

    def model_files(self) -> list[Path]:
        """See `Chain`."""
        return [self.folder / "model.tflite"]
