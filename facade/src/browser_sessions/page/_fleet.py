"""The open sessions of all providers as plain data, read once for all browsers that show the page."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio

from browser_sessions import PROVIDERS, AsyncClient, BrowserSession
from browser_sessions.errors import BrowserSessionsError

MOST_ENDED = 100
"""How many ended sessions of a provider are still shown: those that ended last."""

MOST_UNSEEN = 2_000
"""How many sessions of a provider are still shown of which it is unknown whether they have ended: those seen last."""

ACCOUNT_WITHIN = 10.0
"""Seconds that the account of a provider may take to be read: its sessions are shown with it."""

_SESSION = (
    *("ref", "provider", "id", "status", "raw_status", "created_at", "started_at", "expires_at"),
    *("cost", "region", "marker"),
)
"""What is shown of a session: nothing that may hold a secret."""
_ACCOUNT = ("concurrency_limit", "is_unlimited", "running", "unit")

Row = dict[str, Any]
Rows = dict[str, Row]
"""Sessions, by reference."""


class Fleet:
    """What the page shows: a report for each provider, which is replaced when the provider was read again.

    Args:
        client: What the sessions are read with.
        providers: Whose sessions are read.
        interval: The time from the end of one reading to the beginning of the next.

    """

    def __init__(self, client: AsyncClient, providers: Iterable[str], interval: timedelta) -> None:
        self._client, self._interval = client, interval.total_seconds()
        self._reports = {slug: json.dumps({"provider": slug}) for slug in providers}
        self._histories = {slug: _History() for slug in self._reports}
        self._hurries = {slug: anyio.Event() for slug in self._reports}
        self._changed = anyio.Event()

    async def poll(self) -> None:
        """Read all providers again and again, until it is cancelled; a slow one does not hold up the others."""
        async with anyio.create_task_group() as tasks:
            for slug in self._reports:
                tasks.start_soon(self._poll, slug)

    def hurry(self, slug: str) -> None:
        """Let a provider be read again at once: a session of it was stopped."""
        if slug in self._hurries:
            self._hurries[slug].set()

    async def read(self, slug: str) -> None:
        """Read the sessions and the account of a provider."""
        offers = [name for name, operation in PROVIDERS[slug].operations.items() if operation.is_available]
        report: dict[str, Any] = {"provider": slug, "interval": self._interval, "offers": offers}
        async with anyio.create_task_group() as tasks:
            if "account" in offers:
                tasks.start_soon(self._read_account, slug, report)
            tasks.start_soon(self._read_list, slug, report)
        now = datetime.now(UTC).isoformat()
        rows = self._histories[slug].update(report.pop("found"), now, is_complete=report.pop("is_complete"))
        self.publish(report | {"at": now, "sessions": rows})

    def publish(self, report: dict[str, Any]) -> None:
        """Replace the report of a provider."""
        self._reports[report["provider"]] = json.dumps(report)
        self._changed.set()
        self._changed = anyio.Event()

    async def follow(self) -> AsyncIterator[str]:
        """Yield each provider's report as JSON, and each new one; a slow reader misses those that were replaced."""
        sent: dict[str, str] = {}
        while True:
            changed = self._changed
            for slug, report in self._reports.items():
                if sent.get(slug) is not report:
                    sent[slug] = report
                    yield report
            await changed.wait()

    async def _poll(self, slug: str) -> None:
        while True:
            self._hurries[slug] = anyio.Event()
            await self.read(slug)
            with anyio.move_on_after(self._interval):
                await self._hurries[slug].wait()

    async def _read_list(self, slug: str, report: dict[str, Any]) -> None:
        found: Rows = {}
        listing = self._client.list(slug, status="open")
        try:
            async for session in listing:
                row = row_of(session)
                found[row["ref"]] = row
        except BrowserSessionsError as error:
            report["error"] = str(error)
        report |= {"found": found, "unread": len(listing.skipped), "is_complete": listing.complete}

    async def _read_account(self, slug: str, report: dict[str, Any]) -> None:
        try:
            with anyio.fail_after(ACCOUNT_WITHIN):
                account = await self._client.account(slug)
        except (BrowserSessionsError, TimeoutError) as error:
            report["account_error"] = str(error) or f"it was not read within {ACCOUNT_WITHIN:g} s"
        else:
            amounts = {"spent": account.spent, "balance": account.balance}
            report["account"] = {
                **{name: getattr(account, name) for name in _ACCOUNT},
                **{name: None if amount is None else str(amount) for name, amount in amounts.items()},
            }


def row_of(session: BrowserSession) -> Row:
    """Return what is shown of a session."""
    fields = session.to_dict()
    return {name: fields[name] for name in _SESSION}


class _History:
    """The sessions of a provider, with those that were seen before."""

    def __init__(self) -> None:
        self._open: Rows = {}
        self._ended: Rows = {}
        self._read_at = ""

    def update(self, found: Rows, now: str, *, is_complete: bool) -> list[Row]:
        """Return the rows after a reading.

        A session that is missing from a complete list has ended. One that is missing from another list may be open, and
        keeps the time at which it was last seen.
        """
        gone = {ref: row for ref, row in self._open.items() if ref not in found}
        if is_complete:
            self._ended |= {ref: row | {"status": "ended", "ended_at": now} for ref, row in gone.items()}
            gone = {}
        unseen = [(ref, {"seen_at": self._read_at} | row) for ref, row in gone.items()]
        self._open = found | dict(unseen[:MOST_UNSEEN])
        ended = [(ref, row) for ref, row in self._ended.items() if ref not in found]
        self._ended = dict(ended[-MOST_ENDED:])
        self._read_at = now
        return [*self._open.values(), *self._ended.values()]
