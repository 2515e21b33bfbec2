"""Browser Use: money and traffic in decimal texts, and sessions that are stopped, whatever stopped them."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from browser_use_client import AuthenticatedClient, models
from browser_use_client.api.sessions import get_session
from browser_use_client.types import Unset

from browser_sessions._drafts import make_cost, make_recording
from browser_sessions._reading import (
    address_of,
    amount_of,
    between,
    derived_of,
    mebibytes_of,
    status_of,
    sum_of,
    take_marker,
    text_of,
    time_of,
    unexpected_in,
)
from browser_sessions._session import BrowserSession, Origin, SessionDraft
from browser_sessions._status import SessionStatus

STATUSES = {
    "active": SessionStatus.RUNNING,
    "stopped": SessionStatus.ENDED,
}

OPERATION = get_session
CLIENT = AuthenticatedClient
Raw: TypeAlias = models.Session


def view(raw: models.Session, origin: Origin = "get") -> BrowserSession:
    """View a response, or a row of a list."""
    notes: list[str] = []
    made = SessionDraft()
    made.provider = "browser_use"
    made.id = raw.id
    made.raw_status = raw_status = text_of(raw.status)
    made.started_at = started_at = time_of(raw.started_at, "startedAt", notes)
    made.ended_at = ended_at = time_of(raw.finished_at, "finishedAt", notes)
    made.expires_at = expires_at = time_of(raw.timeout_at, "timeoutAt", notes)
    made.duration = between(started_at, ended_at, "finishedAt", notes)
    status = status_of(raw_status, STATUSES)
    is_timeout = status is SessionStatus.ENDED and _is_timeout(ended_at, expires_at)
    made.status = status = SessionStatus.TIMED_OUT if is_timeout else status
    made.connect_url = address_of(raw.cdp_url, "cdpUrl", notes)
    made.live_view_url = address_of(raw.live_url, "liveUrl", notes)
    made.recordings = (make_recording(raw.recording_url),) if isinstance(raw.recording_url, str) else ()
    made.proxy_bytes = mebibytes_of(raw.proxy_used_mb, "proxyUsedMb", notes)
    browser_cost = amount_of(raw.browser_cost, "browserCost", notes)
    total = sum_of(browser_cost, amount_of(raw.proxy_cost, "proxyCost", notes))
    made.cost = None if total is None else make_cost(total, "USD", final=status.is_terminal)
    made.metadata = labels = {} if isinstance(raw.metadata, Unset) else raw.metadata.to_dict()
    made.marker = take_marker(labels) if labels else None
    made.derived = derived_of("status" if is_timeout else None, "duration" if made.duration is not None else None)
    made.unexpected = unexpected_in(raw, notes)
    made.origin = origin
    made.raw = raw
    made.created_at = made.updated_at = made.billable_bytes = made.region = made.account_id = made.failure = None
    return made.frozen()


def _is_timeout(ended_at: datetime | None, expires_at: datetime | None) -> bool:
    return ended_at is not None and expires_at is not None and ended_at >= expires_at


VIEWS = {"Session": view}
"""What views each model of a session."""
