"""Browser Use: an action on a session, which comes back stopped."""

from __future__ import annotations

from typing import Any

from browser_use_client.api.sessions import stop_session

from browser_sessions._providers.browser_use import view

__all__ = ["OPERATION", "named", "view"]

OPERATION = stop_session


def named(_: str) -> dict[str, Any]:
    """Return the arguments by name beside the id."""
    return {"body": {"action": "stop"}}
