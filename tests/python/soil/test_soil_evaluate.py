"""`motekit evaluate soil_irrigation --pretrained` on folders in USCRN's official layout, as they come."""

import json

import numpy as np
import pandas as pd
import pytest
from test_loaders import crn_table

from motekit import cli
from motekit.apps.soil_irrigation import forecast


def write(folder, table: pd.DataFrame, name: str) -> None:
    folder.mkdir(exist_ok=True)
    lines = (" ".join(str(value) for value in row) for row in table.itertuples(index=False))
    (folder / f"CRND0103-2020-{name}.txt").write_text("\n".join(lines) + "\n")


def run(monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["motekit", "evaluate", "soil_irrigation", "--pretrained", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code or 0


def evaluate(monkeypatch, capfd, folder, *arguments: str) -> dict:
    assert run(monkeypatch, "--data", str(folder), "--json", *arguments) == 0
    return json.loads(capfd.readouterr().out)


def test_every_figure_stands_beside_persistence_and_the_bucket(tmp_path, monkeypatch, capfd):
    for station in ("03047", "53974"):
        write(tmp_path, crn_table(station), station)
    found = evaluate(monkeypatch, capfd, tmp_path, "--board", "none")
    assert (found["data"]["source"], found["data"]["groups"]) == ("real", 2) and found["agree"]
    for scores in (found["metrics"], found["metrics"]["persistence"], found["metrics"]["bucket"]):
        assert all(0 < scores[name] < 1 for name in forecast.METRICS)


def test_a_replay_on_some_days_does_not_take_the_place_of_all_days(tmp_path, monkeypatch, capfd):
    write(tmp_path, crn_table("03047", days=90), "long")
    alone = evaluate(monkeypatch, capfd, tmp_path, "--board", "none")
    beside = evaluate(monkeypatch, capfd, tmp_path, "--board", "host")
    assert beside["metrics"] == alone["metrics"] and beside["agree"]
    assert beside["rows"]["replay"]["board"] == "host" and beside["rows"]["replay"]["windows"] == 60
    assert beside["rows"]["replay"]["rmse_5cm_24h"] != beside["rows"]["host"]["rmse_5cm_24h"]


@pytest.mark.parametrize(("depth", "other"), [(5, 10), (10, 5)])
def test_a_depth_without_probes_has_no_figure(tmp_path, monkeypatch, capfd, depth, other):
    table = crn_table("03047")
    table[f"soil_moisture_{other}_daily"] = -99.0
    write(tmp_path, table, "one")
    metrics = evaluate(monkeypatch, capfd, tmp_path, "--board", "none")["metrics"]
    assert metrics[f"rmse_{depth}cm_24h"] > 0 and metrics[f"rmse_{other}cm_24h"] is None
    assert metrics["persistence"][f"rmse_{other}cm_72h"] is None


def test_gaps_alaska_the_south_and_sensors_that_are_not_there(tmp_path, monkeypatch, capfd):
    gaps = crn_table("03047", days=90).drop(index=[10, *range(40, 60)])
    north, south, bare = (crn_table("53974") for _ in range(3))
    north["latitude"], north["longitude"], south["latitude"] = 71.32, -156.61, -33.9
    for table, number in ((gaps, "00001"), (north, "00002"), (south, "00003"), (bare, "00004")):
        table["wbanno"] = number
    weather = [name for name in bare if name.startswith(("t_daily", "p_daily", "solarad", "rh_daily"))]
    bare[weather] = -9999.0
    for name, table in (("gaps", gaps), ("AK_Utqiagvik", north), ("south", south), ("bare", bare)):
        write(tmp_path, table, name)
    found = evaluate(monkeypatch, capfd, tmp_path, "--board", "none")
    assert found["data"]["groups"] == 4
    assert all(np.isfinite(found["metrics"][name]) for name in forecast.METRICS)


def test_folders_that_cannot_be_scored_say_why_in_a_line(tmp_path, monkeypatch, capfd):
    whole = crn_table("03047")
    dry, torn, short = tmp_path / "dry", tmp_path / "torn", tmp_path / "short"
    moistures = [f"soil_moisture_{depth}_daily" for depth in (5, 10)]
    write(dry, whole.assign(**dict.fromkeys(moistures, -99.0)), "dry")
    write(short, whole[:1], "short")
    write(torn, whole, "torn")
    path = next(torn.iterdir())
    path.write_text(path.read_text() + "03047\n")
    for folder, said in ((dry, "no soil moisture at 5 or 10 cm"), (short, "Give longer series"),
                         (torn, "row 41 is not a date"), (tmp_path / "none", "does not exist")):  # fmt: skip
        assert run(monkeypatch, "--data", str(folder), "--json") == 1
        (line,) = capfd.readouterr().err.splitlines()
        assert line.startswith("motekit: ") and said in line
