"""Every part of an OpenAPI document, with its kind and its place.

The grammar below is the OpenAPI Specification's, as data: a property that happens to be named `schema` or
`$ref` is never taken for a keyword, which a search by key would do.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from codegen.errors import pointer

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

ONE, LIST, MAP = "one", "list", "map"

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
    "additionalProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
)

# kind -> field -> (how many, kind of the part)
_GRAMMAR: dict[str, dict[str, tuple[str, str]]] = {
    "document": {"paths": (MAP, "path"), "webhooks": (MAP, "path"), "components": (ONE, "components")},
    "components": {
        "schemas": (MAP, "schema"),
        "responses": (MAP, "response"),
        "parameters": (MAP, "parameter"),
        "requestBodies": (MAP, "body"),
        "headers": (MAP, "header"),
        "examples": (MAP, "example"),
        "securitySchemes": (MAP, "security scheme"),
        "pathItems": (MAP, "path"),
    },
    "path": {"parameters": (LIST, "parameter")} | dict.fromkeys(METHODS, (ONE, "operation")),
    "operation": {
        "parameters": (LIST, "parameter"),
        "requestBody": (ONE, "body"),
        "responses": (MAP, "response"),
        "callbacks": (MAP, "callback"),
    },
    "parameter": {"schema": (ONE, "schema"), "content": (MAP, "media type"), "examples": (MAP, "example")},
    "header": {"schema": (ONE, "schema"), "content": (MAP, "media type"), "examples": (MAP, "example")},
    "body": {"content": (MAP, "media type")},
    "response": {"content": (MAP, "media type"), "headers": (MAP, "header")},
    "media type": {"schema": (ONE, "schema"), "examples": (MAP, "example")},
    "schema": (
        dict.fromkeys(_SCHEMAS_BY_NAME, (MAP, "schema"))
        | dict.fromkeys(_SCHEMA_LISTS, (LIST, "schema"))
        | dict.fromkeys(_SCHEMAS, (ONE, "schema"))
    ),
}


@attrs.frozen
class Part:
    """One part of a document: its kind in the grammar, the keys that lead to it, and itself.

    A part that is a Reference Object has the kind of what it stands for.
    """

    kind: str
    parts: tuple[str | int, ...]
    node: Any

    @property
    def location(self) -> str:
        """The part's place as a JSON Pointer."""
        return pointer(*self.parts)

    @property
    def reference(self) -> str | None:
        """What the part refers to, if it is a Reference Object."""
        reference = self.node.get("$ref") if isinstance(self.node, dict) else None
        return reference if isinstance(reference, str) else None


def walk(document: dict[str, Any]) -> Iterator[Part]:
    """Yield every part of a document, an outer one before those in it; what is malformed is passed over."""
    yield from _walk(Part("document", (), document))


def _walk(part: Part) -> Iterator[Part]:
    yield part
    if not isinstance(part.node, dict):
        return
    for field, (count, kind) in _GRAMMAR.get(part.kind, {}).items():
        if field in part.node:
            for parts, node in _parts(part.node[field], count, (*part.parts, field)):
                yield from _walk(Part(kind, parts, node))


def _parts(value: Any, count: str, parts: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if count == ONE:
        yield parts, value
    elif count == LIST and isinstance(value, list):
        yield from (((*parts, index), item) for index, item in enumerate(value))
    elif count == MAP and isinstance(value, dict):
        yield from (((*parts, key), item) for key, item in value.items())


def resolve(document: dict[str, Any], reference: str) -> Any:
    """Return what a local reference, `#/…`, stands for.

    Raises:
        LookupError: There is nothing at that place, or the reference is not local.

    """
    if not reference.startswith("#/"):
        raise LookupError(reference)
    node: Any = document
    for part in reference[2:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and key.isdecimal():
            node = node[int(key)]
        elif isinstance(node, dict):
            node = node[key]
        else:
            raise LookupError(reference)
    return node
