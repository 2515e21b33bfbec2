"""The OpenAPI Overlay Specification 1.1.0 over RFC 9535 JSONPath, to the letter.

It is stricter than the specification in three points: `update` together with `copy`, a `copy` source that is not
exactly one node, and an action that has only a target are errors. `corrections` has what our own overlays must satisfy
in addition.

https://spec.openapis.org/overlay/v1.1.0.html
"""

from __future__ import annotations

from typing import Any, NamedTuple

from jsonschema import Draft202012Validator

from codegen.document import LIMITS, canonical, copied
from codegen.errors import OverlayError
from codegen.forms import problems_of
from codegen.query import Match, QueryError, select

_TEXT = {"type": "string"}


def _object(fields: dict[str, Any], *required: str) -> dict[str, Any]:
    patterns = {"patternProperties": {"^x-": {}}, "additionalProperties": False}
    return {"type": "object", "properties": fields, "required": required, **patterns}


_ACTION = _object(
    {"target": _TEXT, "description": _TEXT, "update": {}, "copy": _TEXT, "remove": {"type": "boolean"}}, "target"
)
_FORM = Draft202012Validator(
    _object(
        {
            "overlay": {"type": "string", "pattern": r"^1\.[01]\.[0-9]+\Z"},
            "info": _object({"title": _TEXT, "version": _TEXT, "description": _TEXT}, "title", "version"),
            "extends": _TEXT,
            "actions": {"type": "array", "minItems": 1, "items": _ACTION},
        },
        *("overlay", "info", "actions"),
    )
)


class Applied(NamedTuple):
    """An overlaid document, and how many nodes each action matched, in the order of the actions."""

    document: dict[str, Any]
    matches: tuple[int, ...]


def apply_overlay(document: dict[str, Any], overlay: dict[str, Any]) -> Applied:
    """Return the document with all actions of an overlay applied in order; the arguments are not changed.

    Args:
        document: Any JSON object.
        overlay: An Overlay document of version 1.0 or 1.1, as plain data.

    Raises:
        OverlayError: The overlay is malformed, or an action does not fit the nodes that it selects.

    """
    check_overlay(overlay)
    try:
        result = copied(document)
        matches = tuple(
            _apply_action(result, action, location(index, action)) for index, action in enumerate(overlay["actions"])
        )
    except RecursionError as error:  # an overlay can nest a document endlessly: copy $ into a part of it
        raise OverlayError("actions", "the document is nested too deeply") from error
    return Applied(result, matches)


def check_overlay(overlay: Any) -> None:
    """Raise `OverlayError` unless this is an Overlay document, and each of its actions does something."""
    for problem in problems_of(_FORM, overlay):
        raise OverlayError(problem.location, problem.text)
    seen: set[str] = set()
    for index, action in enumerate(overlay["actions"]):
        _check_action(action, location(index, action))
        text = canonical(action)
        if text in seen:
            raise OverlayError(location(index, action), "repeats an earlier action: remove it")
        seen.add(text)


def location(index: int, action: dict[str, Any]) -> str:
    """Return how messages name an action."""
    return f"actions[{index}] {action['target']}"


def _check_action(action: dict[str, Any], place: str) -> None:
    if "update" in action and "copy" in action:
        raise OverlayError(place, "has both update and copy: keep one of them")
    if not {"update", "copy", "remove"} & action.keys():
        raise OverlayError(place, "does nothing: add update, copy or remove")


def _apply_action(document: dict[str, Any], action: dict[str, Any], place: str) -> int:
    matches = _select(document, action["target"], place)
    if action.get("remove"):
        _remove(matches, document, place)
    elif "copy" in action:
        _copy(matches, document, action["copy"], place)
    elif "update" in action:
        _update(matches, document, action["update"], place)
    return len(matches)


def _select(document: dict[str, Any], query: str, place: str) -> list[Match]:
    try:
        return select(document, query)
    except QueryError as error:
        raise OverlayError(place, f"{query!r} {error}") from error


def _remove(matches: list[Match], document: dict[str, Any], place: str) -> None:
    # The last index first, and inner nodes before outer ones, so that no removal moves a node that is removed later.
    for match in sorted(matches, key=lambda match: [_sortable(part) for part in match.parts], reverse=True):
        if not match.parts:
            raise OverlayError(place, "the document itself cannot be removed")
        del _parent(document, match)[match.parts[-1]]


def _sortable(part: str | int) -> tuple[int, str]:
    return (part, "") if isinstance(part, int) else (0, part)


def _parent(document: dict[str, Any], match: Match) -> Any:
    node: Any = document
    for part in match.parts[:-1]:
        node = node[part]
    return node


def _update(matches: list[Match], document: dict[str, Any], update: Any, place: str) -> None:
    kinds = sorted({_kind(match.node) for match in matches})
    if len(kinds) > 1:
        raise OverlayError(place, f"selects {' and '.join(kinds)} at once: one update fits only nodes of one kind")
    if len(matches) * len(canonical(update)) > LIMITS.size:
        raise OverlayError(place, f"adds more than {LIMITS.size:,} characters: select fewer nodes, or copy less")
    for match in matches:
        # Each match gets its own copy: a later action on one must not change the others.
        _update_node(document, match, copied(update), place)


def _copy(matches: list[Match], document: dict[str, Any], query: str, place: str) -> None:
    sources = _select(document, query, place)
    if not matches:
        return
    if len(sources) != 1:
        raise OverlayError(place, f"copy must select one node, but {query!r} selects {len(sources)}: correct it")
    _update(matches, document, copied(sources[0].node), place)  # the source may contain a match


def _update_node(document: dict[str, Any], match: Match, update: Any, place: str) -> None:
    if isinstance(match.node, list):
        match.node.extend(update if isinstance(update, list) else [update])
    elif isinstance(match.node, dict) and isinstance(update, dict):
        _merge(match.node, update, place)
    elif isinstance(match.node, dict) or isinstance(update, dict | list):
        raise OverlayError(place, f"cannot update {_kind(match.node)} with {_kind(update)}")
    else:
        _parent(document, match)[match.parts[-1]] = update


def _merge(target: dict[str, Any], update: dict[str, Any], place: str) -> None:
    for key, value in update.items():
        if key not in target:
            target[key] = value
        elif _kind(target[key]) != _kind(value):
            raise OverlayError(place, f"cannot merge {_kind(value)} into the {_kind(target[key])} {key!r}")
        elif isinstance(value, dict):
            _merge(target[key], value, place)
        elif isinstance(value, list):
            target[key].extend(value)
        else:
            target[key] = value


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "object"
    return "array" if isinstance(value, list) else "primitive"
