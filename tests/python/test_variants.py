"""APP@VARIANT: an app with what its app.toml says differently for another part."""

import pytest

from motekit import app as apps
from motekit.errors import ConfigError

TOML = """
[app]
name = "tiny"
summary = "s"
version = "1"
[sensor]
kind = "accelerometer"
channels = ["x"]
unit = "g"
scale = 0.5
rate_hz = 100
[window]
length_s = 1
hop_s = 1
[[features]]
block = "statistics"
values = ["rms"]
[model]
labels = ["a", "b"]
[decision]
[variant.slow]
sensor = { rate_hz = 50 }
features = [{ block = "statistics", values = ["mean"] }]
[variant.other]
model = { runtime = "tflm" }
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "app.toml").write_text(TOML)
    return tmp_path


def test_a_variant_differs_where_it_says_so_and_nowhere_else(folder):
    app, slow = apps.load(folder), apps.load(f"{folder}@slow")
    assert (app.rate_hz, slow.rate_hz) == (100, 50)
    assert {**slow.sensor, "rate_hz": 100} == app.sensor  # the rest of the section stays
    assert slow.features == [{"block": "statistics", "values": ["mean"]}]
    assert (slow.model, slow.name, slow.window) == (app.model, app.name, app.window)
    assert (app.variant, slow.variant) == ("", "slow")
    assert apps.load(slow.spec) == slow and apps.load(app.spec) == app


def test_a_variant_has_a_model_of_its_own_only_if_its_folder_is_there(folder):
    (folder / "pretrained" / "slow").mkdir(parents=True)
    assert apps.load(f"{folder}@slow").pretrained == folder.resolve() / "pretrained" / "slow"
    other = apps.load(f"{folder}@other")
    assert other.pretrained == apps.load(folder).pretrained and other.runtime == "tflm"


@pytest.mark.parametrize("name", ["@none", "@"])
def test_unknown_variants_are_said(folder, name):
    if name == "@":
        assert apps.load(f"{folder}@").variant == ""
        return
    with pytest.raises(ConfigError, match=r"no \[variant.none\]. Choose one of: other, slow"):
        apps.load(f"{folder}{name}")
    with pytest.raises(ConfigError, match="Leave the @ out"):
        apps.load("soil_irrigation@none")


def test_an_unknown_runtime_is_said(folder):
    (folder / "app.toml").write_text(TOML.replace('runtime = "tflm"', 'runtime = "magic"'))
    with pytest.raises(ConfigError, match=r"runtime is .magic.\. Choose one of: compiled, tflm"):
        apps.load(f"{folder}@other")
