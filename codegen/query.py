"""RFC 9535 JSONPath: the strict mode of python-jsonpath, mended where it still departs from the RFC.

The library passes the JSONPath compliance suite, whose cases end before these: comparisons tell `true` from 1
at the first level only, and order booleans; `@` is no node list when it is a primitive, so that `?@` is false
for 0 and `count(@)` fails; `$` inside a filter of a filter is not the document; `.😀` is no name; a string is sliced.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, NamedTuple

from jsonpath import JSONPathEnvironment, JSONPathError, JSONPathMatch, NodeList
from jsonpath.filter import BaseExpression, RelativeFilterQuery
from jsonpath.lex import Lexer
from jsonpath.parse import Parser
from jsonpath.segments import JSONPathChildSegment, JSONPathSegment
from jsonpath.selectors import FilterContext, NameSelector
from jsonpath.stream import TokenStream


class Match(NamedTuple):
    """A node that a query selected; `parts` are the keys and indices that lead to it."""

    parts: tuple[str | int, ...]
    node: Any


class QueryError(ValueError):
    """What is wrong with a query, to be read after the query itself."""


def select(document: dict[str, Any], query: str) -> list[Match]:
    """Return the distinct nodes that a query selects: a node list may name one node twice.

    Raises:
        QueryError: The query is not RFC 9535 JSONPath, or is nested too deeply, or the document is.

    """
    try:
        found = {match.parts: match.obj for match in _nodes(_JSONPATH.finditer(query, document))}
    except RecursionError as error:
        raise QueryError("is nested too deeply, or the document is") from error
    except (JSONPathError, ValueError, OverflowError) as error:  # not the first: a number that Python cannot hold
        raise QueryError(f"is not RFC 9535 JSONPath: {error.args[0]}") from error
    return [Match(parts, node) for parts, node in found.items()]


def nearest(document: dict[str, Any], query: str) -> str | None:
    """Return the path that is nearest to a query without result: as far as the query leads, and a key like the next.

    None where not even the first step leads anywhere. The query must be RFC 9535 JSONPath that selects nothing.
    """
    path: Any = _JSONPATH.compile(query)
    segments = iter(path.segments)
    found = list(_JSONPATH.finditer("$", document))
    while further := list(_nodes((segment := next(segments)).resolve(found))):
        found = further
    return _path((*found[0].parts, *_like_key(found[0].obj, segment)))


def _like_key(node: Any, segment: JSONPathSegment) -> list[str]:
    """Return the key of a node that is most like one that a segment names, if one is."""
    if not isinstance(segment, JSONPathChildSegment) or not isinstance(node, dict):
        return []
    lowered = {key.lower(): key for key in node}
    names = [each.name.lower() for each in segment.selectors if isinstance(each, NameSelector)]
    like = [key for name in names for key in difflib.get_close_matches(name, lowered, n=1)]
    return [lowered[key] for key in like[:1]]


def _path(parts: Iterable[str | int]) -> str | None:
    """Return a path as people write it, or None for that of the whole document."""
    steps = [f".{part}" if isinstance(part, str) and part.isidentifier() else f"[{part!r}]" for part in parts]
    return f"${''.join(steps)}" if steps else None


def _nodes(matches: Iterable[JSONPathMatch]) -> Iterable[JSONPathMatch]:
    """Return the matches that are nodes: the characters of a string, which the library slices too, are none."""
    return (match for match in matches if match.parent is None or not isinstance(match.parent.obj, str))


class _Lexer(Lexer):
    key_pattern = r"[\u0080-\U0010FFFFa-zA-Z_][\u0080-\U0010FFFFa-zA-Z0-9_-]*"


class _RelativeQuery(RelativeFilterQuery):
    """A query from the current node, whatever that is, which knows the root of the document."""

    def evaluate(self, context: FilterContext) -> NodeList:
        matches: Iterable[JSONPathMatch] = [
            JSONPathMatch(
                filter_context=context.extra_context,
                obj=context.current,
                parent=None,
                path="@",
                parts=(),
                root=context.root,
            )
        ]
        for segment in self.path.segments:
            matches = segment.resolve(matches)
        return NodeList(_nodes(matches))


class _Parser(Parser):
    def parse_relative_query(self, stream: TokenStream) -> BaseExpression:
        query: Any = super().parse_relative_query(stream)
        return _RelativeQuery(query.path)


class _Environment(JSONPathEnvironment):
    lexer_class = _Lexer
    parser_class = _Parser
    max_recursion_depth = 10_000  # Python's own limit, which is reached before, is enough

    def compare(self, left: object, operator: str, right: object) -> bool:
        if operator in {"&&", "||"}:
            return super().compare(left, operator, right)
        return super().compare(_told_apart(left), operator, _told_apart(right))


# strict: the extensions of this library to RFC 9535 are syntax errors.
_JSONPATH = _Environment(strict=True)


def _told_apart(value: object) -> object:
    """Return the value with its booleans replaced: in Python, `True == 1` and `False < 1`."""
    if isinstance(value, dict):
        return {key: _told_apart(item) for key, item in value.items()}
    if isinstance(value, list) and not isinstance(value, NodeList):
        return [_told_apart(item) for item in value]
    return ("boolean", value) if isinstance(value, bool) else value
