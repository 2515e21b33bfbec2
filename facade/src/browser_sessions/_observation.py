"""The part of the synchronous client that sees more than one session, or more than a session."""

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
    from browser_sessions._drivers import Driver
    from browser_sessions._fleet import FleetListing
    from browser_sessions._listing import Listing
    from browser_sessions._live_view import LiveView
    from browser_sessions._query import Statuses
    from browser_sessions._ref import Ref
    from browser_sessions._session import Recording

    _Configuration = Configuration[httpx.BaseTransport, Driver]
else:
    _Configuration = Configuration  # without its type, for which httpx would have to be imported


class Observation(_Configuration):
    """Lists sessions, and reads what belongs to them and to the account."""

    def list(  # noqa: PLR0913 - one for each thing that can be asked for, by name
        self,
        provider: str,
        *,
        status: Statuses = None,
        metadata: Mapping[str, str] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        limit: int | None = None,
    ) -> Listing:
        """Iterate over a provider's sessions; each that exists and matches from the first page to the last comes once.

        They come newest first if the provider orders them so, or sends them all at once:
        `PROVIDERS[provider].operations["list"]` has the order, and how far back the list goes. A page is read when it
        is needed, with a deadline of its own.

            for session in client.list("browserbase", status="running", metadata={"job": "nightly"}):
                ...

        Args:
            provider: Whose sessions, for example "skyvern".
            status: Only those of this status, or of one of these; "open": those that have not ended, including those
                of an unknown status. Each session is checked again here, whatever the server does.
            metadata: Only those with all of these labels.
            created_after: Only those created then or later, with an offset. If the provider does not report the
                creation, the start counts.
            created_before: Only those created then or earlier, with an offset.
            limit: How many at most.

        Returns:
            An iterator. Its `skipped` holds the rows that cannot be read; its `complete` is True once the list was read
            to its end without any.

        Raises:
            Unsupported: `metadata` of a provider whose sessions have none.
            InvalidOption: An argument is invalid.
            BrowserSessionsError: From the iterator: a page cannot be fetched.

        """
        from browser_sessions._listing import Listing
        from browser_sessions._query import checked_query

        query = checked_query(provider, status, (metadata, created_after, created_before, limit))
        driver = self._open()
        return Listing(driver.calls.list(provider, query, self._bounds), driver)

    def list_many(  # noqa: PLR0913 - as above
        self,
        providers: Iterable[str] | None = None,
        *,
        status: Statuses = "open",
        metadata: Mapping[str, str] | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
        limit: int | None = None,
    ) -> FleetListing:
        """Iterate over the sessions of several providers, as pairs of a provider and a session, as they come.

        An error takes the place of a session, and ends the list of its provider alone. Each list reads a page while the
        one before is used. Leaving the loop ends the work.

            for provider, result in client.list_many():
                ...

        Args:
            providers: Whose sessions; None for every provider with a key, in `api_keys` or the environment.
            status: As for `list`, but open sessions by default; None for all.
            metadata: As for `list`; a provider whose sessions have no metadata yields `Unsupported`.
            created_after: As for `list`.
            created_before: As for `list`.
            limit: How many at most, of each provider.

        Returns:
            An iterable, for one iteration. By provider, its `skipped` holds the rows that cannot be read; its
            `complete` is True once the list was read to its end without any.

        Raises:
            ConfigurationError: There is no key for any provider.
            InvalidOption: An argument is invalid.

        """
        from browser_sessions._fleet import FleetListing
        from browser_sessions._query import checked_query, each_of

        driver, status = self._open(), each_of(status)
        given = (metadata, created_after, created_before, limit)
        lists = driver.calls.lists(providers, lambda slug: checked_query(slug, status, given), self._bounds)
        return FleetListing(lists, driver)

    def live_view(self, ref: Ref) -> LiveView:
        """Return where people watch a session's browser while it runs.

        Anchor Browser has a URL for each tab, and this is that of the first one; Skyvern's is a page of its
        application, for users who are logged in there.

            url = client.live_view("skyvern:pbs_123").url

        Args:
            ref: Which session, for example "skyvern:pbs_123".

        Raises:
            Unsupported: The provider has no live view.
            NotConnectable: The session cannot be watched: it has ended, or has no page yet.
            UnexpectedResponse: The provider sent something that is not an http URL, among others.
            BrowserSessionsError: The URL cannot be fetched.

        """
        from browser_sessions._artefacts import live_view

        driver = self._open()
        return driver.run(live_view(driver.calls.inquiry(as_ref(ref), "live_view", self._bounds)))

    def recordings(self, ref: Ref) -> tuple[Recording, ...]:
        """Return the recordings of a session that exist by now; there may be more later.

        Nothing is started: Browserbase makes recordings after `request_recording`, and the others some seconds after
        the end of a session that is recorded.

            recordings = client.recordings("browserbase:5f0c")

        Args:
            ref: Which session, for example "browserbase:5f0c".

        Returns:
            Recordings with signed URLs, which expire; () if the session runs, was not recorded, or is too old.

        Raises:
            Unsupported: The provider has no recordings.
            BrowserSessionsError: They cannot be fetched, or there is no such session.

        """
        from browser_sessions._artefacts import recordings

        driver = self._open()
        return driver.run(recordings(driver.calls.inquiry(as_ref(ref), "recordings", self._bounds)))

    def request_recording(self, ref: Ref) -> None:
        """Ask Browserbase to make the recordings of a session; `recordings` returns them once they are made.

            client.request_recording("browserbase:5f0c")

        Args:
            ref: Which session; it must have ended. A second request makes its recordings again.

        Raises:
            Unsupported: The provider makes recordings without being asked, or has none.
            InvalidRequest: The session is still running, or was not recorded.
            BrowserSessionsError: The provider cannot be asked, or there is no such session or recording.

        """
        from browser_sessions._artefacts import request_recording

        driver = self._open()
        inquiry = driver.calls.inquiry(as_ref(ref), "recordings", self._bounds, option="request")
        driver.run(request_recording(inquiry))

    def save_recording(
        self,
        ref: Ref,
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        max_size: int = 500_000_000,
        timeout: Seconds = 600,
    ) -> Path:
        """Write the first recording of a session into a file, and return its path.

        It is written as it arrives, first beside its place, so that the file is there whole or not at all. The key is
        sent to no host but the API's own.

            path = client.save_recording("browserbase:5f0c", "session.mp4")

        Args:
            ref: Which session, for example "browserbase:5f0c".
            path: Where the file is to be.
            overwrite: Whether an existing file is replaced.
            max_size: How many bytes the recording may have.
            timeout: Seconds that fetching it may take.

        Raises:
            FileExistsError: The file exists.
            OSError: The file cannot be written.
            Unsupported: The provider has no recordings.
            SessionNotFound: The session is unknown, or it has no recording yet, or was not recorded.
            UnexpectedResponse: The recording is larger than `max_size`, among others.
            BrowserSessionsError: It cannot be fetched.
            ValueError: A number is out of range.

        """
        from browser_sessions._artefacts import save_recording
        from browser_sessions._bounds import checked_bounds
        from browser_sessions._saving import checked_target

        target = checked_target(path, overwrite=overwrite, max_size=max_size)
        bounds = checked_bounds(timeout, self._bounds.max_retries, timeout)
        driver = self._open()
        inquiry = driver.calls.inquiry(as_ref(ref), "recordings", self._bounds)
        return driver.run(save_recording(inquiry, bounds, target, overwrite=overwrite, max_size=max_size))

    def account(self, provider: str) -> Account:
        """Return limits, load and money of the account of a provider's key.

        `PROVIDERS[provider].operations["account"].fields` has the fields that a provider can report. For Browserbase,
        minutes are those of all projects that the key can see, the limit is the largest of theirs, since an
        organisation's projects share it, and the running sessions are those that the key can list.

            running = client.account("browser_use").running

        Args:
            provider: Whose account, for example "browser_use".

        Raises:
            InvalidOption: The provider is unknown.
            BrowserSessionsError: The account cannot be fetched.

        """
        driver = self._open()
        return driver.run(driver.calls.account(provider, self._bounds))
