"""Many sessions at once: every reference is one result, and nothing is left behind."""

from __future__ import annotations

import asyncio
import gc
import itertools
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import Any

import anyio
import httpx
import pytest

from browser_sessions import PROVIDERS, BrowserSession, Client, SessionRef, _many
from browser_sessions._streams import Stop
from browser_sessions.errors import BrowserSessionsError, ConfigurationError, InvalidSessionRef, SessionNotFound
from tests.facade.fetching import AMPLE, BACKENDS, KEYS, Handler, async_client, run, running, sync_client

each_backend = pytest.mark.parametrize("backend", [None, *BACKENDS])

SLUGS = {httpx.URL(provider.base_url).host: slug for slug, provider in PROVIDERS.items()}


def respond(request: httpx.Request) -> httpx.Response:
    """Respond with a running session of the provider that is asked; the id "none" is missing."""
    if request.url.path.endswith("/none"):
        return httpx.Response(404)
    return httpx.Response(200, json=running(SLUGS[request.url.host]))


class Meter:
    """How many requests are under way at once, at most; none gets a response before there are as many as are expected.

    Args:
        expected: How many, of a provider or of "all".

    """

    def __init__(self, **expected: int) -> None:
        self._expected = expected
        self._lock = threading.Lock()
        self._now: Counter[str] = Counter()
        self._are_there = threading.Event()
        self.most: Counter[str] = Counter()

    def _begin(self, request: httpx.Request) -> list[str]:
        """Count one more, and wait for the others, and for one more, which never comes."""
        names = [SLUGS[request.url.host], "all"]
        with self._lock:
            self._now.update(names)
            for name in names:
                self.most[name] = max(self.most[name], self._now[name])
            are_there = all(self.most[name] >= count for name, count in self._expected.items())
        if are_there and not self._are_there.is_set():
            time.sleep(0.1)
            self._are_there.set()
        assert self._are_there.wait(30)
        return names

    def respond_in_thread(self, request: httpx.Request) -> httpx.Response:
        """Respond in a thread."""
        names = self._begin(request)
        with self._lock:
            self._now.subtract(names)
        return respond(request)

    async def respond_in_task(self, request: httpx.Request) -> httpx.Response:
        """Respond in a task."""
        names = await anyio.to_thread.run_sync(self._begin, request)
        self._now.subtract(names)
        return respond(request)


def get_many(backend: str | None, refs: Any, meter: Meter | None = None, **arguments: Any) -> list[tuple[Any, Any]]:
    """Return all results, of threads or tasks."""
    if backend is None:
        handler: Handler = meter.respond_in_thread if meter else respond
        with sync_client(handler, max_retries=0) as client:
            return list(client.get_many(refs, **arguments))

    async def main() -> list[tuple[Any, Any]]:
        async with async_client(meter.respond_in_task if meter else respond, max_retries=0) as client:  # type: ignore[arg-type]
            return [result async for result in client.get_many(refs, **arguments)]

    assert backend
    return run(backend, main)


@each_backend
def test_every_reference_is_one_result(backend: str | None) -> None:
    """Sessions and errors, by the reference, or by the very text that is invalid; the same one twice is two."""
    refs = [
        "skyvern:a",
        "skyvern:none",
        "nonsense",
        SessionRef("browserbase", "b"),
        "skyvern:a",
        "brightdata:",
        "skyvern:..",
    ]
    results = get_many(backend, refs)

    found = Counter((str(ref), type(ref), type(result)) for ref, result in results)
    assert found == {
        ("skyvern:a", SessionRef, BrowserSession): 2,
        ("skyvern:none", SessionRef, SessionNotFound): 1,
        ("browserbase:b", SessionRef, BrowserSession): 1,
        ("nonsense", str, InvalidSessionRef): 1,
        ("brightdata:", str, InvalidSessionRef): 1,
        ("skyvern:..", str, InvalidSessionRef): 1,
    }
    assert all(result.__traceback__ is None for _, result in results if isinstance(result, BrowserSessionsError))


@each_backend
@pytest.mark.parametrize("count", [0, 1, 200])
def test_however_many(count: int, backend: str | None) -> None:
    """Any number, of an iterable that is taken once."""
    results = get_many(
        backend, (f"{slug}:{number}" for number, slug in zip(range(count), itertools.cycle(PROVIDERS), strict=False))
    )

    assert Counter(str(ref) for ref, _ in results) == Counter(
        f"{slug}:{number}" for number, slug in zip(range(count), itertools.cycle(PROVIDERS), strict=False)
    )
    assert all(isinstance(result, BrowserSession) for _, result in results)


@each_backend
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, {"all": 20}),
        ({"concurrency": 7}, {"all": 7}),
        ({"concurrency": 8, "per_provider": 2}, {"skyvern": 2, "browserbase": 2, "all": 4}),
        ({"concurrency": 8, "per_provider": {"skyvern": 1, "brightdata": 1}}, {"skyvern": 1}),
    ],
)
def test_no_more_sessions_at_once_than_allowed(
    arguments: dict[str, Any], expected: dict[str, int], backend: str | None
) -> None:
    """At all, and of a provider, or of some by name; and as many as that."""
    refs = [f"{slug}:{number}" for number in range(20) for slug in ("skyvern", "browserbase")]

    meter = Meter(**expected)
    results = get_many(backend, refs, meter, **arguments)
    assert {type(result) for _, result in results} == {BrowserSession}
    assert {name: meter.most[name] for name in expected} == expected
    assert meter.most["browserbase"] > 1


@each_backend
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"concurrency": 0}, ValueError),
        ({"concurrency": True}, ValueError),
        ({"concurrency": "5"}, ValueError),
        ({"per_provider": 0}, ValueError),
        ({"per_provider": {"skyvern": 1.5}}, ValueError),
        ({"per_provider": {"skyvren": 1}}, ConfigurationError),
    ],
)
def test_an_invalid_number_is_refused_at_once(
    arguments: dict[str, Any], error: type[Exception], backend: str | None
) -> None:
    """Before a reference is taken."""
    with pytest.raises(error):
        get_many(backend, (1 / 0 for _ in "a"), **arguments)


class Source:
    """References that know how many were taken."""

    def __init__(self) -> None:
        self.taken = 0

    def __iter__(self) -> Iterator[str]:
        while True:
            self.taken += 1
            yield f"skyvern:{self.taken}"


@each_backend
def test_an_endless_iterable_is_taken_as_far_as_needed(backend: str | None) -> None:
    """At most `concurrency` ahead of what was yielded."""
    source = Source()

    def check(yielded: int) -> None:
        time.sleep(0.002)
        assert source.taken <= yielded + 1 + 5

    if backend is None:
        with sync_client(respond) as client:
            for yielded, _ in enumerate(client.get_many(source, concurrency=5)):
                check(yielded)
                if yielded == 40:
                    break
    else:

        async def main() -> None:
            yielded = 0
            async with async_client(respond) as client:
                async for _ in client.get_many(source, concurrency=5):
                    await anyio.sleep(0.001)
                    check(yielded)
                    yielded += 1
                    if yielded == 40:
                        break

        run(backend, main)
    assert source.taken <= 41 + 5


@each_backend
def test_a_slow_iterable_does_not_hold_back_what_is_done(backend: str | None) -> None:
    """A result comes before the reference after the next one is taken."""
    if backend is None:
        source = Source()

        def crawl() -> Iterator[str]:
            for ref in source:
                time.sleep(0.05)
                yield ref

        with sync_client(respond) as client:
            next(client.get_many(crawl(), concurrency=2000))
        assert source.taken < 2000
        return
    never = anyio.Event()

    async def feed() -> AsyncIterator[str]:
        yield "skyvern:a"
        await never.wait()

    async def main() -> None:
        async with async_client(respond) as client:
            async for ref, _ in client.get_many(feed()):
                assert str(ref) == "skyvern:a"
                break

    run(backend, main)


@each_backend
def test_an_iterable_that_fails(backend: str | None) -> None:
    """Its error is raised once all that was taken has been yielded."""
    seen: list[str] = []

    def feed() -> Iterator[str]:
        yield from ("skyvern:1", "skyvern:2", "skyvern:3")
        raise KeyError("mine")

    def get_all() -> None:
        for ref, _ in sync_client(respond).get_many(feed()):
            seen.append(str(ref))

    async def get_all_async() -> None:
        async with async_client(respond) as client:
            async for ref, _ in client.get_many(feed()):
                seen.append(str(ref))

    with pytest.raises(KeyError, match="mine"):
        run(backend, get_all_async) if backend else get_all()
    assert sorted(seen) == ["skyvern:1", "skyvern:2", "skyvern:3"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_asynchronous_references(backend: str) -> None:
    """An asynchronous iterable of references is accepted like any other."""

    async def feed() -> AsyncIterator[str | SessionRef]:
        for number in range(50):
            await anyio.lowlevel.checkpoint()
            yield f"skyvern:{number}"

    assert len(get_many(backend, feed(), concurrency=4)) == 50


def threads() -> list[threading.Thread]:
    """Return the threads that work."""
    return [thread for thread in threading.enumerate() if thread.name == "browser-sessions"]


def test_leaving_early_leaves_no_thread() -> None:
    """Whatever they were doing: waiting for a response, for another attempt, or for their turn."""
    started = threading.Barrier(5, timeout=AMPLE)

    def fail(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/0"):
            started.wait()
            return respond(request)
        if request.url.path.endswith(("/1", "/2", "/3", "/4")):
            started.wait()
        return httpx.Response(503, headers={"Retry-After": "60"})

    with sync_client(fail) as client:
        start = time.monotonic()
        for ref, _ in client.get_many((f"skyvern:{number}" for number in range(100)), concurrency=8, per_provider=5):
            assert str(ref) == "skyvern:0"
            assert len(threads()) >= 5
            break
        gc.collect()
        assert threads() == []
        assert time.monotonic() - start < AMPLE


def test_leaving_early_begins_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for its turn when the loop is left is not sent, by whatever transport."""
    are_taken, is_left = threading.Event(), threading.Event()
    sent: list[str] = []

    def take() -> Iterator[str]:
        yield from (f"skyvern:{number}" for number in range(9))
        are_taken.set()

    class NotedStop(Stop):
        def set(self) -> None:
            super().set()
            is_left.set()

    def take_turns(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.path)
        assert (is_left if len(sent) > 1 else are_taken).wait(AMPLE)
        return respond(request)

    monkeypatch.setattr(_many, "Stop", NotedStop)
    with sync_client(take_turns) as client:
        for _ in client.get_many(take(), per_provider=1):
            break
    assert len(sent) <= 2


def test_an_iterator_that_is_not_used_starts_no_thread() -> None:
    """Nothing is sent before the first result is asked for."""

    def refuse(_: httpx.Request) -> httpx.Response:
        raise AssertionError

    client = sync_client(refuse)
    client.get_many(["skyvern:a"])
    client.wait_many(["skyvern:a"])
    assert threads() == []


def test_leaving_early_leaves_no_task() -> None:
    """Closing the client waits until they have ended; leaving the loop is enough to end them."""

    async def hang(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/0"):
            await asyncio.sleep(60)
        return respond(request)

    async def main() -> None:
        client = async_client(hang)  # type: ignore[arg-type]
        async for _ in client.get_many(f"skyvern:{number}" for number in range(100)):
            assert len(asyncio.all_tasks()) > 2
            break
        await end_of_tasks()
        results = client.get_many(f"skyvern:{number}" for number in range(100))
        await anext(results)
        await client.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert [result async for result in results] == []

    asyncio.run(main())


async def end_of_tasks() -> None:
    """Wait until there is no task but this one."""
    with anyio.fail_after(AMPLE):
        while asyncio.all_tasks() != {asyncio.current_task()}:  # noqa: ASYNC110 - asyncio has no event for it
            await asyncio.sleep(0.01)


def test_results_that_were_not_asked_for() -> None:
    """They can be closed, and start nothing afterwards."""

    async def main() -> None:
        async with async_client(respond) as client:
            results = client.get_many(["skyvern:a"])
            await results.aclose()
            assert [result async for result in results] == []
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


def test_closing_the_results_ends_the_work() -> None:
    """For a caller that keeps them."""

    async def hang(_: httpx.Request) -> httpx.Response:
        await anyio.sleep(60)
        raise AssertionError

    async def main() -> None:
        async with async_client(hang) as client:  # type: ignore[arg-type]
            results = client.get_many(["skyvern:a", "skyvern:b"])
            with anyio.move_on_after(0.05):
                await anext(results)
            assert len(asyncio.all_tasks()) > 1
            await results.aclose()
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_task_that_is_cancelled_may_go_on(backend: str) -> None:
    """Asking for a result can be given up, and asked again; nothing is lost."""
    gate = anyio.Event()

    async def hold(request: httpx.Request) -> httpx.Response:
        await gate.wait()
        return respond(request)

    async def main() -> None:
        async with async_client(hold) as client:  # type: ignore[arg-type]
            results = client.get_many(["skyvern:a", "skyvern:b"])
            with anyio.move_on_after(0.02):
                await anext(results)
            gate.set()
            assert len([result async for result in results]) == 2

    run(backend, main)


@each_backend
def test_requests_are_sent_in_the_callers_context(backend: str | None) -> None:
    """What follows a request through a program, such as a trace, finds it in the threads and tasks too."""
    trace: ContextVar[str] = ContextVar("trace", default="lost")
    refs = [f"{slug}:{number}" for slug in PROVIDERS for number in range(4)]
    seen: list[str] = []

    def note(request: httpx.Request) -> httpx.Response:
        seen.append(trace.get())
        return respond(request)

    async def main() -> list[Any]:
        async with async_client(note) as client:
            return [each async for each in client.get_many(refs)]

    token = trace.set("the caller's")
    try:
        if backend:
            run(backend, main)
        else:
            with sync_client(note) as client:
                list(client.get_many(refs))
    finally:
        trace.reset(token)

    assert seen == ["the caller's"] * len(refs)


@pytest.mark.usefixtures("hasty")
@each_backend
def test_waiting_for_many(backend: str | None) -> None:
    """Yields like `get_many`: each session when it is what is waited for, and the errors."""
    polls: Counter[str] = Counter()

    def live(request: httpx.Request) -> httpx.Response:
        polls[request.url.path] += 1
        if polls[request.url.path] == 2 or request.url.path.endswith("/none"):
            return httpx.Response(200, json=running("skyvern") | {"status": "completed"})
        return respond(request)

    refs = ["skyvern:a", "browserbase:none", "x", "skyvern:b"]

    async def main() -> list[tuple[Any, Any]]:
        async with async_client(live) as client:
            return [result async for result in client.wait_many(refs, timeout=20, per_provider=1)]

    results = run(backend, main) if backend else list(sync_client(live).wait_many(refs, timeout=20, per_provider=1))
    outcomes = {str(ref): getattr(result, "status", type(result).__name__) for ref, result in results}
    assert outcomes == {
        "skyvern:a": "completed",
        "skyvern:b": "completed",
        "browserbase:none": "UnexpectedResponse",
        "x": "InvalidSessionRef",
    }


def test_a_function_that_leaves_ends_the_run() -> None:
    """Whatever it leaves by: the caller does not wait for a thread that is gone."""

    def leave(_: BrowserSession) -> bool:
        raise SystemExit

    with pytest.raises(SystemExit):
        list(sync_client(respond).wait_many(["skyvern:a"] * 5, until=leave))
    assert threads() == []


@each_backend
def test_a_function_that_fails_ends_the_run(backend: str | None) -> None:
    """It is the caller's own error, raised where the results are asked for."""

    def fail(_: BrowserSession) -> bool:
        raise ZeroDivisionError

    async def wait_async() -> list[Any]:
        async with async_client(respond) as client:
            return [result async for result in client.wait_many(["skyvern:a"] * 50, until=fail)]

    with pytest.raises(ZeroDivisionError):
        run(backend, wait_async) if backend else list(sync_client(respond).wait_many(["skyvern:a"] * 50, until=fail))
    assert threads() == []


def test_closing_the_client_ends_what_it_is_asked() -> None:
    """A run that continues without its client has an error for each reference."""
    client = Client(api_keys=KEYS, transport=httpx.MockTransport(respond))
    results = client.get_many(f"skyvern:{number}" for number in range(50))
    next(results)
    client.close()

    kinds = {type(result) for _, result in results}
    assert kinds <= {BrowserSession, ConfigurationError}
    assert ConfigurationError in kinds


def take(results: Iterable[Any]) -> Callable[[], Any]:
    """Return what takes one more."""
    iterator = iter(results)
    return lambda: next(iterator)


def test_two_runs_of_one_client() -> None:
    """Do not know of each other."""
    with sync_client(respond) as client:
        first, second = (take(client.get_many(f"skyvern:{number}" for number in range(30))) for _ in "ab")
        assert {str(first()[0]) for _ in range(30)} == {str(second()[0]) for _ in range(30)}
