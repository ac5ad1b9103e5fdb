"""Score a pretrained model on a folder of recordings: every runtime, every recording, nothing trained on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from . import chains
from .agreement import Runtimes
from .app import App
from .audio_chain import AudioChain
from .data import catalog
from .data.recording import Recording
from .errors import ConfigError, DataError
from .pipeline import Pipeline


def evaluate_pretrained(
    chain: AudioChain,
    data: Path | str,
    *,
    board: str | None = "mps2_an386",
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Score every recording of a folder in the official layout of the app's data set.

    Parameters
    ----------
    chain : AudioChain
        The application with the model to score.
    data : Path
        The folder; everything in it is scored.
    board : str or None
        Board to replay the recordings on as well; None for none.
    progress : callable, optional
        Called with (done, total) during the replay.

    Returns
    -------
    dict
        The object that `motekit evaluate --json` prints: `rows` by runtime, `agree`, `metrics` of the int8 network.
        Accuracy leaves silence out; the rows count it apart.

    Raises
    ------
    DataError
        If the folder is missing, or holds nothing in that layout.
    """
    from .train.evaluate import evaluate

    app, pipeline = chain.app, chain.pipeline
    recordings = load_recordings(app, data)
    runtimes = Runtimes(pipeline)
    windows = np.stack([one_window(pipeline, recording) for recording in recordings])
    scores = {
        "float": runtimes.float_probabilities(windows),
        "tflm": runtimes.tflm_scores(windows),
        "host": runtimes.host_scores(windows),
    }
    if board:
        replayed = _replay(chain, board, recordings, progress)
        scores[board] = np.array([next(replayed) for _ in recordings], np.int8)
    return evaluate(
        scores,
        [recording.label for recording in recordings],
        [recording.group for recording in recordings],
        app=app.name,
        classes=app.labels,
        data={"source": source_of(recordings), "name": app.dataset, "path": str(data)},
        split="none",
    )


def load_recordings(app: App, data: Path | str) -> list[Recording]:
    """Read all recordings of a folder with the loader of the app's data set, labelled with the app's classes."""
    from motekit.datasets import speech_commands

    if app.dataset != speech_commands.NAME:
        raise ConfigError(f'{app.folder / "app.toml"}: there is no loader for the data set "{app.dataset}".')
    keywords = [label for label in app.labels if not label.startswith("_")]
    return speech_commands.load(data, keywords)


def one_window(pipeline: Pipeline, recording: Recording) -> np.ndarray:
    """Feature rows of a recording's one window, int16[rows, width]."""
    windows = pipeline.windows(pipeline.block.process(recording.samples))
    if len(windows) != 1:
        raise DataError(f"{recording.name} gives {len(windows)} windows; a clip of one window's length gives one.")
    return windows[0]


def source_of(recordings: list[Recording]) -> str:
    """ "real", or "synthetic" as soon as one recording is."""
    return "synthetic" if any(recording.source == "synthetic" for recording in recordings) else "real"


def find_data(app: App, data: Path | str | None) -> Path:
    """The folder given, or the app's data set where the catalog finds it on this machine."""
    return Path(data) if data else catalog.require(app.dataset)


def _replay(
    chain: AudioChain,
    board: str,
    recordings: list[Recording],
    progress: Callable[[int, int], None] | None,
) -> Iterator[np.ndarray]:
    """Scores of each recording's window, from the firmware on a board."""
    from .firmware.run import FirmwareReplay

    with FirmwareReplay(chains.app_with(chain), board) as firmware:
        for index, recording in enumerate(recordings):
            found = chain.replay_of(firmware.answer(recording.samples))
            if len(found.scores) != 1:
                raise DataError(f"{recording.name}: {board} scored {len(found.scores)} windows, not one.")
            yield found.scores[0]
            if progress:
                progress(index + 1, len(recordings))
