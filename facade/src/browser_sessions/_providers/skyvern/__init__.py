"""Skyvern: a lifetime in minutes, times without an offset, and a status that may be missing or out of date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypeAlias

from skyvern_client import AuthenticatedClient, models
from skyvern_client.api.sessions import get_session
from skyvern_client.types import Unset

from browser_sessions._drafts import make_recording
from browser_sessions._reading import (
    MINUTE,
    address_of,
    after,
    between,
    derived_of,
    duration_of,
    status_of,
    text_of,
    time_of,
    unexpected_in,
    whole_of,
)
from browser_sessions._session import BrowserSession, Origin, Recording, SessionDraft
from browser_sessions._status import SessionStatus

STATUSES = {
    "created": SessionStatus.PENDING,
    "retry": SessionStatus.PENDING,
    "running": SessionStatus.RUNNING,
    "completed": SessionStatus.COMPLETED,
    "failed": SessionStatus.FAILED,
    "timeout": SessionStatus.TIMED_OUT,
    "closed": SessionStatus.ENDED,
}

_CLOSED = "::closed::"
"""Part of what is left of the URL once the session has ended."""

OPERATION = get_session
CLIENT = AuthenticatedClient
Raw: TypeAlias = models.Session


def view(raw: models.Session, origin: Origin = "get") -> BrowserSession:
    """View a response, or a row of a list."""
    notes: list[str] = []
    made = SessionDraft()
    made.provider = "skyvern"
    made.id = raw.browser_session_id
    made.raw_status = raw_status = text_of(raw.status)
    made.created_at = time_of(raw.created_at, "created_at", notes)
    made.started_at = started_at = time_of(raw.started_at, "started_at", notes)
    made.ended_at = ended_at = time_of(raw.completed_at, "completed_at", notes)
    timeout = duration_of(raw.timeout, MINUTE, "timeout", notes)
    made.expires_at = expires_at = after(started_at, timeout, "timeout", notes)
    made.status, is_derived = _status(raw, raw_status, ended_at, expires_at)
    made.updated_at = time_of(raw.modified_at, "modified_at", notes)
    made.duration = duration = between(started_at, ended_at, "completed_at", notes)
    address = raw.browser_address
    is_closed = isinstance(address, str) and _CLOSED in address
    made.connect_url = None if is_closed else address_of(address, "browser_address", notes)
    made.live_view_url = address_of(raw.app_url, "app_url", notes)
    made.recordings = tuple(_recordings(raw.recordings, notes)) if isinstance(raw.recordings, list) else ()
    made.account_id = None if isinstance(raw.organization_id, Unset) else raw.organization_id
    made.derived = derived_of(
        "status" if is_derived else None,
        None if expires_at is None else "expires_at",
        None if duration is None else "duration",
    )
    made.unexpected = unexpected_in(raw, notes)
    made.origin = origin
    made.raw = raw
    made.metadata = {}
    made.proxy_bytes = made.billable_bytes = made.cost = made.region = made.marker = made.failure = None
    return made.frozen()


def _status(
    raw: models.Session, raw_status: str | None, ended_at: datetime | None, expires_at: datetime | None
) -> tuple[SessionStatus, bool]:
    """Return the status of a session, and whether it is read from more than the provider's own status."""
    reported = status_of(raw_status, STATUSES)
    is_inferred = raw_status is None and not _was_sent(raw, "status", raw_status)
    status = _inferred(raw) if is_inferred else reported
    if ended_at is not None:
        status = _over(status, ended_at, expires_at)
    return status, is_inferred or status is not reported


def _over(status: SessionStatus, ended_at: datetime, expires_at: datetime | None) -> SessionStatus:
    """Return the status of a session with an end: Skyvern's own server counts it as ended, whatever its status."""
    if status is SessionStatus.FAILED:
        return status
    if expires_at is not None and ended_at >= expires_at:
        return SessionStatus.TIMED_OUT
    return status if status.is_terminal else SessionStatus.ENDED


def _inferred(raw: models.Session) -> SessionStatus:
    """Return the status of a session that reports none, by its times, even those that cannot be read."""
    if _was_sent(raw, "completed_at", raw.completed_at):
        return SessionStatus.ENDED
    return SessionStatus.RUNNING if _was_sent(raw, "started_at", raw.started_at) else SessionStatus.UNKNOWN


def _was_sent(raw: models.Session, name: str, value: object) -> bool:
    """Whether a property was sent, and not as null, even if it is not what the description allows."""
    return not (value is None or isinstance(value, Unset)) or raw.additional_properties.get(name) is not None


def _recordings(files: list[models.FileInfo], notes: list[str]) -> Iterator[Recording]:
    for index, file in enumerate(files):
        path = f"recordings[{index}]"
        if not isinstance(file.url, str):
            if "url" not in file.additional_properties:  # else its own path is noted already
                notes.append(path)
            continue
        yield make_recording(
            file.url,
            None if isinstance(file.filename, Unset) else file.filename,
            whole_of(file.file_size, f"{path}.file_size", notes),
            None if isinstance(file.checksum, Unset) else file.checksum,
            time_of(file.modified_at, f"{path}.modified_at", notes),
        )


VIEWS = {"Session": view}
"""What views each model of a session."""
