"""A document without the parts that have problems, so that the rest can be checked and no problem is repeated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from codegen.allowlist import PARAMETERS
from codegen.errors import Problem
from codegen.walk import Part, walk

_HARMLESS: dict[str, Any] = {
    "body": {"content": {}},
    "callback": {},
    "encoding": {},
    "example": {},
    "header": {},
    "link": {},
    "operation": None,
    "path": {},
    "response": {"description": ""},
    "schema": None,
    "security scheme": {},
}
"""What replaces a part with a problem. A media type is replaced together with its body or response, and so on."""


_SCALARS = ("boolean", "integer", "number", "string")


def without(document: dict[str, Any], problems: Iterable[Problem]) -> dict[str, Any]:
    """Return a document in which each part with a problem is replaced by an empty one of its kind.

    Fields of the document itself, such as its title, stay.
    """
    problems = list(problems)
    parts = {part.location: part for part in walk(document)} if problems else {}
    cuts = {part.parts: part for problem in problems for part in _around(parts, problem.location)[:1]}
    # The deepest parts first: replacing an outer part removes them.
    for place in sorted(cuts, key=len, reverse=True):
        document = _replaced(document, place, _harmless(cuts[place]))
    return document


def _around(parts: dict[str, Part], place: str) -> list[Part]:
    """Return the replaceable parts around a place: parameters first, then from the inside out."""
    keys = place.split("/")
    places = ("/".join(keys[:length]) for length in range(len(keys), 0, -1))
    around = [
        parts[each] for each in places if each in parts and (parts[each].kind in _HARMLESS or _has_name(parts[each]))
    ]
    return sorted(around, key=lambda part: part.kind != "parameter")


def _has_name(part: Part) -> bool:
    return part.kind == "parameter" and isinstance(part.node, dict) and isinstance(part.node.get("name"), str)


def _harmless(part: Part) -> Any:
    if part.kind == "schema":
        return _harmless_schema(part.node if isinstance(part.node, dict) else {})
    if part.kind != "parameter":
        return _HARMLESS[part.kind]
    name = part.node["name"]
    place = "path" if f"{{{name}}}" in str(part.parts[1]) else "query"
    place = part.node["in"] if part.node.get("in") in list(PARAMETERS) else place
    return {"name": name, "in": place, "required": True, "schema": {"type": "string"}}


def _harmless_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that can be used in place of the given one."""
    if {"allOf", "properties"} & schema.keys():
        required = schema.get("required")
        names = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
        return {"type": "object", "required": names}
    return {"type": schema["type"]} if schema.get("type") in _SCALARS else {}


def _replaced(node: Any, place: tuple[str | int, ...], value: Any) -> Any:
    """Return a copy of a node with another value at a place."""
    if not place:
        return value
    copy = node.copy()
    copy[place[0]] = _replaced(node[place[0]], place[1:], value)
    return copy
