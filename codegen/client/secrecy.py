"""Which properties no `repr` may show: what the document marks, for the object that has the property alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen.walk import resolve

_COMPOSED = ("allOf", "anyOf", "oneOf")


def hidden_properties(document: dict[str, Any], schema: dict[str, Any]) -> frozenset[str]:
    """Return the names of an object's properties that are secret.

    A property is secret if its schema, or one that it refers to or is composed of, says `x-sensitive: true`,
    `format: password` or `writeOnly: true`. The properties of an object in it are that object's own.
    """
    return frozenset(name for name, each in _properties(document, schema) if _is_secret(document, each, set()))


def _properties(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield all descriptions of an object's properties, those that it has from `allOf` included."""
    if "$ref" in schema:
        yield from _properties(document, resolve(document, schema["$ref"]))
    yield from schema.get("properties", {}).items()
    for member in schema.get("allOf", []):
        yield from _properties(document, member)


def _is_secret(document: dict[str, Any], schema: Any, seen: set[str]) -> bool:
    if not isinstance(schema, dict) or schema.get("$ref") in seen:
        return False
    if schema.get("x-sensitive") is True or schema.get("writeOnly") is True or schema.get("format") == "password":
        return True
    if "$ref" in schema:
        return _is_secret(document, resolve(document, schema["$ref"]), {*seen, schema["$ref"]})
    if schema.get("properties"):
        return False
    parts = [each for keyword in _COMPOSED for each in schema.get(keyword, [])]
    parts += [schema[keyword] for keyword in ("items", "additionalProperties") if keyword in schema]
    return any(_is_secret(document, each, seen) for each in parts)
