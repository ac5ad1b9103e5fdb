"""Exploring features: what is known of made-up ones, and the page."""

import re

import numpy as np
import pytest
from typer.testing import CliRunner

from motekit import chains
from motekit.cli import app as commands
from motekit.errors import ConfigError, DataError
from motekit.explore import Table, explore, spread
from motekit.report.explore import write
from window_apps import write_app, write_data


def table(windows: int = 400, seed: int = 0) -> Table:
    """Features of which one tells all, one half, one nothing, one is constant and one is a copy."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 4, windows)
    exact = label + 0.01 * rng.normal(size=windows)
    half = label // 2 + 0.01 * rng.normal(size=windows)
    noise, constant = rng.normal(size=windows), np.full(windows, 7.0)
    features = np.stack([noise, half, constant, exact, -3 * exact + 5], axis=1).astype(np.float32)
    names = ["noise", "half", "constant", "exact", "copy"]
    groups = np.array([f"g{number % 6}" for number in range(windows)])
    return Table(features, names, np.array([f"class{k}" for k in label]), groups, "synthetic")


def test_information_is_that_of_the_construction():
    found = explore(table())
    bits = dict(zip(found.table.names, found.information, strict=True))
    assert abs(found.entropy - 2) < 0.02
    assert abs(bits["exact"] - 2) < 0.1 and abs(bits["half"] - 1) < 0.1
    assert bits["noise"] < 0.1 and bits["constant"] == 0
    assert set(np.array(found.table.names)[found.order][:2]) == {"exact", "copy"}
    assert found.alike == [("exact", "copy", pytest.approx(-1.0, abs=1e-6))]


def test_projections_part_what_can_be_parted():
    found = explore(table())
    assert found.pca.shape == found.lda.shape == (400, 2)
    centres = [found.lda[found.table.labels == f"class{k}"].mean(axis=0)[0] for k in range(4)]
    inner = max(found.lda[found.table.labels == f"class{k}", 0].std() for k in range(4))
    assert np.diff(sorted(centres)).min() > 3 * inner
    assert 0 < found.shares[1] <= found.shares[0] <= 1


def test_labels_that_are_chance_look_like_chance():
    rng = np.random.default_rng(1)
    chance = Table(
        rng.normal(size=(300, 60)).astype(np.float32), [f"f{k}" for k in range(60)],
        rng.choice(["a", "b"], 300), np.array([f"g{k % 10}" for k in range(300)]), "synthetic",
    )  # fmt: skip
    found = explore(chance)
    assert found.information.mean() < 0.05
    a, b = (found.lda[found.table.labels == label, 0] for label in "ab")
    # fitted and shown on the same windows, 60 features would part 300 windows
    assert abs(a.mean() - b.mean()) < 0.5 * found.lda[:, 0].std()


def test_a_limit_is_spread_over_all():
    assert spread([1, 2, 3], 5) == spread([1, 2, 3], None) == [1, 2, 3]
    assert spread(list(range(100)), 4) == [0, 25, 50, 75]


def test_large_tables_are_drawn_from():
    assert len(explore(table(5000)).table.labels) == 4000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: Table(t.features[:5], t.names, t.labels[:5], t.groups[:5], t.source), "tell nothing"),
        (lambda t: Table(t.features, t.names, np.full(400, "one"), t.groups, t.source), "1 label"),
        (lambda t: Table(t.features * np.float32(np.inf), t.names, t.labels, t.groups, t.source), "not finite"),
        (lambda t: Table(t.features, t.names, np.r_[["x"], np.full(399, "y")], t.groups, t.source), "one window"),
    ],
)
def test_what_cannot_be_explored_is_said(change, message):
    with pytest.raises(DataError, match=message):
        explore(change(table()))


def test_the_page_needs_nothing_beside_it(tmp_path):
    path = write(explore(table()), "<pump>", "folder", tmp_path / "page.html")
    page = path.read_text(encoding="utf8")
    assert "&lt;pump&gt;" in page and page.count("data:image/png;base64,") == 2
    assert not re.findall(r'(?:src|href)="(?!data:)', page) and "http" not in page
    for name in ("exact", "half", "noise", "constant", "copy"):
        assert f"<td>{name}</td>" in page


def test_legends_name_every_label():
    from motekit.report.explore import _scatter

    made = table()
    labels = np.where(made.labels == "class0", "_silence_", made.labels)
    figure = _scatter(explore(Table(made.features, made.names, labels, made.groups, made.source)))
    assert [text.get_text() for text in figure.legends[0].texts] == ["silence", "class1", "class2", "class3"]


def test_commands_explore_and_draw_an_app_of_app_toml_alone(tmp_path):
    folder, data = write_app(tmp_path / "pump"), write_data(tmp_path / "data", seconds=8.0)
    run = CliRunner()
    done = run.invoke(commands, ["explore", str(folder), "--data", str(data), "--out", str(tmp_path / "page.html")])
    assert done.exit_code == 0, done.output
    assert "bit  " in done.output and (tmp_path / "page.html").stat().st_size > 50_000
    recording = data / "knocks" / "pump0_a.csv"
    done = run.invoke(commands, ["features", str(folder), str(recording), "--plot", str(tmp_path / "plot.png")])
    assert done.exit_code == 0, done.output
    assert "11 rows of 13 values" in done.output and (tmp_path / "plot.png").stat().st_size > 20_000


def test_the_keyword_app_is_explored_on_synthetic_speech():
    found = explore(chains.of("keyword_spotting").table(None, limit=120))
    assert found.table.features.shape == (120, 80) and found.table.source == "synthetic"
    assert found.information.max() > 0.3


class Counting:
    """What the base class needs of a chain: an app whose firmware says two numbers every ten frames."""

    def __new__(cls, folder, truth="a"):
        from motekit.chain import Answer, Chain, Take

        class AppChain(Chain):
            feature_names = ("sum", "last")
            feature_hash = model_hash = 1
            generate = describe = _train = _evaluate = None

            def takes(self, source, limit=None):
                frames = [np.full((60, 3), k, np.int16) for k in range(12)]
                return [Take(f"t{k}", f"g{k}", f, truth and "ab"[k % 2]) for k, f in enumerate(frames)]

            def answer(self, frames):
                rows = frames.reshape(-1, 30)
                pairs = np.stack([rows.sum(1), rows[:, -1] % 2], axis=1).astype("<f4")
                return Answer([row.tobytes() for row in pairs] + [b"odd"])

        return AppChain(chains.of(folder).app)


def test_an_app_with_a_chain_of_its_own_is_explored_by_what_its_firmware_says(tmp_path):
    chain = Counting(write_app(tmp_path))
    found = explore(chain.table(None))
    assert found.table.names == ["sum", "last"] and found.table.features.shape == (72, 2)
    assert abs(found.information[1] - 1) < 0.1
    figure = chain.picture(chain.takes(None)[0])
    assert len(figure.axes) == 2
    with pytest.raises(ConfigError, match="no label"):
        Counting(write_app(tmp_path), truth=None).table(None)


@pytest.mark.parametrize(
    ("app", "limit", "least"), [("wearable", 3, 0.5), ("driver_drowsiness", 200, 0.1), ("soil_irrigation", 6, 0.1)]
)
def test_every_app_has_features_to_explore(app, limit, least):
    found = explore(chains.of(app).table(None, limit=limit))
    assert found.table.source == "synthetic" and len(np.unique(found.table.groups)) > 2
    assert found.table.features.shape[1] == len(found.table.names) > 30
    assert found.information.max() > least
