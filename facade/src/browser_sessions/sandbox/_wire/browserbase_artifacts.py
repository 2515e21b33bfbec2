"""Browserbase: what there is to see of a session, and what it leaves behind; recordings have to be asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from browser_sessions.sandbox._checks import as_time, integer, moment
from browser_sessions.sandbox._files import files_of
from browser_sessions.sandbox._life import Session, iso, uuid_of
from browser_sessions.sandbox._messages import Call, Reply

MAKING, KEPT = timedelta(seconds=2), timedelta(days=31)
"""How long a recording is made, and how long it can be asked for."""

DOWNLOADS = {
    "limit": integer(1, 100),
    "offset": integer(least=0),
    "minSize": integer(least=0),
    "maxSize": integer(least=0),
    "createdAfter": moment,
    "createdBefore": moment,
}


def get_live_view(call: Call) -> Reply:
    """Send where a session can be watched while it is not over."""
    call.check_query({"expiresIn": integer(1, 21_600)})
    life = call.life()
    if life.is_over:
        raise call.refusal(404, "The session is over")
    inspector = "inspector.html?wss=EXAMPLE"
    urls = {
        "debuggerUrl": f"https://www.browserbase.com/devtools/{inspector}",
        "debuggerFullscreenUrl": f"https://www.browserbase.com/devtools-fullscreen/{inspector}",
    }
    page = {"id": life.id, "url": "about:blank", "faviconUrl": "", "title": ""} | urls
    return Reply(200, urls | {"wsUrl": "wss://connect.browserbase.com/debug/EXAMPLE", "pages": [page]})


def recorded_session(call: Call) -> Session:
    """Return a session that has a recording."""
    session = call.session()
    ended_at = session.at(call.now).ended_at
    if ended_at is None:
        raise call.refusal(409, "The session has not ended")
    if not session.at(call.now).option("browserSettings", "recordSession", default=True):
        raise call.refusal(422, "Recording was disabled")
    if ended_at < call.now - KEPT:
        raise call.refusal(410, "The recording has expired")
    return session


def recordings(session: Session, now: datetime) -> dict[str, Any]:
    """Return how far the recording of a session has come, of which there is one, of one tab."""
    if session.recorded_at is None:
        return {"downloads": [{"pageId": "0", "status": "NOT_REQUESTED"}]}
    made_at = session.recorded_at + MAKING
    if now < made_at:
        return {"downloads": [{"pageId": "0", "status": "PENDING"}]}
    url = f"https://recordings.browserbase.com/{session.id}/0.mp4?signature=EXAMPLE"
    made = {"pageId": "0", "status": "COMPLETED", "downloadUrl": url, "completedAt": iso(made_at)}
    return {"downloads": [made]}


def list_recordings(call: Call) -> Reply:
    """Send the recordings of a session that has ended."""
    return Reply(200, recordings(recorded_session(call), call.now))


def request_recording(call: Call) -> Reply:
    """Have a recording made."""
    session = recorded_session(call)
    session.recorded_at = call.now
    call.fleet.add(session)
    return Reply(202, recordings(session, call.now))


def list_downloads(call: Call) -> Reply:
    """Send a part of the files that a session downloaded."""
    call.check_query(DOWNLOADS)
    found = call.fleet.find(call.query("sessionId"))
    if "sessionId" not in call.request.query:
        raise call.refusal(400, "querystring must have required property 'sessionId'")
    if not found:
        raise call.refusal(404)
    wanted = [
        {
            "id": uuid_of(f"{each.name} of {found.id}"),
            "sessionId": found.id,
            "filename": each.name,
            "mimeType": each.media_type,
            "size": each.size,
            "checksum": each.checksum,
            "createdAt": iso(each.created_at),
        }
        for each in files_of(found.at(call.now))
        if call.query("filename", each.name) == each.name
        and call.query("mimeType", each.media_type) == each.media_type
        and call.number("minSize", 0) <= each.size <= call.number("maxSize", each.size)
        and as_time(call.query("createdAfter", iso(each.created_at))) <= each.created_at
        and each.created_at <= as_time(call.query("createdBefore", each.created_at.isoformat()))
    ]
    offset, limit = call.number("offset", 0), call.number("limit", 20)
    page = {"total": len(wanted), "limit": limit, "offset": offset}
    return Reply(200, {"downloads": wanted[offset : offset + limit]} | page)


def list_logs(call: Call) -> Reply:
    """Send what was logged of a session, which is that it opened a page."""
    life = call.life()
    if not life.started_at or not life.option("browserSettings", "logSession", default=True):
        return Reply(200, [])
    time, frame = int(life.started_at.timestamp() * 1000), uuid_of(f"a frame of {life.id}")
    request = {"timestamp": time, "params": {"url": "about:blank"}, "rawBody": '{"method":"Page.navigate"}'}
    response = {"timestamp": time + 1, "result": {"frameId": frame}, "rawBody": '{"id":1}'}
    log = {"method": "Page.navigate", "pageId": 0, "sessionId": life.id, "timestamp": time, "frameId": frame}
    return Reply(200, [log | {"loaderId": frame, "request": request, "response": response}])
