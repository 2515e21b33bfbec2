"""Bright Data: no address to connect to, no price, and an end that nobody says."""

from __future__ import annotations

from brightdata_client import AuthenticatedClient, models
from brightdata_client.api.sessions import get_session
from brightdata_client.types import Unset

from browser_sessions._reading import Reading, status_of
from browser_sessions._session import BrowserSession, SessionFailure, make_session
from browser_sessions._status import SessionStatus

STATUSES = {
    "running": SessionStatus.RUNNING,
    "finished": SessionStatus.COMPLETED,
    "failed": SessionStatus.FAILED,
}

OPERATION = get_session
CLIENT = AuthenticatedClient
VIEWED = (models.SingleSessionResponse, models.Session)


def view(raw: models.SingleSessionResponse | models.Session) -> BrowserSession:
    """View an answer, or the session in it."""
    session, within = (raw.session, "session.") if isinstance(raw, models.SingleSessionResponse) else (raw, "")
    read = Reading(raw, Unset, within)
    word = read.word(session.status)
    status = status_of(word, STATUSES)
    started_at = read.time(session.timestamp, "timestamp")
    duration = read.seconds(session.duration, "duration")
    error = read.known(session.error)
    return make_session(
        provider="brightdata",
        id=session.session_id,
        status=status,
        raw_status=word,
        started_at=started_at,
        ended_at=read.derive("ended_at", read.after(started_at, duration, "duration") if status.is_terminal else None),
        duration=duration,
        billable_bytes=read.whole(session.bandwidth, "bandwidth"),
        account_id=read.known(session.api_name),
        failure=None if error is None else SessionFailure(read.known(error.code), read.known(error.message)),
        derived=read.derived,
        unexpected=read.unexpected,
        raw=raw,
    )
