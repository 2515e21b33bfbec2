"""Steps that write the ledger of a client, if it has one."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from browser_sessions._attempt import Work
from browser_sessions._call import Course
from browser_sessions._ledger_entries import is_marker
from browser_sessions._masking import shown
from browser_sessions.errors import LedgerError

if TYPE_CHECKING:
    from browser_sessions._access import Access
    from browser_sessions._calls import Calls
    from browser_sessions._session import BrowserSession

T = TypeVar("T")

_log = logging.getLogger("browser_sessions")


def record(
    calls: Calls, event: str, access: Access, marker: str | None, session: BrowserSession | None = None
) -> Course[None]:
    """Write a line.

    Raises:
        LedgerError: It cannot be written.

    """
    if calls.ledger:
        yield from done(partial(calls.ledger.write, event, access, marker, session))


def note(
    calls: Calls, event: str, access: Access, marker: str | None, session: BrowserSession | None = None
) -> Course[None]:
    """Write a line about something that has happened; if it cannot be written, that is logged."""
    try:
        yield from record(calls, event, access, marker, session)
    except LedgerError as error:
        what = shown(session.ref) if session else f"a create of {access.provider.slug}"
        _log.error("%s: %r is not in the ledger: %s", what, event, error)


def note_over(calls: Calls, session: BrowserSession) -> Course[None]:
    """Write that a session was seen to end."""
    marker = session.marker if is_marker(session.marker) else None
    yield from note(calls, "over", calls.open(session.ref).access, marker, session)


def done(work: Callable[[], T]) -> Course[T]:
    """Do work that may block, and return its result.

    Raises:
        Exception: What it raised.

    """
    outcome = yield Work(work)
    if isinstance(outcome, Exception):
        raise outcome
    result: T = outcome
    return result
