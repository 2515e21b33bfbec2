from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.document import canonical, load_document
from codegen.query import QueryError, nearest, select

CASES = [
    pytest.param(case["document"], query, expected, id=query)
    for path in sorted((Path(__file__).parent / "cases" / "query").glob("*.yaml"))
    for case in [load_document(path)]
    for query, expected in case["queries"].items()
]

DOCUMENT: dict[str, Any] = {
    "a": [0, "x", None, True, [1, [True]], {"k": 1}],
    "b": {"c": 1, "d": {"c": True}},
    "s": "abc",
}


@pytest.mark.parametrize(("document", "query", "expected"), CASES)
def test_a_query_selects_the_nodes_of_rfc_9535(
    document: dict[str, Any], query: str, expected: str | list[list[str | int]]
) -> None:
    """Each once, or it is refused with the reason."""
    if isinstance(expected, str):
        with pytest.raises(QueryError, match=f"^{re.escape(expected)}$"):
            select(document, query)
    else:
        found = select(document, query)
        assert sorted(map(canonical, (match.parts for match in found))) == sorted(map(canonical, expected))
        assert all(match.node is node_at(document, match.parts) for match in found)


def node_at(document: Any, parts: tuple[str | int, ...]) -> Any:
    """Return the node to which keys and indices lead."""
    for part in parts:
        document = document[part]
    return document


@pytest.mark.parametrize("query", ["$..z", "$" + ".a" * 1_000])
def test_excessive_depth_is_refused(query: str) -> None:
    """A query too deep for Python, or a document too deep for the library, is our error."""
    document: dict[str, Any] = {"z": 1}
    for _ in range(200):
        document = {"a": document}
    with pytest.raises(QueryError, match=r"^is nested too deeply, or the document is$"):
        select(document, query)


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("$.b.d.E", "$.b.d"),
        ("$.b.D['C', 'x']", "$.b.d"),
        ("$['x y'].a", None),
        ("$.a[9]", "$.a"),
        ("$.a[5].K.x", "$.a[5].k"),
        ("$.s[0]", "$.s"),
        ("$.b..x", "$.b"),
    ],
)
def test_the_nearest_path_is_found(query: str, path: str | None) -> None:
    """The nearest path goes as far as the query leads, and adds a key similar to the next one."""
    assert nearest(DOCUMENT, query) == path


STRUCTURE = [
    "$",
    ".",
    "..",
    "[",
    "]",
    "*",
    "?",
    "(",
    ")",
    "@",
    ",",
    ":",
    " ",
    "\n",
    "'a'",
    '"b"',
    "'k'",
    "a",
    "c",
    "é",
    "😀",
]
OPERATORS = ["!", "&&", "||", "==", "!=", "<", ">=", "length(", "count(", "match(", "search(", "value(", "none("]
LITERALS = ["0", "1", "-1", "1.5", "1e3", "-0", "1e400", "true", "null", "'a.*'", "'['", ":1.5"]
NONSENSE = ["~", "#", "/", "\\", "'", "in", "not", "and", "=~", "\x00"]
TOKENS = st.sampled_from(STRUCTURE + OPERATORS + LITERALS + NONSENSE)


@given(tokens=st.lists(TOKENS, max_size=12), prefix=st.sampled_from(["$", "$[?", ""]))
def test_any_text_is_a_query_or_an_error(tokens: list[str], prefix: str) -> None:
    """It selects distinct nodes of the document or raises `QueryError`."""
    try:
        found = select(DOCUMENT, prefix + "".join(tokens))
    except QueryError:
        return
    assert len({match.parts for match in found}) == len(found)
    assert all(match.node is node_at(DOCUMENT, match.parts) for match in found)
