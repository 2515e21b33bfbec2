"""Anchor Browser: two shapes of the same answer, a price in credits, and an end that nobody says."""

from __future__ import annotations

from typing import Any

from anchorbrowser_client import AuthenticatedClient, models
from anchorbrowser_client.api.sessions import get_session
from anchorbrowser_client.types import Unset

from browser_sessions._reading import Reading, status_of
from browser_sessions._session import BrowserSession, make_cost, make_session
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
VIEWED = (models.SessionEnvelope, models.Session)


def view(raw: models.SessionEnvelope | models.Session) -> BrowserSession:
    """View an answer, or the session in it."""
    session, within = (raw.data, "data.") if isinstance(raw, models.SessionEnvelope) else (raw, "")
    read = Reading(raw, Unset, within)
    word = read.word(session.status)
    status = status_of(word, STATUSES)
    created_at = read.time(session.created_at, "created_at")
    duration = read.seconds(session.duration, "duration")
    credits_used = read.amount(session.credits_used, "credits_used")
    return make_session(
        provider="anchorbrowser",
        id=session.session_id,
        status=status,
        raw_status=word,
        created_at=created_at,
        ended_at=read.derive("ended_at", read.after(created_at, duration, "duration") if status.is_terminal else None),
        duration=duration,
        proxy_bytes=read.whole(session.proxy_bytes, "proxy_bytes"),
        cost=None if credits_used is None else make_cost(credits_used, "credits", final=status.is_terminal),
        account_id=read.known(session.team_id),
        metadata=_labels(session.tags),
        derived=read.derived,
        unexpected=read.unexpected,
        raw=raw,
    )


def _labels(tags: list[str] | models.SessionTags | Unset) -> dict[str, Any]:
    if isinstance(tags, Unset):
        return {}
    return {"tags": list(tags)} if isinstance(tags, list) else tags.to_dict()
