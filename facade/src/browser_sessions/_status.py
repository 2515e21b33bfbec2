"""What a session is doing, in one vocabulary."""

from __future__ import annotations

from enum import StrEnum


class SessionStatus(StrEnum):
    """Where a session is in its life; a provider's own word for it is `BrowserSession.raw_status`."""

    PENDING = "pending"
    """Asked for, but not there yet."""

    RUNNING = "running"
    """There."""

    COMPLETED = "completed"
    """Over, as it should be."""

    FAILED = "failed"
    """Over, because something broke."""

    TIMED_OUT = "timed_out"
    """Over, because its time was."""

    ENDED = "ended"
    """Over; the provider does not say how."""

    UNKNOWN = "unknown"
    """A word that we have no row for, or none at all."""

    @property
    def is_terminal(self) -> bool:
        """Whether the session is over; one that is UNKNOWN may be anything."""
        return self in _TERMINAL


_TERMINAL = frozenset({SessionStatus.COMPLETED, SessionStatus.FAILED, SessionStatus.TIMED_OUT, SessionStatus.ENDED})
