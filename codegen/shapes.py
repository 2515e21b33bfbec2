"""Shapes that are valid OpenAPI, and that the generator would turn into wrong code without a word.

Each rule is a function from a part of the document to what is wrong with it, and how an overlay repairs it. The rules
about names are in `codegen.names`, and those about texts in `codegen.texts`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from codegen import client
from codegen.errors import Problem
from codegen.names import find_unsafe_names
from codegen.schemas import Members, alternatives, composed_of, follow, kinds, members_of, reached, reference_of
from codegen.walk import Part, dereference, segments, walk

_IGNORED = {
    "$anchor": "refer by JSON Pointer",
    "$defs": "hoist its schemas into the components",
    "$dynamicAnchor": "refer by JSON Pointer",
    "$dynamicRef": "refer by JSON Pointer",
    "$id": "references are resolved from the document's root",
    "discriminator": "give each alternative a required const that tells it from the others",
}

# What makes a schema more than a limit on what another one says.
_STRUCTURE = {"$ref", "allOf", "const", "enum", "items", "properties", "type"}

_DESCRIPTIONS = {"default", "deprecated", "description", "example", "examples", "externalDocs", "title"}

_WORDS = {"any", "date", "integer", "number", "string", "uuid"}
_QUERY = _WORDS | {"boolean", "date-time", "null"}
_PLAIN = {"path": _WORDS, "query": _QUERY, "header": {"boolean", "integer", "number", "string"}, "cookie": {"string"}}
_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}

# https://spec.openapis.org/oas/v3.1.0#parameter-object: "the parameter definition SHALL be ignored".
_IGNORED_HEADERS = {"accept", "authorization", "content-type"}

_READ = re.compile(
    r"(?i)(?:text/[\w.+-]+|application/(?:[\w.-]+\+)?json|application/octet-stream)(?:;[ -~]*)?", re.ASCII
)

_TEXT = {"date", "date-time", "string", "uuid"}


def find_unsafe_shapes(document: dict[str, Any]) -> Iterator[Problem]:
    """Yield what the generator would get wrong in a valid document whose references all resolve."""
    parts = list(walk(document, without=client.UNREAD))
    for part in parts:
        for rule in _rules(part):
            for text in rule(document, part):
                yield Problem(part.location, text)
    yield from _json(document, parts)
    yield from find_unsafe_names(document, parts)


def _boolean(_: dict[str, Any], __: Part) -> Iterator[str]:
    yield "a boolean schema is not supported: write {}, or leave it away"


def _reference(_: dict[str, Any], part: Part) -> Iterator[str]:
    place = segments(str(part.reference))
    if place[:2] != ("components", "schemas") or len(place) != 3:  # noqa: PLR2004 - and the schema's name
        yield "refers to a schema that has no name: hoist it into the components' schemas"
    for keyword in ("properties", "allOf", "anyOf", "oneOf", "nullable"):
        if part.node.get(keyword):
            yield f"{keyword} beside $ref would be ignored: write allOf, with the reference in it"


def _keywords(document: dict[str, Any], part: Part) -> Iterator[str]:
    for keyword, repair in _IGNORED.items():
        if keyword in part.node:
            yield f"{keyword} is not supported: {repair}"
    if part.node.get("nullable") and document["openapi"].startswith("3.1"):
        yield "nullable means nothing in OpenAPI 3.1: add the type 'null'"
    if "patternProperties" in part.node and part.node.get("additionalProperties") is False:
        yield "patternProperties would be dropped: leave additionalProperties: false away"


def _null(document: dict[str, Any], part: Part) -> Iterator[str]:
    """Find a null, or another type, that is lost beside a keyword which the generator reads first."""
    schema = part.node
    is_nullable = schema.get("nullable") is True and document["openapi"].startswith("3.0")
    composed = [keyword for keyword in ("enum", "anyOf", "oneOf") if keyword in schema]
    composed += ["allOf"] if "allOf" in schema and reference_of(schema) else []
    if isinstance(schema.get("type"), list) and len(schema["type"]) > 1:
        for keyword in composed:
            yield f"a list of types beside {keyword} is not read right: write anyOf, with an alternative for each"
    if is_nullable and "type" in schema:
        for keyword in composed:
            repair = "write allOf with a reference to the enum" if keyword == "enum" else "leave the type away"
            yield f"nullable and a type beside {keyword} are not read right: {repair}"
    elif is_nullable and not composed_of(schema, "allOf", "anyOf", "oneOf"):
        for keyword in sorted({"additionalProperties", "enum", "items", "properties"} & schema.keys()):
            yield f"nullable beside {keyword} means nothing without a type: add the type"


def _constants(_: dict[str, Any], part: Part) -> Iterator[str]:
    schema = part.node
    for keyword in ("const", "default"):
        text = schema.get(keyword)
        if isinstance(text, str) and ("\\" in text or '"' in text):
            yield f"a {keyword} with a backslash or a quote would be generated as another text: leave it away"
    if "const" in schema and schema["const"] is None:
        yield "a const of null is not supported: write type: 'null'"
    elif "const" in schema and type(schema["const"]) not in {bool, int, str}:
        yield "a const that is no text, integer or boolean is not supported: leave it away"
    typed = {"allOf", "anyOf", "const", "enum", "oneOf", "properties", "type"}
    if isinstance(schema.get("default"), dict | list) and not typed & schema.keys():
        yield "a default that is an array or an object would be shared by all models: leave it away"


def _unions(document: dict[str, Any], part: Part) -> Iterator[str]:
    schema = part.node
    unions = [keyword for keyword in ("anyOf", "oneOf") if keyword in schema]
    for union in unions:
        for keyword in ("properties", "allOf", "items", "enum"):
            if keyword in schema:
                yield f"{keyword} beside {union} would be lost: put it into the alternatives"
    if unions:
        found = [each for each in alternatives(document, schema) if _kinds_of(each) != {"null"}]
        yield from _objects_in_union(
            document, {number: members_of(document, each) for number, each in enumerate(found, 1) if _is_object(each)}
        )


def _kinds_of(schema: dict[str, Any]) -> set[str]:
    return kinds({}, schema)


def _is_object(schema: dict[str, Any]) -> bool:
    return _kinds_of(schema) == {"object"}


def _objects_in_union(document: dict[str, Any], objects: dict[int, Members]) -> Iterator[str]:
    """Find an object that is taken for one before it, since it has all that the one before requires."""
    for number, other in objects.items():
        before = [earlier for earlier in objects if earlier < number]
        for earlier in before:
            yield from _enums_as_constants(document, objects[earlier], other)
        hiding = next((earlier for earlier in before if _hides(objects[earlier], other)), None)
        if hiding is not None:
            yield (
                f"alternative {number} would never be read, for it has all that alternative {hiding} requires: "
                f"put it first, or let alternative {hiding} require what it lacks"
            )


def _hides(first: Members, second: Members) -> bool:
    return first.required <= second.required and all(
        _plain(first.properties.get(name)) == _plain(second.properties.get(name)) for name in first.required
    )


def _enums_as_constants(document: dict[str, Any], first: Members, second: Members) -> Iterator[str]:
    for name in sorted(first.properties.keys() & second.properties.keys()):
        both = [follow(document, members.properties[name]) for members in (first, second)]
        if all(isinstance(schema, dict) and len(schema.get("enum", [])) == 1 for schema in both):
            yield f"the enum of one value at {name!r} would not tell the alternatives apart: write const"


def _plain(schema: Any) -> Any:
    """Return a schema without what only describes it."""
    if not isinstance(schema, dict):
        return schema
    return {key: value for key, value in schema.items() if key not in _DESCRIPTIONS and not key.startswith("x-")}


def _all_of(document: dict[str, Any], part: Part) -> Iterator[str]:
    schema = part.node
    if "allOf" not in schema or schema.get("type", "object") != "object":
        return  # the generator reads the type then
    if reference_of(schema):
        if schema.get("properties"):
            yield "properties beside an allOf of one reference would be lost: put them into the list"
        return
    structured = [index for index, each in enumerate(schema["allOf"]) if not _is_limit(each)]
    if not structured and not schema.get("properties"):
        yield "allOf merges properties, and here are none: unwrap it"
    for index in structured:
        member = schema["allOf"][index]
        if not isinstance(member, dict) or not _is_merged(document, member):
            yield f"allOf[{index}] is no object, and allOf merges properties: unwrap it, or write the type beside it"
        elif not all(map(_is_limit, composed_of(member, "allOf", "anyOf", "oneOf"))):
            yield f"allOf[{index}] is composed itself, which would be lost: flatten it"
    found = members_of(document, schema)
    for name in sorted(found.repeated):
        both = [follow(document, each) for each in (found.repeated[name], found.properties[name])]
        if _plain(both[0]) != _plain(both[1]) and not all(_is_scalar(document, each) for each in both):
            yield f"one of the descriptions of the property {name!r} in allOf would be lost: leave one"


def _is_scalar(document: dict[str, Any], schema: Any) -> bool:
    found = kinds(document, schema)
    return len(found) == 1 and found <= _QUERY


def _is_limit(schema: Any) -> bool:
    """Whether a schema only limits or describes what another one says: the generator passes over that."""
    if not isinstance(schema, dict) or _STRUCTURE & schema.keys():
        return False
    return all(map(_is_limit, composed_of(schema, "anyOf", "oneOf")))


def _is_merged(document: dict[str, Any], member: dict[str, Any]) -> bool:
    """Whether the generator finds the properties of a member of allOf."""
    target = follow(document, member)
    if not isinstance(target, dict) or not {"type", "properties", "allOf"} & target.keys():
        return False
    if "$ref" in member and (target.get("nullable") is True or composed_of(target, "anyOf", "oneOf")):
        return False
    return target.get("type", "object") == "object" and not {"const", "enum", "items"} & target.keys()


def _parameter(document: dict[str, Any], part: Part) -> Iterator[str]:
    name, place = part.node["name"], part.node["in"]
    if "schema" not in part.node:
        yield "a parameter without a schema would be left out: give it one instead of content"
        return
    if place == "header" and name.lower() in _key_headers(document):
        yield f"the header {name!r} is not for the caller to give: remove it, and describe a key as a security scheme"
    schema = part.node["schema"]
    style = part.node.get("style", _STYLES[place])
    if style != _STYLES[place]:
        yield f"the style {style} is not supported: describe the parameter as a string"
        return
    if place == "query" and part.node.get("explode") is False and kinds(document, schema) & {"array", "object"}:
        yield "explode: false is not supported: describe the parameter as a string"
    if wrong := _sent_wrong(document, place, schema):
        yield f"a {place} parameter that is {', '.join(sorted(wrong))} would be sent wrong: describe it as a string"


def _key_headers(document: dict[str, Any]) -> set[str]:
    schemes = document.get("components", {}).get("securitySchemes", {}).values()
    found = [dereference(document, scheme) for scheme in schemes]
    return _IGNORED_HEADERS | {scheme["name"].lower() for scheme in found if scheme.get("in") == "header"}


def _sent_wrong(document: dict[str, Any], place: str, schema: Any) -> set[str]:
    """Return the kinds of values that the generator's str() makes something else of."""
    found = kinds(document, schema)
    wrong = found - _PLAIN[place]
    if place == "header" and len(found) > 1:
        return found
    if place == "query":
        held = [_held(each) for each in alternatives(document, schema)]
        nested = {kind for kind, parts in held if not all(kinds(document, each) <= _QUERY for each in parts)}
        wrong -= ({"array", "object"} if len(found) == 1 else {"array"}) - nested
    return wrong


def _held(schema: dict[str, Any]) -> tuple[str, list[Any]]:
    """Return a schema's kind, and the schemas of what it holds."""
    if schema.get("type") == "array":
        return "array", [*schema.get("prefixItems", []), schema.get("items", {})]
    return "object", list(schema.get("properties", {}).values())


def _operation(document: dict[str, Any], part: Part) -> Iterator[str]:
    if document.get("security") and "security" not in part.node:
        yield "the document's security would be ignored: repeat it in the operation"
    yield from _servers(document, part)


def _servers(document: dict[str, Any], part: Part) -> Iterator[str]:
    if part.node.get("servers", document.get("servers")) != document.get("servers"):
        yield "servers would be ignored here: move them to the document"


def _path_reference(_: dict[str, Any], __: Part) -> Iterator[str]:
    yield "the operations of a path given by reference would be left out: write them here"


def _body(document: dict[str, Any], part: Part) -> Iterator[str]:
    content = part.node["content"]
    if len(content) > 1:
        yield "the media types of a body would be told apart by the argument's type, and none is required: keep one"
    for media, holder in content.items():
        if _essence(media) == "multipart/form-data":
            yield "multipart/form-data is not supported: describe application/octet-stream instead"
        elif _essence(media) == "application/x-www-form-urlencoded":
            yield from _misread(document, media, holder, {"object"}, "an object")
        elif _essence(media) == "application/octet-stream":
            yield from _misread(document, media, holder, {"binary"}, "a string of format binary")


def _response(document: dict[str, Any], part: Part) -> Iterator[str]:
    content = part.node.get("content", {})
    if len(content) > 1:
        yield "only the first of several media types would be read: keep one"
    for media, holder in content.items():
        if not _READ.fullmatch(media):
            yield f"the media type {media!r} would not be read: describe JSON, text or application/octet-stream"
        elif _essence(media).startswith("text/"):
            yield from _misread(document, media, holder, _TEXT, "a string")
        elif _essence(media) == "application/octet-stream":
            yield from _misread(document, media, holder, {"binary"}, "a string of format binary")


def _essence(media: str) -> str:
    return media.split(";", maxsplit=1)[0].strip().lower()


def _misread(document: dict[str, Any], media: str, holder: dict[str, Any], fit: set[str], repair: str) -> Iterator[str]:
    unfit = kinds(document, holder.get("schema", {})) - fit - {"any"}
    if unfit:
        yield f"{media} would be taken for {', '.join(sorted(unfit))}: describe it as {repair}"


def _json(document: dict[str, Any], parts: list[Part]) -> Iterator[Problem]:
    """Look at all that is read from JSON, or written to it."""
    holders = [part for part in parts if part.kind in {"body", "response"} and part.reference is None]
    for kind in ("body", "response"):
        schemas = [
            Part("schema", (*part.parts, "content", media, "schema"), holder["schema"])
            for part in holders
            for media, holder in part.node.get("content", {}).items()
            if part.kind == kind and _essence(media).endswith("json") and "schema" in holder
        ]
        for part in reached(document, schemas):
            if isinstance(part.node, dict):
                for text in _in_json(document, part.node, kind):
                    yield Problem(part.location, text)


def _in_json(document: dict[str, Any], schema: dict[str, Any], kind: str) -> Iterator[str]:
    if schema.get("type") == "string" and schema.get("format") == "binary":
        yield "JSON holds no bytes: leave format: binary away"
    for name in schema.get("required", []) if kind == "response" else ():
        target = follow(document, schema.get("properties", {}).get(name))
        if isinstance(target, dict) and target.get("writeOnly") is True:
            yield f"the property {name!r} is for requests alone, and no response would fit: do not require it"


_Rule = Callable[[dict[str, Any], Part], Iterator[str]]

_RULES: dict[str, tuple[_Rule, ...]] = {
    "schema": (_keywords, _null, _constants, _unions, _all_of),
    "parameter": (_parameter,),
    "path": (_servers,),
    "operation": (_operation,),
    "body": (_body,),
    "response": (_response,),
}
_REFERENCE_RULES: dict[str, tuple[_Rule, ...]] = {"schema": (_reference,), "path": (_path_reference,)}


def _rules(part: Part) -> Iterable[_Rule]:
    if part.kind == "schema" and isinstance(part.node, bool):
        return (_boolean,)
    return (_RULES if part.reference is None else _REFERENCE_RULES).get(part.kind, ())
