"""What the commands do with an app's network: report its sensitivity, quantize it by a scheme."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import paths, pretrained
from ..app import App
from ..errors import ConfigError, DataError, ModelError
from ..files import write_bytes, write_text
from ..pipeline import Pipeline
from ..scoring import find_data, load_recordings, one_window, source_of
from .price import sensitivity

if TYPE_CHECKING:
    import keras

    from ..train.words import Prepared

Progress = Callable[[int, int, str], None]

SCHEMES = ("int8", "16x8", "mixed", "qat")
#: training that starts from a trained network: short, at a small fraction of its first rate
_QAT_EPOCHS, _QAT_RATE = 8, 2e-4
_QAT_VARIATIONS = 4
_CHOOSE_ON = 400
_SYNTHETIC = 2000


def sensitivity_app(
    app: App,
    data: Path | str | None = None,
    *,
    model: Path | str | None = None,
    limit: int = 200,
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Sensitivity report of an app's int8 network on recordings.

    Parameters
    ----------
    app : App
    data : Path, optional
        Folder in the official layout of the app's data set; where the catalog finds it unless given.
    model : Path, optional
        Folder of another model than the committed one.
    limit : int
        Recordings to run, drawn at random (with `seed`); every layer runs them four times.
    progress : callable, optional
        Called with (done, total, what).

    Returns
    -------
    dict
        See `sensitivity`; and "app", "data".

    Raises
    ------
    DataError
        If the folder holds no recordings of the app's labels.
    """
    if limit < 1:
        raise ConfigError(f"limit is {limit}. Choose 1 or more.")
    recordings = load_recordings(app, find_data(app, data))
    chosen = np.sort(np.random.default_rng(seed).permutation(len(recordings))[:limit])
    recordings = [recordings[i] for i in chosen]
    pipeline = Pipeline(app, pretrained.load(app, model))
    windows = np.stack([one_window(pipeline, recording) for recording in recordings])
    inputs = pipeline.quantizer.normalise(windows).reshape(-1, *pipeline.network.inputs[0].shape[1:])
    labels = np.array([app.labels.index(recording.label) for recording in recordings])
    report = sensitivity(pipeline.model.float, pipeline.model.int8, inputs, labels, progress=progress)
    groups = len({recording.group for recording in recordings})
    source = {"source": source_of(recordings), "name": app.dataset, "windows": len(windows), "groups": groups}
    return {"app": app.name, "data": source, **report}


def sensitivity_files(
    float_model: Path | str,
    model: Path | str,
    inputs: Path | str,
    labels: Path | str | None = None,
    *,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Sensitivity report of any model; inputs and labels are .npy files, float32[n, ...] and int[n].

    Raises
    ------
    DataError
        If one of these files cannot be read.
    """
    return {
        "float": str(float_model),
        "model": str(model),
        **sensitivity(
            float_model, model, _array(inputs), None if labels is None else _array(labels), progress=progress
        ),
    }


def quantize_app(
    app: App,
    data: Path | None,
    out: Path,
    scheme: str = "int8",
    *,
    seed: int = 0,
    epochs: int | None = None,
    budget: float = 0.005,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Quantize the network that `motekit train` left on this machine, by one of the schemes.

    Parameters
    ----------
    app : App
    data : Path or None
        Folder in the official layout, of what may be trained on; None for synthetic recordings.
    out : Path
        Takes float.tflite and model.tflite; quantization.json says how. model.json, if there, is left alone.
    scheme : {"int8", "16x8", "mixed", "qat"}
        After training; all of it in 16x8; int8 with 16x8 where it is needed (`choose_wide`); trained on, rounded.
    seed : int
    epochs : int, optional
        Of "qat", 8 unless given.
    budget : float
        Of "mixed": accuracy that may be lost.
    progress : callable, optional
        Called with (done, total, what).

    Returns
    -------
    dict
        "scheme", "folder", "bytes", and of "mixed" what `choose_wide` reports.

    Raises
    ------
    ConfigError
        If there is no such scheme.
    ModelError
        If nothing was trained here.

    Notes
    -----
    The firmware's runtime feeds int8 inputs: a "16x8" model is for `motekit bench`, `compile` and comparison;
    "mixed" keeps int8 inputs and outputs and runs wherever the int8 model does.
    """
    from ..train import workflow

    if scheme not in SCHEMES:
        raise ConfigError(f"there is no scheme {scheme!r}. Choose one of: {', '.join(SCHEMES)}.")
    if scheme == "int8":
        return {"scheme": scheme, **workflow.quantize_app(app, data, out, seed=seed, progress=progress)}
    model = _trained(app)
    prepared = _prepare(app, data, _QAT_VARIATIONS if scheme == "qat" else 1, seed, progress)
    return {"scheme": scheme, **quantize_prepared(model, prepared, out, scheme, seed=seed, epochs=epochs,
                                                  budget=budget, progress=progress)}  # fmt: skip


def quantize_prepared(
    model: "keras.Model",
    prepared: "Prepared",
    out: Path,
    scheme: str,
    *,
    seed: int = 0,
    epochs: int | None = None,
    budget: float = 0.005,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Quantize a trained network (its one output the labels' probabilities); see `quantize_app`."""
    from ..train import words
    from ..train.quantize import quantize
    from . import conversion, qat
    from .choose import choose_wide

    everything = np.arange(len(prepared.labels))
    calibration = words.calibration(prepared, everything, seed)
    report: dict[str, Any] = {}
    if scheme == "qat":
        aware = qat.quantize_aware(qat.without_softmax(model), calibration)
        learn_on(aware, prepared, epochs or _QAT_EPOCHS, seed=seed, progress=progress)
        aware = qat.with_softmax(aware)
        integer = qat.export(aware)
        # the float twin of what was trained, not of what training started from
        exact = quantize(qat.plain(aware), calibration).float_model
    else:
        converted = quantize(model, calibration)
        exact, wide = converted.float_model, conversion.to_16x8(model, calibration)
        integer = wide
        if scheme == "mixed":
            chosen = np.random.default_rng(seed).permutation(everything)[:_CHOOSE_ON]
            inputs = words.normalise(
                prepared.windows[chosen] * np.float32(2.0**-prepared.app.feature_block.q), prepared.recipe
            )
            labels = np.array([prepared.app.labels.index(label) for label in prepared.labels[chosen]])
            integer, report = choose_wide(
                exact, converted.int8_model, wide, inputs, labels, budget=budget, progress=progress
            )
    write_bytes(out / "float.tflite", exact)
    write_bytes(out / "model.tflite", integer)
    report = {"folder": str(out), "bytes": {"float": len(exact), "model": len(integer)}, **report}
    told = {"scheme": scheme, "seed": seed, **{key: value for key, value in report.items() if key != "folder"}}
    write_text(out / "quantization.json", json.dumps(told, indent=1) + "\n")
    return report


def learn_on(
    aware: "keras.Model", prepared: "Prepared", epochs: int, *, seed: int, progress: Progress | None = None
) -> None:
    """Train a quantization-aware network with the app's own augmentation and loop, in place."""
    from dataclasses import replace

    from ..train.augment import LogMelEpochs
    from ..train.loop import fit, seed_everything
    from ..train.words import SILENCE, UNKNOWN, normalise

    app, recipe = prepared.app, prepared.recipe
    said = {word: number for number, word in enumerate(sorted(set(prepared.words)))}
    maker = LogMelEpochs(
        prepared.rows,
        np.array([app.labels.index(label) for label in prepared.labels]),
        np.array([said[word] for word in prepared.words]),
        prepared.noise,
        window=app.rows,
        q=app.feature_block.q,
        classes=len(app.labels),
        silence=app.labels.index(SILENCE),
        unknown=app.labels.index(UNKNOWN),
        how=recipe.AUGMENTATION,
    )
    seed_everything(seed)

    def make_epoch(number: int):
        epoch = maker.make(np.random.default_rng([seed, 1000 + number]))
        return normalise(epoch.rows, recipe), [epoch.labels]

    told = None if progress is None else lambda done, total, loss: progress(done, total, f"loss {loss:.3f}")
    schedule = replace(recipe.SCHEDULE, epochs=epochs, rate=_QAT_RATE, decay=0.0, loss_weights=(1.0,))
    fit(aware, make_epoch, schedule, progress=told)


def _prepare(app: App, data: Path | None, variations: int, seed: int, progress: Progress | None) -> "Prepared":
    from dataclasses import replace

    from ..train import recipe as recipes
    from ..train import words, workflow

    recipe = workflow.replace_variations(recipes.load(app), variations)
    if data is None:
        from motekit.datasets.synthetic import noise as noises
        from motekit.datasets.synthetic import speech

        said = [label for label in app.labels if not label.startswith("_")]
        recordings, noise = speech.make(_SYNTHETIC, keywords=said, silence_share=0.0), noises.recordings()
    else:
        recordings, noise = recipe.recordings(data)
    # the end of each noise file is never trained on, here no more than in training
    known = [replace(n, samples=n.samples[: round(len(n.samples) * (1 - workflow.NEW_NOISE))]) for n in noise]
    told = None if progress is None else lambda done, total: progress(done, total, "features")
    return words.prepare(app, recipe, recordings, known, seed=seed, progress=told)


def _trained(app: App) -> "keras.Model":
    import keras

    path = paths.work_dir() / "train" / app.name / "trained.keras"
    if not path.is_file():
        raise ModelError(f"no trained {app.name} is on this machine. Run: motekit train {app.name}.")
    return keras.models.load_model(path, compile=False)


def _array(path: Path | str) -> np.ndarray:
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is no .npy file ({error}). Write it with numpy.save.") from error
