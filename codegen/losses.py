"""Schemas and parameters that a client could not send or read as described, references included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from codegen.allowlist import IGNORED, PARAMETERS, SCALARS
from codegen.errors import Problem, unsupported
from codegen.schemas import Members, alternatives, decoded, follow, kinds, members_of, reached
from codegen.walk import Part, dereference

_NO_ROWS = IGNORED | {"additionalProperties"}
"""Fields in which rows would be decoded like other items."""


def find_losses(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    """Yield what would be sent or read differently from the document.

    Args:
        document: A document without malformed parts and without parts that the allowlist does not list.
        parts: What `walk` yields for it, without the parts that the client ignores.

    """
    parts = [part for part in parts if part.reference is None and isinstance(part.node, dict)]
    for part in parts:
        if part.kind == "parameter" and part.node.get("in") in list(PARAMETERS):
            yield from _parameter(document, part)
        elif part.kind == "schema" and "allOf" in part.node:
            yield from _all_of(document, part)
    for part in reached(document, _in_json(part for part in parts if part.kind == "response")):
        yield from _required_of_requests(document, part)
        if {"anyOf", "oneOf"} & part.node.keys():
            yield from _unread(document, part)
    yield from _rows(document, parts)


def _parameter(document: dict[str, Any], part: Part) -> Iterator[Problem]:
    place = part.node["in"]
    for schema in part.members("schema"):
        found = kinds(document, schema)
        if not any(found <= served for served in PARAMETERS[place]):
            yield unsupported(part.location, f"a {place} parameter that is {' or '.join(sorted(found))}")
        for each in alternatives(document, schema):
            for held in (*each.members("items"), *each.members("properties")):
                if unsent := kinds(document, held) - SCALARS:
                    yield unsupported(part.location, f"a {place} parameter that contains {' or '.join(sorted(unsent))}")


def _all_of(document: dict[str, Any], part: Part) -> Iterator[Problem]:
    """Find what is lost when an object gets the properties of all members of `allOf`."""
    members = part.members("allOf")
    for member in members if len(members) > 1 else ():
        target = follow(document, member).node
        if not kinds(document, member) <= {"any", "object"} or {"anyOf", "oneOf"} & target.keys():
            yield unsupported(member.location, "a member of allOf that is not an object")
    for name, described in members_of(document, part).properties.items():
        if any(decoded(document, each) != decoded(document, described[0]) for each in described):
            yield unsupported(described[-1].location, f"the property {name!r} with two descriptions in allOf")


def _in_json(holders: Iterable[Part]) -> list[Part]:
    """Return the schemas of JSON bodies."""
    media_types = [each for holder in holders for each in holder.members("content")]
    named = ((str(each.parts[-1]).partition(";")[0].strip(), each) for each in media_types)
    return [schema for name, each in named if name.endswith("json") for schema in each.members("schema")]


def _required_of_requests(document: dict[str, Any], part: Part) -> Iterator[Problem]:
    required = part.node.get("required", ())
    for each in part.members("properties") if required else ():
        if each.parts[-1] in required and follow(document, each).node.get("writeOnly") is True:
            yield unsupported(each.location, "a writeOnly property that responses require")


def _unread(document: dict[str, Any], union: Part) -> Iterator[Problem]:
    """Find the objects in a union that an earlier one hides: they have all properties that it requires."""
    found = [each for each in alternatives(document, union) if each.node != {"type": "null"}]
    objects = {number: each for number, each in enumerate(found, 1) if kinds(document, each) == {"object"}}
    members = {number: members_of(document, each) for number, each in objects.items()}
    for number, each in members.items():
        before = (earlier for earlier in members if earlier < number)
        for hiding in (earlier for earlier in before if _hides(document, members[earlier], each)):
            text = f"alternative {number} is never read: it has all properties that alternative {hiding} requires"
            yield Problem(union.location, f"{text}: correct it by an overlay")
            break


def _hides(document: dict[str, Any], first: Members, second: Members) -> bool:
    return first.required <= second.required and all(
        _decoded(document, first, name) == _decoded(document, second, name) for name in first.required
    )


def _decoded(document: dict[str, Any], members: Members, name: str) -> Any:
    return [decoded(document, each) for each in members.properties[name][-1:]]


def _rows(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    """Find arrays of rows outside a success, and successes with more than one."""
    marked = {part.location for part in parts if part.kind == "schema" and "x-rows" in part.node}
    responses = [each for part in parts if part.kind == "operation" and marked for each in part.members("responses")]
    for response in (each for each in responses if str(each.parts[-1]).startswith("2")):
        success = Part("response", response.parts, dereference(document, response.node))
        for shape in (each for schema in _in_json([success]) for each in alternatives(document, schema)):
            arrays = [part for part in reached(document, [shape], _NO_ROWS) if part.node.get("type") == "array"]
            rows = {part.location for part in arrays if "x-rows" in part.node}
            if len(rows) > 1:
                yield unsupported(response.location, "more than one array with x-rows")
            marked -= rows
    for place in sorted(marked):
        yield unsupported(place, "x-rows")
