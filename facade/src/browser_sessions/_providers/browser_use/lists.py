"""Browser Use: numbered pages in an unknown order; how labels are asked for is not documented."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from browser_use_client.api.sessions import list_sessions
from browser_use_client.models import SessionStatus as Word

from browser_sessions._listing import Source
from browser_sessions._paging import Read, Window, numbered, overlapping, window_of_pages
from browser_sessions._providers.browser_use import view
from browser_sessions._query import Query
from browser_sessions._status import SessionStatus

_PAGE = 100
_WORDS = {
    SessionStatus.RUNNING: ("active",),
    SessionStatus.ENDED: ("stopped",),
    SessionStatus.TIMED_OUT: ("stopped",),
}


def sources(query: Query) -> Iterator[Source]:
    """Yield a list for each status that is wanted, or one of all."""
    words = query.words(_WORDS)
    if words is None:
        yield Source(list_sessions, numbered("page_number", _is_last), _rows, view, {"page_size": _PAGE})
    for word in words or ():
        window = partial(window_of_pages, largest=_PAGE, name="page_number", size_name="page_size")
        pages = overlapping(window, _is_last_window)
        yield Source(list_sessions, pages, _rows, view, {"filter_by": Word(word)})


def _is_last(read: Read, _: int) -> bool:
    return _is_end(read, read.end, _PAGE)


def _is_last_window(read: Read, window: Window) -> bool:
    return _is_end(read, window.offset + read.sent, window.size)


def _is_end(read: Read, end: int, size: int) -> bool:
    """Whether no row is behind a page; one that says no number, or one below what it has, is the last if not full."""
    total = read.page.total_items
    return end == total if isinstance(total, int) and end <= total else read.sent < size


def _rows(page: Any) -> Any:
    return page.items
