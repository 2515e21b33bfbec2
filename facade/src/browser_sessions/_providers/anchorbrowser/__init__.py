"""Anchor Browser: two shapes of the same response, a price in credits, and no time of the end."""

from __future__ import annotations

from typing import Any, TypeAlias

from anchorbrowser_client import AuthenticatedClient, models
from anchorbrowser_client.api.sessions import get_session
from anchorbrowser_client.types import Unset

from browser_sessions._drafts import make_cost
from browser_sessions._reading import (
    after,
    amount_of,
    derived_of,
    seconds_of,
    status_of,
    take_marker,
    time_of,
    unexpected_in,
    whole_of,
    word_of,
)
from browser_sessions._session import BrowserSession, Origin, SessionDraft
from browser_sessions._status import SessionStatus

STATUSES = {
    "pending": SessionStatus.PENDING,
    "processing": SessionStatus.PENDING,
    "ready": SessionStatus.RUNNING,
    "running": SessionStatus.RUNNING,
    "completed": SessionStatus.COMPLETED,
    "failed": SessionStatus.FAILED,
    "cancelled": SessionStatus.ENDED,
}

OPERATION = get_session
CLIENT = AuthenticatedClient
Raw: TypeAlias = models.SessionEnvelope | models.Session


def view(raw: Raw, origin: Origin = "get") -> BrowserSession:
    """View a response, or the session in it."""
    session, within = (raw.data, "data.") if isinstance(raw, models.SessionEnvelope) else (raw, "")
    notes: list[str] = []
    made = SessionDraft()
    made.provider = "anchorbrowser"
    made.id = session.session_id
    made.raw_status = word = word_of(session.status)
    made.status = status = status_of(word, STATUSES)
    made.created_at = created_at = time_of(session.created_at, "created_at", notes)
    made.duration = duration = seconds_of(session.duration, "duration", notes)
    ended_at = after(created_at, duration, "duration", notes) if status.is_terminal else None
    made.ended_at = ended_at
    made.proxy_bytes = whole_of(session.proxy_bytes, "proxy_bytes", notes)
    credits_used = amount_of(session.credits_used, "credits_used", notes)
    made.cost = None if credits_used is None else make_cost(credits_used, "credits", final=status.is_terminal)
    made.account_id = None if isinstance(session.team_id, Unset) else session.team_id
    made.metadata = labels = _labels(session.tags)
    made.marker = take_marker(labels) if labels else None
    made.derived = derived_of(None if ended_at is None else "ended_at")
    made.unexpected = unexpected_in(raw, notes, within)
    made.origin = origin
    made.raw = raw
    made.recordings = ()
    made.started_at = made.expires_at = made.updated_at = made.connect_url = made.live_view_url = None
    made.billable_bytes = made.region = made.failure = None
    return made.frozen()


def view_row(row: models.SessionRow, origin: Origin = "list") -> BrowserSession:
    """View a row of a list."""
    notes: list[str] = []
    made = SessionDraft()
    made.provider = "anchorbrowser"
    made.id = row.id
    made.raw_status = word = word_of(row.status)
    made.status = status = status_of(word, STATUSES)
    made.created_at = created_at = time_of(row.created_at, "created_at", notes)
    made.duration = duration = seconds_of(row.duration, "duration", notes)
    ended_at = after(created_at, duration, "duration", notes) if status.is_terminal else None
    made.ended_at = ended_at
    made.proxy_bytes = whole_of(row.proxy_bytes, "proxy_bytes", notes)
    used = amount_of(row.used_credits, "used_credits", notes)
    made.cost = None if used is None else make_cost(used, "credits", final=status.is_terminal)
    made.metadata = labels = _labels(row.tags)
    made.marker = take_marker(labels) if labels else None
    made.derived = derived_of(None if ended_at is None else "ended_at")
    made.unexpected = unexpected_in(row, notes)
    made.origin = origin
    made.raw = row
    made.recordings = ()
    made.started_at = made.expires_at = made.updated_at = made.connect_url = made.live_view_url = None
    made.billable_bytes = made.region = made.failure = made.account_id = None
    return made.frozen()


def _labels(tags: list[str] | models.SessionTags | Unset | None) -> dict[str, Any]:
    """Return tags as labels: `name=value` is one, and all others stay as they are under "tags"."""
    if tags is None or isinstance(tags, Unset):
        return {}
    if not isinstance(tags, list):
        return tags.to_dict()
    labels: dict[str, Any] = {}
    others = []
    for each in tags:
        name, sign, value = each.partition("=")
        if name and sign:
            labels[name] = value
        else:
            others.append(each)
    if others or not labels:
        labels["tags"] = others
    return labels


def _view_created(raw: models.CreatedSessionEnvelope | models.CreatedSession) -> BrowserSession:
    from browser_sessions._providers.anchorbrowser.creates import view as view_created

    return view_created(raw)


VIEWS = {
    "SessionEnvelope": view,
    "Session": view,
    "SessionRow": view_row,
    "CreatedSessionEnvelope": _view_created,
    "CreatedSession": _view_created,
}
"""What views each model of a session."""
