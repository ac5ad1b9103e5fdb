import shutil

import pytest

from motekit import app as apps
from motekit import chains
from motekit.errors import ConfigError
from motekit.firmware import boards


@pytest.fixture
def folder(tmp_path):
    shutil.copy(apps.load("keyword_spotting").folder / "app.toml", tmp_path / "app.toml")
    return tmp_path


def change(folder, old: str, new: str) -> None:
    path = folder / "app.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_every_app_of_the_project_is_well_formed():
    assert "keyword_spotting" in apps.app_names()
    for name in apps.app_names():
        app, chain = apps.load(name), chains.of(name)
        assert app.name == name
        assert 0 < chain.feature_hash < 2**64 and 0 < chain.model_hash < 2**64
        known = {environment.name for board in boards.board_names() for environment in boards.load(board).environments}
        for key in app.budget:  # nano33ble_ble is wearable_ble-nano33ble
            board, _, more = key.rpartition("_")
            assert f"{name}-{key}" in known or f"{name}_{more}-{board}" in known
        assert all(path.stat().st_size < 300_000 for path in chain.model_files())


def test_a_folder_anywhere_is_an_app(folder):
    assert apps.load(folder).feature_hash == apps.load("keyword_spotting").feature_hash


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[sensor]", "[censor]", r"section \[sensor\] is missing"),
        ("[decision]", "[extra]\n[decision]", r"unknown section \[extra\]"),
        ("length_s = 1.0", "lenght_s = 1.0", "lenght_s"),
        ("rate_hz = 16000", "rate_hz = 'fast'", "rate_hz"),
        ("hop_s = 0.12", "hop_s = 0.13", "multiple"),
        ('block = "log_mel"', 'block = "log_bark"', "log_bark"),
        ("bands = 40", "bandes = 40", "bandes"),
        ("range_hz = [20, 7600]", "range_hz = [20, 9600]", "8000 Hz"),
        ('"yes", "no"', '"yes", "yes"', "different"),
        ("flash = 110_000", "flesh = 110_000", "flesh"),
        ("[app]", "[app", "app.toml"),
    ],
)
def test_a_mistake_is_named(folder, old, new, message):
    change(folder, old, new)
    with pytest.raises(ConfigError, match=message):
        app = apps.load(folder)
        assert app.feature_block and app.stride


def test_an_unknown_app_lists_those_there_are():
    with pytest.raises(ConfigError, match="keyword_spotting"):
        apps.load("wake_word")


def test_another_feature_setting_is_another_hash(folder):
    change(folder, "bands = 40", "bands = 38")
    assert apps.load(folder).feature_hash != apps.load("keyword_spotting").feature_hash
