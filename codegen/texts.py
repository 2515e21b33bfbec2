"""Texts that are valid in a document, and that no client can carry unchanged.

Prose is never refused: whatever it holds, the templates quote it. What is refused here are names and values that
must reach the wire as they are, and would not.
"""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from codegen import client
from codegen.errors import Problem, pointer
from codegen.walk import Part

# What may stand in a path as it is, RFC 3986.
_CHARACTER = r"[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}"
_SEGMENT = r"/(?!\.{1,2}(?:/|$))"
_SERVER = re.compile(rf"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:{_SEGMENT}(?:{_CHARACTER})+)*/?")
# Braces that are no parameter's are told of by the validation.
_PATH = re.compile(rf"(?:{_SEGMENT}(?:{_CHARACTER}|\{{[^{{}}]*\}}|[{{}}])+)*/?")
_PATH_PARAMETER = re.compile(r"[A-Za-z_-][A-Za-z0-9_-]*")  # what the generator finds in a path
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_|~-]+")  # RFC 9110's token, but for the backtick
_MEDIA_TYPE = re.compile(r"[ -~]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


def find_broken_values(value: Any, parts: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """Yield the texts that no file can hold and the numbers that are not JSON, wherever they stand."""
    if isinstance(value, dict):
        for key, item in value.items():
            if _SURROGATE.search(key):
                yield Problem(pointer(*parts), f"the name {_shown(key)} holds half of a surrogate pair: remove it")
            else:
                yield from find_broken_values(item, (*parts, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from find_broken_values(item, (*parts, index))
    elif isinstance(value, str) and _SURROGATE.search(value):
        yield Problem(pointer(*parts), f"{_shown(value)} holds half of a surrogate pair: remove it")
    elif isinstance(value, float) and not math.isfinite(value):
        yield Problem(pointer(*parts), f"{value} is no JSON number: remove it")


def find_unsafe_texts(document: dict[str, Any], parts: Iterable[Part]) -> Iterator[Problem]:
    """Yield the names and values that would not reach the wire as they are.

    Args:
        document: A valid OpenAPI document.
        parts: What `walk` yields for it.

    """
    yield from _first_server(document)
    for part in parts:
        rule = _RULES.get(part.kind)
        if rule and part.reference is None and isinstance(part.node, dict):
            for text in rule(part):
                yield Problem(part.location, text)


def _first_server(document: dict[str, Any]) -> Iterator[Problem]:
    for server in document.get("servers", [])[:1]:
        if not _SERVER.fullmatch(server["url"]):
            text = f"{_shown(server['url'])} is no plain http or https address, from its host to the end of its path"
            yield Problem(pointer("servers", 0, "url"), text)


def _path(part: Part) -> Iterator[str]:
    if part.parts[:-1] == ("paths",) and not _PATH.fullmatch(str(part.parts[-1])):
        yield "the path holds an empty segment, a dot segment, or a character that must be percent-encoded"


def _parameter(part: Part) -> Iterator[str]:
    name, place = part.node["name"], part.node["in"]
    if place == "cookie":
        yield "a cookie is not a parameter of a call here: remove it, users give it to the client"
    elif place == "header" and not _HEADER.fullmatch(name):
        yield f"no header can be named {_shown(name)}"
    elif place == "path" and not _PATH_PARAMETER.fullmatch(name):
        yield f"a parameter named {_shown(name)} would not be found in the path: use letters, digits, _ and - alone"
    else:
        yield from _lossy("parameter", name, "rename it")


def _security_scheme(part: Part) -> Iterator[str]:
    if part.node["type"] == "apiKey" and part.node["in"] == "header" and not _HEADER.fullmatch(part.node["name"]):
        yield f"no header can be named {_shown(part.node['name'])}"


def _body(part: Part) -> Iterator[str]:
    for media_type in part.node["content"]:
        if not _MEDIA_TYPE.fullmatch(media_type):
            yield f"no header can hold the media type {_shown(media_type)}"


def _schema(part: Part) -> Iterator[str]:
    for name in part.node.get("properties", {}):
        yield from _lossy("property", name, "remove it, its value stays in additional_properties")
    for value in part.node.get("enum", []):
        yield from _lossy("enum value", value, "remove it, what an enum does not know is kept")


def _lossy(what: str, text: Any, repair: str) -> Iterator[str]:
    if isinstance(text, str) and (lost := sorted(set(text) - set(client.in_literal(text)))):
        characters = ", ".join(f"U+{ord(character):04X}" for character in lost)
        yield f"{characters} in the {what} {_shown(text)} would be lost: {repair}"


def _shown(text: str) -> str:
    return reprlib.repr(text)


_RULES: dict[str, Callable[[Part], Iterator[str]]] = {
    "path": _path,
    "parameter": _parameter,
    "security scheme": _security_scheme,
    "body": _body,
    "schema": _schema,
}
