"""What is sent, where to, and with what."""

from __future__ import annotations

import gc
import gzip
import inspect
import json
import ssl
import threading
import time
from datetime import timedelta
from functools import partial
from typing import Any

import anyio
import httpcore
import httpx
import pytest

import browser_sessions
from browser_sessions import PROVIDERS, AsyncClient, Client, ConnectInfo, SessionRef, view
from browser_sessions._streams import Backend
from browser_sessions.errors import (
    ConfigurationError,
    InvalidSessionRef,
    ProviderUnavailable,
    SessionNotFound,
    UnexpectedResponse,
)
from tests.clients.client_case import load_cases
from tests.facade.faulty_server import FaultyServer
from tests.facade.faulty_server import responding as responding_each
from tests.facade.fetching import BACKENDS, KEY, async_client, responding, run, running, sync_client
from tests.facade.viewing import decode

each_provider = pytest.mark.parametrize("slug", PROVIDERS)

CASES = {case.provider.slug: case for case in load_cases()}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        for name in (*provider.key_variables, provider.base_url_variable):
            monkeypatch.delenv(name, raising=False)


@each_provider
@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_the_whole_request(slug: str, backend: str | None) -> None:
    """One GET goes to the provider's own URL, with the key where it wants it, and comes back as a view."""
    requests: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json=running(slug))

    async def fetch() -> browser_sessions.BrowserSession:
        async with async_client(respond) as client:
            return await client.get(f"{slug}:an-id")

    if backend:
        session = run(backend, fetch)
    else:
        with sync_client(respond) as client:
            session = client.get(SessionRef(slug, "an-id"))

    assert session == view(decode(slug, running(slug)))
    (request,) = requests
    case = CASES[slug]
    assert (request.method, str(request.url), request.content) == ("GET", case.url, b"")
    if backend:
        assert not inspect.isasyncgen(aiter(request.stream))  # type: ignore[arg-type]  # which could be left half-way
    assert dict(request.headers) == {
        "host": httpx.URL(case.url).host,
        "connection": "keep-alive",
        "user-agent": f"browser-sessions/{browser_sessions.__version__} python-httpx/{httpx.__version__}",
        "accept": "application/json",
        "accept-encoding": "gzip",
        case.header.lower(): case.value.replace("a-token", KEY),
    }


@pytest.mark.parametrize("session_id", ["?a=b", "#", "%2e%2e", "ü 漢\n-", "a" * 1000])
def test_an_id_reaches_no_other_route(session_id: str) -> None:
    """Whatever an id is, it is one segment of the path."""
    paths: list[bytes] = []

    def respond(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.raw_path)
        return httpx.Response(200, json=running("skyvern"))

    sync_client(respond).get(SessionRef("skyvern", session_id))

    (path,) = paths
    assert path.startswith(b"/v1/browser_sessions/")
    assert path.count(b"/") == 3
    assert b"?" not in path


RESERVED = {"anchorbrowser": ("all", "history", "async"), "skyvern": ("history", "external")}
"""Words that reach other routes of a provider, which the overlays list."""


@pytest.mark.parametrize("backend", [None, *BACKENDS])
@pytest.mark.parametrize("slug", RESERVED)
def test_an_id_that_is_another_route_is_refused(slug: str, backend: str | None) -> None:
    """An id that is its provider's route in any case is refused unsent; a longer one or another provider's is an id."""
    sent: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.path)
        return httpx.Response(404)

    async def get_many(refs: list[str]) -> list[Any]:
        async with async_client(respond) as client:
            return [result async for result in client.get_many(refs)]

    def results(*refs: str) -> list[Any]:
        work = partial(get_many, [*refs])
        return run(backend, work) if backend else list(sync_client(respond).get_many(refs))

    words = [*RESERVED[slug], *(word.title() for word in RESERVED[slug])]
    for ref, error in results(*(f"{slug}:{word}" for word in words)):
        provider, _, word = str(ref).partition(":")
        name = PROVIDERS[slug].name
        problem = f"{word!r} cannot be part of this path: the API has another route there"
        assert error == InvalidSessionRef(f"this id cannot be sent to {name}: {problem}", provider=provider)
    assert sent == []
    assert [type(error) for _, error in results(f"{slug}:{words[0]}-1", f"browserbase:{words[0]}")] == [
        SessionNotFound
    ] * 2


@pytest.mark.parametrize(
    "ref", ["skyvern:..", "nobody:a", "", "skyvern", "skyvern:a\n", None, 5, SessionRef("skyvern", "x" * 70_000)]
)
def test_nothing_is_sent_for_what_names_no_session(ref: Any) -> None:
    """The error comes before anything else, even before a key is looked for."""

    def refuse(_: httpx.Request) -> httpx.Response:
        raise AssertionError

    with pytest.raises(InvalidSessionRef):
        sync_client(refuse).get(ref)


@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_a_session_is_named_by_a_view_of_it(backend: str | None) -> None:
    """Wherever a reference is asked for; its id is validated again, for a response can have any."""
    session = view(decode("skyvern", running("skyvern")))
    odd = view(decode("skyvern", running("skyvern") | {"browser_session_id": ".."}))

    async def get_all() -> list[Any]:
        async with async_client(responding("skyvern")) as client:
            many = [result async for result in client.get_many([session, odd])]
            waited = [result async for result in client.wait_many([session, odd], until=lambda _: True)]
            return [await client.get(session), await client.wait(session, until=lambda _: True), many, waited]

    if backend:
        found = run(backend, get_all)
    else:
        client = sync_client(responding("skyvern"))
        many = list(client.get_many([session, odd]))
        waited = list(client.wait_many([session, odd], until=lambda _: True))
        found = [client.get(session), client.wait(session, until=lambda _: True), many, waited]

    refused = InvalidSessionRef("'..' is not an id of a session", provider="skyvern")
    assert found[:2] == [session, session]
    for results in found[2:]:
        assert len(results) == 2
        assert (odd, refused) in results
        assert (session.ref, session) in results
    with pytest.raises(InvalidSessionRef):
        sync_client(responding("skyvern")).get(odd.ref)


class TestKeys:
    """Keys and base URLs come from the arguments, else from the provider's own variables."""

    @each_provider
    def test_of_the_environment(self, slug: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """The usual variable comes first, and an empty one is ignored."""
        *_, last = PROVIDERS[slug].key_variables
        sent: list[str] = []

        def respond(request: httpx.Request) -> httpx.Response:
            sent.append(f"{request.url.host} {request.headers[CASES[slug].header]}".replace("Bearer ", ""))
            return httpx.Response(200, json=running(slug))

        monkeypatch.setenv(PROVIDERS[slug].base_url_variable, "")
        for name in PROVIDERS[slug].key_variables:
            monkeypatch.setenv(name, "")
        monkeypatch.setenv(last, "the-last-one")
        own = httpx.URL(PROVIDERS[slug].base_url).host
        for name, value, expected in [
            (last, "the-last-one", f"{own} the-last-one"),
            (PROVIDERS[slug].key_variables[0], "the-first-one", f"{own} the-first-one"),
            (PROVIDERS[slug].base_url_variable, "https://elsewhere.example/api", "elsewhere.example the-first-one"),
        ]:
            monkeypatch.setenv(name, value)
            sync_client(respond, api_keys=None).get(f"{slug}:a")
            assert sent.pop() == expected
        sync_client(respond, api_keys={slug: "given"}, base_urls={slug: "https://given.example"}).get(f"{slug}:a")
        assert sent.pop() == "given.example given"

    @each_provider
    def test_that_are_missing(self, slug: str) -> None:
        """The error names the variables that were looked at."""
        provider = PROVIDERS[slug]
        with pytest.raises(ConfigurationError) as caught:
            sync_client(responding(slug), api_keys=None).get(f"{slug}:a")
        variables = " or ".join(provider.key_variables)
        message = f"no API key for {provider.name}: set {variables}, or pass api_keys={{{slug!r}: …}} in Python"
        assert caught.value == ConfigurationError(message, ref=SessionRef(slug, "a"))

    @pytest.mark.parametrize("key", [" a-key", "a-key\n", "ä-key", "a\tkey"])
    def test_that_no_header_can_carry(self, key: str) -> None:
        """The error does not show the key."""
        with pytest.raises(ConfigurationError, match="set the key alone") as caught:
            sync_client(responding("skyvern"), api_keys={"skyvern": key}).get("skyvern:a")
        assert key.strip() not in repr(caught.value)

    @pytest.mark.parametrize("name", ["api_keys", "base_urls"])
    @pytest.mark.parametrize("values", [{"skyvren": "a"}, {"skyvern": ""}, {"skyvern": None}, {"skyvern": b"a"}])
    def test_of_an_unknown_provider_or_empty(self, name: Any, values: Any) -> None:
        """An invalid argument is an error at once."""
        with pytest.raises(ConfigurationError, match=name):
            Client(**{name: values})


class TestBaseUrls:
    """A key is not sent in the clear to another machine."""

    @pytest.mark.parametrize(
        "base_url",
        [
            "http://api.example",
            "http://10.0.0.1",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://user:password@127.0.0.1",
            "https://a.example?a=b",
            "https://a.example#a",
            "ftp://a.example",
            "a.example",
            "https://",
            "http://[",
            "https://a.example:port",
            "//a.example",
        ],
    )
    def test_that_are_refused(self, base_url: str) -> None:
        """The error names where the URL came from, and does not show it."""
        with pytest.raises(ConfigurationError, match="base_urls or SKYVERN_BASE_URL") as caught:
            sync_client(responding("skyvern"), base_urls={"skyvern": base_url}).get("skyvern:a")
        assert base_url not in repr(caught.value)
        assert "password" not in repr(caught.value)

    @pytest.mark.parametrize(
        "base_url",
        ["http://127.0.0.1:8", "http://127.9.9.9", "http://[::1]:80/v3/", "http://localhost", "https://a.example"],
    )
    def test_that_are_taken(self, base_url: str) -> None:
        """Plain http stays on this machine."""
        client = sync_client(responding("skyvern"), base_urls={"skyvern": base_url})
        assert client.get("skyvern:a").id == running("skyvern")["browser_session_id"]


class TestArguments:
    """The arguments of a client are checked when it is made."""

    @pytest.mark.parametrize("name", ["timeout", "deadline"])
    @pytest.mark.parametrize(
        "value", [0, -1, 1.1e8, float("nan"), float("inf"), True, None, "5", timedelta(0), timedelta(days=2000)]
    )
    def test_times(self, name: str, value: Any) -> None:
        """There is no endless one."""
        with pytest.raises(ValueError, match=f"{name} must be a number of seconds above zero, or a timedelta, not "):
            Client(**{name: value})
        if value is not None:
            with pytest.raises(
                ValueError, match=f"{name} must be a number of seconds above zero, or a timedelta, not "
            ):
                Client().with_options(**{name: value})

    def test_the_longest_time(self) -> None:
        """Three years, and some."""
        Client(timeout=1e8, deadline=timedelta(seconds=1e8))

    @pytest.mark.parametrize("value", [-1, 1.5, True, None])
    def test_retries(self, value: Any) -> None:
        """Zero is none."""
        with pytest.raises(ValueError, match="max_retries must be a whole number of at least 0"):
            Client(max_retries=value)

    def test_a_transport_has_its_own_proxy(self) -> None:
        """A given transport has its own proxy and certificates, so that a client refuses others."""
        for given in ({"proxy": "http://a.example"}, {"verify": False}):
            with pytest.raises(ConfigurationError, match="a transport has its own proxy and certificates"):
                sync_client(responding("skyvern"), **given)


@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_other_options_of_one_client(backend: str | None) -> None:
    """Each has its own limits, as seconds or as a timedelta, and all have one transport, which is closed once."""
    seen: list[float] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"]["read"])
        return httpx.Response(503)

    transport = _Closable(note)

    async def get_all() -> None:
        first = async_client(note, transport=transport, timeout=timedelta(minutes=5), deadline=1000, max_retries=0)
        second = first.with_options(timeout=timedelta(seconds=20))
        third = second.with_options(deadline=10, max_retries=1)
        for client in (first, second, third):
            with pytest.raises(ProviderUnavailable):
                await client.get("skyvern:a")
        await second.aclose()
        with pytest.raises(ConfigurationError, match="this client is closed"):
            await first.get("skyvern:a")

    def get_all_in_threads() -> None:
        first = sync_client(note, transport=transport, timeout=timedelta(minutes=5), deadline=1000, max_retries=0)
        second = first.with_options(timeout=timedelta(seconds=20))
        third = second.with_options(deadline=10, max_retries=1)
        for client in (first, second, third):
            with pytest.raises(ProviderUnavailable):
                client.get("skyvern:a")
        second.close()
        with pytest.raises(ConfigurationError, match="this client is closed"):
            first.get("skyvern:a")

    if backend:
        run(backend, get_all)
    else:
        get_all_in_threads()
    most = [300, 20, 10, 10]
    assert [limit <= bound for limit, bound in zip(seen, most, strict=True)] == [True] * 4
    assert [limit > bound for limit, bound in zip(seen, [20, 10, 0, 0], strict=True)] == [True] * 4
    assert transport.closed == 1


def test_get_uses_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The short form is a client for one session."""
    made: list[Client] = []

    class Recorded(Client):
        def __init__(self) -> None:
            super().__init__(transport=httpx.MockTransport(responding("skyvern")))
            made.append(self)

    monkeypatch.setattr("browser_sessions._client.Client", Recorded)
    monkeypatch.setenv("SKYVERN_API_KEY", KEY)

    assert browser_sessions.get("skyvern:a").provider == "skyvern"
    with pytest.raises(ConfigurationError, match="closed"):
        made[0].get("skyvern:a")


class _Reading(httpx.HTTPTransport):
    """A transport that has read each response before it returns it, as one that logs does."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        response.read()
        return response


class _AsyncReading(httpx.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        await response.aread()
        return response


@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_a_transport_may_have_read_the_response(backend: str | None, coding: str) -> None:
    """A body that the transport has read and decoded is not read again, since httpcore would never end."""
    content = json.dumps(running("skyvern")).encode()
    body = gzip.compress(content) if coding == "gzip" else content

    async def fetch(server: FaultyServer) -> browser_sessions.BrowserSession:
        arguments: dict[str, Any] = {"api_keys": {"skyvern": KEY}, "base_urls": {"skyvern": server.address}}
        async with AsyncClient(**arguments, transport=_AsyncReading()) as client:
            return await client.get("skyvern:a")

    with FaultyServer(responding_each(body, content_encoding=coding)) as server:
        if backend:
            session = run(backend, partial(fetch, server))
        else:
            arguments: dict[str, Any] = {"api_keys": {"skyvern": KEY}, "base_urls": {"skyvern": server.address}}
            with Client(**arguments, transport=_Reading()) as client:
                session = client.get("skyvern:a")
    assert session == view(decode("skyvern", running("skyvern")))


class _Closable(httpx.MockTransport):
    closed = 0

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("is_used", [True, False])
def test_closing_a_client_closes_its_transport(*, is_used: bool) -> None:
    """Whether it was used or not, once; what is asked afterwards is refused."""
    transport = _Closable(responding("skyvern"))
    with Client(api_keys={"skyvern": KEY}, transport=transport) as client:
        if is_used:
            client.get("skyvern:a")
    client.close()

    assert transport.closed == 1
    with pytest.raises(ConfigurationError, match="this client is closed"):
        client.get("skyvern:a")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("is_used", [True, False])
def test_closing_an_asynchronous_client_closes_its_transport(backend: str, *, is_used: bool) -> None:
    """Closing an asynchronous client closes its transport, whether or not it was used."""
    transport = _Closable(responding("skyvern"))

    async def main() -> None:
        async with async_client(responding("skyvern"), transport=transport) as client:
            if is_used:
                await client.get("skyvern:a")
        await client.aclose()
        with pytest.raises(ConfigurationError, match="this client is closed"):
            await client.get("skyvern:a")

    run(backend, main)
    assert transport.closed == 1


def test_one_pool_and_one_tls_context_under_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen threads share them; another provider has the same context, and closing needs neither."""
    contexts: list[ssl.SSLContext] = []
    pools: list[object] = []
    create_ssl_context = httpx.create_ssl_context
    body = json.dumps(running("skyvern")).encode()

    def make_context(verify: ssl.SSLContext | bool) -> ssl.SSLContext:  # noqa: FBT001 - httpx's own
        contexts.append(create_ssl_context(verify))
        return contexts[-1]

    class Pool(httpcore.ConnectionPool):
        def __init__(self, **arguments: Any) -> None:
            super().__init__(**arguments)
            pools.append(self)

        def handle_request(self, _: httpcore.Request) -> httpcore.Response:
            return httpcore.Response(200, content=(part for part in [body]))

    monkeypatch.setattr(httpx, "create_ssl_context", make_context)
    monkeypatch.setattr(httpcore, "ConnectionPool", Pool)
    client = Client(api_keys=dict.fromkeys(PROVIDERS, KEY))
    threads = [threading.Thread(target=client.get, args=("skyvern:a",)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(contexts), len(pools)) == (1, 1)
    with pytest.raises(UnexpectedResponse):
        client.get("browserbase:a")
    client.close()
    Client().close()
    sync_client(responding("skyvern")).close()

    assert (len(contexts), len(pools)) == (1, 2)


def test_what_a_pool_is_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps a hundred connections for five seconds, and no request waits for its turn."""
    made: list[dict[str, Any]] = []
    body = json.dumps(running("skyvern")).encode()

    class Pool(httpcore.ConnectionPool):
        def __init__(self, **arguments: Any) -> None:
            super().__init__(**arguments)
            made.append(arguments)

        def handle_request(self, _: httpcore.Request) -> httpcore.Response:
            return httpcore.Response(200, content=(part for part in [body]))

    monkeypatch.setattr(httpcore, "ConnectionPool", Pool)
    Client(api_keys={"skyvern": KEY}, base_urls={"skyvern": "http://127.0.0.1:1"}).get("skyvern:a")

    (arguments,) = made
    assert isinstance(arguments.pop("network_backend"), Backend)
    assert arguments == {
        "ssl_context": None,
        "proxy": None,
        "max_connections": None,
        "max_keepalive_connections": 100,
        "keepalive_expiry": 5.0,
    }


@pytest.mark.parametrize("backend", BACKENDS)
def test_when_an_attempt_is_cut_off(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A moment after its end, so that what ends by itself can report what it was waiting for."""
    bounds: list[float] = []
    move_on_after = anyio.move_on_after

    def noted(seconds: float) -> anyio.CancelScope:
        bounds.append(seconds)
        return move_on_after(seconds)

    async def fetch() -> None:
        async with async_client(responding("skyvern"), timeout=1000, deadline=1000) as client:
            await client.get("skyvern:a")

    monkeypatch.setattr(time, "monotonic", lambda: 500.0)
    monkeypatch.setattr(anyio, "move_on_after", noted)
    run(backend, fetch)
    assert bounds == [1000.01]


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # asyncio's, of connections whose loop has ended
@pytest.mark.parametrize("backend", BACKENDS)
def test_one_client_in_one_event_loop_after_the_other(backend: str) -> None:
    """A program that starts an event loop for each call may keep its client; connections end with their loop."""
    with FaultyServer(responding_each(json.dumps(running("skyvern")).encode())) as server:
        client = AsyncClient(api_keys={"skyvern": KEY}, base_urls={"skyvern": server.address})

        async def get_all() -> list[Any]:
            one = await client.get("skyvern:a")
            many = [result async for _, result in client.get_many(["skyvern:a"])]
            return [one, await client.wait("skyvern:a", until=lambda _: True), *many]

        for _ in range(3):
            assert {session.provider for session in run(backend, get_all)} == {"skyvern"}
            gc.collect()
        run(backend, client.aclose)
        assert [len(peer.requests) for peer in server.peers] == [3, 3, 3]


def test_a_client_and_what_connects_show_no_secret() -> None:
    """The text of a client and of a ConnectInfo shows neither a key nor a URL that may hold one."""
    assert repr(Client(api_keys={"skyvern": KEY})) == "<Client of browser sessions>"
    assert repr(ConnectInfo("wss://a.example?key=secret", {"x-api-key": "secret"})) == "ConnectInfo(***)"
