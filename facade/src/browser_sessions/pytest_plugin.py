"""A fixture for your tests, which pytest finds by itself: the five providers, on your own machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from browser_sessions.sandbox import Sandbox


@pytest.fixture
def browser_sessions_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The sandbox, served, with the environment variables that make `get` and `Client` use it."""
    from browser_sessions import sandbox

    with sandbox.serve() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server
