"""Where in a document something of the generator's comes from: it keeps descriptions, so the place becomes one."""

from __future__ import annotations

import json
from typing import Any

from codegen.walk import walk


def with_places(document: dict[str, Any]) -> dict[str, Any]:
    """Return a copy in which every part is described by its place, as a JSON Pointer."""
    copy: dict[str, Any] = json.loads(json.dumps(document))
    for part in walk(copy):
        if part.kind in {"schema", "operation", "response", "body"} and isinstance(part.node, dict):
            part.node["description"] = part.location
    return copy


def as_generated(document: dict[str, Any]) -> dict[str, Any]:
    """Return a copy with places, as the generator has to read it.

    It has no defaults: they are what the server assumes, and no client sends them. A `date-time` stands for a
    `date-time-local` beside it, for our decoder takes a time with and without an offset, and the generator knows only
    the first of the two formats.
    """
    copy = with_places(document)
    for part in walk(copy):
        if part.kind == "schema" and isinstance(part.node, dict):
            part.node.pop("default", None)
            _join_times(part.node)
    return copy


def _join_times(schema: dict[str, Any]) -> None:
    alternatives = schema.get("anyOf", ())
    formats = [each.get("format") if isinstance(each, dict) else None for each in alternatives]
    if {"date-time", "date-time-local"} <= set(formats):
        kept = [each for each, name in zip(alternatives, formats, strict=True) if name != "date-time-local"]
        if len(kept) == 1:
            del schema["anyOf"]
            schema |= kept[0] | {"description": schema["description"]}
        else:
            schema["anyOf"] = kept


def place_of(described: Any, otherwise: str = "#") -> str:
    """Return the place that something of the generator's is described by."""
    description = getattr(described, "description", None) or otherwise
    return description if isinstance(description, str) else str(description.get_untrusted_value())
