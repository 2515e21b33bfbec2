"""Bright Data: seconds and fractions, null while a session runs, all billable traffic, and no create and no stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from browser_sessions._status import SessionStatus
from browser_sessions.sandbox._checks import Problem, as_time, choice, integer, moment
from browser_sessions.sandbox._fleet import Fleet, Limits
from browser_sessions.sandbox._life import HOUR, UUID_FORM, Life, Session, iso, phrase, session_in, uuid_of
from browser_sessions.sandbox._messages import Call, Reply, Route, Wire

WORDS = {
    SessionStatus.PENDING: "running",  # it has no status for a browser that is not there yet
    SessionStatus.RUNNING: "running",
    SessionStatus.COMPLETED: "finished",
    SessionStatus.FAILED: "failed",
    SessionStatus.TIMED_OUT: "failed",  # nor for how it failed, but in its error
}
ERRORS = {
    SessionStatus.FAILED: {"code": "unknown", "message": "Error"},
    SessionStatus.TIMED_OUT: {"code": "session_timeout", "message": "The session's time was over"},
}
SAYS = {
    400: "Invalid session_id format",
    401: "Credentials are missing",
    404: "Session not found",
    429: "Too many requests",
    500: "Internal error",
    503: "Service unavailable",
}
ZONE, CUSTOMER = "scraping_browser1", "hl_EXAMPLE"
BALANCE, USD_PER_BYTE = 150.0, 8 / 1e9
LISTING = {
    "limit": integer(1, 100),
    "offset": integer(least=0),
    "status": choice("running", "finished", "failed", "all"),
    "start_date": moment,
    "end_date": moment,
    "sort": choice("timestamp", "duration", "bandwidth"),
    "order": choice("asc", "desc"),
}
SEEDS = {
    "a session of now": (SessionStatus.RUNNING, timedelta()),
    "a session of an hour ago": (SessionStatus.COMPLETED, HOUR),
    "a session of two hours ago": (SessionStatus.FAILED, 2 * HOUR),
}


def seeds(now: datetime) -> Sequence[Session]:
    """Return the sessions that are there from the start."""
    return [session_in(uuid_of(name), status, now - age, {}) for name, (status, age) in SEEDS.items()]


def new_session(fleet: Fleet, options: Mapping[str, Any], now: datetime) -> Session:
    """Return a session that begins now, as one does when a driver connects."""
    return Session(uuid_of(f"brightdata session {fleet.size}"), options, now, now, now + HOUR)


def session_body(life: Life) -> dict[str, Any]:
    """Return a session."""
    target = life.options.get("target_url", "https://www.example.com")
    return {
        "session_id": life.id,
        "api_name": life.options.get("api_name", ZONE),
        "status": WORDS[life.status],
        "timestamp": iso(life.started_at or life.created_at),
        "target_url": target if life.is_over else None,
        "end_url": f"{target}/end" if life.is_over else None,
        "navigations": 4 if life.is_over else 0,
        "duration": life.ran.total_seconds() if life.is_over else None,
        "captcha": "solved" if life.is_over else "none",
        "bandwidth": 123_456_789 if life.is_over else 0,
        "error": ERRORS.get(life.status),
    }


def drifted(body: dict[str, Any]) -> dict[str, Any]:
    """Return a session of a future API."""
    new = {"status": "hibernating", "captcha": "postponed", "bandwidth": "many", "navigations": None, "new": {"a": 1}}
    return {"session": body["session"] | new, "links": []}


FILTERS: dict[str, Callable[[Mapping[str, Any], str], bool]] = {
    "api_name": lambda row, text: row["api_name"] == text,
    "status": lambda row, text: text in (row["status"], "all"),
    "start_date": lambda row, text: as_time(row["timestamp"]) >= as_time(text),
    "end_date": lambda row, text: as_time(row["timestamp"]) <= as_time(text),
    "target_url": lambda row, text: text in (row["target_url"] or ""),
    "end_url": lambda row, text: text in (row["end_url"] or ""),
}


def get_session(call: Call) -> Reply:
    """Send a session."""
    return Reply(200, {"session": session_body(call.life())})


def list_sessions(call: Call) -> Reply:
    """Send a part of those sessions that pass all filters, the newest first unless it is asked for otherwise."""
    call.check_query(LISTING)
    wanted = [(accepts, call.query(name)) for name, accepts in FILTERS.items() if name in call.request.query]
    rows = [session_body(life) for life in call.fleet.lives()]
    rows = [row for row in rows if all(accepts(row, text) for accepts, text in wanted)]
    key = call.query("sort", "timestamp")
    rows.sort(key=lambda row: row[key] or 0, reverse=call.query("order", "desc") == "desc")
    offset, limit = call.number("offset", 0), call.number("limit", 50)
    part = rows[offset : offset + limit]
    has_more = offset + limit < len(rows)
    pagination = {
        "offset": offset,
        "limit": limit,
        "has_more": has_more,
        "next_offset": offset + limit if has_more else None,
    }
    return Reply(200, {"sessions": part, "count": len(part), "total": len(rows), "pagination": pagination})


def spent(rows: Sequence[Mapping[str, Any]]) -> float:
    """Return what sessions cost, by their traffic, in US dollars."""
    traffic: int = sum(row["bandwidth"] for row in rows)
    return round(traffic * USD_PER_BYTE, 4)


def get_balance(call: Call) -> Reply:
    """Send what is left of the money, and what is not charged yet."""
    pending = spent([session_body(life) for life in call.fleet.lives()])
    return Reply(200, {"balance": BALANCE, "credit": 0, "prepayment": 0, "pending_costs": pending})


def get_zone_cost(call: Call) -> Reply:
    """Send what a zone cost, this month and today, or between two days, of which the second does not count."""
    if "zone" not in call.request.query:
        raise call.refusal(400, "zone is required")
    rows = [row for life in call.fleet.lives() if (row := session_body(life))["api_name"] == call.query("zone")]
    if not rows and call.query("zone") != ZONE:
        raise call.refusal(422, "Zone not found")
    today = call.now.date()
    month = today.replace(day=1)
    periods = {
        "back_m0": (month, (month + timedelta(days=31)).replace(day=1)),
        "back_d0": (today, today + timedelta(days=1)),
    }
    if "from" in call.request.query or "to" in call.request.query:
        try:
            days = date.fromisoformat(call.query("from", f"{month}")), date.fromisoformat(call.query("to", f"{today}"))
        except ValueError:
            raise call.refusal(500, "Internal server error") from None
        periods = {"custom": days}
    costs = {name: _cost(rows, *days) for name, days in periods.items()}
    return Reply(200, {CUSTOMER: costs})


def _cost(rows: Sequence[Mapping[str, Any]], start: date, end: date) -> dict[str, Any]:
    those = [row for row in rows if f"{start}" <= row["timestamp"][:10] < f"{end}"]
    traffic = sum(row["bandwidth"] for row in those)
    return {"cost": spent(those), "bw": traffic, "range": {"from": f"{start}", "to": f"{end}"}}


def failure(status: int, session_id: str, says: Any) -> Any:
    """Return the body of an error."""
    body = {"error": says or SAYS.get(status) or phrase(status)}
    return body | {"session_id": session_id} if status == 404 and session_id else body  # noqa: PLR2004 - HTTP's own


def absent(session_id: str) -> Reply:
    """Return the reply for an id of which there is no session; one that could be none is not looked for."""
    status = 404 if UUID_FORM.fullmatch(session_id) else 400
    return Reply(status, failure(status, session_id, None))


def malformed(problems: list[Problem]) -> Reply:
    """Return the reply for a request with problems."""
    return Reply(400, failure(400, "", f"Invalid {problems[0].place[-1]}"))


WIRE = Wire(
    header="authorization",
    prefix="Bearer ",
    routes={
        "get_session": Route("GET", "/browser_sessions/{id}", get_session),
        "list_sessions": Route("GET", "/browser_sessions", list_sessions, rows=("sessions",)),
        "get_balance": Route("GET", "/customer/balance", get_balance),
        "get_zone_cost": Route("GET", "/zone/cost", get_zone_cost),
    },
    id_of=uuid_of,
    example={},
    limits=Limits(concurrency=None, creations=None),
    new_session=new_session,
    failure=failure,
    absent=absent,
    malformed=malformed,
    unauthorized=lambda headers: Reply(401, failure(401, "", None)),  # noqa: ARG005
    limited={"Retry-After": "1"},
    drifted=drifted,
    seeds=seeds,
)
