"""The part of the client for asyncio and trio that creates sessions and stops them."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal, overload

from browser_sessions._configuration import Configuration
from browser_sessions._ref import SessionRef, as_ref

if TYPE_CHECKING:
    from typing import Unpack

    import httpx

    from browser_sessions._async_many import AsyncResults
    from browser_sessions._bounds import Seconds
    from browser_sessions._call import Course
    from browser_sessions._drivers import AsyncDriver
    from browser_sessions._many import PerProvider, Result
    from browser_sessions._options import CreateOptions
    from browser_sessions._providers.anchorbrowser.creates import Request as AnchorBrowserRequest
    from browser_sessions._providers.browser_use.creates import Request as BrowserUseRequest
    from browser_sessions._providers.browserbase.creates import Request as BrowserbaseRequest
    from browser_sessions._providers.skyvern.creates import Request as SkyvernRequest
    from browser_sessions._reap_report import ReapReport
    from browser_sessions._ref import Ref
    from browser_sessions._session import BrowserSession
    from browser_sessions._session_run import AsyncSessionRun

    _Configuration = Configuration[httpx.AsyncBaseTransport, AsyncDriver]
else:
    _Configuration = Configuration  # without its type, for which httpx would have to be imported


class AsyncLifecycle(_Configuration):
    """`Lifecycle`, for tasks of asyncio and trio."""

    @overload
    async def create(
        self,
        provider: Literal["anchorbrowser"],
        *,
        options: AnchorBrowserRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> BrowserSession: ...
    @overload
    async def create(
        self,
        provider: Literal["browserbase"],
        *,
        options: BrowserbaseRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> BrowserSession: ...
    @overload
    async def create(
        self,
        provider: Literal["browser_use"],
        *,
        options: BrowserUseRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> BrowserSession: ...
    @overload
    async def create(
        self, provider: Literal["skyvern"], *, options: SkyvernRequest | None = None, **given: Unpack[CreateOptions]
    ) -> BrowserSession: ...
    async def create(self, provider: str, **given: Any) -> BrowserSession:
        """Create a session, as `Client.create`."""
        from browser_sessions._session_run import async_leave

        driver = self._open()
        creation = driver.calls.creation(provider, given, self._bounds)
        try:
            return await driver.run(creation.steps())
        except BaseException as error:
            await async_leave(driver, creation, error)
            raise

    async def stop(self, ref: Ref, *, timeout: Seconds = 60) -> BrowserSession:
        """Stop a session, as `Client.stop`."""
        driver = self._open()
        return await driver.run(driver.calls.stop(as_ref(ref), timeout, self._bounds))

    async def stop_many(
        self,
        refs: Iterable[Ref] | AsyncIterable[Ref],
        *,
        timeout: Seconds = 60,
        concurrency: int = 20,
        per_provider: PerProvider = None,
    ) -> list[Result]:
        """Stop sessions, as `Client.stop_many`, each in a task; `refs` may be asynchronous."""
        calls = self._open().calls
        results = self._results(refs, lambda ref: calls.stop(ref, timeout, self._bounds), concurrency, per_provider)
        return [each async for each in results]

    @overload
    def session(
        self,
        provider: Literal["anchorbrowser"],
        *,
        ready_timeout: Seconds = ...,
        options: AnchorBrowserRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> AsyncSessionRun: ...
    @overload
    def session(
        self,
        provider: Literal["browserbase"],
        *,
        ready_timeout: Seconds = ...,
        options: BrowserbaseRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> AsyncSessionRun: ...
    @overload
    def session(
        self,
        provider: Literal["browser_use"],
        *,
        ready_timeout: Seconds = ...,
        options: BrowserUseRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> AsyncSessionRun: ...
    @overload
    def session(
        self,
        provider: Literal["skyvern"],
        *,
        ready_timeout: Seconds = ...,
        options: SkyvernRequest | None = None,
        **given: Unpack[CreateOptions],
    ) -> AsyncSessionRun: ...
    def session(self, provider: str, *, ready_timeout: Seconds = 120, **given: Any) -> AsyncSessionRun:
        """Return a session for the length of an `async with` block, as `Client.session`.

        On asyncio it is stopped in a task of its own, and on trio in one of the system: however often the block is
        cancelled, the stop is waited for, and the cancellation leaves then.
        """
        from browser_sessions._bounds import checked_seconds
        from browser_sessions._session_run import LIFETIME, AsyncSessionRun

        driver = self._open()
        creation = driver.calls.creation(provider, {"lifetime": LIFETIME, **given}, self._bounds)
        return AsyncSessionRun(driver, creation, checked_seconds("ready_timeout", ready_timeout))

    async def reap(
        self,
        *,
        older_than: timedelta,
        owner: str | None = None,
        metadata: Mapping[str, str] | None = None,
        dry_run: bool = True,
    ) -> ReapReport:
        """Stop the sessions of yours that were left running, as `Client.reap`."""
        from browser_sessions._reaping import checked_scope

        driver = self._open()
        scope = checked_scope(driver.calls, older_than, owner, metadata, dry_run=dry_run)
        return await driver.run(driver.calls.reap(scope, self._bounds))

    def _results(
        self,
        refs: Iterable[Ref] | AsyncIterable[Ref],
        course_of: Callable[[SessionRef], Course[BrowserSession]],
        concurrency: int,
        per_provider: PerProvider,
    ) -> AsyncResults[Result]:
        from browser_sessions._async_many import AsyncResults, AsyncRun
        from browser_sessions._many import checked_limits, require_several, result

        require_several(refs)
        driver, limits = self._open(), checked_limits(concurrency, per_provider)
        run = AsyncRun(refs, lambda name: driver.run(result(name, course_of)), limits, concurrency)
        self._shared.keep(run)
        return AsyncResults(run)
