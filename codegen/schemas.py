"""Schemas as a client reads them: references, alternatives and the properties of objects.

All functions take a valid document whose references resolve and which has no boolean schemas.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from typing import Any

import attrs

from codegen.allowlist import IGNORED
from codegen.walk import Part, target_of, walk_part

_KINDS_OF_TEXT = {"binary", "date", "date-time", "uuid"}
_STRUCTURE = ("additionalProperties", "allOf", "anyOf", "const", "items", "oneOf", "properties", "required")
_TYPES_OF_VALUES = {bool: "boolean", int: "integer", str: "string", type(None): "null"}


@attrs.frozen
class Members:
    """The properties of an object, including those from `allOf`, and the names of the required ones.

    A property has one schema for each member that describes it; the object's own comes last.
    """

    properties: defaultdict[str, list[Part]] = attrs.field(factory=lambda: defaultdict(list))
    required: set[str] = attrs.field(factory=set)


def reference_of(schema: dict[str, Any]) -> str | None:
    """Return the reference of a schema that is only a reference, or composed of only one."""
    if "$ref" in schema:
        return str(schema["$ref"])
    members = [member for keyword in ("allOf", "anyOf", "oneOf") for member in schema.get(keyword, [])]
    return members[0].get("$ref") if len(members) == 1 else None


def follow(document: dict[str, Any], part: Part) -> Part:
    """Return the schema behind all references, or the schema itself."""
    seen: set[str] = set()
    while (reference := reference_of(part.node)) and reference not in seen:
        seen.add(reference)
        part = target_of(document, part, reference)
    return part


def alternatives(document: dict[str, Any], schema: Part, seen: set[str] | None = None) -> Iterator[Part]:
    """Yield the alternatives of a schema, with unions and references resolved; each reference is followed once."""
    seen = set() if seen is None else seen
    if schema.node.get("nullable") is True:
        yield Part("schema", schema.parts, {"type": "null"})
    if reference := reference_of(schema.node):
        if reference not in seen:
            seen.add(reference)
            yield from alternatives(document, target_of(document, schema, reference), seen)
    elif {"anyOf", "oneOf"} & schema.node.keys():
        for member in (*schema.members("anyOf"), *schema.members("oneOf")):
            yield from alternatives(document, member, seen)
    else:
        yield schema


def kinds(document: dict[str, Any], schema: Part) -> set[str]:
    """Return the kinds of values that a schema allows: its types, or the format of a string in a known one."""
    return {kind for each in alternatives(document, schema) for kind in _kinds(each.node)}


def _kinds(schema: dict[str, Any]) -> Iterator[str]:
    types = schema.get("type", [])
    for name in [types] if isinstance(types, str) else types or _types_without_name(schema):
        is_text = name == "string" and "enum" not in schema and schema.get("format") in _KINDS_OF_TEXT
        yield schema["format"] if is_text else name


def _types_without_name(schema: dict[str, Any]) -> Iterable[str]:
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return {_TYPES_OF_VALUES[type(value)] for value in values}
    return ["object"] if {"properties", "allOf"} & schema.keys() else ["any"]


def decoded(document: dict[str, Any], schema: Part) -> tuple[set[str], dict[str, Any]]:
    """Return what decides how values are decoded; limits do not, nor do the values of an enum, which is open."""
    node = follow(document, schema).node
    return kinds(document, schema), {keyword: node[keyword] for keyword in _STRUCTURE if keyword in node}


def members_of(document: dict[str, Any], schema: Part) -> Members:
    """Return the members of an object, including those from `allOf`."""
    found = Members()
    _collect(document, follow(document, schema), found, set())
    return found


def _collect(document: dict[str, Any], schema: Part, found: Members, seen: set[str]) -> None:
    for member in schema.members("allOf"):
        if member.reference is None:
            _collect(document, member, found, seen)
        elif member.reference not in seen:
            seen.add(member.reference)
            _collect(document, follow(document, member), found, seen)
    for part in schema.members("properties"):
        found.properties[str(part.parts[-1])].append(part)
    found.required.update(schema.node.get("required", []))


def reached(document: dict[str, Any], schemas: Iterable[Part], without: Container[str] = IGNORED) -> Iterator[Part]:
    """Yield the given schemas and everything that they contain or refer to, apart from some fields."""
    seen: set[str] = set()
    left = list(schemas)
    while left:
        for part in walk_part(left.pop(), without):
            if part.reference is not None and part.reference not in seen:
                seen.add(part.reference)
                left.append(target_of(document, part, part.reference))
            yield part
