"""The client for asyncio and trio."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from typing import TYPE_CHECKING, Self

from browser_sessions._async_lifecycle import AsyncLifecycle
from browser_sessions._async_observation import AsyncObservation
from browser_sessions._ref import as_ref

if TYPE_CHECKING:
    from browser_sessions._async_many import AsyncResults
    from browser_sessions._bounds import Seconds
    from browser_sessions._drivers import AsyncDriver
    from browser_sessions._many import PerProvider, Result
    from browser_sessions._ref import Ref
    from browser_sessions._session import BrowserSession
    from browser_sessions._waiting import Until


class AsyncClient(AsyncLifecycle, AsyncObservation):
    """Creates, lists, reads and stops sessions, on asyncio and trio; close it, or use it with `async with`.

    Its arguments are those of `Client`, with an asynchronous `transport`. It may be used in one event loop after
    another; connections are kept for the current one.

        async with AsyncClient() as client:
            session = await client.get("skyvern:pbs_123")
    """

    async def get(self, ref: Ref) -> BrowserSession:
        """Return a session, as `Client.get`."""
        driver = self._open()
        return await driver.run(driver.calls.get(as_ref(ref), self._bounds))

    def get_many(
        self,
        refs: Iterable[Ref] | AsyncIterable[Ref],
        *,
        concurrency: int = 20,
        per_provider: PerProvider = None,
    ) -> AsyncResults[Result]:
        """Yield each reference with its session, or with the error in its place, in order of completion.

        As `Client.get_many`, with tasks in the place of threads: `refs`, which may be asynchronous, is taken in one of
        them. Leaving the loop cancels them.
        """
        calls = self._open().calls
        return self._results(refs, lambda ref: calls.get(ref, self._bounds), concurrency, per_provider)

    async def wait(self, ref: Ref, *, until: Until = "ended", timeout: Seconds = 600) -> BrowserSession:
        """Return a session once it has ended, is ready, or meets a condition, as `Client.wait`."""
        driver = self._open()
        return await driver.run(driver.calls.wait(as_ref(ref), until, timeout, self._bounds))

    def wait_many(
        self,
        refs: Iterable[Ref] | AsyncIterable[Ref],
        *,
        until: Until = "ended",
        timeout: Seconds = 600,
        concurrency: int = 20,
        per_provider: PerProvider = None,
    ) -> AsyncResults[Result]:
        """Yield each reference with its session once `wait` would return it, as `Client.wait_many`."""
        from browser_sessions._waiting import checked_wait

        checked_wait(until, timeout)
        calls = self._open().calls
        return self._results(refs, lambda ref: calls.wait(ref, until, timeout, self._bounds), concurrency, per_provider)

    async def aclose(self) -> None:
        """Close the connections. Every call afterwards raises a `ConfigurationError`."""
        closing = self._shared.close(self._transport)
        for run in self._shared.runs:
            await run.aclose()
        if closing:
            await closing.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _make_driver(self) -> AsyncDriver:
        from browser_sessions._calls import Calls
        from browser_sessions._drivers import AsyncDriver
        from browser_sessions._http import AsyncNetwork

        calls = Calls(self._api_keys, self._base_urls, self._plain_http, ledger=self._ledger, owner=self._owner)
        return AsyncDriver(calls, AsyncNetwork(self._transport, proxy=self._proxy, verify=self._verify))
