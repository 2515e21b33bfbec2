"""How a session is created for a block of code: ready at its beginning, and over at its end, however it ends."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import anyio
import httpx
import pytest
import trio
import trio.testing

from browser_sessions import AsyncClient, BrowserSession, Client, SessionStatus, errors
from browser_sessions import _drivers as drivers
from browser_sessions.errors import StopUnconfirmed
from tests.facade.fetching import BACKENDS, KEY, async_client, run, sync_client
from tests.facade.in_memory import CREATORS, InMemory
from tests.facade.provider_case import CASES
from tests.facade.test_lifecycle import CREATE, get_of, stop_of
from tests.facade.test_retries import Clock, clock

__all__ = ["clock"]  # a fixture

each_backend = pytest.mark.parametrize("backend", [None, *BACKENDS])
each_loop = pytest.mark.parametrize("backend", BACKENDS)
each_provider = pytest.mark.parametrize("slug", CREATORS)

Body = Callable[[BrowserSession], object]


class Left:
    """How a block was left: the run, and the exception that came out of it."""

    def __init__(self) -> None:
        self.run: Any = None
        self.error: BaseException | None = None

    @property
    def notes(self) -> list[str]:
        """The notes on the exception."""
        return getattr(self.error, "__notes__", [])


def leave(server: InMemory, backend: str | None, body: Body = lambda _: None, **options: Any) -> Left:
    """Return how a block was left in which a session was used."""
    left = Left()

    async def leave_async() -> None:
        async with async_client(server) as client:
            left.run = client.session(server.slug, **options)  # type: ignore[call-overload]
            async with left.run as session:
                body(session)

    try:
        if backend:
            run(backend, leave_async)
        else:
            with sync_client(server) as client:
                left.run = client.session(server.slug, **options)  # type: ignore[call-overload]
                with left.run as session:
                    body(session)
    except BaseException as error:  # noqa: BLE001 - the test looks at it
        left.error = error
    return left


@each_backend
@each_provider
def test_a_session_makes_the_requests_that_it_needs(slug: str, backend: str | None, clock: Clock) -> None:
    """One creates it, others fetch it until it is ready, one stops it, and one sees it over where none has by then."""
    server = InMemory(slug, clock)
    seen: list[BrowserSession] = []

    left = leave(server, backend, seen.append)

    (session,) = seen
    got = get_of(slug, session.id)
    polls = CASES[slug].polls
    sees = [] if slug == "browser_use" else [got]
    assert server.sent == [CREATE[slug], *[got] * polls, stop_of(slug, session.id), *sees]
    assert left.error is None
    assert session.status is SessionStatus.RUNNING
    assert (left.run.created.id, left.run.final.id) == (session.id, session.id)
    assert left.run.final.status.is_terminal
    assert server.open == []


@each_backend
def test_a_session_lives_for_half_an_hour(backend: str | None, clock: Clock) -> None:
    """A session's lifetime is half an hour by default; None leaves it to the provider."""
    bodies: list[bytes] = []
    for options in ({}, {"lifetime": timedelta(minutes=5)}, {"lifetime": None}):
        server = InMemory("skyvern", clock)
        server.before(lambda request: bodies.append(request.content))
        leave(server, backend, **options)
    assert [body for body in bodies if body] == [b'{"timeout":30}', b'{"timeout":5}', b"{}"]


@each_backend
def test_an_exception_leaves_as_it_is(backend: str | None, clock: Clock) -> None:
    """The session is stopped before."""
    server = InMemory("skyvern", clock)
    error = ZeroDivisionError("mine")

    def fail(_: BrowserSession) -> None:
        raise error

    left = leave(server, backend, fail)

    assert left.error is error
    assert left.notes == []
    assert server.open == []
    assert left.run.final.status.is_terminal


@each_backend
def test_a_stop_that_does_nothing(backend: str | None, clock: Clock) -> None:
    """It is an error of its own, fifteen seconds later, unless another one is on its way."""
    server = InMemory("skyvern", clock)
    server.fault("stop_session", "ignored")
    left = leave(server, backend, lambda _: clock.pauses.clear())

    assert type(left.error) is StopUnconfirmed
    assert left.error.session is not None
    assert left.error.session.id in server.open
    assert left.run.final is None
    assert 15 <= sum(clock.pauses) <= 16


@each_backend
def test_a_stop_that_does_nothing_beside_an_exception(
    backend: str | None, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller's exception is raised with a note about the failed stop, which is logged too."""
    server = InMemory("skyvern", clock)
    server.fault("stop_session", "ignored")

    left = leave(server, backend, lambda _: 1 / 0)

    assert type(left.error) is ZeroDivisionError
    (note,) = left.notes
    assert note.startswith(f"skyvern:{server.open[0]} was asked to stop, and may still be running: it was last seen")
    assert [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR] == [note]


@each_backend
@pytest.mark.parametrize(("seconds", "stops"), [(59.4, 2), (59.5, 1)])
def test_a_stop_is_tried_for_a_minute(seconds: float, stops: int, backend: str | None, clock: Clock) -> None:
    """At the end of a block, a stop that fails is sent again unless a minute has passed by then."""
    server = InMemory("skyvern", clock)

    def lose(request: httpx.Request) -> None:
        if request.method == "POST":
            server.before(lambda _: None)
            clock.now += seconds
            raise httpx.ReadTimeout("lost")

    left = leave(server, backend, lambda _: server.before(lose))

    assert server.sent.count(stop_of("skyvern", left.run.created.id)) == stops
    assert type(left.error) is (StopUnconfirmed if stops == 1 else type(None))


@each_backend
def test_a_stop_that_is_refused(backend: str | None, clock: Clock) -> None:
    """It is a StopUnconfirmed like the others, so that there is one error that says so."""
    server = InMemory("skyvern", clock)
    server.fault("stop_session", "refused", 409)

    left = leave(server, backend)

    assert type(left.error) is StopUnconfirmed
    assert isinstance(left.error.__cause__, errors.InvalidRequest)
    assert str(left.error).startswith(f"skyvern:{server.open[0]} may still be running: ")


@each_backend
def test_a_session_that_does_not_get_ready(backend: str | None, clock: Clock) -> None:
    """It is stopped, and the error of the wait leaves."""
    server = InMemory("skyvern", clock)
    server.fault("get_session", "refused", 503, times=3)

    left = leave(server, backend, ready_timeout=0.6)

    assert type(left.error) is errors.WaitTimeout
    assert server.open == []


@each_backend
def test_a_session_that_ends_before_it_is_ready(backend: str | None, clock: Clock) -> None:
    """It is not stopped once more."""
    server = InMemory("skyvern", clock)

    def respond(request: httpx.Request) -> httpx.Response:
        response = server(request)
        if request.method == "GET":
            return httpx.Response(200, json=response.json() | {"status": "failed", "completed_at": "2026-03-04T10:00"})
        return response

    made = InMemory("skyvern", clock)
    made.__class__ = type("Ended", (InMemory,), {"__call__": lambda _, request: respond(request)})
    left = leave(made, backend)

    assert type(left.error) is errors.SessionEnded
    assert left.run.final is left.error.session
    assert [each.partition(" ")[0] for each in server.sent] == ["POST", "GET"]


@each_backend
def test_a_create_that_fails(backend: str | None, clock: Clock) -> None:
    """Nothing is stopped, and nothing is created."""
    server = InMemory("skyvern", clock)
    server.fault("create_session", "refused", 400)

    left = leave(server, backend)

    assert type(left.error) is errors.InvalidRequest
    assert (left.run.created, left.run.final) == (None, None)
    assert server.sent == [CREATE["skyvern"]]


def test_another_session_that_has_ended(clock: Clock) -> None:
    """Sent in the place of this one, it does not keep this one from being stopped."""
    server = InMemory("skyvern", clock)

    def respond(request: httpx.Request) -> httpx.Response:
        response = server(request)
        if request.method == "GET" and len(server.sent) == 2:
            return httpx.Response(200, json=response.json() | {"browser_session_id": "pbs_1", "status": "failed"})
        return response

    with sync_client(respond) as client, pytest.raises(errors.SessionEnded), client.session("skyvern"):
        pass
    assert server.open == []


def test_a_session_that_was_stopped_in_its_block(clock: Clock) -> None:
    """It is fetched, and not stopped once more."""
    server = InMemory("browser_use", clock)
    with sync_client(server) as client:
        run = client.session("browser_use")
        with run as session:
            over = client.stop(session)
        assert run.final == over
    assert [each.partition(" ")[0] for each in server.sent] == ["POST", "PATCH", "GET"]


def test_a_session_whose_key_leaves_the_environment(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program may drop its secrets once it has used them: the session is stopped all the same."""
    server = InMemory("browser_use", clock)
    monkeypatch.setenv("BROWSER_USE_API_KEY", KEY)
    with sync_client(server, api_keys=None) as client, client.session("browser_use"):
        monkeypatch.delenv("BROWSER_USE_API_KEY")
    assert server.open == []


@each_backend
def test_a_session_is_entered_once(backend: str | None, clock: Clock) -> None:
    """Another one is another call."""
    server = InMemory("browser_use", clock)
    left = leave(server, backend)

    async def again() -> None:
        async with left.run:
            pass

    with pytest.raises(RuntimeError, match="entered once"):
        run(backend, again) if backend else left.run.__enter__()
    assert server.open == []


@each_backend
def test_arguments_are_checked_before_it_is_entered(backend: str | None, clock: Clock) -> None:
    """Nothing is sent."""
    server = InMemory("skyvern", clock)
    assert type(leave(server, backend, metadata={"a": "b"}).error) is errors.Unsupported
    assert type(leave(server, backend, ready_timeout=0).error) is ValueError
    assert type(leave(server, backend, colour="red").error) is TypeError
    assert server.sent == []


# Threads


def press(seconds: float = 0.0) -> None:
    """Press Ctrl-C, and give it time to arrive."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    threading.Event().wait(seconds)


def on(method: str, act: Callable[[], object]) -> Callable[[httpx.Request], None]:
    """Return what does something with the first request of a method."""
    left = [act]

    def before(request: httpx.Request) -> None:
        if request.method == method and left:
            left.pop()()

    return before


def test_ctrl_c_during_the_stop_leaves_after_it(clock: Clock) -> None:
    """The stop continues."""
    server = InMemory("browser_use", clock)
    server.before(on("PATCH", lambda: press(0.05)))

    left = leave(server, None)

    assert type(left.error) is KeyboardInterrupt
    assert left.notes == []
    assert server.open == []


def test_ctrl_c_beside_an_exception(clock: Clock) -> None:
    """It leaves in its place, and has it as its context; a second Ctrl-C is none beside the first."""
    server = InMemory("browser_use", clock)
    server.before(on("PATCH", lambda: press(0.05)))

    left = leave(server, None, lambda _: 1 / 0)
    assert type(left.error) is KeyboardInterrupt
    assert type(left.error.__context__) is ZeroDivisionError

    server = InMemory("browser_use", clock)
    server.before(on("PATCH", lambda: press(0.05)))
    first = KeyboardInterrupt()

    def interrupt(_: BrowserSession) -> None:
        raise first

    assert leave(server, None, interrupt).error is first
    assert server.open == []


def test_a_second_ctrl_c_does_not_wait_for_the_stop(clock: Clock) -> None:
    """It leaves at once, with a note."""
    server = InMemory("browser_use", clock)
    may_end = threading.Event()

    def press_twice() -> None:
        press(0.05)
        press()
        may_end.wait(30)

    server.before(on("PATCH", press_twice))
    left = leave(server, None)
    may_end.set()

    assert type(left.error) is KeyboardInterrupt
    assert left.notes == [f"browser_use:{left.run.created.id} may still be running: it was not stopped"]


def test_a_block_that_is_left_without_its_exit(clock: Clock) -> None:
    """A Ctrl-C may come just before the exit begins: the session is stopped with the run."""
    server = InMemory("browser_use", clock)
    with sync_client(server) as client:
        run = client.session("browser_use")
        run.__enter__()
        assert len(server.open) == 1
        del run
        gc.collect()
        assert server.open == []


def test_a_block_that_is_left_without_its_exit_and_its_client(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """If the session cannot be stopped, it is logged."""
    server = InMemory("browser_use", clock)
    with sync_client(server) as client:
        run = client.session("browser_use")
        session = run.__enter__()  # and never left
    del run
    gc.collect()
    assert [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR] == [
        f"{session.ref} may still be running: this client is closed: make another one"
    ]


def test_a_report_that_is_interrupted(clock: Clock) -> None:
    """What it would have said is not lost: the session is stopped again with the end of the run."""
    server = InMemory("browser_use", clock)
    server.fault("stop_session", "ignored")

    class InterruptingError(Exception):
        """Interrupts what adds a note to it."""

        def add_note(self, _: str) -> None:
            raise KeyboardInterrupt

    with sync_client(server) as client:
        with pytest.raises(KeyboardInterrupt), client.session("browser_use"):
            raise InterruptingError
        gc.collect()
        assert server.open == []


@each_provider
def test_nothing_is_imported_once_a_session_may_run(slug: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import that Ctrl-C cuts off may stay locked, and the thread that stops the session would wait for it."""
    names = [f"browser_sessions._providers.{slug}.{name}" for name in ("lists", "stops")]
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    with sync_client(InMemory(slug, clock)) as client:
        client.session(slug)  # type: ignore[call-overload]
    assert [name for name in names if name not in sys.modules] == []


def test_a_fork_leaves_the_session_to_its_parent(clock: Clock) -> None:
    """However the block is left in the child, or is not."""
    server = InMemory("browser_use", clock)
    with sync_client(server) as client, pytest.MonkeyPatch.context() as patch:
        left, forgotten = client.session("browser_use"), client.session("browser_use")
        left.__enter__()
        forgotten.__enter__()
        patch.setattr("os.getpid", lambda: 0)  # as in a child
        left.__exit__(None, None, None)
        del forgotten
        gc.collect()
    assert len(server.open) == 2
    assert [each.partition(" ")[0] for each in server.sent] == ["POST", "POST"]


def test_threads_that_cannot_be_started(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is done where it is asked for."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    server = InMemory("browser_use", clock)
    monkeypatch.setattr(threading.Thread, "start", refuse)

    assert leave(server, None).error is None
    assert server.open == []


def test_a_start_that_was_interrupted_is_made_again(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stop is sent once, and the interruption leaves."""
    server = InMemory("browser_use", clock)
    start = drivers._Work.start

    def interrupted(work: Any) -> None:
        monkeypatch.setattr(drivers._Work, "start", start)
        start(work)
        raise KeyboardInterrupt

    left = leave(server, None, lambda _: monkeypatch.setattr(drivers._Work, "start", interrupted))

    assert type(left.error) is KeyboardInterrupt
    assert [each.partition(" ")[0] for each in server.sent] == ["POST", "PATCH"]


# Tasks


class Slow(httpx.AsyncBaseTransport):
    """A transport that responds as a server in memory does, once it may."""

    def __init__(self, server: InMemory, method: str) -> None:
        self._server = server
        self._method = method
        self.has_come = anyio.Event()
        self.may_respond = anyio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Respond."""
        if request.method == self._method and not self.has_come.is_set():
            self.has_come.set()
            await self.may_respond.wait()
        await request.aread()
        return self._server(request)


def in_loop(backend: str, server: InMemory, method: str, work: Callable[[AsyncClient, Slow], Awaitable[Any]]) -> Any:
    """Return what is made of a client, whose first request of a method waits."""

    async def main() -> Any:
        slow = Slow(server, method)
        async with async_client(server, transport=slow) as client:
            return await work(client, slow)

    return run(backend, main)


@each_loop
def test_a_cancelled_block_stops_its_session(backend: str, clock: Clock) -> None:
    """Before the cancellation leaves."""
    server = InMemory("browser_use", clock)

    async def work(client: AsyncClient, _: Slow) -> None:
        run = client.session("browser_use")
        with anyio.CancelScope() as scope:
            async with run:
                scope.cancel()
                await anyio.sleep_forever()
        assert scope.cancelled_caught
        assert run.final is not None

    in_loop(backend, server, "NONE", work)
    assert server.open == []


@each_loop
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_cancelling_the_create_and_the_stop(method: str, backend: str, clock: Clock) -> None:
    """A cancellation interrupts neither call, and leaves when the session has ended."""
    server = InMemory("browser_use", clock)

    async def use(client: AsyncClient) -> None:
        async with client.session("browser_use"):
            await anyio.lowlevel.checkpoint()

    async def work(client: AsyncClient, slow: Slow) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(use, client)
            await slow.has_come.wait()
            tasks.cancel_scope.cancel()
            slow.may_respond.set()
        assert tasks.cancel_scope.cancel_called

    in_loop(backend, server, method, work)
    assert [each.partition(" ")[0] for each in server.sent] == ["POST", "PATCH"]
    assert server.open == []


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_task_of_asyncio_that_is_cancelled_often(method: str, clock: Clock) -> None:
    """Its cancel heeds no shield; it is cancelled once the session has ended."""
    server = InMemory("browser_use", clock)

    async def use(client: AsyncClient) -> None:
        async with client.session("browser_use"):
            pass

    async def work(client: AsyncClient, slow: Slow) -> None:
        task = asyncio.create_task(use(client))
        await slow.has_come.wait()
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        assert not task.done()
        slow.may_respond.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    in_loop("asyncio", server, method, work)
    assert server.open == []


def test_a_cancelled_create_of_asyncio_is_stopped(clock: Clock) -> None:
    """The caller gets no reference."""
    server = InMemory("browser_use", clock)

    async def work(client: AsyncClient, slow: Slow) -> None:
        task = asyncio.create_task(client.create("browser_use"))
        await slow.has_come.wait()
        task.cancel()
        await asyncio.sleep(0)
        slow.may_respond.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    in_loop("asyncio", server, "POST", work)
    assert [each.partition(" ")[0] for each in server.sent] == ["POST", "PATCH"]


def test_a_timeout_of_asyncio_around_a_block(clock: Clock) -> None:
    """It is a TimeoutError, although an exception was on its way when it came."""
    server = InMemory("browser_use", clock)

    async def work(client: AsyncClient, slow: Slow) -> None:
        async def use(error: Exception | None) -> None:
            async with asyncio.timeout(None) as limit, client.session("browser_use"):
                asyncio.get_running_loop().call_soon(slow.may_respond.set)
                limit.reschedule(0)
                if error:
                    raise error

        task = asyncio.current_task()
        assert task is not None
        for error in (None, ZeroDivisionError()):
            with pytest.raises(TimeoutError):
                await use(error)
            assert task.cancelling() == 0
            await asyncio.sleep(0)

    in_loop("asyncio", server, "PATCH", work)
    assert server.open == []


@each_loop
def test_a_failed_stop_of_a_cancelled_block(backend: str, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """It never takes the place of the cancellation; it is logged."""
    server = InMemory("browser_use", clock)
    server.fault("stop_session", "ignored")

    async def work(client: AsyncClient, _: Slow) -> None:
        with anyio.CancelScope() as scope:
            async with client.session("browser_use"):
                scope.cancel()
                await anyio.sleep_forever()
        assert scope.cancelled_caught

    in_loop(backend, server, "NONE", work)
    assert f"browser_use:{server.open[0]} was asked to stop" in caplog.text


def test_ctrl_c_in_trio(clock: Clock) -> None:
    """It cuts off neither the create nor the stop; a second one does, and its note says so."""
    for method, presses in (("POST", 1), ("PATCH", 1), ("PATCH", 2)):
        server = InMemory("browser_use", clock)

        async def work(client: AsyncClient, slow: Slow, presses: int = presses) -> None:
            async def interrupt() -> None:
                await slow.has_come.wait()
                for _ in range(presses):
                    press()
                    await trio.testing.wait_all_tasks_blocked()
                slow.may_respond.set()

            trio.lowlevel.spawn_system_task(interrupt)
            async with client.session("browser_use"):
                pass

        with pytest.raises(KeyboardInterrupt) as caught:
            in_loop("trio", server, method, work)
        notes = getattr(caught.value, "__notes__", [])
        assert len(notes) == presses - 1
        assert all(note.endswith("may still be running: it was not stopped") for note in notes)
        if presses == 1:
            assert server.open == []


@pytest.mark.parametrize("is_stopping", [False, True])
def test_the_end_of_a_loop_of_asyncio_cuts_off_no_stop(is_stopping: bool, clock: Clock) -> None:  # noqa: FBT001 - a case
    """At its end, the loop cancels all tasks; a stop that this cuts off is sent again."""
    server = InMemory("browser_use", clock)
    kept: list[Any] = []  # asyncio keeps no task that waits for another one

    async def main() -> None:
        slow = Slow(server, "PATCH")
        client = async_client(server, transport=slow)
        has_begun = asyncio.Event()

        async def use() -> None:
            async with client.session("browser_use"):
                has_begun.set()
                await anyio.sleep_forever()

        task = asyncio.create_task(use())
        kept.extend([slow, task])
        await has_begun.wait()
        if not is_stopping:
            slow.has_come.set()  # so that no request waits
        task.cancel()
        if is_stopping:
            await slow.has_come.wait()

    run("asyncio", main)
    assert kept[1].cancelled()
    assert server.open == []


def test_a_stop_that_waits_for_what_was_cancelled(clock: Clock) -> None:
    """It is not sent for ever: a transport may have tasks of its own, which the end of a loop cancels as well."""
    server = InMemory("browser_use", clock)

    class Broken(Slow):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "PATCH":
                raise asyncio.CancelledError
            return await super().handle_async_request(request)

    async def main() -> None:
        async with (
            async_client(server, transport=Broken(server, "NONE")) as client,
            client.session("browser_use"),
        ):
            pass

    with pytest.raises(asyncio.CancelledError) as caught:
        run("asyncio", main)
    assert caught.value.__notes__ == [f"browser_use:{server.open[0]} may still be running: it was not stopped"]


def test_the_end_of_trio_cuts_off_no_stop(clock: Clock) -> None:
    """At its end, trio cancels its system tasks, and then closes asynchronous generators."""
    server = InMemory("browser_use", clock)
    kept: list[Any] = []

    async def main() -> None:
        slow = Slow(server, "PATCH")
        client = async_client(server, transport=slow)

        async def sessions() -> AsyncIterator[BrowserSession]:
            async with client.session("browser_use") as session:
                yield session

        async def use() -> None:
            async with client.session("browser_use"):
                pass

        async def respond() -> None:
            with trio.CancelScope(shield=True):
                await trio.testing.wait_all_tasks_blocked()
                slow.may_respond.set()

        generator = sessions()
        kept.append(generator)
        await anext(generator)
        trio.lowlevel.spawn_system_task(use)
        await slow.has_come.wait()
        trio.lowlevel.spawn_system_task(respond)

    run("trio", main)
    assert server.open == []


@each_loop
def test_a_block_of_a_task_that_is_never_left(backend: str, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """It cannot be stopped without its loop, and is logged."""
    server = InMemory("browser_use", clock)

    async def work(client: AsyncClient, _: Slow) -> None:
        run = client.session("browser_use")
        await run.__aenter__()  # and never left

    in_loop(backend, server, "NONE", work)
    gc.collect()
    assert f"browser_use:{server.open[0]} may still be running: it was not stopped" in caplog.text


def test_runs_are_of_both_clients() -> None:
    """A session is prepared without a request, and without a loop."""
    keys = {"skyvern": "a-key"}
    assert Client(api_keys=keys).session("skyvern").created is None
    assert AsyncClient(api_keys=keys).session("skyvern").final is None
