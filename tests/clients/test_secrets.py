from __future__ import annotations

import asyncio
import copy
import functools
import http.server
import logging
import operator
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from codegen.walk import walk
from tests.clients.client_case import FUNCTIONS, SESSION_ID, TOKEN, ClientCase, encoded
from tests.clients.operations import operations_of
from tests.clients.showing import SECRET, shown

SHAPES = [SECRET, {"password": SECRET}, {SECRET: 1}, [SECRET], [{"a": [SECRET]}], f"wss://example/?key={SECRET}"]
"""Values of a sensitive property; some fit its type, and some do not."""


def outcomes(case: ClientCase, client: Any) -> Iterator[Any]:
    """Yield the result or the error of each of the four functions."""
    for function in FUNCTIONS:
        try:
            yield case.call(function, client)
        except (case.package.DecodeError, case.package.ApiError) as error:
            yield error


def with_value(case: ClientCase, place: list[Any], value: Any) -> Any:
    """Return an example of a success with a value set at some place, which may be new."""
    body = copy.deepcopy(case.examples(200)[0])
    if 0 in place:
        body[place[0]] = [{}]
    functools.reduce(operator.getitem, place[:-1], body)[place[-1]] = value
    return body


def test_no_response_shows_what_is_marked(case: ClientCase) -> None:
    """No operation's response shows a credential or signed URL at any depth."""
    schemas = [part.node for part in walk(case.document) if part.kind == "schema" and isinstance(part.node, dict)]
    properties = [item for schema in schemas for item in schema.get("properties", {}).items()]
    marked = {name for name, each in properties if each.get("x-sensitive")}
    hidden = 0
    for operation in operations_of(case.document):
        for status in operation.bodies:
            for example in operation.examples(status):
                body = _with_secrets(example, marked)
                response = httpx.Response(status, content=encoded(body))
                hidden += SECRET in str(body)
                assert SECRET not in shown(case.module(operation.module).parse_response(response).parsed)
    assert hidden or not marked


def _with_secrets(body: Any, names: set[str]) -> Any:
    if isinstance(body, dict):
        return {name: SECRET if name in names else _with_secrets(each, names) for name, each in body.items()}
    return [_with_secrets(each, names) for each in body] if isinstance(body, list) else body


def test_a_client_shows_no_secret(case: ClientCase) -> None:
    """A client prints only its kind and host, even if the URL is invalid."""
    arguments: dict[str, Any] = {
        "token": SECRET,
        "headers": {"x-a": SECRET},
        "cookies": {"a": SECRET},
        "httpx_args": {"auth": ("user", SECRET), SECRET: SECRET},
    }
    name = case.package.AuthenticatedClient.__name__
    for base, host in {
        f"https://user:{SECRET}@proxy.example/{SECRET}?key={SECRET}": "proxy.example",
        f"https://user:{SECRET}@proxy.example:{SECRET}/": "no valid address",
        f"\n{SECRET}": "no valid address",
    }.items():
        client = case.package.AuthenticatedClient(**arguments, base_url=base)
        for each in (client, client.with_headers({"x-b": SECRET}), client.with_cookies({"b": SECRET}).with_timeout(1)):
            assert repr(each) == str(each) == f"<{name} of {host}>"
    del arguments["token"]
    assert SECRET not in shown(case.package.Client(**arguments))


def test_sensitive_properties_are_hidden(case: ClientCase) -> None:
    """Nothing made from a response shows a credential, whether or not it fits the document."""
    for place in case.sensitive:
        for shape in SHAPES:
            body = with_value(case, place, shape)
            response = case.response(body)
            assert SECRET in str(response.parsed.to_dict())
            for each in (
                response.parsed,
                case.session_of(response.parsed),
                *outcomes(case, case.responding(200, encoded(body))),
            ):
                assert SECRET not in shown(each)


def test_unknown_properties_are_hidden(case: ClientCase) -> None:
    """An unknown property may be a credential: its name is shown, and its value is not."""
    for status in case.statuses:
        for shape in SHAPES:
            body = case.examples(status)[0] | {"newKey": shape}
            client = case.responding(status, encoded(body))
            for each in outcomes(case, client):
                assert SECRET not in shown(each)
            assert "'newKey': ..." in repr(case.call("sync_detailed", client).parsed)


def test_values_that_do_not_fit_are_hidden(case: ClientCase) -> None:
    """An error in any part of a success names kinds of values, never the values."""
    for shape in SHAPES:
        if isinstance(shape, str):
            continue  # an id is not a secret
        found = [*outcomes(case, case.responding(200, encoded(with_value(case, case.identifying, shape))))]
        assert [type(each).__name__ for each in found] == ["Response", "DecodeError"] * 2
        for each in found:
            assert SECRET not in shown(each)


@pytest.mark.parametrize(
    "content", [SECRET, f'"{SECRET}"', f'{{"{SECRET}": 1, "a', f'["{SECRET}"]', f'{{"{SECRET}": 5}}']
)
def test_bodies_are_hidden(case: ClientCase, content: str) -> None:
    """No error and no response shows the body, with any status."""
    for status in (*case.statuses, 302, 418, 520):
        for each in outcomes(
            case, case.responding(status, content.encode(), {"set-cookie": SECRET, "location": SECRET})
        ):
            assert SECRET not in shown(each).replace(f"'{SECRET}': ...", "")


def test_bad_arguments_are_hidden(case: ClientCase) -> None:
    """Errors repeat neither a refused token nor a setting that is given twice."""
    package = case.package
    for arguments in ({"token": f"{SECRET}\n"}, {"token": f"é{SECRET}"}, {"token": SECRET, "prefix": "a\nb"}):
        with pytest.raises(ValueError, match="no header can carry") as caught:
            package.AuthenticatedClient(**arguments)
        assert SECRET not in shown(caught.value)
    client = package.AuthenticatedClient(token=SECRET, httpx_args={"headers": {"a": SECRET}, "cookies": {"b": SECRET}})
    with pytest.raises(TypeError, match="httpx_args repeats cookies, headers") as repeated:
        client.get_httpx_client()
    assert SECRET not in shown(repeated.value)


class Handler(http.server.BaseHTTPRequestHandler):
    """A server that sends one body and keeps the received headers."""

    content = b""
    sent: list[str]

    def do_GET(self) -> None:
        """Respond to a request."""
        self.sent.append(str(self.headers))
        self.send_response(200)
        self.send_header("content-length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def address(case: ClientCase, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield the URL of a server whose responses have secrets in every place."""
    body = case.examples(200)[0] | {"newKey": SECRET}
    for place in case.sensitive:
        body = with_value(case, place, SECRET) | {"newKey": SECRET}
    monkeypatch.setattr(Handler, "content", encoded(body))
    monkeypatch.setattr(Handler, "sent", [], raising=False)
    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_call_logs_no_secret(case: ClientCase, address: str, caplog: pytest.LogCaptureFixture) -> None:
    """With every logger at its lowest level, a real request logs no key, header, cookie, password or body."""
    caplog.set_level(logging.DEBUG)
    settings: dict[str, Any] = {"headers": {"x-a": SECRET}, "cookies": {"a": SECRET}, "token": SECRET}
    settings["auth_header_name"] = "x-key"  # the user in the URL occupies `Authorization`
    for base in (f"http://{address}", f"http://user:{SECRET}@{address}"):
        client = case.package.AuthenticatedClient(base_url=base, **settings)
        with client:
            case.operation.sync(SESSION_ID, client=client)

        async def call(base: str = base) -> None:
            async with case.package.AuthenticatedClient(base_url=base, **settings) as client:
                await case.operation.asyncio(SESSION_ID, client=client)

        asyncio.run(call())
    assert {"httpx", "httpcore.connection", "httpcore.http11"} <= {each.name for each in caplog.records}
    assert [text for text in Handler.sent if SECRET in text] == Handler.sent
    assert len(Handler.sent) == 4
    assert SECRET not in caplog.text
    assert SECRET not in str([vars(each) for each in caplog.records])


@pytest.mark.parametrize("value", [f"{SECRET}…", f"{SECRET}\n", f" {SECRET}", f"{SECRET}\x00"])
def test_a_header_that_none_can_carry_shows_no_secret(case: ClientCase, value: str) -> None:
    """The header is refused at once by name; neither the error nor its causes contain the value."""
    client = case.package.AuthenticatedClient(token=TOKEN)
    for make in (case.package.Client, lambda **each: client.with_headers(*each.values())):
        with pytest.raises(ValueError, match=r"^the header 'x-a' has characters that no header can carry$") as caught:
            make(headers={"x-a": value})
        assert SECRET not in shown(caught.value)


def test_a_failed_call_shows_no_secret(case: ClientCase, caplog: pytest.LogCaptureFixture) -> None:
    """The error of httpx for a missing response shows no secret either."""
    caplog.set_level(logging.DEBUG)
    client = case.package.AuthenticatedClient(
        token=SECRET,
        auth_header_name="x-key",
        base_url=f"http://user:{SECRET}@127.0.0.1:1",
        headers={"x-a": SECRET},
        cookies={"a": SECRET},
    )
    with pytest.raises(httpx.ConnectError) as caught:
        case.call("sync", client)
    assert SECRET not in shown(caught.value)
    assert SECRET not in caplog.text
