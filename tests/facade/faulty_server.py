"""A server on this machine that does what a function says, below HTTP where need be."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from typing import Any, Self

import trustme

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Peer:
    """One connection of a client, as the server has it."""

    def __init__(self, connection: socket.socket, stopped: threading.Event) -> None:
        self._connection = connection
        self._stopped = stopped
        self.requests: list[bytes] = []

    def read(self) -> bytes:
        """Read the next request, and return its head; nothing once the client is gone."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            received = self._connection.recv(1)
            if not received:
                return b""
            head += received
        self.requests.append(head)
        length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
        self.receive(int(length[1]) if length else 0)
        return head

    def receive(self, length: int) -> bytes:
        """Return some bytes; less once the client is gone."""
        data = b""
        while len(data) < length and (received := self._connection.recv(length - len(data))):
            data += received
        return data

    def start_tls(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        self._connection = context.wrap_socket(self._connection, server_side=True)

    def rest(self, seconds: float) -> None:
        """Do nothing for a while, or until the server is to stop."""
        self._stopped.wait(seconds)

    def send(self, data: bytes) -> None:
        """Send some bytes."""
        self._connection.sendall(data)

    def respond(self, body: bytes, *, status: str = "200 OK", length: int | None = None, **headers: str) -> None:
        """Send a response, perhaps with a length that is not its own."""
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines.append(f"Content-Length: {len(body) if length is None else length}")
        self.send("\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body)

    def drip(self, data: bytes, pause: float = 0.05) -> None:
        """Send one byte after the other, until the client or the server is gone."""
        for byte in data:
            if self._stopped.wait(pause):
                return
            self.send(bytes([byte]))

    def reset(self) -> None:
        """Break the connection off."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self._connection.close()

    def close(self) -> None:
        """Close the connection, which may be one of TLS by now."""
        self._connection.close()

    def give_up(self) -> None:
        """End what another thread waits for on the connection, which may be closed already."""
        with contextlib.suppress(OSError):
            socket.socket.shutdown(self._connection, socket.SHUT_RDWR)

    def half_close(self) -> None:
        """Say that nothing more is coming, and listen on."""
        self._connection.shutdown(socket.SHUT_WR)
        self.hold()

    def hold(self) -> None:
        """Do nothing, until the client is gone or the server is to stop."""
        self._connection.settimeout(0.02)
        while not self._stopped.is_set():
            try:
                if not self._connection.recv(4096):
                    return
            except TimeoutError:
                continue


class FaultyServer:
    """A server whose connections a function plays, each in a thread of its own.

    Args:
        play: What is done with a connection, which is closed afterwards.
        tls: Whether it speaks TLS, with a certificate that `authority` has signed.

    """

    authority = trustme.CA()

    def __init__(self, play: Callable[[Peer], object], *, tls: bool = False) -> None:
        self._play = play
        self._context = self._server_context() if tls else None
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self._listener.settimeout(0.02)
        self._threads = [threading.Thread(target=self._accept)]
        self._lock = threading.Lock()
        self.peers: list[Peer] = []
        self.open = 0
        """How many connections are open."""
        self.address = f"http{'s' if tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        for thread in self._threads:  # the first one, which adds the others, comes first
            for peer in self.peers:
                peer.give_up()
            thread.join()

    @property
    def requests(self) -> list[bytes]:
        """All requests that came."""
        return [request for peer in self.peers for request in peer.requests]

    def _server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert("127.0.0.1").configure_cert(context)
        return context

    def _accept(self) -> None:
        with self._listener:
            while not self._stopped.is_set():
                try:
                    connection, _ = self._listener.accept()
                except TimeoutError:
                    continue
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with contextlib.suppress(OSError), connection:  # the client is gone, or does not like the certificate
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                peer = Peer(connection, self._stopped)
                with self._lock:
                    self.peers.append(peer)
                    self.open += 1
                try:
                    self._play(peer)
                finally:
                    peer.close()
                    with self._lock:
                        self.open -= 1


Play = Callable[[Peer], object]


def reading(act: Play) -> Play:
    """Return what acts once a request is there."""

    def play(peer: Peer) -> None:
        if peer.read():
            act(peer)

    return play


def responding(*args: Any, **kwargs: Any) -> Play:
    """Return the response to each request of a connection."""

    def play(peer: Peer) -> None:
        while peer.read():
            peer.respond(*args, **kwargs)

    return play
