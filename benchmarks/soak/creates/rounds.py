"""A round of creates, and a comparison of the server's view with the programs' outcomes."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any, NamedTuple

from benchmarks.soak.creates.lives import DRIVERS, Outcome, listening
from benchmarks.soak.creates.main_threads import in_main_thread
from benchmarks.soak.creates.plans import FOUND_IN_TIME, LOST, WITH_MARKER, Life, make_life, name_of

_SHARES = {"threads": 0.32, "asyncio": 0.34, "trio": 0.3}
_MAIN = 0.04
"""The share of the main threads, each of which runs one life at a time."""

_PROCESSES = 8

_PATIENCE, _PAUSE = 5.0, 0.1
"""Seconds until the server must notice a closed connection, and seconds between two requests for its report."""

_UNCERTAIN = "the response to a create was lost"
_DOUBTS = (_UNCERTAIN, "may still be running")


class Account(NamedTuple):
    """The result of some creates.

    Attributes:
        counts: The number of creates by property.
        problems: One line for each problem.

    """

    counts: Counter[str]
    problems: list[str]


@contextlib.contextmanager
def serve(seed: int) -> Iterator[str]:
    """Serve in a separate process, and yield the URL."""
    command = [sys.executable, "-m", "benchmarks.soak.creates.server", str(seed)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("there are pipes, as asked for")
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


def report_of(url: str) -> dict[str, Any]:
    """Return the server's report after all connections are closed."""
    end = time.monotonic() + _PATIENCE
    while True:
        with urllib.request.urlopen(f"{url}/report") as response:  # noqa: S310 - the server above
            report: dict[str, Any] = json.load(response)
        if not report["connections"] or time.monotonic() > end:
            return report
        time.sleep(_PAUSE)


def play(seed: int, part: int, creates: int) -> Account:
    """Run all drivers at once, beside processes whose main threads are interrupted, and return the account."""

    def lives_of(driver: str, share: float) -> list[Life]:
        return [make_life(seed, name_of(driver, part, number)) for number in range(int(creates * share))]

    lives = lives_of("main", _MAIN)
    with serve(seed) as url, listening() as said:
        with (
            ProcessPoolExecutor(_PROCESSES, get_context("spawn")) as processes,
            ThreadPoolExecutor(len(DRIVERS)) as threads,
        ):
            mains = [
                processes.submit(in_main_thread, url, f"main-{n}", lives[n::_PROCESSES]) for n in range(_PROCESSES)
            ]
            running = [threads.submit(DRIVERS[each], url, lives_of(each, share)) for each, share in _SHARES.items()]
            outcomes = [outcome for each in running for outcome in each.result()]
            leaks: list[str] = []
            for each in mains:
                more, errors, left = each.result()
                outcomes.extend(more)
                said.extend(errors)
                leaks.extend(left)
        report = report_of(url)
    problems = [*_problems(outcomes, report, said), *leaks]
    return Account(sum((_counts(each, report["seen"]) for each in outcomes), Counter()), problems)


def _counts(outcome: Outcome, seen: dict[str, Any]) -> Counter[str]:
    life, requests = outcome.life, seen.get(outcome.life.name, {}).get("requests", 0)
    counts = Counter(
        {
            "lives": 1,
            "creates": requests,
            f"fate: {life.fate or 'as usual'}": 1,
            f"raised: {outcome.came or 'nothing'}": 1,
        }
    )
    if life.cut:
        counts[f"cut: {life.cut}"] += 1
    if _is_lost(outcome, seen):
        counts["lost, listed in time"] += 1
        counts["uncertain, listed in time"] += _UNCERTAIN in outcome.says
        ended = seen[life.name]
        is_found = not ended["runs"] or any(each in outcome.says for each in ended["ids"])
        # After a second Ctrl-C, the program waits for nothing.
        counts["taken over or stopped, listed in time"] += is_found or life.cut == "Ctrl-C twice"
    return counts


def _is_lost(outcome: Outcome, seen: dict[str, Any]) -> bool:
    """Whether a session was started and could be found although its response was lost."""
    life = outcome.life
    is_started = bool(seen.get(life.name, {}).get("ids"))
    return is_started and life.slug in WITH_MARKER and life.fate in LOST and life.late <= FOUND_IN_TIME


def _problems(outcomes: list[Outcome], report: dict[str, Any], log: list[str]) -> Iterator[str]:
    if report["connections"]:
        yield f"{report['connections']} connections are left open"
    yield from (line for line in log if not line.startswith("browser_sessions: "))
    everything = "\n".join([*(each.says for each in outcomes), *log])
    for outcome in outcomes:
        life, seen = outcome.life, report["seen"].get(outcome.life.name)
        if seen is None:
            continue
        if seen["requests"] > 1 or len(seen["ids"]) > 1:
            yield f"{life.name} was created {seen['requests']} times: {life}"
        if seen["reused"]:
            yield f"{life.name} was created on a connection that had been used: {life}"
        names = [*seen["ids"], *filter(None, [seen["marker"]])]
        is_named = any(each in everything for each in names)
        if not seen["marker"]:  # a session that cannot be found has no name, but the error can say that it may exist
            is_named = is_named or any(each in outcome.says for each in _DOUBTS)
        if seen["runs"] and not is_named:
            yield f"{life.name} runs, and nothing names it: {life}, {outcome.came}, {outcome.says!r}"
