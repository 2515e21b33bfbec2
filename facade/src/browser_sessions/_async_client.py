"""The client for five providers, on asyncio and trio."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Sequence
from typing import TYPE_CHECKING, Self

from browser_sessions._configuration import Configuration
from browser_sessions._ref import SessionRef, as_ref
from browser_sessions.errors import PASSING

if TYPE_CHECKING:
    import httpx

    from browser_sessions._async_many import AsyncResults, AsyncRun, Work
    from browser_sessions._fetching import AsyncFetcher
    from browser_sessions._many import PerProvider
    from browser_sessions._session import BrowserSession
    from browser_sessions._waiting import Until

    _Configuration = Configuration[httpx.AsyncBaseTransport]
else:
    _Configuration = Configuration  # without its type, for which httpx would have to be imported


class AsyncClient(_Configuration):
    """Fetches sessions of five providers, on asyncio and trio; to be closed, or used with `async with`.

    The arguments are those of `Client`, but for `transport`, which is asynchronous.
    """

    _fetcher: AsyncFetcher | None = None
    _runs: Sequence[AsyncRun] = ()

    async def get(self, ref: SessionRef | str) -> BrowserSession:
        """Return a session; as of `Client`."""
        return await self._open().fetch(as_ref(ref), self._bounds)

    def get_many(
        self,
        refs: Iterable[SessionRef | str] | AsyncIterable[SessionRef | str],
        *,
        concurrency: int = 20,
        per_provider: PerProvider = None,
    ) -> AsyncResults:
        """Yield each reference with its session, or with the error in its place, in order of completion.

        As of `Client`, but for tasks in the place of threads: `refs`, which may be asynchronous, is taken in one of
        them. Leaving the loop cancels them.
        """
        fetcher = self._open()
        return self._results(refs, lambda ref: fetcher.fetch(ref, self._bounds), concurrency, per_provider)

    async def wait(self, ref: SessionRef | str, *, until: Until = "ended", timeout: float = 600) -> BrowserSession:
        """Return a session once it is what is waited for; as of `Client`."""
        return await self._wait(as_ref(ref), until, timeout)

    def wait_many(
        self,
        refs: Iterable[SessionRef | str] | AsyncIterable[SessionRef | str],
        *,
        until: Until = "ended",
        timeout: float = 600,
        concurrency: int = 20,
        per_provider: PerProvider = None,
    ) -> AsyncResults:
        """Yield each reference with its session once it is what is waited for, or with the error in its place."""
        from browser_sessions._waiting import checked_wait

        checked_wait(until, timeout)
        return self._results(refs, lambda ref: self._wait(ref, until, timeout), concurrency, per_provider)

    async def aclose(self) -> None:
        """Close the connections; what is asked of the client afterwards is a `ConfigurationError`."""
        with self._opening:
            closing = self._fetcher or self._transport
            self._fetcher = self._transport = None
            self._is_closed = True
        for run in self._runs:
            await run.aclose()
        if closing:
            await closing.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _open(self) -> AsyncFetcher:
        return self._fetcher or self._make_fetcher()

    def _make_fetcher(self) -> AsyncFetcher:
        from browser_sessions._fetching import AsyncFetcher, Sources

        with self._opening:
            self._require_open()
            sources = Sources(self._api_keys, self._base_urls)
            self._fetcher = self._fetcher or AsyncFetcher(sources, self._transport)
            return self._fetcher

    async def _wait(self, ref: SessionRef, until: Until, timeout: float) -> BrowserSession:
        import anyio

        from browser_sessions._waiting import Polls

        fetcher, polls = self._open(), Polls(ref, until, timeout)
        while True:
            try:
                session = await fetcher.fetch(ref, polls.bounds(self._bounds))
            except PASSING as error:
                polls.failed(error)
            else:
                if polls.is_met(session):
                    return session
            await anyio.sleep(polls.next_pause())

    def _results(
        self,
        refs: Iterable[SessionRef | str] | AsyncIterable[SessionRef | str],
        work: Work,
        concurrency: int,
        per_provider: PerProvider,
    ) -> AsyncResults:
        from browser_sessions._async_many import AsyncResults, AsyncRun
        from browser_sessions._many import checked_limits

        run = AsyncRun(refs, work, checked_limits(concurrency, per_provider), concurrency)
        self._runs = (*(each for each in self._runs if each.is_under_way), run)
        return AsyncResults(run)
