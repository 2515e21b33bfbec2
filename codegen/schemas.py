"""Schemas, as the generator reads them: what is an object to it, an alternative, or another name for a schema.

All functions take a valid document whose references resolve; each follows a reference once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from codegen.client import UNREAD
from codegen.walk import Part, resolve, segments, walk_part

_KINDS_OF_TEXT = {"binary", "date", "date-time", "uuid"}
_TYPES_OF_VALUES = {bool: "boolean", float: "number", int: "integer", str: "string", type(None): "null"}


@attrs.frozen
class Members:
    """The properties of an object, those it has from `allOf` first, and the names of those it requires.

    `repeated` holds the former schema of a property that several members describe.
    """

    properties: dict[str, Any] = attrs.field(factory=dict)
    required: set[str] = attrs.field(factory=set)
    repeated: dict[str, Any] = attrs.field(factory=dict)


def reference_of(schema: dict[str, Any]) -> str | None:
    """Return what a schema is another name for, if it is a reference, or composed of nothing but one."""
    if "$ref" in schema:
        return str(schema["$ref"])
    members = composed_of(schema, "allOf", "anyOf", "oneOf")
    return members[0].get("$ref") if len(members) == 1 else None


def composed_of(schema: dict[str, Any], *keywords: str) -> list[dict[str, Any]]:
    """Return the members of some of the keywords `allOf`, `anyOf` and `oneOf`."""
    members = [member for keyword in keywords for member in schema.get(keyword, [])]
    return [member for member in members if isinstance(member, dict)]


def follow(document: dict[str, Any], schema: Any) -> Any:
    """Return what a schema is another name for in the end, or itself."""
    seen: set[str] = set()
    while isinstance(schema, dict) and (reference := reference_of(schema)) and reference not in seen:
        seen.add(reference)
        schema = resolve(document, reference)
    return schema


def alternatives(document: dict[str, Any], schema: Any) -> list[dict[str, Any]]:
    """Return the schemas, none of them a union or another name, one of which a value has to fit."""
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    left = [schema]
    while left:
        each = left.pop()
        if not isinstance(each, dict):
            continue  # a boolean schema
        if each.get("nullable") is True:
            found.append({"type": "null"})
        if reference := reference_of(each):
            if reference not in seen:
                left.append(resolve(document, reference))
            seen.add(reference)
        elif members := composed_of(each, "anyOf", "oneOf"):
            left += reversed(members)
        else:
            found.append(each)
    return found


def kinds(document: dict[str, Any], schema: Any) -> set[str]:
    """Return the kinds of values that a schema allows: its types, where text of a known format is of that kind."""
    return {kind for each in alternatives(document, schema) for kind in _kinds(each)}


def _kinds(schema: dict[str, Any]) -> Iterator[str]:
    for name in types_of(schema):
        is_text = name == "string" and "enum" not in schema and schema.get("format") in _KINDS_OF_TEXT
        yield schema["format"] if is_text else name


def types_of(schema: dict[str, Any]) -> Iterable[str]:
    """Return the types that a schema names, or those that the generator takes it to mean."""
    types = schema.get("type")
    if types is not None:
        return [types] if isinstance(types, str) else types
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return {_TYPES_OF_VALUES.get(type(value), "any") for value in values}
    return ["object"] if {"properties", "allOf"} & schema.keys() else ["any"]


def members_of(document: dict[str, Any], schema: dict[str, Any]) -> Members:
    """Return what an object has, with what it has from `allOf`, in the generator's order."""
    found = Members()
    _collect(document, schema, found, set())
    return found


def _collect(document: dict[str, Any], schema: dict[str, Any], found: Members, seen: set[str]) -> None:
    inline = [schema]
    for member in composed_of(schema, "allOf"):
        reference = member.get("$ref")
        if reference is None:
            inline.append(member)
        elif reference not in seen:
            seen.add(reference)
            target = follow(document, member)
            if isinstance(target, dict):
                _collect(document, target, found, seen)
    for each in inline:
        properties = each.get("properties", {})
        found.repeated.update((name, found.properties[name]) for name in properties.keys() & found.properties.keys())
        found.properties.update(properties)
        found.required.update(each.get("required", []))


def reached(document: dict[str, Any], schemas: Iterable[Part]) -> Iterator[Part]:
    """Yield the given schemas, and all that they hold or refer to."""
    seen: set[str] = set()
    left = list(schemas)
    while left:
        for part in walk_part(left.pop(), UNREAD):
            if part.reference is not None and part.reference not in seen:
                seen.add(part.reference)
                left.append(Part(part.kind, segments(part.reference), resolve(document, part.reference)))
            yield part
