"""Fixtures that pytest finds by itself: sessions, and the five providers on your own machine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from typing import Unpack

    from browser_sessions import BrowserSession
    from browser_sessions._bounds import Seconds
    from browser_sessions._options import CreateOptions, Model
    from browser_sessions._session_run import SessionRun
    from browser_sessions.sandbox import Sandbox


class StartSession(Protocol):
    """The type of the fixture `browser_session`."""

    def __call__(
        self,
        provider: str,
        *,
        ready_timeout: Seconds = 120,
        options: Model | Mapping[str, Any] | None = None,
        **given: Unpack[CreateOptions],
    ) -> BrowserSession:
        """Create a session, and return it once it can be connected to; the arguments are those of `Client.session`."""
        ...  # or pyright takes it for a function that returns None


@pytest.fixture
def browser_sessions_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A served sandbox, with the environment variables that make `get` and `Client` use it."""
    from browser_sessions import sandbox

    with sandbox.serve() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def browser_session(request: pytest.FixtureRequest) -> Iterator[StartSession]:
    """A function that creates sessions, ready to be connected to, which are stopped after the test, however it ends.

    Its arguments are those of `Client.session`; keys and base URLs are in the environment, or are the sandbox's if the
    test has `browser_sessions_sandbox`, too. If a session is not seen to end after its stop, the test has an error.
    """
    from browser_sessions import Client

    if "browser_sessions_sandbox" in request.fixturenames:
        request.getfixturevalue("browser_sessions_sandbox")  # so that it ends only after the sessions

    with Client() as client, contextlib.ExitStack() as sessions:

        def start(provider: str, **given: Any) -> BrowserSession:
            run: SessionRun = client.session(provider, **given)  # type: ignore[call-overload] # any provider
            return sessions.enter_context(run)

        yield start
