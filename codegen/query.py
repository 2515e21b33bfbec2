"""RFC 9535 JSONPath: the strict mode of python-jsonpath.

The library passes the JSONPath compliance suite. It evaluates these rare queries differently, and no overlay needs
them: `@` alone where it is a primitive (`?@` is false for 0, and `count(@)` fails), `true == 1` inside arrays and
objects, `<` and `>` between booleans, `$` in a filter inside a filter, and `.😀` (write `['😀']`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, NamedTuple

from jsonpath import JSONPathEnvironment, JSONPathError, JSONPathMatch
from jsonpath.exceptions import JSONPathRecursionError
from jsonpath.segments import JSONPathChildSegment, JSONPathSegment
from jsonpath.selectors import NameSelector

# strict: the extensions of this library to RFC 9535 are syntax errors.
_JSONPATH = JSONPathEnvironment(strict=True)


class Match(NamedTuple):
    """A node that a query selected; `parts` are the keys and indices on the way to it."""

    parts: tuple[str | int, ...]
    node: Any


class QueryError(ValueError):
    """What is wrong with a query, as a sentence whose subject is the query."""


def select(document: dict[str, Any], query: str) -> list[Match]:
    """Return the distinct nodes that a query selects; JSONPath itself may list a node twice.

    Raises:
        QueryError: The query is invalid, not supported, or nested too deeply, or the document is.

    """
    try:
        found = {match.parts: match.obj for match in _nodes(_JSONPATH.finditer(query, document))}
    except (RecursionError, JSONPathRecursionError) as error:
        raise QueryError("is nested too deeply, or the document is") from error
    except (JSONPathError, ValueError, OverflowError) as error:  # the latter two: a malformed or huge number
        raise QueryError(f"is not RFC 9535 JSONPath: {error.args[0]}") from error
    except TypeError as error:
        raise QueryError(f"is not supported: {error}") from error
    return [Match(parts, node) for parts, node in found.items()]


def nearest(document: dict[str, Any], query: str) -> str | None:
    """Return the existing path nearest to a query without matches, plus a key similar to the next one, if there is one.

    Returns None if not even the first step matches. The query must be valid and select nothing.
    """
    path: Any = _JSONPATH.compile(query)
    segments = iter(path.segments)
    found = list(_JSONPATH.finditer("$", document))
    while further := list(_nodes((segment := next(segments)).resolve(found))):
        found = further
    return _path((*found[0].parts, *_similar_key(found[0].obj, segment)))


def _similar_key(node: Any, segment: JSONPathSegment) -> list[str]:
    """Return the key of a node that is most similar to a name in a segment, if there is one."""
    if not isinstance(segment, JSONPathChildSegment) or not isinstance(node, dict):
        return []
    lowered = {key.lower(): key for key in node}
    names = [each.name.lower() for each in segment.selectors if isinstance(each, NameSelector)]
    similar = [key for name in names for key in difflib.get_close_matches(name, lowered, n=1)]
    return [lowered[key] for key in similar[:1]]


def _path(parts: Iterable[str | int]) -> str | None:
    """Return a path as people write it, or None for the whole document."""
    steps = [f".{part}" if isinstance(part, str) and part.isidentifier() else f"[{part!r}]" for part in parts]
    return f"${''.join(steps)}" if steps else None


def _nodes(matches: Iterable[JSONPathMatch]) -> Iterable[JSONPathMatch]:
    """Drop the characters of strings, which the library slices like arrays."""
    return (match for match in matches if match.parent is None or not isinstance(match.parent.obj, str))
