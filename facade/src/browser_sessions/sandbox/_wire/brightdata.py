"""Bright Data: seconds and fractions, null while a session runs, and all billable traffic."""

from __future__ import annotations

from typing import Any

from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._life import UUID_FORM, Life, iso, phrase, uuid_of

PATH, HEADER, PREFIX, BAD_KEY = "/browser_sessions/{id}", "authorization", "Bearer ", 401
MALFORMED = 400
WORDS = {
    SessionStatus.PENDING: "running",  # it has no word for what is not there yet
    SessionStatus.RUNNING: "running",
    SessionStatus.COMPLETED: "finished",
    SessionStatus.FAILED: "failed",
    SessionStatus.TIMED_OUT: "failed",  # nor for how it failed, but in its error
}
ERRORS = {
    SessionStatus.FAILED: {"code": "unknown", "message": "Error"},
    SessionStatus.TIMED_OUT: {"code": "timeout", "message": "The session's time was over"},
}
SAYS = {
    400: "Invalid session_id format",
    401: "Credentials are missing",
    404: "Session not found",
    429: "Too many requests",
    500: "Internal error",
    503: "Service unavailable",
}
LIMIT = {"Retry-After": "1"}

id_of = uuid_of


def answer(life: Life) -> dict[str, Any]:
    """Return the answer for a session."""
    is_over = life.ended_at is not None
    return {
        "session": {
            "session_id": life.id,
            "api_name": "scraping_browser1",
            "status": WORDS[life.status],
            "timestamp": iso(life.started_at or life.created_at),
            "target_url": "https://www.example.com" if is_over else None,
            "end_url": "https://www.example.com/end" if is_over else None,
            "navigations": 4 if is_over else 0,
            "duration": life.ran.total_seconds() if is_over else None,
            "captcha": "solved" if is_over else "none",
            "bandwidth": 123_456_789 if is_over else 0,
            "error": ERRORS.get(life.status),
        }
    }


def drifted(body: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of tomorrow."""
    new = {"status": "hibernating", "captcha": "postponed", "bandwidth": "many", "navigations": None, "new": {"a": 1}}
    return {"session": body["session"] | new, "links": []}


def absent(session_id: str) -> int:
    """Return the status for a session that there is not: an id that could be none is not looked for."""
    return 404 if UUID_FORM.fullmatch(session_id) else MALFORMED


def failure(status: int, session_id: str) -> Any:
    """Return the body of an error."""
    return {"error": SAYS.get(status) or phrase(status)} | ({"session_id": session_id} if status == 404 else {})  # noqa: PLR2004 - HTTP's own
