"""Apply our own overlays; an action without a reason, or one that is no longer needed, is an error.

The Overlay Specification lets an action match nothing and succeed. When a provider corrects its page, though, our
correction must go. So these are errors here, unless the action has `x-allow-empty: true`: an action that matches
nothing, a correction without a net effect, and an action that adds to an array an item that it already has.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from codegen.document import canonical
from codegen.errors import NeedlessCorrections, OverlayError, Problem, pointer
from codegen.overlay import apply_overlay, check_overlay, location
from codegen.query import nearest

ALLOW_EMPTY = "x-allow-empty"

_REPAIR = (
    "if the provider has corrected this, remove the action; if the place has moved, correct the target; "
    f"if that is expected at times, add `{ALLOW_EMPTY}: true`"
)

_Action = tuple[int, dict[str, Any]]


def apply_corrections(document: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Return the document with an overlay's corrections applied, every one of which changed something.

    A correction is a run of consecutive actions with the same `description`.

    Raises:
        OverlayError: The overlay is malformed, an action does not fit, or one has no description.
        NeedlessCorrections: All corrections that change nothing.

    """
    check_overlay(overlay)
    _require_descriptions(overlay)
    problems: list[Problem] = []
    for _, actions in groupby(enumerate(overlay["actions"]), key=lambda item: item[1]["description"]):
        correction = list(actions)
        before, found = document, []
        for index, action in correction:
            document, needless = _apply(document, overlay, (index, action))
            found += needless
        if not found and not _may_be_empty(correction) and _is_equal(before, document):
            found = [Problem(location(*correction[0]), f"the correction changes nothing: {_REPAIR}")]
        problems += found
    if problems:
        raise NeedlessCorrections(tuple(problems))
    return document


def _require_descriptions(overlay: dict[str, Any]) -> None:
    for index, action in enumerate(overlay["actions"]):
        if not action.get("description", "").strip():
            raise OverlayError(location(index, action), "has no description: explain why the correction exists")
        if not isinstance(action.get(ALLOW_EMPTY, False), bool):
            raise OverlayError(location(index, action), f"{ALLOW_EMPTY} must be a boolean")


def _apply(
    document: dict[str, Any], overlay: dict[str, Any], numbered: _Action
) -> tuple[dict[str, Any], list[Problem]]:
    """Return the document with one action applied, and the reasons why the action is needless."""
    index, action = numbered
    place = location(index, action)
    try:
        applied = apply_overlay(document, {**overlay, "actions": [action]})
    except OverlayError as error:
        raise OverlayError(place, error.problem) from error
    if action.get(ALLOW_EMPTY):
        return applied.document, []
    if applied.matches == (0,):
        near = nearest(document, action["target"])
        hint = f", and the nearest place that exists is {near}" if near else ""
        return applied.document, [Problem(place, f"matches nothing{hint}: {_REPAIR}")]
    held = _added_again(document, applied.document, ())
    needless = [
        Problem(place, f"adds to {array} an item that it already has, {value}: {_REPAIR}") for array, value in held
    ]
    return applied.document, needless


def _is_equal(before: Any, after: Any) -> bool:
    # The first comparison is fast, but takes 1 for true.
    return before == after and canonical(before) == canonical(after)


def _may_be_empty(correction: list[_Action]) -> bool:
    return any(action.get(ALLOW_EMPTY) for _, action in correction)


def _added_again(before: Any, after: Any, parts: tuple[object, ...]) -> list[tuple[str, str]]:
    """Return the place and value of each item that an action appended to an array that already had it.

    Actions only append to arrays, so the items after the former length are the new ones.
    """
    if before == after:  # as most parts are, and comparing is fast
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        shared = [(key, before[key], after[key]) for key in before if key in after]
    elif isinstance(before, list) and isinstance(after, list) and len(after) >= len(before):
        shared = [(index, *pair) for index, pair in enumerate(zip(before, after, strict=False))]
    else:
        return []
    found = [hit for key, old, new in shared for hit in _added_again(old, new, (*parts, key))]
    if isinstance(before, list):
        held = {canonical(item) for item in before}
        found += [(pointer(*parts), item) for item in map(canonical, after[len(before) :]) if item in held]
    return found
