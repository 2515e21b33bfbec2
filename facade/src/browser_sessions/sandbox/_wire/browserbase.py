"""Browserbase: statuses in upper case, nulls that its page does not promise, and recordings on request."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._checks import Problem, boolean, choice, integer
from browser_sessions.sandbox._fleet import Fleet, Limits
from browser_sessions.sandbox._life import STARTING, Life, Session, iso, phrase, uuid_of
from browser_sessions.sandbox._messages import Call, Reply, Route, Wire
from browser_sessions.sandbox._wire import browserbase_artifacts as artifacts

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
PROJECT = uuid_of("a project")
REGIONS = ("us-west-2", "us-east-1", "eu-central-1", "ap-southeast-1")
SECONDS = 300
"""The project's own time for a session."""

LONGEST_METADATA = 512
CREATING = {
    "region": choice(*REGIONS),
    "timeout": integer(60, 21_600),
    "keepAlive": boolean,
}
CONNECTION = {
    "connectUrl": "wss://connect.usw2.browserbase.com/?signingKey=EXAMPLE",
    "seleniumRemoteUrl": "http://connect.usw2.browserbase.com/webdriver",
    "signingKey": "EXAMPLE",
}
QUERY = re.compile(r"user_metadata((?:\['[^']*'\])+):'([^']*)'")


def new_session(fleet: Fleet, options: Mapping[str, Any], now: datetime) -> Session:
    """Return a session that is created now."""
    expires_at = now + timedelta(seconds=options.get("timeout", SECONDS))
    return Session(uuid_of(f"browserbase session {fleet.size}"), options, now, now + STARTING, expires_at)


def row(life: Life) -> dict[str, Any]:
    """Return a session without where to connect; what it has no value for yet, it does not send."""
    options = life.options
    body = {
        "id": life.id,
        "createdAt": iso(life.created_at),
        "updatedAt": iso(life.updated_at),
        "projectId": PROJECT,
        "startedAt": iso(life.started_at or life.created_at),
        "expiresAt": iso(life.expires_at or life.created_at),
        "status": WORDS[life.status],
        "proxyBytes": 1_048_576 if life.is_over else 0,
        "keepAlive": options.get("keepAlive", False),
        "region": options.get("region", REGIONS[0]),
        "userMetadata": options.get("userMetadata", {}),
    }
    return body | ({"endedAt": iso(life.ended_at)} if life.ended_at else {})


def connection_of(life: Life) -> dict[str, str]:
    """Return where to connect to a session."""
    return CONNECTION | ({"connectUrl": life.browser.websocket} if life.browser else {})


def session_body(life: Life) -> dict[str, Any]:
    """Return a session, with where to connect while it runs."""
    return row(life) | (connection_of(life) if life.status is SessionStatus.RUNNING else {})


def drifted(body: dict[str, Any]) -> dict[str, Any]:
    """Return a session of a future API."""
    new = {
        "status": "HIBERNATING",
        "region": "mars-1",
        "endedAt": None,
        "contextId": None,
        "userMetadata": None,
        "new": 1,
    }
    return body | new


def get_session(call: Call) -> Reply:
    """Send a session."""
    return Reply(200, session_body(call.life()))


def has_metadata(row: Mapping[str, Any], query: str) -> bool:
    """Return whether a session has the text that is asked for, at the place that is asked for, in its metadata."""
    places, _, text = query.rpartition(":")
    value: Any = row["userMetadata"]
    for name in re.findall(r"\['([^']*)'\]", places):
        value = value.get(name) if isinstance(value, Mapping) else None
    return isinstance(value, str) and value == text.strip("'")


def list_sessions(call: Call) -> Reply:
    """Send all sessions that pass the filters, the newest first."""
    call.check_query({"status": choice(*WORDS.values())})
    status, query = call.query("status"), call.query("q")
    if query and not QUERY.fullmatch(query):
        raise call.refusal(400, "querystring/q is not a query of user_metadata")
    rows = [row(life) for life in reversed(call.fleet.lives())]
    rows = [each for each in rows if status in ("", each["status"]) and (not query or has_metadata(each, query))]
    return Reply(200, rows)


def create_session(call: Call) -> Reply:
    """Create a session."""
    options = call.body(CREATING)
    metadata = options.get("userMetadata", {})
    if not isinstance(metadata, dict) or len(json.dumps(metadata)) > LONGEST_METADATA:
        raise call.refusal(400, f"body/userMetadata must be an object of at most {LONGEST_METADATA} characters")
    if options.get("projectId", PROJECT) != PROJECT:
        raise call.refusal(404, "Project not found")
    session = call.start(options, too_many)
    life = session.at(call.now)
    return Reply(201, row(life) | connection_of(life))


def stop_session(call: Call) -> Reply:
    """End a session, and send what it was when that was asked for."""
    body = call.body({"status": choice("REQUEST_RELEASE")}, is_required=True)
    if "status" not in body:
        raise call.refusal(400, "body must have required property 'status'")
    life = call.life()
    call.stop()
    return Reply(200, row(life))


def project_of(call: Call) -> dict[str, Any]:
    """Return the project, of which there is one."""
    created_at = "2025-11-02T10:00:00.000Z"
    limit = call.fleet.limits.concurrency
    return {
        "id": PROJECT,
        "createdAt": created_at,
        "updatedAt": created_at,
        "name": "Sandbox",
        "ownerId": "user_EXAMPLE",
        "defaultTimeout": SECONDS,
    } | ({} if limit is None else {"concurrency": limit})


def list_projects(call: Call) -> Reply:
    """Send all projects."""
    return Reply(200, [project_of(call)])


def get_project(call: Call) -> Reply:
    """Send a project."""
    if call.id != PROJECT:
        raise call.refusal(404, "Project not found")
    return Reply(200, project_of(call))


def get_usage(call: Call) -> Reply:
    """Send what the sessions of a project used, each at least a minute."""
    get_project(call)
    lives = call.fleet.lives()
    minutes = sum(max(1, math.ceil(life.ran.total_seconds() / 60)) for life in lives)
    return Reply(200, {"browserMinutes": minutes, "proxyBytes": sum(row(life)["proxyBytes"] for life in lives)})


def failure(status: int, session_id: str, says: Any) -> Any:  # noqa: ARG001 - other providers say it
    """Return the body of an error."""
    error, message = SAYS.get(status) or (phrase(status), phrase(status))
    return {"statusCode": status, "error": error, "message": says or message}


def malformed(problems: list[Problem]) -> Reply:
    """Return the reply for a request with problems."""
    first = problems[0]
    place = "/".join(map(str, first.place)).replace("query", "querystring")
    return Reply(400, failure(400, "", f"{place}: {first.message}"))


def too_many(limits: Limits, seconds: int) -> Reply:
    """Return the reply if too many sessions are open, or were created within a minute."""
    concurrency = "You have exceeded your max concurrent sessions limit"
    says = "Session creation rate limit exceeded" if seconds else concurrency
    limit = limits.creations if seconds else limits.concurrency
    headers = {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": str(seconds or 1),
        "Retry-After": str(seconds or 1),
    }
    return Reply(429, failure(429, "", says), headers)


WIRE = Wire(
    header="x-bb-api-key",
    prefix="",
    routes={
        "get_session": Route("GET", "/v1/sessions/{id}", get_session),
        "list_sessions": Route("GET", "/v1/sessions", list_sessions),
        "create_session": Route("POST", "/v1/sessions", create_session),
        "stop_session": Route("POST", "/v1/sessions/{id}", stop_session),
        "get_live_view": Route("GET", "/v1/sessions/{id}/debug", artifacts.get_live_view),
        "list_recordings": Route("GET", "/v1/sessions/{id}/recording/downloads", artifacts.list_recordings),
        "request_recording": Route("POST", "/v1/sessions/{id}/recording/downloads", artifacts.request_recording),
        "list_downloads": Route("GET", "/v1/downloads", artifacts.list_downloads),
        "list_logs": Route("GET", "/v1/sessions/{id}/logs", artifacts.list_logs),
        "list_projects": Route("GET", "/v1/projects", list_projects),
        "get_project": Route("GET", "/v1/projects/{id}", get_project),
        "get_usage": Route("GET", "/v1/projects/{id}/usage", get_usage),
    },
    id_of=uuid_of,
    example={"userMetadata": {"customer": "acme"}},
    limits=Limits(concurrency=25, creations=25),
    new_session=new_session,
    failure=failure,
    absent=lambda session_id: Reply(404, failure(404, session_id, None)),
    malformed=malformed,
    unauthorized=lambda headers: Reply(401, failure(401, "", None)),  # noqa: ARG005
    limited={"Retry-After": "1"},
    drifted=drifted,
)
