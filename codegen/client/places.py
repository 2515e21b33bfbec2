"""Where in a document something of the generator's comes from: it keeps descriptions, so the place becomes one."""

from __future__ import annotations

from typing import Any

from codegen.schemas import Members, members_of
from codegen.walk import Part, resolve, segments, walk


def describe_places(document: dict[str, Any]) -> None:
    """Describe every part of a document by its place, as a JSON Pointer, and remove the defaults of its schemas.

    A default is what the server assumes, and no client sends it.
    """
    for part in walk(document):
        if part.kind in {"schema", "operation", "response", "body"} and isinstance(part.node, dict):
            part.node["description"] = part.location
            if part.kind == "schema":
                part.node.pop("default", None)


def place_of(described: Any) -> str:
    """Return the place that something of the generator's is described by, or the document itself."""
    description = getattr(described, "description", None) or "#"
    return description if isinstance(description, str) else str(description.get_untrusted_value())


def members_of_model(document: dict[str, Any], model: Any) -> Members:
    """Return the properties that a document describes for a model."""
    place = place_of(model)
    return members_of(document, Part("schema", segments(place), resolve(document, place)))
