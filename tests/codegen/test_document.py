from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from codegen.document import LIMITS, Limits, canonical, copied, load_document
from codegen.errors import DocumentError

# Read by another reader than the tested one, so that values which it would guess are quoted in these files.
CASES = [
    pytest.param(case, id=f"{path.stem}: {name}")
    for path in sorted((Path(__file__).parent / "cases" / "document").glob("*.yaml"))
    for name, case in yaml.load(path.read_text("utf-8"), Loader=yaml.SafeLoader).items()
]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda children: st.lists(children) | st.dictionaries(st.text(max_size=30), children),
    max_leaves=20,
)
"""Any JSON value."""


def load(tmp_path: Path, text: str | bytes, limits: Limits = LIMITS) -> dict[str, Any]:
    """Load a file that holds a text."""
    path = tmp_path / "spec.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_document(path, limits)


def refusal(tmp_path: Path, text: str | bytes, limits: Limits = LIMITS) -> tuple[int, int, str]:
    """Load a text that must be refused, and return where and why it is."""
    with pytest.raises(DocumentError) as caught:
        load(tmp_path, text, limits)
    error = caught.value
    assert error == DocumentError(tmp_path / "spec.yaml", error.line, error.column, error.problem)
    return error.line, error.column, error.problem


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    """Each text is the plain data of its case, type by type, or is refused at its place."""
    if "error" in case:
        assert refusal(tmp_path, case["text"]) == tuple(case["error"])
    else:
        assert canonical(load(tmp_path, case["text"])) == canonical(case["document"])


def test_files_have_limits() -> None:
    """A caller can set other limits."""
    assert Limits(size=2_000_000, depth=100, copied=500_000) == LIMITS


def test_size_limit(tmp_path: Path) -> None:
    """A file of as many bytes as the limit is read; one more is refused."""
    assert load(tmp_path, "a: \u00e9", Limits(size=5)) == {"a": "\u00e9"}
    assert refusal(tmp_path, "a: \u00e9", Limits(size=4)) == (1, 1, "is larger than 4 bytes")


def test_depth_limit(tmp_path: Path) -> None:
    """No collection is nested more deeply than the limit, whether directly or through an alias."""
    assert load(tmp_path, "a: [[1]]", Limits(depth=3)) == {"a": [[1]]}
    for text, line, column in (
        ("a: [[1]]", 1, 6),
        ("a: {b: {c: 1}}", 1, 9),
        ("a:\n- - 1", 2, 5),
        ("? {b: {c: 1}}\n: 1", 1, 8),
    ):
        assert refusal(tmp_path, text, Limits(depth=2)) == (line, column, "nested deeper than 2 levels")
    assert load(tmp_path, "a: &a [1]\nb: [*a]", Limits(depth=3)) == {"a": [1], "b": [[1]]}
    assert refusal(tmp_path, "a: &a [1]\nb: [*a]", Limits(depth=2)) == (1, 8, "nested deeper than 2 levels")


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        ("a: &a xyz\nb: [*a]", 7),
        ("a: &a xyz\nb: [*a, *a]", 14),
        ("a: &a []\nb: [*a, *a, *a]", 12),
        ("a: &a [x]\nb: *a", 10),
        ("a: &a {x: yy}\nb: *a", 16),
        ("a: &a [x]\nb: &b [*a, *a]\nc: *b", 46),
        ("&a xyz: 1\nb: *a", 7),
    ],
)
def test_copied_limit(tmp_path: Path, text: str, copied: int) -> None:
    """Aliases may copy as many characters as the limit, four more for each node, and copies of copies count again."""
    assert load(tmp_path, text, Limits(copied=copied)) == load(tmp_path, text)
    last = text.rindex("*")
    place = (text.count("\n", 0, last) + 1, last - text.rindex("\n", 0, last))
    problem = "the aliases copy too much: is this an alias bomb?"
    assert refusal(tmp_path, text, Limits(copied=copied - 1)) == (*place, problem)


def test_an_implicit_key_has_at_most_1024_characters(tmp_path: Path) -> None:
    """A longer key needs a question mark."""
    key = "k" * 1_100
    assert load(tmp_path, f"? {key}\n: 1") == {key: 1}
    problem = "while scanning a simple key: could not find expected ':'"
    assert refusal(tmp_path, f"a: 1\n{key}: 1") == (2, 1, problem)


def test_a_message_quotes_only_a_part_of_a_long_text(tmp_path: Path) -> None:
    """A message stays readable."""
    name = "k" * 310
    quoted = f"'{'k' * 100}…'"
    assert refusal(tmp_path, f"? {name}\n: 1\n? {name}") == (3, 3, f"duplicate key {quoted}, first given on line 1")
    tag = f"the tag '!{'k' * 140} … {'k' * 134}' is not allowed"
    assert refusal(tmp_path, f"a: !{name} 1") == (1, 4, tag)
    number = "9" * 309
    expected = f"the number '{'9' * 100}…' is too large for a float"
    assert refusal(tmp_path, f"a: {number}") == (1, 4, expected)
    assert refusal(tmp_path, f"{number}: 1") == (1, 1, expected)


@pytest.mark.parametrize(
    ("data", "line", "column", "problem"),
    [
        pytest.param(b"a: 1\r\nb: \xc3\xa9\xff", 2, 5, "is not UTF-8", id="a wrong byte"),
        pytest.param(b"\xef\xbb\xbfa: \xff", 1, 4, "is not UTF-8", id="a wrong byte behind a byte order mark"),
        pytest.param(
            b"\xef\xbb\xbfa: \x07", 1, 4, "the character U+0007 is not allowed in YAML", id="and a control one"
        ),
        pytest.param(b"a: \xed\xa0\x80", 1, 4, "is not UTF-8", id="a surrogate"),
        pytest.param(b"a: 1\nb: \xe2\x82", 2, 4, "is not UTF-8", id="a cut character"),
        pytest.param("a: é".encode("latin-1"), 1, 4, "is not UTF-8", id="Latin-1"),
        pytest.param("a: 1".encode("utf-16"), 1, 1, "is not UTF-8", id="UTF-16"),
        pytest.param(
            "a: 1".encode("utf-16-le"), 1, 2, "the character U+0000 is not allowed in YAML", id="UTF-16 without a mark"
        ),
        pytest.param("a: 1".encode("utf-32"), 1, 1, "is not UTF-8", id="UTF-32"),
    ],
)
def test_only_utf_8_is_read(data: bytes, line: int, column: int, problem: str, tmp_path: Path) -> None:
    """The error has the place of the first invalid byte."""
    assert refusal(tmp_path, data) == (line, column, problem)


def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    """The error is the operating system's, without a place."""
    with pytest.raises(DocumentError) as caught:
        load_document(tmp_path / "none.yaml")
    assert caught.value == DocumentError(tmp_path / "none.yaml", 0, 0, "cannot be read: No such file or directory")
    assert str(caught.value) == f"{tmp_path / 'none.yaml'}: cannot be read: No such file or directory"
    with pytest.raises(DocumentError) as caught:
        load_document(tmp_path)
    assert caught.value == DocumentError(tmp_path, 0, 0, "cannot be read: Is a directory")


def test_an_error_names_file_line_and_column(tmp_path: Path) -> None:
    """The message begins with file:line:column, which editors and terminals can follow."""
    path = tmp_path / "spec.yaml"
    path.write_text("a: 1\n a: 2", "utf-8")
    with pytest.raises(DocumentError) as caught:
        load_document(path)
    assert str(caught.value) == f"{path}:2:3: mapping values are not allowed in this context"


def test_aliases_are_copies(tmp_path: Path) -> None:
    """Editing one use of an anchor does not edit the others."""
    document = load(tmp_path, "a: &x {b: [1]}\nc: *x\nd: [*x]")
    document["c"]["b"].append(2)
    document["d"][0]["e"] = 3
    assert document == {"a": {"b": [1]}, "c": {"b": [1, 2]}, "d": [{"b": [1], "e": 3}]}


@given(document=st.dictionaries(st.text(max_size=30), JSON))
def test_json_is_read_unchanged(document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    """JSON is YAML, and comes back type by type."""
    text = json.dumps(document, ensure_ascii=False).replace("\x7f", "\\u007f")
    for character in sorted({*text} - {*map(chr, range(0x20, 0x7F))}):
        # YAML allows fewer raw characters than JSON, and does not join surrogate escapes.
        escape = f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
        text = text.replace(character, escape)
    assert canonical(load(tmp_path_factory.getbasetemp(), text)) == canonical(document)


@given(text=st.text(st.sampled_from("ab:-?,[]{}&*!|>'\"%@#~<=0.\\ \n\t\r\ufeff\x07é😀")))
def test_any_text(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any text is a mapping or an error at a place in the file."""
    path = tmp_path_factory.getbasetemp() / "text.yaml"
    path.write_bytes(text.encode())
    found = outcome(path)
    if isinstance(found, DocumentError):
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert 1 <= found.line <= len(lines)
        assert 1 <= found.column <= len(lines[found.line - 1]) + 1
    else:
        assert canonical(found) == canonical(json.loads(json.dumps(found)))


def outcome(path: Path) -> dict[str, Any] | DocumentError:
    """Return the document or the error."""
    try:
        return load_document(path)
    except DocumentError as error:
        return error


@given(value=JSON)
def test_copied(value: Any) -> None:
    """A copy of plain data is equal to it, and no collection of it is the same object."""
    copy = copied([value, value])
    assert canonical(copy) == canonical([value, value])

    found = collections(copy)
    assert len(found) == len(set(found))
    assert not set(found) & set(collections(value))


def collections(node: Any) -> list[int]:
    """Return the identities of the mappings and sequences in plain data."""
    if not isinstance(node, dict | list):
        return []
    children = node.values() if isinstance(node, dict) else node
    return [id(node), *(found for child in children for found in collections(child))]


def test_canonical_texts_are_equal_only_for_equal_json() -> None:
    """The texts of different JSON differ even if Python finds the values equal; the order of keys has no effect."""
    values: list[Any] = [1, True, 1.0, "1", None, [], {}, "", 0, False]
    assert len({canonical(value) for value in values}) == len(values)
    assert canonical({"a": 1, "b": [2]}) == canonical({"b": [2], "a": 1})
