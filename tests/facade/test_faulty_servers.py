"""Whatever happens below HTTP and in it, on real sockets: a view or the one right error, in time, without the key."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import gzip
import json
import pickle
import socket
import ssl
import threading
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import anyio
import attrs
import pytest

from browser_sessions import PROVIDERS, AsyncClient, BrowserSession, Client, errors
from browser_sessions._body import Body
from browser_sessions.errors import BrowserSessionsError
from tests.facade.faulty_server import FaultyServer, Peer, Play, reading, responding
from tests.facade.fetching import AMPLE, BACKENDS, KEY, KEYS, run, running

SESSION = json.dumps(running("skyvern")).encode()
TIMEOUT = 0.1
"""The time for what never comes."""
LATE = 10.0
"""Seconds that a slow machine may take on top."""

each_backend = pytest.mark.parametrize("backend", [None, *BACKENDS])


def fetch(
    address: str, backend: str | None, slug: str = "skyvern", **arguments: Any
) -> BrowserSession | BrowserSessionsError:
    """Return the session that is fetched from a URL, or the error."""
    given: dict[str, Any] = {
        "api_keys": KEYS,
        "base_urls": {slug: address},
        "timeout": AMPLE,
        "max_retries": 0,
    } | arguments

    async def fetch_async() -> BrowserSession:
        async with AsyncClient(**given) as client:
            return await client.get(f"{slug}:an-id")

    try:
        if backend:
            return run(backend, fetch_async)
        with Client(**given) as client:
            return client.get(f"{slug}:an-id")
    except BrowserSessionsError as error:
        return error


def assert_no_key(error: BaseException) -> None:
    """No part of an error, nor of what led to it, nor the frames that it keeps, show the key."""
    seen: BaseException | None = error
    while seen is not None:
        assert KEY not in repr([str(seen), seen.args, vars(seen)])
        frames = traceback.TracebackException.from_exception(seen, capture_locals=True)
        for frame in frames.stack:
            if "httpx" in frame.filename or "httpcore" in frame.filename:
                raise AssertionError(frame)
        seen = seen.__cause__ or seen.__context__
    assert KEY.encode() not in pickle.dumps(error)


def cut_off(peer: Peer) -> None:
    """Send half a body, and no more."""
    peer.respond(SESSION[:50], length=len(SESSION))


def reset_in_body(peer: Peer) -> None:
    """Send half a body, and break off."""
    peer.respond(SESSION[:50], length=len(SESSION))
    time.sleep(0.05)
    peer.reset()


def reset_in_head(peer: Peer) -> None:
    """Send half a head, and break off."""
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Le")
    time.sleep(0.05)
    peer.reset()


def half_closed_in_body(peer: Peer) -> None:
    """Send half a body, and end the connection."""
    peer.respond(SESSION[:50], length=len(SESSION))
    peer.half_close()


def chunks_cut_off(peer: Peer) -> None:
    """Send one chunk of two."""
    peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{    \r\n")


def drip_head(peer: Peer) -> None:
    """Send a head that never ends: each byte is in time."""
    peer.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 10_000)


def drip_body(peer: Peer) -> None:
    """Send a body that takes minutes: each byte is in time."""
    peer.respond(b"", length=10_000)
    peer.drip(b" " * 10_000)


def drip_chunks(peer: Peer) -> None:
    """Send a body of chunks that never end."""
    peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    peer.drip(b"1\r\n \r\n" * 10_000)


def large(peer: Peer, status: str = "200 OK") -> None:
    """Send 11 MB."""
    peer.respond(b" " * 11_000_000, status=status)


def hint(peer: Peer) -> None:
    """Say that a response is coming, and respond."""
    peer.send(b"HTTP/1.1 103 Early Hints\r\n\r\n")
    peer.respond(SESSION)


BOMB = gzip.compress(b" " * 30_000_000)
SQUEEZED = gzip.compress(SESSION)
TRAILED = SQUEEZED + b"\0" * 11_000_000
NOT_GZIP = b"\x1f\x8b nonsense"

T, X = errors.TransportError, errors.UnexpectedResponse

FAULTS: dict[str, tuple[Play, type[BrowserSessionsError]]] = {
    "closed at once": (lambda _: None, T),
    "closed without a response": (reading(lambda _: None), T),
    "reset at once": (lambda peer: peer.reset(), T),
    "reset without a response": (reading(lambda peer: peer.reset()), T),
    "reset in the head": (reading(reset_in_head), T),
    "reset in the body": (reading(reset_in_body), T),
    "half closed": (reading(lambda peer: peer.half_close()), T),
    "half closed in the body": (reading(half_closed_in_body), T),
    "no HTTP": (reading(lambda peer: peer.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")), T),
    "a head of a megabyte": (reading(lambda peer: peer.send(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 1_000_000)), T),
    "never": (lambda peer: peer.hold(), errors.RequestTimeout),
    "a head that drips": (reading(drip_head), errors.RequestTimeout),
    "a body that drips": (reading(drip_body), errors.RequestTimeout),
    "chunks that drip": (reading(drip_chunks), errors.RequestTimeout),
    "a truncated body": (reading(cut_off), T),
    "truncated chunks": (reading(chunks_cut_off), T),
    "a truncated error": (
        reading(lambda peer: peer.respond(b'{"de', status="404 No", length=99)),
        errors.SessionNotFound,
    ),
    "an empty body": (responding(b""), X),
    "HTML": (responding(b"<html><title>Sorry</title>", Content_Type="text/html"), X),
    "bad UTF-8": (responding(b'{"browser_session_id": "\xff\xfe"}'), X),
    "nested arrays": (responding(b"[" * 100_000 + b"]" * 100_000), X),
    "nested arrays of an error": (responding(b"[" * 100_000 + b"]" * 100_000, status="409 No"), errors.InvalidRequest),
    "11 MB": (reading(large), X),
    "11 MB of an error": (reading(partial(large, status="500 Oops")), errors.ProviderUnavailable),
    "gzip garbage": (responding(NOT_GZIP, Content_Encoding="gzip"), X),
    "gzip garbage of an error": (
        responding(NOT_GZIP, status="403 No", Content_Encoding="gzip"),
        errors.AuthenticationFailed,
    ),
    "truncated gzip": (responding(SQUEEZED[:60], Content_Encoding="gzip"), T),
    "gzip without its end": (responding(SQUEEZED[:-8], Content_Encoding="gzip"), T),
    "gzip with a wrong sum": (responding(SQUEEZED[:-8] + b"\0" * 8, Content_Encoding="gzip"), X),
    "a gzip bomb": (responding(BOMB, Content_Encoding="gzip"), X),
    "MB behind gzip": (responding(TRAILED, Content_Encoding="gzip"), X),
    "gzip in gzip": (responding(gzip.compress(SQUEEZED), Content_Encoding="gzip, gzip"), X),
    "brotli, unasked": (responding(b"\x0b\x02\x80", Content_Encoding="br"), X),
    "deflate, unasked": (responding(zlib.compress(SESSION), Content_Encoding="deflate"), X),
    "a redirect to no address": (
        responding(b"", status="302 Found", Location="http://[nowhere"),
        errors.ApiStatusError,
    ),
    "no content": (responding(b"", status="204 No Content"), X),
}


@each_backend
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_the_one_right_error(name: str, backend: str | None) -> None:
    """A fault raises exactly the expected class in time, and the error never shows the key."""
    play, expected = FAULTS[name]
    timeout = TIMEOUT if expected is errors.RequestTimeout else AMPLE
    with FaultyServer(play) as server:
        start = time.monotonic()
        error = fetch(server.address, backend, timeout=timeout)
        elapsed = time.monotonic() - start

    assert type(error) is expected, repr(error)
    assert isinstance(error, BrowserSessionsError)
    assert elapsed < timeout + LATE
    assert len(error.body or "") <= 2_000
    assert_no_key(error)


def begin_a_refusal(peer: Peer) -> None:
    """Send a head and a part of its body, and no more."""
    peer.respond(b"Nowhere", status="404 Not Found", length=99)
    peer.hold()


@each_backend
def test_a_missing_session_that_drips(backend: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its status is enough: what has come of the body when the time is up is what the error is made of."""
    ahead: list[float] = []
    clock, take = time.monotonic, Body.take

    def take_at_the_end(body: Body, chunk: bytes) -> bool:
        ahead.append(AMPLE)
        return take(body, chunk)

    monkeypatch.setattr(time, "monotonic", lambda: clock() + sum(ahead))
    monkeypatch.setattr(Body, "take", take_at_the_end)
    with FaultyServer(reading(begin_a_refusal)) as server:
        error = fetch(server.address, backend)

    assert type(error) is errors.SessionNotFound
    assert error.body == "Nowhere"


GOOD: dict[str, Play] = {
    "plain": responding(SESSION, Content_Type="application/json"),
    "another type": responding(SESSION, Content_Type="text/html; charset=nonsense"),
    "gzip": responding(SQUEEZED, Content_Encoding="gzip"),
    "GZIP": responding(SQUEEZED, Content_Encoding=" GZip "),
    "identity": responding(SESSION, Content_Encoding="identity"),
    "a byte order mark": responding(b"\xef\xbb\xbf" + SESSION),
    "until the end": reading(lambda peer: peer.send(b"HTTP/1.1 200 OK\r\n\r\n" + SESSION)),
    "early hints": reading(hint),
    "a header of Latin-1": responding(SESSION, X_Name="\xe9t\xe9"),
}


@each_backend
@pytest.mark.parametrize("name", GOOD)
def test_what_is_odd_but_right_is_a_session(name: str, backend: str | None) -> None:
    """Nothing is lost because of how it came."""
    with FaultyServer(GOOD[name]) as server:
        session = fetch(server.address, backend)

    assert isinstance(session, BrowserSession), repr(session)


@each_backend
@pytest.mark.parametrize("slug", PROVIDERS)
def test_every_provider_has_the_same_faults(slug: str, backend: str | None) -> None:
    """Refused, lost, slow, of the CDN, and none of them."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    refused = fetch(address, backend, slug)
    assert type(refused) is errors.TransportError
    assert_no_key(refused)
    html = b"<html><head><title>web server is down</title></head></html>"
    # Each in the time that a slow machine may need, but for the one that never comes.
    plays: list[tuple[Play, float, type]] = [
        (reading(lambda peer: peer.reset()), AMPLE, errors.TransportError),
        (lambda peer: peer.hold(), TIMEOUT, errors.RequestTimeout),
        (
            responding(html, status="521 Web Server Is Down", Content_Type="text/html"),
            AMPLE,
            errors.ProviderUnavailable,
        ),
        (responding(json.dumps(running(slug)).encode()), AMPLE, BrowserSession),
    ]
    for play, timeout, expected in plays:
        with FaultyServer(play) as server:
            assert type(fetch(server.address, backend, slug, timeout=timeout)) is expected


@each_backend
def test_a_certificate_of_an_unknown_authority(backend: str | None) -> None:
    """Nothing is sent to a server that has one."""
    with FaultyServer(responding(SESSION), tls=True) as server:
        error = fetch(server.address, backend)
        assert server.requests == []

    assert type(error) is errors.TransportError
    assert "CERTIFICATE_VERIFY_FAILED" in str(error)
    assert_no_key(error)


@each_backend
def test_a_certificate_that_the_environment_knows(
    backend: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`SSL_CERT_FILE` names trusted certificates, as in httpx; a slow response over TLS is bounded too."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    FaultyServer.authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))

    with FaultyServer(responding(SESSION), tls=True) as server:
        assert isinstance(fetch(server.address, backend), BrowserSession)
    with FaultyServer(reading(drip_head), tls=True) as server:
        start = time.monotonic()
        assert type(fetch(server.address, backend, timeout=TIMEOUT)) is errors.RequestTimeout
        assert time.monotonic() - start < TIMEOUT + LATE


@each_backend
@pytest.mark.parametrize(
    "play", [lambda peer: peer.hold(), lambda peer: peer.drip(b"\x16\x03\x03\x40\x00" + b"\0" * 9999)]
)
def test_a_handshake_that_never_ends(play: Play, backend: str | None) -> None:
    """Whether nothing comes or one byte after the other."""
    with FaultyServer(play) as server:
        start = time.monotonic()
        error = fetch(server.address.replace("http:", "https:"), backend, timeout=TIMEOUT)

    assert isinstance(error, errors.TransportError)
    assert time.monotonic() - start < TIMEOUT + LATE
    assert_no_key(error)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_handshake_that_is_cancelled(backend: str) -> None:
    """Its connection is closed at once."""

    async def cancel(address: str) -> None:
        client = AsyncClient(api_keys=KEYS, base_urls={"skyvern": address}, verify=False)
        with anyio.move_on_after(TIMEOUT):
            await client.get("skyvern:a")
        await anyio.to_thread.run_sync(wait_until, lambda: (len(server.peers), server.open) == (1, 0))
        await client.aclose()

    with FaultyServer(Peer.hold) as server:
        anyio.run(cancel, server.address.replace("http:", "https:"), backend=backend)


@each_backend
def test_any_certificate(backend: str | None) -> None:
    """A client accepts any certificate with `verify=False`, or those of a given SSL context."""
    context = ssl.create_default_context()
    FaultyServer.authority.configure_trust(context)
    for verify in (False, context):
        with FaultyServer(responding(SESSION), tls=True) as server:
            assert isinstance(fetch(server.address, backend, verify=verify), BrowserSession)


@each_backend
def test_cookies_are_not_kept(backend: str | None) -> None:
    """Each request is like the first one."""

    async def fetch_twice() -> None:
        async with AsyncClient(api_keys=KEYS, base_urls={"skyvern": server.address}) as client:
            await client.get("skyvern:a")
            await client.get("skyvern:a")

    with FaultyServer(responding(SESSION, Set_Cookie="a=b")) as server:
        if backend:
            run(backend, fetch_twice)
        else:
            with Client(api_keys=KEYS, base_urls={"skyvern": server.address}) as client:
                client.get("skyvern:a")
                client.get("skyvern:a")
    first, second = server.requests
    assert first == second
    assert b"cookie" not in first.lower()


@each_backend
def test_plain_http_on_an_https_address(backend: str | None) -> None:
    """A server that speaks plain http at an https URL causes a transport error."""
    with FaultyServer(lambda peer: peer.respond(SESSION)) as server:
        error = fetch(server.address.replace("http:", "https:"), backend)

    assert type(error) is errors.TransportError


@each_backend
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(status: str, backend: str | None) -> None:
    """The other host sees nothing, and no query of the URL is shown."""
    with FaultyServer(responding(SESSION)) as other:
        location = f"{other.address}/elsewhere?ticket=secret"
        with FaultyServer(responding(b"", status=status, Location=location)) as server:
            error = fetch(server.address, backend)
        assert other.peers == []

    assert type(error) is errors.ApiStatusError
    assert error.headers["location"] == f"{other.address}/elsewhere?***"
    assert "secret" not in repr([str(error), vars(error)])


@attrs.define
class Script:
    """What is done with one request after the other, the last one for ever."""

    steps: list[Play]
    count: int = 0

    def __call__(self, peer: Peer) -> None:
        """Play."""
        while peer.read():
            self.count += 1
            step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
            step(peer)
            if step in CLOSING:
                return


def lose(peer: Peer) -> None:
    """Break off without a response."""
    peer.reset()


CLOSING = {lose, cut_off, chunks_cut_off}


def respond(status: str = "200 OK", body: bytes = SESSION, **headers: Any) -> Callable[[Peer], None]:
    """Return the response to one request."""
    return lambda peer: peer.respond(body, status=status, **headers)


@pytest.mark.usefixtures("hasty")
@each_backend
@pytest.mark.parametrize(
    "steps",
    [
        [respond("429 Too Many", b"", Retry_After="0"), respond()],
        [respond("503 Wait", b"<html>"), respond()],
        [lose, respond()],
        [cut_off, respond()],
        [chunks_cut_off, lose, respond()],
    ],
)
def test_what_passes_is_tried_again(steps: list[Any], backend: str | None) -> None:
    """A call is tried again after a temporary fault, and then returns the session."""
    script = Script([*steps])
    with FaultyServer(script) as server:
        assert isinstance(fetch(server.address, backend, max_retries=2), BrowserSession)

    assert script.count == len(steps)


@each_backend
def test_the_deadline_is_kept(backend: str | None) -> None:
    """The deadline ends a call whose response never comes, and prevents a pause of an hour."""
    cases: list[tuple[Play, float, type[BrowserSessionsError]]] = [
        (Peer.hold, TIMEOUT, errors.RequestTimeout),
        (respond("429 Too Many", b"", Retry_After="3600"), AMPLE, errors.RateLimited),
    ]
    for play, deadline, expected in cases:
        with FaultyServer(reading(play)) as server:
            start = time.monotonic()
            error = fetch(server.address, backend, timeout=60, deadline=deadline, max_retries=5)
            assert type(error) is expected
            assert time.monotonic() - start < deadline + LATE


def test_all_providers_share_one_connection() -> None:
    """The pool is the client's; closing it closes the connection."""
    bodies = {slug: json.dumps(running(slug)).encode() for slug in PROVIDERS}

    def play(peer: Peer) -> None:
        while head := peer.read().lower():
            peer.respond(next(body for slug, body in bodies.items() if head.startswith(f"get /{slug}/".encode())))

    with FaultyServer(play) as server:
        with Client(api_keys=KEYS, base_urls={slug: f"{server.address}/{slug}" for slug in PROVIDERS}) as client:
            for slug in [*PROVIDERS] * 3:
                assert client.get(f"{slug}:a").provider == slug
            assert (len(server.peers), server.open) == (1, 1)
        wait_until(lambda: server.open == 0)
        assert len(server.requests) == 3 * len(PROVIDERS)


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for what comes soon, however slow the machine is."""
    end = time.monotonic() + AMPLE
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def first_only(peer: Peer) -> None:
    """Respond for the session "0", and for no other."""
    while head := peer.read():
        if b"/0 HTTP" not in head:
            peer.hold()
            return
        peer.respond(SESSION)


REFS = [f"skyvern:{number}" for number in range(50)]


@contextlib.contextmanager
def _nothing_left(server: FaultyServer) -> Iterator[None]:
    threads = threading.active_count()
    start = time.monotonic()
    yield
    assert time.monotonic() - start < LATE
    wait_until(lambda: server.open == 0)
    wait_until(lambda: threading.active_count() <= threads + len(server.peers))


def test_leaving_early_ends_what_hangs_on_the_network() -> None:
    """Threads that wait for a response do not wait for it any longer."""
    with (
        FaultyServer(first_only) as server,
        _nothing_left(server),
        Client(api_keys=KEYS, base_urls={"skyvern": server.address}) as client,
    ):
        for ref, result in client.get_many(REFS):
            assert (ref.id, type(result)) == ("0", BrowserSession)  # type: ignore[union-attr]
            break
        gc.collect()
        assert [each for each in threading.enumerate() if each.name == "browser-sessions"] == []


def test_leaving_early_ends_nothing_else() -> None:
    """A connection that a thread has given back is another call's, which continues."""
    hangs, has_come, may_respond = threading.Event(), threading.Event(), threading.Event()
    found: list[BrowserSession] = []

    def play(peer: Peer) -> None:
        while head := peer.read():
            if b"/hanging HTTP" in head:
                hangs.set()
                peer.hold()
                return
            if b"/other HTTP" in head:
                has_come.set()
                assert may_respond.wait(AMPLE)
            peer.respond(SESSION)

    with FaultyServer(play) as server:
        client = Client(api_keys=KEYS, base_urls={"skyvern": server.address}, max_retries=0)
        other = threading.Thread(target=lambda: found.append(client.get("skyvern:other")))
        for ref, _ in client.get_many(["skyvern:first", "skyvern:hanging"]):
            assert str(ref) == "skyvern:first"
            assert hangs.wait(AMPLE)
            other.start()
            assert has_come.wait(AMPLE)
            break
        may_respond.set()
        other.join()
        client.close()
        assert sorted(len(peer.requests) for peer in server.peers) == [1, 2]
    assert [session.provider for session in found] == ["skyvern"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_leaving_early_ends_what_tasks_hang_on(backend: str) -> None:
    """Leaving early ends the work that blocks tasks, and closing the client waits for its end."""

    async def main(address: str) -> None:
        async with AsyncClient(api_keys=KEYS, base_urls={"skyvern": address}) as client:
            async for ref, result in client.get_many(REFS):
                assert (ref.id, type(result)) == ("0", BrowserSession)  # type: ignore[union-attr]
                break
        if backend == "asyncio":
            assert asyncio.all_tasks() == {asyncio.current_task()}

    with FaultyServer(first_only) as server, _nothing_left(server):
        anyio.run(main, server.address, backend=backend)
