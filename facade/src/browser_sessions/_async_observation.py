"""The part of the client for asyncio and trio that sees more than one session, or more than a session."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from browser_sessions._configuration import Configuration
from browser_sessions._ref import as_ref

if TYPE_CHECKING:
    import httpx

    from browser_sessions._account import Account
    from browser_sessions._bounds import Seconds
    from browser_sessions._drivers import AsyncDriver
    from browser_sessions._fleet import AsyncFleetListing
    from browser_sessions._listing import AsyncListing
    from browser_sessions._live_view import LiveView
    from browser_sessions._query import Statuses
    from browser_sessions._ref import Ref
    from browser_sessions._session import Recording

    _Configuration = Configuration[httpx.AsyncBaseTransport, AsyncDriver]
else:
    _Configuration = Configuration  # without its type, for which httpx would have to be imported


class AsyncObservation(_Configuration):
    """`Observation`, for tasks of asyncio and trio."""

    def list(  # noqa: PLR0913 - one for each thing that can be asked for, by name
        self,
        provider: str,
        *,
        status: Statuses = None,
        metadata: Mapping[str, str] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        limit: int | None = None,
    ) -> AsyncListing:
        """Iterate over a provider's sessions, as `Client.list`."""
        from browser_sessions._listing import AsyncListing
        from browser_sessions._query import checked_query

        query = checked_query(provider, status, (metadata, created_after, created_before, limit))
        driver = self._open()
        return AsyncListing(driver.calls.list(provider, query, self._bounds), driver)

    def list_many(  # noqa: PLR0913 - as above
        self,
        providers: Iterable[str] | None = None,
        *,
        status: Statuses = "open",
        metadata: Mapping[str, str] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        limit: int | None = None,
    ) -> AsyncFleetListing:
        """Iterate over the sessions of several providers, as `Client.list_many`."""
        from browser_sessions._fleet import AsyncFleetListing
        from browser_sessions._query import checked_query, each_of

        driver, status = self._open(), each_of(status)
        given = (metadata, created_after, created_before, limit)
        lists = driver.calls.lists(providers, lambda slug: checked_query(slug, status, given), self._bounds)
        listing = AsyncFleetListing(lists, driver)
        self._shared.keep(listing.run)
        return listing

    async def live_view(self, ref: Ref) -> LiveView:
        """Return where people watch a session's browser while it runs, as `Client.live_view`."""
        from browser_sessions._artefacts import live_view

        driver = self._open()
        return await driver.run(live_view(driver.calls.inquiry(as_ref(ref), "live_view", self._bounds)))

    async def recordings(self, ref: Ref) -> tuple[Recording, ...]:
        """Return the recordings of a session that exist by now, as `Client.recordings`."""
        from browser_sessions._artefacts import recordings

        driver = self._open()
        return await driver.run(recordings(driver.calls.inquiry(as_ref(ref), "recordings", self._bounds)))

    async def request_recording(self, ref: Ref) -> None:
        """Ask Browserbase to make the recordings of a session, as `Client.request_recording`."""
        from browser_sessions._artefacts import request_recording

        driver = self._open()
        inquiry = driver.calls.inquiry(as_ref(ref), "recordings", self._bounds, option="request")
        await driver.run(request_recording(inquiry))

    async def save_recording(
        self,
        ref: Ref,
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        max_size: int = 500_000_000,
        timeout: Seconds = 600,  # noqa: ASYNC109 - it bounds each attempt as well
    ) -> Path:
        """Write the first recording of a session into a file, as `Client.save_recording`."""
        from browser_sessions._artefacts import save_recording
        from browser_sessions._bounds import checked_bounds
        from browser_sessions._saving import checked_target

        target = checked_target(path, overwrite=overwrite, max_size=max_size)
        bounds = checked_bounds(timeout, self._bounds.max_retries, timeout)
        driver = self._open()
        inquiry = driver.calls.inquiry(as_ref(ref), "recordings", self._bounds)
        return await driver.run(save_recording(inquiry, bounds, target, overwrite=overwrite, max_size=max_size))

    async def account(self, provider: str) -> Account:
        """Return limits, load and money of the account of a provider's key, as `Client.account`."""
        driver = self._open()
        return await driver.run(driver.calls.account(provider, self._bounds))
