"""What each provider's words can say of a session: not all of them tell all states apart."""

from __future__ import annotations

from browser_sessions import SessionStatus

P, R, C = SessionStatus.PENDING, SessionStatus.RUNNING, SessionStatus.COMPLETED
F, T, E = SessionStatus.FAILED, SessionStatus.TIMED_OUT, SessionStatus.ENDED

STATES = (P, R, C, F, T)

STATUSES = {
    "anchorbrowser": (P, R, C, F, C),
    "brightdata": (R, R, C, F, T),
    "browser_use": (R, R, E, E, T),
    "browserbase": (P, R, C, F, T),
    "skyvern": (P, R, C, F, T),
}
"""What is told of each of the states."""

DRIFTED = dict.fromkeys(STATUSES, SessionStatus.UNKNOWN) | {"skyvern": R}
"""What is told in tomorrow's words, where the times of a session may still tell it."""
