"""Browserbase: every time is said, but for how long the session ran; no price."""

from __future__ import annotations

from browserbase_client import AuthenticatedClient, models
from browserbase_client.api.sessions import get_session
from browserbase_client.types import Unset

from browser_sessions._reading import Reading, between, status_of
from browser_sessions._session import BrowserSession, make_session
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
VIEWED = (models.Session,)


def view(raw: models.Session) -> BrowserSession:
    """View an answer."""
    read = Reading(raw, Unset)
    word = read.word(raw.status)
    metadata = read.known(raw.user_metadata)
    started_at = read.time(raw.started_at, "startedAt")
    ended_at = read.time(raw.ended_at, "endedAt")
    return make_session(
        provider="browserbase",
        id=raw.id,
        status=status_of(word, STATUSES),
        raw_status=word,
        created_at=read.time(raw.created_at, "createdAt"),
        started_at=started_at,
        ended_at=ended_at,
        expires_at=read.time(raw.expires_at, "expiresAt"),
        updated_at=read.time(raw.updated_at, "updatedAt"),
        duration=read.derive("duration", between(started_at, ended_at)),
        connect_url=read.known(raw.connect_url),
        proxy_bytes=read.whole(raw.proxy_bytes, "proxyBytes"),
        region=read.word(raw.region),
        account_id=read.known(raw.project_id),
        metadata={} if metadata is None else metadata.to_dict(),
        derived=read.derived,
        unexpected=read.unexpected,
        raw=raw,
    )
