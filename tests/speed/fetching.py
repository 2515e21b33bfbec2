"""Measure fetching, next to the same with raw httpx, in interleaved rounds of one run.

Prints a ratio for each promise, as the median of the rounds, and exits with 1 if a bound is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import httpx

import browser_sessions
from tests.facade.viewing import examples
from tests.speed.clients import Bound, ratio_of, server

SLUG, PATH, HEADER = "skyvern", "/v1/browser_sessions/pbs_1", "x-api-key"
KEY = "a-key-for-nothing"

CONCURRENCY = 20

SERVER = """
import asyncio, sys
body = sys.stdin.buffer.read()
head = b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: %d\\r\\n\\r\\n"
answer = head % len(body) + body
class Protocol(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.received = transport, b""
    def data_received(self, data):
        self.received += data
        *requests, self.received = self.received.split(b"\\r\\n\\r\\n")
        self.transport.write(answer * len(requests))
async def main():
    server = await asyncio.get_running_loop().create_server(Protocol, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
"""Answers any request with one body, and takes little of what is measured."""

RAW_PROCESS = "import httpx, sys; print(httpx.get(sys.argv[1], headers={sys.argv[2]: sys.argv[3]}).json())"
OUR_PROCESS = "import browser_sessions; print(browser_sessions.get('skyvern:pbs_1'))"

MEMORY = """
import resource, sys, browser_sessions
with browser_sessions.Client() as client:
    for ref, session in client.get_many((f"skyvern:pbs_{number}" for number in range(int(sys.argv[1])))):
        if isinstance(session, Exception):
            raise session
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def main() -> int:
    """Measure everything, print it, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--refs", type=int, default=1000, help="how many sessions get_many fetches")
    arguments = parser.parse_args()
    bounds = []
    with server(json.dumps(examples(SLUG)["running"]).encode(), SERVER) as address:
        for bound in measured(address, arguments.rounds, arguments.refs):
            print(bound, flush=True)
            bounds.append(bound)
    return int(any(bound.ratio > bound.most for bound in bounds))


def measured(address: str, rounds: int, count: int) -> Iterator[Bound]:
    """Yield every bound as it is measured."""
    yield Bound("one-shot process / raw httpx", one_shot(address, rounds), 1.35)
    yield Bound("warm get / raw httpx", warm(address, rounds), 1.25)
    few = max(rounds // 3, 3)
    yield Bound(f"get_many, {count} in {CONCURRENCY} threads / raw httpx", sync_many(address, few, count), 1.2)
    yield Bound(f"get_many, {count} in {CONCURRENCY} tasks / raw httpx", async_many(address, few, count), 1.2)
    yield Bound("peak memory of get_many, 10,000 refs / 1,000", memory(address), 1.2)


def one_shot(address: str, rounds: int) -> float:
    """Return what a process costs that imports, fetches and prints one session."""
    environment = os.environ | {"SKYVERN_API_KEY": KEY, "SKYVERN_BASE_URL": address}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def process(code: str, *arguments: str) -> Callable[[], object]:
        command = [sys.executable, "-c", code, *arguments]
        return lambda: subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)

    return ratio_of(process(OUR_PROCESS), process(RAW_PROCESS, address + PATH, HEADER, KEY), rounds)


def warm(address: str, rounds: int) -> float:
    """Return what a session costs on an open connection."""
    with (
        httpx.Client(base_url=address, headers={HEADER: KEY}) as raw,
        browser_sessions.Client(api_keys={SLUG: KEY}, base_urls={SLUG: address}) as client,
    ):
        return ratio_of(
            lambda: [client.get("skyvern:pbs_1") for _ in range(100)],
            lambda: [raw.get(PATH).json() for _ in range(100)],
            rounds,
        )


def sync_many(address: str, rounds: int, count: int) -> float:
    """Return what many sessions cost in threads."""
    with (
        httpx.Client(base_url=address, headers={HEADER: KEY}) as raw,
        browser_sessions.Client(api_keys={SLUG: KEY}, base_urls={SLUG: address}) as client,
    ):

        def ours() -> None:
            results = client.get_many(["skyvern:pbs_1"] * count, concurrency=CONCURRENCY)
            assert all(isinstance(session, browser_sessions.BrowserSession) for _, session in results)

        def theirs() -> None:
            paths: queue.SimpleQueue[str | None] = queue.SimpleQueue()
            for path in [*[PATH] * count, *[None] * CONCURRENCY]:
                paths.put(path)

            def work() -> None:
                while path := paths.get():
                    raw.get(path).json()

            threads = [threading.Thread(target=work) for _ in range(CONCURRENCY)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        return ratio_of(ours, theirs, rounds)


def async_many(address: str, rounds: int, count: int) -> float:
    """Return what many sessions cost in tasks."""

    async def ours() -> None:
        async with browser_sessions.AsyncClient(api_keys={SLUG: KEY}, base_urls={SLUG: address}) as client:
            async for _, session in client.get_many(["skyvern:pbs_1"] * count, concurrency=CONCURRENCY):
                assert isinstance(session, browser_sessions.BrowserSession)

    async def theirs() -> None:
        async with httpx.AsyncClient(base_url=address, headers={HEADER: KEY}) as raw:
            paths: asyncio.Queue[str] = asyncio.Queue()
            for _ in range(count):
                paths.put_nowait(PATH)

            async def work() -> None:
                while not paths.empty():
                    (await raw.get(paths.get_nowait())).json()

            await asyncio.gather(*(work() for _ in range(CONCURRENCY)))

    return ratio_of(lambda: asyncio.run(ours()), lambda: asyncio.run(theirs()), rounds)


def memory(address: str) -> float:
    """Return how much larger a process is at its largest with ten times as many sessions."""
    environment = os.environ | {"SKYVERN_API_KEY": KEY, "SKYVERN_BASE_URL": address}
    sizes = [
        int(subprocess.check_output([sys.executable, "-c", MEMORY, str(count)], env=environment))
        for count in (1_000, 10_000)
    ]
    return sizes[1] / sizes[0]


if __name__ == "__main__":
    sys.exit(main())
