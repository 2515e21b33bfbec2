"""Browser Use: numbered pages in an unknown order; how to filter by labels is not documented."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from browser_use_client.api.sessions import list_sessions
from browser_use_client.models import SessionStatus as Word

from browser_sessions._listing import Source
from browser_sessions._paging import NoProgressError, Read, Window, numbered, overlapping, window_of_pages
from browser_sessions._providers.browser_use import view
from browser_sessions._query import Query
from browser_sessions._status import SessionStatus

_PAGE = 100
_RAW_STATUSES = {
    SessionStatus.RUNNING: ("active",),
    SessionStatus.ENDED: ("stopped",),
    SessionStatus.TIMED_OUT: ("stopped",),
}


def sources(query: Query) -> Iterator[Source]:
    """Yield a list for each status that is wanted, or one of all."""
    raw_statuses = query.raw_statuses(_RAW_STATUSES)
    if raw_statuses is None:
        yield Source(list_sessions, numbered("page_number", _is_last), _rows, view, {"page_size": _PAGE})
    for each in raw_statuses or ():
        window = partial(window_of_pages, largest=_PAGE, name="page_number", size_name="page_size")
        pages = overlapping(window, _is_last_window)
        yield Source(list_sessions, pages, _rows, view, {"filter_by": Word(each)})


def _is_last(read: Read, _: int) -> bool:
    return _is_end(read, read.rows_so_far, _PAGE)


def _is_last_window(read: Read, window: Window) -> bool:
    is_last = _is_end(read, window.offset + read.sent, window.size)
    if not is_last and read.sent < window.size:  # smaller pages than asked for: their numbers mean other rows
        raise NoProgressError(f"a page that is not the last has {read.sent} rows, and not {window.size}")
    return is_last


def _is_end(read: Read, end: int, size: int) -> bool:
    """Whether a page is the last; without a number of rows, or with one too low, it is if it is not full."""
    total = read.page.total_items
    return end == total if isinstance(total, int) and end <= total else read.sent < size


def _rows(page: Any) -> Any:
    return page.items
