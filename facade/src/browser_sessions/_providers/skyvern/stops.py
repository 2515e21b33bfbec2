"""Skyvern: a session is closed, as often as it is asked for, and the response is a sentence."""

from __future__ import annotations

from typing import Any

from skyvern_client.api.sessions import stop_session

OPERATION = stop_session


def named(_: str) -> dict[str, Any]:
    """Return the arguments by name beside the id: there are none."""
    return {}


def view(_: object) -> None:
    """Return None: the response confirms the stop, and has nothing about the session."""
