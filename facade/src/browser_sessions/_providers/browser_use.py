"""Browser Use: money and traffic in decimal texts, and sessions that are stopped, whatever stopped them."""

from __future__ import annotations

from datetime import datetime

from browser_use_client import AuthenticatedClient, models
from browser_use_client.api.sessions import get_session
from browser_use_client.types import Unset

from browser_sessions._reading import Reading, between, status_of
from browser_sessions._session import BrowserSession, make_cost, make_recording, make_session
from browser_sessions._status import SessionStatus

STATUSES = {
    "active": SessionStatus.RUNNING,
    "stopped": SessionStatus.ENDED,
}

OPERATION = get_session
CLIENT = AuthenticatedClient
VIEWED = (models.Session,)


def view(raw: models.Session) -> BrowserSession:
    """View an answer."""
    read = Reading(raw, Unset)
    word = read.word(raw.status)
    started_at = read.time(raw.started_at, "startedAt")
    ended_at = read.time(raw.finished_at, "finishedAt")
    expires_at = read.time(raw.timeout_at, "timeoutAt")
    status = status_of(word, STATUSES)
    if status is SessionStatus.ENDED and _is_timeout(ended_at, expires_at):
        status = read.derive("status", SessionStatus.TIMED_OUT)
    browser_cost = read.amount(raw.browser_cost, "browserCost")
    proxy_cost = read.amount(raw.proxy_cost, "proxyCost")
    total = read.total(browser_cost, proxy_cost)
    recording_url = read.known(raw.recording_url)
    metadata = read.known(raw.metadata)
    return make_session(
        provider="browser_use",
        id=raw.id,
        status=status,
        raw_status=word,
        started_at=started_at,
        ended_at=ended_at,
        expires_at=expires_at,
        duration=read.derive("duration", between(started_at, ended_at)),
        connect_url=read.known(raw.cdp_url),
        live_view_url=read.known(raw.live_url),
        recordings=() if recording_url is None else (make_recording(recording_url),),
        proxy_bytes=read.mebibytes(raw.proxy_used_mb, "proxyUsedMb"),
        cost=None if total is None else make_cost(total, "USD", final=status.is_terminal),
        metadata={} if metadata is None else metadata.to_dict(),
        derived=read.derived,
        unexpected=read.unexpected,
        raw=raw,
    )


def _is_timeout(ended_at: datetime | None, expires_at: datetime | None) -> bool:
    return ended_at is not None and expires_at is not None and ended_at >= expires_at
