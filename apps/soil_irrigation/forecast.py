"""Training and scoring of the soil-moisture forecast, beside what it has to beat."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from motekit import feature_cache
from motekit.core import check, ffi, lib
from motekit.data import catalog
from motekit.data.series import Series
from motekit.dsp.moisture import COLUMNS, NAMES, Moisture, days_of
from motekit.dsp.quantizer import Quantizer
from motekit.errors import DataError
from motekit.files import write_bytes, write_text
from motekit.oracle import Tflm
from motekit.train.loop import fit, seed_everything
from motekit.train.quantize import Converted, quantize

from . import recipe

if TYPE_CHECKING:
    import keras

#: what stands behind one sensor that may be missing, by how feature names begin
SENSORS = {
    "upper": ("5cm", "gradient"),
    "lower": ("10cm", "gradient"),
    "rain": ("rain", "wetness"),
    "humidity": ("humidity",),
    "light": ("sunshine",),
    "soil temperature": ("soil_temperature", "thaw"),
    "air temperature": ("t_max", "t_min"),
}
METRICS = tuple(f"rmse_{name}" for name in recipe.OUTPUTS)


@dataclass(frozen=True, eq=False)
class Rows:
    """One row a day and station for which at least one change of moisture is known.

    Attributes
    ----------
    days : ndarray
        int16[n, 11], as the device counts them.
    features : ndarray
        int16[n, 36], of the core, from the station's first day on.
    moisture : ndarray
        float32[n, 2], of that day, m3/m3.
    change : ndarray
        float32[n, 4] to the forecast days, m3/m3; NaN where not known.
    extremes : ndarray
        float32[n, 2, 2]: lowest and highest moisture of the station up to that day, by depth.
    station : ndarray
        int[n], the group.
    names : tuple of str
        Stations by number.
    """

    days: np.ndarray
    features: np.ndarray
    moisture: np.ndarray
    change: np.ndarray
    extremes: np.ndarray
    station: np.ndarray
    names: tuple[str, ...]

    def of(self, chosen: np.ndarray) -> "Rows":
        """Some of the rows."""
        arrays = (self.days, self.features, self.moisture, self.change, self.extremes, self.station)
        return Rows(*(array[chosen] for array in arrays), names=self.names)

    def __len__(self) -> int:
        return len(self.features)


def rows(series: Sequence[Series]) -> Rows:
    """Features and changes of every station, in the order of time.

    Raises
    ------
    DataError
        If no day has a moisture and another one or three days later.
    """
    parts = []
    every = [days_of(station) for station in series]
    for number, (station, days, values) in enumerate(zip(series, every, features_of(every), strict=True)):
        moisture = np.stack([station.column(f"soil_moisture_{depth}cm") for depth in recipe.DEPTHS_CM], 1)
        change = changes_of(station)
        lowest = np.minimum.accumulate(np.where(np.isnan(moisture), np.inf, moisture))
        highest = np.maximum.accumulate(np.where(np.isnan(moisture), -np.inf, moisture))
        group = np.full(len(station), number)
        parts.append((days, values, moisture, change, np.stack([lowest, highest], 2), group))
    whole = Rows(
        *(np.concatenate(arrays) for arrays in zip(*parts, strict=True)), names=tuple(s.station for s in series)
    )
    known = np.isfinite(whole.change).any(axis=1)
    if not known.any():
        raise DataError("no station has soil moisture on two days one or three days apart. Give longer series.")
    return whole.of(known)


def features_of(stations: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Features int16[n, 36] of each station's days int16[n, 11], from its first day on; on all cores, kept by hash."""

    def make() -> Callable[[np.ndarray], feature_cache.Arrays]:
        block = Moisture()

        def run(days: np.ndarray) -> feature_cache.Arrays:
            block.reset()
            return {"features": block.process(days)}

        return run

    hash_ = int.from_bytes(Moisture().digest()[:8], "big")
    return [found["features"] for found in feature_cache.extract(make, hash_, stations)]


def inputs(features: np.ndarray) -> np.ndarray:
    """Features as the float network sees them, float32[n, 36]."""
    return (features * 2.0**-recipe.INPUT_Q).astype(np.float32)


def changes_of(station: Series) -> np.ndarray:
    """Changes of moisture that came, float32[days, 4] in m3/m3; NaN where not known."""
    moisture = np.stack([station.column(f"soil_moisture_{depth}cm") for depth in recipe.DEPTHS_CM], 1)
    change = np.full((len(station), len(recipe.UNITS)), np.nan, np.float32)
    for depth in range(len(recipe.DEPTHS_CM)):
        for horizon, ahead in enumerate(recipe.HORIZONS_D):
            column = depth * len(recipe.HORIZONS_D) + horizon
            change[:-ahead, column] = moisture[ahead:, depth] - moisture[:-ahead, depth]
    return change


def train(data: Rows, seed: int = 0, progress=None, epochs: int | None = None) -> "keras.Model":
    """Learn from all rows given.

    Sensors are left out at random, so that a missing one costs accuracy and nothing else.
    """
    import tensorflow as tf

    seed_everything(seed)
    x = inputs(data.features)
    known = np.isfinite(data.change)
    targets = np.concatenate([np.nan_to_num(data.change) / recipe.UNITS, known], axis=1).astype(np.float32)
    outputs = len(recipe.UNITS)

    def squared(output, target):
        return tf.reduce_mean(tf.square((output - target[:, :outputs]) * target[:, outputs:]))

    def epoch(number: int):
        rng = np.random.default_rng((seed, number))
        order = rng.permutation(len(x))
        noisy = x[order] + rng.normal(0, recipe.NOISE, x.shape).astype(np.float32)
        return (noisy * _missing(len(x), rng)).astype(np.float32), [targets[order]]

    model = recipe.build()
    schedule = replace(recipe.SCHEDULE, epochs=epochs or recipe.SCHEDULE.epochs)
    fit(model, epoch, schedule, progress=progress, loss=squared)
    return model


def ridge(learnt: Rows, test: Rows, penalty: float = 10.0) -> np.ndarray:
    """Ridge regression on the same features, float[n, 4]: what any forecast has to beat."""
    x, out = inputs(learnt.features), np.zeros(test.change.shape)
    for i in range(out.shape[1]):
        known = np.isfinite(learnt.change[:, i])
        a = np.c_[x[known], np.ones(known.sum())]
        weights = np.linalg.solve(a.T @ a + penalty * np.eye(a.shape[1]), a.T @ learnt.change[known, i])
        out[:, i] = np.c_[inputs(test.features), np.ones(len(test))] @ weights
    return out


def predict_tflite(model: bytes, features: np.ndarray) -> np.ndarray:
    """Changes of moisture float32[n, 4] in m3/m3 by the float .tflite."""
    oracle = Tflm(model)
    return (oracle.predict(inputs(features)).reshape(len(features), -1) * np.float32(recipe.UNITS)).astype(np.float32)


def columns_of(sensor: str) -> list[int]:
    """Features that one of `SENSORS` is behind."""
    return [i for i, name in enumerate(NAMES) if name.startswith(SENSORS[sensor])]


def _missing(count: int, rng: np.random.Generator) -> np.ndarray:
    """0 where a row does without a sensor, else 1."""
    mask = np.ones((count, len(NAMES)), np.float32)
    for sensor in SENSORS:
        gone = np.flatnonzero(rng.random(count) < recipe.DROPPED)
        mask[np.ix_(gone, columns_of(sensor))] = 0
    return mask


def convert(model: "keras.Model", data: Rows, seed: int = 0, count: int = 1000) -> Converted:
    """Float and int8 .tflite; activation ranges of rows the network was trained on."""
    chosen = np.random.default_rng(seed).choice(len(data), min(count, len(data)), replace=False)
    return quantize(model, inputs(data.features[chosen]))


def predict_float(model: "keras.Model", features: np.ndarray) -> np.ndarray:
    """Changes of moisture float32[n, 4] in m3/m3 by the float network."""
    return model(inputs(features), training=False).numpy() * np.float32(recipe.UNITS)


class Forecast:
    """The int8 network as it runs: features of the core, its quantizer, TensorFlow Lite Micro.

    Parameters
    ----------
    int8_model : bytes
        .tflite of `convert`.
    """

    def __init__(self, int8_model: bytes):
        self._oracle = Tflm(int8_model)
        given, self._out = self._oracle.inputs[0], self._oracle.outputs[0]
        self.quantizer = Quantizer(recipe.INPUT_Q, 0.0, 1.0, given.scale, given.zero_point)

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Changes of moisture float32[n, 4] in m3/m3, of int16[n, 36] features."""
        return self.changes(self._oracle.predict(self.quantizer.process(features)).reshape(len(features), -1))

    def changes(self, scores: np.ndarray) -> np.ndarray:
        """Changes of moisture float32[n, 4] in m3/m3 that the network's outputs int8[n, 4] stand for."""
        return ((scores.astype(np.float64) - self._out.zero_point) * self._out.scale * recipe.UNITS).astype(np.float32)


def package(
    folder: Path,
    converted: Converted,
    data: Rows,
    dataset: str,
    seed: int,
    scores: dict,
    epochs: int | None = None,
) -> None:
    """Write float.tflite, model.tflite and model.json, what it was trained on and how it scored.

    Parameters
    ----------
    folder : Path
    converted : Converted
    data : Rows
        What it was trained on.
    dataset : str
        Name in the catalog.
    seed : int
    scores : dict
        Results of stations held out, by what made the forecast.
    """
    entry = catalog.datasets().get(dataset)
    about = {
        "app": "soil_irrigation",
        "task": "forecast",
        "outputs": recipe.OUTPUTS,
        "feature_hash": Moisture().digest()[:8].hex(),
        "input": {"q": recipe.INPUT_Q},
        "output": {"units_m3_m3": list(recipe.UNITS)},
        "provenance": {
            "data": {
                "name": dataset,
                "source": "real" if entry else "synthetic",
                **(
                    {
                        "title": entry.title,
                        "licence": entry.licence,
                        "licence_url": entry.licence_url,
                        "citation": entry.citation,
                    }
                    if entry
                    else {}
                ),
                "rows": len(data),
                "groups": len(np.unique(data.station)),
            },
            "split": "all stations of the data; none is left to test on, scores are by cross-validation",
            "seed": seed,
            "epochs": epochs or recipe.SCHEDULE.epochs,
            "sha256": {
                "float.tflite": hashlib.sha256(converted.float_model).hexdigest(),
                "model.tflite": hashlib.sha256(converted.int8_model).hexdigest(),
            },
        },
        "scores": scores,
    }
    write_bytes(folder / "float.tflite", converted.float_model)
    write_bytes(folder / "model.tflite", converted.int8_model)
    write_text(folder / "model.json", json.dumps(about, indent=2) + "\n")


def rmse(change: np.ndarray, data: Rows) -> dict[str, float | None]:
    """Root mean square error of forecast changes float[n, 4] in m3/m3, by `METRICS`, over what is known; see `rms`."""
    return rms(np.asarray(change, float) - data.change)


def rms(error: np.ndarray) -> dict[str, float | None]:
    """Root mean square of errors float[n, 4], by `METRICS`; None where no station has a probe at that depth."""
    found = {}
    for name, column in zip(METRICS, error.T, strict=True):
        known = column[np.isfinite(column)]
        found[name] = float(np.sqrt(np.mean(known**2))) if len(known) else None
    return found


def persistence(data: Rows) -> np.ndarray:
    """The forecast that nothing changes, float[n, 4]."""
    return np.zeros(data.change.shape)


def bucket(data: Rows, demand: float = 0.2) -> np.ndarray:
    """The FAO-56 bucket without rain to come, float[n, 4]: the core's `mk_soil` for each probe's layer.

    Parameters
    ----------
    demand : float
        Share of the reference evapotranspiration (Hargreaves) that the layer gives while it is wet.

    Notes
    -----
    Field capacity and wilting point are the highest and lowest moisture the station has shown so far.
    """
    scale = dict(zip(COLUMNS, data.days.astype(float).T, strict=True))
    above = scale["extraterrestrial"] / 100
    high, low = scale["air_temperature_max"] / 10, scale["air_temperature_min"] / 10
    known = (data.days[:, [3, 4, 9]] != -32768).all(axis=1)
    spread = np.sqrt(np.maximum(high - low, 0))
    et0 = np.where(known, np.maximum(0.0023 * ((high + low) / 2 + 17.8) * spread * 0.408 * above, 0), 2.0)
    change = np.zeros(data.change.shape)
    soil, config = ffi.new("mk_soil *"), ffi.new("mk_soil_config *")
    for row in range(len(data)):
        for depth, cm in enumerate(recipe.DEPTHS_CM):
            lowest, highest = (float(v) for v in data.extremes[row, depth])
            now = float(data.moisture[row, depth])
            if not (np.isfinite(now) and highest - lowest > 0.01):
                continue
            config.field_capacity, config.wilting_point = highest, lowest
            config.root_depth, config.depletion_share = 0.02 * cm, 0.2
            layer_mm = 1000 * config.root_depth
            depletion = min(max((highest - now) * layer_mm, 0.0), (highest - lowest) * layer_mm * 0.9999)
            check(lib.mk_soil_init(soil, config, depletion), "bucket")
            for day in range(1, max(recipe.HORIZONS_D) + 1):
                lib.mk_soil_day(soil, 0.0, 0.0, demand * et0[row])
                if day in recipe.HORIZONS_D:
                    column = depth * len(recipe.HORIZONS_D) + recipe.HORIZONS_D.index(day)
                    change[row, column] = (depletion - soil.depletion) / layer_mm
    return change
