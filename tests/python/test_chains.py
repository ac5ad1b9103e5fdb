"""Apps with a chain of their own: found, checked, and handed to every command."""

import pytest

from motekit import chains
from motekit.chain import Answer
from motekit.errors import ConfigError
from motekit.link import Event

TOML = """
[app]
name = "counter"
summary = "Counts"
version = "1"

[sensor]
kind = "clicker"
channels = ["click"]
rate_hz = 10

[tasks.count]
dataset = "clicks"
"""
CHAIN = """
from pathlib import Path

from motekit.chain import Answer, Chain, Take

from .numbers_of import SEED


class AppChain(Chain):
    tasks = ("count", "rate")
    sections = frozenset({"tasks"})
    feature_hash = SEED
    model_hash = 2

    def generate(self, out_dir: Path, target: str) -> None:
        (out_dir / "app_config.h").write_text(target)

    def takes(self, source, limit=None):
        return []

    def answer(self, frames):
        return Answer()

    def describe(self, event):
        return {"label": "click", "time_s": event.at / 10}

    def train(self, data, out, **settings):
        return settings

    def evaluate(self, data, **settings):
        return settings
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "__init__.py").touch()
    (tmp_path / "app.toml").write_text(TOML)
    (tmp_path / "chain.py").write_text(CHAIN)
    (tmp_path / "numbers_of.py").write_text("SEED = 41")
    return tmp_path


def test_an_app_may_bring_its_own_chain(folder):
    chain = chains.of(folder)
    assert chain.app.feature_hash == 41  # from the module beside chain.py
    assert chain.task(None) == "count" and chain.task("rate") == "rate"
    assert chain.dataset("count") == "clicks" and chain.dataset("rate") == ""


def test_a_task_that_is_not_there_lists_those_that_are(folder):
    with pytest.raises(ConfigError, match="count, rate"):
        chains.of(folder).task("speed")


def test_a_section_that_the_chain_does_not_know_is_named(folder):
    (folder / "app.toml").write_text(TOML + "[colour]\nname = 'red'\n")
    with pytest.raises(ConfigError, match=r"\[colour\]"):
        chains.of(folder)


def test_a_chain_without_its_class_is_named(folder):
    (folder / "chain.py").write_text("")
    with pytest.raises(ConfigError, match="AppChain"):
        chains.of(folder)


def test_answers_are_compared_part_by_part():
    one = Answer([b"ab"], [b"c"], [Event(1, 2, 3)])
    assert one.equal(Answer([b"ab"], [b"c"], [Event(1, 2, 3)])) == dict.fromkeys(
        ("features", "scores", "decisions"), True
    )
    other = Answer([b"ab"], [b"d"], [Event(1, 2, 4)])
    assert one.equal(other) == {"features": True, "scores": False, "decisions": False}
