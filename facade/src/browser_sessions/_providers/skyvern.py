"""Skyvern: a lifetime in minutes, times without an offset, and a status that may be missing."""

from __future__ import annotations

from collections.abc import Iterator

from skyvern_client import AuthenticatedClient, models
from skyvern_client.api.sessions import get_session
from skyvern_client.types import Unset

from browser_sessions._reading import Reading, between, status_of
from browser_sessions._session import BrowserSession, Recording, make_recording, make_session
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

OPERATION = get_session
CLIENT = AuthenticatedClient
VIEWED = (models.Session,)


def view(raw: models.Session) -> BrowserSession:
    """View an answer."""
    read = Reading(raw, Unset)
    word = read.word(raw.status)
    started_at = read.time(raw.started_at, "started_at")
    ended_at = read.time(raw.completed_at, "completed_at")
    status = status_of(word, STATUSES)
    if not _was_sent(raw, "status", word):
        status = read.derive("status", _inferred(raw))
    timeout = read.minutes(raw.timeout, "timeout")
    return make_session(
        provider="skyvern",
        id=raw.browser_session_id,
        status=status,
        raw_status=word,
        created_at=read.time(raw.created_at, "created_at"),
        started_at=started_at,
        ended_at=ended_at,
        expires_at=read.derive("expires_at", read.after(started_at, timeout, "timeout")),
        updated_at=read.time(raw.modified_at, "modified_at"),
        duration=read.derive("duration", between(started_at, ended_at)),
        connect_url=read.known(raw.browser_address),
        live_view_url=read.known(raw.app_url),
        recordings=tuple(_recordings(raw, read)),
        account_id=read.known(raw.organization_id),
        derived=read.derived,
        unexpected=read.unexpected,
        raw=raw,
    )


def _inferred(raw: models.Session) -> SessionStatus:
    """Return what the times of a session without a status say about it, even those that cannot be read."""
    if _was_sent(raw, "completed_at", raw.completed_at):
        return SessionStatus.ENDED
    return SessionStatus.RUNNING if _was_sent(raw, "started_at", raw.started_at) else SessionStatus.UNKNOWN


def _was_sent(raw: models.Session, name: str, value: object) -> bool:
    """Whether a property was sent, and not as null; one that is not what the description promises was sent, too."""
    return not (value is None or isinstance(value, Unset)) or raw.additional_properties.get(name) is not None


def _recordings(raw: models.Session, read: Reading[Unset]) -> Iterator[Recording]:
    for index, file in enumerate(read.known(raw.recordings) or ()):
        path = f"recordings[{index}]"
        url = read.known(file.url)
        if url is None:
            if "url" not in file.additional_properties:  # else its own path is noted already
                read.not_held(path)
            continue
        yield make_recording(
            url,
            filename=read.known(file.filename),
            size=read.whole(file.file_size, f"{path}.file_size"),
            checksum=read.known(file.checksum),
            modified_at=read.time(file.modified_at, f"{path}.modified_at"),
        )
