"""Browser Use: money and traffic in decimal texts, and sessions that are active or stopped, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from browser_sessions.sandbox._checks import Problem, boolean, choice, each, integer, or_null, pairs, uuid
from browser_sessions.sandbox._files import files_of
from browser_sessions.sandbox._fleet import Fleet, Limits
from browser_sessions.sandbox._life import UUID_FORM, Life, Session, iso, phrase, uuid_of
from browser_sessions.sandbox._messages import Call, Reply, Route, Wire

SAYS = {
    401: "Invalid API key",
    404: "Session not found",
    429: "Too many requests",
    500: "Internal error",
    503: "Service unavailable",
}
LONGEST = 240
CDP_URL = "https://EXAMPLE.cdp1.browser-use.com"
BALANCE, USD_A_MINUTE, USD_IN_ADVANCE = Decimal(100), Decimal("0.001"), "0.03"
LISTING = {
    "pageSize": integer(1, 100),
    "pageNumber": integer(least=1),
    "filterBy": choice("active", "stopped"),
    "agentSessionId": uuid,
}
DOWNLOADS = {"limit": integer(1, 100), "includeUrls": boolean}
CREATING = {
    "timeout": integer(least=1),
    "browserScreenWidth": or_null(integer(320, 6144)),
    "browserScreenHeight": or_null(integer(320, 3456)),
    "metadata": or_null(pairs(10)),
    "enableRecording": boolean,
    "extensionIds": each(uuid),
    "profileId": or_null(uuid),
}


def new_session(fleet: Fleet, options: Mapping[str, Any], now: datetime) -> Session:
    """Return a session that is created now, and active at once."""
    expires_at = now + timedelta(minutes=int(options.get("timeout", 60)))
    return Session(uuid_of(f"browser_use session {fleet.size}"), options, now, now, expires_at)


def cost_of(life: Life) -> str:
    """Return what a session costs: a charge in advance, and what it ran for once it has ended."""
    if not life.is_over:
        return USD_IN_ADVANCE
    minutes = Decimal(life.ran // timedelta(seconds=1)) / 60
    return f"{minutes * USD_A_MINUTE:f}"


def row(life: Life) -> dict[str, Any]:
    """Return a session as it is in a list; one that timed out is stopped when its time is up, like any other."""
    return {
        "id": life.id,
        "status": "stopped" if life.is_over else "active",
        "liveUrl": None if life.is_over else "https://live.browser-use.com/?wss=EXAMPLE",
        "cdpUrl": None if life.is_over or not life.started_at else (life.address or CDP_URL),
        "timeoutAt": iso(life.expires_at or life.created_at),
        "startedAt": iso(life.started_at or life.created_at),
        "finishedAt": iso(life.ended_at) if life.ended_at else None,
        "proxyUsedMb": "12.5" if life.is_over else "0",
        "proxyCost": "0.0625" if life.is_over else "0",
        "browserCost": cost_of(life),
        "agentSessionId": None,
        "recordingUrl": None,
        "metadata": life.options.get("metadata") or {},
        "extensions": [],
    }


def session_body(life: Life, *, is_made: bool) -> dict[str, Any]:
    """Return a session, and its recording if that is made by now."""
    is_recorded = bool(life.options.get("enableRecording", False))
    url = f"https://recordings.browser-use.com/{life.id}.mp4?signature=EXAMPLE"
    recording = url if is_recorded and life.is_over and is_made else None
    return row(life) | {"recordingUrl": recording, "recordingAvailable": is_recorded}


def drifted(body: dict[str, Any]) -> dict[str, Any]:
    """Return a session of a future API."""
    return body | {"status": "hibernating", "browserCost": 0.03, "proxyUsedMb": None, "metadata": {"a": "b"}, "new": []}


def get_session(call: Call) -> Reply:
    """Send a session."""
    return Reply(200, session_body(call.life(), is_made=True))


def list_sessions(call: Call) -> Reply:
    """Send a page of the sessions that pass all filters, the newest first."""
    call.check_query(LISTING)
    rows = [row(life) for life in reversed(call.fleet.lives())]
    rows = [each for each in rows if call.query("filterBy", each["status"]) == each["status"]]
    for text in call.request.query.get("metadata", ()):
        name, _, value = text.replace("=", ":", 1).partition(":")
        rows = [each for each in rows if each["metadata"].get(name) == value]
    if "agentSessionId" in call.request.query:
        rows = []  # no session here is an agent's
    page, size = call.number("pageNumber", 1), call.number("pageSize", 10)
    items = rows[(page - 1) * size : page * size]
    return Reply(200, {"items": items, "totalItems": len(rows), "pageNumber": page, "pageSize": size})


def create_session(call: Call) -> Reply:
    """Create a session."""
    options = call.body(CREATING, is_required=True)
    if int(options.get("timeout", 60)) > LONGEST:
        raise call.refusal(403, f"The timeout is over the {LONGEST} minutes that are allowed")
    if options.get("profileId"):
        raise call.refusal(404, "Profile not found")
    session = call.start(options, too_many)
    return Reply(201, row(session.at(call.now)))


def stop_session(call: Call) -> Reply:
    """End a session, and send it as it is then, without the recording, which takes a moment."""
    body = call.body({"action": choice("stop")}, is_required=True)
    if "action" not in body:
        raise call.rejection([Problem(("body", "action"), "missing", "Field required")])
    return Reply(200, session_body(call.stop().at(call.now), is_made=False))


def list_downloads(call: Call) -> Reply:
    """Send a part of the files that a session downloaded."""
    call.check_query(DOWNLOADS)
    files = [
        {"path": f"downloads/{each.name}", "size": each.size, "lastModified": iso(each.created_at)}
        for each in files_of(call.life())
    ]
    if call.query("includeUrls") == "true":
        files = [each | {"url": f"https://files.browser-use.com/{each['path']}?signature=EXAMPLE"} for each in files]
    cursor = call.query("cursor", "0")
    start = int(cursor) if cursor.isdecimal() else len(files)
    end = start + call.number("limit", 50)
    has_more = end < len(files)
    return Reply(200, {"files": files[start:end], "nextCursor": str(end) if has_more else None, "hasMore": has_more})


def get_account(call: Call) -> Reply:
    """Send what the account may do, how many sessions are active, and what is left of the money."""
    spent = sum((Decimal(cost_of(life)) for life in call.fleet.lives()), Decimal())
    limit = call.fleet.limits.concurrency
    plan = dict.fromkeys(
        ("subscriptionStatus", "subscriptionId", "subscriptionCurrentPeriodEnd", "subscriptionCanceledAt")
    )
    account = {
        "name": "Sandbox",
        "totalCreditsBalanceUsd": float(BALANCE - spent),
        "monthlyCreditsBalanceUsd": 0,
        "additionalCreditsBalanceUsd": float(BALANCE - spent),
        "activeSessionCount": len(call.fleet.open_sessions()),
        "planInfo": {"planName": "Sandbox"} | plan,
        "isFreeTier": False,
        "projectId": uuid_of("a project"),
        "apiKeyId": None,
        "tracingDisabled": False,
    }
    return Reply(200, account | ({} if limit is None else {"rateLimit": limit, "concurrentSessionLimit": limit}))


def failure(status: int, session_id: str, says: Any) -> Any:  # noqa: ARG001 - other providers say it
    """Return the body of an error."""
    if status == 422 and says is None:  # noqa: PLR2004 - HTTP's own
        says = [{"loc": ["path", "session_id"], "msg": "Input should be a valid UUID", "type": "uuid_parsing"}]
    return {"detail": says or SAYS.get(status) or phrase(status)}


def absent(session_id: str) -> Reply:
    """Return the reply for an id of which there is no session; one that could be none is not looked for."""
    status = 404 if UUID_FORM.fullmatch(session_id) else 422
    return Reply(status, failure(status, session_id, None))


def malformed(problems: list[Problem]) -> Reply:
    """Return the reply for a request with problems."""
    return Reply(422, {"detail": [{"loc": [*each.place], "msg": each.message, "type": each.kind} for each in problems]})


def too_many(_limits: Limits, seconds: int) -> Reply:
    """Return the reply if too many sessions are open, or were created within a minute."""
    says = "Too many sessions created per minute" if seconds else "Too many concurrent active sessions"
    return Reply(429, failure(429, "", says))


WIRE = Wire(
    header="x-browser-use-api-key",
    prefix="",
    routes={
        "get_session": Route("GET", "/api/v3/browsers/{id}", get_session),
        "list_sessions": Route("GET", "/api/v3/browsers", list_sessions, rows=("items",)),
        "create_session": Route("POST", "/api/v3/browsers", create_session),
        "stop_session": Route("PATCH", "/api/v3/browsers/{id}", stop_session),
        "list_downloads": Route("GET", "/api/v3/browsers/{id}/downloads", list_downloads),
        "get_account": Route("GET", "/api/v3/billing/account", get_account),
    },
    id_of=uuid_of,
    example={"enableRecording": True},
    limits=Limits(concurrency=50, creations=None),
    new_session=new_session,
    failure=failure,
    absent=absent,
    malformed=malformed,
    unauthorized=lambda headers: Reply(401, failure(401, "", None)),  # noqa: ARG005
    limited={},
    drifted=drifted,
)
