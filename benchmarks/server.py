"""A server in a process of its own that responds to everything with one body, and takes little of what is measured."""

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
    """Give each provider's address, by slug: one port each, of one process."""
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_run, args=([json.dumps(each.running).encode() for each in providers], theirs))
    with ours:
        process.start()
        theirs.close()
        yield {each.slug: f"http://127.0.0.1:{port}" for each, port in zip(providers, ours.recv(), strict=True)}
    process.join()


class _Protocol(asyncio.Protocol):
    def __init__(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._response, self._received = head.encode() + body, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        *requests, self._received = (self._received + data).split(b"\r\n\r\n")
        self._transport.write(self._response * len(requests))


def _run(bodies: list[bytes], connection: Connection) -> None:
    asyncio.run(_listen(bodies, connection))


async def _listen(bodies: list[bytes], connection: Connection) -> None:
    """Serve until the other end is closed, which it is however the other process ends."""
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(functools.partial(_Protocol, body), "127.0.0.1", 0, backlog=512) for body in bodies
    ]
    connection.send([server.sockets[0].getsockname()[1] for server in servers])
    with contextlib.suppress(EOFError):
        await asyncio.to_thread(connection.recv)
