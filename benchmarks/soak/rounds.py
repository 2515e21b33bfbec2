"""A round of polling, and its account: each session arrives once, with the planned result."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import anyio
import trio

from benchmarks.soak.plans import MAX_RETRIES, TASKS, Plan, Statuses, make_plan
from benchmarks.soak.server import Bodies, Server, serve
from browser_sessions import PROVIDERS, AsyncClient, BrowserSession, Client
from browser_sessions.errors import BrowserSessionsError, SessionEnded

_SHARES = {"fetch": 0.6, "ended": 0.2, "ready": 0.2}

_CONCURRENCY = 100
_TIMEOUT = 3.0
"""The timeout of a poll in seconds, because some responses never arrive."""

_LONG = 300.0
"""Seconds that are enough for everything, on any machine."""

_PATIENCE = 5.0
"""Seconds until the server must notice a closed connection."""

_Results = list[tuple[Any, BrowserSession | BrowserSessionsError]]


class Account(NamedTuple):
    """The results for some sessions.

    Attributes:
        sessions: The number of requested sessions.
        outcomes: The number of results by class.
        served: The number of responses by kind of fault.
        problems: One line for each problem.

    """

    sessions: int
    outcomes: Counter[str]
    served: Counter[str]
    problems: list[str]


def total(accounts: list[Account]) -> Account:
    """Return the sum of some accounts."""
    sessions, outcomes, served, _ = zip(*accounts, strict=True)
    problems = [problem for account in accounts for problem in account.problems]
    return Account(sum(sessions), sum(outcomes, Counter()), sum(served, Counter()), problems)


def play(name: str, sessions: int, bodies: Bodies, statuses: dict[str, Statuses]) -> Account:
    """Let all drivers request `sessions` sessions each at once, and return the account of the round."""

    def drive(driver: str) -> Account:
        numbers = [(task, number) for task, share in _SHARES.items() for number in range(int(sessions * share))]
        plans = [make_plan(task, f"{name} {driver} {number}", statuses) for task, number in numbers]
        with serve(bodies, plans) as server:
            results = DRIVERS[driver](server.url, plans)
            problems = [*_problems(plans, results, server), *_left(server)]
        outcomes = Counter(type(result).__name__ for _, result in results)
        return Account(len(plans), outcomes, server.served, [f"{driver}: {each}" for each in problems])

    with ThreadPoolExecutor(len(DRIVERS)) as threads:
        return total([*threads.map(drive, DRIVERS)])


def _ask(client: Any, task: str, plans: list[Plan]) -> Any:
    refs = [plan.ref for plan in plans if plan.task == task]
    if task == "fetch":
        return client.get_many(refs, concurrency=_CONCURRENCY)
    return client.wait_many(refs, until=task, timeout=_LONG, concurrency=_CONCURRENCY)


def _arguments(url: str, task: str) -> dict[str, Any]:
    keys, urls = (dict.fromkeys(PROVIDERS, value) for value in ("a-key", url))
    timeout = _LONG if task == "fetch" else _TIMEOUT
    return {"api_keys": keys, "base_urls": urls, "timeout": timeout, "max_retries": MAX_RETRIES, "deadline": _LONG}


def _in_threads(url: str, plans: list[Plan]) -> _Results:
    results: _Results = []
    for task in TASKS:
        with Client(**_arguments(url, task)) as client:
            results += _ask(client, task, plans)
    return results


async def _in_tasks(url: str, plans: list[Plan]) -> _Results:
    results: _Results = []
    before = _count_tasks()
    for task in TASKS:
        async with AsyncClient(**_arguments(url, task)) as client:
            results += [each async for each in _ask(client, task, plans)]
    if (after := _count_tasks()) != before:
        raise RuntimeError(f"{after - before} tasks are left")
    return results


def _count_tasks() -> int:
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:  # trio runs, not asyncio
        return trio.lowlevel.current_statistics().tasks_living


DRIVERS: dict[str, Callable[[str, list[Plan]], _Results]] = {
    "threads": _in_threads,
    "asyncio": lambda url, plans: anyio.run(_in_tasks, url, plans, backend="asyncio"),
    "trio": lambda url, plans: anyio.run(_in_tasks, url, plans, backend="trio"),
}


def _problems(plans: list[Plan], results: _Results, server: Server) -> Iterator[str]:
    due = {str(plan.ref): plan for plan in plans}
    for ref, result in results:
        plan = due.pop(str(ref), None)
        if plan is None:
            yield f"{ref} came twice, or was never asked for: {result!r}"
        elif problem := _difference(plan, result, server.asked[plan.ref.id]):
            yield f"{ref} {problem}, after {[step.kind for step in plan.steps]}"
    yield from (f"{ref} was lost" for ref in due)
    yield from (f"{session_id} was asked for earlier than a 429 had said" for session_id in server.early)


def _difference(plan: Plan, result: BrowserSession | BrowserSessionsError, asked: int) -> str:
    """Return how a result differs from the plan, or ""."""
    session = result.session if isinstance(result, SessionEnded) else result
    status = getattr(session, "status", None)
    if (type(result), status) != (plan.outcome, plan.status):
        return f"is {type(result).__name__} {status} ({result}), and not {plan.outcome.__name__} {plan.status}"
    is_right = asked == len(plan.steps) or (asked > len(plan.steps) and plan.task != "fetch")
    return "" if is_right else f"was asked for {asked} times, and not {len(plan.steps)}"


def _left(server: Server) -> list[str]:
    end = time.monotonic() + _PATIENCE
    while server.connections and time.monotonic() < end:
        time.sleep(0.02)
    return [f"{len(server.connections)} connections are left open"] if server.connections else []
