"""Skyvern, as its own server does it: minutes, times without an offset, and a close that may be repeated."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._checks import (
    Problem,
    boolean,
    choice,
    each,
    integer,
    matching,
    or_null,
)
from browser_sessions.sandbox._fleet import Fleet, Limits
from browser_sessions.sandbox._life import STARTING, Life, Session, number_of, phrase
from browser_sessions.sandbox._messages import Call, Reply, Route, Wire

WORDS = {
    SessionStatus.PENDING: "created",
    SessionStatus.RUNNING: "running",
    SessionStatus.COMPLETED: "completed",
    SessionStatus.FAILED: "failed",
    SessionStatus.TIMED_OUT: "timeout",
}
SAYS: dict[int, Any] = {
    403: "Invalid credentials",
    429: "Rate limit exceeded",
    503: {"code": "downloaded_files_unavailable", "retryable": True},
}
ORGANIZATION = "o_387654321098765432"
GRACE = timedelta(minutes=3)
"""How long a browser was seen to run after its time was up."""

RECENT, PAST = timedelta(hours=24), timedelta(days=7)
LONGEST, LONGEST_EXTENDED, LEFT_TO_EXTEND = 240, 360, timedelta(seconds=120)
CAPPED = (
    "Requested timeout of {asked} minutes exceeds the maximum of 240 minutes (4 hours); this session was capped at "
    "240 minutes."
)
CREATING = {
    "timeout": or_null(integer(least=5)),
    "extensions": or_null(each(choice("ad-blocker", "captcha-solver"))),
    "browser_type": or_null(choice("msedge", "chrome", "stealth-chromium")),
    "browser_profile_id": or_null(matching("^bp_")),
    "generate_browser_profile": boolean,
    "needs_live_view": boolean,
}


def id_of(name: str) -> str:
    """Return the id of a session."""
    return f"pbs_{number_of(name)}"


def naive(time: datetime | None) -> str | None:
    """Return a time as the server writes it: UTC without an offset, and without a fraction that is zero."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat() if time else None


def new_session(fleet: Fleet, options: Mapping[str, Any], now: datetime) -> Session:
    """Return a session that is created now."""
    started_at, minutes = now + STARTING, timeout_of(options)
    expires_at = started_at + timedelta(minutes=minutes) + GRACE if minutes else None
    session_id = id_of(f"skyvern session {fleet.size}")
    return Session(session_id, options, now, started_at, expires_at, SessionStatus.COMPLETED)


def timeout_of(options: Mapping[str, Any]) -> int | None:
    """Return the minutes that a session may run."""
    given = options.get("timeout", 60)
    return None if given is None else min(int(given), LONGEST_EXTENDED)


def address_of(life: Life) -> str | None:
    """Return where a browser is, with a mark once it is closed."""
    if life.started_at is None:
        return None
    closed = f"::closed::{hashlib.sha256(life.id.encode()).hexdigest()[:32]}" if life.is_over else ""
    return f"{life.address or f'https://sessions.skyvern.com/{life.id}'}{closed}"


def receipt_of(life: Life) -> dict[str, Any] | None:
    """Return what became of a browser's settings once it ran."""
    zone = life.option("browser_settings", "timezone_id")
    if life.started_at is None or zone is None:
        return None
    names = {"requested_timezone_id": zone, "actual_timezone_id": zone}
    return names | {"source": "session_request", "status": "verified", "warning": None}


def session_body(life: Life, **more: Any) -> dict[str, Any]:
    """Return a session; all of its properties are always there."""
    recording = {
        "url": f"https://files.skyvern.com/{life.id}/recording.webm?signature=EXAMPLE",
        "checksum": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "filename": "recording.webm",
        "file_size": 7_340_032,
        "modified_at": f"{naive(life.updated_at)}Z",
        "artifact_id": None,
    }
    options = life.options
    body = {
        "browser_session_id": life.id,
        "organization_id": ORGANIZATION,
        "status": WORDS[life.status],
        "runnable_type": None,
        "runnable_id": None,
        "timeout": timeout_of(options),
        "browser_address": address_of(life),
        "app_url": f"https://app.skyvern.com/browser-session/{life.id}",
        "extensions": options.get("extensions"),
        "browser_type": options.get("browser_type"),
        "browser_profile_id": options.get("browser_profile_id"),
        "generate_browser_profile": options.get("generate_browser_profile", False),
        "browser_settings": options.get("browser_settings"),
        "browser_settings_receipt": receipt_of(life),
        "vnc_streaming_supported": life.started_at is not None,
        "stream_transport": None,
        "download_path": f"/app/downloads/{ORGANIZATION}/{life.id}",
        "downloaded_files": [],
        "recordings": [recording] if life.status is SessionStatus.COMPLETED and life.started_at else [],
        "started_at": naive(life.started_at),
        "completed_at": naive(life.ended_at),
        "created_by": None,
        "created_at": naive(life.created_at),
        "modified_at": naive(life.updated_at + timedelta(microseconds=4)),
        "deleted_at": None,
        "warning": None,
        "source": "managed",
        "remaining_lifetime_seconds": None,
    }
    return body | more


def drifted(body: dict[str, Any]) -> dict[str, Any]:
    """Return a session of a future API; its times have an offset."""
    times = {name: f"{body[name]}Z" for name in ("created_at", "modified_at", "started_at")}
    return body | times | {"status": None, "extensions": ["new"], "timeout": "60", "warning": "x", "new": {}}


def get_session(call: Call) -> Reply:
    """Send a session; only this response has the live view."""
    return Reply(200, session_body(call.life(), stream_transport="vnc"))


def list_sessions(call: Call) -> Reply:
    """Send the sessions of the last day that are not over, the oldest first."""
    lives = [life for life in call.fleet.lives() if not life.is_over and life.created_at > call.now - RECENT]
    return Reply(200, [session_body(life) for life in lives])


def list_past_sessions(call: Call) -> Reply:
    """Send a page of the sessions of the last week: those that run, then the others, the newest first."""
    call.check_query({"page": integer(least=1), "page_size": integer(1, 100)})
    size = call.number("page_size", 10)
    start = (call.number("page", 1) - 1) * size
    lives = [life for life in reversed(call.fleet.lives()) if life.created_at > call.now - PAST]
    lives.sort(key=lambda life: life.status is not SessionStatus.RUNNING)
    return Reply(200, [session_body(life) for life in lives[start : start + size]])


def create_session(call: Call) -> Reply:
    """Create a session; more time than there may be is cut, with a warning."""
    options = call.body(CREATING)
    url = options.get("url")
    if isinstance(url, str) and ":" in url and not url.startswith(("http:", "https:")):
        raise call.refusal(400, f"Invalid url: {'malformed' if url.startswith(':') else 'unsupported scheme'}.")
    if options.get("proxy_session_id") and options.get("proxy_location") not in (None, "RESIDENTIAL_ISP"):
        raise call.refusal(400, "proxy_session_id is only supported with RESIDENTIAL_ISP proxy_location")
    if options.get("browser_profile_id"):
        raise call.refusal(404, f"Browser profile {options['browser_profile_id']} not found")
    asked = timeout_of(options)
    warning = None
    if asked and int(options.get("timeout", 60)) > LONGEST:
        warning = CAPPED.format(asked=options["timeout"])
        options |= {"timeout": LONGEST}
    session = call.start(options, too_many)
    return Reply(200, session_body(session.at(call.now), warning=warning))


def stop_session(call: Call) -> Reply:
    """End a session; one that has ended stays as it is, with the same reply."""
    call.stop()
    return Reply(200, {"message": "Browser session closed"})


def extend_session(call: Call) -> Reply:
    """Let a session run longer."""
    body = call.body({"additional_minutes": integer(least=1)}, is_required=True)
    if "additional_minutes" not in body:
        raise call.rejection([Problem(("body", "additional_minutes"), "missing", "Field required", body)])
    session = call.session()
    life, minutes = session.at(call.now), timeout_of(session.options)
    name = f"Browser session {life.id}"
    if life.is_over:
        raise call.refusal(409, f"{name} has already ended and can no longer be extended.")
    if minutes is None or minutes >= LONGEST_EXTENDED or session.expires_at is None:
        longest = f"{LONGEST_EXTENDED} minutes (6 hours)"
        raise call.refusal(
            409, f"{name} cannot be extended: the session is already at the maximum lifetime of {longest}."
        )
    if session.expires_at - GRACE - call.now < LEFT_TO_EXTEND:
        raise call.refusal(409, f"{name} cannot be extended: fewer than 120 seconds are left.")
    wanted = minutes + int(body["additional_minutes"])
    total = min(wanted, LONGEST_EXTENDED)
    session.options = {**session.options, "timeout": total}
    session.expires_at += timedelta(minutes=total - minutes)
    warning = f"{wanted} minutes are more than the {total} that are allowed." if wanted > total else None
    return Reply(200, session_body(session.at(call.now), warning=warning))


def failure(status: int, session_id: str, says: Any) -> Any:
    """Return the body of an error."""
    if status == 500 and says is None:  # noqa: PLR2004 - HTTP's own
        return {"error": "Unexpected error: OperationalError"}
    if status == 404 and says is None:  # noqa: PLR2004 - HTTP's own
        says = f"Browser session {session_id} not found"
    return {"detail": says or SAYS.get(status) or phrase(status)}


def malformed(problems: list[Problem]) -> Reply:
    """Return the reply for a request with problems."""
    details = [
        {"type": each.kind, "loc": [*each.place], "msg": each.message, "input": each.value}
        | ({"ctx": dict(each.context)} if each.context else {})
        for each in problems
    ]
    return Reply(422, {"detail": details})


def unauthorized(headers: Mapping[str, str]) -> Reply:
    """Return the reply for a request without the right key."""
    if headers.get("x-api-key"):
        return Reply(403, {"detail": "Could not validate credentials"})
    method = "Invalid authentication method" if headers.get("authorization") else "Invalid credentials"
    return Reply(403, {"detail": method})


def too_many(limits: Limits, seconds: int) -> Reply:
    """Return the reply if too many sessions are open, or were created within a minute."""
    if not seconds:
        return Reply(429, {"detail": f"At most {limits.concurrency} concurrent browser sessions are allowed"})
    return Reply(429, {"detail": SAYS[429]}, {"Retry-After": str(seconds)})


WIRE = Wire(
    header="x-api-key",
    prefix="",
    routes={
        "list_past_sessions": Route("GET", "/v1/browser_sessions/history", list_past_sessions),
        "get_session": Route("GET", "/v1/browser_sessions/{id}", get_session),
        "list_sessions": Route("GET", "/v1/browser_sessions", list_sessions),
        "create_session": Route("POST", "/v1/browser_sessions", create_session),
        "stop_session": Route("POST", "/v1/browser_sessions/{id}/close", stop_session),
        "extend_session": Route("POST", "/v1/browser_sessions/{id}/extend", extend_session),
    },
    id_of=id_of,
    example={},
    limits=Limits(concurrency=None, creations=None),
    new_session=new_session,
    failure=failure,
    absent=lambda session_id: Reply(404, failure(404, session_id, None)),
    malformed=malformed,
    unauthorized=unauthorized,
    limited={"Retry-After": "1"},
    drifted=drifted,
    takes_final_slash=True,
)
