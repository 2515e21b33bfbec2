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
_WORDS = {
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
    words = query.words(_WORDS)
    if words is None:
        yield Source(list_sessions, by_offset("offset", _following), _rows, view, {**named, "limit": _PAGE})
    for word in words or ():
        pages = overlapping(_window, lambda read, window: _following(read, window.offset) is None)
        yield Source(list_sessions, pages, _rows, view, {**named, "status": word})


def _window(end: int) -> Window:
    offset = max(end - 1, 0)
    return Window(offset, _PAGE, {"offset": offset, "limit": _PAGE})


def _following(read: Read, offset: int) -> int | None:
    """Return the next offset; a page that does not say whether there is more is the last if it is not full."""
    pagination = read.page.pagination
    more, named = (pagination.has_more, pagination.next_offset) if pagination else (UNSET, UNSET)
    if more is False or (more is UNSET and read.sent < _PAGE):
        return None
    return named if isinstance(named, int) else offset + read.sent


def _rows(page: Any) -> Any:
    return page.sessions
