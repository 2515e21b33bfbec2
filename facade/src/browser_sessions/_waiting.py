"""The condition that a session is waited for to meet, and the times at which it is polled."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from typing import Literal

from browser_sessions._bounds import Bounds, Seconds, checked_seconds
from browser_sessions._connect import is_ready
from browser_sessions._masking import shown
from browser_sessions._providers import PROVIDERS
from browser_sessions._ref import SessionRef
from browser_sessions._session import BrowserSession
from browser_sessions._status import SessionStatus
from browser_sessions.errors import BrowserSessionsError, SessionEnded, WaitTimeout

Until = Literal["ended", "ready"] | Callable[[BrowserSession], object]

_FIRST_PAUSE, _GROWTH, _LONGEST_PAUSE = 0.5, 1.5, 5.0

_LAST_POLL = 1.0
"""Seconds that the last poll may take, which begins when the time is up."""


class Polls:
    """The polls of one session, further and further apart, until it meets the condition or the time is up."""

    def __init__(self, ref: SessionRef, until: Until, timeout: Seconds) -> None:
        self._ref = ref
        self._until = until
        self._is_met = _condition(until)
        self._timeout = checked_seconds("timeout", timeout)
        self._end = time.monotonic() + self._timeout
        self._pause = _FIRST_PAUSE
        self._session: BrowserSession | None = None
        self._error: BrowserSessionsError | None = None

    def bounds(self, bounds: Bounds) -> Bounds:
        """Return the bounds of a poll that begins now; it is not retried, since the next poll does the same."""
        return Bounds(bounds.timeout, 0, min(bounds.deadline, max(self._end - time.monotonic(), _LAST_POLL)))

    def is_met(self, session: BrowserSession) -> bool:
        """Whether a session meets the condition.

        Raises:
            SessionEnded: It has ended, and never will.
            NotConnectable: It will never have a URL to connect to.

        """
        self._session, self._error = session, None
        return bool(self._is_met(session))

    def failed(self, error: BrowserSessionsError) -> None:
        """Note that a poll failed with a transient error."""
        self._error = error

    def next_pause(self) -> float:
        """Return the seconds to wait before the next poll; the last one begins when the time is up.

        Raises:
            WaitTimeout: No time is left for another poll.

        """
        left = self._end - time.monotonic()
        wanted = (self._error.retry_after if self._error else None) or 0.0
        if left <= 0 or wanted > left:
            raise self._timed_out() from self._error
        pause = max(self._pause, wanted)
        self._pause = min(self._pause * _GROWTH, _LONGEST_PAUSE)
        return min(pause, left)

    def _timed_out(self) -> WaitTimeout:
        ref = shown(self._ref)
        name = self._until if isinstance(self._until, str) else getattr(self._until, "__name__", "what is waited for")
        message = f"{ref} is not {name} within {self._timeout:g} s: it was "
        message += f"last seen {self._session.status}{self._missing(self._session)}" if self._session else "never seen"
        if self._error:
            message += f"; the last poll failed: {str(self._error).removeprefix(f'{ref}: ')}"
        return WaitTimeout(message, ref=self._ref, session=self._session)

    def _missing(self, session: BrowserSession) -> str:
        """Return what a running session lacks to be connected to, if that is waited for."""
        if self._until != "ready" or session.status is not SessionStatus.RUNNING:
            return ""
        missing = [name for name in PROVIDERS[session.provider].ready if getattr(session, name) is None]
        return f", but without {' and '.join(missing)}"


def checked_wait(until: Until, timeout: Seconds) -> None:
    """Refuse an invalid condition or timeout, before anything is taken or sent.

    Raises:
        ValueError: `until` is unknown, or `timeout` is not a number of seconds.

    """
    _condition(until)
    checked_seconds("timeout", timeout)


def _condition(until: Until) -> Callable[[BrowserSession], object]:
    if isinstance(until, str) and until in _CONDITIONS:
        return _CONDITIONS[until]
    if not callable(until) or inspect.iscoroutinefunction(until):
        raise ValueError(f'until must be "ended", "ready" or a plain function of a BrowserSession, not {until!r}')
    return until


def _is_ended(session: BrowserSession) -> bool:
    return session.status.is_terminal


def is_connectable(session: BrowserSession) -> bool:
    """Whether a session is ready.

    Raises:
        SessionEnded: It has ended, and never will.
        NotConnectable: It will never have a URL to connect to.

    """
    if session.status.is_terminal:
        message = f"{shown(session.ref)} has ended ({session.status}), and will not become ready"
        raise SessionEnded(message, ref=session.ref, session=session)
    return is_ready(session)


_CONDITIONS: dict[str, Callable[[BrowserSession], object]] = {"ended": _is_ended, "ready": is_connectable}
