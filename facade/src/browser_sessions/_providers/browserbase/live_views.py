"""Browserbase: a URL of the whole browser, which works until the session ends."""

from __future__ import annotations

from browserbase_client.api.sessions import get_live_view

from browser_sessions._call import Course
from browser_sessions._inquiry import Inquiry
from browser_sessions._live_view import LiveView
from browser_sessions.errors import InvalidRequest, SessionNotFound


def live_view(inquiry: Inquiry) -> Course[LiveView | None]:
    """Return the URL that fills a window, or else the one with a frame of tools."""
    found = yield from inquiry.find(get_live_view, SessionNotFound, InvalidRequest)
    addresses = [found.debugger_fullscreen_url, found.debugger_url] if found else []
    return next((LiveView(each) for each in addresses if isinstance(each, str)), None)
