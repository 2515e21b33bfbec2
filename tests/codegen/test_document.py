from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.document import MAX_COPIED, MAX_DEPTH, canonical, copied, load_document
from codegen.errors import DocumentError

# Read by another reader than the one that is tested, so what could be mistaken is quoted in them.
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
"""Plain data, whatever JSON can hold."""


def load(tmp_path: Path, text: str | bytes) -> dict[str, Any]:
    """Load a file that holds a text."""
    path = tmp_path / "spec.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_document(path)


def refusal(tmp_path: Path, text: str | bytes) -> tuple[int, int, str]:
    """Load a text that must be refused, and return where and why it is."""
    with pytest.raises(DocumentError) as caught:
        load(tmp_path, text)
    error = caught.value
    assert error == DocumentError(tmp_path / "spec.yaml", error.line, error.column, error.problem)
    return error.line, error.column, error.problem


def quick_refusal(tmp_path: Path, text: str) -> tuple[int, int, str]:
    """Load a text that must be refused in less than a second, whatever else the machine has to do at first."""
    found = refusal(tmp_path, text)
    tracer = sys.gettrace()
    sys.settrace(None)  # what measuring coverage takes is not what loading does
    try:
        for _ in range(3):
            start = time.process_time()
            refusal(tmp_path, text)
            elapsed = time.process_time() - start
            if elapsed < 1:
                break
    finally:
        sys.settrace(tracer)
    assert elapsed < 1
    return found


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    """Each text is the plain data that its case says, type by type, or is refused at the place that it says."""
    if "error" in case:
        assert refusal(tmp_path, case["text"]) == tuple(case["error"])
    else:
        assert canonical(load(tmp_path, case["text"])) == canonical(case["document"])


LEVELS = MAX_DEPTH - 1  # below the root
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"
BOMB = "the aliases copy too much: is this an alias bomb?"


def laughs(leaf: str, collection: str) -> str:
    """Write ten anchors, each a collection of nine aliases to the one before."""
    entries = {"sequence": "[{}]", "mapping": "{{{}}}"}
    lines = [f"a0: &a0 {leaf}"]
    for level in range(1, 10):
        aliases = [f"*a{level - 1}" if collection == "sequence" else f"{key}: *a{level - 1}" for key in "abcdefghi"]
        lines.append(f"a{level}: &a{level} " + entries[collection].format(", ".join(aliases)))
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        pytest.param(laughs("lol", "sequence"), 7, 10, id="a billion laughs"),
        pytest.param(laughs("[]", "sequence"), 7, 10, id="a billion lists"),
        pytest.param(laughs("{}", "mapping"), 6, 61, id="a billion mappings"),
        pytest.param(f"a: &a [{'[],' * 20_000}]\nb: [{'*a,' * 20_000}]", 2, 23, id="quadratic blow-up"),
        pytest.param(f"a: &a {'x' * 1_000_000}\nb: *a", 2, 4, id="a huge string"),
        pytest.param(f"a: &a ''\nb: [{'*a,' * 600_000}]", 2, 375_005, id="many small ones"),
        pytest.param(f"? &a {'x' * 100_000}\n: [{'*a,' * 6}]", 2, 16, id="a huge key"),
    ],
)
def test_alias_bombs_are_refused(text: str, line: int, column: int, tmp_path: Path) -> None:
    """Aliases may copy so much and no more, however the bomb is built."""
    assert quick_refusal(tmp_path, text) == (line, column, BOMB)


def test_aliases_may_copy_up_to_the_limit(tmp_path: Path) -> None:
    """A document whose aliases add just as much as is allowed is read in full."""
    anchored = "x" * (MAX_COPIED // 2 - 4)
    assert load(tmp_path, f"a: &a {anchored}\nb: [*a, *a]") == {"a": anchored, "b": [anchored, anchored]}
    assert refusal(tmp_path, f"a: &a {anchored}\nb: [*a, *a, *a]") == (2, 13, BOMB)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        pytest.param("a: " + "[" * 100_000, 1, 103, id="flow sequences"),
        pytest.param("a: " + "{a: " * 100_000, 1, 400, id="flow mappings"),
        pytest.param("a: " + "[{a: " * 100_000, 1, 250, id="both in turn"),
        pytest.param("a:\n  " + "- " * 100_000, 2, 201, id="block sequences"),
        pytest.param("\n".join(" " * level + "a:" for level in range(2_000)), 101, 101, id="block mappings"),
        pytest.param("a: &a " + "[" * 60 + "]" * 60 + "\nb: " + "[" * 60 + "*a" + "]" * 60, 2, 64, id="by an alias"),
        pytest.param(
            "a0: &a0 []\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200)), 100, 12, id="by many"
        ),
    ],
)
def test_deep_nesting_is_refused(text: str, line: int, column: int, tmp_path: Path) -> None:
    """A document that the recursive stages could not stand is refused where it becomes too deep."""
    assert quick_refusal(tmp_path, text) == (line, column, TOO_DEEP)


def test_nesting_is_allowed_up_to_the_limit(tmp_path: Path) -> None:
    """The deepest document that is allowed is read in full."""
    expected: Any = []
    for _ in range(LEVELS - 1):
        expected = [expected]
    assert load(tmp_path, "a: " + "[" * LEVELS + "]" * LEVELS) == {"a": expected}
    assert load(tmp_path, "a: &a " + "[" * LEVELS + "]" * LEVELS + "\nb: *a") == {"a": expected, "b": expected}
    scalar = load(tmp_path, "a: &a 1\nb: " + "[" * LEVELS + "*a" + "]" * LEVELS)
    assert canonical(scalar) == canonical({"a": 1, "b": expected}).replace("[]", "[1]")


def test_hundred_thousand_keys(tmp_path: Path) -> None:
    """A duplicate is found among very many keys."""
    text = "".join(f"k{number}: 1\n" for number in range(100_000))
    assert refusal(tmp_path, text + "k7: 2") == (100_001, 1, "duplicate key 'k7', first given on line 8")


def test_hundred_thousand_tag_directives(tmp_path: Path) -> None:
    """The parser is not given what takes it quadratic time."""
    text = "".join(f"%TAG !h{number}! tag:x,{number}:\n" for number in range(100_000))
    assert quick_refusal(tmp_path, f"{text}---\na: 1") == (1, 1, "tag directives are not allowed")


def test_long_implicit_key(tmp_path: Path) -> None:
    """YAML allows a key 1,024 characters before its colon, and any length after a question mark."""
    key = "k" * 5_000
    assert load(tmp_path, f"? {key}\n: 1") == {key: 1}
    problem = "while scanning a simple key: could not find expected ':'"
    assert refusal(tmp_path, f"a: 1\n{key}: 1") == (2, 1, problem)


def test_messages_stay_short(tmp_path: Path) -> None:
    """A message quotes the beginning and the end of a long text."""
    key = "k" * 5_000
    line, column, problem = refusal(tmp_path, f"? {key}\n: 1\n? {key}\n: 2")
    quoted = f"duplicate key '{key}', first given on line 1"
    assert (line, column, problem) == (3, 3, f"{quoted[:150]} … {quoted[-150:]}")


@pytest.mark.parametrize("digits", [309, 4_300, 5_000, 1_000_000])
def test_integer_that_no_float_can_hold(digits: int, tmp_path: Path) -> None:
    """An integer that whoever computes with it would fail on is refused, however long it is."""
    line, column, problem = refusal(tmp_path, "a: -" + "9" * digits)
    assert (line, column, problem[:18]) == (1, 4, "the number -999999")


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
def test_other_encodings_are_refused(data: bytes, line: int, column: int, problem: str, tmp_path: Path) -> None:
    """Only UTF-8 is read, and the place of the first byte that is none is told."""
    assert refusal(tmp_path, data) == (line, column, problem)


def test_unreadable_files(tmp_path: Path) -> None:
    """What the operating system says is the error, at no place."""
    with pytest.raises(DocumentError) as caught:
        load_document(tmp_path / "none.yaml")
    assert caught.value == DocumentError(tmp_path / "none.yaml", 0, 0, "cannot be read: No such file or directory")
    assert str(caught.value) == f"{tmp_path / 'none.yaml'}: cannot be read: No such file or directory"
    with pytest.raises(DocumentError) as caught:
        load_document(tmp_path)
    assert caught.value == DocumentError(tmp_path, 0, 0, "cannot be read: Is a directory")


def test_error_names_file_line_and_column(tmp_path: Path) -> None:
    """The sentence starts as editors and terminals can follow it."""
    path = tmp_path / "spec.yaml"
    path.write_text("a: 1\n a: 2", "utf-8")
    with pytest.raises(DocumentError) as caught:
        load_document(path)
    assert str(caught.value) == f"{path}:2:3: mapping values are not allowed in this context"


def test_aliased_nodes_are_copies(tmp_path: Path) -> None:
    """Editing one use of an anchor does not edit the others."""
    document = load(tmp_path, "a: &x {b: [1]}\nc: *x\nd: [*x]")
    document["c"]["b"].append(2)
    document["d"][0]["e"] = 3
    assert document == {"a": {"b": [1]}, "c": {"b": [1, 2]}, "d": [{"b": [1], "e": 3}]}


@given(document=st.dictionaries(st.text(max_size=30), JSON))
@settings(max_examples=100, deadline=None)
def test_every_json_document_is_read_as_it_is(
    document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """JSON is YAML: what is written as JSON comes back, type by type."""
    text = json.dumps(document, ensure_ascii=False).replace("\x7f", "\\u007f")
    for character in sorted({*text} - {*map(chr, range(0x20, 0x7F))}):
        # YAML allows less raw characters than JSON; beyond the first plane, JSON's escapes are none of YAML's.
        escape = f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
        text = text.replace(character, escape)
    assert canonical(load(tmp_path_factory.getbasetemp(), text)) == canonical(document)


@given(text=st.text(st.sampled_from("ab:-?,[]{}&*!|>'\"%@#~<=0.\\ \n\t\r\ufeff\x07é😀")))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_document_or_an_error(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever a file holds, the answer is a mapping or an error at a place in the file."""
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
@settings(max_examples=100, deadline=None)
def test_copied_is_equal_and_shares_nothing(value: Any) -> None:
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


def test_canonical_tells_json_apart() -> None:
    """What Python holds for equal and JSON does not has different texts; the order of keys does not count."""
    values: list[Any] = [1, True, 1.0, "1", None, [], {}, "", 0, False]
    assert len({canonical(value) for value in values}) == len(values)
    assert canonical({"a": 1, "b": [2]}) == canonical({"b": [2], "a": 1})
