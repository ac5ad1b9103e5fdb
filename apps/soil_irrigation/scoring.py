"""Training and scoring of the forecast through the app's chain; what `motekit train` and `evaluate` print and keep."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from motekit.chain import Progress
from motekit.compiler import HostModel
from motekit.core import lib
from motekit.datasets.synthetic import weather
from motekit.errors import DataError
from motekit.post.gardener import CHANNELS
from motekit.report import results

from . import forecast, hours, recipe

if TYPE_CHECKING:
    from .chain import AppChain

#: days of each station, and stations, that are replayed through a board's firmware
REPLAYED_DAYS, REPLAYED_STATIONS = 60, 4


def rows_of(data: Path | None) -> tuple[forecast.Rows, str]:
    """Rows of all stations of a folder and whether they are "real"; None: synthetic stations."""
    stations = weather.make(20, 11, days=366) if data is None else recipe.stations(data)
    return forecast.rows(stations), stations[0].source


def train(
    chain: "AppChain",
    data: Path | None,
    out: Path,
    *,
    seed: int = 0,
    epochs: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train on every station and write the model, with the cross-validated scores of results.json if it is there."""
    rows, source = rows_of(data)
    network = forecast.train(rows, seed, _shown(progress, "training"), epochs=epochs)
    converted = forecast.convert(network, rows, seed)
    kept = out / "results.json"
    scores = json.loads(kept.read_text(encoding="utf8")).get("station", {}) if kept.is_file() else {}
    dataset = chain.dataset(None) if source == "real" else "synthetic"
    forecast.package(out, converted, rows, dataset, seed, scores, epochs=epochs)
    return {
        "app": chain.app.name,
        "task": "forecast",
        "data": {"source": source, "name": dataset, "groups": len(rows.names), "windows": len(rows)},
        "seed": seed,
        "out": str(out),
    }


def evaluate(chain: "AppChain", data: Path | None, *, board: str | None = "uno") -> dict[str, Any]:
    """Score the committed network on every station of a folder; `motekit evaluate soil_irrigation --pretrained`."""
    rows, source = rows_of(data)
    scored = _score(chain.model, (chain.folder / "float.tflite").read_bytes(), rows)
    agree = scored.pop("agree")
    metrics = {**scored["host"], **_beside(rows)}
    if board:
        # some of the days: no row among those of all of them
        scored["replay"], same = _replay(chain, data, board)
        agree = agree and same
    return {
        **_about(chain, rows, source),
        "split": "none",
        "rows": scored,
        "agree": agree,
        "metrics": metrics,
    }


def _about(chain: "AppChain", rows, source: str) -> dict[str, Any]:
    """What was scored, as every report begins."""
    name = chain.dataset(None) if source == "real" else "synthetic"
    scored = {"source": source, "name": name, "groups": len(np.unique(rows.station)), "windows": len(rows)}
    return {"app": chain.app.name, "task": "forecast", "data": scored}


def crossvalidate(
    chain: "AppChain",
    data: Path | None,
    *,
    seed: int = 0,
    epochs: int | None = None,
    folds: int = 6,
    out: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train and score by fold; stations of a fold are in no training set. With `out`, its results.json keeps it.

    The network sees no day after the one it forecasts from, whatever the fold.
    """
    rows, source = rows_of(data)
    fold_of = np.random.default_rng(seed).permutation(len(rows.names)) % folds
    change = {name: np.zeros(rows.change.shape, np.float32) for name in ("float", "tflm", "host", "ridge")}
    blind = {sensor: np.zeros(rows.change.shape, np.float32) for sensor in forecast.SENSORS}
    agree = True
    for fold in range(folds):
        held = fold_of[rows.station] == fold
        learnt, test = rows.of(~held), rows.of(held)
        network = forecast.train(learnt, seed, _shown(progress, f"fold {fold + 1} of {folds}"), epochs=epochs)
        converted = forecast.convert(network, learnt, seed)
        int8 = forecast.Forecast(converted.int8_model)
        change["float"][held] = forecast.predict_float(network, test.features)
        change["tflm"][held] = int8.predict(test.features)
        change["host"][held] = _host(converted.int8_model, int8, test.features)
        change["ridge"][held] = forecast.ridge(learnt, test)
        agree = agree and np.array_equal(change["tflm"][held], change["host"][held])
        for sensor in forecast.SENSORS:
            without = test.features.copy()
            without[:, forecast.columns_of(sensor)] = 0
            blind[sensor][held] = int8.predict(without)
    scored = {name: forecast.rmse(change[name], rows) for name in ("float", "tflm", "host")}
    found = {
        **_about(chain, rows, source),
        "split": "station",
        "folds": folds,
        "seed": seed,
        "rows": scored,
        "agree": agree,
        "metrics": {**scored["host"], **_beside(rows), "ridge": forecast.rmse(change["ridge"], rows)},
        "without_a_sensor": {sensor: forecast.rmse(blind[sensor], rows) for sensor in forecast.SENSORS},
    }
    if out is not None:
        results.save(out, {"station": found})
    return found


def _beside(rows: forecast.Rows) -> dict[str, Any]:
    return {
        "persistence": forecast.rmse(forecast.persistence(rows), rows),
        "bucket": forecast.rmse(forecast.bucket(rows), rows),
    }


def _host(model: bytes, int8: forecast.Forecast, features: np.ndarray) -> np.ndarray:
    """Forecasts of the network compiled for this computer."""
    scores = HostModel(model).predict(int8.quantizer.process(features)).reshape(len(features), -1)
    return int8.changes(scores)


def _score(model: bytes, float_model: bytes, rows: forecast.Rows) -> dict[str, Any]:
    int8 = forecast.Forecast(model)
    tflm, host = int8.predict(rows.features), _host(model, int8, rows.features)
    return {
        "float": forecast.rmse(forecast.predict_tflite(float_model, rows.features), rows),
        "tflm": forecast.rmse(tflm, rows),
        "host": forecast.rmse(host, rows),
        "agree": bool(np.array_equal(tflm, host)),
    }


def _replay(chain: "AppChain", data: Path | None, board: str) -> tuple[dict[str, Any], bool]:
    """Some stations' days through a board's firmware: the forecasts' error, and whether all bits are Python's."""
    from motekit import verify

    stations = weather.make(REPLAYED_STATIONS, 11, days=366) if data is None else recipe.stations(data)
    chosen = stations[:: max(1, len(stations) // REPLAYED_STATIONS)][:REPLAYED_STATIONS]
    takes = [hours.take_of(chain.app, station, REPLAYED_DAYS) for station in chosen]
    found = verify.verify(chain, board, takes)
    int8 = forecast.Forecast(chain.model)
    errors: list[np.ndarray] = []
    for station, answer in zip(chosen, found.firmware, strict=True):
        scores = np.frombuffer(b"".join(answer.scores), np.int8).reshape(-1, lib.MK_GARDENER_OUTPUTS)
        errors.append(int8.changes(scores) - forecast.changes_of(station)[: len(scores)])
    error = np.concatenate(errors)
    row = {"board": board, **forecast.rms(error), "windows": len(error), "stations": len(chosen)}
    return row, all(found.equal.values())


def _shown(progress: Progress | None, what: str) -> Callable[[int, int], None] | None:
    return None if progress is None else lambda done, total, *_: progress(done, total, what)


__all__ = ["CHANNELS", "DataError", "crossvalidate", "evaluate", "train"]
