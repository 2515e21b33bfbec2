"""The life of a session in the sandbox, in terms of no provider."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._browser import Browser

UUID_FORM = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

HOUR = timedelta(hours=1)
STARTING = timedelta(seconds=1)
"""From the creation of a session to its browser, where a provider has a status for that."""

ALWAYS = datetime.min.replace(tzinfo=UTC)

_WAITED, _RAN = timedelta(seconds=7), timedelta(minutes=12, seconds=30)


@dataclass(frozen=True, slots=True)
class Life:
    """A session at one moment.

    Attributes:
        id: Its id.
        status: Where it is in its life: pending, running, completed, failed or timed out.
        created_at, started_at, ended_at: As far as it came.
        expires_at: When its time is up; None if it has no end of its own.
        options: The body of the request that created it.
        ran: For how long it has run.
        browser: What stands in for its browser, if anything does.

    """

    id: str
    status: SessionStatus
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    expires_at: datetime | None
    options: Mapping[str, Any]
    ran: timedelta
    browser: Browser | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.ended_at is not None

    @property
    def updated_at(self) -> datetime:
        """When it changed last."""
        return self.ended_at or self.started_at or self.created_at

    @property
    def address(self) -> str | None:
        """The http address of what stands in for its browser."""
        return f"{self.browser.sessions}/{self.id}" if self.browser else None

    def option(self, *names: str, default: Any = None) -> Any:
        """Return what stands at a place of its options, as `part_of` does."""
        return part_of(self.options, *names, default=default)


@dataclass(slots=True)
class Session:
    """A session, and what is set about its future.

    Attributes:
        id: Its id.
        options: The body of the request that created it.
        created_at: When it was created.
        started_at: When its browser is there; None if that does not come about.
        expires_at: When it ends by itself; None if it does not.
        expires_as: Its status then.
        ended: When it ends otherwise, and its status then.
        found_from: From when on it is found by its id.
        listed_from: From when on it is in lists; None if never.
        recorded_at: When a recording was asked for, where that has to be asked for.
        browser: What stands in for its browser, if anything does.

    """

    id: str
    options: Mapping[str, Any]
    created_at: datetime
    started_at: datetime | None
    expires_at: datetime | None = None
    expires_as: SessionStatus = SessionStatus.TIMED_OUT
    ended: tuple[datetime, SessionStatus] | None = None
    found_from: datetime = ALWAYS
    listed_from: datetime | None = ALWAYS
    recorded_at: datetime | None = None
    browser: Browser | None = None

    def at(self, now: datetime) -> Life:
        """Return what it is at a moment."""
        ended_at, status = self._end()
        if ended_at is None or ended_at > now:
            ended_at, status = None, SessionStatus.RUNNING
        end = ended_at or now
        started_at = self.started_at if self.started_at and self.started_at <= end else None
        if not started_at and not ended_at:
            status = SessionStatus.PENDING
        ran = end - started_at if started_at else timedelta()
        times = (self.created_at, started_at, ended_at, self.expires_at)
        return Life(self.id, status, *times, self.options, ran, self.browser)

    def _end(self) -> tuple[datetime | None, SessionStatus]:
        """Return when it ends, as far as that is known, and its status then."""
        if self.expires_at and (self.ended is None or self.expires_at < self.ended[0]):
            return self.expires_at, self.expires_as
        return self.ended or (None, SessionStatus.RUNNING)


def session_in(session_id: str, status: SessionStatus, now: datetime, options: Mapping[str, Any]) -> Session:
    """Return a session that has a status now, after a while that is the same for all of that status."""
    if status is SessionStatus.PENDING:
        return Session(session_id, options, now - _WAITED, None, now - _WAITED + HOUR)
    started_at = now - (HOUR if status is SessionStatus.TIMED_OUT else _RAN)
    ended = (now, status) if status.is_terminal else None
    return Session(session_id, options, started_at - _WAITED, started_at, started_at + HOUR, ended=ended)


def short_session(session_id: str, now: datetime, options: Mapping[str, Any]) -> Session:
    """Return a session that is created now, is pending for a second, runs for four, and is completed then."""
    start, end = now + timedelta(seconds=1), now + timedelta(seconds=5)
    return Session(session_id, options, now, start, start + HOUR, ended=(end, SessionStatus.COMPLETED))


def part_of(options: Mapping[str, Any], *names: str, default: Any = None) -> Any:
    """Return what stands at a place of a request's body, or what is assumed if nothing or null stands there."""
    value: Any = options
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return default if value is None else value


def iso(time: datetime) -> str:
    """Return a time as APIs write it, with milliseconds."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def phrase(status: int) -> str:
    """Return HTTP's own phrase for a status, for those of which nothing is known about a provider."""
    return HTTPStatus(status).phrase if status in {*HTTPStatus} else f"Error {status}"


def uuid_of(name: str) -> str:
    """Return the same UUID for the same name, everywhere."""
    return str(UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4))


def number_of(name: str) -> int:
    """Return the same number of eighteen digits for the same name, everywhere."""
    return 10**17 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:7]) % (9 * 10**17)
