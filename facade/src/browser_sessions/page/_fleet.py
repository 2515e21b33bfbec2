"""The open sessions of all providers as plain data, read by one poller for all who watch."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio

from browser_sessions import Account, AsyncClient, BrowserSession
from browser_sessions.errors import BrowserSessionsError

MOST_OVER = 200
"""How many sessions that are over are still shown: the ones that ended last."""

_FIELDS = (
    *("ref", "provider", "id", "status", "raw_status", "created_at", "started_at", "expires_at"),
    *("cost", "region", "marker"),
)
"""What is shown of a session: nothing that may hold a secret."""

Rows = dict[str, dict[str, Any]]
"""Sessions, by reference."""


class Fleet:
    """What the page shows.

    Args:
        client: What the sessions are read with.
        providers: Whose sessions are read.
        interval: The time from the end of one reading to the beginning of the next.

    """

    def __init__(self, client: AsyncClient, providers: Sequence[str], interval: timedelta) -> None:
        self._client, self._providers, self._interval = client, providers, interval
        self._open: Rows = {}
        self._over: Rows = {}
        self._text: str | None = None
        self._changed = anyio.Event()

    async def poll(self) -> None:
        """Read again and again, until it is cancelled."""
        while True:
            await self.read()
            await anyio.sleep(self._interval.total_seconds())

    async def read(self) -> None:
        """Read the sessions and accounts of all providers, and pass them on to those who watch."""
        summaries: dict[str, dict[str, Any]] = {slug: {"provider": slug} for slug in self._providers}
        found: Rows = {}
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._list, found, summaries)
            for slug in self._providers:
                tasks.start_soon(self._account, slug, summaries[slug])
        now = datetime.now(UTC).isoformat()
        self._compare(found, summaries, now)
        self._text = json.dumps(
            {
                "at": now,
                "interval": self._interval.total_seconds(),
                "providers": [*summaries.values()],
                "sessions": [*self._open.values(), *self._over.values()],
            }
        )
        self._changed.set()
        self._changed = anyio.Event()

    async def follow(self) -> AsyncIterator[str]:
        """Yield what there is as JSON, and again whenever it was read; who is slow gets the newest only."""
        while True:
            changed = self._changed
            if self._text is not None:
                yield self._text
            await changed.wait()

    async def _list(self, found: Rows, summaries: dict[str, dict[str, Any]]) -> None:
        listing = self._client.list_many(self._providers, status="open")
        async for slug, outcome in listing:
            if isinstance(outcome, BrowserSession):
                fields = outcome.to_dict()
                found[fields["ref"]] = {name: fields[name] for name in _FIELDS}
            else:
                summaries[slug]["error"] = str(outcome)
        for slug, summary in summaries.items():
            summary |= {"unread": len(listing.skipped[slug]), "complete": listing.complete[slug]}

    async def _account(self, slug: str, summary: dict[str, Any]) -> None:
        try:
            account = await self._client.account(slug)
        except BrowserSessionsError as error:
            summary["account_error"] = str(error)
        else:
            summary["account"] = _account_as_json(account)

    def _compare(self, found: Rows, summaries: dict[str, dict[str, Any]], now: str) -> None:
        """Note which sessions are over since the last reading; where a list is not complete, all may still be open."""
        for ref, row in self._open.items():
            if ref in found:
                continue
            if summaries[row["provider"]]["complete"]:
                self._over[ref] = row | {"status": "over", "over_at": now, "is_stale": False}
            else:
                found[ref] = row | {"is_stale": True}
        kept = [(ref, row) for ref, row in self._over.items() if ref not in found]
        self._open, self._over = found, dict(kept[-MOST_OVER:])
        for slug, summary in summaries.items():
            summary["open"] = sum(row["provider"] == slug for row in found.values())


def _account_as_json(account: Account) -> dict[str, Any]:
    amounts = {name: getattr(account, name) for name in ("spent", "balance")}
    return {
        **{name: getattr(account, name) for name in ("concurrency_limit", "is_unlimited", "running", "unit")},
        **{name: None if amount is None else str(amount) for name, amount in amounts.items()},
    }
