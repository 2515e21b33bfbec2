"""The lives of sessions in programs: in threads, and in tasks of asyncio and trio."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import anyio
import trio

from benchmarks.soak.creates.plans import Life
from benchmarks.soak.creates.server import KEY
from browser_sessions import PROVIDERS, AsyncClient, BrowserSession, Client
from browser_sessions.errors import CreateUncertain

_CONCURRENCY = {"threads": 60, "asyncio": 90, "trio": 90}
_ACCOUNTS = 4
"""The number of accounts of each driver, which limits the length of each list."""

_BOUNDS = {"timeout": 10.0, "deadline": 12.0, "max_retries": 4}
"""The timeout in seconds, and the number of attempts; some responses never arrive."""

_READY = 30.0
_USE = 0.02
"""Seconds that a block's work takes."""


_PATIENCE = 40.0
"""Seconds that are enough for all background work."""


class BlockError(Exception):
    """An error of the program that uses a session."""


class Outcome(NamedTuple):
    """What a program knows after a session's life.

    Attributes:
        life: The session's life.
        came: The class of the raised exception, or "".
        says: The text of all results, exceptions and notes.

    """

    life: Life
    came: str
    says: str


def outcome_of(life: Life, results: Iterable[BrowserSession], error: BaseException | None) -> Outcome:
    """Return the outcome of a life from its results and from the exception with its notes."""
    says = [str(each.ref) for each in results]
    if error is not None:
        says += [str(error), *getattr(error, "__notes__", ())]
    if isinstance(error, CreateUncertain):
        says += [str(error.marker), *(str(each.ref) for each in error.candidates)]
    return Outcome(life, type(error).__name__ if error else "", "\n".join(says))


def arguments(url: str, name: str) -> dict[str, Any]:
    """Return the arguments of a client that uses the accounts with this name."""
    paths = {slug: each.base_url.partition("://")[2].partition("/")[2] for slug, each in PROVIDERS.items()}
    urls = {slug: f"{url}/{slug}/{name}/{path}".rstrip("/") for slug, path in paths.items()}
    return {"api_keys": dict.fromkeys(PROVIDERS, KEY), "base_urls": urls, **_BOUNDS}


def in_threads(url: str, lives: list[Life]) -> list[Outcome]:
    """Run lives in many threads at once."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(Client(**arguments(url, f"threads-{n}"))) for n in range(_ACCOUNTS)]
        stack.callback(settle)
        threads = stack.enter_context(ThreadPoolExecutor(_CONCURRENCY["threads"]))
        return [*threads.map(lambda numbered: _live(clients[numbered[0] % _ACCOUNTS], numbered[1]), enumerate(lives))]


def _live(client: Client, life: Life) -> Outcome:
    results: list[BrowserSession] = []
    try:
        use(client, life, results)
    except BaseException as error:  # noqa: BLE001 - every error is counted
        return outcome_of(life, results, error)
    return outcome_of(life, results, None)


def use(client: Client, life: Life, results: list[BrowserSession]) -> None:
    """Use one session as a program does."""
    if life.is_block:
        with client.session(life.slug, ready_timeout=_READY, **life.options):  # type: ignore[call-overload]
            time.sleep(_USE)
            if life.fails:
                raise BlockError
    else:
        # Ctrl-C may come between a return and the assignment of what it returns, but not here, between the two of C.
        results.extend(map(partial(client.create, **life.options), [life.slug]))
        client.stop(results[0])


def in_loop(backend: str, url: str, lives: list[Life]) -> list[Outcome]:
    """Run lives in many tasks at once."""
    return anyio.run(_live_in_tasks, backend, url, lives, backend=backend)


async def _live_in_tasks(backend: str, url: str, lives: list[Life]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    before = _count_tasks()
    limit = anyio.CapacityLimiter(_CONCURRENCY[backend])
    async with contextlib.AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(AsyncClient(**arguments(url, f"{backend}-{n}"))) for n in range(_ACCOUNTS)
        ]

        async def live(number: int, life: Life) -> None:
            async with limit:
                outcomes.append(await _live_in_task(clients[number % _ACCOUNTS], life))

        async with anyio.create_task_group() as tasks:
            for number, life in enumerate(lives):
                tasks.start_soon(live, number, life)
    if (after := _count_tasks()) != before:
        raise RuntimeError(f"{after - before} tasks are left")
    return outcomes


def _count_tasks() -> int:
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:  # trio runs, not asyncio
        return trio.lowlevel.current_statistics().tasks_living


async def _live_in_task(client: AsyncClient, life: Life) -> Outcome:
    results: list[BrowserSession] = []
    errors: list[BaseException] = []

    async def work() -> None:
        try:
            await use_in_task(client, life, results)
        except BaseException as error:
            errors.append(error)
            raise

    with contextlib.suppress(Exception, asyncio.CancelledError):
        await _CUTS[life.cut](life, work)
    return outcome_of(life, results, errors[0] if errors else None)


async def use_in_task(client: AsyncClient, life: Life, results: list[BrowserSession]) -> None:
    """Use one session in a task as a program does."""
    if life.is_block:
        async with client.session(life.slug, ready_timeout=_READY, **life.options):  # type: ignore[call-overload]
            await anyio.sleep(_USE)
            if life.fails:
                raise BlockError
    else:
        results.append(await client.create(life.slug, **life.options))  # type: ignore[call-overload]
        await client.stop(results[0])


Work = Callable[[], Awaitable[None]]


async def _let_be(_: Life, work: Work) -> None:
    await work()


async def _cancel(life: Life, work: Work) -> None:
    task = asyncio.ensure_future(work())
    await asyncio.wait([task], timeout=life.moment)
    task.cancel()
    if life.cut == "cancel twice":
        await asyncio.wait([task], timeout=life.gap)
        task.cancel()
    await asyncio.wait([task])
    await task


async def _time_out(life: Life, work: Work) -> None:
    async with asyncio.timeout(life.moment):
        await work()


async def _fail_after(life: Life, work: Work) -> None:
    with anyio.fail_after(life.moment):
        await work()


async def _move_on_after(life: Life, work: Work) -> None:
    with anyio.move_on_after(life.moment):
        await work()


_CUTS: dict[str, Callable[[Life, Work], Awaitable[None]]] = {
    "": _let_be,
    "cancel": _cancel,
    "cancel twice": _cancel,
    "asyncio.timeout": _time_out,
    "fail_after": _fail_after,
    "move_on_after": _move_on_after,
}


def settle() -> None:
    """Wait until all background work has ended, such as a stop that was left by its caller."""
    end = time.monotonic() + _PATIENCE
    while any(each.name == "browser-sessions" for each in threading.enumerate()) and time.monotonic() < end:
        time.sleep(_USE)


@contextlib.contextmanager
def listening() -> Iterator[list[str]]:
    """Yield a list that collects every logged error."""
    said: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: said.append(f"{record.name}: {record.getMessage()}")  # type: ignore[method-assign]
    logs = [logging.getLogger(name) for name in ("browser_sessions", "asyncio", "trio")]
    for log in logs:
        log.addHandler(handler)
        log.propagate = False
    try:
        yield said
    finally:
        for log in logs:
            log.removeHandler(handler)


DRIVERS: dict[str, Callable[[str, list[Life]], list[Outcome]]] = {
    "threads": in_threads,
    "asyncio": partial(in_loop, "asyncio"),
    "trio": partial(in_loop, "trio"),
}
