"""How a session is fetched: through its provider's generated client, over one pool, in as many attempts as it takes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import anyio
import httpx

from browser_sessions import _failures
from browser_sessions._access import Access, find_access
from browser_sessions._attempt import ATTEMPT, Answer, Attempt, Stop
from browser_sessions._bounds import Bounds
from browser_sessions._ref import SessionRef
from browser_sessions._retries import Retries
from browser_sessions._sending import HEADERS, AsyncPool, Sender, SyncPool
from browser_sessions._session import BrowserSession
from browser_sessions.errors import BrowserSessionsError

_FAULTS = (BrowserSessionsError, httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError, UnicodeError)
"""What sending a request and reading its answer can raise, whatever the server and the network do."""

Outcome = BrowserSession | BrowserSessionsError


@dataclass(frozen=True, slots=True)
class Source:
    """A provider as sessions are fetched from it.

    Attributes:
        access: With which key, from where.
        operation: The generated module that fetches a session.
        client: The generated client that it does so with.
        view: What makes a `BrowserSession` of the answer.

    """

    access: Access
    operation: Any
    client: Any
    view: Callable[[Any], BrowserSession]


class Sources:
    """The providers that sessions are fetched from, each opened with its first session."""

    def __init__(self, api_keys: Mapping[str, str], base_urls: Mapping[str, str]) -> None:
        self._api_keys = api_keys
        self._base_urls = base_urls
        self._sources: dict[str, Source] = {}
        self._opening = threading.Lock()

    def open(self, ref: SessionRef, pool: SyncPool | AsyncPool) -> Source:
        """Return a session's provider, whose requests go through a pool."""
        slug = ref.provider
        if slug not in self._sources:
            with self._opening:
                access = find_access(ref, self._api_keys, self._base_urls)
                self._sources[slug] = self._sources.get(slug) or _open(access, pool)
        return self._sources[slug]


def _open(access: Access, pool: SyncPool | AsyncPool) -> Source:
    provider = import_module(f"browser_sessions._providers.{access.provider.slug}")
    is_sync = isinstance(pool, SyncPool)
    # A transport that nothing goes through, so that no connections are prepared but the pool's.
    nothing = {"transport": httpx.BaseTransport() if is_sync else httpx.AsyncBaseTransport()}
    client = provider.CLIENT(token=access.key, base_url=access.base_url, headers=HEADERS, httpx_args=nothing)
    if is_sync:
        client.set_httpx_client(Sender(pool, client.get_httpx_client()))
    else:
        client.set_async_httpx_client(Sender(pool, client.get_async_httpx_client()))
    return Source(access, provider.OPERATION, client, provider.view)


class SyncFetcher:
    """Fetches sessions, from any thread."""

    def __init__(self, sources: Sources, transport: httpx.BaseTransport | None) -> None:
        self._sources = sources
        self._pool = SyncPool(transport)

    def fetch(self, ref: SessionRef, bounds: Bounds, stop: Stop) -> BrowserSession:
        """Return a session.

        Raises:
            BrowserSessionsError: There is none to return.
            Stopped: Another thread ended it.

        """
        source = self._sources.open(ref, self._pool)
        retries = Retries(ref, source.access, bounds)
        while True:
            outcome = self._attempt(source, retries.next(), stop)
            if isinstance(outcome, BrowserSession):
                return outcome
            stop.pause(retries.pause_after(outcome))

    def _attempt(self, source: Source, attempt: Attempt, stop: Stop) -> Outcome:
        stop.begin(attempt.limit)
        token = ATTEMPT.set(attempt)
        try:
            response = source.operation.sync_detailed(attempt.ref.id, client=source.client)
        except _FAULTS as error:
            return _failures.failure(attempt, error)
        finally:
            ATTEMPT.reset(token)
            stop.end(attempt.limit)
        return _outcome(source, attempt, response)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class AsyncFetcher:
    """Fetches sessions, on asyncio and trio."""

    def __init__(self, sources: Sources, transport: httpx.AsyncBaseTransport | None) -> None:
        self._sources = sources
        self._pool = AsyncPool(transport)

    async def fetch(self, ref: SessionRef, bounds: Bounds) -> BrowserSession:
        """Return a session.

        Raises:
            BrowserSessionsError: There is none to return.

        """
        source = self._sources.open(ref, self._pool)
        retries = Retries(ref, source.access, bounds)
        while True:
            outcome = await self._attempt(source, retries.next())
            if isinstance(outcome, BrowserSession):
                return outcome
            await anyio.sleep(retries.pause_after(outcome))

    async def _attempt(self, source: Source, attempt: Attempt) -> Outcome:
        token = ATTEMPT.set(attempt)
        try:
            response = await source.operation.asyncio_detailed(attempt.ref.id, client=source.client)
        except _FAULTS as error:
            return _failures.failure(attempt, error)
        finally:
            ATTEMPT.reset(token)
        return _outcome(source, attempt, response)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()


def _outcome(source: Source, attempt: Attempt, response: Any) -> Outcome:
    """Return what a generated client's `Response` is: a view, or the one error for it."""
    answer = Answer(response.status_code, response.headers, response.content)
    if not 200 <= answer.status_code < 300:  # noqa: PLR2004 - HTTP's own
        return _failures.status_error(attempt, answer)
    if response.error is not None:
        error = _failures.unexpected(attempt, answer, str(response.error), response.error.path or None)
        error.__cause__ = response.error
        return error
    if response.parsed is None:
        return _failures.unexpected(attempt, answer, "there is no such success")
    return source.view(response.parsed)
