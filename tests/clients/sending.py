"""The exact request that a client must send for its arguments, derived from the document alone."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, quote
from uuid import UUID

import attrs
import httpx

from tests.clients.arguments import BODY, UNSET, Arguments, Instance, Member
from tests.clients.operations import Operation

_FORM = "application/x-www-form-urlencoded"

_OF_HTTPX = {"accept", "accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"}
"""Headers that httpx sends by itself."""

REFUSED = r"cannot be part of (a|this) path|offset|naive"
"""The messages of errors for refused arguments."""


class Refused(Exception):  # noqa: N818 - named for what happens to the arguments
    """The client must raise a ValueError for the arguments and send nothing."""


@attrs.frozen
class Sent:
    """A server's view of a request: JSON is text with sorted keys, a form is its pairs, and any other body is bytes."""

    method: str
    url: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    content: str | list[tuple[str, str]] | bytes


def sent_by(request: httpx.Request) -> Sent:
    """Return a server's view of a request."""
    url, _, query = str(request.url).partition("?")
    headers = {name: value for name, value in request.headers.items() if name not in _OF_HTTPX}
    content: Any = request.content
    if headers.get("content-type", "").endswith("json"):
        content = json.dumps(json.loads(content), sort_keys=True)
    elif headers.get("content-type") == _FORM:
        content = _by_name(_pairs(content.decode()))
    return Sent(request.method, url, _pairs(query), headers, content)


def expected(operation: Operation, arguments: Arguments, base: str, own: dict[str, str]) -> Sent:
    """Return the request that a client with its own headers must send to a base URL for the given arguments.

    Raises:
        Refused: The client must refuse the arguments.

    """
    pairs: dict[str, list[tuple[str, str]]] = {"path": [], "query": [], "header": []}
    for parameter in operation.parameters:
        given = arguments.get((parameter["in"], parameter["name"]), UNSET)
        fields = _json(given) if isinstance(given, Instance) else {parameter["name"]: given}
        pairs[parameter["in"]] += _fields(fields)
        if parameter["in"] == "path":
            _check_segment(parameter, _text(given))
    path = operation.path
    for name, text in pairs["path"]:
        path = path.replace(f"{{{name}}}", quote(text, safe=""))
    media_type, content = _content(operation, arguments.get(BODY, UNSET))
    headers = own | {name.lower(): text for name, text in pairs["header"]}
    headers |= {"content-type": media_type} if media_type else {}
    return Sent(operation.method.upper(), base + path, pairs["query"], headers, content)


def _content(operation: Operation, given: Any) -> tuple[str, Any]:
    """Return the media type and the content of a request."""
    if operation.body is None or given is UNSET:
        return "", b""
    media_type, _ = operation.body
    if media_type.endswith("json"):
        return media_type, json.dumps(_json(given), sort_keys=True)
    if media_type == _FORM:
        return media_type, _by_name(_fields(_json(given)))
    return media_type, given


def _fields(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the names and texts of a form or a query: an object has one pair for each property."""
    return [(name, text) for name, value in values.items() for text in _texts(value)]


def _json(value: Any) -> Any:
    """Return the JSON data that a client sends for plain data."""
    if isinstance(value, Instance):
        value = {**value.additional, **value.properties}
    match value:
        case dict():
            return {name: _json(each) for name, each in value.items() if each is not UNSET}
        case list():
            return [_json(item) for item in value]
        case Member():
            return value.value
        case dt.date():
            return _moment(value)
        case UUID():
            return str(value)
        case _:
            return value


def _moment(value: dt.date) -> str:
    if isinstance(value, dt.datetime) and value.utcoffset() is None:
        raise Refused
    return value.isoformat()


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of a parameter: none if it is not given, and one for each item of an array."""
    if value is not UNSET and value is not None:
        yield from map(_text, value if isinstance(value, list) else [value])


def _text(value: Any) -> str:
    plain = _json(value)
    return plain if isinstance(plain, str) else json.dumps(plain)


def _check_segment(parameter: dict[str, Any], text: str) -> None:
    reserved = parameter.get("x-reserved", ())
    if text in {"", ".", ".."} or text.strip().casefold() in reserved or (reserved and re.search(r"[/\\]", text)):
        raise Refused


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text))


def _by_name(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return pairs sorted by name alone, because the order of the values of one name matters."""
    return sorted(pairs, key=lambda pair: pair[0])
