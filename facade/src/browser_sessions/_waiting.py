"""What a session is waited for to be, and when it is looked at."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, NoReturn

from browser_sessions._bounds import Bounds, Seconds, checked_seconds
from browser_sessions._connect import is_ready
from browser_sessions._ref import SessionRef
from browser_sessions._session import BrowserSession
from browser_sessions.errors import BrowserSessionsError, SessionEnded, WaitTimeout

Until = Literal["ended", "ready"] | Callable[[BrowserSession], object]

_FIRST_PAUSE, _GROWTH, _LONGEST_PAUSE = 0.5, 1.5, 5.0

_LEAST_LEAD = 0.02
_LONGEST_LEAD = 1.0
"""Seconds before the end at which the last poll begins: twice what the one before took, within these bounds."""


class Polls:
    """The polls of one session, further and further apart, until it is what is waited for or the time is over."""

    def __init__(self, ref: SessionRef, until: Until, timeout: Seconds) -> None:
        self._ref = ref
        self._is_met = _condition(until)
        self._name = until if isinstance(until, str) else getattr(until, "__name__", "what is waited for")
        self._timeout = checked_seconds("timeout", timeout)
        self._end = time.monotonic() + self._timeout
        self._pause = _FIRST_PAUSE
        self._began = 0.0
        self._session: BrowserSession | None = None
        self._error: BrowserSessionsError | None = None
        self._is_last = False

    def bounds(self, bounds: Bounds) -> Bounds:
        """Return the bounds of a poll, which begins now: the next one is its retry, and it is over when the wait is."""
        self._began = time.monotonic()
        return Bounds(bounds.timeout, 0, min(bounds.deadline, max(self._end - self._began, 0.0)))

    def is_met(self, session: BrowserSession) -> bool:
        """Whether a session is what is waited for.

        Raises:
            SessionEnded: It is over, and never will be.
            NotConnectable: It never gets an address.

        """
        self._session, self._error = session, None
        return bool(self._is_met(session))

    def failed(self, error: BrowserSessionsError) -> None:
        """Note that a poll failed in a way that may pass."""
        self._error = error

    def next_pause(self) -> float:
        """Return for how many seconds to wait before the next poll; the last one is just before the end.

        Raises:
            WaitTimeout: No time is left for another poll.

        """
        now = time.monotonic()
        wanted = (self._error.retry_after if self._error else None) or 0.0
        pause = max(self._pause, wanted)
        self._pause = min(self._pause * _GROWTH, _LONGEST_PAUSE)
        left = self._end - now
        if self._is_last or wanted >= left:
            self._give_up()
        lead = min(max(2 * (now - self._began), _LEAST_LEAD), _LONGEST_LEAD)
        if pause < left - lead:
            return pause
        self._is_last = True
        return max(left - lead, wanted, 0.0)

    def _give_up(self) -> NoReturn:
        message = f"{self._ref} is not {self._name} within {self._timeout:g} s: it was "
        message += f"last seen {self._session.status}" if self._session else "never seen"
        if self._error:
            message += f"; the last poll failed: {str(self._error).removeprefix(f'{self._ref}: ')}"
        raise WaitTimeout(message, ref=self._ref, session=self._session) from self._error


def checked_wait(until: Until, timeout: Seconds) -> None:
    """Refuse what cannot be waited for, before anything is taken or sent.

    Raises:
        ValueError: `until` is unknown, or `timeout` is no number of seconds.

    """
    _condition(until)
    checked_seconds("timeout", timeout)


def _condition(until: Until) -> Callable[[BrowserSession], object]:
    if callable(until):
        return until
    if until not in _CONDITIONS:
        raise ValueError(f'until is "ended", "ready" or a function of a BrowserSession, not {until!r}')
    return _CONDITIONS[until]


def _is_ended(session: BrowserSession) -> bool:
    return session.status.is_terminal


def _is_connectable(session: BrowserSession) -> bool:
    if session.status.is_terminal:
        message = f"{session.ref} is over ({session.status}), and will not be ready any more"
        raise SessionEnded(message, ref=session.ref, session=session)
    return is_ready(session)


_CONDITIONS: dict[str, Callable[[BrowserSession], object]] = {"ended": _is_ended, "ready": _is_connectable}
