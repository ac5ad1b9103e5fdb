"""`motekit data check` and `fetch` of the soil data sets: what is there, what is wrong, and where to get it."""

import json

import pandas as pd
import pytest
from test_loaders import STATIONS, write_parquet, write_text

from motekit import cli
from motekit.data import catalog


def run(monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["motekit", "data", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code or 0


def check(monkeypatch, capfd, name: str, folder) -> dict:
    assert run(monkeypatch, "check", name, "--data", str(folder), "--json") in (0, 1)
    return json.loads(capfd.readouterr().out)


def test_uscrn_text_and_the_packages_table_say_the_same(tmp_path, monkeypatch, capfd):
    text, table = tmp_path / "text", tmp_path / "table"
    text.mkdir()
    table.mkdir()
    for station in STATIONS:
        write_text(text, station)
    write_parquet(table)
    found, other = (check(monkeypatch, capfd, "soil_uscrn_2020", folder) for folder in (text, table))
    assert (found["clips"], other["clips"], found["groups"]) == (2, 1, 2)
    assert found["labels"] == other["labels"] and found["labels"]["soil_moisture_5cm"] == 2
    assert found["problems"] == other["problems"] == [] and found["duplicates"] == 0
    # both in one folder: every row twice
    both = check(monkeypatch, capfd, "soil_uscrn_2020", tmp_path)
    assert both["clips"] == 3 and both["groups"] == 2 and both["duplicates"] > 40


def test_a_file_that_cannot_be_read_is_named_beside_those_that_can(tmp_path, monkeypatch, capfd):
    write_text(tmp_path, "03047")
    (tmp_path / "CRND0103-2020-torn.txt").write_text("03047 2020\n")
    found = check(monkeypatch, capfd, "soil_uscrn_2020", tmp_path)
    (problem,) = found["problems"]
    assert "CRND0103-2020-torn.txt" in problem and found["groups"] == 1
    assert run(monkeypatch, "check", "soil_uscrn_2020", "--data", str(tmp_path)) == 1
    shown = capfd.readouterr().out
    assert "stations" in shown and "torn" in shown


def test_ismn_and_hourly_tables(tmp_path, monkeypatch, capfd):
    ismn, hourly = tmp_path / "ismn", tmp_path / "hourly"
    ismn.mkdir()
    hourly.mkdir()
    lines = [f"2021/05/01 {hour:02d}:00 0.2{hour:02d} {'U' if hour else 'D01'} M" for hour in range(24)]
    name = "NET_NET_Field_sm_0.050000_0.050000_Probe_20210501_20210502.stm"
    (ismn / name).write_text("\n".join(["NET NET Field 48.1 16.2 200.0 0.05 0.05 Probe", *lines]))
    times = pd.date_range("2021-05-01", periods=48, freq="h")
    pd.DataFrame({"datetime": times, "tavg": 12.0, "vwc_5cm": 0.3}).to_csv(hourly / "field.csv", index=False)
    found = check(monkeypatch, capfd, "ismn", ismn)
    assert (found["groups"], found["labels"], found["problems"]) == (1, {"soil_moisture_5cm": 1}, [])
    found = check(monkeypatch, capfd, "soil_kansas_pynotes", hourly)
    assert found["labels"] == {"air_temperature": 1, "soil_moisture_5cm": 1}


@pytest.mark.parametrize(
    ("name", "where"),
    [("soil_uscrn_2020", "products/daily01/2020"), ("ismn", "https://ismn.earth"),
     ("soil_kansas_pynotes", "pynotes-agriscience"), ("mrl_eye", "mrl.cs.vsb.cz")],
)  # fmt: skip
def test_what_no_program_fetches_is_explained_in_a_line(name, where, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("MOTEKIT_CACHE", str(tmp_path))
    assert run(monkeypatch, "fetch", name, "--json") == 1
    said = capfd.readouterr()
    (line,) = [line for line in said.err.splitlines() if line.startswith("motekit: ")]
    assert where in line and str(catalog.fetched_dir(name)) in line and not said.out


def test_where_by_hand_is_where_it_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("MOTEKIT_CACHE", str(tmp_path))
    monkeypatch.delenv("MOTEKIT_DATA", raising=False)
    folder = catalog.fetched_dir("soil_uscrn_2020") / "2020"
    folder.mkdir(parents=True)
    write_text(folder, "03047")
    assert catalog.locate("soil_uscrn_2020") == folder.parent
