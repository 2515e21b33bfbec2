"""A provider's page, and the one YAML block in it that describes an operation: text in, plain values out.

Pages are Markdown, and a fence is what CommonMark says it is. A block is a candidate if its info string names an
operation, or if it looks like a description; a page must have exactly one. Its bytes are kept as they are, line ends
included; a byte order mark at the beginning of the page is not part of them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import attrs

from codegen.document import parse_document
from codegen.errors import DocumentError, PageError, quoted
from codegen.walk import METHODS

_FENCE = re.compile(r"(?:\A|(?<=[\r\n])) {0,3}(?P<marks>`{3,}|~{3,})(?P<rest>[^\r\n]*)(?:\r\n?|\n|\Z)")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_HTML = re.compile(r"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_LANGUAGE = re.compile(r"ya?ml(?:\s+|\Z)", re.IGNORECASE)
_DESCRIPTION = re.compile(r"^(?:openapi|paths)[ \t]*:", re.MULTILINE)
_SHOWN = 4
"""How many operations an error lists."""


@attrs.frozen
class Block:
    """The YAML block of a page, and what it says of itself."""

    source: str
    """The page, as errors call it."""

    data: bytes
    info: str | None
    """The info string of its fence, behind "yaml "; a block that is a file of its own has none."""

    operation: str
    """The method in lower case, and the path."""

    dialect: str


def read_page(page: bytes, source: str) -> Block:
    """Return the block of a page, checked.

    Args:
        page: Markdown in UTF-8.
        source: What an error calls the page.

    Raises:
        PageError: The page has no block or several, or its block is not what `read_block` takes, or describes another
            operation than its info string names.

    """
    text = _decoded(page, source)
    if _HTML.match(text):
        raise PageError(source, 0, 0, "is HTML: expected Markdown with a YAML block")
    fenced = _candidate(text, source)
    announced = _announced(fenced.info)
    line = _line(text, fenced.start)
    if announced is None:
        raise PageError(source, line, 0, f"the info string {quoted(fenced.info)} names no method and path")
    block = read_block(fenced.text.encode(), source, first_line=line + 1)
    if block.operation != announced:
        problem = f"the info string names {quoted(announced)}, but the block describes {quoted(block.operation)}"
        raise PageError(source, line, 0, problem)
    return attrs.evolve(block, info=fenced.info)


def read_block(data: bytes, source: str, *, first_line: int = 1) -> Block:
    """Return a block, checked: strict YAML, in a dialect that we know, that describes one operation.

    Args:
        data: The block alone; a byte order mark is dropped.
        source: What an error calls it, or the page that it stands in.
        first_line: The block's in the page.

    Raises:
        PageError: It is anything else.

    """
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        document = parse_document(data, PurePath(source))
    except DocumentError as error:
        raise PageError(source, first_line + error.line - 1, error.column, error.problem) from error
    dialect, operations = _description(document)
    if dialect is None:
        raise PageError(source, first_line, 0, "is neither OpenAPI 3 nor in Mintlify's dialect")
    if len(operations) != 1:
        problem = f"describes {len(operations)} operations{_listed(operations)}: expected one"
        raise PageError(source, first_line, 0, problem)
    return Block(source, data, None, operations[0], dialect)


def _decoded(page: bytes, source: str) -> str:
    page = page.removeprefix(codecs.BOM_UTF8)
    try:
        return page.decode()
    except UnicodeDecodeError as error:
        before = page[: error.start].decode()
        raise PageError(source, _line(before, len(before)), 0, "is not UTF-8") from error


@attrs.frozen
class _Fenced:
    """A fenced YAML block; `start` is the opening fence's, in the page."""

    info: str
    text: str
    start: int


def _candidate(text: str, source: str) -> _Fenced:
    blocks = [each for each in _fenced(text, source) if _is_candidate(each)]
    if not blocks:
        raise PageError(source, 0, 0, "has lost its block: expected one that begins with ````yaml … get /…")
    if len(blocks) > 1:
        second = _line(text, blocks[1].start)
        problem = f"has {len(blocks)} blocks that may be it, the second on line {second}: expected one"
        raise PageError(source, _line(text, blocks[0].start), 0, problem)
    return blocks[0]


def _is_candidate(block: _Fenced) -> bool:
    return _announced(block.info) is not None or _DESCRIPTION.search(block.text) is not None


def _fenced(text: str, source: str) -> Iterator[_Fenced]:
    """Give the YAML blocks of a page; a block without an end is an error, since it hides what stands behind."""
    opening: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opening is None:
            # In CommonMark, an info string behind backticks has none: such a line is text.
            opening = None if "`" in fence["rest"] and fence["marks"].startswith("`") else fence
        elif fence["marks"].startswith(opening["marks"]) and not fence["rest"].strip():
            info = opening["rest"].strip()
            if language := _LANGUAGE.match(info):
                yield _Fenced(info[language.end() :], text[opening.end() : fence.start()], opening.start())
            opening = None
    if opening is not None:
        raise PageError(source, _line(text, opening.start()), 0, "the block that begins here has no end")


def _announced(info: str) -> str | None:
    """Return the operation that an info string ends with."""
    method, _, path = " ".join(info.split()[-2:]).partition(" ")
    return f"{method.lower()} {path}" if method.lower() in METHODS and path.startswith("/") else None


def _description(document: dict[str, Any]) -> tuple[str | None, list[str]]:
    """Return the dialect of a document, None where we know none, and its operations."""
    version, paths = document.get("openapi"), document.get("paths")
    if isinstance(paths, dict) and isinstance(version, str) and version.startswith("3."):
        return "openapi", [
            f"{method} {path}"
            for path, item in paths.items()
            if path.startswith("/") and isinstance(item, dict)
            for method in item
            if method in METHODS
        ]
    if isinstance(paths, dict) and version is None:
        method, path = paths.get("method"), paths.get("path")
        if isinstance(method, str) and isinstance(path, str):
            return "mintlify", [f"{method.lower()} {path}"]
    return None, []


def _line(text: str, index: int) -> int:
    return len(_LINE_BREAK.findall(text, 0, index)) + 1


def _listed(operations: list[str]) -> str:
    shown = ", ".join(quoted(each) for each in operations[:_SHOWN]) + (", …" if len(operations) > _SHOWN else "")
    return f" ({shown})" if operations else ""
