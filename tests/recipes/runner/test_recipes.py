"""Every recipe does what its page says, in a clone and an environment of its own; run by a nox session of its own."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.recipes.runner.clone import ROOT, RecipeError, environment, follow, make_clone
from tests.recipes.runner.page import Page, read_page

PAGES = sorted((ROOT / "docs" / "recipes").glob("*.md"))
assert PAGES


@pytest.mark.recipes
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_does_what_it_says(path: Path) -> None:
    """A reader gets what the page shows."""
    page = read_page(path.read_text("utf-8"))
    if page.needs and not any(map(shutil.which, page.needs)):
        missing = f"{' and '.join(page.needs)}: not on the PATH"
        advice = f"install one (Debian: apt-get install {page.needs[0]}), or nox -s recipes -- -k 'not {path.stem}'"
        pytest.fail(f"NOT RUN: {path.name}: {missing}: {advice}", pytrace=False)
    if problem := problem_with(page):
        pytest.fail(f"{path.name}: {problem}", pytrace=False)


def problem_with(page: Page) -> str:
    """Follow a page, and return what does not come of it, or nothing."""
    with tempfile.TemporaryDirectory(prefix="recipe-") as folder:
        clone = Path(folder, "browser-sessions")
        make_clone(clone)
        try:
            for step in page.steps:
                follow(step, clone, environment())
        except RecipeError as error:
            return str(error)
    return ""
