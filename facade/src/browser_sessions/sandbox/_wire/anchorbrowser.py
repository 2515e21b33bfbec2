"""Anchor Browser: seconds, credits, and an envelope that older answers do not have."""

from __future__ import annotations

from typing import Any

from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._life import Life, iso, phrase, uuid_of

PATH, HEADER, PREFIX, BAD_KEY = "/v1/sessions/{id}", "anchor-api-key", "", 401
WORDS = {
    SessionStatus.PENDING: "pending",
    SessionStatus.RUNNING: "running",
    SessionStatus.COMPLETED: "completed",
    SessionStatus.FAILED: "failed",
    SessionStatus.TIMED_OUT: "completed",  # it does not tell the two apart
}
SAYS = {
    401: "Invalid API key",
    404: "Session not found",
    429: "Too many requests",
    500: "Failed to fetch session",
    503: "Service unavailable",
}
LIMIT = {"RateLimit": '"default";r=0;t=1', "RateLimit-Policy": '"default";q=60;w=60', "Retry-After": "1"}

id_of = uuid_of


def answer(life: Life) -> dict[str, Any]:
    """Return the answer for a session, in the newer shape."""
    is_over = life.ended_at is not None
    return {
        "data": {
            "session_id": life.id,
            "team_id": uuid_of("a team"),
            "duration": int(life.ran.total_seconds()),
            "status": WORDS[life.status],
            "credits_used": 12.5 if is_over else 0,
            "configuration": {},
            "playground": False,
            "proxy_bytes": 5_242_880 if is_over else 0,
            "tokens": {},
            "steps": [],
            "tags": {"customer": "acme"},
            "created_at": iso(life.created_at),
        }
    }


def drifted(body: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of tomorrow."""
    new = {
        "status": "hibernating",
        "credits_used": "12.5",
        "tags": ["a", "b"],
        "steps": 3,
        "proxy_bytes": None,
        "new": 1,
    }
    return {"data": body["data"] | new, "meta": {"version": 2}}


def absent(session_id: str) -> int:  # noqa: ARG001 - others look at its form
    """Return the status for a session that there is not."""
    return 404


def failure(status: int, session_id: str) -> Any:  # noqa: ARG001 - other providers say it
    """Return the body of an error."""
    return {"error": {"code": status, "message": SAYS.get(status) or phrase(status)}}
