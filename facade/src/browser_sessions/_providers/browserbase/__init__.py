"""Browserbase: all times, but no duration and no price."""

from __future__ import annotations

from typing import TypeAlias

from browserbase_client import AuthenticatedClient, models
from browserbase_client.api.sessions import get_session
from browserbase_client.types import Unset

from browser_sessions._reading import (
    address_of,
    between,
    derived_of,
    status_of,
    take_marker,
    text_of,
    time_of,
    unexpected_in,
    whole_of,
)
from browser_sessions._session import BrowserSession, Origin, SessionDraft
from browser_sessions._status import SessionStatus

STATUSES = {
    "pending": SessionStatus.PENDING,
    "running": SessionStatus.RUNNING,
    "completed": SessionStatus.COMPLETED,
    "error": SessionStatus.FAILED,
    "timed_out": SessionStatus.TIMED_OUT,
}

OPERATION = get_session
CLIENT = AuthenticatedClient
Raw: TypeAlias = models.Session


def view(raw: models.Session, origin: Origin = "get") -> BrowserSession:
    """View a response, or a row of a list."""
    notes: list[str] = []
    made = SessionDraft()
    made.provider = "browserbase"
    made.id = raw.id
    made.raw_status = raw_status = text_of(raw.status)
    made.status = status_of(raw_status, STATUSES)
    made.created_at = time_of(raw.created_at, "createdAt", notes)
    made.started_at = started_at = time_of(raw.started_at, "startedAt", notes)
    made.ended_at = ended_at = time_of(raw.ended_at, "endedAt", notes)
    made.expires_at = time_of(raw.expires_at, "expiresAt", notes)
    made.updated_at = time_of(raw.updated_at, "updatedAt", notes)
    made.duration = duration = between(started_at, ended_at, "endedAt", notes)
    made.connect_url = address_of(raw.connect_url, "connectUrl", notes)
    made.proxy_bytes = whole_of(raw.proxy_bytes, "proxyBytes", notes)
    made.region = text_of(raw.region)
    made.account_id = None if isinstance(raw.project_id, Unset) else raw.project_id
    metadata = raw.user_metadata
    made.metadata = labels = {} if isinstance(metadata, Unset) or metadata is None else metadata.to_dict()
    made.marker = take_marker(labels) if labels else None
    made.derived = derived_of(None if duration is None else "duration")
    made.unexpected = unexpected_in(raw, notes)
    made.origin = origin
    made.raw = raw
    made.recordings = ()
    made.live_view_url = made.billable_bytes = made.cost = made.failure = None
    return made.frozen()


VIEWS = {"Session": view}
"""What views each model of a session."""
