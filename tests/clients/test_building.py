from __future__ import annotations

import inspect
import sys
from typing import Any

import httpx
import pytest

from tests.clients.arguments import BODY, Arguments, Instance
from tests.clients.calls import SENDING, Calls
from tests.clients.client_case import FUNCTIONS, TOKEN
from tests.clients.sending import expected, sent_by
from tests.clients.synthetic import Synthetic, load_operations

OPERATIONS = load_operations()

REQUESTS: dict[str, Arguments] = {
    "list_runs": {("query", "label"): ["a", "b"], ("query", "page"): 2, ("header", "X-Trace"): "c"},
    "update_run": {("path", "run_id"): "a b?c", BODY: Instance("RunChanges", {"name": None})},
    "stop_run": {("path", "run_id"): "a"},
    "get_ticket": {("path", "run_id"): "a", BODY: {"user": "b", "scope": ["c", "d"]}},
    "put_file": {("path", "run_id"): "a", BODY: b"\xff\0"},
    "get_text": {},
}
"""Arguments by operation."""

KEY = {"x-key": TOKEN}

CLIENTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "plain": ({}, KEY),
    "another address": ({"base_url": "https://proxy.example/a/"}, KEY),
    "another header": ({"auth_header_name": "Authorization", "prefix": "Key"}, {"authorization": f"Key {TOKEN}"}),
    "headers": (
        {"headers": {"x-a": "b", "x-trace": "d", "content-type": "e"}},
        KEY | {"x-a": "b", "x-trace": "d", "content-type": "e"},
    ),
    "cookies": ({"cookies": {"a": "b"}}, KEY | {"cookie": "a=b"}),
}
"""A client's arguments, and the headers that it adds to each request without headers of the same names."""


@pytest.mark.parametrize(("client", "headers"), CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize(("name", "arguments"), REQUESTS.items(), ids=REQUESTS)
def test_a_request_has_its_clients_settings(
    synthetic: Synthetic, name: str, arguments: Arguments, client: dict[str, Any], headers: dict[str, str]
) -> None:
    """A sent or built request has its client's base URL, key, headers and cookies."""
    calls = Calls(synthetic, OPERATIONS[name])
    base = client.get("base_url", synthetic.base).rstrip("/")
    for function in SENDING:
        request = calls.request(function, arguments, calls.client(**client))
        assert type(request) is httpx.Request
        assert sent_by(request) == expected(calls.operation, arguments, base, headers)


def test_building_takes_what_the_calls_take(synthetic: Synthetic) -> None:
    """`build_request` has the calls' parameters, annotations and defaults; `parse_response` takes a response."""
    for operation in OPERATIONS.values():
        module = synthetic.module(operation.module)
        taken = [inspect.signature(getattr(module, each)).parameters for each in (*FUNCTIONS, "build_request")]
        assert taken == [taken[0]] * 5
        assert list(inspect.signature(module.parse_response).parameters) == ["response"]


def test_building_needs_no_connection(synthetic: Synthetic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Building makes no httpx client, sends nothing, and works without an event loop."""
    made = []

    def note(*_: Any, **__: Any) -> None:
        made.append(sys._getframe(1).f_code.co_name)

    monkeypatch.setattr(httpx.Client, "__init__", note)
    monkeypatch.setattr(httpx.AsyncClient, "__init__", note)
    for name, arguments in REQUESTS.items():
        calls = Calls(synthetic, OPERATIONS[name])
        calls.request("build_request", arguments)
        assert (made, calls.requests) == ([], [])
        assert not inspect.iscoroutinefunction(calls.module.build_request)


RESPONSES = [
    (200, b'{"items": [{"run_id": "a"}, {}]}'),
    (200, b'{"items": [{}]}'),
    (200, b"<html>"),
    (200, b""),
    (204, b""),
    (302, b""),
    (400, b'{"reason": "a"}'),
    (422, b"[]"),
    (500, b'{"reason": "a"}'),
    (520, b"\xff"),
]
"""Documented and undocumented statuses and bodies."""


@pytest.mark.parametrize(("status", "content"), RESPONSES)
def test_parsing_equals_the_calls_reading_of_a_response(synthetic: Synthetic, status: int, content: bytes) -> None:
    """Parsing returns the detailed call's result each time, and never raises for a server's response."""
    operation = synthetic.module("api.runs.list_runs")
    headers = {"retry-after": "1"}
    client = synthetic.client(lambda _: httpx.Response(status, content=content, headers=headers))
    response = httpx.Response(status, content=content, headers=headers)
    detailed = operation.sync_detailed(client=client, x_trace="a")
    for _ in range(2):
        parsed = operation.parse_response(response)
        assert parsed == detailed
        assert (type(parsed), parsed.status_code, parsed.content) == (
            synthetic.module("types").Response,
            status,
            content,
        )
        assert dict(parsed.headers) == dict(response.headers)
