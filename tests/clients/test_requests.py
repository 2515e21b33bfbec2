from __future__ import annotations

import asyncio
import ssl
import threading
from typing import Any

import httpx
import pytest

from tests.clients.client_case import FUNCTIONS, SESSION_ID, TOKEN, ClientCase, encoded

HOSTILE_IDS = {
    "a/b": "a%2Fb",
    "/": "%2F",
    "../projects": "..%2Fprojects",
    "..\\projects": "..%5Cprojects",
    "...": "...",
    ".hidden": ".hidden",
    "%2e%2e": "%252e%252e",
    "%": "%25",
    "é": "%C3%A9",
    "\uff0e\uff0e": "%EF%BC%8E%EF%BC%8E",
    "a b": "a%20b",
    " ": "%20",
    "+": "%2B",
    "?a=b": "%3Fa%3Db",
    "#a": "%23a",
    "a;b:c@d&e": "a%3Bb%3Ac%40d%26e",
    "\r\nX-Evil: 1": "%0D%0AX-Evil%3A%201",
    "\0": "%00",
    "~-_.": "~-_.",
    "{id}": "%7Bid%7D",
    "😀": "%F0%9F%98%80",
}
"""Ids with special characters, and the path segments that clients send for them."""

REFUSED_IDS = ["", ".", "..", "\ud800"]
"""Ids that would reach another route, or that a URL cannot hold."""

STRAY = [" {}", "{} ", "\n{}", "{}\n", "{}\0", "{}\x7f", "s3\n{}", "s3\r\nX-Evil: {}", "s3\t{}", "é{}", "{}\u2028"]
BAD_TOKENS = ["", " ", *(text.format("s3cret") for text in STRAY)]

NO_TIMEOUT = {"connect": None, "read": None, "write": None, "pool": None}


class Recorder:
    """A server that keeps the requests, and sends an example for each."""

    def __init__(self, case: ClientCase) -> None:
        self.requests: list[httpx.Request] = []
        self._content = encoded(case.examples(200)[0])

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Respond to a request."""
        self.requests.append(request)
        return httpx.Response(200, content=self._content)

    @property
    def request(self) -> httpx.Request:
        """The only request that was received."""
        (request,) = self.requests
        return request


@pytest.fixture
def recorder(case: ClientCase) -> Recorder:
    """Return a server of the client's API."""
    return Recorder(case)


def whole(request: httpx.Request) -> tuple[str, str, dict[str, str], bytes]:
    """Return the parts of a request that a server sees."""
    return request.method, str(request.url), dict(request.headers), request.content


def headers_for(url: str, **own: str) -> dict[str, str]:
    """Return the headers that httpx itself sends to a URL, with more headers."""
    return dict(httpx.Headers({"host": httpx.URL(url).host} | dict(httpx.Client().headers) | own))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_token_is_all_that_a_client_needs(case: ClientCase, recorder: Recorder, function: str) -> None:
    """With only a token, a client uses the API's method, URL and key header."""
    case.call(function, case.client(recorder))
    expected = case.method, case.url, headers_for(case.url, **{case.header: case.value}), b""
    assert whole(recorder.request) == expected


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_hostile_id_stays_one_segment_of_the_path(case: ClientCase, recorder: Recorder, function: str) -> None:
    """An id with any characters names a session and reaches no other route."""
    client = case.client(recorder)
    reserves = case.provider.slug in {"anchorbrowser", "skyvern"}  # these two serve other routes beside a session's
    sent = {each: segment for each, segment in HOSTILE_IDS.items() if not (reserves and {"/", "\\"} & set(each))}
    for session_id in sent:
        case.call(function, client, session_id)
    assert [str(request.url) for request in recorder.requests] == [
        case.url.replace(SESSION_ID, segment) for segment in sent.values()
    ]
    for session_id in HOSTILE_IDS.keys() - sent.keys():
        with pytest.raises(ValueError, match="the API has another route there"):
            case.call(function, client, session_id)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_refused_id_sends_nothing(case: ClientCase, recorder: Recorder, function: str) -> None:
    """An id that would reach another route raises ValueError before anything is sent."""
    for session_id in REFUSED_IDS:
        with pytest.raises(ValueError, match=r"cannot be part of a path|surrogates not allowed"):
            case.call(function, case.client(recorder), session_id)
    assert recorder.requests == []


@pytest.mark.parametrize("base", ["https://proxy.example/a/b", "https://proxy.example/a/b/", "http://proxy.example:81"])
def test_another_base_url_keeps_its_own_path(case: ClientCase, recorder: Recorder, base: str) -> None:
    """The operation's path is appended to the base URL, with or without a final slash."""
    case.call("sync", case.client(recorder, base_url=base))
    assert str(recorder.request.url) == base.rstrip("/") + case.path


def test_a_user_in_the_base_url_is_sent_as_httpx_does(case: ClientCase, recorder: Recorder) -> None:
    """A user and a password in the base URL become basic authentication, and are removed from the URL."""
    base = "https://us%20er:p%40ss@proxy.example"
    case.call("sync", case.client(recorder, base_url=base, auth_header_name="x-key"))
    assert str(recorder.request.url).startswith("https://proxy.example/")
    assert recorder.request.headers["authorization"] == "Basic dXMgZXI6cEBzcw=="


def test_a_user_in_the_base_url_does_not_replace_the_key(case: ClientCase, recorder: Recorder) -> None:
    """Such a URL is refused if the key's header is `Authorization` in any case, because httpx would replace the key."""
    for header in ("Authorization", "authorization"):
        client = case.client(recorder, base_url=f"https://user:{TOKEN}@proxy.example", auth_header_name=header)
        with pytest.raises(
            ValueError, match=r"^base_url has a user, whose Authorization header would replace "
        ) as caught:
            case.call("sync", client)
        assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("base", ["https://proxy.example/?a=b", "https://proxy.example/v1#here"])
def test_a_base_url_ends_with_its_path(case: ClientCase, recorder: Recorder, base: str) -> None:
    """A query or a fragment in the base URL is refused before anything is sent, because it would swallow the path."""
    with pytest.raises(ValueError, match="base_url has a query or a fragment"):
        case.call("sync", case.client(recorder, base_url=base))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_redirect_is_a_response(case: ClientCase, function: str) -> None:
    """A redirect is never followed, even if the httpx client would, because the key would be sent along."""
    sent = []

    def redirect(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(status, headers={"location": "https://evil.example/"})

    transport = httpx.MockTransport(redirect)
    own = case.client(redirect, httpx_args={"follow_redirects": True})
    theirs = case.package.AuthenticatedClient(token=TOKEN)
    theirs.set_httpx_client(httpx.Client(base_url=case.url, transport=transport, follow_redirects=True))
    theirs.set_async_httpx_client(httpx.AsyncClient(base_url=case.url, transport=transport, follow_redirects=True))
    clients = (case.client(redirect), own, theirs)
    for status in (301, 302, 303, 307, 308):
        for client in clients:
            try:
                received = case.call(function, client).status_code
            except case.package.ApiError as error:
                received = error.status_code
            assert received == status
    assert [request.url.host for request in sent] == [httpx.URL(case.url).host] * 15


@pytest.mark.parametrize("function", ["sync", "asyncio"])
def test_the_timeout_is_as_given(case: ClientCase, recorder: Recorder, function: str) -> None:
    """The timeout is 30 s unless another one is given, and None turns it off."""
    client = case.client(recorder)
    clients = [
        client,
        case.client(recorder, timeout=5),
        case.client(recorder, timeout=None),
        case.client(recorder, timeout=httpx.Timeout(7, read=8)),
        client.with_timeout(9),
        client.with_timeout(None),
        client.with_headers({"x-a": "b"}),
        case.client(recorder, timeout=5).with_cookies({"a": "b"}),
    ]
    for each in clients:
        case.call(function, each)
    expected = [dict.fromkeys(NO_TIMEOUT, seconds) for seconds in (30, 5, None, 7, 9, None, 30, 5)]
    expected[3]["read"] = 8
    assert [request.extensions["timeout"] for request in recorder.requests] == expected


@pytest.mark.parametrize("function", ["sync", "asyncio"])
def test_with_methods_change_no_other_client(case: ClientCase, recorder: Recorder, function: str) -> None:
    """Each `with_` method returns another client, and the original's requests stay the same."""
    original = case.client(recorder, headers={"x-a": "1"}, cookies={"c": "1"}, base_url="https://proxy.example")
    others = []
    for _ in range(2):  # in the second round, the original already has its connections
        others.append(original.with_headers({"X-A": "2", "x-b": "3"}).with_cookies({"d": "4"}).with_timeout(5))
        case.call(function, original)
        case.call(function, others[-1])
    url = f"https://proxy.example{case.path}"
    key = {case.header: case.value}
    before = url, headers_for(url, **key, **{"x-a": "1", "cookie": "c=1"}), 30
    after = url, headers_for(url, **key, **{"x-a": "2", "x-b": "3", "cookie": "c=1; d=4"}), 5
    assert [
        (str(request.url), dict(request.headers), request.extensions["timeout"]["read"])
        for request in recorder.requests
    ] == [before, after] * 2
    assert [type(other) for other in others] == [case.package.AuthenticatedClient] * 2


def test_the_callers_arguments_stay_unchanged(case: ClientCase, recorder: Recorder) -> None:
    """A client does not change the caller's dicts, and does not see later changes to them."""
    headers, cookies = {"x-a": "1"}, {"c": "1"}
    arguments: dict[str, Any] = {"transport": httpx.MockTransport(recorder)}
    given = {"headers": headers, "cookies": cookies, "httpx_args": arguments}
    before = {name: dict(each) for name, each in given.items()}
    client = case.package.AuthenticatedClient(token=TOKEN, **given)
    case.call("sync", client.with_headers({"x-b": "2"}).with_cookies({"d": "2"}))
    case.call("sync", client)
    assert given == before
    headers["x-late"] = cookies["late"] = arguments["late"] = "late"
    case.call("sync", client.with_timeout(5))
    assert dict(recorder.requests[-1].headers) == dict(recorder.requests[-2].headers)


@pytest.mark.parametrize("function", ["sync", "asyncio"])
def test_the_key_is_sent_once(case: ClientCase, recorder: Recorder, function: str) -> None:
    """The token overrides a header of the same name in any case."""
    names = {case.header, case.header.upper(), case.header.lower(), case.header.title()}
    for name in names:
        case.call(function, case.client(recorder, headers={name: "another"}))
        case.call(function, case.client(recorder).with_headers({name: "another"}))
    sent = [request.headers.get_list(case.header) for request in recorder.requests]
    assert sent == [[case.value]] * 2 * len(names)


def test_header_and_prefix_can_be_changed(case: ClientCase, recorder: Recorder) -> None:
    """A proxy may expect the key in another header, and copies of the client keep that setting."""
    client = case.client(recorder, prefix="Key", auth_header_name="X-Proxy")
    case.call("sync", client.with_timeout(1).with_headers({}).with_cookies({}))
    assert dict(recorder.request.headers) == headers_for(case.url, **{"X-Proxy": f"Key {TOKEN}"})


def test_a_client_without_a_key_sends_none(case: ClientCase, recorder: Recorder) -> None:
    """A plain client serves operations without a key, and callers that send the key in another way."""
    client = case.package.Client(httpx_args={"transport": httpx.MockTransport(recorder)})
    case.call("sync", client)
    assert dict(recorder.request.headers) == headers_for(case.url)


@pytest.mark.parametrize("name", ["base_url", "cookies", "headers", "timeout", "verify"])
def test_httpx_args_must_not_repeat_what_the_client_takes(case: ClientCase, recorder: Recorder, name: str) -> None:
    """Two contradicting settings raise an error that shows neither value."""
    client = case.client(recorder, httpx_args={name: "a-secret"})
    message = f"httpx_args repeats {name}: pass it to the client itself"
    for made in (client.get_httpx_client, client.get_async_httpx_client):
        with pytest.raises(TypeError) as caught:
            made()
        assert str(caught.value) == message


def test_a_token_that_no_header_can_carry_is_refused(case: ClientCase) -> None:
    """A token with a stray character raises an error at once, and the error does not repeat the token."""
    for token in BAD_TOKENS:
        with pytest.raises(ValueError, match=r"^the token ") as caught:
            case.package.AuthenticatedClient(token=token)
        assert "s3cret" not in str(caught.value)


def test_a_prefix_that_no_header_can_carry_is_refused(case: ClientCase) -> None:
    """An invalid prefix would put the token into httpx's error."""
    with pytest.raises(ValueError, match=r"^the token has characters") as caught:
        case.package.AuthenticatedClient(token=TOKEN, prefix="a\nb")
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("name", ["get_httpx_client", "get_async_httpx_client"])
def test_threads_share_one_httpx_client(case: ClientCase, name: str) -> None:
    """Sixteen threads that make their first use at the same time get the same httpx client."""
    client = case.package.AuthenticatedClient(token=TOKEN)
    barrier = threading.Barrier(16)
    found = []

    def use() -> None:
        barrier.wait()
        found.append(getattr(client, name)())

    threads = [threading.Thread(target=use) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [getattr(client, name)()] * 16


def test_an_httpx_client_of_the_callers_is_used_as_it_is(case: ClientCase, recorder: Recorder) -> None:
    """The httpx client's own base URL and headers apply, and setting it returns the client."""
    client = case.package.AuthenticatedClient(token=TOKEN)
    own = httpx.Client(base_url="https://own.example", transport=httpx.MockTransport(recorder))
    own_async = httpx.AsyncClient(base_url="https://own.example", transport=httpx.MockTransport(recorder))
    assert client.set_httpx_client(own) is client
    assert client.set_async_httpx_client(own_async) is client
    for function in FUNCTIONS:
        case.call(function, client)
    assert client.get_httpx_client() is own
    assert client.get_async_httpx_client() is own_async
    url = "https://own.example" + case.path
    expected = case.method, url, headers_for(url), b""
    assert [whole(request) for request in recorder.requests] == [expected] * 4


def test_a_client_is_a_context_manager(case: ClientCase, recorder: Recorder) -> None:
    """Leaving the context closes the connections."""
    with case.client(recorder) as client:
        case.call("sync", client)
        assert not client.get_httpx_client().is_closed
    assert client.get_httpx_client().is_closed


def test_a_client_is_an_asynchronous_context_manager(case: ClientCase, recorder: Recorder) -> None:
    """Leaving the context closes the asynchronous connections."""

    async def use() -> Any:
        async with case.client(recorder) as client:
            await case.operation.asyncio(SESSION_ID, client=client)
            assert not client.get_async_httpx_client().is_closed
            return client

    assert asyncio.run(use()).get_async_httpx_client().is_closed
    assert len(recorder.requests) == 1


def test_tls_settings_are_passed_to_httpx(case: ClientCase) -> None:
    """The caller's SSL context is used unchanged by the client and by clients derived from it."""
    context = ssl.create_default_context()
    client = case.package.AuthenticatedClient(token=TOKEN, verify_ssl=context)
    for each in (client, client.with_timeout(1)):
        for made in (each.get_httpx_client(), each.get_async_httpx_client()):
            assert made._transport._pool._ssl_context is context
