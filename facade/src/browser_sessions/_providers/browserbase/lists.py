"""Browserbase: one piece for each status, or for all; one label can be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from browserbase_client.api.sessions import list_sessions
from browserbase_client.models import SessionStatus as Word

from browser_sessions._listing import Source
from browser_sessions._paging import single
from browser_sessions._providers.browserbase import view
from browser_sessions._query import Query
from browser_sessions._status import SessionStatus

_RAW_STATUSES = {
    SessionStatus.PENDING: ("PENDING",),
    SessionStatus.RUNNING: ("RUNNING",),
    SessionStatus.COMPLETED: ("COMPLETED",),
    SessionStatus.FAILED: ("ERROR",),
    SessionStatus.TIMED_OUT: ("TIMED_OUT",),
}


def sources(query: Query) -> Iterator[Source]:
    """Yield a list for each status that is wanted, or one of all."""
    labels = {"q": _query(*label)} if (label := _label(query)) else {}
    raw_statuses = query.raw_statuses(_RAW_STATUSES)
    for named in [{}] if raw_statuses is None else [{"status": Word(each)} for each in raw_statuses]:
        yield Source(list_sessions, single(), _rows, view, {**named, **labels}, is_sorted=False)


def _label(query: Query) -> tuple[str, str] | None:
    """Return a label to filter by: no source documents how to ask for two, nor how to escape a quote."""
    return next((each for each in query.metadata.items() if not {"'", "\\"} & set("".join(each))), None)


def _query(name: str, value: str) -> str:
    return f"user_metadata['{name}']:'{value}'"


def _rows(page: Any) -> Any:
    return page
