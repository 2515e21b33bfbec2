"""Anchor Browser: seconds, credits, an envelope that older responses do not have, and an id of three names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._checks import Problem, as_time, boolean, check, choice, each, integer, matching, moment
from browser_sessions.sandbox._fleet import Fleet, Limits
from browser_sessions.sandbox._life import Life, Session, iso, part_of, phrase, uuid_of
from browser_sessions.sandbox._messages import Call, Reply, Route, Wire
from browser_sessions.sandbox._wire import anchorbrowser_artifacts as artifacts

WORDS = {
    SessionStatus.PENDING: "pending",
    SessionStatus.RUNNING: "running",
    SessionStatus.COMPLETED: "completed",
    SessionStatus.FAILED: "failed",
    SessionStatus.TIMED_OUT: "completed",  # it does not distinguish the two
}
SAYS = {
    401: "Invalid API key",
    404: "Session not found",
    429: "Too many requests",
    500: "Failed to fetch session",
    503: "Service unavailable",
}
CREDITS, CREDITS_A_SESSION = 150.0, 12.5
LISTING = {
    "page": integer(least=1),
    "sort_order": choice("asc", "desc"),
    "sort_by": choice("created_at", "session_id", "used_credits", "api_key_name"),
    "created_from": moment,
    "created_to": moment,
    **dict.fromkeys(("task_initiated", "playground", "proxy", "extra_stealth"), boolean),
}
PLACES = {"tags": ("tags",), "max_duration": ("timeout", "max_duration"), "idle_timeout": ("timeout", "idle_timeout")}
CREATING = {
    "tags": each(matching("")),
    "max_duration": integer(-1, 10**7),
    "idle_timeout": integer(-1, 10**7),
}


def new_session(fleet: Fleet, options: Mapping[str, Any], now: datetime) -> Session:
    """Return a session that is created now; the create waits for its browser."""
    minutes = part_of(options, "session", "timeout", "max_duration", default=20)
    expires_at = None if minutes == -1 else now + timedelta(minutes=minutes)
    return Session(uuid_of(f"anchorbrowser session {fleet.size}"), options, now, now, expires_at)


def tags_of(life: Life) -> list[str]:
    """Return the tags of a session, as a list has them."""
    tags = life.option("session", "tags", default=[])
    return [f"{name}={value}" for name, value in tags.items()] if isinstance(tags, Mapping) else tags


def session_body(life: Life) -> dict[str, Any]:
    """Return a session, without its envelope; what it costs is known once it has ended."""
    body = {
        "session_id": life.id,
        "team_id": uuid_of("a team"),
        "duration": int(life.ran.total_seconds()),
        "status": WORDS[life.status],
        "configuration": {name: value for name, value in life.options.items() if name == "browser"},
        "playground": False,
        "proxy_bytes": 5_242_880 if life.is_over else 0,
        "tokens": {},
        "steps": [],
        "tags": life.option("session", "tags", default=[]),
        "created_at": iso(life.created_at),
    }
    return body | ({"credits_used": CREDITS_A_SESSION} if life.is_over else {})


def row(life: Life) -> dict[str, Any]:
    """Return a session as it is in a list."""
    options = life.options
    proxy = part_of(options, "session", "proxy", "active", default=False)
    return {
        "id": life.id,
        "status": WORDS[life.status],
        "tags": tags_of(life),
        "headless": part_of(options, "browser", "headless", "active", default=False),
        "recording": artifacts.is_recorded(life),
        "task_initiated": False,
        "used_credits": CREDITS_A_SESSION if life.is_over else "N/A",
        "proxy_bytes": 5_242_880 if life.is_over else None,
        "proxy_type": part_of(options, "session", "proxy", "type", default="anchor_proxy") if proxy else None,
        "steps": None,
        "duration": int(life.ran.total_seconds()),
        "created_at": iso(life.created_at),
        "user_configuration": dict(options),
        "task_executions_count": 0,
        "api_key_name": "sandbox",
        "browser_ip": "192.0.2.7",
        "domains": None,
    }


def drifted(body: dict[str, Any]) -> dict[str, Any]:
    """Return a session of a future API."""
    new = {
        "status": "hibernating",
        "credits_used": "12.5",
        "tags": ["a", "b"],
        "steps": 3,
        "proxy_bytes": None,
        "new": 1,
    }
    return {"data": body["data"] | new, "meta": {"version": 2}}


FILTERS: dict[str, Callable[[Life, str], bool]] = {
    "status": lambda life, text: WORDS[life.status] == text,
    "tags": lambda life, text: {*text.split(",")} <= {*tags_of(life)},
    "search": lambda life, text: all(
        any(term.lower() in tag.lower() for tag in tags_of(life)) for term in text.split(",")
    ),
    "created_from": lambda life, text: life.created_at >= as_time(text),
    "created_to": lambda life, text: life.created_at <= as_time(text),
    "proxy": lambda life, text: (text == "true") == life.option("session", "proxy", "active", default=False),
    "extra_stealth": lambda life, text: (
        (text == "true") == life.option("browser", "extra_stealth", "active", default=False)
    ),
    "profile_name": lambda life, text: text.lower() in life.option("browser", "profile", "name", default="").lower(),
    "task_initiated": lambda life, text: text == "false",  # noqa: ARG005 - no session here is a task's
    "playground": lambda life, text: text == "false",  # noqa: ARG005 - nor one of the playground
    "batch_id": lambda life, text: False,  # noqa: ARG005 - nor one of a batch
    "domains": lambda life, text: False,  # noqa: ARG005 - nor did one visit anything
}


def get_session(call: Call) -> Reply:
    """Send a session, in the newer shape."""
    return Reply(200, {"data": session_body(call.life())})


def list_sessions(call: Call) -> Reply:
    """Send a page of those sessions that pass all filters, the oldest first unless it is asked for otherwise."""
    call.check_query(LISTING)
    size = call.query("limit", "10")
    if size not in ("10", "20", "50"):
        raise call.refusal(400, "limit must be one of 10, 20, 50")
    wanted = [(accepts, call.query(name)) for name, accepts in FILTERS.items() if name in call.request.query]
    rows = [row(life) for life in call.fleet.lives() if all(accepts(life, text) for accepts, text in wanted)]
    key = call.query("sort_by", "created_at").replace("session_id", "id")
    rows.sort(key=lambda row: str(row[key]), reverse=call.query("sort_order") == "desc")
    page, limit = call.number("page", 1), int(size)
    sessions = rows[(page - 1) * limit : page * limit]
    return Reply(
        200, {"data": {"sessions": sessions, "total": len(rows), "page": page, "total_pages": -(-len(rows) // limit)}}
    )


def create_session(call: Call) -> Reply:
    """Create a session; where to watch it is sent here and never again."""
    options = call.body({})
    proxy = part_of(options, "session", "proxy", "active", default=False)
    if part_of(options, "browser", "captcha_solver", "active") and not proxy:
        raise call.refusal(400, "The captcha solver needs an active proxy")
    given = {name: part_of(options, "session", *place) for name, place in PLACES.items()}
    problems = check({name: value for name, value in given.items() if value is not None}, CREATING, "body")
    if problems:
        raise call.rejection(problems)
    session = call.start(options, too_many)
    cdp_url = f"wss://connect.anchorbrowser.io?apiKey=EXAMPLE&sessionId={session.id}"
    urls = {
        "cdp_url": session.browser.websocket if session.browser else cdp_url,
        "live_view_url": f"https://live.anchorbrowser.io?sessionId={session.id}",
    }
    return Reply(200, {"data": {"id": session.id} | urls})


def stop_session(call: Call) -> Reply:
    """End a session; an unknown id looks like a wrong key."""
    if not call.fleet.find(call.id):
        raise call.refusal(401, "Invalid API key or session id")
    call.stop()
    return Reply(200, {"data": {"status": "success"}})


def get_account(call: Call) -> Reply:
    """Send what the account may do, and what was spent."""
    used = CREDITS_A_SESSION * sum(life.is_over for life in call.fleet.lives())
    limit = call.fleet.limits.concurrency
    account = {
        "credits": CREDITS - used,
        "credits_used": used,
        "included_credits": CREDITS,
        "billing_period": f"{call.now:%Y-%m}",
        "tier": "growth",
        "gifts_balance": 0,
        "max_concurrent_browsers": -1 if limit is None else limit,
        "cost_limit": None,
    }
    return Reply(200, {"data": account})


def failure(status: int, session_id: str, says: Any) -> Any:  # noqa: ARG001 - other providers say it
    """Return the body of an error."""
    return {"error": {"code": status, "message": says or SAYS.get(status) or phrase(status)}}


def malformed(problems: list[Problem]) -> Reply:
    """Return the reply for a request with problems."""
    place = ".".join(map(str, problems[0].place[1:])) or "body"
    return Reply(400, failure(400, "", f"{place}: {problems[0].message}"))


def too_many(limits: Limits, seconds: int) -> Reply:
    """Return the reply if too many sessions are open, or were created within a minute."""
    if not seconds:
        return Reply(429, failure(429, "", f"The limit of {limits.concurrency} concurrent browsers is reached"))
    name = f'"{limits.creations}-in-1min"'
    headers = {
        "RateLimit": f"{name}; r=0; t={seconds}",
        "RateLimit-Policy": f"{name}; q={limits.creations}; w=60; pk=:EXAMPLE:",
        "Retry-After": str(seconds),
    }
    return Reply(429, failure(429, "", None), headers)


WIRE = Wire(
    header="anchor-api-key",
    prefix="",
    routes={
        "get_session": Route("GET", "/v1/sessions/{id}", get_session),
        "list_sessions": Route("GET", "/v1/sessions", list_sessions, rows=("data", "sessions")),
        "create_session": Route("POST", "/v1/sessions", create_session),
        "stop_session": Route("DELETE", "/v1/sessions/{id}", stop_session),
        "get_live_view": Route("GET", "/v1/sessions/{id}/pages", artifacts.get_live_view),
        "list_recordings": Route("GET", "/v1/sessions/{id}/recordings", artifacts.list_recordings),
        "get_recording": Route("GET", "/v1/sessions/{id}/recordings/primary/fetch", artifacts.get_recording),
        "list_downloads": Route("GET", "/v1/sessions/{id}/downloads", artifacts.list_downloads),
        "get_account": Route("GET", "/v1/billing", get_account),
    },
    id_of=uuid_of,
    example={"session": {"tags": {"customer": "acme"}}},
    limits=Limits(concurrency=200, creations=100),
    new_session=new_session,
    failure=failure,
    absent=lambda session_id: Reply(404, failure(404, session_id, None)),
    malformed=malformed,
    unauthorized=lambda headers: Reply(401, failure(401, "", None)),  # noqa: ARG005
    limited={"RateLimit": '"default";r=0;t=1', "RateLimit-Policy": '"default";q=60;w=60', "Retry-After": "1"},
    drifted=drifted,
)
