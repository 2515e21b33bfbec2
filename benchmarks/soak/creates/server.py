"""A server that stands in for the providers that create, loses responses as planned, and records what happened.

    python -m benchmarks.soak.creates.server SEED

Prints its port, and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from random import Random
from urllib.parse import parse_qs, urlsplit

from benchmarks.soak.creates.exchanges import Exchange, length_in, peek, reset_on_close
from benchmarks.soak.creates.plans import Life, make_life, name_in
from browser_sessions.sandbox._faults import make_fault
from browser_sessions.sandbox._fleet import Clock, Fleet, Limits
from browser_sessions.sandbox._messages import Reply, Request
from browser_sessions.sandbox._stand_in import StandIn

KEY = "a-key"
OTHERS = (105, 5, 5, 5)
"""The numbers of foreign sessions in successive accounts; a page of a list has a hundred rows."""

_ON_THE_WAY = {"reset": 0.03, "503": 0.03, "shifted": 0.1}
"""How often a list or a fetch fails, or the pages of a list move."""

_PAGE = b"<html><title>An edge, and no provider</title></html>"
_MARKER = re.compile(rb"browser-sessions[=\": ]+(-\.[a-z0-9]{20})")


@dataclass
class Seen:
    """What the server saw of a session.

    Attributes:
        requests: Creates of the session that were not refused with 429.
        reused: Creates of the session on a connection that had already carried a request.
        ids: The ids of started sessions.
        marker: The marker in the session's metadata, or "".
        runs: Whether one of the started sessions runs.

    """

    requests: int = 0
    reused: int = 0
    ids: list[str] = field(default_factory=list)
    marker: str = ""
    runs: bool = False


class _Fleet(Fleet):
    """Sessions whose ids are made from their number and are unique among all accounts."""

    def __init__(self, account: int) -> None:
        super().__init__(Clock(), Limits(None, None), lambda _: None, None)
        self._first = account * 1_000_000

    @property
    def size(self) -> int:
        """The number of the next session."""
        return self._first + super().size


class Server:
    """Stands in for all accounts: an account is a path segment below a provider's path."""

    def __init__(self, seed: int) -> None:
        self._seed, self._random = seed, Random(seed)
        self._accounts: dict[tuple[str, str], StandIn] = {}
        self._seen: defaultdict[str, Seen] = defaultdict(Seen)
        self._refused: set[str] = set()
        self._stops: Counter[str] = Counter()
        self._lives: dict[str, str] = {}
        self.connections: set[asyncio.Task[None]] = set()

    async def accept(self, listener: socket.socket) -> None:
        """Accept connections until the task is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(listener)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = asyncio.create_task(self._serve(connection))
            self.connections.add(task)
            task.add_done_callback(self.connections.discard)

    async def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            request = await peek(connection)
            name = name_in(request)
            if name and self._life(name).fate == "reset unread":
                self._note(name, request, is_first=True)
                reset_on_close(connection)
                connection.close()
                return
            reader, writer = await asyncio.open_connection(sock=connection)
            try:
                async for exchange in self._exchanges(reader, writer, request):
                    await (self._create if exchange.is_create else self._other)(exchange)
            finally:
                writer.close()
                await writer.wait_closed()

    async def _exchanges(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peeked: bytes
    ) -> AsyncIterator[Exchange]:
        is_first = True
        while not writer.is_closing():
            head = await reader.readuntil(b"\r\n\r\n")
            exchange = Exchange(head, b"", reader, writer, is_first)
            if is_first and (name := name_in(peeked)) and self._life(name).fate == "reset in the request":
                self._note(name, peeked, is_first=True)
                exchange.reset()
                return
            exchange.body = await reader.readexactly(length_in(head))
            is_first = False
            yield exchange

    def _life(self, name: str) -> Life:
        return make_life(self._seed, name)

    def _note(self, name: str, request: bytes, *, is_first: bool) -> None:
        seen = self._seen[name]
        seen.requests += 1
        seen.reused += not is_first
        seen.marker = found[1].decode() if (found := _MARKER.search(request)) else ""

    async def _create(self, exchange: Exchange) -> None:
        name = name_in(exchange.body)
        life = self._life(name)
        account, request = self._find(exchange)
        if life.fate == "429" and name not in self._refused:
            self._refused.add(name)
            account.faults.add(make_fault("create_session", "refused", 429))
            await _send(exchange, await account.respond(request))
            return
        self._note(name, exchange.body, is_first=exchange.is_first)
        if life.fate == "503, not started":
            await exchange.respond(503, b"{}")
            return
        if life.fate == "400":
            account.faults.add(make_fault("create_session", "refused", 400))
        else:
            account.faults.add(make_fault("create_session", "late", life.late))
            account.faults.add(make_fault("create_session", "hidden", life.hidden))
        reply = await account.respond(request)
        for started in account.fleet.open_sessions():
            if name_in(json.dumps(started.options).encode()) == name and started.id not in self._lives:
                self._seen[name].ids.append(started.id)
                self._lives[started.id] = name
        await _harm(life, exchange, reply)

    async def _other(self, exchange: Exchange) -> None:
        """Respond to a request that does not create a session."""
        if exchange.head.startswith(b"GET /report "):
            await exchange.respond(200, json.dumps(self._report()).encode())
            return
        account, request = self._find(exchange)
        target = request.path.removesuffix("/close").rpartition("/")[2]
        life = self._life(self._lives[target]) if target in self._lives else None
        if request.method == "GET":
            await self._read(exchange, account, request, life)
            return
        if life is None:
            raise AssertionError(f"a session of others was stopped: {request.path}")
        stop = None if self._stops[target] and life.stop != "ignored" else life.stop
        self._stops[target] += 1
        if stop in ("failed", "refused"):
            account.faults.add(make_fault("stop_session", stop, 500))
        elif stop:
            account.faults.add(make_fault("stop_session", stop, 1 if stop in ("delayed", "lingering") else None))
        await _send(exchange, await account.respond(request))

    async def _read(self, exchange: Exchange, account: StandIn, request: Request, life: Life | None) -> None:
        went = self._random.choices(["", *_ON_THE_WAY], [1 - sum(_ON_THE_WAY.values()), *_ON_THE_WAY.values()])[0]
        if went == "reset":
            exchange.reset()
        elif went == "503":
            await exchange.respond(503, b"{}")
        else:
            if went and life is None:
                account.faults.add(make_fault("list_sessions", "shifted", self._random.randrange(1, 4)))
            await _send(exchange, await account.respond(request))
        if life and "idle" in life.name:  # the connection is reset while the client keeps it
            exchange.reset()

    def _find(self, exchange: Exchange) -> tuple[StandIn, Request]:
        """Return the account that a request is for, and the request as the account sees it."""
        first, *lines = exchange.head.decode("latin-1").splitlines()
        method, target, _ = first.split()
        url = urlsplit(target)
        _, slug, name, path = url.path.split("/", 3)
        headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}
        query = parse_qs(url.query, keep_blank_values=True)
        account = self._accounts.get((slug, name)) or self._open(slug, name)
        return account, Request(method, f"/{path}", headers, query, exchange.body)

    def _open(self, slug: str, name: str) -> StandIn:
        account = StandIn(slug, KEY, Clock())
        account.fleet = _Fleet(len(self._accounts))
        self._accounts[slug, name] = account
        for _ in range(OTHERS[len(self._accounts) % len(OTHERS)]):
            account.fleet.add(account.wire.new_session(account.fleet, {}, account.fleet.now))
        return account

    def _report(self) -> dict[str, object]:
        for account in self._accounts.values():
            for each in account.fleet.open_sessions():
                if each.id in self._lives:
                    self._seen[self._lives[each.id]].runs = True
        return {
            "connections": len(self.connections) - 1,
            "seen": {name: asdict(seen) for name, seen in self._seen.items()},
        }


async def _harm(life: Life, exchange: Exchange, reply: Reply) -> None:
    """Respond to a completed create, or break the exchange as its fate says."""
    match life.fate:
        case "reset":
            exchange.reset()
        case "half a body":
            await exchange.respond(reply.status, json.dumps(reply.body).encode(), length=-20)
            exchange.writer.close()
        case "closed":
            exchange.writer.close()
        case "500" | "503":
            await exchange.respond(int(life.fate), b"{}")
        case "502 page":
            await exchange.respond(502, _PAGE)
        case "stuck":
            await exchange.reader.read()
        case "unreadable":
            await exchange.respond(reply.status, b"{}")
        case _:
            await asyncio.sleep(life.delay if life.fate == "slow" else 0)
            await _send(exchange, reply)


async def _send(exchange: Exchange, reply: Reply) -> None:
    if reply.is_lost:
        exchange.reset()
        return
    headers = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
    await exchange.respond(reply.status, b"" if reply.status == 204 else json.dumps(reply.body).encode(), headers)  # noqa: PLR2004 - HTTP's own


async def _main() -> None:
    server, listener = Server(int(sys.argv[1])), socket.create_server(("127.0.0.1", 0), backlog=1024)
    listener.setblocking(False)  # noqa: FBT003 - socket's own
    print(listener.getsockname()[1], flush=True)
    accepting = asyncio.create_task(server.accept(listener))
    await asyncio.to_thread(sys.stdin.read)
    accepting.cancel()
    for task in server.connections:
        task.cancel()
    await asyncio.gather(accepting, *server.connections, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(_main())
