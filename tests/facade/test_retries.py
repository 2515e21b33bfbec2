"""Whether and when a session is asked for again."""

from __future__ import annotations

import gc
import itertools
import random
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anyio
import attrs
import httpx
import pytest

from browser_sessions import _call, errors
from browser_sessions.errors import BrowserSessionsError
from tests.facade.fetching import BACKENDS, async_client, run, running, sync_client


@attrs.define(weakref_slot=True)
class Clock:
    """A clock that moves when a test waits or sets it."""

    now: float = 1000.0
    pauses: list[float] = attrs.field(factory=list)

    def pause(self, seconds: float) -> None:
        """Wait."""
        self.pauses.append(seconds)
        self.now += seconds

    async def sleep(self, seconds: float) -> None:
        """Wait, too."""
        self.pause(seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock in the place of the machine's, and pauses without jitter."""
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", lambda: clock.now)
    monkeypatch.setattr(time, "sleep", clock.pause)
    monkeypatch.setattr(anyio, "sleep", clock.sleep)
    monkeypatch.setattr(random, "uniform", lambda _, most: most)
    return clock


Step = Callable[[], httpx.Response]


def status(code: int, **headers: str) -> Step:
    """Return a step that responds with a status."""
    return lambda: httpx.Response(code, headers={name.replace("_", "-"): value for name, value in headers.items()})


def session() -> httpx.Response:
    """Respond with a session."""
    return httpx.Response(200, json=running("skyvern"))


def lost(error: type[httpx.TransportError]) -> Step:
    """Return a step without a response."""

    def lose() -> httpx.Response:
        raise error("lost")

    return lose


def script(*steps: Step) -> tuple[list[int], Callable[[httpx.Request], httpx.Response]]:
    """Return a function that responds with one step after another, the last one forever, and a count of requests."""
    left: Iterator[Step] = itertools.chain(steps, itertools.repeat(steps[-1]))
    count = [0]

    def respond(_: httpx.Request) -> httpx.Response:
        count[0] += 1
        return next(left)()

    return count, respond


def fetch(handler: Callable[[httpx.Request], Any], backend: str | None, **arguments: Any) -> Any:
    """Return the session that is fetched, or the error."""

    async def fetch_async() -> Any:
        async with async_client(handler, **arguments) as client:
            return await client.get("skyvern:a")

    try:
        return run(backend, fetch_async) if backend else sync_client(handler, **arguments).get("skyvern:a")
    except BrowserSessionsError as error:
        return error


each_backend = pytest.mark.parametrize("backend", [None, "asyncio"])


@each_backend
@pytest.mark.parametrize(
    "step",
    [
        *map(status, (408, 429, 500, 501, 502, 503, 504, *range(520, 527))),
        *map(
            lost,
            (httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.PoolTimeout, httpx.ProxyError),
        ),
    ],
)
def test_what_may_pass_is_tried_again(step: Step, backend: str | None, clock: Clock) -> None:
    """After pauses that double, and then there is a session."""
    count, handler = script(step, step, session)

    assert fetch(handler, backend).provider == "skyvern"
    assert (count, clock.pauses) == ([3], [0.5, 1.0])


@each_backend
@pytest.mark.parametrize("code", [204, 302, 400, 401, 402, 403, 404, 409, 410, 418, 451])
def test_what_will_not_pass_is_not(code: int, backend: str | None, clock: Clock) -> None:
    """One request is enough."""
    count, handler = script(status(code))

    assert fetch(handler, backend).status_code == code
    assert (count, clock.pauses) == ([1], [])


@each_backend
def test_the_last_error_is_raised(backend: str | None, clock: Clock) -> None:
    """When there are no retries left."""
    count, handler = script(status(503), lost(httpx.ReadTimeout), status(429))

    assert type(fetch(handler, backend)) is errors.RateLimited
    assert (count, clock.pauses) == ([3], [0.5, 1.0])
    assert type(fetch(handler, backend, max_retries=0)) is errors.RateLimited
    assert count == [4]


@each_backend
@pytest.mark.parametrize(("wanted", "pause"), [("7", 7.0), ("0.1", 0.5), ("0", 0.5), ("nonsense", 0.5), ("-1", 0.5)])
def test_never_earlier_than_retry_after(wanted: str, pause: float, backend: str | None, clock: Clock) -> None:
    """Retry-After is waited out, and an invalid one is ignored."""
    count, handler = script(status(503, retry_after=wanted), session)

    assert fetch(handler, backend).provider == "skyvern"
    assert (count, clock.pauses) == ([2], [pause])


@each_backend
def test_what_does_not_fit_into_the_deadline_is_raised_at_once(backend: str | None, clock: Clock) -> None:
    """An hour is not waited for two minutes."""
    count, handler = script(status(429, retry_after="3600"))

    error = fetch(handler, backend)
    assert (type(error), error.retry_after) == (errors.RateLimited, 3600.0)
    assert (count, clock.pauses) == ([1], [])
    assert type(fetch(handler, backend, deadline=0.4)) is errors.RateLimited
    assert clock.pauses == []


@pytest.mark.parametrize(("deadline", "pauses"), [(0.5, []), (0.51, [0.5])])
def test_a_pause_that_takes_all_that_is_left(deadline: float, pauses: list[float], clock: Clock) -> None:
    """A pause is skipped if it would leave no time for the attempt after it."""
    _, handler = script(status(503), session)

    fetch(handler, None, deadline=deadline)
    assert clock.pauses == pauses


def test_pauses_grow_up_to_a_bound(clock: Clock) -> None:
    """Eight seconds, and no attempt after the last retry."""
    count, handler = script(status(500))

    assert type(fetch(handler, None, max_retries=7)) is errors.ProviderUnavailable
    assert (count, clock.pauses) == ([8], [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0])


def test_pauses_differ() -> None:
    """Pauses differ, so that calls that failed together do not all return together."""
    pauses = {_call._backoff(1) for _ in range(100)}
    assert len(pauses) > 90
    assert all(0.25 <= pause <= 0.5 for pause in pauses)


@each_backend
def test_the_deadline_ends_the_last_attempt(backend: str | None, clock: Clock) -> None:
    """At the deadline the error is that of the last response, or a timeout if there was none."""

    def slow() -> httpx.Response:
        clock.now += 5
        raise httpx.ReadTimeout("timed out")

    _, handler = script(status(502), slow)
    assert type(fetch(handler, backend, deadline=4)) is errors.ProviderUnavailable
    _, handler = script(lost(httpx.ConnectError), slow)
    assert type(fetch(handler, backend, deadline=4)) is errors.RequestTimeout


def test_an_attempt_has_what_is_left_of_the_deadline(clock: Clock) -> None:
    """At most `timeout`, and less towards the end; in each of the four ways of httpx."""
    limits: list[dict[str, float]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        limits.append(request.extensions["timeout"])
        clock.now += 3
        return httpx.Response(500)

    fetch(respond, None, timeout=6, deadline=10, max_retries=5)
    assert limits == [dict.fromkeys(("connect", "read", "write", "pool"), left) for left in (6, 6, 2.5)]


class Drip(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that takes for ever, of a transport that knows no time."""

    def __iter__(self) -> Iterator[bytes]:
        return itertools.repeat(b" ")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await anyio.lowlevel.checkpoint()
            yield b" "


@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_a_transport_of_the_users_own_is_bounded(backend: str | None) -> None:
    """Between two parts of a body, and on asyncio and trio everywhere."""
    error = fetch(lambda _: httpx.Response(200, stream=Drip()), backend, timeout=0.1, max_retries=0)
    assert type(error) is errors.RequestTimeout
    error = fetch(lambda _: httpx.Response(404, stream=Drip()), backend, timeout=0.1, max_retries=0)
    assert type(error) is errors.SessionNotFound

    async def hang(_: httpx.Request) -> httpx.Response:
        await anyio.sleep(60)
        raise AssertionError

    if backend:
        assert type(fetch(hang, backend, timeout=0.1, max_retries=0)) is errors.RequestTimeout


@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_real_pauses(backend: str | None) -> None:
    """Without any clock of ours, in threads and tasks."""
    count, handler = script(status(503), session)
    start = time.monotonic()

    assert fetch(handler, backend).provider == "skyvern"
    assert count == [2]
    assert time.monotonic() - start >= 0.25


@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_an_error_keeps_nothing_of_the_request(backend: str | None) -> None:
    """The connection and what a transport has in its frames are freed without a garbage collection."""
    kept: list[weakref.ref[Any]] = []

    def lose(_: httpx.Request) -> httpx.Response:
        buffer = Clock()
        kept.append(weakref.ref(buffer))
        raise httpx.ReadError("lost")

    gc.collect()
    gc.disable()
    try:
        error = fetch(lose, backend, max_retries=0)
        assert type(error) is errors.TransportError
        assert [ref() for ref in kept] == [None]
    finally:
        gc.enable()
