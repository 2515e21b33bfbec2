"""How sessions are created and stopped: once, the right one, and with nothing left running that no error names."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from browser_sessions import AsyncClient, Client, SessionRef, SessionStatus, errors
from browser_sessions._calls import Calls
from browser_sessions._creation import LOOKS
from browser_sessions.errors import BrowserSessionsError, CreateUncertain, StopUnconfirmed
from tests.facade.fetching import async_client, run, sync_client
from tests.facade.in_memory import CREATORS, InMemory
from tests.facade.provider_case import CASES, MARKING, able, names
from tests.facade.test_retries import Clock, clock

__all__ = ["clock"]  # a fixture

each_backend = pytest.mark.parametrize("backend", [None, "asyncio", "trio"])
each_provider = pytest.mark.parametrize("slug", CREATORS)
CREATE = {slug: CASES[slug].requests["create"] for slug in CREATORS}
LIST = {slug: CASES[slug].requests["list"] for slug in CREATORS}


def get_of(slug: str, session_id: str) -> str:
    """Return the request that gets a session."""
    return CASES[slug].requests["get"].format(id=session_id)


def stop_of(slug: str, session_id: str) -> str:
    """Return the request that stops a session."""
    return CASES[slug].requests["stop"].format(id=session_id)


def call(server: InMemory, backend: str | None, name: str, *args: Any, ledger: Path | None = None, **named: Any) -> Any:
    """Return what a method of a client returns, or the error that it raises."""

    def with_client(client: Client | AsyncClient) -> Any:
        return getattr(client, name)(*args, **named)

    async def call_async() -> Any:
        async with async_client(server, ledger=ledger) as client:
            return await with_client(client)

    try:
        if backend:
            return run(backend, call_async)
        with sync_client(server, ledger=ledger) as client:
            return with_client(client)
    except BrowserSessionsError as error:
        return error


# Create


@each_backend
@each_provider
def test_create_is_one_request(slug: str, backend: str | None, clock: Clock) -> None:
    """The view is of its response."""
    server = InMemory(slug, clock)

    session = call(server, backend, "create", slug)

    assert server.sent == [CREATE[slug]]
    assert server.open == [session.id]
    assert (session.provider, session.status.is_terminal) == (slug, False)


@each_backend
@pytest.mark.parametrize("slug", MARKING)
@pytest.mark.parametrize(
    ("kind", "amount"), [("lost", None), ("failed", 500), ("failed", 503), ("failed", 408)], ids=str
)
def test_create_finds_a_session_whose_response_was_lost(
    slug: str, backend: str | None, kind: Any, amount: float | None, clock: Clock
) -> None:
    """The marker finds the session among others of the same moment, and the create is not sent again."""
    server = InMemory(slug, clock)
    server.fault("create_session", kind, amount)
    others = {server.start(), server.start()}

    session = call(server, backend, "create", slug)

    assert server.sent == [CREATE[slug], LIST[slug]]
    assert clock.pauses == [0.5]
    assert {session.id} == {*server.open} - others


def test_create_reads_no_page_after_the_one_with_its_session(clock: Clock) -> None:
    """Browser Use cannot filter a list by metadata, so there may be many pages."""
    server = InMemory("browser_use", clock)
    server.fault("create_session", "lost")

    def respond(request: httpx.Request) -> httpx.Response:
        body = server(request).json()
        return httpx.Response(200, json=body | {"totalItems": 500} if "items" in body else body)

    session = call(respond, None, "create", "browser_use")  # type: ignore[arg-type]

    assert [session.id] == server.open
    assert server.sent == [CREATE["browser_use"], LIST["browser_use"]]


@pytest.mark.parametrize("slug", MARKING)
def test_create_finds_what_is_listed_late(slug: str, clock: Clock) -> None:
    """Within eight seconds, and never takes another session for it."""
    server = InMemory(slug, clock)
    server.fault("create_session", "late", 5)
    server.fault("create_session", "lost")

    session = call(server, None, "create", slug)

    assert server.sent == [CREATE[slug], *[LIST[slug]] * 5]
    assert clock.pauses == [0.5, 0.5, 1.0, 2.0, 4.0]
    assert server.open == [session.id]


@pytest.mark.parametrize("slug", MARKING)
def test_create_is_uncertain_if_nothing_is_found(slug: str, clock: Clock) -> None:
    """The error has the marker, and is not one after which a request may be repeated."""
    server = InMemory(slug, clock)
    server.fault("create_session", "late", 60)
    server.fault("create_session", "failed", 503)
    began = datetime.now(UTC)

    error = call(server, None, "create", slug)

    assert type(error) is CreateUncertain
    assert server.sent == [CREATE[slug], *[LIST[slug]] * len(LOOKS)]
    assert not isinstance(error, errors.TRANSIENT)
    assert (error.provider, error.status_code, error.candidates) == (slug, 503, ())
    assert timedelta() <= error.since - began < timedelta(minutes=1)
    assert isinstance(error.__cause__, errors.ProviderUnavailable)
    clock.now += 60
    with sync_client(server) as client:
        (found,) = client.list(slug, metadata={"browser-sessions": str(error.marker)})
    assert [found.id] == server.open
    assert f"browser-sessions={error.marker}" in str(error)


def test_create_is_uncertain_without_a_marker(clock: Clock) -> None:
    """What began since then, and was not created by this client, may be it."""
    server = InMemory("skyvern", clock)
    with sync_client(server) as client:
        own = client.create("skyvern")
        clock.now += 5
        other = server.start()
        server.fault("create_session", "lost")
        with pytest.raises(CreateUncertain) as caught:
            client.create("skyvern")

    assert {each.id for each in caught.value.candidates} == {*server.open} - {own.id}
    assert other in {each.id for each in caught.value.candidates}
    assert len(caught.value.candidates) == 2
    assert caught.value.marker is None
    assert all(str(each.ref) in str(caught.value) for each in caught.value.candidates)


def test_a_session_is_new_for_ten_seconds(clock: Clock) -> None:
    """For so long, its provider may not find it yet."""
    calls = Calls({}, {})
    ref = SessionRef("skyvern", "a")
    calls.note_created(ref)
    began = clock.now
    found = {}
    for seconds in (0.0, 9.5, 10.0):
        clock.now = began + seconds
        found[seconds] = calls.is_new(ref)
    assert found == {0.0: True, 9.5: True, 10.0: False}


def test_ten_thousand_sessions_are_remembered_as_created() -> None:
    """One more, and the oldest is forgotten."""
    calls = Calls({}, {})
    for number in range(10_001):
        calls.note_created(SessionRef("skyvern", str(number)))
    assert [each.id for each in calls.created] == [str(number) for number in range(1, 10_001)]


def test_sessions_that_are_never_stopped_do_not_pile_up(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client forgets that it created the oldest sessions, and fetches them before a stop like any other."""
    monkeypatch.setattr("browser_sessions._calls._MOST_CREATED", 2)
    server = InMemory("skyvern", clock)
    with sync_client(server) as client:
        first, _, last = (client.create("skyvern").ref for _ in range(3))
        server.sent.clear()
        client.stop(last)
        assert server.sent[0] == stop_of("skyvern", last.id)
        server.sent.clear()
        client.stop(first)
        assert server.sent[:2] == [get_of("skyvern", first.id), stop_of("skyvern", first.id)]


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 402, 403, 404, 409, 422])
def test_create_that_was_refused_is_not_looked_for(status: int, clock: Clock) -> None:
    """Nothing was created."""
    server = InMemory("browserbase", clock)
    server.before(lambda _: None)

    error = call(lambda _: httpx.Response(status), None, "create", "browserbase")  # type: ignore[arg-type]

    assert isinstance(error, errors.ApiStatusError)
    assert clock.pauses == []


@each_backend
def test_create_is_sent_again_if_it_was_not_received(backend: str | None, clock: Clock) -> None:
    """Or after 429; the error is that of the last attempt, and means that nothing was created."""
    server = InMemory("browserbase", clock)
    server.fault("create_session", "refused", 429)
    assert call(server, backend, "create", "browserbase").id in server.open
    assert server.sent == [CREATE["browserbase"]] * 2

    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    error = call(refuse, backend, "create", "browserbase")  # type: ignore[arg-type]
    assert type(error) is errors.TransportError


def test_create_with_an_unreadable_response_is_looked_for(clock: Clock) -> None:
    """It is a success, so there is a session."""
    server = InMemory("browser_use", clock)

    def respond(request: httpx.Request) -> httpx.Response:
        response = server(request)
        return httpx.Response(201, json={}) if request.method == "POST" else response

    assert call(respond, None, "create", "browser_use").id in server.open  # type: ignore[arg-type]


def test_create_searches_on_after_a_failed_look(clock: Clock) -> None:
    """Whatever the error."""
    server = InMemory("browserbase", clock)
    server.fault("create_session", "lost")
    server.fault("list_sessions", "refused", 401, times=2)

    assert call(server, None, "create", "browserbase").id in server.open
    assert len(server.sent) == 4


@pytest.mark.parametrize(
    "unusable", ["", "..", " ", "x" * 100_000, "\ud800"], ids=["empty", "dots", "space", "long", "half"]
)
@pytest.mark.parametrize("slug", MARKING)
def test_create_with_an_id_that_no_request_can_name(slug: str, unusable: str, clock: Clock) -> None:
    """The session is looked for: by that id, no one could stop it."""
    server = InMemory(slug, clock)

    def respond(request: httpx.Request) -> httpx.Response:
        response = server(request)
        if request.method == "GET":
            return response
        content = response.content.replace(server.open[0].encode(), json.dumps(unusable)[1:-1].encode())
        return httpx.Response(response.status_code, content=content)

    session = call(respond, None, "create", slug)  # type: ignore[arg-type]

    assert [session.id] == server.open


@pytest.mark.parametrize("slug", ["browserbase", "browser_use"])
def test_create_with_the_response_to_another_create(slug: str, clock: Clock) -> None:
    """A cache may send it. The session is looked for; otherwise another one would be stopped in its place."""
    server = InMemory(slug, clock)
    other: list[httpx.Response] = []

    def respond(request: httpx.Request) -> httpx.Response:
        response = server(request)
        if request.method != "POST":
            return response
        other.append(response)
        return httpx.Response(response.status_code, content=other[0].content)

    first, second = (call(respond, None, "create", slug) for _ in range(2))  # type: ignore[arg-type]

    assert first.id != second.id
    assert {first.id, second.id} == {*server.open}


@pytest.mark.parametrize("unusable", ["all", ".."])
def test_create_finds_only_what_a_request_can_name(unusable: str, clock: Clock) -> None:
    """What is listed with another id is reported as running, and not taken for a session that could be stopped."""
    server = InMemory("anchorbrowser", clock)

    def respond(request: httpx.Request) -> httpx.Response:
        response = server(request)
        content = response.content.replace(server.open[0].encode(), unusable.encode())
        return httpx.Response(response.status_code if request.method == "GET" else 502, content=content)

    error = call(respond, None, "create", "anchorbrowser")  # type: ignore[arg-type]

    assert isinstance(error, CreateUncertain)
    assert [each.id for each in error.candidates] == [unusable]
    assert len(server.open) == 1


def test_create_looks_again_if_a_look_fails(clock: Clock) -> None:
    """A failed look is retried like any other read, so that a lost response does not waste the last look."""
    server = InMemory("browserbase", clock)
    server.fault("create_session", "lost")
    server.fault("create_session", "late", 7.5)

    def fail(request: httpx.Request) -> None:
        if request.method == "GET" and clock.now >= 1008:
            server.before(lambda _: None)
            raise httpx.ReadError("lost")

    server.before(fail)

    assert call(server, None, "create", "browserbase").id in server.open


def test_create_reports_a_lifetime_that_was_not_asked_for(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and its property is unexpected."""
    server = InMemory("browserbase", clock)

    def shortened(request: httpx.Request) -> httpx.Response:
        body = server(request).json()
        body["expiresAt"] = body["createdAt"]
        return httpx.Response(201, json=body)

    session = call(shortened, None, "create", "browserbase", lifetime=timedelta(hours=1))  # type: ignore[arg-type]

    assert session.unexpected == ("expiresAt",)
    assert f"{session.ref}: the lifetime is 0:00:00, and 1:00:00 was asked for" in caplog.text
    assert call(server, None, "create", "browserbase", lifetime=timedelta(hours=1)).unexpected == ()


@pytest.mark.parametrize(("less", "unexpected"), [(10, ()), (11, ("expiresAt",))])
def test_create_takes_a_lifetime_for_the_same(less: int, unexpected: tuple[str, ...], clock: Clock) -> None:
    """Two lifetimes that differ by ten seconds at most are the same: a browser takes a while to start."""
    server = InMemory("browserbase", clock)

    def shortened(request: httpx.Request) -> httpx.Response:
        body = server(request).json()
        expires = datetime.fromisoformat(body["createdAt"]) + timedelta(hours=1, seconds=-less)
        return httpx.Response(201, json=body | {"expiresAt": expires.isoformat()})

    session = call(shortened, None, "create", "browserbase", lifetime=timedelta(hours=1))  # type: ignore[arg-type]

    assert session.unexpected == unexpected


def test_create_that_is_refused_shows_no_secret() -> None:
    """An error hides secrets of options that a provider quotes; all of `secrets` is described as sensitive."""
    options = {
        "session": {"secrets": {"pins": ["hunter2", 5], "user": "swordfish"}},
        "others": [{"secrets": "tr0ub4dor"}],
    }

    def refuse(request: httpx.Request) -> httpx.Response:
        return httpx.Response(400, text=request.content.decode())

    error = call(refuse, None, "create", "anchorbrowser", options=options)  # type: ignore[arg-type]

    assert isinstance(error, errors.InvalidRequest)
    assert "secrets" in str(error.body)
    assert [each for each in ("hunter2", "swordfish", "tr0ub4dor") if each in f"{error} {error.body}"] == []


@each_backend
def test_create_that_cannot_be_expressed_sends_nothing(backend: str | None, clock: Clock) -> None:
    """A provider without a create, or without the given option, is sent nothing."""
    server = InMemory("brightdata", clock)
    error = call(server, backend, "create", "brightdata")
    assert type(error) is errors.Unsupported
    assert str(error).endswith(f"these do: {names(able('create'))}")
    assert type(call(server, backend, "create", "skyvern", metadata={"a": "b"})) is errors.Unsupported
    assert type(call(server, backend, "create", "skyvern", lifetime=timedelta(days=1))) is errors.InvalidOption
    assert server.sent == []


# Interrupted creates


def interrupting(server: InMemory, interruption: type[BaseException]) -> Callable[[httpx.Request], httpx.Response]:
    """Return what interrupts each create once it was carried out."""

    def respond(request: httpx.Request) -> httpx.Response:
        response = server(request)
        if request.method == "POST" and len(server.sent) == 1:
            raise interruption
        return response

    return respond


@each_backend
@pytest.mark.parametrize("interruption", [SystemExit, ZeroDivisionError])
def test_an_interrupted_create_is_looked_for_and_stopped(
    interruption: type[BaseException], backend: str | None, clock: Clock
) -> None:
    """Whatever the transport raises: the caller gets no reference, so that no one else would stop it."""
    server = InMemory("browserbase", clock)

    with pytest.raises(interruption) as caught:
        call(interrupting(server, interruption), backend, "create", "browserbase")  # type: ignore[arg-type]

    assert server.open == []
    assert getattr(caught.value, "__notes__", []) == []
    assert server.sent[:2] == [CREATE["browserbase"], LIST["browserbase"]]


def test_an_interrupted_create_that_is_not_found_is_named(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """A note on the interrupting exception, and the log, name a create that is not found."""
    server = InMemory("browserbase", clock)
    server.fault("create_session", "late", 60)

    with pytest.raises(SystemExit) as caught:
        call(interrupting(server, SystemExit), None, "create", "browserbase")  # type: ignore[arg-type]

    (note,) = caught.value.__notes__
    assert note.startswith("browserbase: the response to a create was lost, and a session may be running.")
    assert [(each.levelno, each.getMessage()) for each in caplog.records] == [(logging.ERROR, note)]


def test_a_create_that_was_interrupted_before_it_was_sent(clock: Clock) -> None:
    """While it waits after a 429: nothing is looked for."""
    server = InMemory("browserbase", clock)
    server.fault("create_session", "refused", 429)

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", interrupt)
        with pytest.raises(KeyboardInterrupt) as caught:
            call(server, None, "create", "browserbase")

    assert server.sent == [CREATE["browserbase"]]
    assert not hasattr(caught.value, "__notes__")


def test_the_candidates_of_an_interrupted_create_are_named(clock: Clock) -> None:
    """A note has no fields to look at."""
    server = InMemory("skyvern", clock)

    with pytest.raises(SystemExit) as caught:
        call(interrupting(server, SystemExit), None, "create", "skyvern")  # type: ignore[arg-type]

    (note,) = caught.value.__notes__
    assert f"in `candidates`: skyvern:{server.open[0]}. Do not create" in note


# Stop


@each_backend
@each_provider
def test_stop_of_an_own_session(slug: str, backend: str | None, clock: Clock) -> None:
    """It is stopped at once, and seen to end: by its response, or by a get."""
    server = InMemory(slug, clock)

    async def work_async() -> Any:
        async with async_client(server) as client:
            return await client.stop(await client.create(slug))  # type: ignore[call-overload]

    if backend:
        session = run(backend, work_async)
    else:
        with sync_client(server) as client:
            session = client.stop(client.create(slug))  # type: ignore[call-overload]

    seen = [] if slug == "browser_use" else [get_of(slug, session.id)]
    assert server.sent == [CREATE[slug], stop_of(slug, session.id), *seen]
    assert session.status.is_terminal
    assert server.open == []


@each_backend
@each_provider
def test_stop_of_another_ones_session(slug: str, backend: str | None, clock: Clock) -> None:
    """It is fetched first."""
    server = InMemory(slug, clock)
    session_id = server.start()

    session = call(server, backend, "stop", f"{slug}:{session_id}")

    seen = [] if slug == "browser_use" else [get_of(slug, session_id)]
    assert server.sent == [get_of(slug, session_id), stop_of(slug, session_id), *seen]
    assert (session.id, session.status.is_terminal) == (session_id, True)


@each_provider
def test_stop_of_a_session_that_has_ended(slug: str, clock: Clock) -> None:
    """The stop of an ended session succeeds, and sends no stop."""
    server = InMemory(slug, clock)
    ref = f"{slug}:{server.start()}"
    first = call(server, None, "stop", ref)
    server.sent.clear()

    assert call(server, None, "stop", ref) == first
    assert server.sent == [get_of(slug, first.id)]


@each_provider
def test_stop_of_what_is_unknown(slug: str, clock: Clock) -> None:
    """The stop of an unknown session raises the same error as a get, and sends no stop."""
    server = InMemory(slug, clock)
    session_id = server.start()[:-1] + "_"

    error = call(server, None, "stop", f"{slug}:{session_id}")

    assert isinstance(error, errors.SessionNotFound | errors.InvalidRequest)
    assert server.sent == [get_of(slug, session_id)]


@pytest.mark.parametrize("ref", ["anchorbrowser:all", "anchorbrowser:ALL ", "anchorbrowser:All", "skyvern:history"])
def test_stop_of_a_reserved_id_sends_nothing(ref: str, clock: Clock) -> None:
    """A reserved id of Anchor Browser is refused, because its stop would end every session."""
    server = InMemory(ref.partition(":")[0], clock)

    assert type(call(server, None, "stop", ref)) is errors.InvalidSessionRef
    assert server.sent == []


def test_stop_of_another_session_than_was_meant(clock: Clock) -> None:
    """If the provider sends another one for an id, none is stopped."""
    server = InMemory("browserbase", clock)
    session_id = server.start()

    def confused(request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(path=f"/v1/sessions/{session_id}")
        return server(request)

    error = call(confused, None, "stop", "browserbase:another")  # type: ignore[arg-type]

    assert type(error) is errors.UnexpectedResponse
    assert str(error).startswith("browserbase:another: the provider sent another session for this id")
    assert server.open == [session_id]


def with_id_of_another(server: InMemory, method: str) -> Callable[[httpx.Request], httpx.Response]:
    """Return what responds to a method with a session of another id."""

    def respond(request: httpx.Request) -> httpx.Response:
        response = server(request)
        if request.method != method:
            return response
        return httpx.Response(200, json=response.json() | {"id": "11111111-1111-4111-8111-111111111111"})

    return respond


def test_stop_that_responds_with_another_session(clock: Clock) -> None:
    """It shows nothing about this one, which is fetched; a poll that does the same confirms nothing."""
    server = InMemory("browser_use", clock)
    with sync_client(with_id_of_another(server, "PATCH")) as client:
        created = client.create("browser_use")
        over = client.stop(created)
    assert (over.id, over.status.is_terminal) == (created.id, True)

    server = InMemory("browserbase", clock)
    with sync_client(with_id_of_another(server, "GET")) as client:
        created = client.create("browserbase")
        with pytest.raises(StopUnconfirmed) as caught:
            client.stop(created)
    assert str(caught.value) == (
        f"{created.ref} was asked to stop, and may still be running: the provider sent another session for this id"
    )


def test_stop_of_what_is_not_found_yet(clock: Clock) -> None:
    """A session that was created just now may be unknown for a while."""
    server = InMemory("browserbase", clock)
    server.fault("create_session", "hidden", 3)
    with sync_client(server) as client:
        session = client.stop(client.create("browserbase"))
    assert session.status.is_terminal
    assert server.sent.count(stop_of("browserbase", session.id)) == 4


@pytest.mark.parametrize(("timeout", "stops"), [(1, 1), (1.5, 2)])
def test_stop_of_what_is_not_found_in_time(timeout: float, stops: int, clock: Clock) -> None:
    """A second passes between two attempts, unless the time is up by then."""
    server = InMemory("browserbase", clock)
    server.fault("stop_session", "refused", 404, times=None)
    with sync_client(server) as client:
        created = client.create("browserbase")
        with pytest.raises(errors.SessionNotFound):
            client.stop(created, timeout=timeout)
    assert server.sent.count(stop_of("browserbase", created.id)) == stops


def test_stop_of_what_was_found_before(clock: Clock) -> None:
    """It is not asked for again if the provider refuses to know it."""
    server = InMemory("browserbase", clock)
    server.fault("stop_session", "refused", 404)
    with sync_client(server) as client:
        created = client.create("browserbase")
        clock.now += 11
        with pytest.raises(errors.SessionNotFound):
            client.stop(created)
    assert server.sent.count(stop_of("browserbase", created.id)) == 1


def test_stop_that_is_refused_because_the_session_has_ended(clock: Clock) -> None:
    """A stop succeeds if the provider refuses it because the session has ended."""
    server = InMemory("browserbase", clock)

    def respond(request: httpx.Request) -> httpx.Response:
        response = server(request)
        return httpx.Response(409) if len(server.sent) == 2 else response

    with sync_client(respond) as client:
        assert client.stop(client.create("browserbase")).status.is_terminal


def test_stop_is_unsupported_without_an_operation(clock: Clock) -> None:
    """It is refused, and nothing is sent."""
    server = InMemory("brightdata", clock)

    error = call(server, None, "stop", "brightdata:a")

    assert type(error) is errors.Unsupported
    assert str(error) == f"Bright Data does not offer `stop`; these do: {names(able('stop'))}"
    assert server.sent == []


@each_backend
@each_provider
def test_stop_that_does_nothing(slug: str, backend: str | None, clock: Clock) -> None:
    """A stop without effect is reported once the time limit has passed."""
    server = InMemory(slug, clock)
    session_id = server.start()
    server.fault("stop_session", "ignored")

    error = call(server, backend, "stop", f"{slug}:{session_id}", timeout=20)

    assert type(error) is StopUnconfirmed
    assert error.session is not None
    assert (error.session.id, error.session.status.is_terminal) == (session_id, False)
    assert f"{slug}:{session_id} was asked to stop, and may still be running" in str(error)
    assert 20 <= sum(clock.pauses) <= 21


@pytest.mark.parametrize("kind", ["lost", "failed"])
@each_provider
def test_stop_whose_response_was_lost(slug: str, kind: Any, clock: Clock) -> None:
    """It is sent again, or the session is seen to end."""
    server = InMemory(slug, clock)
    session_id = server.start()
    server.fault("stop_session", kind, 503 if kind == "failed" else None, times=3)

    assert call(server, None, "stop", f"{slug}:{session_id}").status.is_terminal
    assert server.open == []


@each_provider
def test_stop_that_is_refused(slug: str, clock: Clock) -> None:
    """It is the provider's error, unless the session has ended."""
    server = InMemory(slug, clock)
    session_id = server.start()
    server.fault("stop_session", "refused", 409)
    server.fault("stop_session", "failed", 409)

    error = call(server, None, "stop", f"{slug}:{session_id}")
    assert (type(error), error.status_code) == (errors.InvalidRequest, 409)
    assert call(server, None, "stop", f"{slug}:{session_id}").status.is_terminal


@pytest.mark.parametrize("content", [b"", b"null", b"{}", b'"closed"'])
@each_provider
def test_stop_with_any_success(slug: str, content: bytes, clock: Clock) -> None:
    """Whatever its body is, the session is seen to end."""
    server = InMemory(slug, clock)
    session_id = server.start()

    def brief(request: httpx.Request) -> httpx.Response:
        response = server(request)
        return response if request.method == "GET" else httpx.Response(200, content=content)

    assert call(brief, None, "stop", f"{slug}:{session_id}").status.is_terminal  # type: ignore[arg-type]


def test_stop_that_is_not_seen_through(clock: Clock) -> None:
    """If no poll gets a response, there is no session in the error, and the last failure is the cause."""
    server = InMemory("skyvern", clock)
    session_id = server.start()

    def failing(request: httpx.Request) -> httpx.Response:
        if len(server.sent) > 1:
            return httpx.Response(401)
        return server(request)

    error = call(failing, None, "stop", f"skyvern:{session_id}")  # type: ignore[arg-type]

    assert type(error) is StopUnconfirmed
    assert error.session is None
    assert isinstance(error.__cause__, errors.AuthenticationFailed)


@each_backend
def test_stop_many(backend: str | None, clock: Clock) -> None:
    """Each reference has its result, and one failure is one result."""
    server = InMemory("skyvern", clock)
    refs = [f"skyvern:{server.start()}" for _ in range(3)]

    results = call(server, backend, "stop_many", [*refs, "skyvern:pbs_1", "nothing"])

    found = {str(ref): type(outcome).__name__ for ref, outcome in results}
    over = dict.fromkeys(refs, "BrowserSession")
    assert found == {**over, "skyvern:pbs_1": "SessionNotFound", "nothing": "InvalidSessionRef"}
    assert server.open == []


def test_a_new_session_may_not_be_found_yet(clock: Clock) -> None:
    """For ten seconds, a 404 is a poll that failed, and a stop is sent again."""
    server = InMemory("skyvern", clock)
    server.fault("create_session", "hidden", 8)
    with sync_client(server) as client:
        session = client.create("skyvern")
        assert client.wait(session, until="ready").status is SessionStatus.RUNNING
        client.stop(session)
        server.fault("create_session", "hidden", 8)
        assert client.stop(client.create("skyvern")).status.is_terminal
        server.fault("create_session", "hidden", 60)
        session = client.create("skyvern")
        with pytest.raises(errors.SessionNotFound):
            client.wait(session)
    assert server.open == [session.id]
