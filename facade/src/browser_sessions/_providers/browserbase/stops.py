"""Browserbase: a release is requested, and the session that comes back may still run."""

from __future__ import annotations

from typing import Any

from browserbase_client.api.sessions import stop_session
from browserbase_client.models import Session

from browser_sessions._providers.browserbase import view as view_session
from browser_sessions._session import BrowserSession

OPERATION = stop_session


def named(_: str) -> dict[str, Any]:
    """Return the arguments by name beside the id."""
    return {"body": {"status": "REQUEST_RELEASE"}}


def view(model: Session) -> BrowserSession:
    """View the response: the session as it is then, which may still run."""
    return view_session(model, "stop")
