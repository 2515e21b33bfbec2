"""A provider's Markdown page, and the one YAML block in it whose info string names an operation.

The block is kept byte for byte, including line ends, and may describe several operations.
"""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath

import attrs
from markdown_it import MarkdownIt

from codegen.document import parse_document
from codegen.errors import DocumentError
from codegen.walk import METHODS

_FENCES = MarkdownIt("zero").enable(["code", "fence"])
_LINE_START = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")


@attrs.frozen
class Block:
    """The YAML block of a page, or a file that is such a block."""

    data: bytes

    info: str | None
    """The info string of its fence after "yaml "; None for a file."""

    dialect: str

    operations: tuple[str, ...]
    """Each as "get /path"."""


def read_page(page: bytes, source: str) -> Block:
    """Return the block of a page; errors name the page by `source`.

    Raises:
        DocumentError: The page does not have exactly one such block, or `read_block` refuses it.

    """
    try:
        text = page.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(source, 0, 0, "is not UTF-8") from error
    fences = [token for token in _FENCES.parse(text) if token.type == "fence" and _is_announced(token.info)]
    if len(fences) != 1:
        problem = f"has {len(fences)} blocks that begin with ````yaml … get /…: expected 1"
        raise DocumentError(source, 0, 0, problem)
    first, end = fences[0].map or (0, 0)
    lines = _LINE_START.split(text)
    if not re.fullmatch(rf"\s*{fences[0].markup}[`~]*\s*", lines[end - 1]):
        raise DocumentError(source, first + 1, 0, "the block that begins here is not closed")
    block = read_block("".join(lines[first + 1 : end - 1]).encode(), source, first_line=first + 2)
    return attrs.evolve(block, info=fences[0].info.split(maxsplit=1)[1].strip())


def read_block(data: bytes, source: str, *, first_line: int = 1) -> Block:
    """Return a block of strict YAML in a known dialect.

    Args:
        data: The block alone; a byte order mark is dropped.
        source: The name of the block or its page in errors.
        first_line: Its first line in the page.

    Raises:
        DocumentError: The data is anything else.

    """
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        document = parse_document(data, PurePath(source))
    except DocumentError as error:
        raise DocumentError(source, first_line + error.line - 1, error.column, error.problem) from error
    version, paths = document.get("openapi"), document.get("paths")
    if isinstance(paths, dict) and isinstance(version, str) and version.startswith("3."):
        items = [(path, item) for path, item in paths.items() if isinstance(item, dict)]
        operations = [f"{method} {path}" for path, item in items for method in item if method in METHODS]
        return Block(data, None, "openapi", tuple(operations))
    if isinstance(paths, dict) and version is None and {"method", "path"} <= paths.keys():
        return Block(data, None, "mintlify", (f"{str(paths['method']).lower()} {paths['path']}",))
    raise DocumentError(source, first_line, 0, "is neither OpenAPI 3 nor in Mintlify's dialect")


def operation_of(info: str) -> str | None:
    """Return the operation that an info string ends with, as "get /path", if it names one."""
    method, _, path = " ".join(info.split()[-2:]).partition(" ")
    return f"{method.lower()} {path}" if method.lower() in METHODS and path.startswith("/") else None


def _is_announced(info: str) -> bool:
    return info.lower().split()[:1] in (["yaml"], ["yml"]) and operation_of(info) is not None
