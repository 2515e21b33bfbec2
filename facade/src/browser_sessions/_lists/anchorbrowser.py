"""Anchor Browser: numbered pages, the newest or the oldest first; rows are not what `get` returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from anchorbrowser_client.api.sessions import list_sessions

from browser_sessions._listing import Query, Source
from browser_sessions._paging import NoProgressError, Read, backwards, numbered
from browser_sessions._providers.anchorbrowser import STATUSES, view_row
from browser_sessions._status import SessionStatus

_PAGE = 50
_NEWEST_FIRST = {"sort_by": "created_at", "sort_order": "desc"}
_OLDEST_FIRST = {"sort_by": "created_at", "sort_order": "asc"}
_WORDS: dict[SessionStatus, tuple[str, ...]] = {
    status: tuple(word for word, meaning in STATUSES.items() if meaning is status)
    for status in SessionStatus
    if status is not SessionStatus.UNKNOWN
}


def sources(query: Query) -> Iterator[Source]:
    """Yield a list for each status that is wanted, or one of all."""
    asked = {"created_from": query.created_after, "created_to": query.created_before, "tags": _tags(query)}
    named = {"limit": _PAGE, **{name: value for name, value in asked.items() if value}}
    words = query.words(_WORDS)
    if words is None:
        pages = numbered("page", _is_last)
        yield Source(list_sessions, pages, _rows, view_row, {**named, **_NEWEST_FIRST})
    for word in words or ():
        pages = backwards("page", _count, _NEWEST_FIRST, _OLDEST_FIRST)
        yield Source(list_sessions, pages, _rows, view_row, {**named, "status": word})


def _tags(query: Query) -> str:
    """Return the labels that can be asked for: a comma separates them."""
    tags = [f"{name}={value}" for name, value in query.metadata.items()]
    return ",".join(each for each in tags if "," not in each)


def _is_last(read: Read, number: int) -> bool:
    """Whether there is no page behind one; one that does not say how many there are is the last if it is not full."""
    count = read.page.data.total_pages
    return number >= count if isinstance(count, int | float) else read.sent < _PAGE


def _count(read: Read) -> int:
    count = read.page.data.total_pages
    if isinstance(count, int | float):
        return int(count)
    if read.sent < _PAGE:
        return 1
    raise NoProgressError("its first page does not say how many there are")


def _rows(page: Any) -> Any:
    return page.data.sessions
