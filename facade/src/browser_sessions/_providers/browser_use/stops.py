"""Browser Use: an action on a session, which comes back stopped."""

from __future__ import annotations

from typing import Any

from browser_use_client.api.sessions import stop_session
from browser_use_client.models import Session

from browser_sessions._providers.browser_use import view as view_session
from browser_sessions._session import BrowserSession

OPERATION = stop_session


def named(_: str) -> dict[str, Any]:
    """Return the arguments by name beside the id."""
    return {"body": {"action": "stop"}}


def view(model: Session) -> BrowserSession:
    """View the response: the session, which is stopped."""
    return view_session(model, "stop")
