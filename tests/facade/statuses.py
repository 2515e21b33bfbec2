"""What each provider's own statuses can mean: not all of them distinguish all states."""

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
"""What is reported for each of the states."""

DRIFTED = dict.fromkeys(STATUSES, SessionStatus.UNKNOWN) | {"skyvern": R}
"""What is reported for unknown statuses, where the times of a session may still show it."""
