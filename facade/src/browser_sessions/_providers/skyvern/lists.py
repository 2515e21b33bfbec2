"""Skyvern: open sessions in one piece; ended ones in a history of seven days, which has no total."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from skyvern_client.api.sessions import list_past_sessions, list_sessions

from browser_sessions._listing import Source
from browser_sessions._paging import overlapping, single, window_of_pages
from browser_sessions._providers.skyvern import view
from browser_sessions._query import OPEN, Query

_PAGE = 100


def sources(query: Query) -> Iterator[Source]:
    """Yield the open sessions first, and then the history, if ended sessions may be wanted."""
    yield Source(list_sessions, single(), _rows, view, is_sorted=False)
    if query.statuses is None or not query.statuses <= OPEN:
        # It has the open ones first: a session that ends moves back in it, and others forward.
        window = partial(window_of_pages, largest=_PAGE, name="page", size_name="page_size")
        pages = overlapping(window, lambda read, asked: read.sent < asked.size)
        yield Source(list_past_sessions, pages, _rows, view)


def _rows(page: Any) -> Any:
    return page
