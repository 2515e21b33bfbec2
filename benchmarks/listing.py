"""Measure lists: 10,000 sessions of each provider, in the largest pages, from a server on this machine.

    python -m benchmarks.listing [--rounds N] [--fast]

A ratio compares with plain httpx and `json.loads`, which request the same pages over a separate connection, in turns;
it is the median of the rounds. Times are processor times without the server. Memory is the peak of `tracemalloc`
while each session is dropped before the next one, for a fifth of the sessions and for all of them. Where a list has
pages, memory grows with the ids, because the client remembers them.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import httpx

from benchmarks.figures import print_machine, print_table, ratio, turns
from benchmarks.providers import KEY
from benchmarks.server import serve_targets
from benchmarks.trees import ROOT, search_path

FIRST = "page", "sessions", "Page"
PART = 5
RAW, OURS = "raw httpx", "browser-sessions"


class Account(NamedTuple):
    """A provider's sessions, and the responses that list them.

    Attributes:
        slug: The provider.
        base: The path of its base URL.
        bodies: The body for each request target.

    """

    slug: str
    base: str
    bodies: dict[str, bytes]


def main() -> None:
    """Measure the time and memory of each provider's list."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--fast", action="store_true", help="run one round of 500 sessions as a check")
    options = parser.parse_args()
    rounds, sessions = (1, 500) if options.fast else (options.rounds, 10_000)
    sys.path[:0] = search_path(ROOT).split(os.pathsep)
    shown = subprocess.run([sys.executable, "-m", "codegen", "show"], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    documents = json.loads(shown.stdout)
    print_machine()
    rows = [measure(slug, document, sessions, rounds) for slug, document in documents.items()]
    title = f"{sessions:,} sessions, listed"
    print_table(
        title, ("provider", "requests", f"{OURS}, s", "ratio", "peak, MB", f"of {sessions // PART:,}, MB"), rows
    )


def measure(slug: str, document: dict[str, Any], sessions: int, rounds: int) -> tuple[object, ...]:
    """Measure one provider, and return its row of the table."""
    whole, part = (make_account(slug, document, number) for number in (sessions, sessions // PART))
    seconds: dict[str, list[float]] = {RAW: [], OURS: []}
    with serve_targets(whole.bodies) as url, httpx.Client() as raw, open_client(whole, url) as ours:
        jobs: dict[str, Callable[[], int]] = {
            RAW: lambda: list_raw(whole, raw, url),
            OURS: lambda: list_ours(whole, ours),
        }
        for job in jobs.values():
            job()
        for name in turns([*jobs], rounds):
            gc.collect()
            start = time.process_time()
            jobs[name]()
            seconds[name].append(time.process_time() - start)
    peaks = [peak(each) for each in (whole, part)]
    return (
        slug,
        len(whole.bodies),
        f"{min(seconds[OURS]):.3f}",
        ratio(seconds[OURS], seconds[RAW]),
        *(f"{each / 1e6:.1f}" for each in peaks),
    )


def list_raw(account: Account, client: httpx.Client, url: str) -> int:
    """Request all pages, read them as JSON, and return the number of sessions."""
    headers = {"Authorization": KEY}
    return sum(bool(json.loads(client.get(f"{url}{target}", headers=headers).content)) for target in account.bodies)


def open_client(account: Account, url: str) -> Any:
    """Return a `browser_sessions.Client` for a server."""
    from browser_sessions import Client  # noqa: PLC0415 - from the path that `main` sets

    return Client(api_keys={account.slug: KEY}, base_urls={account.slug: f"{url}{account.base}"})


def list_ours(account: Account, client: Any) -> int:
    """List all sessions, drop each, and return their number."""
    return sum(1 for _ in client.list(account.slug))


def peak(account: Account) -> int:
    """Return the peak memory of a list in bytes."""
    with serve_targets(account.bodies) as url, open_client(account, url) as client:
        list_ours(account, client)
        gc.collect()
        with tracing():
            list_ours(account, client)
            return tracemalloc.get_traced_memory()[1]


@contextlib.contextmanager
def tracing() -> Iterator[None]:
    """Trace memory allocations."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


def make_account(slug: str, document: dict[str, Any], sessions: int) -> Account:
    """Return a provider's sessions, every other one of them ended, and the responses that its list requests."""
    from browser_sessions import PROVIDERS, Client  # noqa: PLC0415 - as above

    pages = Pages(slug, document, sessions)
    bodies: dict[str, bytes] = {}

    def respond(request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode()
        bodies[target] = json.dumps(pages.page(request.url)).encode()
        return httpx.Response(200, content=bodies[target])

    with Client(api_keys={slug: KEY}, transport=httpx.MockTransport(respond)) as client:
        found = sum(1 for _ in client.list(slug))
    if found != sessions:
        raise SystemExit(f"{slug}: {found} sessions, and not {sessions}")
    return Account(slug, httpx.URL(PROVIDERS[slug].base_url).path.rstrip("/"), bodies)


class Pages:
    """A provider's list responses, with sessions like the one in its description's example."""

    def __init__(self, slug: str, document: dict[str, Any], sessions: int) -> None:
        operations = [each for item in document["paths"].values() for each in item.values() if isinstance(each, dict)]
        (found,) = (each for each in operations if each.get("operationId") == "list_sessions")
        examples = found["responses"]["200"]["content"]["application/json"]["examples"]
        (example,) = (each["value"] for name, each in examples.items() if name in FIRST)
        name, self._rows_of, self._page_of = SHAPES[slug]
        models = self._rows_of(example)
        self._rows = [models[number % len(models)] | {name: f"pbs_{number:036}"} for number in range(sessions)]

    def page(self, url: httpx.URL) -> Any:
        """Return the body for a URL."""
        query = dict(url.params.items())
        size = int(query.get("limit") or query.get("pageSize") or query.get("page_size") or len(self._rows) or 1)
        number = int(query.get("page") or query.get("pageNumber") or 1)
        offset = int(query.get("offset") or (number - 1) * size)
        return self._page_of(self._rows[offset : offset + size], len(self._rows), size, offset)


Rows = list[dict[str, Any]]

SHAPES: dict[str, tuple[str, Callable[[Any], Rows], Callable[[Rows, int, int, int], Any]]] = {
    "anchorbrowser": (
        "id",
        lambda page: page["data"]["sessions"],
        lambda rows, total, size, _: {"data": {"sessions": rows, "total": total, "total_pages": -(-total // size)}},
    ),
    "brightdata": (
        "session_id",
        lambda page: page["sessions"],
        lambda rows, total, size, offset: {
            "sessions": rows,
            "pagination": {"has_more": offset + size < total, "next_offset": offset + size},
        },
    ),
    "browser_use": ("id", lambda page: page["items"], lambda rows, total, *_: {"items": rows, "totalItems": total}),
    "browserbase": ("id", lambda page: page, lambda rows, *_: rows),
    "skyvern": ("browser_session_id", lambda page: page, lambda rows, *_: rows),
}
"""For each provider, the name of the id, and the functions that read rows from a page and make a page of rows."""


if __name__ == "__main__":
    main()
