"""Recordings to features, and the network: what app.toml cannot say."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.signal

from motekit.app import App
from motekit.data.machine import MachineRecording, at_rate, frames_of
from motekit.dsp.bearing import Bearing

from . import extraction, machine

#: augmented readings of every recording
PASSES = 10
#: simulated machines that teach what the mechanism is, whatever the machine; of another seed than any evaluation's
SIMULATED, SIMULATED_SEED = 60, 5000
#: places in a row at which a clean recording is read again
PHASES = 4
EPOCHS = 40


@dataclass
class Rows:
    """Feature rows of recordings.

    Attributes
    ----------
    features : float32[rows, width]
    label, diameter, load : one a row
    recording : int[rows]
        Number of the recording.
    levels : float32[rows, 7]
    """

    features: np.ndarray
    label: np.ndarray
    diameter: np.ndarray
    load: np.ndarray
    recording: np.ndarray
    levels: np.ndarray

    def where(self, chosen: np.ndarray) -> "Rows":
        """Some of them."""
        return Rows(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


def join(parts: Sequence[Rows]) -> Rows:
    """One after the other."""
    return Rows(*(np.concatenate([getattr(p, name) for p in parts]) for name in Rows.__dataclass_fields__))


#: samples and a generator to samples: what is done to a recording before it is read
Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def read(
    app: App,
    recordings: Sequence[MachineRecording],
    change: Change | None = None,
    *,
    phases: int = PHASES,
    seed: int = 0,
    number: Sequence[int] | None = None,
) -> Rows:
    """Rows of recordings, each read from `phases` starts; `change` is applied to each reading."""
    rng = np.random.default_rng(seed)
    whose: list[int] = []

    def readings() -> Iterator[tuple[str, np.ndarray]]:
        blocks: dict[str, Bearing] = {}
        for index, recording in enumerate(recordings):
            name = recording.bearing
            block = blocks.setdefault(name, machine.bearing(app, machine.geometry_of(app, name)))
            rpm = recording.rpm if recording.rpm > 0 else block.rpm
            row = block.points / block.per_turn * 60 / rpm * block.rate_hz
            for phase in range(phases):
                samples = recording.samples[int(row * phase / phases) :]
                if change is not None:
                    samples = change(samples, rng)
                whose.append(index)
                yield name, frames_of(samples, block.scale)

    parts = []
    for k, found in enumerate(extraction.rows_of(app, readings())):
        index, sound = whose[k], found.quality == 0
        recording, n = recordings[index], int(sound.sum())
        label = app.labels.index(recording.label) if recording.label in app.labels else -1
        parts.append(
            Rows(
                found.features[sound], np.full(n, label), np.full(n, recording.diameter),
                np.full(n, recording.load), np.full(n, index if number is None else number[index]),
                found.levels[sound],
            )
        )  # fmt: skip
    return join(parts)


def augment(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another machine's way from the fault to the sensor, its noise and its clock: never its level alone."""
    x, rpm = samples[:, 0].astype(float), samples[:, 1]
    x = x[int(rng.integers(0, max(1, min(12000, len(x) // 4)))) :]
    rpm = rpm[-len(x) :]
    if rng.random() < 0.75:
        x = _path(x, rng)
    if rng.random() < 0.6:
        x = noisy(x, rng.uniform(0, 30), rng, colour=rng.uniform(-0.8, 0.9) if rng.random() < 0.5 else 0.0)
    return np.stack([x, rpm * (1 + rng.uniform(-0.004, 0.004))], axis=1)


def _path(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Through a smooth random response: resonances moved, bands lifted and lost."""
    spectrum = np.fft.rfft(x)
    place = np.linspace(0, 1, len(spectrum))
    decibels = np.interp(place, np.linspace(0, 1, 7), rng.normal(0, 4.0, 7)) + rng.normal(0, 4.0) * (place - 0.5)
    return np.fft.irfft(spectrum * 10 ** (decibels / 20), len(x))


def noisy(x: np.ndarray, snr_db: float, rng: np.random.Generator, colour: float = 0.0) -> np.ndarray:
    """With Gaussian noise of the recording's power less `snr_db`, first-order coloured."""
    noise = rng.normal(size=len(x))
    if colour:
        noise = scipy.signal.lfilter([1.0], [1.0, -colour], noise)
    return x + noise * (np.nanstd(x) / noise.std() * 10 ** (-snr_db / 20))


def training_rows(app: App, recordings: Sequence[MachineRecording], passes: int = PASSES, seed: int = 0) -> Rows:
    """Clean and augmented rows; classes of few recordings are read more often."""
    labels = [recording.label for recording in recordings]
    count = {label: labels.count(label) for label in labels}
    most = max(count.values())
    parts = [read(app, recordings, seed=seed)]
    for turn in range(passes):
        # a class of one recording gives as many rows as a class of twelve gives, within reason
        chosen = [i for i, label in enumerate(labels) for _ in range(min(6, most // count[label]))]
        parts.append(
            read(
                app, [recordings[i] for i in chosen], augment, phases=1, seed=1000 * seed + turn + 1, number=chosen
            )
        )  # fmt: skip
    if any(recording.source == "real" for recording in recordings):
        parts.append(simulated_rows(app, seed))
    return join(parts)


def simulated_rows(app: App, seed: int = 0) -> Rows:
    """Rows of machines of the generator, healthy and with each fault; their recording is -1."""
    from motekit.datasets.synthetic import vibration

    rng = np.random.default_rng([seed, 77])
    scale, labels = machine.bearing(app).scale, []

    def readings() -> Iterator[tuple[str, np.ndarray]]:
        for number in range(SIMULATED):
            made = vibration.machine(SIMULATED_SEED + number)
            for label, fault in enumerate(("", *vibration.FAULTS)):
                if label >= len(app.labels) or (fault and app.labels[label] != fault):
                    continue
                severity = float(np.exp(rng.uniform(np.log(0.5), np.log(4.0)))) if fault else 0.0
                running = vibration.Running(
                    speed=float(rng.uniform(0.95, 1.05)),
                    load=float(rng.uniform()),
                    celsius=float(rng.uniform(20, 70)),
                    fault=fault,
                    severity=severity,
                )
                samples = vibration.simulate(made, running, 3.4, [number, label, 9])
                labels.append(label)
                yield "", frames_of(at_rate(samples, vibration.RATE_HZ, app.rate_hz), scale)

    parts = []
    for k, found in enumerate(extraction.rows_of(app, readings())):
        n = len(found.features)
        nothing = np.full(n, -1)
        parts.append(Rows(found.features, np.full(n, labels[k]), np.full(n, np.nan), nothing, nothing, found.levels))
    return join(parts)


def network(width: int, classes: int):
    """Keras network over standardised features: one hidden layer, and noise in training."""
    import keras

    regular = keras.regularizers.L2(2e-3)
    inputs = keras.Input((width,))
    hidden = keras.layers.GaussianNoise(0.3)(inputs)
    hidden = keras.layers.Dense(24, activation="relu", kernel_regularizer=regular)(hidden)
    hidden = keras.layers.Dropout(0.3)(hidden)
    scores = keras.layers.Dense(classes, activation="softmax", kernel_regularizer=regular)(hidden)
    return keras.Model(inputs, scores)


def standardise(rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Centre and scale (1 / deviation) of each feature, float32."""
    deviation = rows.features.std(axis=0)
    return rows.features.mean(axis=0).astype(np.float32), (1 / np.maximum(deviation, 1e-3)).astype(np.float32)


def fit(rows: Rows, classes: int, seed: int = 0, epochs: int | None = None, told: Iterable | None = None):
    """Train on rows; the Keras model, centre and scale."""
    import keras

    from motekit.train.loop import seed_everything

    seed_everything(seed)
    centre, scale = standardise(rows)
    z = np.clip((rows.features - centre) * scale, -6, 6)
    share = np.bincount(rows.label, minlength=classes)
    weights = (len(rows.label) / (classes * np.maximum(share, 1)))[rows.label]
    model = network(z.shape[1], classes)
    schedule = keras.optimizers.schedules.CosineDecay(5e-3, (epochs or EPOCHS) * (len(z) // 128 + 1))
    model.compile(keras.optimizers.Adam(schedule), keras.losses.SparseCategoricalCrossentropy())
    model.fit(z, rows.label, sample_weight=weights, batch_size=128, epochs=epochs or EPOCHS, verbose=0)
    return model, centre, scale
