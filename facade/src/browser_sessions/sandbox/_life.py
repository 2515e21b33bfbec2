"""What becomes of a session in the sandbox, in no provider's words."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from browser_sessions._status import SessionStatus

UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

LIFETIME = timedelta(minutes=60)
_STARTING, _RUNNING = timedelta(seconds=7), timedelta(minutes=12, seconds=30)


@dataclass(frozen=True, slots=True)
class Life:
    """A session at one moment.

    Attributes:
        id: Its id.
        status: Where it is in its life: pending, running, completed, failed or timed out.
        created_at, started_at, ended_at: As far as it came.
        ran: For how long it has run.

    """

    id: str
    status: SessionStatus
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    ran: timedelta

    @property
    def expires_at(self) -> datetime:
        """When its time is over."""
        return (self.started_at or self.created_at) + LIFETIME


def live(session_id: str, status: SessionStatus, now: datetime) -> Life:
    """Return a session that has a status now, after a while that is the same for all of that status."""
    if status is SessionStatus.PENDING:
        return Life(session_id, status, now - _STARTING, None, None, timedelta())
    ran = LIFETIME if status is SessionStatus.TIMED_OUT else _RUNNING
    ended_at = now if status.is_terminal else None
    return Life(session_id, status, now - ran - _STARTING, now - ran, ended_at, ran)


def age(session_id: str, seconds: float, born: datetime) -> Life:
    """Return a session that is pending for a second, runs for four, and is completed then."""
    start, end = born + timedelta(seconds=1), born + timedelta(seconds=5)
    if seconds < 1:
        return Life(session_id, SessionStatus.PENDING, born, None, None, timedelta())
    if seconds < 5:  # noqa: PLR2004 - as the docstring says
        return Life(session_id, SessionStatus.RUNNING, born, start, None, timedelta(seconds=seconds - 1))
    return Life(session_id, SessionStatus.COMPLETED, born, start, end, end - start)


def iso(time: datetime) -> str:
    """Return a time as APIs write it, with milliseconds."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def phrase(status: int) -> str:
    """Return what HTTP says of a status, for those that a provider is not known to say more of."""
    return HTTPStatus(status).phrase if status in {*HTTPStatus} else f"Error {status}"


def uuid_of(name: str) -> str:
    """Return the same UUID for the same name, everywhere."""
    return str(UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4))


def number_of(name: str) -> int:
    """Return the same number of eighteen digits for the same name, everywhere."""
    return 10**17 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:7]) % (9 * 10**17)
