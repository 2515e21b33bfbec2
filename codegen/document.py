"""Strict YAML: a file becomes plain JSON data, or one error that names the line and the column.

YAML readers guess: `on` is a boolean, a date is an object, the last of two equal keys wins, ten lines of
aliases fill the memory. A spec is somebody else's text, so nothing is guessed here: scalars are JSON's and
everything else is a string, keys are strings, and what JSON cannot hold is refused.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path, PurePath
from typing import Any, NamedTuple, NoReturn

import attrs
import yaml

from codegen.errors import DocumentError

MAX_DEPTH = 100
"""Levels of nesting: real specs have about 30, and the recursive stages after this one stand far more than 100."""

MAX_COPIED = 500_000
"""Characters that aliases may add to a document, all together: an alias bomb is over this at once."""

_NODE_WEIGHT = 4
"""Characters that a node counts for, even an empty one: it takes about as long as they."""

_TEXT_LIMIT = 300
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?P<exponent>[eE][-+]?[0-9]+)?")
_TAG_DIRECTIVE = re.compile(r"(?:(?:[ \t]*(?:#.*)?|%YAML.*)\r?\n)*%TAG")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_WORDS = {"null": None, "true": True, "false": False, "": None}


def load_document(path: Path) -> dict[str, Any]:
    """Return the one mapping that a YAML file holds.

    Args:
        path: A UTF-8 file with one YAML document.

    Raises:
        DocumentError: The file cannot be read, or is not the YAML described at the top of this module.

    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DocumentError(path, 0, 0, f"cannot be read: {error.strerror}") from error
    return parse_document(data, path)


def parse_document(data: bytes, path: PurePath) -> dict[str, Any]:
    """Return the one mapping that a file's content holds; `path` is what an error calls it.

    Raises:
        DocumentError: The content is not the YAML described at the top of this module.

    """
    text = _decode(data, path)
    if directive := _TAG_DIRECTIVE.match(text):  # the parser takes quadratic time over many of them
        line, column = _place(text[: directive.end() - len("%TAG")])
        raise DocumentError(path, line, column, "tag directives are not allowed")
    composer = _Composer(path, text)
    try:
        composer.consume(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.reader.ReaderError as error:
        line, column = _place(text.encode()[: error.position].decode())
        problem = f"the character U+{error.character:04X} is not allowed in YAML"
        raise DocumentError(path, line, column, problem) from error
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(path, text, error) from error
    return composer.document()


def copied(value: Any) -> Any:
    """Return a deep copy of plain data in which nothing is shared; `copy.deepcopy` keeps sharing, and is slower."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def canonical(value: Any) -> str:
    """Return a text that is equal for equal JSON only: in Python, `1 == True == 1.0`."""
    return json.dumps(value, sort_keys=True)


def _decode(data: bytes, path: PurePath) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(error.object[: error.start].decode())  # these bytes are without the BOM
        raise DocumentError(path, line, column, "is not UTF-8") from error


def _place(before: str) -> tuple[int, int]:
    """Return the line and the column behind a text."""
    lines = _LINE_BREAK.split(before)
    return len(lines), len(lines[-1]) + 1


def _syntax_error(path: PurePath, text: str, error: Any) -> DocumentError:
    """Return the parser's error; what is not finished is at its beginning, and not where its end was missed."""
    mark = error.problem_mark
    if error.context_mark and (error.problem == "could not find expected ':'" or mark.index == len(text)):
        mark = error.context_mark
    context = f"{error.context}: " if error.context else ""
    return DocumentError(path, *_place(text[: mark.index]), f"{context}{error.problem}")


def _refuse(path: PurePath, mark: Any, problem: str) -> NoReturn:
    if len(problem) > _TEXT_LIMIT:  # it quotes the file
        problem = f"{problem[: _TEXT_LIMIT // 2]} … {problem[-_TEXT_LIMIT // 2 :]}"
    raise DocumentError(path, mark.line + 1, mark.column + 1, problem)


_NodeStart = yaml.ScalarEvent | yaml.CollectionStartEvent


class _Node(NamedTuple):
    """A finished value, with what an alias to it would add: `weight` in characters, `height` in levels."""

    value: Any
    weight: int
    height: int


@attrs.define
class _Open:
    """A collection whose end has not been read yet."""

    value: dict[str, Any] | list[Any]
    anchor: str | None
    weight: int = _NODE_WEIGHT
    height: int = 0
    key: str | None = None
    key_lines: dict[str, int] = attrs.field(factory=dict)


class _Composer:
    """Builds the value from the parser's events, without recursion, so that depth is a number and not a crash."""

    def __init__(self, path: PurePath, text: str) -> None:
        self._path = path
        self._text = text
        self._open: list[_Open] = []
        self._anchors: dict[str, _Node | None] = {}  # None: still open, so an alias to it is recursive
        self._copied = 0
        self._root: dict[str, Any] | None = None
        self._handlers: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.DocumentStartEvent: self._document_start,
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
        }

    def consume(self, events: Iterable[yaml.Event]) -> None:
        for event in events:
            handle = self._handlers.get(type(event))
            if handle is not None:
                handle(event)

    def document(self) -> dict[str, Any]:
        if self._root is None:
            raise DocumentError(self._path, 1, 1, "is empty: expected one mapping")
        return self._root

    def _document_start(self, event: yaml.DocumentStartEvent) -> None:
        if self._root is not None:
            _refuse(self._path, event.start_mark, "a second document begins: expected one")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._refuse_tag(event)
        self._refuse_root(event)
        is_plain = event.implicit[0]
        if is_plain and event.value == "<<" and self._expects_key():
            _refuse(self._path, event.start_mark, "merge keys are not part of YAML 1.2: write the keys out")
        value = self._resolve(event) if is_plain else event.value
        node = _Node(value, _NODE_WEIGHT + len(event.value), 0)
        if event.anchor:
            self._anchors[event.anchor] = node
        self._add(node, event)

    def _resolve(self, event: yaml.ScalarEvent) -> Any:
        """Return what a plain scalar stands for: JSON's words and numbers, else its text."""
        text: str = event.value
        if text in _WORDS:
            return _WORDS[text]
        number = _NUMBER.fullmatch(text)
        if number is None:
            return text
        if not math.isfinite(float(text)):  # an integer too: whoever reads it may compute with it
            _refuse(self._path, event.start_mark, f"the number {text} is too large for a float")
        return float(text) if number["fraction"] or number["exponent"] else int(text)

    def _alias(self, event: yaml.AliasEvent) -> None:
        if event.anchor not in self._anchors:
            _refuse(self._path, event.start_mark, f"alias *{event.anchor} to no anchor")
        node = self._anchors[event.anchor]
        if node is None:
            _refuse(self._path, event.start_mark, f"alias *{event.anchor} is inside of what it stands for")
        self._copied += node.weight
        if self._copied > MAX_COPIED:
            _refuse(self._path, event.start_mark, "the aliases copy too much: is this an alias bomb?")
        self._refuse_depth(event, len(self._open) + node.height)
        self._add(_Node(copied(node.value), node.weight, node.height), event)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        self._refuse_tag(event)
        self._refuse_root(event)
        if self._expects_key():
            _refuse(self._path, event.start_mark, "a key must be a string, not a collection")
        self._refuse_depth(event, len(self._open) + 1)
        if event.anchor:
            self._anchors[event.anchor] = None
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._open.append(_Open(value, event.anchor))

    def _end(self, event: yaml.CollectionEndEvent) -> None:
        closed = self._open.pop()
        node = _Node(closed.value, closed.weight, closed.height + 1)
        if closed.anchor:
            self._anchors[closed.anchor] = node
        self._add(node, event)

    def _add(self, node: _Node, event: yaml.Event) -> None:
        if not self._open:
            self._root = node.value
            return
        parent = self._open[-1]
        parent.weight += node.weight
        parent.height = max(parent.height, node.height)
        if isinstance(parent.value, list):
            parent.value.append(node.value)
        elif parent.key is None:
            parent.key = self._key(parent, node.value, event.start_mark)
        else:
            parent.value[parent.key] = node.value
            parent.key = None

    def _key(self, parent: _Open, value: Any, mark: Any) -> str:
        if not isinstance(value, str):
            _refuse(self._path, mark, "a key must be a string: quote it")
        if value in parent.key_lines:
            _refuse(self._path, mark, f"duplicate key {value!r}, first given on line {parent.key_lines[value]}")
        parent.key_lines[value] = mark.line + 1
        return value

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _refuse_root(self, event: _NodeStart) -> None:
        if not self._open and not isinstance(event, yaml.MappingStartEvent):
            # By its index: the line of what is not there is one that a file without a last line break does not have.
            mark: Any = event.start_mark
            raise DocumentError(self._path, *_place(self._text[: mark.index]), "the document is not a mapping")

    def _refuse_tag(self, event: _NodeStart) -> None:
        if event.tag is not None:
            _refuse(self._path, event.start_mark, f"the tag {event.tag!r} is not allowed")

    def _refuse_depth(self, event: yaml.Event, depth: int) -> None:
        if depth > MAX_DEPTH:
            _refuse(self._path, event.start_mark, f"nested deeper than {MAX_DEPTH} levels")
