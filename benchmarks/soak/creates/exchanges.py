"""Requests on one connection, and the ways in which a server can respond or break the connection."""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from dataclasses import dataclass

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_SHORT, _PATIENCE = 0.001, 2.0
"""Seconds between two looks for the rest of a request, and until a request counts as incomplete."""


@dataclass
class Exchange:
    """A request, and the connection that carried it."""

    head: bytes
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    is_first: bool

    @property
    def is_create(self) -> bool:
        """Whether the request creates a session; no other POST has a path with this ending."""
        return self.head.startswith(b"POST ") and self.head.split()[1].endswith((b"sessions", b"/browsers"))

    async def respond(self, status: int, body: bytes, headers: str = "", *, length: int | None = None) -> None:
        """Send a response, or its first bytes."""
        head = f"HTTP/1.1 {status} Status\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode()
        self.writer.write((head + body)[:length])
        await self.writer.drain()

    def reset(self) -> None:
        """Reset the connection."""
        reset_on_close(self.writer.get_extra_info("socket"))
        self.writer.transport.abort()


async def peek(connection: socket.socket) -> bytes:
    """Return the first request of a connection, and leave it unread."""
    loop = asyncio.get_running_loop()
    end = loop.time() + _PATIENCE
    while True:
        readable = loop.create_future()
        loop.add_reader(connection, _settle, readable)
        try:
            await readable
        finally:
            loop.remove_reader(connection)
        data = connection.recv(1 << 16, socket.MSG_PEEK)
        head, has_head, body = data.partition(b"\r\n\r\n")
        is_whole = has_head and len(body) >= length_in(head)
        if is_whole or not data.startswith(b"POST ") or loop.time() > end:
            return data
        await asyncio.sleep(_SHORT)


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def length_in(head: bytes) -> int:
    """Return the length of the body that follows a head."""
    found = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
    return int(found[1]) if found else 0


def reset_on_close(connection: socket.socket) -> None:
    """Make a connection send a reset when it is closed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
