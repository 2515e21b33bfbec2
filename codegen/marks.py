"""Our own marks, and those without effect: misspelled, or in a place where no stage reads them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from codegen.errors import Problem, pointer, unsupported
from codegen.walk import Part

MARKS: dict[str, frozenset[str]] = {
    "schema": frozenset({"x-enum-varnames", "x-rows", "x-sensitive"}),
    "parameter": frozenset({"x-reserved"}),
}
"""The marks of each kind of part."""

_ALL = sorted(frozenset[str]().union(*MARKS.values()))
_SIMILARITY = 0.8

_INNER = {"additionalProperties", "allOf", "anyOf", "items", "oneOf"}
"""The fields whose schemas describe parts of a property's value."""


def find_idle_marks(parts: Iterable[Part], read: Iterable[Part]) -> Iterator[Problem]:
    """Yield the marks without effect, and keys that are probably misspelled marks.

    Args:
        parts: What `walk` yields for a document.
        read: The same without the parts that the client ignores.

    """
    places = {part.parts for part in read}
    for part in parts:
        for key in part.node if isinstance(part.node, dict) else ():
            if not key.startswith("x-"):
                continue
            place = pointer(*part.parts, key)
            if key in _ALL:
                is_read = key in MARKS.get(part.kind, ()) and part.parts in places
                if not is_read or (key == "x-sensitive" and _is_outermost(part)):
                    yield unsupported(place, key)
            elif near := difflib.get_close_matches(key, _ALL, n=1, cutoff=_SIMILARITY):
                yield Problem(place, f"is unknown: did you mean {near[0]}?")


def _is_outermost(part: Part) -> bool:
    """Whether a schema describes a whole parameter or body, and not a property, which a `repr` would show."""
    keys = list(part.parts)
    while isinstance(keys[-1], int) or keys[-1] in _INNER:
        keys.pop()
    return keys[-1] == "schema" and keys[-2] != "properties"
