"""Each promise of SECURITY.md names tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from codegen.__main__ import ROOT

TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| promise |")]
NAMED = re.compile(r"`(tests/[^`]*)`")


@cache
def _tests_in(path: Path) -> frozenset[str]:
    """Return the names of a module's tests, with the class before those in classes."""
    if not path.is_file():
        return frozenset()
    names: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        within = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        for each in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(each, ast.FunctionDef) and each.name.startswith("test_"):
                names.add(within + each.name)
    return frozenset(names)


def exists(name: str) -> bool:
    """Whether a test of a name, as pytest takes it, exists."""
    path, _, test = name.partition("::")
    return test in _tests_in(ROOT / path)


def test_every_promise_names_its_tests() -> None:
    """Each line names at least one, and all of them exist."""
    assert len(ROWS) > 25
    assert [row for row in ROWS if not NAMED.search(row)] == []
    assert [name for name in NAMED.findall(TEXT) if not exists(name)] == []


def test_what_does_not_exist_is_seen() -> None:
    """Missing files and tests are noticed, and so are methods without their class and functions that are not tests."""
    assert exists("tests/layout/test_security.py::test_what_does_not_exist_is_seen")
    assert exists("tests/facade/test_requests.py::TestKeys::test_that_are_missing")
    for name in ("nowhere.py::test_a", "layout/test_security.py::test_b", "layout/test_security.py::exists"):
        assert not exists(f"tests/{name}")
    assert not exists("tests/facade/test_requests.py::test_that_are_missing")


def test_every_threat_has_its_promises() -> None:
    """These are the sections, and each names at least two tests."""
    headings = re.findall(r"^### (.*)$", TEXT, re.MULTILINE)

    assert headings == [
        "A hostile spec",
        "A hostile server",
        "A hostile id",
        "A hostile environment",
        "Leaky logs",
        "The ledger",
        "The page",
        "Dependencies",
    ]
    sections = TEXT.partition("\n## What is not promised")[0].split("\n### ")[1:]
    assert [len(NAMED.findall(section)) > 1 for section in sections] == [True] * len(headings)
