"""The pages and the programs are the same recipes, and install what is pinned."""

from __future__ import annotations

import re
import shlex
import tomllib

import pytest

from browser_sessions import PROVIDERS
from codegen.toolchain import read_pins
from tests.recipes.runner.clone import PINS, ROOT
from tests.recipes.runner.page import File, Page, read_page

PAGES = {path.stem: read_page(path.read_text("utf-8")) for path in sorted((ROOT / "docs" / "recipes").glob("*.md"))}
PROGRAMS = {path.name: path.read_text("utf-8") for path in (ROOT / "tests" / "recipes").iterdir() if path.is_file()}
PROJECTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["uv"]["workspace"]["members"]

each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


def installed(page: Page) -> list[str]:
    """Return what a page has pip install."""
    return shlex.split(page.install.script.partition("pip install")[2])


def test_every_page_has_its_program_and_every_program_its_page() -> None:
    """The page shows the program to the letter, and every other file to save is here too."""
    files = [step for page in PAGES.values() for step in page.steps if isinstance(step, File)]

    assert PAGES
    assert {name: page.program.name for name, page in PAGES.items()} == {
        name: f"{name.replace('-', '_')}.py" for name in PAGES
    }
    assert sorted((file.name, file.text) for file in files) == sorted(PROGRAMS.items())


@each_page
def test_a_page_installs_the_clone_into_a_new_environment(page: Page) -> None:
    """It installs all of our packages from the clone, since none is on an index."""
    paths = {re.sub(r"\[.*\]$", "", each) for each in installed(page) if each.startswith("./")}

    assert page.install.script.startswith("python3 -m venv recipe\n")
    assert paths == {"./facade", "./generated/*/"}
    assert {*PROJECTS} == {"facade", *(f"generated/{each.name}" for each in ROOT.glob("generated/*/"))}


@each_page
def test_whatever_a_page_installs_is_pinned(page: Page) -> None:
    """A page gives the same result later."""
    facade = tomllib.loads((ROOT / "facade" / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [each for extra in facade["optional-dependencies"].values() for each in extra]
    named = [each for each in installed(page) if not each.startswith((".", "-"))]
    names = {re.split(r"[\[<>=]", each)[0] for each in (*named, *extras)}

    assert names - read_pins(PINS).keys() == set()


def test_the_addresses_on_a_page_are_those_that_are_connected_to() -> None:
    """The table has what the facade makes an address of, and the header that it sends."""
    text = (ROOT / "docs" / "recipes" / "drive-a-browser.md").read_text("utf-8")
    rows = {cells[1].strip(): cells for cells in (line.split("|") for line in text.splitlines() if line[:1] == "|")}

    assert {each.name: True for each in PROVIDERS.values()} == {
        each.name: (each.connect_url or "NotConnectable") in rows[each.name][2]
        and (each.connect_header or "") in rows[each.name][3]
        for each in PROVIDERS.values()
    }
