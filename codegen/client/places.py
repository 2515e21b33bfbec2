"""Where in a document something of the generator's comes from: it keeps descriptions, so the place becomes one."""

from __future__ import annotations

from typing import Any

from codegen.schemas import Members, members_of
from codegen.walk import Part, resolve, segments, walk


def adapt(document: dict[str, Any]) -> None:
    """Change a document into what the generator has to read, in which every part is described by its place.

    It has no defaults: they are what the server assumes, and no client sends them. A `date-time` stands for a
    `date-time-local` beside it, for our decoder takes a time with and without an offset, and the generator knows only
    the first of the two formats.
    """
    for part in list(walk(document)):
        if part.kind in {"schema", "operation", "response", "body"} and isinstance(part.node, dict):
            part.node["description"] = part.location
            if part.kind == "schema":
                part.node.pop("default", None)
                _join_times(part.node)


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


def place_of(described: Any) -> str:
    """Return the place that something of the generator's is described by, or the document itself."""
    description = getattr(described, "description", None) or "#"
    return description if isinstance(description, str) else str(description.get_untrusted_value())


def members_of_model(document: dict[str, Any], model: Any) -> Members:
    """Return the properties that a document describes for a model."""
    place = place_of(model)
    return members_of(document, Part("schema", segments(place), resolve(document, place)))
