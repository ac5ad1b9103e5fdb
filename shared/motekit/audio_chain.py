"""The chain of apps that listen: samples to log-mel or MFCC rows, an int8 network, keyword decisions."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import feature_cache, pretrained
from .app import App
from .chain import Answer, Chain, Evaluation, Progress, Take, Training
from .data.inputs import STREAM, SYNTHETIC, recordings
from .data.recording import Recording
from .dsp import declared
from .explore import Table, spread
from .link import Event
from .pipeline import Pipeline, Replay
from .post import KeywordEvent

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class AudioChain(Chain):
    """See `motekit.chain.Chain`; the streaming runtime is the core's `mk_audio_stream`."""

    @cached_property
    def model(self) -> pretrained.Pretrained:
        """The model, checked against the app."""
        return pretrained.load(self.app, self.folder)

    @cached_property
    def pipeline(self) -> Pipeline:
        """The chain over arrays and streams."""
        return Pipeline(self.app, self.model)

    @property
    def feature_hash(self) -> int:
        """See `Chain`."""
        return self.app.feature_hash

    @property
    def model_hash(self) -> int:
        """See `Chain`."""
        return self.model.hash

    def generate(self, out_dir: Path, target: str) -> None:
        """See `Chain`."""
        from .codegen.generate import generate

        generate(self.app, out_dir, target, self.model)

    def takes(self, source: Path | None, limit: int | None = None) -> list[Take]:
        """See `Chain`."""
        return self.inputs(STREAM if source is None else str(source))[:limit]

    def inputs(self, source: str, resample: bool = False) -> list[Take]:
        """See `Chain`; `stream` is another name of the built-in stream."""
        kind = "synthetic" if source in (STREAM, SYNTHETIC) else "real"
        found = recordings(source, self.app.rate_hz, resample=resample)
        return [Take(name, name, samples, source=kind) for name, samples in found]

    def answer(self, frames: np.ndarray) -> Answer:
        """See `Chain`."""
        return answer_of(self.pipeline.stream([frames]))

    def replay_of(self, answer: Answer) -> Replay:
        """A firmware's answer as the pipeline gives it."""
        features = np.frombuffer(b"".join(answer.features), "<i2").astype(np.int16)
        scores = np.frombuffer(b"".join(answer.scores), np.int8)
        return Replay(
            features.reshape(-1, self.app.feature_block.width),
            scores.reshape(-1, len(self.app.labels)),
            [KeywordEvent(e.at, e.code, e.value / 65536) for e in answer.events],
        )

    def describe(self, event: Event) -> dict[str, Any]:
        """See `Chain`."""
        return {
            "label": self.app.labels[event.code],
            "time_s": round(window_end_s(self.app, event.at), 3),
            "window": event.at,
            "probability": round(event.value / 65536, 4),
        }

    def probe(self, rate_hz: float, channels: int) -> np.ndarray:
        """See `Chain`."""
        length = self.app.window["length_s"] + 3 * self.app.window["hop_s"]
        return np.random.default_rng(0).integers(-3000, 3000, (round(length * rate_hz), channels), np.int16)

    def _train(self, asked: Training) -> dict[str, Any]:
        """See `Chain`."""
        from .train.workflow import train_app

        return train_app(self.app, asked.data, asked.out, seed=asked.seed, epochs=asked.epochs, progress=asked.progress)

    def _evaluate(self, asked: Evaluation) -> dict[str, Any]:
        """See `Chain`; splits are "speaker" and "stream"."""
        from .scoring import evaluate_pretrained
        from .train.workflow import evaluate_folds, evaluate_stream

        progress = asked.progress
        if asked.split is None:
            told = None if progress is None else lambda done, total: progress(done, total, "replaying")
            return evaluate_pretrained(self, asked.data, board=asked.board, progress=told)
        if asked.split == "speaker":
            how = {name: getattr(asked, name) for name in ("folds", "seed", "epochs", "out", "progress")}
            return evaluate_folds(self.app, asked.data, **how)
        if asked.split == "stream":
            minutes = asked.options.get("minutes", 30)
            return evaluate_stream(self.app, asked.data, minutes=minutes, seed=asked.seed, progress=progress)
        raise asked.unknown_split(("speaker", "stream"))

    def table(self, data: Path | None, *, limit: int | None = None, progress: Progress | None = None) -> Table:
        """See `Chain`: mean and deviation over time of each band of a clip's first window."""
        clips = self._clips(data, limit)
        block, told = self.app.feature_block, None
        if progress:
            told = lambda done, total: progress(done, total, "features")  # noqa: E731

        def make():
            own = declared.build(self.app.features, self.app.rate_hz, str(self.app.folder / "app.toml"))
            return lambda samples: {"rows": own.process(samples)}

        samples = [clip.samples for clip in clips]
        found = feature_cache.extract(make, self.feature_hash, samples, progress=told)
        scaled = [part["rows"][: self.app.rows] / 2.0**block.q for part in found]
        values = np.array([np.concatenate([rows.mean(axis=0), rows.std(axis=0)]) for rows in scaled], np.float32)
        names = [f"{what} {band}" for what in ("mean", "deviation") for band in range(block.width)]
        labels, groups = (np.array([getattr(clip, key) for clip in clips]) for key in ("label", "group"))
        source = "synthetic" if any(clip.source == "synthetic" for clip in clips) else "real"
        return Table(values, names, labels, groups, source)

    def _clips(self, data: Path | None, limit: int | None) -> list[Recording]:
        """Labelled clips of a window's length; synthetic speech without data."""
        if data is not None:
            from .scoring import load_recordings

            clips = load_recordings(self.app, data)
            return spread([clip for clip in clips if clip.label in self.app.labels], limit)
        from motekit.datasets.synthetic import speech

        said = [label for label in self.app.labels if not label.startswith("_")]
        return speech.make(limit or 600, keywords=said)

    def picture(self, take: Take) -> "Figure":
        """See `Chain`."""
        from .report import plots

        block, rate_hz = self.app.feature_block, self.app.rate_hz
        return plots.pipeline(take.frames, block.process(take.frames), rate_hz, block.q, block.hop / rate_hz)

    def rows(self, take: Take) -> tuple[np.ndarray, list[str]]:
        """See `Chain`."""
        block = self.app.feature_block
        return block.process(take.frames) / 2.0**block.q, [f"band {band}" for band in range(block.width)]

    def figures(self, name: str) -> str:
        """See `Chain`."""
        from .report import audio

        return audio.figures(self.app, name)

    def draw(self, folder: Path) -> None:
        """See `Chain`."""
        from .report import audio

        audio.draw(self, folder)

    def model_files(self) -> Sequence[Path]:
        """See `Chain`."""
        return [self.folder / "model.tflite"]


def answer_of(replay: Replay) -> Answer:
    """A replay as firmware says it over the link."""
    return Answer(
        [row.astype("<i2").tobytes() for row in replay.features],
        [row.tobytes() for row in replay.scores],
        [Event(e.window, e.label, round(e.probability * 65536)) for e in replay.events],
    )


def window_end_s(app: App, window: int) -> float:
    """Seconds from the start of a stream to the end of a window."""
    block = app.feature_block
    last_row = app.rows - 1 + window * app.stride + getattr(block, "late", 0)
    frame = getattr(block, "logmel", block).frame_length
    return (last_row * block.hop + frame) / app.rate_hz
