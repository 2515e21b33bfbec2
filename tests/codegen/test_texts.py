from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegen.document import load_document
from codegen.errors import InvalidDocument, Problem
from codegen.validation import validate_document

CASES = load_document(Path(__file__).parent / "cases" / "texts.yaml")

Build = Callable[[dict[str, Any]], dict[str, Any]]


def problems_of(document: dict[str, Any]) -> list[Problem]:
    """Return what is wrong with a document."""
    with pytest.raises(InvalidDocument) as caught:
        validate_document(document)
    return list(caught.value.problems)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case(case: dict[str, Any], build: Build) -> None:
    """A name that would not reach the wire as it is, is refused at its place."""
    assert list(map(str, problems_of(build(case)))) == case["problems"]


@pytest.mark.parametrize(
    ("session", "place", "text"),
    [
        ({"a": {"description": "\ud800"}}, "/a/description", r"'\ud800' holds half of a surrogate pair: remove it"),
        ({"a\ud800": {}}, "", r"the name 'a\ud800' holds half of a surrogate pair: remove it"),
        ({"a": {"enum": [1.5, float("inf")]}}, "/a/enum/1", "inf is no JSON number: remove it"),
    ],
)
def test_what_no_file_can_hold_is_refused(session: dict[str, Any], place: str, text: str, build: Build) -> None:
    """Half a surrogate pair and a number that is not finite are refused, before anything else looks at them."""
    expected = Problem(f"#/components/schemas/Session/properties{place}", text)
    assert problems_of(build({"session": session})) == [expected]
