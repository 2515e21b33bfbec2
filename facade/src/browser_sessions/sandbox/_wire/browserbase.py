"""Browserbase: words in upper case, and nulls that its page does not promise."""

from __future__ import annotations

from typing import Any

from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._life import Life, iso, phrase, uuid_of

PATH, HEADER, PREFIX, BAD_KEY = "/v1/sessions/{id}", "x-bb-api-key", "", 401
WORDS = {
    SessionStatus.PENDING: "PENDING",
    SessionStatus.RUNNING: "RUNNING",
    SessionStatus.COMPLETED: "COMPLETED",
    SessionStatus.FAILED: "ERROR",
    SessionStatus.TIMED_OUT: "TIMED_OUT",
}
SAYS = {
    401: ("Unauthorized", "Invalid API key"),
    404: ("Not Found", "Session not found"),
    429: ("Too Many Requests", "Rate limit exceeded"),
    500: ("Internal Server Error", "Something went wrong"),
    503: ("Service Unavailable", "Try again later"),
}
LIMIT = {"Retry-After": "1"}

id_of = uuid_of


def answer(life: Life) -> dict[str, Any]:
    """Return the answer for a session; what it has no value for yet, it does not send."""
    body: dict[str, Any] = {
        "id": life.id,
        "createdAt": iso(life.created_at),
        "updatedAt": iso(life.ended_at or life.started_at or life.created_at),
        "projectId": uuid_of("a project"),
        "startedAt": iso(life.started_at or life.created_at),
        "expiresAt": iso(life.expires_at),
        "status": WORDS[life.status],
        "proxyBytes": 1_048_576 if life.ended_at else 0,
        "keepAlive": False,
        "region": "us-west-2",
        "userMetadata": {"customer": "acme"},
    }
    if life.ended_at:
        body["endedAt"] = iso(life.ended_at)
    elif life.started_at:
        body |= {
            "connectUrl": "wss://connect.usw2.browserbase.com/?signingKey=EXAMPLE",
            "seleniumRemoteUrl": "http://connect.usw2.browserbase.com/webdriver",
            "signingKey": "EXAMPLE",
        }
    return body


def drifted(body: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of tomorrow."""
    new = {
        "status": "HIBERNATING",
        "region": "mars-1",
        "endedAt": None,
        "contextId": None,
        "userMetadata": None,
        "new": 1,
    }
    return body | new


def absent(session_id: str) -> int:  # noqa: ARG001 - others look at its form
    """Return the status for a session that there is not."""
    return 404


def failure(status: int, session_id: str) -> Any:  # noqa: ARG001 - other providers say it
    """Return the body of an error."""
    error, message = SAYS.get(status) or (phrase(status), phrase(status))
    return {"statusCode": status, "error": error, "message": message}
