"""A proxy in front of the sandbox, which does on the wire what the plans say to the answers that pass through it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple, Self

from browser_sessions.sandbox import KEY, Sandbox
from browser_sessions.sandbox._scenarios import Wire, open_wires
from tests.soak.plans import Plan, Step

RETRY_AFTER = 0.05
_SLOW = 0.1
_DRIP = 0.1

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RETRY_AFTER = re.compile(rb"\r\nretry-after: [^\r]*", re.IGNORECASE)
_ID = re.compile(rb"GET \S*/([^/ ]+) ")
_PAGE = b"<html><title>An edge, and no provider</title></html>"

_STATUSES = {"500": 500, "503": 503, "429": 429, "404": 404, "401": 401}


def teach(sandbox: Sandbox, plans: Iterable[Plan]) -> None:
    """Let a sandbox answer for all sessions as their plans say; the proxy does the rest."""
    wires = open_wires(KEY)
    for plan in plans:
        wire = wires[plan.ref.provider]
        sandbox.add(plan.ref, *(_said_in(wire, plan.ref.id, step) for step in plan.steps))


def _said_in(wire: Wire, session_id: str, step: Step) -> Mapping[str, Any] | int:
    if step.kind in _STATUSES:
        return _STATUSES[step.kind]
    if step.kind == "no id":
        return {"new": step.kind}
    reply = wire.drifted(session_id) if step.kind == "drifted" else wire.session(session_id, step.state)
    body: Mapping[str, Any] = reply.body
    return body


class Proxy:
    """Passes requests on to a server, and its answers back as far as the plans let it.

    Args:
        url: Where the server is, on this machine.
        plans: What happens to the answers, by the session's id.

    Attributes:
        url: Where the proxy is.
        served: How often it did what, by kind.
        asked: How often each session was asked for.
        early: Sessions that were asked for before the time that a 429 had said.
        open: How many connections are open.

    """

    def __init__(self, url: str, plans: Mapping[str, Plan]) -> None:
        self._port = int(url.rpartition(":")[2])
        self._plans = plans
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="soak-proxy")
        self._loop: asyncio.AbstractEventLoop
        self._stopped: asyncio.Event
        self._started = threading.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._not_before: dict[str, float] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.served: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.early: list[str] = []

    @property
    def open(self) -> int:
        """How many connections are open."""
        return len(self._tasks)

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    async def _run(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        async with await asyncio.start_server(self._accept, sock=self._socket):
            self._started.set()
            await self._stopped.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a client's connection until it is gone or was broken off."""
        try:
            while not writer.is_closing():
                request = await reader.readuntil(b"\r\n\r\n")
                found = _ID.match(request)
                assert found, request
                session_id = found[1].decode()
                async with self._turns[session_id]:  # the server's steps and ours are the same
                    answer = await self._forward(request)
                    step = self._next_step(session_id)
                await _HARMS.get(step.kind, _pass)(_Client(reader, writer), answer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client is gone
        finally:
            await _close(writer)

    async def _forward(self, request: bytes) -> bytes:
        """Return the server's answer, over a connection of its own: the server may close those that were idle."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(request)
            return await _read(reader)
        finally:
            await _close(writer)

    def _next_step(self, session_id: str) -> Step:
        plan = self._plans[session_id]
        step = plan.steps[min(self.asked[session_id], len(plan.steps) - 1)]
        self.asked[session_id] += 1
        self.served[step.kind] += 1
        if time.monotonic() < self._not_before.get(session_id, 0):
            self.early.append(session_id)
        if step.kind == "429" and plan.has_time:
            self._not_before[session_id] = time.monotonic() + RETRY_AFTER
        return step


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def _read(server: asyncio.StreamReader) -> bytes:
    head = await server.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    assert length, head
    return head + await server.readexactly(int(length[1]))


class _Client(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def gone(self) -> None:
        await self.reader.read()

    def reset(self) -> None:
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.writer.transport.abort()


async def _pass(client: _Client, answer: bytes) -> None:
    await client.send(answer)


async def _reset_before(client: _Client, _: bytes) -> None:
    client.reset()


async def _reset_in_head(client: _Client, answer: bytes) -> None:
    await client.send(answer[:40])
    client.reset()


async def _reset_in_body(client: _Client, answer: bytes) -> None:
    await client.send(answer[:-20])
    client.reset()


async def _half_a_body(client: _Client, answer: bytes) -> None:
    await client.send(answer[:-20])
    client.writer.close()


async def _stuck(client: _Client, _: bytes) -> None:
    await client.gone()


async def _dripping(client: _Client, answer: bytes) -> None:
    for byte in answer[:-1]:
        await client.send(bytes([byte]))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(client.gone(), _DRIP)
            return


async def _rate_limited(client: _Client, answer: bytes) -> None:
    head, _, body = _RETRY_AFTER.sub(b"", answer).partition(b"\r\n\r\n")
    await client.send(head + b"\r\nRetry-After: %g\r\n\r\n" % RETRY_AFTER + body)


async def _slow(client: _Client, answer: bytes) -> None:
    await asyncio.sleep(_SLOW)
    await client.send(answer)


def _page(status: bytes) -> Callable[[_Client, bytes], Awaitable[None]]:
    answer = b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (status, len(_PAGE), _PAGE)
    return lambda client, _: client.send(answer)


_HARMS: dict[str, Callable[[_Client, bytes], Awaitable[None]]] = {
    "reset before": _reset_before,
    "reset in head": _reset_in_head,
    "reset in body": _reset_in_body,
    "half a body": _half_a_body,
    "stuck": _stuck,
    "dripping": _dripping,
    "502 page": _page(b"502 Bad Gateway"),
    "520 page": _page(b"520 Unknown Error"),
    "429": _rate_limited,
    "slow": _slow,
    "not JSON": _page(b"200 OK"),
}
"""What is done to an answer; the others are passed on, and are the sandbox's own."""
