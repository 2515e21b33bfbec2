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
        """Iterate over a provider's sessions, page by page; each that exists and matches all the time comes once.

        Newest first where the provider orders them so, or sends all at once: `PROVIDERS[provider].operations["list"]`
        has the order, and how far back it goes. A page is read when it is needed, each with a deadline of its own.

            for session in client.list("browserbase", status="running", metadata={"job": "nightly"}):
                ...

        Args:
            provider: Whose sessions, for example "skyvern".
            status: Only those of this status, or of one of these; "open": those that are not over, of unknown statuses
                too. Checked again for each session, whatever the server does.
            metadata: Only those with all of these labels.
            created_after: Only those that were created then or later; aware. Where a provider does not say when, the
                start counts.
            created_before: Only those that were created then or before; aware.
            limit: How many at most.

        Returns:
            An iterator, whose `skipped` are the rows that cannot be read, and whose `complete` is whether the list was
            read to its end without any.

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

        An error takes the place of a session, and ends the list of its provider alone. Of each list, a page is read
        while the one before is used. Leaving the loop ends the work.

            for provider, result in client.list_many():
                ...

        Args:
            providers: Whose sessions; None for every provider with a key, in `api_keys` or the environment.
            status: As of `list`; those that are not over unless something else is given, None for all.
            metadata: As of `list`. A provider whose sessions have none is `Unsupported`, in the place of a session.
            created_after: As of `list`.
            created_before: As of `list`.
            limit: How many at most, of each provider.

        Returns:
            An iterable, which is iterated over once. By provider, `skipped` are the rows that cannot be read, and
            `complete` is whether the list was read to its end without any.

        Raises:
            ConfigurationError: There is no key for any provider.
            InvalidOption: An argument is invalid.

        """
        from browser_sessions._fleet import FleetListing
        from browser_sessions._query import checked_query, kept

        driver, status = self._open(), kept(status)
        given = (metadata, created_after, created_before, limit)
        lists = driver.calls.lists(providers, lambda slug: checked_query(slug, status, given), self._bounds)
        return FleetListing(lists, driver)

    def live_view(self, ref: Ref) -> LiveView:
        """Return where people watch a session's browser while it runs.

        Anchor Browser has an address for each tab, of which this is the first one's; Skyvern's is a page of its
        application, for users who are logged in there.

        Args:
            ref: Which session, for example "skyvern:pbs_123".

        Raises:
            Unsupported: The provider has no live view.
            NotConnectable: The session cannot be watched: it is over, or has no page yet.
            BrowserSessionsError: The address cannot be fetched.

        """
        from browser_sessions._artefacts import live_view

        driver = self._open()
        return driver.run(live_view(driver.calls.inquiry(as_ref(ref), "live_view", self._bounds)))

    def recordings(self, ref: Ref) -> tuple[Recording, ...]:
        """Return the recordings that there are of a session; there may be more later.

        Nothing is asked to be recorded, or made: Browserbase makes recordings after `request_recording`, and the others
        some seconds after the end of a session that is recorded.

        Args:
            ref: Which session, for example "browserbase:5f0c".

        Returns:
            Signed addresses, which expire. None if the session runs, was not recorded, or is too old.

        Raises:
            Unsupported: The provider has no recordings.
            BrowserSessionsError: They cannot be fetched, or there is no such session.

        """
        from browser_sessions._artefacts import recordings

        driver = self._open()
        return driver.run(recordings(driver.calls.inquiry(as_ref(ref), "recordings", self._bounds)))

    def request_recording(self, ref: Ref) -> None:
        """Have the recordings of a session made, of which `recordings` returns those that are done; Browserbase alone.

        Args:
            ref: Which session; it is over. A second request makes its recordings again.

        Raises:
            Unsupported: The provider makes recordings without being asked, or has none.
            InvalidRequest: The session still runs, or was not recorded.
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

        The file is written beside its place first, so that it is there as a whole or not at all. The key goes to no
        host but the API's own.

        Args:
            ref: Which session, for example "browserbase:5f0c".
            path: Where the file is to be.
            overwrite: Whether a file that is there already is replaced.
            max_size: Bytes that the recording may have, which are held in memory.
            timeout: Seconds that fetching it may take.

        Raises:
            FileExistsError: There is such a file.
            OSError: The file cannot be written.
            Unsupported: The provider has no recordings.
            SessionNotFound: There is no such session, or no recording of it, or not yet.
            UnexpectedResponse: It is larger than `max_size`, among others.
            BrowserSessionsError: It cannot be fetched.
            ValueError: A number is out of range.

        """
        from browser_sessions._artefacts import recording_content
        from browser_sessions._bounds import checked_bounds
        from browser_sessions._saving import checked_target, write_whole

        target = checked_target(path, overwrite=overwrite, max_size=max_size)
        bounds = checked_bounds(timeout, self._bounds.max_retries, timeout)
        driver = self._open()
        inquiry = driver.calls.inquiry(as_ref(ref), "recordings", self._bounds)
        content = driver.run(recording_content(inquiry, bounds, max_size))
        return write_whole(target, content, overwrite=overwrite)

    def account(self, provider: str) -> Account:
        """Return limits, load and money of the account of a provider's key.

        `PROVIDERS[provider].operations["account"].fields` has what a provider can say. Of Browserbase, minutes are
        those of all projects that the key can see, and the limit is the largest of theirs, since an organisation's
        projects share it; the sessions that run are those that the key can list.

        Args:
            provider: Whose account, for example "browser_use".

        Raises:
            InvalidOption: The provider is unknown.
            BrowserSessionsError: The account cannot be fetched.

        """
        driver = self._open()
        return driver.run(driver.calls.account(provider, self._bounds))
