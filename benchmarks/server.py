"""A server in a separate process that sends prepared bodies and adds little to the measured time."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import cast

from benchmarks.providers import Provider


@contextlib.contextmanager
def serve(providers: list[Provider]) -> Iterator[dict[str, str]]:
    """Yield each provider's URL by slug: one process has a port for each provider and sends one body from it."""
    with _serving([{"": json.dumps(each.running).encode()} for each in providers]) as urls:
        yield {each.slug: url for each, url in zip(providers, urls, strict=True)}


@contextlib.contextmanager
def serve_targets(bodies: dict[str, bytes]) -> Iterator[str]:
    """Yield the URL of a server that has a body for each of some request targets."""
    with _serving([bodies]) as urls:
        yield urls[0]


@contextlib.contextmanager
def _serving(bodies: list[dict[str, bytes]]) -> Iterator[list[str]]:
    """Yield one URL for each mapping from targets to bodies; "" stands for every other target."""
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_run, args=(bodies, theirs))
    with ours:
        process.start()
        theirs.close()
        yield [f"http://127.0.0.1:{port}" for port in ours.recv()]
    process.join()


class _Protocol(asyncio.Protocol):
    def __init__(self, bodies: dict[str, bytes]) -> None:
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"
        self._responses = {target.encode(): head.format(len(body)).encode() + body for target, body in bodies.items()}
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        *requests, self._received = (self._received + data).split(b"\r\n\r\n")
        for request in requests:
            target = request.split(b" ", 2)[1]
            self._transport.write(self._responses.get(target) or self._responses[b""])


def _run(bodies: list[dict[str, bytes]], connection: Connection) -> None:
    asyncio.run(_listen(bodies, connection))


async def _listen(bodies: list[dict[str, bytes]], connection: Connection) -> None:
    """Serve until the other end of the connection is closed; it is closed however the other process ends."""
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(functools.partial(_Protocol, each), "127.0.0.1", 0, backlog=512) for each in bodies
    ]
    connection.send([server.sockets[0].getsockname()[1] for server in servers])
    with contextlib.suppress(EOFError):
        await asyncio.to_thread(connection.recv)
