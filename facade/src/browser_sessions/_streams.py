"""Network streams that keep a total limit: httpcore bounds each read alone, which a dripping server outlasts.

httpcore hands the numbers of a request's `timeout` extension to these streams as they are. In our own pools they are
not seconds but the moment of the monotonic clock at which all has to be over.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, cast

import anyio
import httpcore


class Stopped(BaseException):
    """The work of a thread is no longer wanted."""


class Stop:
    """Ends the pauses and the requests of the threads that it was given to, at once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._streams: dict[int, httpcore.NetworkStream] = {}

    def set(self) -> None:
        """End what they do now, and what they would do later."""
        with self._lock:
            self._event.set()
            for stream in tuple(self._streams.values()):
                with contextlib.suppress(OSError):  # closed already
                    # Not the SSL socket's own method, which pulls away what the other thread is reading with.
                    socket.socket.shutdown(stream.get_extra_info("socket"), socket.SHUT_RDWR)

    def pause(self, seconds: float) -> None:
        """Wait for some seconds.

        Raises:
            Stopped: The wait was ended.

        """
        if self._event.wait(seconds):
            raise Stopped

    def hold(self, stream: httpcore.NetworkStream) -> None:
        """Note that the thread waits for a stream from now on."""
        self._streams[threading.get_ident()] = stream
        if self._event.is_set():  # looked at second, as the streams are in `set`: one of the two sees the other
            raise httpcore.ReadError("stopped")

    def release(self) -> None:
        """Note that the thread's stream may become another's."""
        if self._streams:
            with self._lock:
                self._streams.pop(threading.get_ident(), None)


class Backend(httpcore.NetworkBackend):
    """Opens streams that take moments in place of seconds."""

    def __init__(self) -> None:
        self._backend = httpcore.SyncBackend()
        self.thread = threading.local()
        """Its `stop` ends the requests of this thread; None if nothing does."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection to the first address of a host that takes it, each with its share of the time."""
        end = timeout or time.monotonic()
        try:
            found = socket.getaddrinfo(_local(host), port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [str(each[4][0]) for each in found]
        while True:
            share = left(end, httpcore.ConnectTimeout) / len(addresses)
            try:
                stream = self._backend.connect_tcp(addresses.pop(0), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not addresses:
                    raise
            else:
                return _Stream(stream, end, self.thread)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, end: float, thread: threading.local) -> None:
        self._stream = stream
        self._end = end  # for a SOCKS proxy's handshake, which is given no time
        self._thread = thread

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with self._closed_after_handshake(timeout):
            return self._stream.read(max_bytes, self._left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with self._closed_after_handshake(timeout):
            self._stream.write(buffer, self._left(timeout, httpcore.WriteTimeout))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        with self._closed_after_handshake(None):
            seconds = self._left(timeout, httpcore.ConnectTimeout)
            return _Stream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._end, self._thread)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    @contextlib.contextmanager
    def _closed_after_handshake(self, end: float | None) -> Iterator[None]:
        """Close the socket if a handshake fails, of TLS or with a SOCKS proxy, which have no end: httpcore does not."""
        try:
            yield
        except BaseException:
            if end is None:
                self.close()
            raise

    def _left(self, end: float | None, error: type[Exception]) -> float:
        if self._thread.stop is not None:
            self._thread.stop.hold(self)
        return left(self._end if end is None else end, error)


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """`Backend`, for asyncio and trio."""

    def __init__(self) -> None:
        # Without anyio, which we require, httpcore has a placeholder of that name.
        self._backend = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Open a connection to the first address of a host that takes it."""
        end = timeout or time.monotonic()
        seconds = left(end, httpcore.ConnectTimeout)
        return _AsyncStream(
            await self._backend.connect_tcp(_local(host), port, seconds, local_address, socket_options), end
        )


class _AsyncStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream, end: float) -> None:
        self._stream = stream
        self._end = end

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if timeout is not None:
            return await self._stream.read(max_bytes, left(timeout, httpcore.ReadTimeout))
        async with self._closed_on_error():  # a SOCKS proxy's handshake
            return await self._stream.read(max_bytes, left(self._end, httpcore.ReadTimeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if timeout is not None:
            return await self._stream.write(buffer, left(timeout, httpcore.WriteTimeout))
        async with self._closed_on_error():
            return await self._stream.write(buffer, left(self._end, httpcore.WriteTimeout))

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        seconds = left(self._end if timeout is None else timeout, httpcore.ConnectTimeout)
        async with self._closed_on_error():
            return _AsyncStream(await self._stream.start_tls(ssl_context, server_hostname, seconds), self._end)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    @contextlib.asynccontextmanager
    async def _closed_on_error(self) -> AsyncIterator[None]:
        """Close the socket if a handshake fails or is cancelled: httpcore leaves it open then."""
        try:
            yield
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self._stream.aclose()
            raise


def left(end: float, error: type[Exception]) -> float:
    """Return the seconds until a moment, or raise an error once it has passed."""
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise error("timed out")
    return seconds


def _local(host: str) -> str:
    """Return the name to look up for a host: all names under `localhost` are this machine (RFC 6761)."""
    return "localhost" if host.endswith(".localhost") else host
