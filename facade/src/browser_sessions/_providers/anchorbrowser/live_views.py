"""Anchor Browser: a URL for each tab of a running session."""

from __future__ import annotations

from anchorbrowser_client import models
from anchorbrowser_client.api.sessions import get_live_view

from browser_sessions._call import Course
from browser_sessions._inquiry import Inquiry
from browser_sessions._live_view import LiveView
from browser_sessions.errors import SessionNotFound


def live_view(inquiry: Inquiry) -> Course[LiveView | None]:
    """Return that of the first tab, since there is none for the whole browser."""
    found = yield from inquiry.find(get_live_view, SessionNotFound)
    tabs = found.data.items if isinstance(found, models.LivePagesEnvelope) else found or []
    addresses = [each.frontend_url for each in tabs]
    return next((LiveView(each) for each in addresses if isinstance(each, str)), None)
