"""Bright Data: offsets, the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from brightdata_client.api.sessions import list_sessions
from brightdata_client.types import UNSET

from browser_sessions._listing import Source
from browser_sessions._paging import Read, Window, by_offset, overlapping
from browser_sessions._providers.brightdata import view
from browser_sessions._query import Query
from browser_sessions._status import SessionStatus

_PAGE = 100
_RAW_STATUSES = {
    SessionStatus.PENDING: (),
    SessionStatus.RUNNING: ("running",),
    SessionStatus.COMPLETED: ("finished",),
    SessionStatus.FAILED: ("failed",),
    SessionStatus.TIMED_OUT: ("failed",),
    SessionStatus.ENDED: (),
}


def sources(query: Query) -> Iterator[Source]:
    """Yield a list for each status that is wanted, or one of all."""
    times = {"start_date": query.created_after, "end_date": query.created_before}
    named = {name: moment for name, moment in times.items() if moment is not None}
    raw_statuses = query.raw_statuses(_RAW_STATUSES)
    if raw_statuses is None:
        yield Source(list_sessions, by_offset("offset", _following), _rows, view, {**named, "limit": _PAGE})
    for each in raw_statuses or ():
        pages = overlapping(_window, lambda read, window: _following(read, window.offset) is None)
        yield Source(list_sessions, pages, _rows, view, {**named, "status": each})


def _window(end: int) -> Window:
    offset = max(end - 1, 0)
    return Window(offset, _PAGE, {"offset": offset, "limit": _PAGE})


def _following(read: Read, offset: int) -> int | None:
    """Return the next offset.

    A page that does not report whether there is more is the last if it neither names a larger offset nor is full.
    """
    pagination = read.page.pagination
    more, named = (pagination.has_more, pagination.next_offset) if pagination else (UNSET, UNSET)
    if more is False:
        return None
    if isinstance(named, int) and (more is True or (read.sent and named > offset)):
        return named
    return offset + read.sent if more is True or read.sent >= _PAGE else None


def _rows(page: Any) -> Any:
    return page.sessions
