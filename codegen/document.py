"""Strict YAML: a file becomes plain JSON data, or one error that names the line and the column.

YAML readers guess: `on` is a boolean, a date is an object, the last of two equal keys wins, ten lines of aliases fill
the memory. A spec is a third party's text, so scalars are JSON's and everything else is a string, keys are strings, and
what JSON cannot hold is refused. One exception: a key that is a plain integer, such as `200:`, is read as its text.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path, PurePath
from typing import Any, NoReturn

import attrs
import yaml
from yaml.composer import Composer

from codegen.errors import DocumentError, quoted, shortened

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?P<exponent>[eE][-+]?[0-9]+)?")
_TAG_DIRECTIVE = re.compile(r"(?:\A|[\r\n])(?=%TAG)")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_WORDS = {"null": None, "true": True, "false": False, "": None}
_NODE_WEIGHT = 4


@attrs.frozen
class Limits:
    """How large a document may be."""

    size: int = 2_000_000
    """Bytes of a file."""

    depth: int = 100
    """Levels of nesting: real specs have about 30, and later stages are recursive."""

    copied: int = 500_000
    """Characters that all aliases together add to a document; a node counts as at least four."""


LIMITS = Limits()


def load_document(path: Path, limits: Limits = LIMITS) -> dict[str, Any]:
    """Return the one mapping that a UTF-8 YAML file holds.

    Raises:
        DocumentError: The file cannot be read, exceeds a limit, or is not the YAML described at the top of this module.

    """
    try:
        with path.open("rb") as file:
            data = file.read(limits.size + 1)
    except OSError as error:
        raise DocumentError(path, 0, 0, f"cannot be read: {error.strerror}") from error
    return parse_document(data, path, limits)


def parse_document(data: bytes, path: PurePath, limits: Limits = LIMITS) -> dict[str, Any]:
    """Return the one mapping in a file's content; errors name the file by `path`.

    Raises:
        DocumentError: The content exceeds a limit, or is not the YAML described at the top of this module.

    """
    if len(data) > limits.size:
        raise DocumentError(path, 1, 1, f"is larger than {limits.size:,} bytes")
    text = _decoded(data, path)
    if directive := _TAG_DIRECTIVE.search(text):  # many of them take the parser quadratic time
        raise DocumentError(path, *_place(text[: directive.end()]), "tag directives are not allowed")
    try:
        root = _Loader(text, limits).get_single_node()
        if not isinstance(root, yaml.MappingNode):
            raise DocumentError(path, *_place(text[: root.start_mark.index] if root else ""), "expected one mapping")
        document: dict[str, Any] = _value(root, 0, limits)
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position].decode()
        problem = f"the character U+{error.character:04X} is not allowed in YAML"
        raise DocumentError(path, *_place(before), problem) from error
    except yaml.MarkedYAMLError as error:
        context = f"{error.context}: " if error.context else ""
        raise DocumentError(
            path, *_place(text[: _start(error, text)]), shortened(f"{context}{error.problem}")
        ) from error
    return document


def copied(value: Any) -> Any:
    """Return a deep copy of plain data without shared parts; `copy.deepcopy` keeps sharing, and is slower."""
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def canonical(value: Any) -> str:
    """Return a text that is equal only for equal JSON: in Python, `1 == True == 1.0`."""
    return json.dumps(value, sort_keys=True)


def _decoded(data: bytes, path: PurePath) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()  # without the byte order mark
        raise DocumentError(path, *_place(before), "is not UTF-8") from error


def _place(before: str) -> tuple[int, int]:
    """Return the line and column at the end of a text."""
    lines = _LINE_BREAK.split(before)
    return len(lines), len(lines[-1]) + 1


def _start(error: Any, text: str) -> int:
    """Return where a syntax error is; of an unclosed construct, where it begins."""
    is_unfinished = error.problem == "could not find expected ':'" or error.problem_mark.index == len(text)
    mark = error.context_mark if error.context_mark and is_unfinished else error.problem_mark
    return int(mark.index)


class _Loader(Composer, yaml.CSafeLoader):
    """Composes nodes from the events of the C parser, whose own composer crashes on deep nesting and hides tags."""

    def __init__(self, text: str, limits: Limits) -> None:
        yaml.CSafeLoader.__init__(self, text)
        Composer.__init__(self)
        self._limits = limits
        self._depth = 0
        self._weight = 0
        self._weights: dict[yaml.Node, int] = {}
        self._copied = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()
        before = self._weight
        if getattr(event, "tag", None) is not None:
            _refuse(event, f"the tag {event.tag!r} is not allowed")
        _require_depth(event, self._depth, self._limits)
        self._depth += 1
        node: Any = super().compose_node(parent, index)
        self._depth -= 1
        if isinstance(event, yaml.AliasEvent):
            self._weight += self._copy(event, node)
        else:
            self._weight += _NODE_WEIGHT + len(node.value)
            self._weights[node] = self._weight - before
        return node

    def _copy(self, event: Any, node: Any) -> int:
        """Return what an alias adds to the document."""
        if node not in self._weights:
            _refuse(event, f"the alias {event.anchor!r} is inside its own anchor")
        self._copied += self._weights[node]
        if self._copied > self._limits.copied:
            _refuse(event, "the aliases copy too much: is this an alias bomb?")
        return self._weights[node]


def _refuse(node: Any, problem: str) -> NoReturn:
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


def _require_depth(node: Any, depth: int, limits: Limits) -> None:
    if depth > limits.depth:
        _refuse(node, f"nested deeper than {limits.depth} levels")


def _value(node: Any, depth: int, limits: Limits) -> Any:
    """Return the value of a node inside `depth` collections; an alias may have moved it deeper than it was parsed."""
    _require_depth(node, depth, limits)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, depth + 1, limits) for item in node.value]
    mapping: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for name, item in node.value:
        key = _key(name)
        if key in mapping:
            _refuse(name, f"duplicate key {quoted(key)}, first given on line {lines[key]}")
        lines[key] = name.start_mark.line + 1
        mapping[key] = _value(item, depth + 1, limits)
    return mapping


def _scalar(node: yaml.ScalarNode) -> Any:
    """Return the value of a scalar; only plain ones can be JSON's literals and numbers."""
    text: str = node.value
    number = None if node.style else _NUMBER.fullmatch(text)
    if number is None:
        return text if node.style else _WORDS.get(text, text)
    if not math.isfinite(float(text)):  # integers too: later code may compute with them
        _refuse(node, f"the number {quoted(text)} is too large for a float")
    return float(text) if number["fraction"] or number["exponent"] else int(text)


def _key(node: Any) -> str:
    value = _scalar(node) if isinstance(node, yaml.ScalarNode) else None
    if value == "<<" and not node.style:
        _refuse(node, "merge keys are not part of YAML 1.2: write the keys out")
    if type(value) is not int and not isinstance(value, str):
        _refuse(node, "a key must be a string: quote it")
    return str(node.value)
