"""What a session is waited for to be."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from browser_sessions import PROVIDERS, BrowserSession, SessionRef, SessionStatus, errors, view
from browser_sessions._bounds import Bounds
from browser_sessions._waiting import Polls
from browser_sessions.errors import BrowserSessionsError, SessionEnded, WaitTimeout
from tests.facade.fetching import async_client, run, running, sync_client
from tests.facade.provider_case import CASES
from tests.facade.test_retries import Clock, clock
from tests.facade.viewing import decode, session_in

each_backend = pytest.mark.parametrize("backend", [None, "asyncio", "trio"])

__all__ = ["clock"]  # a fixture


def life(
    slug: str, *changes: dict[str, Any] | int | type[httpx.TransportError]
) -> Callable[[httpx.Request], httpx.Response]:
    """Return what responds with a running session, changed in one way after the other, or with a status or a fault."""
    left: Iterator[Any] = itertools.chain(changes, itertools.repeat(changes[-1]))

    def respond(_: httpx.Request) -> httpx.Response:
        change = next(left)
        if isinstance(change, int):
            return httpx.Response(change)
        if isinstance(change, type):
            raise change("lost")
        body = running(slug)
        session_in(slug, body).update(change)
        return httpx.Response(200, json=body)

    return respond


def wait(
    handler: Callable[[httpx.Request], httpx.Response], backend: str | None, slug: str = "skyvern", **arguments: Any
) -> Any:
    """Return the session that is waited for, or the error."""

    async def wait_async() -> Any:
        async with async_client(handler) as client:
            return await client.wait(f"{slug}:a", **arguments)

    try:
        return run(backend, wait_async) if backend else sync_client(handler).wait(f"{slug}:a", **arguments)
    except BrowserSessionsError as error:
        return error


OVER = {slug: CASES[slug].over for slug in PROVIDERS}


@each_backend
@pytest.mark.parametrize("slug", OVER)
def test_ended(slug: str, backend: str | None, clock: Clock) -> None:
    """Whatever way it ended; an unknown status is no end, and polls are further and further apart."""
    session = wait(life(slug, {}, {"status": "hibernating"}, {}, OVER[slug]), backend, slug)

    assert session.status.is_terminal
    assert clock.pauses == [0.5, 0.75, 1.125]


READY = {slug: CASES[slug].ready for slug in PROVIDERS}


@each_backend
@pytest.mark.parametrize("slug", READY)
def test_ready(slug: str, backend: str | None, clock: Clock) -> None:
    """It runs and, where its provider has signs of it, its browser is there: an address, and a start."""
    session = wait(life(slug, *READY[slug]), backend, slug, until="ready")

    assert session.status is SessionStatus.RUNNING
    assert len(clock.pauses) == len(READY[slug]) - 1


@each_backend
@pytest.mark.parametrize("slug", OVER)
def test_ready_of_a_session_that_has_ended(slug: str, backend: str | None, clock: Clock) -> None:
    """It will not become ready, and the session is in the error."""
    error = wait(life(slug, OVER[slug]), backend, slug, until="ready")

    assert type(error) is SessionEnded
    assert error.session.status.is_terminal
    assert error.ref == error.session.ref
    assert clock.pauses == []


@each_backend
def test_a_function(backend: str | None, clock: Clock) -> None:
    """It gets the session, and what it returns is true or not; what it raises is raised."""
    seen: list[str | None] = []

    def is_third(session: BrowserSession) -> int:
        seen.append(session.raw_status)
        return len(seen) == 3

    assert (
        wait(life("skyvern", {"status": "a"}, {"status": "b"}, {"status": "c"}), backend, until=is_third).raw_status
        == "c"
    )
    assert seen == ["a", "b", "c"]
    assert clock.pauses == [0.5, 0.75]
    with pytest.raises(ZeroDivisionError):
        wait(life("skyvern", {}), backend, until=lambda _: 1 / 0)


@each_backend
def test_a_poll_that_fails_is_not_the_end(backend: str | None, clock: Clock) -> None:
    """A transient error does not end a wait; each poll is one request."""
    session = wait(life("skyvern", 503, httpx.ConnectError, 429, httpx.ReadTimeout, 520, OVER["skyvern"]), backend)

    assert session.status is SessionStatus.ENDED
    assert clock.pauses == [0.5, 0.75, 1.125, 1.6875, 2.53125]


@each_backend
@pytest.mark.parametrize("status", [204, 302, 400, 401, 402, 403, 404, 409])
def test_any_other_error_is(status: int, backend: str | None, clock: Clock) -> None:
    """A session that does not exist is not waited for."""
    assert wait(life("skyvern", {}, status), backend).status_code == status
    assert clock.pauses == [0.5]


@each_backend
def test_the_time_is_up(backend: str | None, clock: Clock) -> None:
    """The last poll begins then, and the session as it was last seen is in the error."""
    error = wait(life("skyvern", {}), backend, timeout=4)

    assert type(error) is WaitTimeout
    assert isinstance(error, TimeoutError)
    assert error.session is not None
    assert error.session.status is SessionStatus.RUNNING
    assert str(error) == "skyvern:a is not ended within 4 s: it was last seen running"
    assert clock.pauses == [0.5, 0.75, 1.125, 1.625]


@each_backend
@pytest.mark.parametrize("took", [0.0, 0.005, 0.1, 0.4])
def test_the_last_poll_begins_when_the_time_is_up(took: float, backend: str | None, clock: Clock) -> None:
    """However long polls take, so that what the error says is true."""
    begun: list[float] = []
    respond = life("skyvern", {})

    def slow(request: httpx.Request) -> httpx.Response:
        begun.append(clock.now)
        clock.now += took
        return respond(request)

    assert type(wait(slow, backend, timeout=22)) is WaitTimeout
    assert begun[-1] == pytest.approx(1022)


@each_backend
@pytest.mark.parametrize(
    ("slug", "change", "missing"),
    [
        ("skyvern", {"browser_address": None}, ", but without connect_url"),
        ("skyvern", {"browser_address": None, "started_at": None}, ", but without started_at and connect_url"),
        ("skyvern", {"status": "retry"}, ""),
        ("browserbase", {"connectUrl": None}, ", but without connect_url"),
    ],
)
def test_what_a_session_that_runs_lacks(
    slug: str, change: dict[str, Any], missing: str, backend: str | None, clock: Clock
) -> None:
    """It may never get an address: the error says that this is what was waited for."""
    error = wait(life(slug, change), backend, slug, until="ready", timeout=1)
    seen = "pending" if change == {"status": "retry"} else "running"
    assert str(error) == f"{slug}:a is not ready within 1 s: it was last seen {seen}{missing}"
    assert str(wait(life(slug, change), backend, slug, timeout=1)).endswith(f"it was last seen {seen}")
    assert len(clock.pauses) == 4


def test_an_id_in_an_error_of_a_wait(clock: Clock) -> None:
    """It is in one line, and a URL in it loses what may be a ticket; an error in it does not name it again."""
    odd = "a\nb https://user:hunter2@a.example/b?hunter2"
    session = view(decode("skyvern", running("skyvern") | OVER["skyvern"] | {"browser_session_id": odd}))
    shown = "skyvern:a b https://***@a.example/b?***"

    polls = Polls(session.ref, "ended", 1)
    polls.failed(errors.TransportError(f"{shown}: no response"))
    clock.now += 1
    with pytest.raises(WaitTimeout) as late:
        polls.next_pause()
    with pytest.raises(SessionEnded) as over:
        Polls(session.ref, "ready", 1).is_met(session)

    assert str(late.value) == f"{shown} is not ended within 1 s: it was never seen; the last poll failed: no response"
    assert str(over.value) == f"{shown} has ended (ended), and will not become ready"


@each_backend
def test_nothing_was_seen(backend: str | None, clock: Clock) -> None:
    """The last failure is the cause, and the message ends with it."""
    error = wait(life("skyvern", 500, 520), backend, timeout=1)

    cause = error.__cause__
    assert (type(error), error.session) == (WaitTimeout, None)
    assert (type(cause), cause.status_code) == (errors.ProviderUnavailable, 520)
    why = str(cause).removeprefix("skyvern:a: ")
    assert str(error) == f"skyvern:a is not ended within 1 s: it was never seen; the last poll failed: {why}"
    assert sum(clock.pauses) == 1


@each_backend
@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate"),
        httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch"),
        httpx.ReadError("[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:2580)"),
        httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)"),
        httpx.ConnectError("[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert protocol version (_ssl.c:1006)"),
        httpx.ConnectError("[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 alert handshake failure (_ssl.c:1006)"),
        httpx.ProxyError("407 Proxy Authentication Required"),
    ],
    ids=str,
)
def test_what_is_refused_for_good_ends_a_wait(fault: httpx.TransportError, backend: str | None, clock: Clock) -> None:
    """A certificate, a version of TLS or a proxy's user will not be accepted at the next poll, either."""

    def refuse(_: httpx.Request) -> httpx.Response:
        raise fault

    error = wait(refuse, backend)
    assert type(error) is errors.TransportError
    assert str(fault).partition("] ")[0] in str(error)
    assert clock.pauses == []


@each_backend
@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol (_ssl.c:1006)"),
        httpx.ConnectError("[Errno -2] Name or service not known"),
        httpx.ConnectError("[Errno 111] Connection refused"),
        httpx.ProxyError("502 Bad Gateway"),
        httpx.ReadError(""),
    ],
    ids=repr,
)
def test_what_may_be_better_soon_is_polled_again(fault: Exception, backend: str | None, clock: Clock) -> None:
    """A network or a server that is not there may come."""
    faults = [fault]
    respond = life("skyvern", OVER["skyvern"])

    def recover(request: httpx.Request) -> httpx.Response:
        if faults:
            raise faults.pop()
        return respond(request)

    assert wait(recover, backend).status is SessionStatus.ENDED
    assert clock.pauses == [0.5]


@each_backend
def test_what_a_provider_wants_is_kept_to(backend: str | None, clock: Clock) -> None:
    """Never earlier; and what is later than the end of the wait is not waited for."""
    waits = ["20", "39", "100"]

    def limit(_: httpx.Request) -> httpx.Response:
        return httpx.Response(429, headers={"Retry-After": waits.pop(0)})

    error = wait(limit, backend, timeout=60)
    assert clock.pauses == [20.0, 39.0]
    assert type(error) is WaitTimeout
    assert (getattr(error.__cause__, "retry_after", None), error.session) == (100.0, None)


@each_backend
def test_what_a_provider_wants_just_before_the_end(backend: str | None, clock: Clock) -> None:
    """The last poll is not earlier than that."""

    def limit(_: httpx.Request) -> httpx.Response:
        clock.now += 0.005
        return httpx.Response(429, headers={"Retry-After": "9.99"})

    assert type(wait(limit, backend, timeout=10)) is WaitTimeout
    assert clock.pauses == [9.99]


def test_a_poll_at_the_end_has_a_second(clock: Clock) -> None:
    """One before has the time that is left, if that is more."""
    polls = Polls(SessionRef("skyvern", "a"), "ended", timedelta(seconds=5))
    clock.now += 2
    assert polls.bounds(Bounds(30, 2, 120)) == Bounds(30, 0, 3.0)
    clock.now += 9
    assert polls.bounds(Bounds(30, 2, 120)) == Bounds(30, 0, 1.0)


def test_pauses_between_polls_are_bounded(clock: Clock) -> None:
    """Five seconds at most."""
    wait(life("skyvern", {}), None, timeout=60)
    assert max(clock.pauses) == 5.0
    assert len(clock.pauses) == 16


@each_backend
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"until": "over"}, 'until must be "ended", "ready" or a plain function'),
        ({"until": None}, 'until must be "ended", "ready" or a plain function'),
        ({"timeout": 0}, "timeout must be a number of seconds above zero"),
        ({"timeout": float("inf")}, "timeout must be a number of seconds above zero"),
        ({"timeout": timedelta(0)}, "timeout must be a number of seconds above zero"),
    ],
)
def test_what_cannot_be_waited_for(arguments: dict[str, Any], message: str, backend: str | None) -> None:
    """Invalid arguments are refused before anything is sent."""
    with pytest.raises(ValueError, match=message):
        wait(lambda _: httpx.Response(500), backend, **arguments)
    with pytest.raises(ValueError, match=message):
        sync_client(lambda _: httpx.Response(500)).wait_many([], **arguments)


def test_running_examples_run() -> None:
    """The tests begin with sessions that are not over."""
    assert all(wait(life(slug, {}), None, slug, until=lambda _: True).status == "running" for slug in PROVIDERS)
