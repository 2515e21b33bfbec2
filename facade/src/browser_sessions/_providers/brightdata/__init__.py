"""Bright Data: no URL to connect to, no price, no end time, and timeouts that are failures."""

from __future__ import annotations

from typing import TypeAlias

from brightdata_client import AuthenticatedClient, models
from brightdata_client.api.sessions import get_session
from brightdata_client.types import Unset

from browser_sessions._reading import (
    SECOND,
    after,
    derived_of,
    duration_of,
    status_of,
    text_of,
    time_of,
    unexpected_in,
    whole_of,
)
from browser_sessions._session import BrowserSession, Origin, SessionDraft, SessionFailure
from browser_sessions._status import SessionStatus

STATUSES = {
    "running": SessionStatus.RUNNING,
    "finished": SessionStatus.COMPLETED,
    "failed": SessionStatus.FAILED,
}

_TIMEOUTS = {"session_timeout", "network_inactivity_timeout"}
"""Codes of the errors by which a session ends when its time, or its time without traffic, is up."""

OPERATION = get_session
CLIENT = AuthenticatedClient
Raw: TypeAlias = models.SingleSessionResponse | models.Session


def view(raw: Raw, origin: Origin = "get") -> BrowserSession:
    """View a response, or the session in it."""
    session, within = (raw.session, "session.") if isinstance(raw, models.SingleSessionResponse) else (raw, "")
    notes: list[str] = []
    made = SessionDraft()
    made.provider = "brightdata"
    made.id = session.session_id
    made.raw_status = raw_status = text_of(session.status)
    made.failure = failure = _failure(session.error)
    status = status_of(raw_status, STATUSES)
    is_timeout = status is SessionStatus.FAILED and failure is not None and str(failure.code).lower() in _TIMEOUTS
    made.status = status = SessionStatus.TIMED_OUT if is_timeout else status
    made.started_at = started_at = time_of(session.timestamp, "timestamp", notes)
    made.duration = duration = duration_of(session.duration, SECOND, "duration", notes)
    made.ended_at = ended_at = after(started_at, duration, "duration", notes) if status.is_terminal else None
    made.billable_bytes = whole_of(session.bandwidth, "bandwidth", notes)
    made.account_id = None if isinstance(session.api_name, Unset) else session.api_name
    made.derived = derived_of("status" if is_timeout else None, None if ended_at is None else "ended_at")
    made.unexpected = unexpected_in(raw, notes, within)
    made.origin = origin
    made.raw = raw
    made.recordings = ()
    made.metadata = {}
    made.created_at = made.expires_at = made.updated_at = made.connect_url = made.live_view_url = None
    made.proxy_bytes = made.cost = made.region = made.marker = None
    return made.frozen()


def _failure(error: models.SessionError | Unset | None) -> SessionFailure | None:
    if error is None or isinstance(error, Unset):
        return None
    code, message = (None if isinstance(each, Unset) else each for each in (error.code, error.message))
    return SessionFailure(code, message)


VIEWS = {"SingleSessionResponse": view, "Session": view}
"""What views each model of a session."""
