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

    def _train(self, asked):
        return vars(asked)

    def _evaluate(self, asked):
        return vars(asked)
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


def test_what_is_asked_for_is_whole_where_little_is_said(folder, tmp_path):
    chain = chains.of(folder)
    assert chain.train(None, str(tmp_path), seed=3) == {
        "data": None, "out": tmp_path, "task": "count", "seed": 3, "epochs": None, "progress": None
    }  # fmt: skip
    asked = chain.evaluate(tmp_path, task="rate", minutes=4)
    assert (asked["task"], asked["board"], asked["folds"], asked["options"]) == (
        "rate",
        "mps2_an386",
        5,
        {"minutes": 4},
    )
    assert chain.evaluate(None, board=None)["board"] is None
    with pytest.raises(ConfigError, match="count, rate"):
        chain.evaluate(None, task="speed")


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
