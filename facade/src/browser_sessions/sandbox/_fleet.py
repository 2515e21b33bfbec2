"""The sessions of one provider's account, its limits, and the clock that all of them go by."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._browser import Browser
from browser_sessions.sandbox._life import Life, Session

WINDOW = timedelta(minutes=1)
"""The time in which so many sessions may be created."""


class Clock:
    """The time in the sandbox: this machine's, until it is moved or stopped."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._stopped_at: datetime | None = None

    def now(self) -> datetime:
        """Return the time."""
        return self._stopped_at or datetime.now(UTC) + self._ahead

    def freeze(self, at: datetime | None) -> None:
        """Stop the clock, at a time or at once; it continues only as it is moved."""
        self._stopped_at = at or self.now()

    def advance(self, time: timedelta) -> None:
        """Move the clock forward."""
        self._ahead += time
        self._stopped_at = self._stopped_at and self._stopped_at + time


@dataclass(frozen=True, slots=True)
class Limits:
    """What an account allows.

    Attributes:
        concurrency: Sessions that may be open at once; None for any number.
        creations: Sessions that may be created within a minute; None for any number.

    """

    concurrency: int | None
    creations: int | None


class Fleet:
    """The sessions of one account.

    Args:
        clock: The time.
        limits: What the account allows.
        named: Returns the session that has a name, by its id, unless it is kept here.
        browser: What stands in for the browsers of the sessions, if anything does.

    Attributes:
        limits: What the account allows, which may be set.

    """

    def __init__(
        self, clock: Clock, limits: Limits, named: Callable[[str], Session | None], browser: Browser | None
    ) -> None:
        self.limits = limits
        self._clock, self._named, self._browser = clock, named, browser
        self._sessions: dict[str, Session] = {}
        self._created: list[datetime] = []

    @property
    def now(self) -> datetime:
        """The time."""
        return self._clock.now()

    @property
    def size(self) -> int:
        """How many sessions there ever were."""
        return len(self._sessions)

    def add(self, session: Session) -> None:
        """Keep a session."""
        session.browser = self._browser
        self._sessions[session.id] = session

    def find(self, session_id: str) -> Session | None:
        """Return the session with an id, if it can be found by now."""
        found = self._sessions.get(session_id) or self._named(session_id)
        return found if found and found.found_from <= self.now else None

    def lives(self) -> list[Life]:
        """Return what all sessions are that are listed by now, in the order of their creation."""
        now = self.now
        listed = (each for each in [*self._sessions.values()] if each.listed_from and each.listed_from <= now)
        return sorted((each.at(now) for each in listed), key=lambda life: life.created_at)

    def open_sessions(self) -> list[Life]:
        """Return what all sessions are that are not over, whether they are listed by now or not."""
        now = self.now
        lives = (each.at(now) for each in [*self._sessions.values()] if each.listed_from)
        return [life for life in lives if not life.is_over]

    def end(self, session: Session, after: timedelta = timedelta()) -> None:
        """End a session as intended, now or after a while; one that has ended stays as it is."""
        if not session.at(self.now).is_over:
            session.ended = (self.now + after, SessionStatus.COMPLETED)
            self.add(session)

    def is_full(self) -> bool:
        """Return whether as many sessions are open as may be."""
        limit = self.limits.concurrency
        return limit is not None and len(self.open_sessions()) >= limit

    def seconds_to_wait(self) -> int:
        """Return in how many seconds the next session may be created; 0 if that is now."""
        now = self.now
        self._created = [each for each in self._created if each > now - WINDOW]
        limit = self.limits.creations
        if limit is None or len(self._created) < limit:
            return 0
        oldest = self._created[-limit] if limit else now
        return math.ceil((oldest + WINDOW - now).total_seconds())

    def count_creation(self) -> None:
        """Count a session that is created now."""
        self._created.append(self.now)
