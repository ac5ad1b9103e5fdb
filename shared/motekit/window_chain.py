"""The chain of apps whose sensor gives numbers: all that app.toml declares, and nothing more is needed.

    [sensor]          channels, rate_hz, range (or scale), unit
    [[conditioning]]  motekit.dsp.chain
    [window]          length_s, hop_s
    [[features]]      motekit.dsp.features
    [model]           labels
    [decision]        threshold (or a table by label), smoothing_s, patience_s, reject (names of quality flags)

recipe.py, where there is one, may define `recordings(data) -> list[Recording]` (else `motekit.data.sensor_csv`),
`synthetic() -> list[Recording]`, `build(width, labels) -> keras.Model` and `SCHEDULE`.
"""

import json
import os
import tempfile
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from . import chains, feature_cache, runtimes, window_model
from .app import App
from .chain import MISSING, Answer, Chain, Evaluation, Progress, Take, Training
from .codegen import header
from .data import pictures, sensor_csv, splits
from .data.recording import Recording
from .dsp.camera import pack
from .dsp.constants import Source
from .dsp.floats import QUALITY, quality_names
from .dsp.pictures import PictureStream
from .dsp.resample import Resampler
from .dsp.windows import WindowStream
from .errors import ConfigError, DataError
from .explore import Table, spread
from .files import write_if_changed
from .link import Event
from .post.label import UNKNOWN, Label
from .window_model import WindowModel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: a window with one of these is not decided upon, unless [decision] reject says otherwise
REJECT = ("not finite", "saturated", "empty", "out of range")
#: frames the firmware takes at once
BLOCK = 16


class WindowChain(Chain):
    """See `motekit.chain.Chain`; the streaming runtime is the core's `mk_window_stream`, the decision `mk_label`."""

    def __init__(self, app: App, model: Path | None = None):
        super().__init__(app, model)
        known = {"threshold", "smoothing_s", "patience_s", "reject", "kind"}
        if unknown := set(app.decision) - known:
            raise ConfigError(
                f"{self._toml}: [decision] has no key {sorted(unknown)[0]!r}. Known: {', '.join(sorted(known))}."
            )
        #: conditioning, windows and features
        self.stream: WindowStream | PictureStream = app.feature_block

    @property
    def _toml(self) -> Path:
        return self.app.folder / "app.toml"

    @cached_property
    def model(self) -> WindowModel:
        """The model, checked against the app."""
        found = window_model.read(self.folder, self.app.name, self.feature_hash, self.app.labels)
        return replace(found, runtime=self.app.runtime)

    @property
    def feature_hash(self) -> int:
        """See `Chain`."""
        return self.stream.feature_hash

    @property
    def model_hash(self) -> int:
        """See `Chain`."""
        return self.model.hash

    @cached_property
    def reject(self) -> int:
        """Quality flags with which a window is not decided upon."""
        bits = {name: bit for bit, name in QUALITY.items()}
        names = self.app.decision.get("reject", REJECT)
        for name in names:
            if name not in bits:
                raise ConfigError(f"{self._toml}: [decision] reject knows no {name!r}. Known: {', '.join(bits)}.")
        return sum(bits[name] for name in set(names))

    def label(self) -> Label:
        """The decision."""
        decision, labels = self.app.decision, self.app.labels
        on = decision.get("threshold", 0.5)
        if isinstance(on, dict):
            if unknown := set(on) - set(labels):
                raise ConfigError(
                    f"{self._toml}: [decision] threshold names {sorted(unknown)[0]!r}, which is no label."
                )
            on = [on.get(label, 0.5) for label in labels]
        hop_s = self.app.window["hop_s"]
        return Label(
            np.broadcast_to(np.asarray(on, float), len(labels)),
            smoothing=max(1, round(decision.get("smoothing_s", 0) / hop_s)),
            patience=max(1, round(decision.get("patience_s", 0) / hop_s)),
            reject=self.reject,
        )

    def generate(self, out_dir: Path, target: str) -> None:
        """See `Chain`."""
        app, label = self.app, self.label()
        stream = type(self.stream).from_app(app, self.model.affine, os.environ.get("MOTEKIT_BOARD"))
        compiled = runtimes.write(
            app, self.model.int8, out_dir, name="app", feature_hash=self.feature_hash, labels=app.labels, target=target
        )
        stream.write(out_dir, "mk_windows")
        source = Source("label")
        source.struct(label.constants, "mk_app_label", "const")
        write_if_changed(out_dir / "app_label.c", '#include "motekit/post_label.h"\n\n' + source.text())
        text = header(
            app,
            feature_hash=self.feature_hash,
            model_hash=self.model_hash,
            includes=["motekit/post_label.h", "app_model.h", "mk_windows.h"],
            numbers={
                "MK_APP_BLOCK": BLOCK,
                "MK_APP_LABELS": len(app.labels),
                "MK_APP_SMOOTHING": label.smoothing,
                "MK_APP_ARENA": max(1, compiled.arena_bytes),
            },
            body="#define MK_APP_MODEL mk_model_app\n\nextern const mk_label_config mk_app_label;\n",
        )
        write_if_changed(out_dir / "app_config.h", text)

    @cached_property
    def recipe(self) -> ModuleType | None:
        """The app's recipe.py, if it has one."""
        return chains.module_of(self.app, "recipe")

    def recordings(self, source: Path | None) -> list[Recording]:
        """Recordings of a folder or a file; None: those that the recipe makes, or else noise."""
        sensor = self.app.sensor
        channels, unit = tuple(sensor["channels"]), sensor.get("unit", "1")
        if source is not None:
            if hasattr(self.recipe, "recordings"):
                return self.recipe.recordings(source)
            if self.sees:
                size = self.stream.width_px, self.stream.height_px
                return pictures.load(source, self.stream.channels, size, self.stream.fps, self.app.rate_hz)
            return sensor_csv.load(source, channels, self.app.rate_hz, unit)
        if hasattr(self.recipe, "synthetic"):
            return self.recipe.synthetic()
        noise = self.probe(self.app.rate_hz, len(channels))
        return [Recording(noise, self.app.rate_hz, unit, channels, self.app.labels[0], "noise", "noise", "synthetic")]

    def frames_of(self, recording: Recording) -> np.ndarray:
        """A recording as the sensor gives it: counts at the app's rate, `MISSING` for what is not a number."""
        channels = self.stream.channels
        if tuple(recording.channels) != channels:
            raise DataError(
                f"{recording.name} has the channels {', '.join(recording.channels)}, the app {', '.join(channels)}. "
                "Name them alike."
            )
        samples = recording.samples.reshape(len(recording.samples), -1)
        if samples.dtype == np.int16 and (self.sees or recording.rate_hz == self.app.rate_hz):
            return np.ascontiguousarray(samples)
        if samples.dtype == np.int16:
            samples = np.where(samples == MISSING, np.nan, samples.astype(np.float32))
        else:
            samples = self.stream.conditioning.counts(samples)
        if recording.rate_hz != self.app.rate_hz:
            samples = _resampled(samples, recording.rate_hz, self.app.rate_hz)
        counts = np.clip(np.rint(samples), -32767, 32767)
        return np.where(np.isnan(counts), MISSING, counts).astype(np.int16)

    def takes(self, source: Path | None, limit: int | None = None) -> list[Take]:
        """See `Chain`."""
        found = self.recordings(source)[:limit]
        return [Take(r.name, r.group, self.frames_of(r), r.label, r.source) for r in found]

    def answer(self, frames: np.ndarray) -> Answer:
        """See `Chain`."""
        features, quality = self.stream.process(frames)
        scores = self._scores(features)
        rows = [bytes(row) + bytes([flags]) for row, flags in zip(scores, quality, strict=True)]
        events = [Event(e.window, e.label, e.value) for e in self.label().process(scores, quality)]
        return Answer([row.astype("<f4").tobytes() for row in features], rows, events)

    def _scores(self, features: np.ndarray) -> np.ndarray:
        labels = len(self.app.labels)
        if not len(features):
            return np.empty((0, labels), np.int8)
        return self.model.host.predict(self.model.tensors(features)).reshape(-1, labels)

    def describe(self, event: Event) -> dict[str, Any]:
        """See `Chain`."""
        window = self.app.window
        told = {"time_s": round(window["length_s"] + event.at * window["hop_s"], 3), "window": event.at}
        if event.code == UNKNOWN:
            return {"label": "unknown", **told, "because": quality_names(event.value)}
        return {"label": self.app.labels[event.code], **told, "probability": round(event.value / 65536, 4)}

    @property
    def sees(self) -> bool:
        """Whether the sensor is a camera: its frames are lines of pictures."""
        return isinstance(self.stream, PictureStream)

    def probe(self, rate_hz: float, channels: int) -> np.ndarray:
        """See `Chain`."""
        if self.sees:
            size = self.stream.height_px, self.stream.width_px
            shown = np.random.default_rng(0).integers(0, 256, (6, *size), np.uint8)
            return pack(shown, [round(1000 / self.stream.fps * k) for k in range(6)])
        seconds = self.app.window["length_s"] + 4 * self.app.window["hop_s"] + self.stream.delay_s
        return np.random.default_rng(0).integers(-3000, 3000, (round(seconds * rate_hz) + 64, channels), np.int16)

    def windows(self, takes: list[Take], progress: Progress | None = None):
        """Features of all windows of recordings, on all cores, kept by hash (`motekit.train.windows.Windows`)."""
        from .train.windows import Windows

        def make():
            stream = type(self.stream).from_app(self.app)

            def run(frames: np.ndarray) -> feature_cache.Arrays:
                features, quality = stream.process(frames)
                return {"features": features, "quality": quality}

            return run

        told = None if progress is None else lambda done, total: progress(done, total, "features")
        found = feature_cache.extract(make, self.feature_hash, [take.frames for take in takes], progress=told)
        counts = [len(part["quality"]) for part in found]
        if not sum(counts):
            raise DataError("no recording is as long as a window. Give longer ones, or change [window].")
        of = np.repeat(np.arange(len(takes)), counts)
        return Windows(
            np.concatenate([part["features"] for part in found]),
            np.array([take.truth for take in takes])[of],
            np.array([take.group for take in takes])[of],
            np.concatenate([part["quality"] for part in found]),
            of,
            "synthetic" if any(take.source == "synthetic" for take in takes) else "real",
        )

    def table(self, data: Path | None, *, limit: int | None = None, progress: Progress | None = None) -> Table:
        """See `Chain`."""
        windows = self.windows(spread(self.takes(data), limit), progress)
        trusted = windows.quality & self.reject == 0
        kept = windows.only(trusted)
        return Table(kept.features, self.stream.names, kept.labels, kept.groups, kept.source, int((~trusted).sum()))

    def picture(self, take: Take) -> "Figure":
        """See `Chain`."""
        from .report.windows import picture

        if self.sees:
            return super().picture(take)
        return picture(self.stream, take.frames)

    def rows(self, take: Take) -> tuple[np.ndarray, list[str]]:
        """See `Chain`."""
        return self.stream.process(take.frames)[0], self.stream.names

    def _learnable(self, data: Path | None, progress: Progress | None):
        takes = self.takes(data)
        if strange := sorted({str(take.truth) for take in takes} - set(self.app.labels)):
            raise DataError(f"{strange[0]!r} is not a label of the app. Choose from: {', '.join(self.app.labels)}.")
        return takes, self.windows(takes, progress)

    def _learn(self, windows, out: Path, seed: int, epochs: int | None, progress: Progress | None):
        from .train import windows as training

        schedule = getattr(self.recipe, "SCHEDULE", training.SCHEDULE)
        schedule = replace(schedule, epochs=epochs or schedule.epochs)
        make = getattr(self.recipe, "build", training.build)
        told = None if progress is None else lambda done, total: progress(done, total, "learning")
        return training.train(windows, self.app.labels, out, make=make, schedule=schedule, seed=seed, progress=told)

    def _train(self, asked: Training) -> dict[str, Any]:
        """See `Chain`."""
        from .train.windows import write_info

        out = asked.out
        takes, windows = self._learnable(asked.data, asked.progress)
        trusted = windows.only(windows.quality & self.reject == 0)
        affine = self._learn(trusted, out, asked.seed, asked.epochs, asked.progress)
        about = {
            "name": self.app.dataset, "source": windows.source, "recordings": len(takes),
            "groups": len(set(trusted.groups)), "windows": len(trusted.labels),
        }  # fmt: skip
        info = write_info(out, affine, self._about({"data": about, "seed": asked.seed, "epochs": asked.epochs}))
        size = {name: (out / name).stat().st_size for name in ("float.tflite", "model.tflite")}
        return {key: value for key, value in info.items() if key != "input"} | {"folder": str(out), "bytes": size}

    def _about(self, provenance: dict[str, Any]) -> dict[str, Any]:
        return {
            "app": self.app.name,
            "labels": self.app.labels,
            "feature_hash": f"{self.feature_hash:016x}",
            "provenance": provenance,
        }

    def _evaluate(self, asked: Evaluation) -> dict[str, Any]:
        """See `Chain`; a split may be called whatever a group is (subject, machine, station)."""
        from .report.results import save
        from .train.evaluate import evaluate

        board, progress = asked.board, asked.progress
        takes, windows = self._learnable(asked.data, progress)
        trusted = windows.quality & self.reject == 0
        whole = True
        if asked.split is None:
            chosen = np.flatnonzero(trusted)
            if not len(chosen):
                raise DataError("no window can be trusted: all are flagged. See what is wrong with the recordings.")
            scores = self.model.runtimes(windows.features[chosen])
            if board:
                replayed, whole = self._replay(board, takes, windows, progress)
                scores[board] = replayed[chosen]
        else:
            chosen, scores = self._folds(windows, trusted, asked)
        found = evaluate(
            scores,
            windows.labels[chosen],
            windows.groups[chosen],
            app=self.app.name,
            classes=self.app.labels,
            data={"source": windows.source, "name": self.app.dataset}
            | ({"path": str(asked.data)} if asked.data else {}),
            split=asked.split or "none",
        )
        found["agree"] = found["agree"] and whole
        found["metrics"]["coverage"] = float(trusted.mean())
        if asked.out:
            save(Path(asked.out), {asked.split or "pretrained": found})
        return found

    def _replay(self, board: str, takes: list[Take], windows, progress: Progress | None) -> tuple[np.ndarray, bool]:
        """Scores of every window on a board, and whether features and quality were Python's too."""
        from .firmware.run import FirmwareReplay

        scores, whole = np.zeros((len(windows.labels), len(self.app.labels)), np.int8), True
        with FirmwareReplay(chains.app_with(self), board) as firmware:
            for number, take in enumerate(takes):
                found, of = firmware.answer(take.frames), np.flatnonzero(windows.takes == number)
                if len(found.scores) != len(of):
                    raise DataError(
                        f"{take.name}: {board} scored {len(found.scores)} windows of {len(of)}. Run it again."
                    )
                rows = np.array([list(row) for row in found.scores], np.uint8).reshape(len(of), -1)
                scores[of] = rows[:, :-1].view(np.int8)
                features = [row.astype("<f4").tobytes() for row in windows.features[of]]
                whole &= found.features == features and (rows[:, -1] == windows.quality[of]).all()
                if progress:
                    progress(number + 1, len(takes), "replaying")
        return scores, bool(whole)

    def _folds(self, windows, trusted, asked: Evaluation):
        """Scores of windows by networks that have not seen their group."""
        leaky, folds, progress = asked.split == "leaky", asked.folds, asked.progress
        make = splits.leaky if leaky else splits.by_group
        options = {} if leaky else {"held_out": asked.split}
        usable = np.flatnonzero(trusted)
        parts = make(windows.labels[usable], windows.groups[usable], folds=folds, seed=asked.seed, **options)
        chosen, scores = [], []
        for part in parts:
            told = None
            if progress:
                told = lambda done, total, what, k=part.fold: progress(k * total + done, folds * total, what)  # noqa: E731
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                affine = self._learn(windows.only(usable[part.train]), folder, asked.seed, asked.epochs, told)
                from .train.windows import write_info

                write_info(folder, affine, self._about({}))
                model = window_model.read(folder, self.app.name, self.feature_hash, self.app.labels)
                scores.append(model.runtimes(windows.features[usable[part.test]]))
            chosen.append(usable[part.test])
        return np.concatenate(chosen), {name: np.concatenate([s[name] for s in scores]) for name in scores[0]}

    def __repr__(self) -> str:
        return f"WindowChain({json.dumps(self.app.name)})"


def _resampled(samples: np.ndarray, from_hz: float, to_hz: float) -> np.ndarray:
    """Columns at another rate; a missing sample spoils those that it is felt in."""
    from fractions import Fraction

    ratio = Fraction(to_hz / from_hz).limit_denominator(1000)
    block = Resampler(ratio.denominator, ratio.numerator)
    late = round(block.delay * float(ratio))
    columns = []
    for column in samples.T:
        held = np.concatenate([column, np.full(int(2 * block.delay) + 1, column[-1])]).astype(np.float32)
        columns.append(block.process(held)[late:])
    length = int(len(samples) * float(ratio))
    return np.stack(columns, axis=1)[:length]
