"""How a request is sent and its response read: whole or not at all, within its time, and no larger than it may be.

This is the one module that knows httpx and httpcore both.
"""

from __future__ import annotations

import ssl
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import anyio
import httpcore
import httpx

from browser_sessions._attempt import Attempt, RawResponse
from browser_sessions._body import Body, Content
from browser_sessions._environment import find_proxy, tls_context
from browser_sessions._streams import AsyncBackend, Backend, Stop
from browser_sessions._version import __version__
from browser_sessions.errors import ConfigurationError, LedgerError

MAX_BODY = 10_000_000
"""Bytes that a response's body may have, decompressed, unless a call sets another limit."""

HEADERS = {
    "User-Agent": f"browser-sessions/{__version__} python-httpx/{httpx.__version__}",
    "Accept": "application/json",
    # The one that is read within bounds, however small a body it is that becomes a large one.
    "Accept-Encoding": "gzip",
}

FAULTS = (ConfigurationError, LedgerError, httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError, UnicodeError)
"""All errors that a step can raise because of the server, the network or the disk."""

UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
"""The errors that prove that no byte of a request was received: there never was a connection. No other error does, not
even a `WriteError`: the kernel has sent the first bytes by then."""

_CORE_FAULTS = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)
_LOST = (httpx.TransportError, *_CORE_FAULTS)

_PHASES = ("connect", "read", "write", "pool")
_GRACE = 0.01
"""Seconds after its end at which a task is cut off: a stream ends by itself before, a user's transport may not."""

_MAX_KEPT, _KEPT_FOR = 100, 5.0
"""How many connections without a request are kept, and for how many seconds."""

Pool = TypeVar("Pool", httpcore.ConnectionPool, httpcore.AsyncConnectionPool)


class Network:
    """Sends requests from threads: through our own pools of connections, or a transport of the user's."""

    def __init__(
        self, transport: httpx.BaseTransport | None, *, proxy: str | None, verify: ssl.SSLContext | bool
    ) -> None:
        self._transport = transport
        self._backend = Backend()
        self._pools = _Pools(httpcore.ConnectionPool, self._backend, proxy=proxy, verify=verify)

    def send(self, attempt: Attempt, stop: Stop | None) -> RawResponse:
        """Return the response to a request; a redirect is a response like any other."""
        try:
            return self._exchange(attempt, stop)
        except _faults_of_pools() as error:
            if self._transport is not None:
                raise
            fault = _as_httpx(error)
        raise fault  # not above, where it would keep what led to it: frames that hold the connection

    def _exchange(self, attempt: Attempt, stop: Stop | None) -> RawResponse:
        status, headers, stream = self._open(attempt, stop)
        body = Body(status, headers, attempt.max_body, attempt.into)
        try:
            for chunk in stream:
                if not body.take(chunk) or time.monotonic() >= attempt.end:
                    break
            else:
                body.is_whole = True
        except _LOST:
            if body.is_success:
                raise
        finally:
            if stop is not None:
                stop.release()  # before another thread can take the connection
            stream.close()
        return body.response()

    def _open(self, attempt: Attempt, stop: Stop | None) -> tuple[int, httpx.Headers, Any]:
        """Return a response's status and headers, and its body as a stream."""
        self._pools.require_open()
        if self._transport is not None:
            return _opened(self._transport.handle_request(_request(attempt)))
        self._backend.thread.stop = stop
        response = self._pools.of(attempt).handle_request(_core_request(attempt, attempt.request.content))
        return response.status, httpx.Headers(response.headers), response.stream

    def close(self) -> None:
        """Close the connections, or the user's transport."""
        for pool in self._pools.close():
            pool.close()
        if self._transport is not None:
            self._transport.close()


class AsyncNetwork:
    """`Network`, for tasks of asyncio and trio."""

    def __init__(
        self, transport: httpx.AsyncBaseTransport | None, *, proxy: str | None, verify: ssl.SSLContext | bool
    ) -> None:
        self._transport = transport
        self._pools = _Pools(httpcore.AsyncConnectionPool, AsyncBackend(), proxy=proxy, verify=verify)
        self._loop: object = None

    async def send(self, attempt: Attempt) -> RawResponse:
        """Return the response to a request; a redirect is a response like any other."""
        try:
            return await self._exchange(attempt)
        except _faults_of_pools() as error:
            if self._transport is not None:
                raise
            fault = _as_httpx(error)
        raise fault

    async def _exchange(self, attempt: Attempt) -> RawResponse:
        body = None
        seconds = max(attempt.end - time.monotonic(), 0.0)
        with anyio.move_on_after(seconds + _GRACE) as scope:
            status, headers, stream = await self._open(attempt)
            body = Body(status, headers, attempt.max_body, attempt.into)
            try:
                async for chunk in stream:
                    if not body.take(chunk):
                        # Not `break`, after which nothing closes the generators that the stream is made of.
                        scope.cancel()
                body.is_whole = True
            except _LOST:
                if body.is_success:
                    raise
            finally:
                await stream.aclose()
        if body is None:
            raise httpx.ReadTimeout("timed out")
        return body.response()

    async def _open(self, attempt: Attempt) -> tuple[int, httpx.Headers, Any]:
        self._pools.require_open()
        content = Content(attempt.request.content)
        if self._transport is not None:
            request = _request(attempt)
            request.stream = content
            return _opened(await self._transport.handle_async_request(request))
        self._enter_loop()
        response = await self._pools.of(attempt).handle_async_request(_core_request(attempt, content))
        return response.status, httpx.Headers(response.headers), response.stream

    def _enter_loop(self) -> None:
        if (loop := anyio.lowlevel.current_token()) != self._loop:
            self._pools.forget()  # connections of another event loop, which has ended
            self._loop = loop

    async def aclose(self) -> None:
        """Close the connections, or the user's transport."""
        self._enter_loop()
        for pool in self._pools.close():
            await pool.aclose()
        if self._transport is not None:
            await self._transport.aclose()


class _Pools(Generic[Pool]):
    """A pool of connections for each address, made on first use; one TLS context for all."""

    def __init__(
        self, kind: Callable[..., Pool], backend: Any, *, proxy: str | None, verify: ssl.SSLContext | bool
    ) -> None:
        self._kind: Callable[..., Pool] = kind
        self._backend = backend
        self._proxy = proxy
        self._verify = verify
        self._context: ssl.SSLContext | None = None
        self._pools: dict[tuple[str, str, int | None, bool], Pool] = {}
        self._making = threading.Lock()
        self._is_closed = False

    def of(self, attempt: Attempt) -> Pool:
        """Return the pool for a request; what may not be repeated gets one that keeps no connection.

        A connection that was kept, and that the server closes at this moment, fails as one that was lost in the middle
        of a request does.
        """
        url = attempt.request.url
        key = (url.scheme, url.host, url.port, attempt.receipt is None)
        return self._pools.get(key) or self._make(key, url)

    def _make(self, key: tuple[str, str, int | None, bool], url: httpx.URL) -> Pool:
        with self._making:
            self.require_open()
            if key not in self._pools:
                proxy = find_proxy(url, self._proxy)
                if self._context is None and (url.scheme == "https" or proxy is not None):
                    self._context = tls_context(verify=self._verify)
                self._pools[key] = self._kind(
                    ssl_context=self._context,
                    proxy=None if proxy is None else self._core_proxy(proxy),
                    max_connections=None,  # so that no request waits for its turn, within a limit that is a moment
                    max_keepalive_connections=_MAX_KEPT if key[-1] else 0,
                    keepalive_expiry=_KEPT_FOR,
                    network_backend=self._backend,
                )
            return self._pools[key]

    def _core_proxy(self, proxy: httpx.Proxy) -> httpcore.Proxy:
        return httpcore.Proxy(str(proxy.url), auth=proxy.raw_auth, ssl_context=self._context)

    def require_open(self) -> None:
        """Raise a `ConfigurationError` once the pools were closed, by another thread perhaps."""
        if self._is_closed:
            raise ConfigurationError("this client is closed: make another one")

    def forget(self) -> None:
        """Let go of all connections, which cannot be closed."""
        self._pools = {}

    def close(self) -> tuple[Pool, ...]:
        """Make no more pools, and return those that are to be closed."""
        with self._making:
            self._is_closed = True
            pools, self._pools = tuple(self._pools.values()), {}
        return pools


def _faults_of_pools() -> tuple[type[Exception], ...]:
    """Return what httpcore raises, and what it lets through of a SOCKS proxy's malformed replies."""
    socksio = sys.modules.get("socksio")
    return (*_CORE_FAULTS, AssertionError, socksio.SOCKSError) if socksio else _CORE_FAULTS


def _as_httpx(error: BaseException) -> Exception:
    """Return an error of a pool as httpx's of the same name, with its text, and without its cause."""
    from browser_sessions._failures import reason_of

    kind = getattr(httpx, type(error).__name__, httpx.ProtocolError)
    fault: Exception = kind(reason_of(error))
    return fault


def _core_request(attempt: Attempt, content: bytes | Content) -> httpcore.Request:
    """Return a request for our own pools, with the moment that their streams take for its limit."""
    request = attempt.request
    url = request.url
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=content,
        extensions={"timeout": dict.fromkeys(_PHASES, attempt.end)},
    )


def _opened(response: httpx.Response) -> tuple[int, httpx.Headers, Any]:
    """Return what a user's transport returned: status, headers and body as a stream.

    A transport that logs has read the response, and so decoded it. Its stream is at its end, and httpcore's would never
    say so.
    """
    if not response.is_stream_consumed or isinstance(response.stream, httpx.ByteStream):
        return response.status_code, response.headers, response.stream
    headers = httpx.Headers([each for each in response.headers.raw if each[0].lower() != b"content-encoding"])
    return response.status_code, headers, httpx.ByteStream(response.content)


def _request(attempt: Attempt) -> httpx.Request:
    """Return a request for a transport of the user's, with the seconds that it may take."""
    request = attempt.request
    seconds = max(attempt.end - time.monotonic(), 0.0)
    request.extensions = {"timeout": dict.fromkeys(_PHASES, seconds)}
    return request
