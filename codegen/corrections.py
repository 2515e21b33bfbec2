"""Our own overlays: every action says why it exists, and fails on the day on which it is no longer needed.

The Overlay Specification lets an action match nothing and succeed. A spec is corrected for a reason, though,
and when the provider corrects the page, our correction must go: so here an action that matches nothing, a
correction whose net effect is nothing, and an action that adds to an array what the array already holds are
errors, unless the action says `x-allow-empty: true`.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any, NamedTuple

import attrs

from codegen.document import canonical
from codegen.errors import NeedlessCorrections, OverlayError, Problem, pointer
from codegen.overlay import apply_overlay, check_overlay, location
from codegen.query import nearest, select

ALLOW_EMPTY = "x-allow-empty"

_REPAIR = (
    "if the provider has corrected this, remove the action; if the place has moved, correct the target; "
    f"if it may be so at times, say `{ALLOW_EMPTY}: true`"
)

_SAID_LIMIT = 200

_Action = tuple[int, dict[str, Any]]


@attrs.frozen
class Misfit:
    """An action, or a whole correction, that does not do what it is there for."""

    problem: Problem

    is_error: bool = False
    """Whether the action does not fit the document, and not only corrects nothing."""

    says: str | None = None
    """What the document itself now says in the place of a correction that is no longer needed, as JSON."""


class Tried(NamedTuple):
    """A document with those corrections that can be applied, what is wrong with the others, and how it came about."""

    document: dict[str, Any]
    misfits: tuple[Misfit, ...]

    stages: tuple[dict[str, Any], ...]
    """The document before the first correction, and after each."""


def apply_corrections(document: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Return the document with an overlay's corrections applied, every one of which changed something.

    A correction is a run of consecutive actions with one and the same `description`.

    Raises:
        OverlayError: The overlay is malformed, an action does not fit, or one has no description.
        NeedlessCorrections: All corrections that correct nothing.

    """
    tried = try_corrections(document, overlay)
    for misfit in tried.misfits:
        if misfit.is_error:
            raise OverlayError(misfit.problem.location, misfit.problem.text)
    if tried.misfits:
        raise NeedlessCorrections(tuple(misfit.problem for misfit in tried.misfits))
    return tried.document


def try_corrections(document: dict[str, Any], overlay: dict[str, Any]) -> Tried:
    """Return the document with those corrections applied that can be, and what is wrong with the others.

    An action that does not fit is left out, and so is each array item that is already there.

    Raises:
        OverlayError: The overlay is malformed, or an action has no description.

    """
    check_overlay(overlay)
    _require_descriptions(overlay)
    misfits: list[Misfit] = []
    stages = [document]
    for _, actions in groupby(enumerate(overlay["actions"]), key=lambda item: item[1]["description"]):
        correction = list(actions)
        before = document
        for index, _ in correction:
            document, found = _apply(document, overlay, index)
            misfits += found
        if _is_equal(before, document) and not _may_be_empty(correction):
            misfits += _needless(before, correction, misfits)
        stages.append(document)
    return Tried(document, tuple(misfits), tuple(stages))


def _require_descriptions(overlay: dict[str, Any]) -> None:
    for index, action in enumerate(overlay["actions"]):
        if not action.get("description", "").strip():
            raise OverlayError(location(index, action), "has no description: say why the correction exists")
        if not isinstance(action.get(ALLOW_EMPTY, False), bool):
            raise OverlayError(location(index, action), f"{ALLOW_EMPTY} must be a boolean")


def _apply(document: dict[str, Any], overlay: dict[str, Any], index: int) -> tuple[dict[str, Any], list[Misfit]]:
    """Return the document with one action applied, and what speaks against the action."""
    action = overlay["actions"][index]
    place = location(index, action)
    try:
        applied = apply_overlay(document, {**overlay, "actions": [action]})
    except OverlayError as error:
        return document, [Misfit(Problem(place, error.problem), is_error=True)]
    if action.get(ALLOW_EMPTY):
        return applied.document, []
    if applied.matches == (0,):
        near = nearest(document, action["target"])
        hint = f", and the nearest place that exists is {near}" if near else ""
        return applied.document, [Misfit(Problem(place, f"matches nothing{hint}: {_REPAIR}"))]
    held = _added_again(document, applied.document, ())
    misfits = [
        Misfit(Problem(place, f"adds to {array} what it already holds, {value}: {_REPAIR}"), says=value)
        for array, value in held
    ]
    return (_without_repeats(document, applied.document) if held else applied.document), misfits


def _is_equal(before: Any, after: Any) -> bool:
    return before == after and canonical(before) == canonical(after)  # the former alone is fast, and takes 1 for true


def _may_be_empty(correction: list[_Action]) -> bool:
    return any(action.get(ALLOW_EMPTY) for _, action in correction)


def _needless(before: dict[str, Any], correction: list[_Action], known: list[Misfit]) -> list[Misfit]:
    """Return the one misfit of a correction without effect, unless one of its actions was already reported."""
    places = [location(index, action) for index, action in correction]
    if {misfit.problem.location for misfit in known} & set(places):
        return []
    problem = Problem(places[0], f"the correction changes nothing: {_REPAIR}")
    return [Misfit(problem, says=_said(before, correction[-1][1]))]


def _said(document: dict[str, Any], action: dict[str, Any]) -> str | None:
    """Return what a document says where an action would correct it: of an object, the keys that it would set."""
    found = select(document, action["target"])
    if not found:
        return None
    said, update = found[0].node, action.get("update")
    if isinstance(said, dict) and isinstance(update, dict):
        said = {key: said[key] for key in update if key in said}
    text = canonical(said)
    return text if len(text) <= _SAID_LIMIT else f"{text[:_SAID_LIMIT]}…"


def _added_again(before: Any, after: Any, parts: tuple[object, ...]) -> list[tuple[str, str]]:
    """Return the place and the value of each array item that an action appended although it was there.

    Actions only ever append to arrays, so the items behind the former length are the new ones.
    """
    if before == after:  # most of a document is, and comparing it is fast
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


def _without_repeats(before: Any, after: Any) -> Any:
    """Return a document without the items that an action appended to an array although they were there."""
    if isinstance(before, dict) and isinstance(after, dict):
        return {key: _without_repeats(before.get(key), item) for key, item in after.items()}
    if not (isinstance(before, list) and isinstance(after, list) and len(after) >= len(before)):
        return after
    held = {canonical(item) for item in before}
    kept = [_without_repeats(*pair) for pair in zip(before, after, strict=False)]
    return kept + [item for item in after[len(before) :] if canonical(item) not in held]
