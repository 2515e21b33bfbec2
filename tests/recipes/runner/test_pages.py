"""The pages and the programs are the same recipes, and install what is pinned."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest

from codegen.toolchain import read_pins
from tests.recipes.runner.clone import PINS, ROOT
from tests.recipes.runner.page import Page, read_page

PAGES = {path.stem: read_page(path.read_text("utf-8")) for path in sorted((ROOT / "docs" / "recipes").glob("*.md"))}
PROGRAMS = {path.name: path.read_text("utf-8") for path in sorted((ROOT / "tests" / "recipes").glob("*.py"))}
PROJECTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["uv"]["workspace"]["members"]

each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


def installed(page: Page) -> list[str]:
    """Return what a page has pip install."""
    return shlex.split(page.install.script.partition("pip install")[2])


def test_every_page_has_its_program_and_every_program_its_page() -> None:
    """The page has it to the letter, below its own name."""
    assert PAGES
    assert {f"{name.replace('-', '_')}.py" for name in PAGES} == {page.program.name for page in PAGES.values()}
    assert {page.program.name: page.program.text for page in PAGES.values()} == PROGRAMS


@each_page
def test_a_page_installs_the_clone_into_a_new_environment(page: Page) -> None:
    """All of ours from where its reader stands, none of which is on an index."""
    paths = {re.sub(r"\[.*\]$", "", each) for each in installed(page) if each.startswith("./")}

    assert page.install.script.startswith("python3 -m venv recipe\n")
    assert paths == {f"./{project}" for project in PROJECTS}


@each_page
def test_whatever_a_page_installs_is_pinned(page: Page) -> None:
    """What is followed today is followed tomorrow with the same versions."""
    facade = tomllib.loads((ROOT / "facade" / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [each for extra in facade["optional-dependencies"].values() for each in extra]
    named = [each for each in installed(page) if not each.startswith((".", "-"))]
    names = {re.split(r"[\[<>=]", each)[0] for each in (*named, *extras)}

    assert names - read_pins(PINS).keys() == set()
