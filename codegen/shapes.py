"""What is more than our templates serve: the rules that hold a document to `codegen.allowlist`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from codegen.allowlist import BESIDE, KEYWORDS, LIMITS, PARAMETERS, PARTS, SCALARS, TOGETHER
from codegen.errors import Problem, pointer
from codegen.schemas import Members, alternatives, decoded, follow, kinds, members_of, reached
from codegen.structure import errors_of
from codegen.walk import Part, dereference

_SHOWN = 100
"""How many characters of a value a problem shows."""

_PARTS = {kind: Draft202012Validator(form) for kind, form in PARTS.items()}


def find_unsupported(parts: Iterable[Part], version: str) -> Iterator[Problem]:
    """Yield which keywords, fields, values and combinations are not supported.

    Args:
        parts: What `walk` yields for a document, without what the client ignores; malformed ones are passed over.
        version: The version of OpenAPI, `3.0` or `3.1`.

    """
    known = KEYWORDS[version].keys() | LIMITS[version].keys()
    leading, combinations = BESIDE.keys() | TOGETHER.keys(), _combinations(version)
    for part in parts:
        if part.kind == "schema" and isinstance(part.node, dict):
            for keyword in part.node:
                if keyword not in known and not keyword.startswith("x-"):
                    yield unsupported(part.location, repr(keyword))
            if part.node.get("format") == "binary" and part.parts[-1] != "schema":
                yield unsupported(part.location, "format: binary in JSON")
            if not leading.isdisjoint(part.node):
                yield from _problems(combinations, part)
        elif part.kind == "schema" and isinstance(part.node, bool):
            yield unsupported(part.location, "a boolean schema")
        elif part.kind in _PARTS and (part.reference is None or part.kind == "path"):
            yield from _problems(_PARTS[part.kind], part)


def unsupported(place: str, what: str) -> Problem:
    """Return the problem of what our templates do not serve."""
    return Problem(place, f"{what} is not supported here: correct it by an overlay")


@cache
def _combinations(version: str) -> Validator:
    shaping = {keyword for keyword in KEYWORDS[version] if not keyword.startswith("x-")}
    rules: dict[str, Any] = {}
    for keyword, beside in BESIDE.items():
        shaping.discard(keyword)
        rules[keyword] = {"propertyNames": {"not": {"enum": sorted(shaping - beside)}}}
    return Draft202012Validator({"allOf": [{"dependentSchemas": rules}, {"dependentSchemas": TOGETHER}]})


def _problems(validator: Validator, part: Part) -> Iterator[Problem]:
    for error in errors_of(validator, part.node):
        what = repr(error.instance) if len(repr(error.instance)) < _SHOWN else f"{error.instance!r:.{_SHOWN}}…"
        place, path = [*part.parts, *error.absolute_path], list(error.absolute_schema_path)
        if "propertyNames" in path and "dependentSchemas" in path:
            what += f" beside {path[path.index('dependentSchemas') + 1]}"
        elif "propertyNames" in path:
            place.append(str(error.instance))
        yield unsupported(pointer(*place), what)


def find_unserved(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    """Yield what, with all that it refers to, could not be sent or read as it is described.

    Args:
        document: A document without malformed parts, in which `find_unsupported` finds nothing.
        parts: What `walk` yields for it, without what the client ignores.

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
                    yield unsupported(part.location, f"a {place} parameter that holds {' or '.join(sorted(unsent))}")


def _all_of(document: dict[str, Any], part: Part) -> Iterator[Problem]:
    """Find what would be lost when an object gets the properties of all members of `allOf`."""
    members = part.members("allOf")
    for member in members if len(members) > 1 else ():
        target = follow(document, member).node
        if not kinds(document, member) <= {"any", "object"} or {"anyOf", "oneOf"} & target.keys():
            yield unsupported(member.location, "a member of allOf that is not an object")
    for name, described in members_of(document, part).properties.items():
        if any(decoded(document, each) != decoded(document, described[0]) for each in described):
            yield unsupported(described[-1].location, f"the property {name!r}, which allOf describes in two ways,")


def _in_json(holders: Iterable[Part]) -> list[Part]:
    """Return the schemas of JSON bodies."""
    media_types = [each for holder in holders for each in holder.members("content")]
    named = ((str(each.parts[-1]).partition(";")[0].strip(), each) for each in media_types)
    return [schema for name, each in named if name.endswith("json") for schema in each.members("schema")]


def _required_of_requests(document: dict[str, Any], part: Part) -> Iterator[Problem]:
    required = part.node.get("required", ())
    for each in part.members("properties") if required else ():
        if each.parts[-1] in required and follow(document, each).node.get("writeOnly") is True:
            yield unsupported(each.location, "a property that responses require, and that is writeOnly,")


def _unread(document: dict[str, Any], union: Part) -> Iterator[Problem]:
    """Find the objects in a union that are taken for one before them, since they have all that this one requires."""
    found = [each for each in alternatives(document, union) if each.node != {"type": "null"}]
    objects = {number: each for number, each in enumerate(found, 1) if kinds(document, each) == {"object"}}
    members = {number: members_of(document, each) for number, each in objects.items()}
    for number, each in members.items():
        before = (earlier for earlier in members if earlier < number)
        for hiding in (earlier for earlier in before if _hides(document, members[earlier], each)):
            text = f"alternative {number} is never read, for it has all that alternative {hiding} requires"
            yield Problem(union.location, f"{text}: correct it by an overlay")
            break


def _hides(document: dict[str, Any], first: Members, second: Members) -> bool:
    return first.required <= second.required and all(
        _decoded(document, first, name) == _decoded(document, second, name) for name in first.required
    )


def _decoded(document: dict[str, Any], members: Members, name: str) -> Any:
    return [decoded(document, each) for each in members.properties[name][-1:]]


def _rows(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    """Find the arrays of rows that are not the only one in one of the shapes of a success."""
    marked = {part.location for part in parts if part.kind == "schema" and "x-rows" in part.node}
    responses = [each for part in parts if part.kind == "operation" and marked for each in part.members("responses")]
    for response in (each for each in responses if str(each.parts[-1]).startswith("2")):
        success = Part("response", response.parts, dereference(document, response.node))
        for shape in (each for schema in _in_json([success]) for each in alternatives(document, schema)):
            arrays = [part for part in reached(document, [shape]) if part.node.get("type") == "array"]
            rows = {part.location for part in arrays if "x-rows" in part.node}
            if len(rows) > 1:
                yield unsupported(response.location, "more than one array with x-rows")
            marked -= rows
    for place in sorted(marked):
        yield unsupported(place, "x-rows")
