"""docs/findings.md describes each script in findings/."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from codegen.__main__ import ROOT

SCRIPTS = sorted((ROOT / "findings").iterdir())
PAGE = (ROOT / "docs" / "findings.md").read_text("utf-8")


def test_the_page_names_each_script_once() -> None:
    """A finding is a script and a paragraph."""
    assert sorted(re.findall(r"\(\.\./findings/(.*?)\)", PAGE)) == [script.name for script in SCRIPTS]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_pins_and_dates_what_it_shows(script: Path) -> None:
    """It says what one would guess, in which versions it was seen and when, and installs only exact versions."""
    text = script.read_text("utf-8")
    comment = " ".join(line.removeprefix("#").strip() for line in text.partition("\nset -")[0].splitlines())

    assert re.search(r"2026-\d\d-\d\d", comment)
    assert "xits with 1 if it behaves otherwise" in comment
    installed = re.findall(r"(?:pip\"? install|npm install)((?: \\\n|.)*)", text)
    requirements = [word for line in installed for word in re.split(r"[\s\\]+", line) if re.match(r"[a-z]", word)]
    assert [word for word in requirements if not re.search(r"(==|@)\d", word)] == []
    assert requirements


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
def test_each_script_can_be_run() -> None:
    """The loop on the page runs all of them."""
    assert [script.name for script in SCRIPTS if not os.access(script, os.X_OK)] == []
