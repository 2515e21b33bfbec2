"""Browserbase: a recording of each tab, made on request once the session has ended."""

from __future__ import annotations

from browserbase_client.api.sessions import list_recordings
from browserbase_client.api.sessions import request_recording as request_operation

from browser_sessions._call import Course
from browser_sessions._drafts import make_recording
from browser_sessions._inquiry import Inquiry
from browser_sessions._reading import text_of, time_of
from browser_sessions._session import Recording
from browser_sessions.errors import InvalidRequest, SessionNotFound

CONTENT = None
"""The bytes are only at the URL of a recording."""


def recordings(inquiry: Inquiry) -> Course[tuple[Recording, ...]]:
    """Return the recordings that are made: none while the session runs, if it was not recorded, or if it is too old."""
    found = yield from inquiry.find(list_recordings, SessionNotFound, InvalidRequest)
    made = [each for each in found.downloads if text_of(each.status) == "COMPLETED"] if found else []
    return tuple(
        make_recording(each.download_url, modified_at=time_of(each.completed_at, "completedAt", []))
        for each in made
        if isinstance(each.download_url, str)
    )


def request_recording(inquiry: Inquiry) -> Course[None]:
    """Ask for the recordings to be made."""
    yield from inquiry.ask(request_operation)
