from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.__main__ import ROOT
from codegen.document import load_document
from codegen.errors import DocumentError
from codegen.pages import Block, operation_of, read_block, read_page
from codegen.providers import Provider, load_providers

FOLDER = Path(__file__).parent / "cases" / "pages"
PAGES = load_document(FOLDER / "fences.yaml")
BLOCKS = load_document(FOLDER / "blocks.yaml")
SOURCE = "https://lamps.example/get.md"


def outcome(read: Callable[[bytes, str], Block], data: bytes) -> Block | DocumentError:
    """Return the block or the error."""
    try:
        return read(data, SOURCE)
    except DocumentError as error:
        return error


@pytest.mark.parametrize("case", PAGES.values(), ids=PAGES.keys())
def test_a_page_has_its_block_or_is_refused(case: dict[str, Any]) -> None:
    """Byte for byte, or with the place of the error."""
    expected = (
        DocumentError(SOURCE, *case["error"])
        if "error" in case
        else Block(case["block"].encode(), case["info"], "openapi", ("get /lamps/{id}",))
    )
    assert outcome(read_page, case["page"].encode()) == expected


@pytest.mark.parametrize("case", BLOCKS.values(), ids=BLOCKS.keys())
def test_a_block_has_its_operations_or_is_refused(case: dict[str, Any]) -> None:
    """A block is read with its operations and dialect, or is refused with the place of the error."""
    expected = (
        DocumentError(SOURCE, *case["error"])
        if "error" in case
        else Block(case.get("kept", case["block"]).encode(), None, case["dialect"], tuple(case["operations"]))
    )
    assert outcome(read_block, case["block"].encode()) == expected


@pytest.mark.parametrize("provider", load_providers(ROOT), ids=lambda provider: provider.slug)
def test_a_committed_spec_is_a_block_of_a_page(provider: Provider) -> None:
    """The page's block has the dialect of the committed spec and the operation of the provider's row."""
    spec = provider.spec.read_bytes()
    page = b"# Get\n\n> A session.\n\n## OpenAPI\n\n````yaml " + provider.info.encode() + b"\n" + spec + b"````"
    block = read_page(page, SOURCE)
    assert (block.data, block.info, block.dialect) == (spec, provider.info, provider.dialect)
    assert operation_of(provider.info) in block.operations


@pytest.mark.parametrize("data", [b"a\n\xff", "é".encode("latin-1"), b"\xed\xa0\x80", "a".encode("utf-16")])
def test_a_page_must_be_utf_8(data: bytes) -> None:
    """Other encodings are an error."""
    assert outcome(read_page, data) == DocumentError(SOURCE, 0, 0, "is not UTF-8")


@given(page=st.text(st.sampled_from("`~ \r\n\ufeffaé")) | st.text())
def test_any_text_without_a_block_is_an_error(page: str) -> None:
    """Whatever it is."""
    found = outcome(read_page, page.encode(errors="replace"))
    assert found == DocumentError(SOURCE, 0, 0, "has 0 blocks that begin with ````yaml … get /…: expected 1")


@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_a_block_is_kept_byte_for_byte(text: str, line_end: str) -> None:
    """Every byte between the fences is kept, and no byte around them."""
    block = f"openapi: 3.1.0{line_end}paths: {{/a: {{get: {{}}}}}}{line_end}# {text}{line_end}"
    found = outcome(read_page, f"# {text}{line_end}````yaml get /a{line_end}{block}````{line_end}".encode())
    expected = outcome(read_block, block.encode())
    if isinstance(expected, DocumentError):  # characters that are not allowed in YAML
        assert found == DocumentError(SOURCE, expected.line + 2, expected.column, expected.problem)
    else:
        assert found == Block(block.encode(), "get /a", "openapi", ("get /a",))


@pytest.mark.parametrize(
    ("info", "operation"),
    [
        ("get /a", "get /a"),
        ("/openapi.json  GET  /a/{Id} ", "get /a/{Id}"),
        ("get /a b", None),
        ("fetch /a", None),
        ("get a", None),
        ("get", None),
        ("", None),
    ],
)
def test_an_info_string_ends_with_an_operation(info: str, operation: str | None) -> None:
    """An info string ends with a method and a path, or it names no operation."""
    assert operation_of(info) == operation
