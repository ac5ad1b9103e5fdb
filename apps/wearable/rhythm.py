"""Irregular rhythm: ECG records, the features that the core makes of them, and the model over those."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motekit import feature_cache
from motekit.chain import Take
from motekit.compiler import HostModel
from motekit.data.recording import Recording
from motekit.datasets import cinc2017
from motekit.datasets.synthetic import ppg as synthetic
from motekit.errors import DataError, ModelError
from motekit.files import write_bytes, write_text
from motekit.oracle import Tflm
from motekit.post.wearable import Wearable, WearableParameters, scores_of

from .frames import Rates, sensed

AF, NORMAL, OTHER, NOISY = "atrial_fibrillation", "normal", "other", "noisy"
#: the model's inputs are limited to so many deviations
LIMIT = 4.0
#: strength of the logistic regression's penalty (scikit-learn's C), as in the literature's baseline
PENALTY = 0.3
FILES = ("rhythm.float.tflite", "rhythm.tflite", "rhythm.json")


@dataclass(frozen=True)
class Records:
    """Each record's class, its features by the core, and whether the core would give a reading of it."""

    labels: np.ndarray
    groups: np.ndarray
    values: np.ndarray
    reading: np.ndarray

    def pick(self, index: np.ndarray) -> "Records":
        """Some of them."""
        return Records(self.labels[index], self.groups[index], self.values[index], self.reading[index])


@dataclass(frozen=True)
class Model:
    """A trained rhythm model: both .tflite files, normalisation, and the int8 output from which it is irregular."""

    float_model: bytes
    int8_model: bytes
    mean: np.ndarray
    deviation: np.ndarray
    threshold: int

    def parameters(self) -> dict[str, Any]:
        """What the core needs beside the network: threshold, gain and offset of the inputs."""
        given = Tflm(self.int8_model).inputs[0]
        gain = 1.0 / (self.deviation * given.scale)
        offset = given.zero_point - self.mean * gain
        return {
            "threshold": self.threshold,
            "gain": tuple(float(v) for v in np.float32(gain)),
            "offset": tuple(float(v) for v in np.float32(offset)),
        }


def features_hash(wrist: Wearable) -> str:
    """64 bits, in hexadecimal, of all that decides the bits of the features of an ECG."""
    p = wrist.settings.rhythm
    parts = [
        wrist.ecg_peaks.digest(),
        wrist.ecg_band.digest(),
        repr((p.accept, p.doubt_low, p.doubt_high, p.least)).encode(),
    ]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def takes(source: Path | None, rate_hz: int | Rates, limit: int | None = None) -> list[Take]:
    """ECG records of a folder in the layout of CinC 2017; None: synthetic ones."""
    if source is not None:
        return [take(record, rate_hz) for record in cinc2017.load(source)[:limit]]
    return [take(record, rate_hz) for record in synthetic.ecgs(records=limit or 40, seed=0)]


def take(record: Recording, rate_hz: int | Rates) -> Take:
    """A record as the sensor would give it: only the ECG's channel has samples."""
    made = sensed({"ecg": record.samples.reshape(-1)}, record.rate_hz, rate_hz)
    return Take(record.name, record.group, made, record.label, record.source)


def last_readings(rows: list[bytes]) -> np.ndarray:
    """A record's last tick, as the core's record (`motekit.post.wearable.SCORES`)."""
    scores = scores_of(rows)
    if not len(scores):
        raise DataError("an ECG of less than 2 s has no rhythm. Leave it out.")
    return scores[-1]


def measure(given: list[Take], parameters: WearableParameters) -> Records:
    """Features of each record, those at its last tick; on all cores and kept by hash."""
    features = int.from_bytes(Wearable(parameters).digest()[:8], "big")

    def make() -> Callable[[np.ndarray], feature_cache.Arrays]:
        wrist = Wearable(parameters)

        def run(frames: np.ndarray) -> feature_cache.Arrays:
            last = last_readings([tick.scores for tick in wrist.process(frames)])
            return {"values": last["values"], "rhythm_trouble": last["rhythm_trouble"]}

        return run

    last = feature_cache.extract(make, features, [take.frames for take in given])
    return Records(
        labels=np.array([take.truth for take in given]),
        groups=np.array([take.group for take in given]),
        values=np.array([row["values"] for row in last]),
        reading=np.array([row["rhythm_trouble"] == 0 for row in last]),
    )


def train(records: Records, seed: int = 0) -> Model:
    """Logistic regression of atrial fibrillation against all other readable records, as an int8 network.

    The threshold is the one with the best lower of sensitivity and specificity over the records of a normal rhythm,
    by cross-validation within `records`.

    Raises
    ------
    DataError
        If a class is missing.
    """
    from sklearn.model_selection import StratifiedKFold

    used = records.pick(records.reading & (records.labels != NOISY))
    irregular = used.labels == AF
    if irregular.sum() < 5 or (used.labels == NORMAL).sum() < 5:
        raise DataError("a rhythm model needs at least 5 records of atrial fibrillation and 5 normal ones. Add some.")
    held = np.zeros(len(irregular))
    for repeat in range(5):
        for fit, rest in StratifiedKFold(5, shuffle=True, random_state=seed + repeat).split(used.values, irregular):
            held[rest] += _probability(_fit(used.pick(fit)), used.values[rest]) / 5
    float_model, int8_model, mean, deviation = _network(used)
    threshold = best_threshold(held[irregular], held[used.labels == NORMAL])
    return Model(float_model, int8_model, mean, deviation, int(np.clip(round(threshold * 256) - 128, -127, 127)))


def best_threshold(irregular: np.ndarray, normal: np.ndarray) -> float:
    """Probability that best parts the two, half way between two of those seen."""
    seen = np.unique(np.concatenate([irregular, normal]))
    between = (seen[:-1] + seen[1:]) / 2 if len(seen) > 1 else seen

    def worth(at: float) -> tuple[float, float]:
        rates = (irregular >= at).mean(), (normal < at).mean()
        return min(rates), sum(rates)

    return float(max(between, key=worth))


def load(folder: Path, features: str) -> Model:
    """The trained model of a folder.

    Raises
    ------
    ModelError
        If it is missing or damaged, or was trained on other features than those of this hash.
    """
    try:
        info = json.loads((folder / FILES[2]).read_text(encoding="utf8"))
        if info["features"] != features:
            raise ModelError(
                f"{folder / FILES[2]} was trained on other features ({info['features']}) than the app computes "
                f"({features}). Train again: motekit train wearable --task rhythm."
            )
        float_model, int8_model = ((folder / name).read_bytes() for name in FILES[:2])
        mean, deviation = (np.array(info[key], float) for key in ("mean", "deviation"))
        return Model(float_model, int8_model, mean, deviation, int(info["threshold"]))
    except FileNotFoundError as error:
        raise ModelError(f"{error.filename} does not exist. Train it: motekit train wearable --task rhythm.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{folder / FILES[2]} is damaged ({error}). Restore it, or train again.") from error


def save(model: Model, folder: Path, features: str, provenance: dict[str, Any]) -> None:
    """Write the model and where it comes from."""
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / FILES[0], model.float_model)
    write_bytes(folder / FILES[1], model.int8_model)
    info = {
        "features": features,
        "threshold": model.threshold,
        "mean": model.mean.tolist(),
        "deviation": model.deviation.tolist(),
        "provenance": provenance,
    }
    write_text(folder / FILES[2], json.dumps(info, indent=1) + "\n")


def inputs(model: Model, values: np.ndarray) -> np.ndarray:
    """Features float32[n, 5] as the float network takes them, limited as the int8 one's are."""
    return np.clip((values - model.mean) / model.deviation, -LIMIT, LIMIT).astype(np.float32)


def probabilities(scores: np.ndarray) -> np.ndarray:
    """Int8 outputs (scale 1/256, zero point -128) as probabilities."""
    return (np.asarray(scores, float) + 128) / 256


def metrics(labels: np.ndarray, probability: np.ndarray, flagged: np.ndarray, reading: np.ndarray) -> dict[str, Any]:
    """Scores by record. A record without a reading is not flagged: it lowers sensitivity, as it would for a person.

    `auroc` ranks the readable records of atrial fibrillation and normal rhythm, `auroc_all` puts those without a
    reading below all others.
    """
    from sklearn.metrics import roc_auc_score

    irregular, normal, other, noisy = (labels == name for name in (AF, NORMAL, OTHER, NOISY))
    both = irregular | normal
    flagged = flagged & reading
    ranked = np.where(reading, probability, -1.0)

    def auroc(used: np.ndarray) -> float | None:
        has = irregular[used].any() and not irregular[used].all()
        return float(roc_auc_score(irregular[used], ranked[used])) if has else None

    counted = {
        "sensitivity": (flagged & irregular, irregular),
        "specificity": (~flagged & normal, normal),
        "other_flagged": (flagged & other, other),
        "noisy_flagged": (flagged & noisy, noisy),
    }
    found: dict[str, Any] = {"auroc": auroc(both & reading), "auroc_all": auroc(both)}
    for name, (hits, of) in counted.items():
        found[name] = float(hits.sum() / of.sum()) if of.any() else None
        found[f"{name}_95"] = wilson(int(hits.sum()), int(of.sum()))
    for name, of in ((AF, irregular), (NORMAL, normal), (OTHER, other), (NOISY, noisy)):
        found[f"no_reading_{name}"] = float((~reading)[of].mean()) if of.any() else None
        found[f"records_{name}"] = int(of.sum())
    found["coverage"] = float(reading.mean())
    return found


def wilson(hits: int, of: int, z: float = 1.959964) -> list[float]:
    """95 % interval of a share (Wilson, J. Am. Stat. Assoc. 22, 1927)."""
    if of == 0:
        return [0.0, 1.0]
    share, weight = hits / of, z * z / of
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * np.sqrt(share * (1 - share) / of + weight / (4 * of))
    return [float(middle - half), float(middle + half)]


def cross_validated(records: Records, folds: int, seed: int, progress=None) -> dict[str, Any]:
    """Train and score by record: every record is judged by an int8 model that has not seen it."""
    from sklearn.model_selection import StratifiedKFold

    probability, flagged = np.zeros(len(records.labels)), np.zeros(len(records.labels), bool)
    exact = np.zeros(len(records.labels))
    for number, (fit, rest) in enumerate(
        StratifiedKFold(folds, shuffle=True, random_state=seed).split(records.values, records.labels)
    ):
        if progress:
            progress(number, folds, "training")
        model = train(records.pick(fit), seed)
        scores = int8_scores(model, records.values[rest])
        probability[rest], flagged[rest] = probabilities(scores), scores >= model.threshold
        exact[rest] = Tflm(model.float_model).predict(inputs(model, records.values[rest])).reshape(-1)
    result = metrics(records.labels, probability, flagged, records.reading)
    return {"metrics": result, "float": metrics(records.labels, exact, flagged, records.reading)}


def int8_scores(model: Model, values: np.ndarray, runtime=HostModel) -> np.ndarray:
    """The int8 network's outputs for features float32[n, 5], quantized as the core does it."""
    given = model.parameters()
    gain, offset = np.float32(given["gain"]), np.float32(given["offset"])
    product = (values.astype(np.float32) * gain).astype(np.float32)
    quantized = np.floor((offset + product).astype(np.float32) + np.float32(0.5))
    return runtime(model.int8_model).predict(np.clip(quantized, -128, 127).astype(np.int8)).reshape(-1)


def _fit(records: Records):
    """Mean, deviation, weights and bias of a logistic regression with balanced classes."""
    from sklearn.linear_model import LogisticRegression

    mean, deviation = records.values.mean(axis=0), records.values.std(axis=0) + 1e-6
    scaled = np.clip((records.values - mean) / deviation, -LIMIT, LIMIT)
    regression = LogisticRegression(C=PENALTY, class_weight="balanced").fit(scaled, records.labels == AF)
    return mean, deviation, regression.coef_[0], float(regression.intercept_[0])


def _probability(fitted, values: np.ndarray) -> np.ndarray:
    mean, deviation, weights, bias = fitted
    return 1 / (1 + np.exp(-(np.clip((values - mean) / deviation, -LIMIT, LIMIT) @ weights + bias)))


def _network(records: Records) -> tuple[bytes, bytes, np.ndarray, np.ndarray]:
    """The regression as a network of one neuron, float and int8."""
    import keras

    from motekit.train.quantize import quantize

    mean, deviation, weights, bias = _fit(records)
    network = keras.Sequential([keras.Input((5,)), keras.layers.Dense(1, activation="sigmoid")])
    network.layers[0].set_weights([weights.reshape(5, 1), np.array([bias])])
    scaled = np.clip((records.values - mean) / deviation, -LIMIT, LIMIT).astype(np.float32)
    # the ends of the range belong to the calibration: the core limits to them
    ends = np.array([[-LIMIT] * 5, [LIMIT] * 5], np.float32)
    converted = quantize(network, np.concatenate([scaled, ends]))
    return converted.float_model, converted.int8_model, mean, deviation
