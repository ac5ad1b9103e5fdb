"""Training a word-spotting network from recordings: features, epochs, the loop, quantization."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .. import feature_cache
from ..app import App
from ..data.recording import Recording
from ..dsp import declared
from ..errors import DataError
from .augment import LogMelEpochs
from .loop import Schedule, fit, seed_everything
from .quantize import Converted, quantize
from .recipe import WordRecipe
from .variations import vary_all

SILENCE, UNKNOWN = "_silence_", "_unknown_"
_CALIBRATION = 400
# between the seeds of two teachers, so that they do not fall together with those of further cycles
_TEACHER_SEEDS = 1000


@dataclass(frozen=True, eq=False)
class Prepared:
    """Recordings and the feature rows of all their variations, ready to be trained on in any split.

    Attributes
    ----------
    app : App
    recipe : WordRecipe
    rows : ndarray
        int16[variations, recordings, window + 2 margin, bands]. A variation follows from its own recording
        alone, so that a split of the recordings splits these too.
    windows : ndarray
        int16[recordings, window, bands], the recordings as they are: what is scored.
    noise : list of ndarray
        int16[rows, bands] of each noise file.
    labels, words, groups, parts : ndarray of str
        One a recording; a part is the folder of the data that it lies in, as one release of a data set.
    synthetic : ndarray of bool
        One a recording. Where there are real ones, the synthetic help to train and are never scored.
    """

    app: App
    recipe: WordRecipe
    rows: np.ndarray
    windows: np.ndarray
    noise: list[np.ndarray]
    labels: np.ndarray
    words: np.ndarray
    groups: np.ndarray
    parts: np.ndarray
    synthetic: np.ndarray

    @property
    def scored(self) -> np.ndarray:
        """Numbers of the recordings that figures may be made of: the real ones, if there are any."""
        real = np.flatnonzero(~self.synthetic)
        return real if len(real) else np.arange(len(self.synthetic))

    @property
    def source(self) -> str:
        """Of what is scored: "real" or "synthetic"."""
        return "synthetic" if self.synthetic.all() else "real"


def prepare(
    app: App,
    recipe: WordRecipe,
    words: Sequence[Recording],
    noise: Sequence[Recording],
    *,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Prepared:
    """Compute the features of every variation of every recording, by the C core.

    Raises
    ------
    DataError
        If there are no words, no unknown words, or no noise as long as a window.
    """
    labels = np.array([r.label for r in words])
    if missing := [k for k in app.labels if k != SILENCE and k not in labels]:
        raise DataError(f"there are no recordings of {missing[0]!r}. Give a folder that holds every label.")
    rows = vary_all(
        [r.samples for r in words],
        [r.name for r in words],
        lambda: declared.build(app.features, app.rate_hz, str(app.folder / "app.toml")),
        count=recipe.VARIATIONS,
        margin=recipe.MARGIN,
        window=app.rows,
        seed=seed,
        how=recipe.VARIATION,
        progress=progress,
    )
    plain = _rows(app, [*words, *noise])
    noise_rows = plain[len(words) :]
    noise_rows = [r for r in noise_rows if len(r) > app.rows]
    if not noise_rows:
        raise DataError("there is no background noise longer than a window. Add _background_noise_ files.")
    return Prepared(
        app=app,
        recipe=recipe,
        rows=rows,
        windows=np.stack([rows[: app.rows] for rows in plain[: len(words)]]),
        noise=noise_rows,
        labels=labels,
        words=np.array([r.word for r in words]),
        groups=np.array([r.group for r in words]),
        parts=np.array(["/".join(r.name.split("/")[:-2]) for r in words]),
        synthetic=np.array([r.source == "synthetic" for r in words]),
    )


def _rows(app: App, recordings: Sequence[Recording]) -> list[np.ndarray]:
    """Feature rows of recordings as they are, on all cores and kept by hash."""

    def make() -> Callable[[np.ndarray], feature_cache.Arrays]:
        block = declared.build(app.features, app.rate_hz, str(app.folder / "app.toml"))
        return lambda samples: {"rows": block.process(samples)}

    found = feature_cache.extract(make, app.feature_hash, [recording.samples for recording in recordings])
    return [one["rows"] for one in found]


def train(
    data: Prepared,
    *,
    seed: int,
    chosen: np.ndarray | None = None,
    epochs: int | None = None,
    progress: Callable[[int, int, float], None] | None = None,
) -> Converted:
    """Train the recipe's network and quantize it; see `learn` and `quantize`.

    Returns
    -------
    Converted
        The float and the int8 network.
    """
    chosen = np.arange(len(data.labels)) if chosen is None else chosen
    model = learn(data, seed=seed, chosen=chosen, epochs=epochs, progress=progress)
    return quantize(model, calibration(data, chosen, seed))


def learn(
    data: Prepared,
    *,
    seed: int,
    chosen: np.ndarray,
    epochs: int | None = None,
    progress: Callable[[int, int, float], None] | None = None,
):
    """Train the recipe's network.

    Parameters
    ----------
    data : Prepared
    seed : int
        Of the weights, the order and the augmentation: one seed, one machine, one network.
    chosen : ndarray of int
        The recordings to train on.
    epochs : int, optional
        Instead of the recipe's.
    progress : callable, optional
        See `loop.fit`.

    Returns
    -------
    keras.Model
        With the labels' probabilities as its one output.
    """
    recipe = data.recipe
    schedule: Schedule = recipe.SCHEDULE if epochs is None else replace(recipe.SCHEDULE, epochs=epochs)
    maker = _maker(data, chosen)
    first, *further = schedule.cycles
    teachers = [
        _cycle(maker, recipe, first, seed + _TEACHER_SEEDS * number, progress=_counting(progress, number, schedule))
        for number in range(schedule.teachers)
    ]
    network = teachers[0]
    for number, cycle in enumerate(further):
        news = _counting(progress, schedule.teachers + number, schedule)
        taught = teachers if len(teachers) > 1 else ()
        network = _cycle(maker, recipe, cycle, seed + 1 + number, network, taught, news)
    return network


def normalise(rows: np.ndarray, recipe: WordRecipe) -> np.ndarray:
    """Natural-log rows float32[n, window, bands] to the network's input [n, window, bands, 1].

    Values below 0 are clipped, as the int8 input does: they are under one count of 16-bit audio.
    """
    return ((np.maximum(rows, 0) - recipe.MEAN) / recipe.DEVIATION).astype(np.float32)[..., None]


def calibration(data: Prepared, chosen: np.ndarray, seed: int) -> np.ndarray:
    """Inputs for calibration: recordings that were trained on, with some noise alone."""
    rng = np.random.default_rng([seed, 7])
    window, margin, q = data.app.rows, data.recipe.MARGIN, data.app.feature_block.q
    index = rng.choice(chosen, min(_CALIBRATION, len(chosen)), replace=False)
    variation = rng.integers(0, len(data.rows), len(index))
    speech = data.rows[variation, index, margin : margin + window]
    quiet = [n[s : s + window] for n in data.noise for s in rng.integers(0, len(n) - window, 8)]
    return normalise(np.concatenate([speech, quiet]) * np.float32(2.0**-q), data.recipe)


def _maker(data: Prepared, chosen: np.ndarray) -> LogMelEpochs:
    """Epochs of the chosen recordings."""
    app = data.app
    said = {word: number for number, word in enumerate(sorted(set(data.words[chosen])))}
    return LogMelEpochs(
        np.ascontiguousarray(data.rows[:, chosen]),
        np.array([app.labels.index(label) for label in data.labels[chosen]]),
        np.array([said[word] for word in data.words[chosen]]),
        data.noise,
        window=app.rows,
        q=app.feature_block.q,
        classes=len(app.labels),
        silence=app.labels.index(SILENCE),
        unknown=app.labels.index(UNKNOWN),
        how=data.recipe.AUGMENTATION,
    )


def _cycle(
    maker: LogMelEpochs, recipe: WordRecipe, schedule: Schedule, seed: int, network=None, teachers=(), progress=None
):
    """One cycle of learning. It follows from the seed, the network it goes on from (or None) and the teachers alone."""
    seed_everything(seed)
    model = recipe.build(maker.words)
    if network is not None:
        _continue(model, network)

    def make_epoch(number: int):
        epoch = maker.make(np.random.default_rng([seed, number]))
        return normalise(epoch.rows, recipe), [epoch.labels, epoch.words]

    fit(model, make_epoch, schedule, progress=progress, teachers=teachers)
    return _deployed(model)


def _counting(progress, cycle: int, schedule: Schedule):
    """Progress of one cycle as that of the whole schedule."""
    if progress is None:
        return None
    return lambda done, _, loss: progress(cycle * schedule.epochs + done, schedule.total, loss)


def _continue(model, network) -> None:
    """Give a new model the weights of a deployed network; its auxiliary output starts anew."""
    learnt = [layer for layer in network.layers if layer.weights]
    for layer, source in zip((layer for layer in model.layers if layer.weights), learnt, strict=False):
        layer.set_weights(source.get_weights())


def _deployed(model):
    """The network with the labels' softmax as its one output."""
    import keras

    outputs = model.outputs if isinstance(model.outputs, list) else [model.outputs]
    return keras.Model(model.inputs, keras.layers.Softmax(name="probability")(outputs[0]))


def write(folder: Path, converted: Converted) -> None:
    """Write float.tflite and model.tflite, each in one step."""
    from ..files import write_bytes

    write_bytes(folder / "float.tflite", converted.float_model)
    write_bytes(folder / "model.tflite", converted.int8_model)
