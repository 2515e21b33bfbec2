"""How a request is sent that may not be repeated: on a connection of its own, and whole, whatever interrupts it."""

from __future__ import annotations

import asyncio
import gzip
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent import futures
from contextvars import ContextVar
from functools import partial
from typing import Any

import anyio
import httpx
import pytest

from browser_sessions import BrowserSession, _drivers
from browser_sessions._attempt import Attempt, Pause, RawResponse, Receipt
from browser_sessions._call import Call, Course, MayExistError, course
from browser_sessions._calls import Calls
from browser_sessions._drivers import AsyncDriver, Driver
from browser_sessions._http import AsyncNetwork, Network
from browser_sessions.errors import BrowserSessionsError, UnexpectedResponse
from tests.facade.faulty_server import FaultyServer, Peer, Play, responding
from tests.facade.fetching import AMPLE, BACKENDS, running
from tests.facade.made_up import BOUNDS, RECEIPT, call, noting
from tests.facade.test_faulty_servers import SESSION, wait_until

each_backend = pytest.mark.parametrize("backend", BACKENDS)


def driver(transport: httpx.BaseTransport | None = None) -> Driver:
    """Return what runs a call in threads."""
    return Driver(Calls({}, {}), Network(transport, proxy=None, verify=True))


def async_driver(transport: httpx.AsyncBaseTransport | None = None) -> AsyncDriver:
    """Return what runs a call in tasks."""
    return AsyncDriver(Calls({}, {}), AsyncNetwork(transport, proxy=None, verify=True))


def in_loop(backend: str, work: Callable[[AsyncDriver], Awaitable[Any]]) -> Any:
    """Return what is made of a driver, which is closed afterwards."""

    async def main() -> Any:
        runs = async_driver()
        try:
            return await work(runs)
        finally:
            await runs.aclose()

    return anyio.run(main, backend=backend)


def test_a_create_has_a_connection_of_its_own() -> None:
    """None that was kept is used for it, and its own is not kept; what may be repeated shares one."""
    with FaultyServer(responding(SESSION)) as server:
        runs = driver()
        for receipt in (None, Receipt(), Receipt(), None):
            runs.run(course(call(server.address, receipt=receipt)))
        runs.close()
    assert [len(peer.requests) for peer in server.peers] == [2, 1, 1]


@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_a_call_says_how_large_a_response_may_be(backend: str | None) -> None:
    """One byte more is too large, also of what is small before it is decompressed."""
    packed = responding(gzip.compress(SESSION), Content_Encoding="gzip")
    for play in (responding(SESSION), packed):
        for most, expected in ((len(SESSION), BrowserSession), (len(SESSION) - 1, UnexpectedResponse)):
            with FaultyServer(play) as server:
                work = partial(fetch, call(server.address, receipt=None, max_body=most))
                found = in_loop(backend, work) if backend else work(driver())
            assert type(found) is expected


def fetch(of: Call[BrowserSession], runs: Any) -> Any:
    """Return the result of a call, or its error; awaitable, in tasks."""

    async def fetch_async() -> Any:
        try:
            return await runs.run(course(of))
        except BrowserSessionsError as error:
            return error

    if isinstance(runs, AsyncDriver):
        return fetch_async()
    try:
        return runs.run(course(of))
    except BrowserSessionsError as error:
        return error
    finally:
        runs.close()


class Held:
    """A server that has a whole request, and responds once it may."""

    def __init__(self) -> None:
        self.has_come = threading.Event()
        self.may_respond = threading.Event()

    def __call__(self, peer: Peer) -> None:
        """Play."""
        if peer.read():
            self.has_come.set()
            if self.may_respond.wait(30):
                peer.respond(SESSION)


def came() -> tuple[int, bytes]:
    """Return the status and the body of the response that came last to what may not be repeated."""
    assert isinstance(RECEIPT.came, RawResponse)
    return RECEIPT.came.status_code, RECEIPT.came.content


def interrupt() -> None:
    """Press Ctrl-C."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


@pytest.fixture
def interrupted_wait(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """An event that is set when the main thread was interrupted, and waits on."""
    waits_on = threading.Event()
    wait = futures.wait

    def noted(fs: Any, timeout: float | None = None) -> Any:
        if timeout is not None:
            waits_on.set()
        return wait(fs, timeout)

    monkeypatch.setattr(futures, "wait", noted)
    return waits_on


def test_ctrl_c_does_not_cut_off_a_create(interrupted_wait: threading.Event) -> None:
    """Its receipt has the response, and the interruption leaves then."""

    def play(peer: Peer) -> None:
        if peer.read():
            interrupt()
            assert interrupted_wait.wait(30)
            peer.respond(SESSION)

    with FaultyServer(play) as server:
        runs = driver()
        with pytest.raises(KeyboardInterrupt):
            runs.run(course(call(server.address)))
        runs.close()
    assert came() == (200, SESSION)


def test_ctrl_c_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """If there is still no response, the connection is closed, and its receipt has the lost connection."""
    monkeypatch.setattr(_drivers, "PATIENCE", 0.05)

    def play(peer: Peer) -> None:
        if peer.read():
            interrupt()
            peer.hold()

    with FaultyServer(play) as server:
        runs = driver()
        with pytest.raises(KeyboardInterrupt):
            runs.run(course(call(server.address)))
        assert type(RECEIPT.came) is httpx.RemoteProtocolError
        wait_until(lambda: server.open == 0)
        wait_until(lambda: "browser-sessions" not in [thread.name for thread in threading.enumerate()])
        runs.close()


def test_ctrl_c_waits_for_no_transport_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its receipt has nothing, and its course the interruption."""
    monkeypatch.setattr(_drivers, "PATIENCE", 0.01)
    monkeypatch.setattr(_drivers, "LAST_PATIENCE", 0.01)
    notes: list[Any] = []
    end = threading.Event()

    def hang(_: httpx.Request) -> httpx.Response:
        interrupt()
        end.wait(AMPLE)
        return httpx.Response(200)

    with pytest.raises(KeyboardInterrupt):
        driver(httpx.MockTransport(hang)).run(noting(call(), notes.append))
    assert (RECEIPT.is_sent, RECEIPT.came) == (True, None)
    end.set()
    assert notes == [KeyboardInterrupt]


def test_patience() -> None:
    """Some seconds, for a browser that starts; and one more, to close the connection."""
    assert (_drivers.PATIENCE, _drivers.LAST_PATIENCE) == (5.0, 1.0)


def stubborn() -> Course[None]:
    """Return a course that takes one more step, whatever interrupts it."""
    try:
        yield Attempt(httpx.Request("GET", "https://a.example"), 0.0, 0)
    except SystemExit:
        yield Pause(60)


@pytest.mark.parametrize("backend", [None, *BACKENDS])
def test_an_interruption_leaves(backend: str | None) -> None:
    """A course takes no further step, even if it would."""

    def leave(_: httpx.Request) -> httpx.Response:
        raise SystemExit(5)

    def run() -> None:
        transport = httpx.MockTransport(leave)
        if backend:
            anyio.run(async_driver(transport).run, stubborn(), backend=backend)
        else:
            driver(transport).run(stubborn())

    with pytest.raises(SystemExit):
        run()


def test_ctrl_c_cuts_off_a_read() -> None:
    """At once, and its course gets the interruption."""
    notes: list[Any] = []

    def play(peer: Peer) -> None:
        if peer.read():
            interrupt()
            peer.hold()

    with FaultyServer(play) as server:
        runs = driver()
        with pytest.raises(KeyboardInterrupt):
            runs.run(noting(call(server.address, receipt=None), notes.append))
        assert notes == [KeyboardInterrupt]
        wait_until(lambda: server.open == 0)
        runs.close()


def test_a_create_is_sent_in_the_callers_context() -> None:
    """Although by a thread of its own; what its transport raises is raised here."""
    trace: ContextVar[str] = ContextVar("trace", default="lost")
    seen: list[str] = []

    def respond(_: httpx.Request) -> httpx.Response:
        seen.append(trace.get())
        if len(seen) == 2:
            raise ZeroDivisionError
        return httpx.Response(200, content=SESSION)

    token = trace.set("the caller's")
    runs = driver(httpx.MockTransport(respond))
    try:
        assert isinstance(runs.run(course(call())), BrowserSession)
        with pytest.raises(ZeroDivisionError):
            runs.run(course(call()))
    finally:
        trace.reset(token)
    assert seen == ["the caller's"] * 2


@each_backend
def test_cancelling_does_not_cut_off_a_create(backend: str) -> None:
    """It gets the response, and the cancellation leaves then."""
    held = Held()

    async def cancel(runs: AsyncDriver) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runs.run, course(call(server.address)))
            await anyio.to_thread.run_sync(held.has_come.wait)
            tasks.cancel_scope.cancel()
            held.may_respond.set()

    with FaultyServer(held) as server:
        in_loop(backend, cancel)
    assert came() == (200, SESSION)


def test_a_cancelled_task_of_asyncio_does_not_either() -> None:
    """Its own `cancel` heeds no shield of anyio's, however often it is called."""
    held = Held()

    async def cancel(runs: AsyncDriver) -> None:
        task = asyncio.ensure_future(runs.run(course(call(server.address))))
        await anyio.to_thread.run_sync(held.has_come.wait)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        assert not task.done()
        held.may_respond.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    with FaultyServer(held) as server:
        in_loop("asyncio", cancel)
    assert came() == (200, SESSION)


def test_a_timeout_of_asyncio_ends_where_it_should() -> None:
    """A cancellation that comes late does not hit another call."""

    async def time_out(runs: AsyncDriver) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await runs.run(course(call(server.address)))
        await asyncio.sleep(0)

    with FaultyServer(responding(SESSION)) as server:
        in_loop("asyncio", time_out)
    assert came() == (200, SESSION)


@each_backend
def test_a_create_that_was_cancelled_ends_with_its_attempt(backend: str) -> None:
    """A shield has the attempt's own limit."""

    async def cancel(runs: AsyncDriver) -> None:
        with anyio.CancelScope() as scope:
            scope.cancel()
            with pytest.raises(MayExistError):
                await runs.run(course(call(server.address, bounds=BOUNDS._replace(timeout=0.2))))

    with FaultyServer(Peer.hold) as server:
        in_loop(backend, cancel)
        wait_until(lambda: server.open == 0)
    assert type(RECEIPT.came) is httpx.ReadTimeout


@each_backend
def test_cancelling_cuts_off_a_read(backend: str) -> None:
    """At once, and its course gets the interruption."""
    notes: list[Any] = []
    held = Held()

    async def cancel(runs: AsyncDriver) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runs.run, noting(call(server.address, receipt=None), notes.append))
            await anyio.to_thread.run_sync(held.has_come.wait)
            tasks.cancel_scope.cancel()
        assert [note.__name__ for note in notes] in (["CancelledError"], ["Cancelled"])
        held.may_respond.set()

    with FaultyServer(held) as server:
        in_loop(backend, cancel)


@each_backend
def test_a_create_that_is_not_interrupted(backend: str) -> None:
    """A create that is not interrupted is like any other call, even if its response is lost."""

    async def create(runs: AsyncDriver) -> list[Any]:
        with pytest.raises(MayExistError):
            await runs.run(course(call(server.address)))
        return [await runs.run(course(call(server.address)))]

    lives: Iterator[Play] = iter([lambda _: None, responding(SESSION)])

    def play(peer: Peer) -> None:
        next(lives)(peer)

    with FaultyServer(play) as server:
        (session,) = in_loop(backend, create)
    assert session.id == running("skyvern")["browser_session_id"]
