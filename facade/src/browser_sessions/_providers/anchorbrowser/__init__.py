"""Anchor Browser: two shapes of the same response, a price in credits, and no time of the end."""

from __future__ import annotations

from typing import Any, TypeAlias

from anchorbrowser_client import AuthenticatedClient, models
from anchorbrowser_client.api.sessions import get_session
from anchorbrowser_client.types import Unset

from browser_sessions._drafts import make_cost
from browser_sessions._reading import (
    SECOND,
    after,
    amount_of,
    derived_of,
    duration_of,
    status_of,
    take_marker,
    text_of,
    time_of,
    unexpected_in,
    whole_of,
)
from browser_sessions._session import BrowserSession, Cost, Origin, SessionDraft
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
    made.id = session.session_id
    _fill(made, session, notes)
    made.cost = _cost(session.credits_used, "credits_used", notes, final=made.status.is_terminal)
    made.account_id = None if isinstance(session.team_id, Unset) else session.team_id
    made.unexpected = unexpected_in(raw, notes, within)
    made.origin = origin
    made.raw = raw
    return made.frozen()


def view_row(row: models.SessionRow, origin: Origin = "list") -> BrowserSession:
    """View a row of a list."""
    notes: list[str] = []
    made = SessionDraft()
    made.id = row.id
    _fill(made, row, notes)
    made.cost = _cost(row.used_credits, "used_credits", notes, final=made.status.is_terminal)
    made.account_id = None
    made.unexpected = unexpected_in(row, notes)
    made.origin = origin
    made.raw = row
    return made.frozen()


def _fill(made: SessionDraft, raw: models.Session | models.SessionRow, notes: list[str]) -> None:
    """Set the fields that have the same names in a session and in a row, and those that neither fills."""
    made.provider = "anchorbrowser"
    made.raw_status = raw_status = text_of(raw.status)
    made.status = status = status_of(raw_status, STATUSES)
    made.created_at = created_at = time_of(raw.created_at, "created_at", notes)
    made.duration = duration = duration_of(raw.duration, SECOND, "duration", notes)
    ended_at = after(created_at, duration, "duration", notes) if status.is_terminal else None
    made.ended_at = ended_at
    made.proxy_bytes = whole_of(raw.proxy_bytes, "proxy_bytes", notes)
    made.metadata = labels = _labels(raw.tags)
    made.marker = take_marker(labels) if labels else None
    made.derived = derived_of(None if ended_at is None else "ended_at")
    made.recordings = ()
    made.started_at = made.expires_at = made.updated_at = made.connect_url = made.live_view_url = None
    made.billable_bytes = made.region = made.failure = None


def _cost(value: object, path: str, notes: list[str], *, final: bool) -> Cost | None:
    amount = amount_of(value, path, notes)
    return None if amount is None else make_cost(amount, "credits", final=final)


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
