from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.__main__ import ROOT
from codegen.document import load_document
from codegen.errors import PageError
from codegen.pages import Block, read_block, read_page
from codegen.providers import Provider, load_providers

FOLDER = Path(__file__).parent / "cases" / "pages"
PAGES = load_document(FOLDER / "fences.yaml")
BLOCKS = load_document(FOLDER / "blocks.yaml")
SOURCE = "https://lamps.example/get.md"


def outcome(read: Any, data: bytes) -> Block | PageError:
    """Return the block or the error."""
    try:
        block: Block = read(data, SOURCE)
    except PageError as error:
        return error
    return block


@pytest.mark.parametrize("case", PAGES.values(), ids=PAGES.keys())
def test_page(case: dict[str, Any]) -> None:
    """Of each page, the block is taken byte for byte, or the page is refused at the place that its case says."""
    expected = (
        PageError(SOURCE, *case["error"])
        if "error" in case
        else Block(SOURCE, case["block"].encode(), case["info"], "get /lamps/{id}", "openapi")
    )
    assert outcome(read_page, case["page"].encode()) == expected


@pytest.mark.parametrize("case", BLOCKS.values(), ids=BLOCKS.keys())
def test_block(case: dict[str, Any]) -> None:
    """Of each block, the operation and the dialect are told, or it is refused at the place that its case says."""
    data = case.get("kept", case["block"]).encode()
    expected = (
        PageError(SOURCE, *case["error"])
        if "error" in case
        else Block(SOURCE, data, None, case["operation"], case["dialect"])
    )
    assert outcome(read_block, case["block"].encode()) == expected


@pytest.mark.parametrize("provider", load_providers(ROOT), ids=lambda provider: provider.slug)
def test_each_committed_spec_comes_out_of_a_page_as_it_is(provider: Provider) -> None:
    """What is committed is a block that is taken from the page around it unchanged, as its row describes it."""
    spec = provider.spec.read_bytes()
    page = b"# Get\n\n> A session.\n\n## OpenAPI\n\n````yaml " + provider.info.encode() + b"\n" + spec + b"````"

    assert read_page(page, SOURCE) == Block(SOURCE, spec, provider.info, provider.operation, provider.dialect)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a\r\nb\n\xff", 3),
        ("é\n".encode("latin-1"), 1),
        (b"\xef\xbb\xbfa\n\xed\xa0\x80", 2),
        ("a".encode("utf-16"), 1),
    ],
)
def test_another_encoding_is_refused(data: bytes, line: int) -> None:
    """A page is UTF-8, and nothing is guessed."""
    assert outcome(read_page, data) == PageError(SOURCE, line, 0, "is not UTF-8")


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("```yaml get /a\n```\n" * 100_000, id="blocks"),
        pytest.param("`" * 4_000_000, id="one fence"),
        pytest.param("``` `\n" * 700_000, id="lines that are nearly fences"),
        pytest.param("\n" * 4_000_000, id="empty lines"),
        pytest.param(" " * 4_000_000, id="blanks"),
        pytest.param("````yaml " + "get /a " * 500_000 + "\n````", id="a long info string"),
        pytest.param("````yaml get /a\n" + "paths" * 800_000 + "\n````", id="a long line"),
    ],
)
def test_a_hostile_page_is_refused_soon(page: str) -> None:
    """The time that a page takes grows with its length and no faster."""
    start = time.process_time()
    assert isinstance(outcome(read_page, page.encode()), PageError)
    assert time.process_time() - start < 5


@given(page=st.text(st.sampled_from("`~ \r\n\ufeffaé")) | st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_is_refused_at_a_place_in_it(page: str) -> None:
    """Whatever a page holds, the answer is a block or an error on one of its lines."""
    found = outcome(read_page, page.encode(errors="replace"))
    assert isinstance(found, PageError)
    assert 0 <= found.line <= len(page.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n")),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=100, deadline=None)
def test_a_block_is_what_stands_between_its_fences(text: str, line_end: str) -> None:
    """Whatever a comment in the block holds, every byte of it is kept, and what stands around it is not."""
    block = f"openapi: 3.1.0{line_end}paths: {{/a: {{get: {{}}}}}}{line_end}# {text}{line_end}"
    found = outcome(read_page, f"# {text}{line_end}````yaml get /a{line_end}{block}````{line_end}{text}".encode())
    expected = outcome(read_block, block.encode())
    if isinstance(expected, PageError):  # characters that are not allowed in YAML
        assert found == PageError(SOURCE, expected.line + 2, expected.column, expected.problem)
    elif isinstance(found, Block):
        assert (found.data, found.info) == (block.encode(), "get /a")
    else:
        assert found.problem == "the block that begins here has no end"  # the text behind it is a fence
        assert text.lstrip(" ").startswith(("```", "~~~"))
