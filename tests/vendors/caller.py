"""Calls a vendor's SDK, and reports where a response does not fit the SDK's own types.

The Python that runs this file has that SDK installed, and none of our packages. Calls arrive as lines of JSON,
and the outcome of each call is printed as one line:

    python caller.py browserbase.Browserbase '{"api_key": "…", "base_url": "…"}'
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
import types
import typing
from collections.abc import Callable, Iterator
from functools import partial
from operator import attrgetter
from typing import Any
from unittest.mock import patch

import httpx
from pydantic import BaseModel, RootModel, TypeAdapter, ValidationError


def call(client: Any, line: dict[str, Any]) -> dict[str, Any]:
    """Call the named method, and return the raised error and the type's objections to the response."""
    received: list[httpx.Response] = []
    with patch.object(httpx.Client, "send", _recording(received)):
        try:
            method = attrgetter(line["method"])(client)
            result = method(*line["arguments"], **line["named"])
        except Exception as error:  # noqa: BLE001 - every error is reported by its class name
            problems = [*_reasons(error)] if isinstance(error, ValidationError) else []
            return {"raised": type(error).__name__, "text": str(error), "problems": problems}
    (response,) = received
    return {"raised": None, "problems": list(find_problems(_promised(method), response, result))}


def _recording(received: list[httpx.Response]) -> Callable[..., httpx.Response]:
    send = httpx.Client.send

    def recorded(self: httpx.Client, *arguments: Any, **named: Any) -> httpx.Response:
        response = send(self, *arguments, **named)
        response.read()
        received.append(response)
        return response

    return recorded


def _promised(method: Any) -> Any:
    """Return a method's return type; its other annotations may use names that only type checkers import."""
    method = inspect.unwrap(method)
    only = types.SimpleNamespace(__annotations__={"return": method.__annotations__["return"]})
    return typing.get_type_hints(only, method.__globals__, include_extras=True)["return"]


def find_problems(promised: Any, response: httpx.Response, result: Any) -> Iterator[str]:
    """Yield a type's objections to a response and to the SDK's result: each place, and the problem there."""
    if "json" not in response.headers["content-type"]:
        if result.read() != response.content:
            yield "body: read as something else"
        return
    raw = response.json()
    try:
        validated = TypeAdapter(promised).validate_json(response.content, strict=True)
    except ValidationError as error:
        yield from _reasons(error)
    else:
        if not _is_same(result, validated):
            yield "body: read as something else"
    yield from _unnamed(raw, result)
    yield from _unlisted(promised, result)


def _reasons(error: ValidationError) -> Iterator[str]:
    return (f"{_place(each['loc'])}: {each['type']}" for each in error.errors())


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two values have the same fields; Browserbase's models repeat each field as an extra."""
    if isinstance(one, BaseModel):
        fields = type(one).model_fields
        return type(one) is type(other) and all(_is_same(getattr(one, name), getattr(other, name)) for name in fields)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return bool(one == other)


def _place(location: tuple[str | int, ...]) -> str:
    return ".".join("*" if isinstance(part, int) else part for part in location) or "body"


def _unnamed(raw: Any, value: Any, *place: str | int) -> Iterator[str]:
    """Yield the properties of a response that the SDK's models lack."""
    if isinstance(value, RootModel):
        yield from _unnamed(raw, value.root, *place)
    elif isinstance(value, BaseModel) and isinstance(raw, dict):
        fields = {field.alias or name: name for name, field in type(value).model_fields.items()}
        for name, each in raw.items():
            if name in fields:
                yield from _unnamed(each, getattr(value, fields[name]), *place, name)
            else:
                yield f"{_place((*place, name))}: unknown to the SDK"
    elif isinstance(value, list) and isinstance(raw, list):
        for number, both in enumerate(zip(raw, value, strict=True)):
            yield from _unnamed(*both, *place, number)


def _unlisted(kind: Any, value: Any, *place: str | int) -> Iterator[str]:
    """Yield the places whose value is not listed, although the type accepts any value."""
    alternatives = list(_alternatives(kind))
    listed = [each for one in alternatives if typing.get_origin(one) is typing.Literal for each in typing.get_args(one)]
    if listed and (Any in alternatives or str in alternatives) and value is not None and value not in listed:
        yield f"{_place(place)}: not listed: {value}"
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield from _unlisted(field.annotation, getattr(value, name, None), *place, field.alias or name)
    if isinstance(value, list):
        items = [typing.get_args(each)[0] for each in alternatives if typing.get_origin(each) is list]
        for number, each in enumerate(value if items else ()):
            yield from _unlisted(items[0], each, *place, number)


def _alternatives(kind: Any) -> Iterator[Any]:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        for each in typing.get_args(kind):
            yield from _alternatives(each)
    else:
        yield kind


def main() -> None:
    """Make a call for each line of the input."""
    module, _, name = sys.argv[1].rpartition(".")
    client = getattr(importlib.import_module(module), name)(**json.loads(sys.argv[2]))
    for outcome in map(partial(call, client), map(json.loads, sys.stdin)):
        sys.stdout.write(f"{json.dumps(outcome)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
