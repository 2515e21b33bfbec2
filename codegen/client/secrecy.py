"""The properties that no `repr` may show: those that the document marks, in the object that has the property."""

from __future__ import annotations

from typing import Any

from codegen.client.places import members_of_model
from codegen.walk import resolve

_COMPOSED = ("allOf", "anyOf", "oneOf")


def hidden_properties(document: dict[str, Any], model: Any) -> frozenset[str]:
    """Return the names of a model's properties that are secret.

    A property is secret if its schema, or one that it refers to or is composed of, has `x-sensitive: true`,
    `format: password` or `writeOnly: true`. The properties of an object in it belong to that object.
    """
    properties = members_of_model(document, model).properties
    return frozenset(
        name
        for name, described in properties.items()
        if any(_is_secret(document, each.node, set()) for each in described)
    )


def _is_secret(document: dict[str, Any], schema: Any, seen: set[str]) -> bool:
    if not isinstance(schema, dict) or schema.get("$ref") in seen:
        return False
    if schema.get("x-sensitive") is True or schema.get("writeOnly") is True or schema.get("format") == "password":
        return True
    if "$ref" in schema:
        seen.add(schema["$ref"])
        return _is_secret(document, resolve(document, schema["$ref"]), seen)
    if schema.get("properties"):
        return False
    parts = [each for keyword in _COMPOSED for each in schema.get(keyword, [])]
    parts += [schema[keyword] for keyword in ("items", "additionalProperties") if keyword in schema]
    return any(_is_secret(document, each, seen) for each in parts)
