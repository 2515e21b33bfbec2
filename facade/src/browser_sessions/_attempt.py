"""One attempt to fetch a session, and how long it may take."""

from __future__ import annotations

import contextlib
import threading
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from browser_sessions._ref import SessionRef

if TYPE_CHECKING:
    import httpx

    from browser_sessions._access import Access


class TimeLimit(float):
    """The seconds that an attempt may take, which know when they end.

    httpx hands them down to every connect, read and write as they are. To all but our own streams they are a number.
    """

    __slots__ = ("end", "is_stopped", "stream")

    end: float
    is_stopped: bool
    stream: Any

    def __new__(cls, seconds: float) -> Self:
        """Return the limit of an attempt that begins now."""
        limit = super().__new__(cls, seconds)
        limit.end = time.monotonic() + seconds
        limit.is_stopped = False
        limit.stream = None
        return limit

    def left(self) -> float:
        """Return the seconds that are left; none are once the attempt was stopped."""
        return 0.0 if self.is_stopped else max(self.end - time.monotonic(), 0.0)

    def stop(self) -> None:
        """End the attempt now, from another thread: what it waits for on the network ends."""
        self.is_stopped = True
        if self.stream is not None:
            import socket

            with contextlib.suppress(OSError):  # closed already
                # Not the SSL socket's own method, which pulls away what the other thread is reading with.
                socket.socket.shutdown(self.stream.get_extra_info("socket"), socket.SHUT_RDWR)


class Attempt(NamedTuple):
    """One request, as all that is done about it needs to know it.

    Attributes:
        ref: The session that is fetched.
        access: The key and the address with which it is.
        limit: How long it may take.
        number: Which one of the call's attempts it is, from 1.

    """

    ref: SessionRef
    access: Access
    limit: TimeLimit
    number: int


class Answer(NamedTuple):
    """What came of an attempt, as far as generated operations look at a response, and errors tell of it."""

    status_code: int
    headers: httpx.Headers
    content: bytes


ATTEMPT: ContextVar[Attempt] = ContextVar("ATTEMPT")
"""The attempt that is under way. The generated operation, which is called in between, passes nothing on."""


class Stopped(BaseException):
    """The work that a thread does is not wanted any more."""


class Stop:
    """What ends the attempts and the pauses of other threads at once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._limits: dict[int, TimeLimit] = {}  # by identity: two of the same seconds are equal

    def set(self) -> None:
        """End all attempts and pauses, those that are to come as well."""
        self._event.set()
        for limit in tuple(self._limits.values()):
            limit.stop()

    def pause(self, seconds: float) -> None:
        """Wait for some seconds.

        Raises:
            Stopped: The wait was ended.

        """
        if self._event.wait(seconds):
            raise Stopped

    def begin(self, limit: TimeLimit) -> None:
        """Let an attempt be ended, until `end`.

        Raises:
            Stopped: It was already.

        """
        self._limits[id(limit)] = limit
        if self._event.is_set():
            raise Stopped

    def end(self, limit: TimeLimit) -> None:
        """Note that an attempt is over.

        Raises:
            Stopped: It was ended, and what came of it means nothing.

        """
        self._limits.pop(id(limit), None)
        if self._event.is_set():
            raise Stopped


NEVER = Stop()
"""Of calls that no other thread ends."""
