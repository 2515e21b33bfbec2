"""Made-up values for the calls in a README."""

from __future__ import annotations

from typing import Any

from codegen.schemas import alternatives, kinds, members_of
from codegen.walk import Part

_VALUES: dict[str, Any] = {
    "array": [],
    "boolean": True,
    "date": "2030-01-31",
    "date-time": "2030-01-31T12:00:00Z",
    "integer": 1,
    "number": 1.5,
    "uuid": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
}
"""By kind, apart from objects; a string is the name of its property."""


def sample_of(document: dict[str, Any], schema: Part, name: str, depth: int = 5) -> Any:
    """Return JSON data that fits a schema, apart from patterns and ranges; objects have what they require."""
    found = [each for each in alternatives(document, schema) if each.node.get("type") != "null"]
    node = found[0].node if found else {}
    for values in ([node[key]] if key == "const" else node[key] for key in ("const", "enum") if key in node):
        return values[0]
    (kind, *_) = sorted(kinds(document, found[0])) if found else ["null"]
    if kind == "object":
        members = members_of(document, found[0])
        required = sorted(members.required & members.properties.keys()) if depth else []
        return {each: sample_of(document, members.properties[each][-1], each, depth - 1) for each in required}
    return _VALUES.get(kind, None if kind == "null" else name.upper().replace("_", "-"))
