"""Rounds of polling: every task of a client, by the synchronous client and by the other one on asyncio and trio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from unittest import mock

import anyio
import trio

from browser_sessions import AsyncClient, Client, SessionRef, sandbox
from tests.soak.ledger import Ledger
from tests.soak.plans import MAX_RETRIES, Plan, make_plan
from tests.soak.wire import Proxy, teach

HASTE = 100
"""How many times shorter the pauses between attempts and looks are."""

IN_VAIN = 0.4
"""Seconds that are waited for what never comes."""

_CONCURRENCY = 12
"""So few that an answer comes soon, next to the time that an attempt has, however busy the machine is."""
_LONG = 300.0
"""Seconds that are enough for everything, on any machine."""

_TIMEOUT = 1.5
"""Seconds for an attempt where another one makes good for it, as some of the answers never come."""

_PAUSES = {
    "browser_sessions._retries": {"_FIRST_PAUSE": 0.5, "_LONGEST_PAUSE": 8.0},
    "browser_sessions._waiting": {"_FIRST_PAUSE": 0.5, "_LONGEST_PAUSE": 5.0},
}

_ASK: dict[str, Callable[[Any, list[SessionRef]], Any]] = {
    "fetch": lambda client, refs: client.get_many(refs, concurrency=_CONCURRENCY),
    "late": lambda client, refs: client.get_many(refs, concurrency=_CONCURRENCY),
    "ended": lambda client, refs: client.wait_many(refs, timeout=_LONG, concurrency=_CONCURRENCY),
    "ready": lambda client, refs: client.wait_many(refs, until="ready", timeout=_LONG, concurrency=_CONCURRENCY),
    "in vain": lambda client, refs: client.wait_many(refs, timeout=IN_VAIN, concurrency=_CONCURRENCY),
}

_SHARES = {"fetch": 0.45, "late": 0.1, "ended": 0.2, "ready": 0.2, "in vain": 0.05}

Batches = dict[str, list[Plan]]
Arguments = dict[str, Any]


@contextmanager
def hurried() -> Iterator[None]:
    """Shorten the pauses between attempts and looks, so that minutes pass for hours."""
    patches = [
        mock.patch(f"{module}.{name}", seconds / HASTE)
        for module, names in _PAUSES.items()
        for name, seconds in names.items()
    ]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def play(seed: int, number: int, sessions: int) -> Ledger:
    """Return the account of a round, in which each of the drivers has so many sessions, all of them at once.

    Args:
        seed: That of the run.
        number: Which round it is.
        sessions: How many for each driver.

    """
    account = Ledger()
    with ThreadPoolExecutor(len(DRIVERS)) as threads:
        for ledger in threads.map(lambda driver: _play(driver, seed, number, sessions), DRIVERS):
            account.add(ledger)
    return account


def _play(driver: str, seed: int, number: int, sessions: int) -> Ledger:
    batches = {task: _plans(task, seed, f"{driver} {number}", int(sessions * share)) for task, share in _SHARES.items()}
    plans = {plan.ref.id: plan for batch in batches.values() for plan in batch}
    ledger = Ledger()
    with sandbox.serve() as server, Proxy(server.url, plans) as proxy:
        teach(server, plans.values())
        urls = {slug: url.replace(server.url, proxy.url) for slug, url in server.base_urls.items()}
        bounds: Arguments = {"max_retries": MAX_RETRIES, "deadline": _LONG}
        DRIVERS[driver](ledger, batches, {"api_keys": server.api_keys, "base_urls": urls} | bounds)
        if left := _left(proxy):
            ledger.problems.append(f"{driver}: {left} connections are left open")
    ledger.problems += [f"{session_id} was asked for earlier than a 429 had said" for session_id in proxy.early]
    ledger.close(proxy.asked, proxy.served)
    return ledger


def _plans(task: str, seed: int, name: str, count: int) -> list[Plan]:
    return [make_plan(seed, task, f"{name} {index}") for index in range(max(count, 1))]


def _left(proxy: Proxy) -> int:
    """Return how many connections are open, after a while in which the proxy can notice that they are not."""
    end = time.monotonic() + 5
    while proxy.open and time.monotonic() < end:
        time.sleep(0.02)
    return proxy.open


def _drive_threads(ledger: Ledger, batches: Batches, arguments: Arguments) -> None:
    for task, plans in batches.items():
        ledger.ask(plans)
        with Client(timeout=_timeout(plans), **arguments) as client:
            for ref, result in _ASK[task](client, [plan.ref for plan in plans]):
                ledger.take(ref, result)


async def _drive_tasks(ledger: Ledger, batches: Batches, arguments: Arguments) -> None:
    before = _tasks()
    for task, plans in batches.items():
        ledger.ask(plans)
        async with AsyncClient(timeout=_timeout(plans), **arguments) as client:
            async for ref, result in _ASK[task](client, [plan.ref for plan in plans]):
                ledger.take(ref, result)
    if (after := _tasks()) != before:
        ledger.problems.append(f"{after - before} tasks are left")


def _timeout(plans: list[Plan]) -> float:
    return _LONG if all(plan.has_time for plan in plans) else _TIMEOUT


def _tasks() -> int:
    """Return how many tasks there are."""
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:  # it is trio that runs
        return trio.lowlevel.current_statistics().tasks_living


DRIVERS: dict[str, Callable[[Ledger, Batches, Arguments], None]] = {
    "threads": _drive_threads,
    "asyncio": lambda *arguments: anyio.run(_drive_tasks, *arguments, backend="asyncio"),
    "trio": lambda *arguments: anyio.run(_drive_tasks, *arguments, backend="trio"),
}
