"""Skyvern: a lifetime in minutes, an address before there is a browser, and times without an offset."""

from __future__ import annotations

from typing import Any

from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._life import Life, iso, number_of, phrase

PATH, HEADER, PREFIX, BAD_KEY = "/v1/browser_sessions/{id}", "x-api-key", "", 403
WORDS = {
    SessionStatus.PENDING: "created",
    SessionStatus.RUNNING: "running",
    SessionStatus.COMPLETED: "completed",
    SessionStatus.FAILED: "failed",
    SessionStatus.TIMED_OUT: "timeout",
}
SAYS = {
    403: "Invalid credentials",
    429: "Rate limit exceeded",
    500: "Unexpected error",
    503: {"code": "downloaded_files_unavailable", "retryable": True},
}
LIMIT = {"Retry-After": "1"}


def id_of(name: str) -> str:
    """Return the id of a session."""
    return f"pbs_{number_of(name)}"


def answer(life: Life) -> dict[str, Any]:
    """Return the answer for a session."""
    recording = {
        "url": f"https://files.skyvern.com/{life.id}/recording.webm?signature=EXAMPLE",
        "checksum": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "filename": "recording.webm",
        "file_size": 7_340_032,
        "modified_at": iso(life.ended_at or life.created_at),
    }
    return {
        "browser_session_id": life.id,
        "organization_id": "o_387654321098765432",
        "status": WORDS[life.status],
        "timeout": 60,
        "browser_address": f"https://sessions.skyvern.com/{life.id}",
        "app_url": f"https://app.skyvern.com/browser-session/{life.id}",
        "vnc_streaming_supported": True,
        "recordings": [recording] if life.status is SessionStatus.COMPLETED else [],
        "started_at": iso(life.started_at) if life.started_at else None,
        "completed_at": iso(life.ended_at) if life.ended_at else None,
        "created_at": iso(life.created_at),
        "modified_at": iso(life.ended_at or life.started_at or life.created_at),
    }


def drifted(body: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of tomorrow; its database's times have no offset."""
    naive = {name: body[name].removesuffix("Z") for name in ("created_at", "modified_at", "started_at")}
    return (
        body | naive | {"status": None, "extensions": ["new"], "timeout": "60", "browser_settings": {}, "warning": "x"}
    )


def absent(session_id: str) -> int:  # noqa: ARG001 - others look at its form
    """Return the status for a session that there is not."""
    return 404


def failure(status: int, session_id: str) -> Any:
    """Return the body of an error."""
    if status == 404:  # noqa: PLR2004 - HTTP's own
        return {"detail": f"Browser session {session_id} not found"}
    return {"detail": SAYS.get(status) or phrase(status)}
