from __future__ import annotations

import asyncio
import gc
import typing
import weakref
from collections.abc import Callable
from typing import Any

import attrs
import httpx
import pytest

from tests.clients.client_case import FUNCTIONS, SESSION_ID, ClientCase, encoded
from tests.clients.copies import COPIES
from tests.clients.oracle import Unfit

NOT_JSON = object()


@attrs.frozen
class Body:
    """The body of a response."""

    content: bytes
    value: Any
    """The body's value, if it is JSON."""
    got: str = "something else"
    """The error's name for the body, if it is not JSON."""
    headers: dict[str, str] = attrs.field(factory=dict)


def small_bodies(example: dict[str, Any]) -> dict[str, Body]:
    """Return small bodies that servers and their proxies send, derived from the valid body."""
    text = encoded(example)
    key = next(iter(example))
    return {
        "right": Body(text, example, headers={"content-type": "application/json"}),
        "wrong content type": Body(text, example, headers={"content-type": "text/html; charset=latin-1"}),
        "unknown charset": Body(text, example, headers={"content-type": "application/json; charset=hex"}),
        "BOM": Body(b"\xef\xbb\xbf" + text, example),
        "blanks": Body(b"\r\n\t " + text + b"\n", example),
        "repeated key": Body(b'{"%s": 5, %s' % (key.encode(), text[1:]), example),
        "too large number": Body(text[:-1] + b', "zz": 1e999}', example | {"zz": float("inf")}),
        "empty object": Body(b"{}", {}),
        "array": Body(b"[]", []),
        "array of one": Body(b"[" + text + b"]", [example]),
        "null": Body(b"null", None),
        "true": Body(b"true", True),  # noqa: FBT003 - a body
        "number": Body(b"5", 5),
        "string": Body(b'"a"', "a"),
        "HTML": Body(b"<html>Bad gateway</html>", NOT_JSON, headers={"content-type": "text/html"}),
        "empty": Body(b"", NOT_JSON, "nothing"),
        "BOM alone": Body(b"\xef\xbb\xbf", NOT_JSON),
        "truncated": Body(text[:-2], NOT_JSON),
        "two": Body(text + text, NOT_JSON),
        "bad UTF-8": Body(text[:-1] + b', "zz": "\xff"}', NOT_JSON),
        "UTF-16": Body(text.decode().encode("utf-16"), NOT_JSON),
        "NaN": Body(text[:-1] + b', "zz": NaN}', NOT_JSON),
        "Infinity": Body(text[:-1] + b', "zz": -Infinity}', NOT_JSON),
        "5,000 digits": Body(text[:-1] + b', "zz": ' + b"9" * 5_000 + b"}", NOT_JSON),
        "single quotes": Body(b"{'a': 1}", NOT_JSON),
        "zeros": Body(b"\0" * 10, NOT_JSON),
    }


def deep_bodies(example: dict[str, Any]) -> dict[str, Body]:
    """Return bodies of 100,000 nested arrays and objects."""
    text, depth = encoded(example), 100_000
    arrays, objects = b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth
    got = "JSON that is nested too deeply"
    return {
        "arrays": Body(arrays, NOT_JSON, got),
        "objects": Body(objects, NOT_JSON, got),
        "in an unknown property": Body(text[:-1] + b', "zz": ' + arrays + b"}", NOT_JSON, got),
        "open arrays": Body(arrays[:depth], NOT_JSON, got),
    }


def large_body(example: dict[str, Any]) -> Body:
    """Return a body of 30 MB."""
    text = "a" * 30_000_000
    return Body(b'%s, "zz": "%s"}' % (encoded(example)[:-1], text.encode()), example | {"zz": text})


class Server:
    """A server for one client that sends the given response."""

    def __init__(self, case: ClientCase) -> None:
        self.case = case
        self.client = case.client(self.respond)
        self.status = 200
        self.body = Body(b"", NOT_JSON)

    def respond(self, _: httpx.Request) -> httpx.Response:
        """Send the given response."""
        return httpx.Response(self.status, content=self.body.content, headers=self.body.headers)

    def example(self, status: int) -> dict[str, Any]:
        """Return the example of a documented status; of a success for any other status."""
        example: dict[str, Any] = self.case.examples(status if status in self.case.statuses else 200)[0]
        return example

    def hold(self, function: str, status: int, body: Body) -> None:
        """Call a function that receives a response, and assert that its whole outcome is right."""
        self.status, self.body = status, body
        parsed, error = self.expected()
        result = self.result(function)
        if "detailed" in function:
            assert type(result) is self.case.module("types").Response
            assert (*self.received(result), self.place(result.error)) == (status, parsed, error)
        elif error is not None:
            assert self.place(result) == error
        elif status == 200:
            assert self.case.oracle.plain(result) == parsed
        else:
            assert type(result) is self.case.package.ApiError
            assert self.received(result) == (status, parsed)

    def result(self, function: str) -> Any:
        """Return the value that a function returns, or the error that it raises."""
        try:
            return self.case.call(function, self.client)
        except (self.case.package.DecodeError, self.case.package.ApiError) as error:
            return error

    def expected(self) -> tuple[Any, Any]:
        """Return the expected outcome: the plain form of the model, and the error or its path."""
        if self.status not in self.case.statuses:
            return None, None
        if self.body.value is NOT_JSON:
            error = self.case.package.DecodeError("", "JSON", self.body.got)
            return None, error if self.status == 200 else None
        try:
            return self.case.oracle.decode(self.case.schema(self.status), self.body.value), None
        except Unfit as unfit:
            return None, unfit.path if self.status == 200 else None

    def received(self, result: Any) -> tuple[int, Any]:
        """Return the status and the plain form of the model, after comparing the rest with the response."""
        assert type(result.status_code) is int
        assert result.content == self.body.content
        assert {name: result.headers[name] for name in self.body.headers} == self.body.headers
        return result.status_code, None if result.parsed is None else self.case.oracle.plain(result.parsed)

    def place(self, error: Any) -> Any:
        """Return the path of a decoding error, or the whole error if the body is not JSON."""
        return error if error is None or self.body.value is NOT_JSON else error.path


@pytest.fixture
def server(case: ClientCase) -> Server:
    """Return a server of the client's API."""
    return Server(case)


@pytest.mark.parametrize("name", ["right", "HTML", "empty"])
def test_no_status_raises_from_a_detailed_call(server: Server, name: str) -> None:
    """Every status, including 1xx and 520s, is a plain integer in a response."""
    step = 1 if name == "right" else 7
    for status in [*range(100, 600, step), 600, 999]:
        server.hold("sync_detailed", status, small_bodies(server.example(status))[name])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_body_has_its_outcome(server: Server, function: str) -> None:
    """A detailed call never raises; the others return the success, or raise only DecodeError or ApiError."""
    is_async = "asyncio" in function  # asynchronous calls differ only in sending
    for status in (200, 404) if is_async else [*server.case.statuses, 204, 302, 418, 500, 520]:
        for body in small_bodies(server.example(status)).values():
            server.hold(function, status, body)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_body_that_is_nested_too_deeply_is_not_fatal(server: Server, function: str) -> None:
    """A deeply nested body raises the same error as any other unreadable body."""
    for status in (200, 404, 500):
        for body in deep_bodies(server.example(status)).values():
            server.hold(function, status, body)


@pytest.mark.parametrize("status", [200, 404])
def test_a_large_body_is_read(server: Server, status: int) -> None:
    """The client does not limit the size of a body: it reads 30 MB."""
    server.hold("sync_detailed", status, large_body(server.example(status)))


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_body_that_cannot_be_unpacked_is_httpx_s_error(case: ClientCase, function: str, status: int) -> None:
    """A wrong compression raises httpx's DecodingError, because there is no body to put into a response."""
    client = case.responding(status, b"no gzip", {"content-encoding": "gzip"})
    with pytest.raises(httpx.DecodingError):
        case.call(function, client)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_response_is_httpx_s_error(case: ClientCase, function: str) -> None:
    """A failed connection raises httpx's own error."""

    def fail(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    with pytest.raises(httpx.ConnectError, match="no route"):
        case.call(function, case.client(fail))


def test_every_documented_example_is_read(case: ClientCase) -> None:
    """Examples of successes and failures are read; the error's `parsed` holds the failure's model."""
    for status in case.statuses:
        for example in case.examples(status):
            response = case.response(example, status)
            assert case.oracle.plain(response.parsed) == case.oracle.decode(case.schema(status), example)
            assert response.parsed.unexpected == {}
            if status != 200:
                with pytest.raises(case.package.ApiError) as caught:
                    case.call("sync", case.responding(status, encoded(example)))
                assert caught.value.parsed == response.parsed


def test_annotations_resolve_and_sync_s_hold_successes_alone(case: ClientCase) -> None:
    """`sync` is annotated with successes alone, and `sync_detailed` with every success and failure."""
    models, response = case.models, case.module("types").Response
    hints = {function: typing.get_type_hints(getattr(case.operation, function)) for function in FUNCTIONS}
    success = {getattr(models, name) for name in names_in(case.schema(200))}
    everything = {getattr(models, name) for status in case.statuses for name in names_in(case.schema(status))}
    assert {function: members(hint["return"]) for function, hint in hints.items() if "detailed" not in function} == {
        "sync": success,
        "asyncio": success,
    }
    for function in ("sync_detailed", "asyncio_detailed"):
        promised = hints[function]["return"]
        assert typing.get_origin(promised) is response
        assert members(typing.get_args(promised)[0]) == everything
    for hint in hints.values():
        assert hint["client"] is case.package.AuthenticatedClient
        assert next(iter(hint.values())) is str


def names_in(schema: dict[str, Any]) -> list[str]:
    """Return the names of the components that a schema refers to."""
    return [each["$ref"].rpartition("/")[2] for each in schema.get("anyOf", [schema])]


def members(hint: Any) -> set[Any]:
    """Return the types in a union."""
    return set(typing.get_args(hint) or [hint])


def values(case: ClientCase) -> dict[str, Any]:
    """Return a new response and a new error of each kind."""
    example = encoded(case.examples(200)[0])
    failure = encoded(case.examples(404)[0])
    headers = {"x-a": "b"}
    found = {
        "response": case.call("sync_detailed", case.responding(200, example, headers)),
        "failure": case.call("sync_detailed", case.responding(404, failure, headers)),
        "undecoded": case.call("sync_detailed", case.responding(200, b"{}", headers)),
        "DecodeError": case.package.DecodeError("data.id", "string", "null"),
    }
    with pytest.raises(case.package.ApiError) as caught:
        case.call("sync", case.responding(404, failure, headers))
    return found | {"ApiError": caught.value.with_traceback(None)}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_responses_and_errors_are_values(case: ClientCase, copied: Callable[[Any], Any]) -> None:
    """A copy is equal in every field; a response or error with other fields is not equal."""
    first, again = values(case), values(case)
    for name, value in first.items():
        copy_of_it = copied(value)
        assert copy_of_it == value == again[name]
        assert type(copy_of_it) is type(value)
        assert getattr(copy_of_it, "__dict__", None) == getattr(value, "__dict__", None)
        assert (str(copy_of_it), repr(copy_of_it)) == (str(value), repr(value))
        assert [other for other in [*first.values(), None, ""] if other == copy_of_it] == [value]


def test_errors_are_equal_by_all_that_they_hold(case: ClientCase) -> None:
    """Errors that differ in any field are unequal, and equal errors are the same key of a dict."""
    several: list[tuple[Any, list[tuple[Any, ...]]]] = [
        (case.package.DecodeError, [("a", "b", "c"), ("z", "b", "c"), ("a", "z", "c"), ("a", "b", "z")]),
        (case.package.ApiError, [(404, b"", {}, None), (500, b"", {}, None), (404, b"z", {}, None)]),
        (case.package.ApiError, [(404, b"", {}, None), (404, b"", {"z": "z"}, None), (404, b"", {}, {"z": "z"})]),
    ]
    for kind, rows in several:
        errors = [kind(*row) for row in rows]
        assert [[error == kind(*row) for row in rows] for error in errors] == [
            [one == other for other in range(len(rows))] for one in range(len(rows))
        ]
        assert {errors[0]: 1}[kind(*rows[0])] == 1
        assert errors[0] != type("Special", (kind,), {})(*rows[0])
    assert case.package.DecodeError("a", "b", "c") != case.package.ApiError(404, b"", {}, None)


def test_errors_and_responses_print_a_description(case: ClientCase) -> None:
    """The text of each error and response describes it without its body."""
    found = values(case)
    assert str(found["DecodeError"]) == "data.id: expected string, got null"
    assert str(case.package.DecodeError("", "JSON", "nothing")) == "the body: expected JSON, got nothing"
    assert repr(found["DecodeError"]) == "DecodeError('data.id', 'string', 'null')"
    assert str(found["ApiError"]) == "the server responded with status 404"
    assert repr(found["ApiError"]) == "ApiError(404)"
    assert repr(found["response"]) == f"Response(status_code=200, parsed={found['response'].parsed!r}, error=None)"
    assert repr(found["undecoded"]) == f"Response(status_code=200, parsed=None, error={found['undecoded'].error!r})"
    assert isinstance(found["DecodeError"], ValueError)


@pytest.mark.parametrize("body", [b"{}", b"{", b'{"a": "\xff"}', b"[" * 100_000], ids=["{}", "{", "bad UTF-8", "deep"])
def test_an_error_keeps_nothing_alive(case: ClientCase, body: bytes) -> None:
    """An error holds no frame or cause from its creation, and is freed when the caller drops it."""
    client = case.responding(200, body)
    error = case.call("sync_detailed", client).error
    assert (error.__traceback__, error.__context__, error.__cause__) == (None, None, None)
    gc.disable()
    try:
        case.call("sync", client)
    except case.package.DecodeError as raised:
        assert (raised.__context__, raised.__cause__) == (None, None)  # noqa: PT017 - `raises` would keep it
        reference = weakref.ref(raised)
    finally:
        gc.enable()
    assert reference() is None


def test_many_calls_at_once_share_a_client(case: ClientCase) -> None:
    """A hundred asynchronous calls on one client each get their own response."""

    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, content=request.url.path.rpartition("/")[2].encode())

    async def call_all() -> list[Any]:
        client = case.client(echo)
        calls = [case.operation.asyncio_detailed(f"{SESSION_ID}-{number}", client=client) for number in range(100)]
        return await asyncio.gather(*calls)

    contents = [response.content for response in asyncio.run(call_all())]
    assert contents == [f"{SESSION_ID}-{number}".encode() for number in range(100)]
