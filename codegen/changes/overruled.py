"""What a provider says now, and its overlay keeps out of the document, where nothing seems to have changed.

A correction puts what was seen in the place of what a page says. When the page then says something else there that
does not fit the correction, the clients go on as if nothing had happened.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from codegen.errors import pointer
from codegen.walk import dereference, walk

DEPTH = 8
"""Levels of schemas in schemas that are compared: a schema may hold itself."""

_Document = dict[str, Any]


def overruled_statements(stages: Sequence[_Document], former: Sequence[_Document]) -> Iterator[tuple[str, str]]:
    """Yield each place where a provider says what does not fit a correction, and what it says.

    Args:
        stages: The provider's own document, and what each correction in turn makes of it.
        former: The same of the older edition: a schema that only the overlay had there is not the provider's.

    """
    for (before, after), older in zip(pairwise(stages), former, strict=False):
        known, kept = _schemas(older), _schemas(after)
        for place, schema in _schemas(before).items():
            is_known = place in known or place.rpartition("/properties/")[0] in known
            if is_known and kept.get(place, schema) != schema:
                with contextlib.suppress(LookupError):  # a page may refer to nothing until its overlay corrects it
                    yield from _misfits(place, _shape(before, schema), _shape(after, kept[place]))


def _schemas(document: _Document) -> dict[str, Any]:
    return {part.location: part.node for part in walk(document) if part.kind == "schema"}


def _misfits(place: str, said: set[str], corrected: set[str]) -> Iterator[tuple[str, str]]:
    fitting = corrected | {kind.replace("number", "integer") for kind in corrected}
    if "any" not in said | corrected:
        yield from ((place, f"now says {kind}") for kind in sorted(said - fitting) if kind[0] != ".")
    for name in sorted(corrected - said):
        if name[0] == ".":
            yield place + pointer("properties", name[1:])[1:], f"no longer describes {name[1:]}"


def _shape(document: _Document, schema: Any, depth: int = DEPTH) -> set[str]:
    """Return the kinds of values that a schema allows, and the names of its properties, each behind a dot."""
    node = dereference(document, schema)
    if not isinstance(node, dict) or not depth:
        return {"any"}
    parts = [each for keyword in ("allOf", "anyOf", "oneOf") for each in node.get(keyword, [])]
    found = {each for part in parts for each in _shape(document, part, depth - 1)}
    found |= {f".{name}" for name in node.get("properties", {})}
    types = node.get("type", "object" if "properties" in node else [] if parts else "any")
    for kind in [types] if isinstance(types, str) else types:
        items = _shape(document, node.get("items", {}), depth - 1) if kind == "array" else ()
        found |= {f"array of {each}" for each in items if each[0] != "."} or {kind}
    return found | ({"null"} if node.get("nullable") is True else set())
