"""The status of a session, in one vocabulary."""

from __future__ import annotations

from enum import StrEnum


class SessionStatus(StrEnum):
    """Where a session is in its life; `BrowserSession.raw_status` is the provider's own status."""

    PENDING = "pending"
    """Created; its browser is not there yet."""

    RUNNING = "running"
    """Its browser is there."""

    COMPLETED = "completed"
    """Ended, as intended."""

    FAILED = "failed"
    """Ended by an error."""

    TIMED_OUT = "timed_out"
    """Ended because its time was up."""

    ENDED = "ended"
    """Ended; the provider does not report how."""

    UNKNOWN = "unknown"
    """The provider reported no status, or one that this package does not know."""

    @property
    def is_terminal(self) -> bool:
        """Whether the session has ended; one that is UNKNOWN may be anything."""
        return self in _TERMINAL


# Not a set: an enum's members are hashed by a function of Python's.
_TERMINAL = (SessionStatus.COMPLETED, SessionStatus.FAILED, SessionStatus.TIMED_OUT, SessionStatus.ENDED)
