from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.corrections import apply_corrections
from codegen.document import canonical, load_document
from codegen.errors import NeedlessCorrections, OverlayError, Problem
from codegen.overlay import apply_overlay

CASES = [
    pytest.param(case, id=f"{path.stem}: {name}")
    for path in sorted((Path(__file__).parent / "cases" / "corrections").glob("*.yaml"))
    for name, case in load_document(path).items()
]
REPAIR = (
    "if the provider has corrected this, remove the action; if the place has moved, correct the target; "
    "if that is expected at times, add `x-allow-empty: true`"
)


def corrections(actions: list[Any]) -> dict[str, Any]:
    """Return an overlay of some actions."""
    return {"overlay": "1.1.0", "info": {"title": "Test", "version": "1"}, "actions": actions}


@pytest.mark.parametrize("case", CASES)
def test_an_overlay_has_its_result_or_problems(case: dict[str, Any]) -> None:
    """The arguments are not changed."""
    document, overlay = case["document"], corrections(case["actions"])
    before = canonical([document, overlay])
    if "result" in case:
        assert canonical(apply_corrections(document, overlay)) == canonical(case["result"])
    else:
        with pytest.raises(OverlayError if "error" in case else NeedlessCorrections) as caught:
            apply_corrections(document, overlay)
        problems = tuple(Problem(location, f"{text}: {REPAIR}") for location, text in case.get("needless", ()))
        assert caught.value == (OverlayError(*case["error"]) if "error" in case else NeedlessCorrections(problems))
    assert canonical([document, overlay]) == before


def test_each_problem_is_one_line() -> None:
    """It names the action, what is wrong, and how to correct it."""
    error = NeedlessCorrections((Problem("actions[0] $.a", "matches nothing"), Problem("actions[2] $.b", "x")))
    assert str(error) == "actions[0] $.a: matches nothing\nactions[2] $.b: x"


PLACES = ["$", "$.a", "$.b", "$.*", "$.a[0]", "$..a"]
VALUES = st.sampled_from([{}, {"a": 1}, {"b": [1]}, [], [1], [1, 2], 1, True, "x", None])
ACTIONS = st.fixed_dictionaries(
    {"target": st.sampled_from(PLACES), "description": st.sampled_from(["one", "two", ""])},
    optional={"update": VALUES, "remove": st.booleans(), "x-allow-empty": st.sampled_from([True, False, 1])},
)


@given(
    document=st.dictionaries(st.sampled_from("ab"), VALUES),
    actions=st.lists(ACTIONS | VALUES | st.fixed_dictionaries({}, optional={"target": VALUES, "copy": VALUES})),
)
def test_corrections_are_an_overlay_or_refused(document: dict[str, Any], actions: list[Any]) -> None:
    """The result is that of the overlay, or one of two errors."""
    overlay = corrections(actions)
    try:
        result = apply_corrections(document, overlay)
    except (OverlayError, NeedlessCorrections):
        return
    assert canonical(result) == canonical(apply_overlay(document, overlay).document)


@given(document=st.dictionaries(st.sampled_from("ab"), VALUES), actions=st.lists(ACTIONS, min_size=1, max_size=3))
def test_allow_empty_leaves_only_the_specification(document: dict[str, Any], actions: list[Any]) -> None:
    """If every action may be empty, exactly what the specification allows is allowed."""
    overlay = corrections([action | {"description": "why", "x-allow-empty": True} for action in actions])
    found = [attempt(apply, document, overlay) for apply in (apply_corrections, applied)]
    assert found[0] == found[1]


def applied(document: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Return the overlaid document alone."""
    return apply_overlay(document, overlay).document


def attempt(apply: Any, document: dict[str, Any], overlay: dict[str, Any]) -> str | OverlayError:
    """Return the result as a text that distinguishes types, or the error."""
    try:
        return canonical(apply(document, overlay))
    except OverlayError as error:
        return error
