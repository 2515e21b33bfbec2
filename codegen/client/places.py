"""The place in the document of each part that the generator has read, kept in its description."""

from __future__ import annotations

from typing import Any

from codegen.schemas import Members, members_of
from codegen.walk import Part, resolve, segments, walk


def adapt(document: dict[str, Any]) -> None:
    """Prepare a document for the generator, with the place of every part as its description.

    Defaults are removed: the server assumes them, and no client sends them. A `date-time-local` beside a `date-time` is
    removed, because our decoder reads times with and without an offset, and the generator knows only `date-time`.
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
        both = zip(alternatives, formats, strict=True)
        schema["anyOf"] = [each for each, name in both if name != "date-time-local"]


def place_of(described: Any) -> str:
    """Return the place that describes a part of the generator, or `#`."""
    description = getattr(described, "description", None) or "#"
    return description if isinstance(description, str) else str(description.get_untrusted_value())


def members_of_model(document: dict[str, Any], model: Any) -> Members:
    """Return the properties that a document describes for a model."""
    place = place_of(model)
    return members_of(document, Part("schema", segments(place), resolve(document, place)))
