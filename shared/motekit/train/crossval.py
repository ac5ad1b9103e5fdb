"""Cross-validation over groups: one network a fold, each scored on people it has never heard."""

import json
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .. import app as apps
from ..compiler import HostModel
from ..data import splits
from ..dsp import Quantizer
from ..files import write_text
from ..oracle import Tflm
from . import recipe as recipes
from . import words
from .evaluate import evaluate
from .words import Prepared


@dataclass(frozen=True, eq=False)
class Fold:
    """One fold: its network and what it said about the recordings that were held out.

    Attributes
    ----------
    folder : Path
        Holds float.tflite and model.tflite.
    test : ndarray of int
        The recordings held out.
    scores : dict of ndarray
        By runtime: float probabilities, or int8 scores [test, labels].
    """

    folder: Path
    test: np.ndarray
    scores: dict[str, np.ndarray]


def runtimes(data: Prepared, folder: Path, chosen: np.ndarray) -> dict[str, np.ndarray]:
    """Scores of the network in `folder` for recordings as they were recorded: "float", "tflm" and "host"."""
    rows, q = data.windows[chosen], data.app.feature_block.q
    host = HostModel(folder / "model.tflite")
    given = host.inputs[0]
    quantizer = Quantizer(q, data.recipe.MEAN, data.recipe.DEVIATION, given.scale, given.zero_point)
    tensors = quantizer.process(rows).reshape(len(rows), *given.shape[1:])
    inputs = words.normalise(rows * np.float32(2.0**-q), data.recipe)
    labels = len(data.app.labels)
    return {
        "float": Tflm(folder / "float.tflite").predict(inputs).reshape(-1, labels),
        "tflm": Tflm(folder / "model.tflite").predict(tensors).reshape(-1, labels),
        "host": host.predict(tensors).reshape(-1, labels),
    }


def cross_validate(
    data: Prepared,
    out: Path,
    *,
    folds: int = 5,
    seed: int = 0,
    epochs: int | None = None,
    workers: int | None = None,
    only: Sequence[int] | None = None,
    progress: Callable[[int, int, int, float], None] | None = None,
) -> list[Fold]:
    """Train and score one network a fold, several at once, each in a process and on one core.

    Synthetic recordings beside real ones are in every fold's training and in no fold's test.

    Parameters
    ----------
    data : Prepared
    out : Path
        Folder that takes the networks, one folder a fold.
    folds, seed : int
        See `splits.by_group`; the same seed gives the same folds and networks.
    epochs : int, optional
        Instead of the recipe's.
    workers : int, optional
        Networks trained at a time; one a core unless given.
    only : sequence of int, optional
        Train these folds alone.
    progress : callable, optional
        Called with (fold, epochs done, epochs, loss).

    Returns
    -------
    list of Fold
    """
    real, helping = data.scored, np.setdiff1d(np.arange(len(data.labels)), data.scored)
    parts = splits.by_group(data.labels[real], data.groups[real], folds=folds, seed=seed)
    parts = [
        replace(p, train=np.concatenate([real[p.train], helping]), test=real[p.test])
        for p in parts
        if only is None or p.fold in only
    ]
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as scratch, context.Manager() as manager:
        _spill(data, Path(scratch))
        news = manager.Queue()
        # TensorFlow on one thread a network: two networks on two cores are faster than one on both
        with ProcessPoolExecutor(workers or os.cpu_count() or 1, mp_context=context) as pool:
            jobs = [
                pool.submit(_train_fold, scratch, str(_folder(out, p)), p.train, seed, epochs, p.fold, news)
                for p in parts
            ]
            _relay(news, jobs, progress)
            for job in jobs:
                job.result()
    return [Fold(_folder(out, p), p.test, runtimes(data, _folder(out, p), p.test)) for p in parts]


def report(data: Prepared, folds: Sequence[Fold], name: str, counted: np.ndarray | None = None) -> dict[str, Any]:
    """Pool the folds' held-out recordings into one report, with the spread over folds.

    Parameters
    ----------
    data : Prepared
    folds : sequence of Fold
    name : str
        Of the data set.
    counted : ndarray of bool, optional
        Which recordings are scored; all unless given.
    """
    keep = np.ones(len(data.labels), bool) if counted is None else counted
    test = np.concatenate([f.test[keep[f.test]] for f in folds])
    scores = {name: np.concatenate([f.scores[name][keep[f.test]] for f in folds]) for name in folds[0].scores}
    result = evaluate(
        scores,
        data.labels[test],
        data.groups[test],
        app=data.app.name,
        classes=data.app.labels,
        data={"source": data.source, "name": name},
        split="speaker",
    )
    result["folds"] = [
        {
            "fold": k,
            "groups": len(np.unique(data.groups[f.test[keep[f.test]]])),
            "windows": int(keep[f.test].sum()),
            "accuracy": {runtime: float(np.mean(_right(data, f, runtime)[keep[f.test]])) for runtime in f.scores},
        }
        for k, f in enumerate(folds)
    ]
    return result


def _folder(out: Path, part: splits.Split) -> Path:
    return out / f"fold{part.fold}"


def _right(data: Prepared, fold: Fold, runtime: str) -> np.ndarray:
    labels = np.array(data.app.labels)
    return labels[fold.scores[runtime].argmax(axis=1)] == data.labels[fold.test]


def _spill(data: Prepared, folder: Path) -> None:
    """Write what the workers need; they map the rows instead of each holding a copy."""
    np.save(folder / "rows.npy", data.rows)
    np.save(folder / "windows.npy", data.windows)
    np.savez(folder / "noise.npz", *data.noise)
    told = {"app": data.app.spec}
    for name in ("labels", "words", "groups", "parts", "synthetic"):
        told[name] = getattr(data, name).tolist()
    write_text(folder / "data.json", json.dumps(told))


def _unspill(folder: Path) -> Prepared:
    told = json.loads((folder / "data.json").read_text(encoding="utf8"))
    app = apps.load(told["app"])
    with np.load(folder / "noise.npz") as noise:
        return Prepared(
            app=app,
            recipe=recipes.load(app),
            rows=np.load(folder / "rows.npy", mmap_mode="r"),
            windows=np.load(folder / "windows.npy", mmap_mode="r"),
            noise=[noise[k] for k in noise.files],
            labels=np.array(told["labels"]),
            words=np.array(told["words"]),
            groups=np.array(told["groups"]),
            parts=np.array(told["parts"]),
            synthetic=np.array(told["synthetic"]),
        )


def _train_fold(scratch, out, train, seed, epochs, number, news) -> None:
    """Run in a worker: train one fold's network and write it."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    converted = words.train(
        _unspill(Path(scratch)),
        seed=seed,
        chosen=train,
        epochs=epochs,
        progress=lambda done, total, loss: news.put((number, done, total, loss)),
    )
    words.write(Path(out), converted)


def _relay(news, jobs, progress) -> None:
    """Hand the workers' progress on until all have ended."""
    import queue

    while True:
        try:
            told = news.get(timeout=0.5)
        except queue.Empty:
            if all(job.done() for job in jobs):
                return
            continue
        if progress:
            progress(*told)
