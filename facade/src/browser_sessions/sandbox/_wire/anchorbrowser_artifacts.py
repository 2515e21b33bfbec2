"""Anchor Browser: what there is to see of a session, and what it leaves behind."""

from __future__ import annotations

from browser_sessions.sandbox._files import VIDEO, files_of
from browser_sessions.sandbox._life import Life, iso, uuid_of
from browser_sessions.sandbox._messages import Call, Reply


def is_recorded(life: Life) -> bool:
    """Return whether there will be a recording, which is so unless it was switched off."""
    return bool(life.option("session", "recording", "active", default=True))


def get_live_view(call: Call) -> Reply:
    """Send the tabs of a session that runs, of which there is one."""
    life = call.life()
    url = f"https://live.anchorbrowser.io/page?sessionId={life.id}&token=EXAMPLE"
    tab = {"id": uuid_of(life.id).replace("-", "").upper(), "title": "", "url": "about:blank", "frontend_url": url}
    items = [] if life.is_over else [tab]
    return Reply(200, {"data": {"count": len(items), "items": items}})


def recorded_life(call: Call) -> Life:
    """Return a session that has a recording, which none has before it has ended."""
    life = call.life()
    if not life.is_over or not is_recorded(life):
        raise call.refusal(404, "Recording not found")
    return life


def list_recordings(call: Call) -> Reply:
    """Send the recordings of a session, of which there is one."""
    life = recorded_life(call)
    recording = {
        "id": uuid_of(f"recording of {life.id}"),
        "is_primary": True,
        "file_link": f"https://files.anchorbrowser.io/{life.id}/recording.mp4?signature=EXAMPLE",
        "suggested_file_name": "recording.mp4",
        "duration": str(int(life.ran.total_seconds())),
        "size": len(VIDEO),
        "created_at": iso(life.updated_at),
    }
    return Reply(200, {"data": {"count": 1, "items": [recording]}})


def get_recording(call: Call) -> Reply:
    """Send the bytes of the recording."""
    recorded_life(call)
    return Reply(200, VIDEO)


def list_downloads(call: Call) -> Reply:
    """Send the files that a session downloaded."""
    life = call.life()
    items = [
        {
            "id": uuid_of(f"{each.name} of {life.id}"),
            "file_link": f"https://api.anchorbrowser.io/v1/sessions/{life.id}/downloads/{each.name}",
            "original_download_url": f"https://www.example.com/{each.name}",
            "origin_url": "https://www.example.com/",
            "suggested_file_name": each.name,
            "original_file_name": each.name,
            "duration": 412,
            "size": each.size,
            "created_at": iso(each.created_at),
        }
        for each in files_of(life)
    ]
    return Reply(200, {"data": {"count": len(items), "items": items}})
