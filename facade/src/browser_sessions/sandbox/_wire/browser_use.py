"""Browser Use: money and traffic in decimal texts, and sessions that are active or stopped, and nothing else."""

from __future__ import annotations

from typing import Any

from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._life import UUID_FORM, Life, iso, phrase, uuid_of

PATH, HEADER, PREFIX, BAD_KEY = "/api/v3/browsers/{id}", "x-browser-use-api-key", "", 401
MALFORMED = 422
SAYS = {
    401: "Invalid API key",
    404: "Session not found",
    429: "Too many requests",
    500: "Internal error",
    503: "Service unavailable",
}
LIMIT: dict[str, str] = {}

id_of = uuid_of


def answer(life: Life) -> dict[str, Any]:
    """Return the answer for a session; one that timed out is stopped when its time is over, like any other."""
    is_over = life.ended_at is not None
    finished_at = life.expires_at if life.status is SessionStatus.TIMED_OUT else life.ended_at
    return {
        "id": life.id,
        "status": "stopped" if is_over else "active",
        "liveUrl": None if is_over else "https://live.browser-use.com/?wss=EXAMPLE",
        "cdpUrl": None if is_over or life.started_at is None else "https://EXAMPLE.cdp1.browser-use.com",
        "timeoutAt": iso(life.expires_at),
        "startedAt": iso(life.started_at or life.created_at),
        "finishedAt": iso(finished_at) if finished_at else None,
        "proxyUsedMb": "12.5" if is_over else "0",
        "proxyCost": "0.0625" if is_over else "0",
        "browserCost": "0.0125" if is_over else "0.03",
        "agentSessionId": None,
        "recordingUrl": "https://recordings.browser-use.com/a.mp4?signature=EXAMPLE" if is_over else None,
    }


def drifted(body: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of tomorrow."""
    return body | {"status": "hibernating", "browserCost": 0.03, "proxyUsedMb": None, "metadata": {"a": "b"}, "new": []}


def absent(session_id: str) -> int:
    """Return the status for a session that there is not: an id that could be none is not looked for."""
    return 404 if UUID_FORM.fullmatch(session_id) else MALFORMED


def failure(status: int, session_id: str) -> Any:  # noqa: ARG001 - other providers say it
    """Return the body of an error."""
    if status == MALFORMED:
        problem = {"loc": ["path", "session_id"], "msg": "Input should be a valid UUID", "type": "uuid_parsing"}
        return {"detail": [problem]}
    return {"detail": SAYS.get(status) or phrase(status)}
