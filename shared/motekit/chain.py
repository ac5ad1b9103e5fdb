"""What a command needs to know of an app, whatever it listens to: its chain from samples to events.

An app whose features, model and decision app.toml can declare needs nothing more (`chains.of` finds the chain for
it). Any other has a `chain.py` that defines `AppChain(Chain)`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .app import App
from .errors import ConfigError
from .link import Event

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .explore import Table

#: in a channel of a frame: there is no sample (unplugged, dropped, not a number)
MISSING = -32768

#: called with (done, total, what is being done)
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Take:
    """A recording in the form the app's sensor gives it.

    Attributes
    ----------
    name : str
        For people.
    group : str
        Subject, speaker, machine or station: never on both sides of a split.
    frames : int16[n] or int16[n, channels]
        Raw counts at the rate of [sensor]; `MISSING` where there is no sample.
    truth : any
        What the app's evaluation compares with.
    source : str
        "real" or "synthetic".
    """

    name: str
    group: str
    frames: np.ndarray
    truth: Any = None
    source: str = "real"


@dataclass(frozen=True)
class Answer:
    """What a chain makes of a recording, byte for byte as firmware says it over the link.

    Attributes
    ----------
    features, scores : list of bytes
        One a feature row and one a window.
    events : list of Event
        In order.
    """

    features: list[bytes] = field(default_factory=list)
    scores: list[bytes] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def equal(self, other: "Answer") -> dict[str, bool]:
        """Whether features, scores and decisions are the same, bit for bit."""
        return {
            "features": self.features == other.features,
            "scores": self.scores == other.scores,
            "decisions": self.events == other.events,
        }


@dataclass(frozen=True)
class Training:
    """What `Chain.train` is asked for."""

    data: Path | None
    out: Path
    task: str | None
    seed: int
    epochs: int | None
    progress: Progress | None


@dataclass(frozen=True)
class Evaluation:
    """What `Chain.evaluate` is asked for; `options` are those that only some chains know."""

    data: Path | None
    task: str | None
    split: str | None
    board: str | None
    seed: int
    epochs: int | None
    folds: int
    out: Path | None
    progress: Progress | None
    options: dict[str, Any]

    def unknown_split(self, known: Sequence[str]) -> ConfigError:
        """The error for a split that the app does not have."""
        choice = f"Choose one of: {', '.join(known)}" if known else "Leave --split away"
        return ConfigError(f"there is no split {self.split!r} here. {choice}.")


class Chain(ABC):
    """An app's way from samples to events, with a model.

    Parameters
    ----------
    app : App
        The application.
    model : Path, optional
        Folder of another trained model than the app's own.

    Attributes
    ----------
    tasks : tuple of str
        What `--task` may name; the first is the default. Empty: there is one task, without a name.
    sections : frozenset of str
        Tables of app.toml that only this chain knows.
    """

    tasks: tuple[str, ...] = ()
    sections: frozenset[str] = frozenset()
    #: what `evaluate` takes unless it is told
    board: str = "mps2_an386"
    folds: int = 5
    #: of the rows of features on the link, and what they are called; numbers unless said
    feature_dtype: str = "<f4"
    feature_names: Sequence[str] = ()

    def __init__(self, app: App, model: Path | None = None):
        self.app = app
        self.folder = Path(model) if model else app.pretrained

    @property
    @abstractmethod
    def feature_hash(self) -> int:
        """64 bits that change whenever the features' bits may change."""

    @property
    @abstractmethod
    def model_hash(self) -> int:
        """64 bits that tell the model, or models, from any others."""

    @abstractmethod
    def generate(self, out_dir: Path, target: str) -> None:
        """Write app_config.h and the C sources that firmware/app.c is built with; `target` is the compiler's."""

    @abstractmethod
    def takes(self, source: Path | None, limit: int | None = None) -> list[Take]:
        """Recordings of a folder or of one file; None: synthetic ones, the same on every machine.

        Raises
        ------
        DataError
            If there is nothing there that the app can listen to.
        """

    @abstractmethod
    def answer(self, frames: np.ndarray) -> Answer:
        """What Python's own chain says to the frames, from a reset."""

    @abstractmethod
    def describe(self, event: Event) -> dict[str, Any]:
        """An event in words: at least `label` and `time_s`."""

    def train(
        self,
        data: Path | None,
        out: Path,
        *,
        task: str | None = None,
        seed: int = 0,
        epochs: int | None = None,
        progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Train on everything in `data` (None: synthetic) and write the model into `out`."""
        return self._train(Training(data, Path(out), self.task(task), seed, epochs, progress))

    @abstractmethod
    def _train(self, asked: Training) -> dict[str, Any]:
        """See `train`."""

    def evaluate(
        self,
        data: Path | None,
        *,
        task: str | None = None,
        split: str | None = None,
        board: str | None = "default",
        seed: int = 0,
        epochs: int | None = None,
        folds: int | None = None,
        out: Path | None = None,
        progress: Progress | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """Score the model on everything in `data`, or, with a split, train and score by fold.

        Without a board ("default" is `Chain.board`) nothing is replayed.

        Returns
        -------
        dict
            The object of `motekit evaluate --json`; with `out`, its results.json has kept the figures.
        """
        return self._evaluate(
            Evaluation(
                data=data,
                task=self.task(task),
                split=split,
                board=self.board if board == "default" else board,
                seed=seed,
                epochs=epochs,
                folds=folds or self.folds,
                out=out,
                progress=progress,
                options=options,
            )
        )

    @abstractmethod
    def _evaluate(self, asked: Evaluation) -> dict[str, Any]:
        """See `evaluate`."""

    def dataset(self, task: str | None) -> str:
        """Name in the catalog of the data set of a task."""
        return self.app.declared.get("tasks", {}).get(task, {}).get("dataset", self.app.dataset)

    def task(self, name: str | None) -> str | None:
        """The task that `name` names; the first without one.

        Raises
        ------
        ConfigError
            If there is no such task.
        """
        if name is None:
            return self.tasks[0] if self.tasks else None
        if name not in self.tasks:
            known = f"Choose one of: {', '.join(self.tasks)}" if self.tasks else "Leave --task away"
            raise ConfigError(f"{self.app.name} has no task {name!r}. {known}.")
        return name

    def inputs(self, source: str, resample: bool = False) -> list[Take]:
        """What `motekit run --input` names: a recording, a folder, or `synthetic`."""
        path = Path(source)
        if source in ("synthetic", "stream") and not path.exists():
            return self.takes(None)
        if not path.exists():
            raise ConfigError(f"{path} does not exist. Name a recording, a folder of recordings, or `synthetic`.")
        return self.takes(path)

    def scene(self) -> Take:
        """The built-in recording that cost is measured on."""
        return self.takes(None, limit=1)[0]

    def probe(self, rate_hz: float, channels: int) -> np.ndarray:
        """Frames that hold more than two windows, to measure the cost of one."""
        return self.scene().frames

    def table(self, data: Path | None, *, limit: int | None = None, progress: Progress | None = None) -> "Table":
        """Windows of recordings as one row of features each, for `motekit explore`.

        Raises
        ------
        ConfigError
            If the recordings have no labels.
        """
        from .explore import Table, spread

        takes, found = spread(self.takes(data), limit), []
        for number, take in enumerate(takes):
            if not isinstance(take.truth, str):
                raise ConfigError(f"{take.name} has no label to explore features by. {self.app.name} has no classes.")
            found.append(self.rows(take))
            if progress:
                progress(number + 1, len(takes), "features")
        of = np.repeat(np.arange(len(takes)), [len(rows) for rows, _ in found])
        if not len(of):
            raise ConfigError("no recording is as long as a window. Give longer ones.")
        values = np.concatenate([rows for rows, _ in found]).astype(np.float32)
        trusted = np.isfinite(values).all(axis=1)
        labels, groups = (np.array([getattr(take, key) for take in takes])[of] for key in ("truth", "group"))
        source = "synthetic" if any(take.source == "synthetic" for take in takes) else "real"
        left_out = int((~trusted).sum())
        return Table(values[trusted], found[0][1], labels[trusted], groups[trusted], source, left_out)

    def picture(self, take: Take) -> "Figure":
        """What the chain makes of a recording, for `motekit features --plot`."""
        from .report.windows import overview

        rows, names = self.rows(take)
        frames = np.asarray(take.frames).reshape(len(take.frames), -1)
        return overview(frames, self.app.sensor["channels"], float(self.app.rate_hz), rows, names)

    def rows(self, take: Take) -> tuple[np.ndarray, list[str]]:
        """Features of a recording, [rows, width], and their names, for `motekit features`: those that firmware says.

        Where an app says rows of several lengths, those of the most frequent one.
        """
        said = self.answer(take.frames).features
        lengths, counts = np.unique([len(row) for row in said], return_counts=True)
        length = int(lengths[counts.argmax()]) if len(lengths) else 0
        width = length // np.dtype(self.feature_dtype).itemsize
        rows = np.frombuffer(b"".join(row for row in said if len(row) == length), self.feature_dtype)
        names = list(self.feature_names) or [f"feature {k}" for k in range(width)]
        return rows.reshape(-1, width or 1), names

    def figures(self, name: str) -> str:
        """Markdown of the measured figures that a document asks for with `<!-- figures: NAME APP -->`."""
        raise ConfigError(f"{self.app.name} has no figures {name!r}. Correct the document.")

    def draw(self, folder: Path) -> None:  # noqa: B027  an app may have no pictures
        """Draw the pictures that documents show into `folder`, from results.json; none unless overridden."""

    def energy(self, instructions_per_window: int) -> list[dict[str, Any]]:
        """Estimates of current and battery life, one a way of using the app; none unless overridden."""
        return []

    def model_files(self) -> Sequence[Path]:
        """The int8 models that go onto the device."""
        return sorted(path for path in self.folder.glob("*.tflite") if "float" not in path.name.split("."))
