"""Whether and when a session is asked for again."""

from __future__ import annotations

import logging
import time

from browser_sessions._access import Access
from browser_sessions._attempt import Attempt, TimeLimit
from browser_sessions._bounds import Bounds
from browser_sessions._failures import line_of
from browser_sessions._ref import SessionRef
from browser_sessions.errors import PASSING, ApiStatusError, BrowserSessionsError, UnexpectedResponse

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0

_log = logging.getLogger("browser_sessions")


class Retries:
    """The attempts of one call: each within `timeout`, all of them with their pauses within `deadline`."""

    def __init__(self, ref: SessionRef, access: Access, bounds: Bounds) -> None:
        self._ref = ref
        self._access = access
        self._timeout = bounds.timeout
        self._end = time.monotonic() + bounds.deadline
        self._max_retries = bounds.max_retries
        self._count = 0
        self._answer: BrowserSessionsError | None = None

    def next(self) -> Attempt:
        """Return the next attempt, which begins now."""
        self._count += 1
        limit = TimeLimit(max(min(self._timeout, self._end - time.monotonic()), 0.0))
        return Attempt(self._ref, self._access, limit, self._count)

    def pause_after(self, error: BrowserSessionsError) -> float:
        """Return for how many seconds to wait before the next attempt.

        Raises:
            BrowserSessionsError: There is none. It is the error, or that of the last answer if the deadline cut off
                what came after it.

        """
        if isinstance(error, ApiStatusError | UnexpectedResponse):
            self._answer = error
        left = self._end - time.monotonic()
        if left <= 0:
            raise self._answer or error
        if not isinstance(error, PASSING) or self._count > self._max_retries:
            raise error
        pause = max(_backoff(self._count), error.retry_after or 0.0)
        if pause >= left:
            raise error
        what = type(error).__name__
        _log.info("%s: attempt %d failed (%s), again in %.1f s", line_of(str(self._ref)), self._count, what, pause)
        return pause


def _backoff(attempts: int) -> float:
    """Return a pause that doubles with each attempt, up to half less, so that not all who failed come back at once."""
    import random

    return float(min(_FIRST_PAUSE * 2 ** (attempts - 1), _LONGEST_PAUSE) * random.uniform(0.5, 1))  # noqa: S311 - no secret
