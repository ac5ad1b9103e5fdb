"""The forecast's rows, scores and training, on stations that do not exist."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from kept import watched
from motekit import paths
from motekit.apps.soil_irrigation import forecast, recipe
from motekit.compiler import HostModel
from motekit.data.series import DAY_S, Series
from motekit.datasets.synthetic import weather
from motekit.dsp.moisture import NAMES, Moisture, days_of
from motekit.errors import DataError
from motekit.files import sha256
from motekit.oracle import Tflm


@pytest.fixture(scope="module")
def data() -> forecast.Rows:
    return forecast.rows(weather.make(12, 5, days=366))


def test_rows_are_the_stations_days_in_order():
    series = weather.make(2, 3, days=40, missing=0.1)
    whole = forecast.rows(series)
    assert whole.names == tuple(s.station for s in series)
    for number, station in enumerate(series):
        one = whole.of(whole.station == number)
        features = Moisture().process(days_of(station))
        upper = station.column("soil_moisture_5cm")
        known = [
            day
            for day in range(40)
            for change in [np.r_[upper, [np.nan] * 3][[day + 1, day + 3]] - upper[day],
                           np.r_[station.column("soil_moisture_10cm"), [np.nan] * 3][[day + 1, day + 3]]
                           - station.column("soil_moisture_10cm")[day]]
        ]  # fmt: skip
        assert set(known) == set(range(40))
        rows = [day for day in range(40) if any(_changes(station, day))]
        assert len(one) == len(rows)
        np.testing.assert_array_equal(one.features, features[rows])
        for row, day in enumerate(rows):
            np.testing.assert_array_equal(np.isfinite(one.change[row]), _changes(station, day))


def _changes(station: Series, day: int) -> list[bool]:
    found = []
    for depth in recipe.DEPTHS_CM:
        column = station.column(f"soil_moisture_{depth}cm")
        for ahead in recipe.HORIZONS_D:
            found.append(day + ahead < len(column) and bool(np.isfinite(column[day + ahead] - column[day])))
    return found


def test_rows_come_from_the_cache_the_second_time(tmp_path, monkeypatch):
    written = watched(monkeypatch, tmp_path)
    series = weather.make(3, 3, days=40)
    first = forecast.rows(series)
    assert len(written) == len(set(written)) == 3
    written.clear()
    again = forecast.rows(series)
    assert not written and again.features.dtype == np.int16 and again.features.tobytes() == first.features.tobytes()
    longer = forecast.rows(weather.make(3, 3, days=41))
    assert len(written) == 3 and len(longer) > len(first)
    # the block has no parameters but its version
    monkeypatch.setattr(Moisture, "version", Moisture.version + 1)
    forecast.rows(series)
    assert len(set(written)) == 6


def test_scores_are_root_mean_squares_of_what_is_known(data):
    scores = forecast.rmse(forecast.persistence(data), data)
    assert list(scores) == ["rmse_5cm_24h", "rmse_5cm_72h", "rmse_10cm_24h", "rmse_10cm_72h"]
    assert scores["rmse_5cm_24h"] == pytest.approx(np.sqrt(np.nanmean(data.change[:, 0].astype(float) ** 2)))
    assert forecast.rmse(data.change, data)["rmse_10cm_72h"] == 0
    assert scores["rmse_5cm_24h"] < scores["rmse_5cm_72h"]


def test_the_bucket_dries_a_wet_soil_and_never_wets_one(data):
    change = forecast.bucket(data)
    assert (change <= 1e-6).all() and (change[:, 1] <= change[:, 0] + 1e-9).all()
    dry = np.isfinite(data.change).all(axis=1) & (data.days[:, 2] == 0)
    wet = dry & (data.moisture[:, 0] > np.nanmedian(data.moisture[:, 0]))
    assert change[wet, 0].mean() < change[dry & ~wet, 0].mean() < 0


def test_every_sensor_has_features_of_its_own():
    claimed = [i for sensor in forecast.SENSORS for i in forecast.columns_of(sensor)]
    names = [NAMES[i] for i in set(range(len(NAMES))) - set(claimed)]
    assert names == ["season", "season_change"] and claimed.count(NAMES.index("gradient")) == 2


def test_the_network_learns_and_survives_quantization_and_missing_sensors(data, monkeypatch, tmp_path):
    monkeypatch.setattr(recipe, "SCHEDULE", replace(recipe.SCHEDULE, epochs=12, batch=64))
    held = data.station % 4 == 0
    train, test = data.of(~held), data.of(held)
    model = forecast.train(train, seed=1)
    assert model.count_params() < 2000
    still = forecast.rmse(forecast.persistence(test), test)
    learnt = forecast.rmse(forecast.predict_float(model, test.features), test)
    # most of what changes is rain to come, which nobody knows
    assert all(learnt[name] < 0.985 * still[name] for name in still)
    converted = forecast.convert(model, train)
    int8 = forecast.Forecast(converted.int8_model)
    exact = forecast.rmse(int8.predict(test.features), test)
    assert all(exact[name] < 1.02 * learnt[name] for name in still)
    for sensor in forecast.SENSORS:
        blind = test.features.copy()
        blind[:, forecast.columns_of(sensor)] = 0
        assert forecast.rmse(int8.predict(blind), test)["rmse_5cm_24h"] < 1.02 * still["rmse_5cm_24h"]

    forecast.package(tmp_path, converted, train, "soil_uscrn_2020", 1, {"network": learnt})
    about = json.loads((tmp_path / "model.json").read_text())
    assert about["provenance"]["data"]["groups"] == 9 and about["provenance"]["data"]["licence"] == "US Government work"
    assert (tmp_path / "model.tflite").read_bytes() == converted.int8_model


def test_the_pretrained_network_belongs_to_these_features_and_is_the_same_in_c(data):
    folder = Path(forecast.__file__).parent / "pretrained"
    about = json.loads((folder / "model.json").read_text())
    assert about["feature_hash"] == Moisture().digest()[:8].hex()
    assert about["output"]["units_m3_m3"] == list(recipe.UNITS)
    for name, digest in about["provenance"]["sha256"].items():
        assert sha256(folder / name) == digest
    model = (folder / "model.tflite").read_bytes()
    int8 = forecast.Forecast(model)
    rows = int8.quantizer.process(data.features[::7])
    np.testing.assert_array_equal(HostModel(model).predict(rows), Tflm(model).predict(rows))
    assert HostModel(model).arena_bytes <= 128


REAL = [paths.data_dir() / "soil_uscrn_2020"] if paths.data_dir() else []


@pytest.mark.parametrize("folder", [f for f in REAL if f.is_dir()])
def test_the_pretrained_network_on_what_it_was_trained_on(folder):
    """No figure of accuracy: it says whether the files, features and network still fit together."""
    whole = forecast.rows(recipe.stations(folder))
    some = whole.of(np.arange(0, len(whole), 9))
    model = (Path(forecast.__file__).parent / "pretrained" / "model.tflite").read_bytes()
    still, learnt = (
        forecast.rmse(forecast.persistence(some), some),
        forecast.rmse(forecast.Forecast(model).predict(some.features), some),
    )
    assert all(learnt[name] < 0.93 * still[name] for name in still)


def test_stations_without_moisture_are_refused(tmp_path):
    series = Series("a", np.datetime64("2020-01-01"), DAY_S, ("rain",), np.ones((9, 1)), "a", "real", latitude=10.0)
    with pytest.raises(DataError, match="soil moisture on two days"):
        forecast.rows([series])
    (tmp_path / "a.csv").write_text("datetime,tavg\n2020-01-01,5\n2020-01-02,6\n")
    with pytest.raises(DataError, match="no soil moisture at 5 or 10 cm"):
        recipe.stations(tmp_path)
