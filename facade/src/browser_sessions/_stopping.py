"""How a session is stopped: only if it is the one that is meant, and until it is seen to have ended."""

from __future__ import annotations

import contextlib
import time
from importlib import import_module
from typing import TYPE_CHECKING

from browser_sessions._attempt import Pause
from browser_sessions._bounds import Bounds
from browser_sessions._call import Call, Course, course, is_transient
from browser_sessions._masking import shown
from browser_sessions._providers._operations import require
from browser_sessions._records import note_over
from browser_sessions._ref import SessionRef
from browser_sessions._session import BrowserSession
from browser_sessions.errors import (
    AuthenticationFailed,
    BrowserSessionsError,
    SessionNotFound,
    StopUnconfirmed,
    UnexpectedResponse,
    WaitTimeout,
)

if TYPE_CHECKING:
    from browser_sessions._calls import Calls

_PAUSE = 1.0
"""Seconds between two stops of a session that its provider does not know yet."""

_LEAST = 1.0
"""Seconds to see a session end at least, however long its stop took."""


def stop(
    calls: Calls, ref: SessionRef, timeout: float, bounds: Bounds, *, confirming: float | None = None
) -> Course[BrowserSession]:
    """Stop a session, and return it once it has ended.

    One that this client did not create is fetched first: it is stopped only if it has this very id, and is open. That
    assumes nothing of the form of an id.

    Args:
        calls: The calls of the client.
        ref: Which session.
        timeout: Seconds for all of it.
        bounds: The bounds of a read.
        confirming: Seconds after the response to the stop in which the session must be seen to end; None for what is
            left of `timeout`.

    Raises:
        Unsupported: The provider cannot stop sessions.
        StopUnconfirmed: It was not seen to end in time.
        BrowserSessionsError: It cannot be fetched, or the provider refused to stop it.

    """
    require(ref.provider, "stop")
    over = yield from _stopped(calls, ref, timeout, bounds, confirming)
    yield from note_over(calls, over)
    return over


def _stopped(
    calls: Calls, ref: SessionRef, timeout: float, bounds: Bounds, confirming: float | None
) -> Course[BrowserSession]:
    end = time.monotonic() + timeout
    if ref not in calls.created:
        session = yield from calls.get(ref, bounds)
        if session.id != ref.id:
            text = f"{shown(ref)}: the provider sent another session for this id; nothing was stopped"
            raise UnexpectedResponse(f"{text}: stop it by the id that it has in the list", ref=ref)
        if session.status.is_terminal:
            return session
    refusal: BrowserSessionsError | None = None
    over: BrowserSession | None = None
    try:
        over = yield from _request(calls, ref, end, bounds)
    except BrowserSessionsError as error:
        refusal = error
        if not (is_transient(error) or isinstance(error, UnexpectedResponse)):  # which is a success
            over = yield from _over(calls, ref, bounds)
            if over is None:
                raise
    if over is None or over.id != ref.id or not over.status.is_terminal:
        left = end - time.monotonic() if confirming is None else confirming
        over = yield from _confirmed(calls, ref, max(left, _LEAST), bounds, refusal)
    calls.created.pop(ref, None)
    return over


def _request(calls: Calls, ref: SessionRef, end: float, bounds: Bounds) -> Course[BrowserSession | None]:
    """Ask the provider to stop a session, and return the session if the response has it."""
    module = import_module(f"browser_sessions._providers.{ref.provider}.stops")
    opened = calls.open(ref)
    while True:
        left = max(end - time.monotonic(), _LEAST)
        within = Bounds(left, bounds.max_retries, left)
        call: Call[BrowserSession | None] = Call(
            opened.access, opened.client, module.OPERATION, module.view, within, (ref.id,), module.named(ref.id), ref
        )
        try:
            return (yield from course(call))
        except (SessionNotFound, AuthenticationFailed):  # either may mean an unknown id
            if not calls.is_new(ref) or time.monotonic() + _PAUSE >= end:
                raise
        yield Pause(_PAUSE)


def _over(calls: Calls, ref: SessionRef, bounds: Bounds) -> Course[BrowserSession | None]:
    """Return a session that could not be stopped, if the reason is that it has ended."""
    with contextlib.suppress(BrowserSessionsError):
        session = yield from calls.get(ref, bounds)
        return session if session.status.is_terminal and session.id == ref.id else None
    return None


def _confirmed(
    calls: Calls, ref: SessionRef, seconds: float, bounds: Bounds, refusal: BrowserSessionsError | None
) -> Course[BrowserSession]:
    """Return a session once it has ended."""
    asked = f"{shown(ref)} was asked to stop, and may still be running"
    try:
        session = yield from calls.wait(ref, "ended", seconds, bounds)
    except BrowserSessionsError as error:
        last = error.session if isinstance(error, WaitTimeout) else None
        cause = refusal or (error.__cause__ if isinstance(error, WaitTimeout) else error)
        text = f"{asked}: it was last seen {last.status}" if last else f"{asked}: no poll of it got a response"
        if cause:
            text += f"; {str(cause).removeprefix(f'{ref}: ')}"
        raise StopUnconfirmed(text, ref=ref, session=last) from cause
    if session.id != ref.id:
        raise StopUnconfirmed(f"{asked}: the provider sent another session for this id", ref=ref)
    return session
