"""Anchor Browser: numbered pages, the newest or the oldest first; rows are not what `get` returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from anchorbrowser_client.api.sessions import list_sessions

from browser_sessions._listing import Source
from browser_sessions._paging import Read, first_of_each, numbered
from browser_sessions._providers.anchorbrowser import STATUSES, view_row
from browser_sessions._query import Query
from browser_sessions._status import SessionStatus

_PAGE = 50
_NEWEST_FIRST = {"sort_by": "created_at", "sort_order": "desc"}
_RAW_STATUSES: dict[SessionStatus, tuple[str, ...]] = {
    status: tuple(word for word, meaning in STATUSES.items() if meaning is status)
    for status in SessionStatus
    if status is not SessionStatus.UNKNOWN
}


def sources(query: Query) -> Iterator[Source]:
    """Yield the lists of the statuses that are wanted, if each fits a page, or else that of all sessions."""
    asked = {"created_from": query.created_after, "created_to": query.created_before, "tags": _tags(query)}
    named = {"limit": _PAGE, **_NEWEST_FIRST, **{name: value for name, value in asked.items() if value}}
    raw_statuses = query.raw_statuses(_RAW_STATUSES)
    whole = raw_statuses is not None

    def is_whole(read: Read) -> bool:
        nonlocal whole
        whole = _is_last(read, 1)
        return whole

    if raw_statuses is not None:
        firsts = [{"page": 1, "status": each} for each in raw_statuses]
        yield Source(list_sessions, first_of_each(firsts, is_whole), _rows, view_row, named)
    if not whole:
        # A session that changes its status leaves one list and enters another, in the middle, and moves all behind it
        # from page to page. No session leaves the list of all.
        yield Source(list_sessions, numbered("page", _is_last), _rows, view_row, named)


def _tags(query: Query) -> str:
    """Return the labels that the server can filter by: a comma separates them."""
    tags = [f"{name}={value}" for name, value in query.metadata.items()]
    return ",".join(each for each in tags if "," not in each)


def _is_last(read: Read, number: int) -> bool:
    """Whether a page is the last; without a number of pages, or with one too low, it is if it is not full."""
    count = read.page.data.total_pages
    return number == count if isinstance(count, int | float) and number <= count else read.sent < _PAGE


def _rows(page: Any) -> Any:
    return page.data.sessions
