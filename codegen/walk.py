"""Every part of an OpenAPI document, with its kind and place.

The grammar below is the OpenAPI Specification's, as data: a property that happens to be named `schema` or
`$ref` is never mistaken for a keyword, as a search by key would do.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import Any
from urllib.parse import unquote

import attrs

from codegen.errors import pointer

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

# A flag is a part unless it is a boolean. Fields of an object may be extensions, `x-…`; the keys of a map are names.
ONE, FLAG, LIST, MAP, OBJECT = "one", "flag", "list", "map", "object"

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")

_SCHEMAS_BY_NAME = ("properties", "patternProperties", "dependentSchemas", "$defs")
_SCHEMA_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMAS = (
    "items",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
)
_SCHEMA_FLAGS = ("additionalProperties", "unevaluatedItems", "unevaluatedProperties")

# kind -> field -> (how many, kind of the part)
_GRAMMAR: dict[str, dict[str, tuple[str, str]]] = {
    "document": {"paths": (OBJECT, "path"), "webhooks": (MAP, "path"), "components": (ONE, "components")},
    "components": {
        "schemas": (MAP, "schema"),
        "responses": (MAP, "response"),
        "parameters": (MAP, "parameter"),
        "requestBodies": (MAP, "body"),
        "headers": (MAP, "header"),
        "examples": (MAP, "example"),
        "securitySchemes": (MAP, "security scheme"),
        "links": (MAP, "link"),
        "callbacks": (MAP, "callback"),
        "pathItems": (MAP, "path"),
    },
    "path": {"parameters": (LIST, "parameter")} | dict.fromkeys(METHODS, (ONE, "operation")),
    "operation": {
        "parameters": (LIST, "parameter"),
        "requestBody": (ONE, "body"),
        "responses": (OBJECT, "response"),
        "callbacks": (MAP, "callback"),
    },
    "parameter": {"schema": (ONE, "schema"), "content": (MAP, "media type"), "examples": (MAP, "example")},
    "header": {"schema": (ONE, "schema"), "content": (MAP, "media type"), "examples": (MAP, "example")},
    "body": {"content": (MAP, "media type")},
    "response": {"content": (MAP, "media type"), "headers": (MAP, "header"), "links": (MAP, "link")},
    "media type": {"schema": (ONE, "schema"), "examples": (MAP, "example"), "encoding": (MAP, "encoding")},
    "encoding": {"headers": (MAP, "header")},
    "schema": (
        dict.fromkeys(_SCHEMAS_BY_NAME, (MAP, "schema"))
        | dict.fromkeys(_SCHEMA_LISTS, (LIST, "schema"))
        | dict.fromkeys(_SCHEMAS, (ONE, "schema"))
        | dict.fromkeys(_SCHEMA_FLAGS, (FLAG, "schema"))
    ),
}


class CircularReference(LookupError):  # noqa: N818 - the name says what is wrong
    """A reference leads back to itself through other references."""


@attrs.frozen
class Part:
    """One part of a document: its kind in the grammar, the keys on the way to it, and its value.

    A Reference Object has the kind of its target.
    """

    kind: str
    parts: tuple[str | int, ...]
    node: Any

    @property
    def location(self) -> str:
        """The place of the part, as a JSON Pointer."""
        return pointer(*self.parts)

    @property
    def reference(self) -> str | None:
        """The reference of the part, if it is a Reference Object."""
        reference = self.node.get("$ref") if isinstance(self.node, dict) else None
        return reference if isinstance(reference, str) else None

    def members(self, field: str) -> list[Part]:
        """Return the parts in one of the fields of the part."""
        if not isinstance(self.node, dict) or field not in self.node:
            return []
        count, kind = _GRAMMAR[self.kind][field]
        return [Part(kind, *each) for each in _parts(self.node[field], count, (*self.parts, field))]


def walk(document: dict[str, Any], without: Container[str] = ()) -> Iterator[Part]:
    """Yield every part of a document, an outer part before its inner ones; malformed parts are skipped.

    Args:
        document: An OpenAPI document, valid or not.
        without: Fields of the specification, such as `headers`, that are left out with everything in them.

    """
    yield from walk_part(Part("document", (), document), without)


def walk_part(part: Part, without: Container[str] = ()) -> Iterator[Part]:
    """Yield a part and every part in it, as `walk` does for the whole document."""
    left = [part]
    while left:
        part = left.pop()
        yield part
        if isinstance(part.node, dict):
            left += reversed(_inner(part, without))


def _inner(part: Part, without: Container[str]) -> list[Part]:
    fields = [field for field in _GRAMMAR.get(part.kind, {}) if field in part.node and field not in without]
    found = [each for field in fields for each in part.members(field)]
    if part.kind == "callback" and part.reference is None:  # its fields are expressions for paths
        found += [Part("path", *each) for each in _parts(part.node, OBJECT, part.parts)]
    return found


def _parts(value: Any, count: str, parts: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if count == ONE or (count == FLAG and not isinstance(value, bool)):
        yield parts, value
    elif count == LIST and isinstance(value, list):
        yield from (((*parts, index), item) for index, item in enumerate(value))
    elif count == MAP and isinstance(value, dict):
        yield from (((*parts, key), item) for key, item in value.items())
    elif count == OBJECT and isinstance(value, dict):
        yield from (((*parts, key), item) for key, item in value.items() if not key.startswith("x-"))


def resolve(document: dict[str, Any], reference: str) -> Any:
    """Return the target of a local reference, `#/…`.

    Raises:
        LookupError: The target is missing, or the reference is not local.

    """
    if not reference.startswith("#/"):
        raise LookupError(reference)
    node: Any = document
    for key in segments(reference):
        if isinstance(node, list) and _INDEX.fullmatch(key):
            node = node[int(key)]
        elif isinstance(node, dict):
            node = node[key]
        else:
            raise LookupError(reference)
    return node


def target_of(document: dict[str, Any], part: Part, reference: str) -> Part:
    """Return the target of a local reference as a part, of the same kind as the part that refers to it.

    Raises:
        LookupError: As `resolve`.

    """
    return Part(part.kind, segments(reference), resolve(document, reference))


def dereference(document: dict[str, Any], node: Any) -> Any:
    """Return the node behind all references, or the node itself if it is not a Reference Object.

    Raises:
        CircularReference: The references form a circle.
        LookupError: As `resolve`.

    """
    seen: set[str] = set()
    while isinstance(node, dict) and isinstance(reference := node.get("$ref"), str):
        if reference in seen:
            raise CircularReference(reference)
        seen.add(reference)
        node = resolve(document, reference)
    return node


def segments(reference: str) -> tuple[str, ...]:
    """Return the keys of a local reference, `#/…`."""
    # https://datatracker.ietf.org/doc/html/rfc6901#section-6: the fragment is percent-encoded.
    keys = unquote(reference).removeprefix("#/").split("/")
    return tuple(key.replace("~1", "/").replace("~0", "~") for key in keys)
