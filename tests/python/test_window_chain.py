"""An app of app.toml alone: trained, scored, and what it says of recordings that are broken."""

import numpy as np
import pytest

from motekit import chains
from motekit.data.recording import Recording
from motekit.errors import ConfigError, DataError, ModelError
from motekit.window_chain import WindowChain
from window_apps import RATE_HZ, TOML, signal, write_app, write_data


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("pumps"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory, data):
    folder = write_app(tmp_path_factory.mktemp("pump_app"))
    found = chains.of(folder).train(data, folder / "pretrained", epochs=25)
    assert found["provenance"]["data"] | {"windows": 0} == {
        "name": "pump", "source": "real", "recordings": 15, "groups": 5, "windows": 0
    }  # fmt: skip
    return folder


def recording(samples: np.ndarray, rate_hz: float = RATE_HZ, channels=("x", "y", "z")) -> Recording:
    return Recording(samples, rate_hz, "m/s^2", channels, "runs", "g", "test", "real")


def test_every_runtime_scores_the_held_out_pumps_alike(folder, data):
    found = chains.of(folder).evaluate(data, split="machine", folds=2, epochs=25, board=None)
    assert found["agree"] and set(found["rows"]) == {"float", "tflm", "host"}
    assert found["split"] == "machine" and found["data"]["groups"] == 5
    assert found["rows"]["host"] == found["rows"]["tflm"]
    assert found["metrics"]["accuracy"] > 0.95 and 0.99 < found["metrics"]["coverage"] <= 1


def test_the_committed_model_is_scored_and_kept(folder, data, tmp_path):
    chain = chains.of(folder)
    assert isinstance(chain, WindowChain)
    found = chain.evaluate(data, board=None, out=tmp_path)
    assert found["metrics"]["accuracy"] > 0.95 and (tmp_path / "results.json").is_file()


def test_a_board_is_built_with_its_own_scale(folder, data, tmp_path, monkeypatch):
    scale = '[[conditioning]]\nstage = "scale"\nboards.own = { gain = 0.25 }\n\n[[conditioning]]\nstage = "gaps"'
    other = write_app(tmp_path / "app", TOML.replace('[[conditioning]]\nstage = "gaps"', scale))
    chain = chains.of(other)
    assert chain.feature_hash == chains.of(folder).feature_hash
    chain.folder = folder / "pretrained"
    texts = {}
    for board in ("own", "host"):
        monkeypatch.setenv("MOTEKIT_BOARD", board)
        (tmp_path / board).mkdir()
        chain.generate(tmp_path / board, "generic")
        texts[board] = (tmp_path / board / "mk_windows.c").read_text()
    assert texts["own"] != texts["host"]
    assert (
        texts["own"].count(f"{(0.25).hex()}f") == 3
        and f"{(0.25).hex()}f" not in texts["host"].split("mk_scale")[1][:200]
    )


def test_states_are_reported_in_words(folder):
    chain = chains.of(folder)
    parts = [signal(label, 9, 10.0) for label in ("stands", "knocks", "runs")]
    answer = chain.answer(chain.frames_of(recording(np.concatenate(parts))))
    told = [chain.describe(event) for event in answer.events]
    assert [event["label"] for event in told] == ["stands", "knocks", "runs"]
    assert abs(told[1]["time_s"] - 10) < 4 and abs(told[2]["time_s"] - 20) < 4
    assert len(answer.features) == len(answer.scores) == (3000 - 5 - 128) // 64 + 1
    assert len(answer.features[0]) == 4 * chain.stream.width and len(answer.scores[0]) == 4


def test_an_unplugged_or_saturated_sensor_is_unknown_not_guessed(folder):
    chain = chains.of(folder)
    for broken in (np.nan, 1e9):
        samples = signal("runs", 9, 30.0)
        samples[1000:2000] = broken
        events = chain.answer(chain.frames_of(recording(samples))).events
        told = [chain.describe(event) for event in events]
        assert [event["label"] for event in told] == ["runs", "unknown", "runs"]
        assert told[1]["because"][0] in ("not finite", "saturated")


def test_recordings_become_counts_at_the_apps_rate(folder):
    chain = chains.of(folder)
    samples = signal("runs", 3)
    samples[7, 1] = np.nan
    frames = chain.frames_of(recording(samples))
    assert frames.dtype == np.int16 and frames[7, 1] == -32768
    known = frames != -32768
    assert np.abs(frames * (40 / 32768) - samples)[known].max() <= 40 / 65536 + 1e-6
    assert (chain.frames_of(recording(frames)) == frames).all()
    time = np.arange(2000) / 200
    slow = np.sin(2 * np.pi * 3 * time)[:, None].repeat(3, 1).astype(np.float32)
    half = chain.frames_of(recording(slow, 200.0)) * (40 / 32768)
    assert len(half) == 1000
    assert np.abs(half - slow[::2])[50:-50].max() < 0.01
    with pytest.raises(DataError, match="channels"):
        chain.frames_of(recording(samples, channels=("a", "b", "c")))


def test_features_are_kept_by_hash(folder, data, tmp_path, monkeypatch):
    monkeypatch.setenv("MOTEKIT_CACHE", str(tmp_path))
    chain = chains.of(folder)
    takes = chain.takes(data)
    first = chain.windows(takes)
    kept = sorted(tmp_path.rglob("*.npz"))
    assert len(kept) == len(takes) == 15
    monkeypatch.setattr("motekit.feature_cache.write", lambda *_: pytest.fail("computed again"))
    again = chain.windows(takes)
    assert (again.features.view(np.uint32) == first.features.view(np.uint32)).all()
    assert again.quality.tolist() == first.quality.tolist() and any(first.quality)


def test_a_recipe_replaces_what_it_defines(tmp_path):
    folder = write_app(tmp_path / "app")
    (folder / "__init__.py").touch()
    (folder / "recipe.py").write_text(
        "import numpy as np\nfrom motekit.data.recording import Recording\n"
        "def synthetic():\n"
        "    x = np.random.default_rng(1).normal(0, 1, (900, 3)).astype(np.float32)\n"
        "    return [Recording(x, 100, 'm/s^2', ('x', 'y', 'z'), 'runs', 'a', 'made', 'synthetic')]\n"
    )
    takes = chains.of(folder).takes(None)
    assert [take.name for take in takes] == ["made"] and takes[0].source == "synthetic"
    plain = chains.of(write_app(tmp_path / "plain")).takes(None)
    assert plain[0].source == "synthetic" and plain[0].frames.shape[1] == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("threshold = 0.6", "treshold = 0.6", "no key 'treshold'"),
        ("threshold = 0.6", "threshold = { walks = 0.5 }", "which is no label"),
        ("threshold = 0.6", "reject = ['dirty']", "knows no 'dirty'"),
        ('stage = "gravity"', 'stage = "magic"', "unknown conditioning stage"),
        ("hop_s = 0.64", "hop_s = 2.0", "the hop must be"),
    ],
)
def test_wrong_declarations_name_the_file(tmp_path, old, new, message):
    with pytest.raises(ConfigError, match=message) as raised:
        chains.of(write_app(tmp_path, TOML.replace(old, new))).label()
    assert str(tmp_path) in str(raised.value)


def test_what_is_missing_is_said(tmp_path, folder):
    chain = chains.of(write_app(tmp_path / "app"))
    with pytest.raises(ModelError, match="motekit train pump"):
        _ = chain.model
    with pytest.raises(DataError, match=r"no \.csv"):
        chain.takes(tmp_path)
    other = write_app(tmp_path / "other", TOML.replace("cutoff_hz = 0.3", "cutoff_hz = 0.4"))
    with pytest.raises(ModelError, match="other features"):
        _ = chains.of(other, folder / "pretrained").model
    (tmp_path / "data" / "flies").mkdir(parents=True)
    (tmp_path / "data" / "flies" / "a.csv").write_text("x,y,z\n" + "1,2,3\n" * 300)
    with pytest.raises(DataError, match="'flies' is not a label"):
        chain.train(tmp_path / "data", tmp_path / "out")
    (tmp_path / "data" / "flies" / "a.csv").write_text("x,y\n1,2\n")
    with pytest.raises(DataError, match="no column 'z'"):
        chain.takes(tmp_path / "data")
    (tmp_path / "data" / "flies" / "a.csv").write_text("x,y,z\n1,2,three\n")
    with pytest.raises(DataError, match="a number or nothing"):
        chain.takes(tmp_path / "data")
