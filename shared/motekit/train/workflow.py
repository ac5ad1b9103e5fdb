"""What the commands do: train, quantize again, cross-validate, listen to a stream."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .. import paths
from ..app import App
from ..data import catalog, published, splits, stream
from ..data.recording import Recording
from ..data.scoring import StreamScore
from ..errors import DataError, ModelError
from ..files import replacing
from ..report.results import save
from . import crossval, package, thresholds, words
from . import recipe as recipes
from .quantize import Converted, quantize
from .recipe import WordRecipe
from .words import Prepared

Progress = Callable[[int, int, str], None]

#: share of each noise file that is never trained on, so that a stream's background is new to the network
NEW_NOISE = 0.25
#: share of the speakers that set the thresholds where no cross-validation has
FOR_THRESHOLDS = 0.15
STREAM_S = 1800.0


def train_app(
    app: App,
    data: Path | None,
    out: Path,
    *,
    seed: int = 0,
    epochs: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train an app's network, set its thresholds and write the package (see `package.package`).

    With a results.json in `out`, written by `evaluate_folds` for the same data, the network learns from all
    speakers and the thresholds are those that were set on speakers held out. Without one, a share of the
    speakers is kept from the network for the thresholds.

    Parameters
    ----------
    app : App
    data : Path or None
        Folder in the official layout; None for synthetic speech.
    out : Path
        Takes float.tflite, model.tflite, model.json.
    seed, epochs : int
    progress : callable, optional
        Called with (done, total, what).

    Returns
    -------
    dict
        model.json, with "folder" and "bytes".
    """
    recipe = recipes.load(app)
    recordings, noise = _recordings(app, recipe, data)
    known, new = _divide(noise)
    prepared = words.prepare(
        app, recipe, recordings, known, seed=seed, progress=_named(progress, "features of every variation")
    )
    chosen, on, how = (
        np.arange(len(recordings)),
        _thresholds(app, out, prepared),
        "speakers held out, by fold",
    )
    rest = None
    if on is None:
        real = prepared.scored
        part = splits.hold_out(prepared.labels[real], prepared.groups[real], share=FOR_THRESHOLDS, seed=seed)
        chosen, rest = np.setdiff1d(chosen, real[part.test]), [recordings[i] for i in real[part.test]]
        how = f"{part.test_groups} speakers that were not trained on"
        on = {}
    model = words.learn(prepared, seed=seed, chosen=chosen, epochs=epochs, progress=_learning(progress))
    converted = quantize(model, words.calibration(prepared, chosen, seed))
    written = {
        "seed": seed,
        "epochs": _epochs(recipe, epochs),
        "command": _command(app, data, seed, epochs),
    }
    info = package.package(out, converted, prepared, chosen, on, set_on=how, **written)
    if rest:
        heard = [thresholds.listen(app, out, published.published(rest, new, duration_s=STREAM_S, seed=seed))]
        on = thresholds.choose(app, heard)
        info = package.package(out, converted, prepared, chosen, on, set_on=how, **written)
    with replacing(_kept(app)) as temporary:
        model.save(temporary)
    return {**info, "folder": str(out), "bytes": len(converted.int8_model)}


def quantize_app(
    app: App, data: Path | None, out: Path, *, seed: int = 0, progress: Progress | None = None
) -> dict[str, Any]:
    """Quantize the network that `train_app` left in the work folder again, calibrated on `data`.

    Only the .tflite files in `out` are written; model.json keeps its thresholds.

    Raises
    ------
    ModelError
        If nothing was trained here.
    """
    import keras

    if not _kept(app).is_file():
        raise ModelError(f"no trained {app.name} is on this machine. Run: motekit train {app.name}.")
    model = keras.models.load_model(_kept(app), compile=False)
    recipe = replace_variations(recipes.load(app), 1)
    recordings, noise = _recordings(app, recipe, data, helped=False)
    prepared = words.prepare(
        app, recipe, recordings, _divide(noise)[0], seed=seed, progress=_named(progress, "features")
    )
    chosen = np.arange(len(recordings))
    converted = quantize(model, words.calibration(prepared, chosen, seed))
    words.write(out, converted)
    return {
        "folder": str(out),
        "bytes": {"float": len(converted.float_model), "int8": len(converted.int8_model)},
        "same_label": _same_label(prepared, converted),
    }


def evaluate_folds(
    app: App,
    data: Path | None,
    *,
    folds: int = 5,
    seed: int = 0,
    epochs: int | None = None,
    out: Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train and score one network a fold, on clips and on streams of the speakers held out.

    The thresholds of a fold's streams are set on the other folds' streams: other speakers, other networks. All
    folds' streams together give those of the network that is trained on everybody.

    Parameters
    ----------
    app, data, seed, epochs, progress
        See `train_app`.
    folds : int
    out : Path, optional
        Folder whose results.json takes the figures; the app's pretrained/ for the committed ones.
    workers : int, optional
        Networks trained at a time.

    Returns
    -------
    dict
        The report of `evaluate` with split "speaker", its "folds" and "parts" (folders of the data), and over all
        folds the "stream" (`data.published`) and the "noisy_stream" (`data.stream`).
    """
    recipe = recipes.load(app)
    recordings, noise = _recordings(app, recipe, data)
    known, new = _divide(noise)
    prepared = words.prepare(
        app, recipe, recordings, known, seed=seed, progress=_named(progress, "features of every variation")
    )
    share: dict[int, float] = {}

    def learning(fold: int, done: int, total: int, loss: float) -> None:
        share[fold] = done / total
        if progress:
            progress(round(100 * sum(share.values())), 100 * folds, f"fold {fold} loss {loss:.3f}")

    work = paths.work_dir() / "train" / app.name / "folds"
    networks = crossval.cross_validate(
        prepared, work, folds=folds, seed=seed, epochs=epochs, workers=workers, progress=learning
    )
    trained = {"seed": seed, "epochs": _epochs(recipe, epochs)}
    result = figures(app, prepared, recordings, new, networks, **trained, progress=progress)
    if out is not None:
        save(out, committed(app, result))
    return result


def figures(
    app: App,
    prepared: Prepared,
    recordings: Sequence[Recording],
    noise: Sequence[Recording],
    networks: Sequence[crossval.Fold],
    *,
    seed: int,
    epochs: int,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Score the folds' networks on clips and on two streams each, at thresholds set on other folds' streams.

    Parameters
    ----------
    app, prepared
    recordings : sequence of Recording
        What was prepared.
    noise : sequence of Recording
        Background that no network was trained on.
    networks : sequence of Fold
    seed, epochs : int
        What the networks were trained with; streams follow from the seed too.

    Returns
    -------
    dict
        See `evaluate_folds`.
    """
    result = crossval.report(prepared, networks, app.dataset)
    result["parts"] = {
        part: crossval.report(prepared, networks, app.dataset, prepared.parts == part)["metrics"]
        for part in sorted(set(prepared.parts[prepared.scored]))
    }
    plain: list[thresholds.Heard] = []
    noisy: list[thresholds.Heard] = []
    for number, fold in enumerate(networks):
        converted = Converted(*((fold.folder / n).read_bytes() for n in ("float.tflite", "model.tflite")))
        train = np.setdiff1d(np.arange(len(recordings)), fold.test)
        said = {"seed": seed, "epochs": epochs, "command": f"fold {number}"}
        package.package(fold.folder, converted, prepared, train, {}, set_on="not set", **said)
        heldout = [recordings[i] for i in fold.test]
        told = {"duration_s": STREAM_S, "seed": seed + number}
        harder = stream.build(heldout, noise, name="half other words, 5 to 20 dB above noise", **told)
        for heard, laid in ((plain, published.published(heldout, noise, **told)), (noisy, harder)):
            heard.append(thresholds.listen(app, fold.folder, laid))
            if progress:
                progress(len(plain) + len(noisy), 2 * len(networks), "streams")
    settings = []
    for number, one in enumerate(plain):
        others = [h for k, h in enumerate(plain) if k != number] or [one]
        settings.append(thresholds.choose(app, others))
        if progress:
            progress(number + 1, len(plain) + 1, "thresholds")
    on = thresholds.choose(app, plain)
    where = f"thresholds of each fold set on the published streams of the other {len(networks) - 1} folds"
    for name, heard in (("stream", plain), ("noisy_stream", noisy)):
        scores = [thresholds.score(app, h, chosen) for h, chosen in zip(heard, settings, strict=True)]
        told = {"source": prepared.source, "composition": heard[0].stream.name, "thresholds": where}
        result[name] = {**_together(scores), **told, "det": _det(app, heard)}
    result["metrics"] |= {k: result["stream"][k] for k in ("false_accepts_per_hour", "miss_rate")}
    result["decision"] = {"on": on, "data": _fingerprint(prepared)}
    return {**result, "seed": seed, "epochs": epochs}


def committed(app: App, result: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a cross-validation as results.json keeps them; accuracy is the int8 network's."""
    row = result["rows"]["tflm"]
    validation = {
        "data": result["data"]["name"],
        "source": result["data"]["source"],
        "split": result["split"],
        "folds": len(result["folds"]),
        "clips": row["windows"],
        "groups": row["groups"],
        "accuracy": row["accuracy"],
        "interval_95": row["interval"],
        "macro_f1": row["macro_f1"],
        "labels": app.labels,
        "confusion": row["confusion"],
        "per_class": row["per_class"],
        "by_runtime": {name: found["accuracy"] for name, found in result["rows"].items()},
        "by_fold": result["folds"],
        "by_part": result["parts"],
        "agree": result["agree"],
        **{key: result[key] for key in ("seed", "epochs", "decision")},
    }
    return {
        "cross_validation": validation,
        "stream": result["stream"],
        "noisy_stream": result["noisy_stream"],
    }


def evaluate_stream(
    app: App,
    data: Path | None,
    *,
    minutes: float = 30,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Score the committed network and its thresholds on a continuous stream of the clips in a folder.

    The figures are honest only for speakers that the network was not trained on; `data` says whose they are.
    """
    recipe = recipes.load(app)
    recordings, noise = _recordings(app, recipe, data, helped=False)
    laid = published.published(recordings, _divide(noise)[1], duration_s=60.0 * minutes, seed=seed)
    told = _named(progress, "listening")
    if told:
        told(0, 1)
    heard = thresholds.listen(app, app.pretrained, laid)
    on = json.loads((app.pretrained / "model.json").read_text(encoding="utf8"))["decision"]["on"]
    found = thresholds.score(app, heard, on)
    return {
        "app": app.name,
        "data": {
            "source": laid.source,
            "name": app.dataset,
            "groups": laid.speakers,
            "windows": len(heard.scores),
        },
        "split": "stream",
        "rows": {},
        "agree": True,
        "metrics": found.metrics(),
        "det": _det(app, [heard]),
    }


def _recordings(
    app: App, recipe: WordRecipe, data: Path | None, *, helped: bool = True
) -> tuple[list[Recording], list[Recording]]:
    """Words and noise of a folder, the words helped by synthetic ones; or all synthetic without a folder."""
    from motekit.datasets.synthetic import noise as noises
    from motekit.datasets.synthetic import speech

    said = [label for label in app.labels if not label.startswith("_")]
    if data is not None:
        recordings, noise = recipe.recordings(data)
        if noise:
            return [*recordings, *(speech.make(**{"keywords": said, **recipe.SYNTHETIC}) if helped else [])], noise
        raise DataError(f"{data} has no _background_noise_ files. Add the folder of that name of v0.01 or v0.02.")
    return speech.make(2000, keywords=said, silence_share=0.0), noises.recordings()


def _divide(noise: Sequence[Recording]) -> tuple[list[Recording], list[Recording]]:
    """Noise to train with, and the end of each file, for streams."""
    at = [round(len(n.samples) * (1 - NEW_NOISE)) for n in noise]
    return (
        [replace(n, samples=n.samples[:k]) for n, k in zip(noise, at, strict=True)],
        [replace(n, samples=n.samples[k:]) for n, k in zip(noise, at, strict=True)],
    )


def _thresholds(app: App, out: Path, prepared: Prepared) -> dict[str, float] | None:
    """Thresholds that a cross-validation of the same recordings has set, if there was one."""
    try:
        decision = json.loads((out / "results.json").read_text(encoding="utf8"))["cross_validation"]["decision"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return decision["on"] if decision.get("data") == _fingerprint(prepared) else None


def _fingerprint(prepared: Prepared) -> str:
    """A few digits that tell one set of recordings and features from another."""
    import hashlib

    told = json.dumps([prepared.app.feature_hash, *map(str, (prepared.labels.tolist(), prepared.groups.tolist()))])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _together(scores: Sequence[StreamScore]) -> dict[str, Any]:
    """Counts of several streams as those of one."""
    first, *rest = scores
    for other in rest:
        first = StreamScore(
            hours=first.hours + other.hours,
            keywords=first.keywords + other.keywords,
            hits=first.hits + other.hits,
            substitutions=first.substitutions + other.substitutions,
            repeats=first.repeats + other.repeats,
            false_accepts=first.false_accepts + other.false_accepts,
            verdicts=first.verdicts + other.verdicts,
            missed=first.missed + other.missed,
        )
    return {**first.metrics(), "streams": [score.metrics() for score in scores]}


def _det(app: App, heard: Sequence[thresholds.Heard]) -> list[list[float]]:
    """[false accepts an hour, miss rate] at each threshold that all keywords share."""
    keywords = [label for label in app.labels if label not in app.decision.get("never", [])]
    points = []
    for t in thresholds.GRID:
        found = _together([thresholds.score(app, h, {k: float(t) for k in keywords}) for h in heard])
        points.append([found["false_accepts_per_hour"], found["miss_rate"]])
    return points


def replace_variations(recipe: WordRecipe, count: int) -> WordRecipe:
    """The recipe with fewer variations, for what needs no augmentation."""
    recipe.VARIATIONS = count
    return recipe


def _same_label(prepared: Prepared, converted: Converted) -> float:
    """Share of recordings that both forms of a network name alike."""
    with tempfile.TemporaryDirectory() as folder:
        words.write(Path(folder), converted)
        scores = crossval.runtimes(prepared, Path(folder), np.arange(len(prepared.labels)))
    return float((scores["float"].argmax(1) == scores["tflm"].argmax(1)).mean())


def _kept(app: App) -> Path:
    return paths.work_dir() / "train" / app.name / "trained.keras"


def _command(app: App, data: Path | None, seed: int, epochs: int | None) -> str:
    where = f"--data {catalog.dataset(app.dataset).name}" if data else "--synthetic"
    return f"motekit train {app.name} {where} --seed {seed}" + (f" --epochs {epochs}" if epochs else "")


def _epochs(recipe: WordRecipe, epochs: int | None) -> int:
    """Epochs of all cycles, where `epochs` are those of one."""
    schedule = recipe.SCHEDULE if epochs is None else replace(recipe.SCHEDULE, epochs=epochs)
    return schedule.total


def _named(progress: Progress | None, what: str) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, total: progress(done, total, what)


def _learning(progress: Progress | None) -> Callable[[int, int, float], None] | None:
    if progress is None:
        return None
    return lambda done, total, loss: progress(done, total, f"loss {loss:.3f}")
