"""Documents say what was measured."""

import re

import pytest

from motekit import paths
from motekit.errors import ConfigError
from motekit.report import docs

ROOT = paths.project_root()


def test_every_figure_is_the_results_file_s():
    assert docs.update(check=True)["changed"] == []


def test_every_link_within_the_project_leads_somewhere():
    for page in [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("apps/*/README.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_an_unknown_figure_is_an_error():
    with pytest.raises(ConfigError, match="weather"):
        docs._figures("weather today")
