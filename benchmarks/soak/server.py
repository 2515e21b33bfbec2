"""A server that responds for all providers as planned, and breaks responses on the wire."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator

from benchmarks.soak.plans import DRIFTED, STATES, Plan, Statuses, Step
from browser_sessions import PROVIDERS, sandbox, view

RETRY_AFTER = 1
_SLOW = 0.1
_DRIP = 0.1

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_PAGE = b"<html><title>An edge, and no provider</title></html>"

Bodies = dict[tuple[str, str], tuple[bytes, bytes]]
"""A session's body and its id, by provider and scenario."""


def load_bodies() -> tuple[Bodies, dict[str, Statuses]]:
    """Return the sandbox's body of each scenario, and the statuses that the facade reads in them."""
    bodies: Bodies = {}
    statuses: dict[str, Statuses] = {slug: {} for slug in PROVIDERS}
    with sandbox.serve() as server:
        for slug in PROVIDERS:
            package = importlib.import_module(f"{slug}_client")
            operation = importlib.import_module(f"{slug}_client.api.sessions.get_session")
            with package.AuthenticatedClient(token=server.api_keys[slug], base_url=server.base_urls[slug]) as client:
                for name in (*STATES, DRIFTED):
                    session_id = server.ref(slug, name).id
                    response = operation.sync_detailed(session_id, client=client)
                    bodies[slug, name] = response.content, session_id.encode()
                    statuses[slug][name] = view(response.parsed).status
    return bodies, statuses


class Server:
    """The server for one driver.

    Attributes:
        url: The server's URL.
        served: The number of responses by kind.
        asked: The number of requests for each session.
        early: Sessions that were requested before the time that a 429 had set.
        connections: The tasks of the open connections.

    """

    def __init__(self, bodies: Bodies, plans: Iterable[Plan]) -> None:
        self._bodies, self._plans = bodies, {plan.ref.id: plan for plan in plans}
        self._not_before: dict[str, float] = {}
        self.url = ""
        self.served: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.early: list[str] = []
        self.connections: set[asyncio.Task[None]] = set()

    async def run(self, listener: socket.socket, stopped: asyncio.Event) -> None:
        """Serve until an event is set."""
        async with await asyncio.start_server(self._accept, sock=listener):
            await stopped.wait()
        for task in self.connections:
            task.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self.connections.add(task)
        task.add_done_callback(self.connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection until the client or a fault ends it."""
        try:
            while not writer.is_closing():
                target = (await reader.readuntil(b"\r\n\r\n")).split(maxsplit=2)[1].decode()
                plan = self._plans[target.rpartition("/")[2]]
                step = self._next_step(plan)
                await _respond(step.kind, self._response(plan, step), reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client is gone
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _next_step(self, plan: Plan) -> Step:
        session_id, steps = plan.ref.id, plan.steps
        step = steps[min(self.asked[session_id], len(steps) - 1)]
        self.asked[session_id] += 1
        self.served[step.kind] += 1
        if time.monotonic() < self._not_before.get(session_id, 0):
            self.early.append(session_id)
        if step.kind == "429" and plan.task == "fetch":  # a poll may have stopped waiting for the response
            self._not_before[session_id] = time.monotonic() + RETRY_AFTER
        return step

    def _response(self, plan: Plan, step: Step) -> bytes:
        kind, status = step.kind, step.kind[:3] if step.kind[:3].isdigit() else "200"
        if kind.endswith("page") or kind == "not JSON":
            return _http(status, _PAGE)
        if kind == "no id" or status != "200":
            return _http(status, b'{"new": "a message"}', f"Retry-After: {RETRY_AFTER}\r\n" if kind == "429" else "")
        body, session_id = self._bodies[plan.ref.provider, DRIFTED if kind == "drifted" else step.state]
        return _http(status, body.replace(session_id, plan.ref.id.encode()))


@contextlib.contextmanager
def serve(bodies: Bodies, plans: Iterable[Plan]) -> Iterator[Server]:
    """Serve in a thread."""
    server, listener = Server(bodies, plans), socket.create_server(("127.0.0.1", 0), backlog=512)
    server.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    loop, stopped = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=[server.run(listener, stopped)])
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()
        loop.close()


async def _respond(kind: str, response: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a response, or the part of it that a fault leaves."""
    match kind:
        case "reset before" | "reset in head" | "reset in body":
            length = {"reset before": 0, "reset in head": 40, "reset in body": len(response) - 20}[kind]
            await _send(writer, response[:length])
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            writer.transport.abort()
        case "half a body":
            await _send(writer, response[:-20])
            writer.close()
        case "stuck":
            await reader.read()
        case "dripping":
            await _drip(response[:-1], reader, writer)
        case _:
            await asyncio.sleep(_SLOW if kind == "slow" else 0)
            await _send(writer, response)


async def _drip(response: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send one byte at a time until the client is gone."""
    for byte in response:
        await _send(writer, bytes([byte]))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reader.read(), _DRIP)
            return


async def _send(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


def _http(status: str, body: bytes, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status} Status\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body
