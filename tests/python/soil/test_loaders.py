"""Loaders of soil and weather tables, over files made in the official layouts and the mirror where there is one."""

import numpy as np
import pandas as pd
import pytest

from motekit import paths
from motekit.data.series import DAY_S, HOUR_S, Series, daily, merge, regular
from motekit.datasets import hourly_csv, ismn, uscrn
from motekit.errors import DataError

STATIONS = {"03047": ("TX_Monahans_6_ENE", 31.62, -102.81), "53974": ("KS_Manhattan_6_SSW", 39.1, -96.61)}


def crn_table(station: str, days: int = 40) -> pd.DataFrame:
    """A station's days with the columns of the official text, missing values as there."""
    rng = np.random.default_rng(int(station))
    _, latitude, longitude = STATIONS[station]
    mean = 15 + rng.normal(0, 4, days)
    rain = np.where(rng.random(days) < 0.2, rng.exponential(8, days), 0).round(1)
    rows = {
        "wbanno": [station] * days,
        "lst_date": pd.date_range("2020-03-01", periods=days).strftime("%Y%m%d"),
        "crx_vn": ["2.514"] * days,
        "longitude": longitude,
        "latitude": latitude,
        "t_daily_max": (mean + 7).round(1),
        "t_daily_min": (mean - 7).round(1),
        "t_daily_mean": mean.round(1),
        "t_daily_avg": mean.round(1),
        "p_daily_calc": rain,
        "solarad_daily": rng.uniform(5, 28, days).round(2),
        "sur_temp_daily_type": ["R"] * days,
        **{f"sur_temp_daily_{k}": mean.round(1) for k in ("max", "min", "avg")},
        "rh_daily_max": 90.0,
        "rh_daily_min": 35.0,
        "rh_daily_avg": 60.0,
        **{f"soil_moisture_{d}_daily": (0.2 + 0.001 * d + rng.normal(0, 0.01, days)).round(3) for d in uscrn.DEPTHS_CM},
        **{f"soil_temp_{d}_daily": mean.round(1) for d in uscrn.DEPTHS_CM},
    }
    table = pd.DataFrame(rows)[list(uscrn.FIELDS)]
    table.loc[3, "soil_moisture_5_daily"] = -99.0
    table.loc[4, "t_daily_max"] = -9999.0
    table.loc[5, "p_daily_calc"] = -9999.0
    return table


def write_text(folder, station: str):
    path = folder / f"CRND0103-2020-{STATIONS[station][0]}.txt"
    path.write_text("\n".join(" ".join(str(v) for v in row) for row in crn_table(station).itertuples(index=False)))
    return path


def write_parquet(folder):
    table = pd.concat([crn_table(station) for station in STATIONS]).rename(columns={"wbanno": "wban"})
    table["lst_date"] = pd.to_datetime(table["lst_date"], format="%Y%m%d")
    numbers = table.select_dtypes("number").columns.difference(["longitude", "latitude"])
    table[numbers] = table[numbers].mask(table[numbers] <= -99)
    path = folder / "crn_2020.parquet"
    table.to_parquet(path)
    return path


def same(a: Series, b: Series) -> bool:
    return (
        (a.station, a.channels, a.start, a.step_s) == (b.station, b.channels, b.start, b.step_s)
        and np.array_equal(a.values, b.values, equal_nan=True)
        and (a.latitude, a.longitude) == (b.latitude, b.longitude)
    )


def test_text_and_parquet_give_the_same_series(tmp_path):
    for station in STATIONS:
        write_text(tmp_path, station)
    (tmp_path / "readme.txt").write_text("about the data\n")
    texts = uscrn.load(tmp_path)
    tables = uscrn.load(write_parquet(tmp_path))
    assert [s.station for s in texts] == sorted(STATIONS)
    assert all(same(a, b) for a, b in zip(texts, tables, strict=True))
    one = texts[1]
    assert (one.latitude, one.step_s, len(one)) == (39.1, DAY_S, 40)
    assert np.isnan(one.column("soil_moisture_5cm")[3]) and np.isnan(one.column("air_temperature_max")[4])
    assert np.isnan(one.column("rain")[5])
    assert one.column("soil_moisture_10cm")[3] == np.float32(crn_table("53974").soil_moisture_10_daily[3])
    # a text and a table of the same station are one series
    assert all(same(a, b) for a, b in zip(texts, uscrn.load(tmp_path), strict=True))


def test_csv_of_the_product_and_uscrn_index_layout(tmp_path):
    crn_table("03047").rename(columns=str.upper).to_csv(tmp_path / "station.csv", index=False)
    table = crn_table("03047").rename(columns={"wbanno": "wban"})
    table["lst_date"] = pd.to_datetime(table["lst_date"])
    indexed = tmp_path / "indexed"
    indexed.mkdir()
    table.set_index(["wban", "lst_date"]).to_parquet(indexed / "t.parquet")
    assert same(uscrn.load(tmp_path / "station.csv")[0], uscrn.load(indexed)[0])


def test_years_of_a_station_join_and_gaps_in_time_are_rows_without_values(tmp_path):
    table = crn_table("03047")
    for name, part in (("2019", table[:10]), ("2020", table[20:])):
        lines = [" ".join(str(v) for v in row) for row in part.itertuples(index=False)]
        (tmp_path / f"CRND0103-{name}-TX_Monahans_6_ENE.txt").write_text("\n".join(lines))
    (series,) = uscrn.load(tmp_path)
    assert len(series) == 40
    assert np.isnan(series.values[10:20]).all()
    assert np.isfinite(series.column("soil_moisture_20cm")[20:]).all()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("CRND0103-2020-A.txt", "this is no table\n", "station number"),
        ("CRND0103-2020-A.txt", "03047 2020130 2.5 " + "1 " * 25 + "\n", "is not a date"),
        ("CRND0103-2020-A.txt", "", "is empty"),
        ("a.csv", "wban,lst_date\n03047,20200101\n", "lacks the column"),
        ("a.parquet", "PAR1 nonsense", "cannot be read"),
        ("notes.txt", "hello", "holds no CRND0103"),
    ],
)
def test_damaged_uscrn_files_are_one_line(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=message) as caught:
        uscrn.load(tmp_path)
    assert "\n" not in str(caught.value)


def stm(folder, variable: str, depth: float, values, *, ceop: bool = False, sensor: str = "Probe_A", flag: str = "G"):
    times = np.datetime64("2019-06-01T00:00") + np.arange(len(values)) * np.timedelta64(1, "h")
    clock = [str(t).replace("-", "/").replace("T", " ") for t in times]
    head = f"SCAN SCAN Lone_Star 33.1 -101.5 960.00 {depth:.2f} {depth:.2f}"
    if ceop:
        lines = [f"{t} {t} {head} {v:.3f} {flag} M" for t, v in zip(clock, values, strict=True)]
    else:
        lines = [f"{head} {sensor}"] + [f"{t} {v:.3f} {flag} M" for t, v in zip(clock, values, strict=True)]
    name = f"SCAN_SCAN_Lone_Star_{variable}_{depth:.6f}_{depth:.6f}_{sensor}_20190601_20190630.stm"
    path = folder / "SCAN" / "Lone_Star" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("ceop", [False, True])
def test_ismn_layouts(tmp_path, ceop):
    moisture = np.linspace(0.1, 0.3, 48)
    stm(tmp_path, "sm", 0.05, moisture, ceop=ceop)
    stm(tmp_path, "sm", 0.05, moisture + 0.02, ceop=ceop, sensor="Probe_B")
    stm(tmp_path, "ts", 0.10, np.full(48, 12.5), ceop=ceop)
    stm(tmp_path, "p", 0.0, np.full(48, 0.25), ceop=ceop)
    stm(tmp_path, "swe", 0.0, np.zeros(48), ceop=ceop)
    (series,) = ismn.load(tmp_path)
    assert set(series.channels) == {"soil_moisture_5cm", "soil_temperature_10cm", "rain"}
    assert (series.station, series.latitude, series.elevation_m, series.step_s) == (
        "SCAN/Lone_Star",
        33.1,
        960.0,
        HOUR_S,
    )
    np.testing.assert_allclose(series.column("soil_moisture_5cm"), moisture + 0.01, atol=1.1e-3)
    days = daily(series)
    np.testing.assert_allclose(days.column("rain"), [6, 6], rtol=1e-6)
    np.testing.assert_allclose(days.column("soil_temperature_10cm"), 12.5)


def test_ismn_keeps_good_values_only(tmp_path):
    path = stm(tmp_path, "sm", 0.05, [0.2, 0.21, 0.22, 0.23])
    text = path.read_text().replace("0.210 G", "0.210 C03").replace("0.220 G", "0.220 D01,D03")
    path.write_text(text)
    assert np.isfinite(ismn.read(path).column("soil_moisture_5cm")).tolist() == [True, False, False, True]
    path.write_text("SCAN SCAN\n2019/06/01\n")
    with pytest.raises(DataError, match="neither ISMN layout"):
        ismn.read(path)


def test_hourly_csv(tmp_path):
    hours = 30
    table = pd.DataFrame(
        {
            "datetime": pd.date_range("2022-01-01 05:00", periods=hours, freq="h"),
            "tavg": np.arange(hours),
            "prcp": 1.0,
            "vwc_5cm": 0.25,
            "SM20": 0.30,
            "soiltemp_5cm": 4.0,
            "battv": 8000,
        }
    )
    table.loc[7, "vwc_5cm"] = np.nan
    path = tmp_path / "creek.csv"
    table.drop(index=11).to_csv(path, index=False)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (series,) = hourly_csv.load(tmp_path)
    assert (series.station, series.step_s, len(series)) == ("creek", HOUR_S, hours)
    assert set(series.channels) == {
        "air_temperature", "rain", "soil_moisture_5cm", "soil_moisture_20cm", "soil_temperature_5cm",
    }  # fmt: skip
    assert np.isnan(series.values[11]).all() and np.isnan(series.column("soil_moisture_5cm")[7])
    days = daily(series, enough=0.7)
    # the first day has 18 of 19 hours, enough for three quarters; its rain is that of 24 hours
    assert days.start == np.datetime64("2022-01-01")
    assert days.column("rain")[0] == pytest.approx(24)
    assert days.column("air_temperature_max")[0] == 18 and np.isnan(days.column("rain")[1])
    assert hourly_csv.read(path, {"battv": "wind"}).valid("wind") == 0  # 8000 m/s is impossible


def test_regular_takes_the_first_value_and_refuses_nonsense():
    times = np.array(["2020-01-03", "2020-01-01", "2020-01-01", "NaT"], "datetime64[s]")
    series = regular(
        times, {"rain": np.array([3, np.nan, 1, 9])}, step_s=DAY_S, name="x", station="x", source="synthetic"
    )
    np.testing.assert_array_equal(series.column("rain"), [1, np.nan, 3])
    assert series.day_of_year.tolist() == [1, 2, 3]
    assert series.recording().group == "x" and series.recording().samples.shape == (3,)
    with pytest.raises(DataError, match="no row with a valid time"):
        regular(times[3:], {"rain": np.ones(1)}, step_s=DAY_S, name="x", station="x", source="real")
    with pytest.raises(DataError, match="unknown channel"):
        regular(times, {"mud": np.ones(4)}, step_s=DAY_S, name="x", station="x", source="real")
    with pytest.raises(DataError, match="there is no channel"):
        series.column("mud")


def test_merge_keeps_what_the_first_says():
    day = np.datetime64("2020-01-01", "s")
    make = lambda channel, values: Series("s", day, DAY_S, (channel,), np.array(values, float)[:, None], "n", "real")  # noqa: E731
    (series,) = merge([make("rain", [1, np.nan]), make("rain", [5, 6, 7]), make("wind", [2])])
    np.testing.assert_array_equal(series.column("rain"), [1, 6, 7])
    np.testing.assert_array_equal(series.column("wind"), [2, np.nan, np.nan])


MIRROR = paths.data_dir()
REAL = [name for name in (uscrn.NAME, hourly_csv.NAME) if MIRROR and (MIRROR / name).is_dir()]


@pytest.mark.parametrize("name", REAL)
def test_the_mirror_loads(name):
    if name == uscrn.NAME:
        series = uscrn.load(MIRROR / name)
        assert len(series) == 128 and all(len(s) == 366 for s in series)
        assert sum(s.valid("soil_moisture_5cm") >= 300 for s in series) == 56
        assert sum(s.valid("soil_moisture_5cm") for s in series) == 27_553
        return
    by_name = {s.station: s for s in hourly_csv.load(MIRROR / name)}
    hourly = by_name["kings_creek_2022_2023_hourly"]
    days, published = daily(hourly), by_name["kings_creek_2022_2023_daily"]
    assert len(hourly) == 17_520 and len(days) == 730
    off = np.abs(days.column("soil_moisture_5cm") - published.column("soil_moisture_5cm"))
    assert np.nanmax(off) < 0.002
    (manhattan,) = uscrn.load(MIRROR / name)
    assert [manhattan.valid(f"soil_moisture_{d}cm") for d in (5, 10, 20)] == [2841, 2933, 2224]
