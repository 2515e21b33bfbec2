"""How a request is sent, and its answer read: whole or not at all, within its time, and no larger than it may be."""

from __future__ import annotations

import contextlib
import logging
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import anyio
import httpcore
import httpx

from browser_sessions import _failures
from browser_sessions._access import is_loopback
from browser_sessions._attempt import ATTEMPT, Answer, Attempt
from browser_sessions._network import AsyncBoundedBackend, BoundedBackend
from browser_sessions._version import __version__
from browser_sessions.errors import ConfigurationError

MAX_BODY = 10_000_000
"""Bytes that an answer's body may have, decompressed."""

HEADERS = {
    "User-Agent": f"browser-sessions/{__version__} python-httpx/{httpx.__version__}",
    "Accept": "application/json",
    # The one that is read within bounds, however small a body it is that becomes a large one.
    "Accept-Encoding": "gzip",
}

_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=100)
_PHASES = ("connect", "read", "write", "pool")
_GRACE = 0.1
"""Seconds that a transport of the user's own may take longer; ours ends by itself, and in better order."""

_GZIP = 16 + zlib.MAX_WBITS

_log = logging.getLogger("browser_sessions")


class SyncPool:
    """The connections to all providers, with the proxies of the environment."""

    def __init__(self, transport: httpx.BaseTransport | None) -> None:
        with _configured():
            self._client = httpx.Client(transport=transport, **_pool_arguments(transport))
        for pool in _pools(self._client):
            if isinstance(pool, httpcore.ConnectionPool):
                pool._network_backend = BoundedBackend(pool._network_backend)

    def send(self, request: httpx.Request, attempt: Attempt) -> Answer:
        """Return what a request is answered with; a redirect is an answer like any other."""
        transport = self._client._transport_for_url(request.url)
        _check(request, attempt, transport, is_closed=self._client.is_closed)
        start, response = time.monotonic(), None
        try:
            response = transport.handle_request(request)
            body, stream = _Body(response), cast(httpx.SyncByteStream, response.stream)
            try:
                for chunk in stream:
                    if not body.take(chunk) or not attempt.limit.left():
                        break
                else:
                    body.is_whole = True
            except httpx.TransportError:
                if response.is_success:
                    raise
            finally:
                stream.close()
            return body.answer(attempt)
        finally:
            _log_attempt(request, attempt, response, start)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


class AsyncPool:
    """`SyncPool`, for asyncio and trio."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None) -> None:
        with _configured():
            self._client = httpx.AsyncClient(transport=transport, **_pool_arguments(transport))
        for pool in _pools(self._client):
            if isinstance(pool, httpcore.AsyncConnectionPool):
                pool._network_backend = AsyncBoundedBackend(pool._network_backend)

    async def send(self, request: httpx.Request, attempt: Attempt) -> Answer:
        """Return what a request is answered with; a redirect is an answer like any other."""
        transport = self._client._transport_for_url(request.url)
        _check(request, attempt, transport, is_closed=self._client.is_closed)
        start, response, body = time.monotonic(), None, None
        try:
            with anyio.move_on_after(attempt.limit.left() + _GRACE) as scope:
                response = await transport.handle_async_request(request)
                body, stream = _Body(response), cast(httpx.AsyncByteStream, response.stream)
                try:
                    async for chunk in stream:
                        if not body.take(chunk):
                            # Not `break`, after which nobody closes the generators that the stream is made of.
                            scope.cancel()
                    body.is_whole = True
                except httpx.TransportError:
                    if response.is_success:
                        raise
                finally:
                    await stream.aclose()
            if body is None:
                raise httpx.ReadTimeout("timed out")
            return body.answer(attempt)
        finally:
            _log_attempt(request, attempt, response, start)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


class Sender:
    """What a generated operation sends its request with, in the place of an httpx client.

    It sends what that client would, of which it has the address and the headers, but without what the client does for
    others: cookies, redirects and authentication take as long as the rest.

    Args:
        pool: The connections; what its `send` returns, awaitable or not, is what the operation gets.
        client: The httpx client that the generated client made.

    """

    def __init__(self, pool: SyncPool | AsyncPool, client: httpx.Client | httpx.AsyncClient) -> None:
        self._pool = pool
        self._base_url = str(client.base_url).rstrip("/")
        self._headers = client.headers

    def request(self, *, method: str, url: str, follow_redirects: bool) -> Any:  # noqa: ARG002 - nobody here does
        """Send the request of the attempt that is under way; of what else an operation might send, nothing is known."""
        attempt = ATTEMPT.get()
        timeouts = dict.fromkeys(_PHASES, attempt.limit)
        request = httpx.Request(method, self._base_url + url, headers=self._headers, extensions={"timeout": timeouts})
        request.stream = _NOTHING
        return self._pool.send(request, attempt)


class _Nothing(httpx.SyncByteStream, httpx.AsyncByteStream):
    """No body. httpx's own is a generator, which is left half-way when the connection breaks; trio warns of those."""

    def __iter__(self) -> Iterator[bytes]:
        return iter(())

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        raise StopAsyncIteration


_NOTHING = _Nothing()


class _Body:
    """A body as it arrives: decompressed, and no larger than it may be."""

    def __init__(self, response: httpx.Response) -> None:
        coding = response.headers.get("content-encoding", "").strip().lower()
        self.is_whole = False
        self._response = response
        self._content = bytearray()
        self._received = 0
        self._gzip = zlib.decompressobj(_GZIP) if coding in {"gzip", "x-gzip"} else None
        self._problem = "" if self._gzip or coding in {"", "identity"} else f"it is compressed as {coding!r}, unasked"

    def take(self, chunk: bytes) -> bool:
        """Take what has arrived, and return whether more of it is wanted."""
        self._received += len(chunk)  # what follows the end of a compressed body is none of it, and has no end itself
        if self._gzip and not self._problem:
            try:
                chunk = self._gzip.decompress(chunk, MAX_BODY + 1 - len(self._content))
            except zlib.error:
                self._problem = "it is compressed wrongly"
        if not self._problem:
            self._content += chunk
            if max(self._received, len(self._content)) > MAX_BODY:
                self._problem = f"it is larger than {MAX_BODY // 1_000_000} MB"
        return not self._problem

    def answer(self, attempt: Attempt) -> Answer:
        """Return the answer with its body.

        Of a status that is no success, the status says enough, and the body is whatever came of it.

        Raises:
            UnexpectedResponse: The body of a success cannot be read.
            httpx.TransportError: The body of a success did not come as a whole.

        """
        answer = Answer(self._response.status_code, self._response.headers, bytes(self._content))
        if self._response.is_success:
            if self._problem:
                raise _failures.unexpected(attempt, answer, self._problem)
            if not self.is_whole:
                raise httpx.ReadTimeout("timed out")
            if self._gzip and not self._gzip.eof:
                raise httpx.RemoteProtocolError("the compressed body is cut off")
        return answer


def _pool_arguments(transport: object) -> dict[str, Any]:
    # One context for the pool and the proxies, which httpx would make one each for; it takes 20 ms.
    return {"limits": _LIMITS} if transport else {"limits": _LIMITS, "verify": httpx.create_ssl_context()}


def _pools(client: httpx.Client | httpx.AsyncClient) -> Iterator[object]:
    """Yield the pools that a client made; httpx has no argument for what they are made of.

    A transport of the user's own has none that we know: a synchronous one bounds each read alone.
    """
    for transport in (client._transport, *client._mounts.values()):
        yield getattr(transport, "_pool", None)


@contextlib.contextmanager
def _configured() -> Iterator[None]:
    """Raise what is wrong with the environment as what it is, without the addresses and passwords in it."""
    try:
        yield
    except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
        problem = str(error) if isinstance(error, ImportError) else type(error).__name__
        raise ConfigurationError(
            f"the proxies or the certificates that the environment names cannot be used: {problem}"
        ) from None


def _check(request: httpx.Request, attempt: Attempt, transport: object, *, is_closed: bool) -> None:
    if is_closed:  # by another thread, perhaps; httpx asks in its own `send` only
        raise ConfigurationError("the client was closed", ref=attempt.ref)
    if request.url.scheme == "http":  # to this machine, or there would be no access; but not through another one
        proxy = getattr(getattr(transport, "_pool", None), "_proxy_url", None)
        if proxy is not None and not is_loopback(proxy.host.decode("ascii")):
            raise ConfigurationError(
                f"the key for {attempt.access.provider.name} would go over plain http to a proxy on another machine: "
                f"add {request.url.host} to NO_PROXY",
                ref=attempt.ref,
            )


def _log_attempt(request: httpx.Request, attempt: Attempt, response: httpx.Response | None, start: float) -> None:
    """Log what became of a request: neither a key nor a body is in it."""
    if _log.isEnabledFor(logging.INFO):
        status = response.status_code if response else "no answer"
        elapsed = time.monotonic() - start
        _log.info('"GET %s" %s, %.3f s, attempt %d', request.url, status, elapsed, attempt.number)
