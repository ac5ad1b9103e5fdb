"""Roots to load: always one generated in the official layout, and the real mirror where there is one."""

from pathlib import Path

import pytest
from official_layout import make_official_root

from motekit import paths


@pytest.fixture(scope="session")
def official_root(tmp_path_factory) -> Path:
    return make_official_root(tmp_path_factory.mktemp("speech_commands"))


def available_roots() -> list[str]:
    """Names of the roots tests run over; `generated` is always one of them."""
    mirror = paths.data_dir()
    return ["generated"] + (["real"] if mirror and (mirror / "speech_commands").is_dir() else [])


@pytest.fixture(scope="session", params=available_roots())
def any_root(request, official_root) -> Path:
    return official_root if request.param == "generated" else paths.data_dir() / "speech_commands"
