"""The status of a session, in one vocabulary."""

from __future__ import annotations

from enum import StrEnum


class SessionStatus(StrEnum):
    """Where a session is in its life; a provider's own word for it is `BrowserSession.raw_status`."""

    PENDING = "pending"
    """Created; its browser is not there yet."""

    RUNNING = "running"
    """Its browser is there."""

    COMPLETED = "completed"
    """Over, as intended."""

    FAILED = "failed"
    """Over, because of an error."""

    TIMED_OUT = "timed_out"
    """Over, because its time was up."""

    ENDED = "ended"
    """Over; the provider does not say how."""

    UNKNOWN = "unknown"
    """The provider said nothing, or a word that we have no row for."""

    @property
    def is_terminal(self) -> bool:
        """Whether the session is over; one that is UNKNOWN may be anything."""
        return self in _TERMINAL


# Not a set: an enum's members are hashed by a function of Python's.
_TERMINAL = (SessionStatus.COMPLETED, SessionStatus.FAILED, SessionStatus.TIMED_OUT, SessionStatus.ENDED)
