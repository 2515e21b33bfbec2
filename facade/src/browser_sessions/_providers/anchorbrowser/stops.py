"""Anchor Browser: a session is deleted, and the response is not the session."""

from __future__ import annotations

from typing import Any

from anchorbrowser_client.api.sessions import stop_session

OPERATION = stop_session


def named(_: str) -> dict[str, Any]:
    """Return the arguments by name beside the id: there are none."""
    return {}


def view(_: object) -> None:
    """Return None: the response confirms the stop, and has nothing about the session."""
