"""Anchor Browser: recordings some seconds after the end, and the bytes of the primary one by a call of its own."""

from __future__ import annotations

from anchorbrowser_client import models
from anchorbrowser_client.api.sessions import get_recording, list_recordings
from anchorbrowser_client.types import Unset

from browser_sessions._call import Course
from browser_sessions._drafts import make_recording
from browser_sessions._inquiry import Inquiry
from browser_sessions._reading import time_of, whole_of
from browser_sessions._session import Recording
from browser_sessions.errors import SessionNotFound

CONTENT = get_recording
"""The operation that sends the bytes."""


def recordings(inquiry: Inquiry) -> Course[tuple[Recording, ...]]:
    """Return all recordings, the primary one first."""
    found = yield from inquiry.find(list_recordings, SessionNotFound)
    rows = sorted(found.data.items, key=lambda each: each.is_primary is not True) if found else []
    return tuple(_recording(each, each.file_link) for each in rows if isinstance(each.file_link, str))


def _recording(row: models.Recording, url: str) -> Recording:
    name = None if isinstance(row.suggested_file_name, Unset) else row.suggested_file_name
    size = int(row.size) if isinstance(row.size, float) and row.size.is_integer() else row.size
    return make_recording(url, name, whole_of(size, "size", []), None, time_of(row.created_at, "created_at", []))
