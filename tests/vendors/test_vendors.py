"""The vendors' own SDKs as clients of the sandbox, and their requests beside our clients' requests."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.vendors.calling import OPERATIONS, Outcome, compare, take_steps

FOLDER = Path(__file__).parent
VENDORS: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "calls.yaml").read_text("utf-8"))
KNOWN: dict[str, dict[str, dict[str, list[str]]]] = yaml.safe_load((FOLDER / "known.yaml").read_text("utf-8"))
"""Patterns of the expected differences by reason, for each vendor and comparison."""

DRIFTED = "drifted"
"""The sandbox's session with unknown properties and values."""

each_vendor = pytest.mark.parametrize("slug", VENDORS)


@cache
def outcomes(slug: str) -> list[Outcome]:
    """Return the outcomes of a vendor's steps."""
    return take_steps(slug, VENDORS[slug])


def assert_known(slug: str, kind: str, found: set[str]) -> None:
    """Assert that each difference has a recorded reason, and each recorded reason a difference."""
    known = [pattern for patterns in KNOWN[slug].get(kind, {}).values() for pattern in patterns]
    unknown = sorted(line for line in found if not any(fnmatchcase(line, each) for each in known))
    unmet = sorted(each for each in known if not any(fnmatchcase(line, each) for line in found))
    assert {"unknown": unknown, "unmet": unmet} == {"unknown": [], "unmet": []}


@each_vendor
def test_every_call_succeeds_or_raises_what_it_should(slug: str) -> None:
    """The sandbox finds the right operation, and the SDK reads the response or raises the expected error."""
    for each in outcomes(slug):
        assert each.raised == each.step.get("raises"), f"{each.step}: {each.status} {each.text}"


@each_vendor
def test_a_response_is_what_the_sdks_types_promise(slug: str) -> None:
    """Required properties are there, unknown ones are not, and values have the listed types and texts."""
    usual = [each for each in outcomes(slug) if each.step.get("id") != DRIFTED]
    found = {f"{each.step['do']} {each.status}: {line}" for each in usual for line in each.problems}
    assert_known(slug, "responses", found)


@each_vendor
def test_deviations_from_the_types_are_found(slug: str) -> None:
    """The check names the drifted session's additional properties and its values of other types."""
    (drifted,) = [each for each in outcomes(slug) if each.step.get("id") == DRIFTED]
    assert_known(slug, DRIFTED, {*drifted.problems})


@each_vendor
def test_a_request_equals_ours(slug: str) -> None:
    """The SDK's request has the same method, path, query, body and content type as ours."""
    found = {f"{each.step['do']}: {line}" for each in outcomes(slug) for line in compare(each.theirs, each.ours)}
    assert_known(slug, "requests", found)


@each_vendor
def test_every_operation_is_called(slug: str) -> None:
    """The steps call every operation, except the recorded ones that the SDK lacks."""
    assert_known(slug, "methods", OPERATIONS[slug].keys() - {step["do"] for step in VENDORS[slug]["steps"]})
