"""A call as a value, and its course: the attempts and pauses that it takes, until there is a result or an error.

Here, in `course`, is decided whether a request is sent again.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Generator, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import httpx

from browser_sessions._access import Access
from browser_sessions._attempt import Attempt, Pause, RawResponse, Receipt, Work
from browser_sessions._bounds import Bounds
from browser_sessions._http import MAX_BODY, UNSENT
from browser_sessions._ref import SessionRef
from browser_sessions.errors import (
    TRANSIENT,
    ApiStatusError,
    BrowserSessionsError,
    InvalidSessionRef,
    ProviderUnavailable,
    TransportError,
    UnexpectedResponse,
)

if TYPE_CHECKING:
    from browser_sessions._saving import FileDraft

T = TypeVar("T")

Course = Generator[Attempt | Pause | Work, Any, T]
"""What a driver runs: it does each step that is yielded, and sends the result."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0
_DOUBLINGS = 10

_REFUSED = r"\[SSL: [A-Z0-9_]*(?:CERTIFICATE|VERSION|HANDSHAKE_FAILURE|UNRECOGNIZED_NAME)|^407\b"
"""Errors of a certificate, of two sides of TLS that do not fit, and of a proxy that wants another user."""

_log = logging.getLogger("browser_sessions")


class Call(NamedTuple, Generic[T]):
    """A request to a provider, and how it is sent.

    Attributes:
        access: The provider, with the key and the address.
        client: Its generated client, which makes requests and sends none.
        operation: The generated module of one of its operations.
        view: What makes the result of the operation's model.
        bounds: How long it may take, and how often it may be tried.
        arguments: The operation's arguments.
        named: Its arguments by name.
        ref: The session that it is about, if it is about one.
        receipt: Keeps what came of the last attempt, if the same request may not be sent twice. One that creates
            something may not: it is sent again only if it was certainly not received, or was refused with 429.
        max_body: Bytes that the body of a response may have.
        secrets: Sensitive values in the request, which no error may show.
        into: Where the body of a success is written; None to keep it in memory.

    """

    access: Access
    client: Any
    operation: Any
    view: Callable[[Any], T]
    bounds: Bounds
    arguments: tuple[object, ...] = ()
    named: Mapping[str, Any] = MappingProxyType({})
    ref: SessionRef | None = None
    receipt: Receipt | None = None
    max_body: int = MAX_BODY
    secrets: tuple[str, ...] = ()
    into: FileDraft | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.ref or self.access.provider.slug}>"


class MayExistError(Exception):
    """A call that may not be repeated failed, but what it was to create may exist.

    Attributes:
        error: Why it failed.

    """

    def __init__(self, error: BrowserSessionsError) -> None:
        super().__init__(str(error))
        self.error = error


def course(call: Call[T]) -> Course[T]:
    """Send a call's request, repeatedly if that is allowed, and return its result.

    Raises:
        BrowserSessionsError: The last attempt's error, or that of the last response if the deadline cut off what came
            after it. If the call may not be repeated, nothing was created.
        MayExistError: The call may not be repeated, and something may have been created.

    """
    end = time.monotonic() + call.bounds.deadline
    request = _request_of(call)
    responded: BrowserSessionsError | None = None
    number = 0
    while True:
        number += 1
        start = time.monotonic()
        attempt = Attempt(request, min(start + call.bounds.timeout, end), call.max_body, call.receipt, call.into)
        came = yield from _sent(call, attempt, number)
        outcome = outcome_of(call, came, attempt.end - start)
        if not isinstance(outcome, BrowserSessionsError):
            return outcome
        if call.receipt and may_exist(came, outcome):
            raise MayExistError(outcome)
        if isinstance(outcome, ApiStatusError | UnexpectedResponse):
            responded = outcome
        left = end - time.monotonic()
        if left <= 0:
            raise responded or outcome
        pause = max(_backoff(number), outcome.retry_after or 0.0)
        if number > call.bounds.max_retries or pause >= left or not is_transient(outcome):
            raise outcome
        _log_pause(call, outcome, pause, number)
        yield Pause(pause)


def _sent(call: Call[Any], attempt: Attempt, number: int) -> Course[RawResponse | Exception | None]:
    """Send a request once, return the result, and log it, also when it is interrupted."""
    if call.receipt:
        call.receipt.renew()
    start = time.monotonic()
    came: RawResponse | Exception | None = None
    try:
        came = yield attempt
        return came
    finally:
        _log_attempt(call, attempt.request, came, start, number)


def whole(model: T) -> T:
    """View a model as it is."""
    return model


def is_transient(error: BrowserSessionsError) -> bool:
    """Whether the same call may succeed a moment later; TLS and proxies that refuse it now will refuse it then."""
    return isinstance(error, TRANSIENT) and not re.search(_REFUSED, str(error.__cause__ or ""))


def _request_of(call: Call[Any]) -> httpx.Request:
    try:
        request: httpx.Request = call.operation.build_request(*call.arguments, client=call.client, **call.named)
    except (ValueError, httpx.InvalidURL) as error:
        if call.ref is None:
            raise
        problem = f"this id cannot be sent to {call.access.provider.name}: {error}"
        raise InvalidSessionRef(problem, provider=call.ref.provider) from None
    return request


def outcome_of(call: Call[T], came: RawResponse | Exception | None, seconds: float) -> T | BrowserSessionsError:
    """Return the result of an attempt that could take some seconds, or its one error."""
    if not isinstance(came, RawResponse) or not came.is_success or came.problem:
        return _error(call, came, seconds)
    response = call.operation.parse_response(came)
    if response.parsed is not None:
        return call.view(response.parsed)
    return _error(call, came, seconds, response.error)


def _error(
    call: Call[Any], came: RawResponse | Exception | None, seconds: float, problem: Any = None
) -> BrowserSessionsError:
    from browser_sessions import _failures  # most calls succeed

    if not isinstance(came, RawResponse):
        return _failures.failure(call, came, seconds)
    if not came.is_success:
        return _failures.status_error(call, came)
    if problem is None:
        return _failures.unexpected(call, came, came.problem or _failures.undescribed(call, came))
    error = _failures.unexpected(call, came, str(problem), problem.path or None)
    error.__cause__ = problem
    return error


def may_exist(came: RawResponse | Exception | None, error: BrowserSessionsError) -> bool:
    """Whether what a call was to create may exist: unless nothing was sent, or the provider refused it.

    A redirect is a refusal: what it leads to is not asked. Only 303 comes after a request that was carried out.
    """
    if isinstance(came, RawResponse) and came.status_code == HTTPStatus.SEE_OTHER:
        return True
    return not isinstance(came, UNSENT) and isinstance(error, TransportError | ProviderUnavailable | UnexpectedResponse)


def _backoff(number: int) -> float:
    """Return a pause that doubles with each attempt, less up to half, so that clients do not return all at once."""
    import random

    return float(min(_FIRST_PAUSE * 2 ** min(number - 1, _DOUBLINGS), _LONGEST_PAUSE) * random.uniform(0.5, 1))  # noqa: S311 - no secret


def _log_attempt(
    call: Call[Any], request: httpx.Request, came: RawResponse | Exception | None, start: float, number: int
) -> None:
    """Log the result of an attempt, without the key, the query and the body."""
    if _log.isEnabledFor(logging.INFO):
        from browser_sessions._failures import hidden

        url = hidden(call, str(request.url))
        status = came.status_code if isinstance(came, RawResponse) else "no response"
        elapsed = time.monotonic() - start
        _log.info('"%s %s" %s, %.3f s, attempt %d', request.method, url, status, elapsed, number)


def _log_pause(call: Call[Any], error: BrowserSessionsError, pause: float, number: int) -> None:
    from browser_sessions._failures import subject_of

    _log.info("%s: attempt %d failed (%s), again in %.1f s", subject_of(call), number, type(error).__name__, pause)
