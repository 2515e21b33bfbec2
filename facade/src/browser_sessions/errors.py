"""All errors of this package: one family of values, which can be compared and pickled.

BrowserSessionsError
├── ConfigurationError                      no key, an invalid base URL, a key over plain http to a remote host
├── InvalidSessionRef   (also ValueError)   unknown provider; an id that is empty, "." or ".."
├── Unsupported                             the provider cannot do this; names those that can
├── InvalidOption       (also ValueError)   an option that cannot be expressed
├── LedgerError                             the ledger cannot be written, or cannot be trusted
├── CreateUncertain                         a create whose response was lost; one may be running; `marker`, `candidates`
├── StopUnconfirmed                         asked to stop, but not seen to end in time; `session`
├── NotConnectable                          the provider, the session's state or the base URL allows no connection
├── TransportError                          could not connect, TLS, connection lost
│   └── RequestTimeout  (also TimeoutError) one attempt, or the deadline without any response
├── ApiStatusError                          any status without a class below, 3xx included; a 404 for an unknown path
│   ├── InvalidRequest                      400, 409, 422
│   ├── AuthenticationFailed                401, and 403 or 404 where that is how the provider says "bad key"
│   ├── PermissionDenied                    403
│   ├── QuotaExceeded                       402, and Anchor Browser's 403 for a cost limit
│   ├── SessionNotFound                     404, 410
│   ├── RateLimited                         429; `kind`: "rate", "concurrency" or None
│   └── ProviderUnavailable                 408, 5xx (520 to 526 included), Skyvern's 422 for a fault of its own
├── UnexpectedResponse                      a success that is not what the provider describes; `path`, if it is JSON
├── SessionEnded                            wait for ready: it has ended; `session`
└── WaitTimeout         (also TimeoutError) `session`: the last one seen, or None
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from browser_sessions._ref import SessionRef
    from browser_sessions._session import BrowserSession


class BrowserSessionsError(Exception):
    """The base of all errors of this package; errors with the same class, message and fields are equal.

    Attributes:
        ref (SessionRef | None): The session that the call was about.
        provider (str | None): The provider, by its name in `PROVIDERS`.
        status_code (int | None): The HTTP status of the response.
        request_id (str | None): The provider's id of the request, for its support.
        retry_after (float | None): Seconds after which the provider accepts another request.
        headers (Mapping[str, str]): The response's headers, by names in lower case, without secrets.
        body (str | None): The first 2,000 characters of a failure's body, without secrets; None for a success, and for
            a body that is neither JSON nor a short text.

    """

    def __init__(  # noqa: PLR0913 - one argument for each field
        self,
        message: str,
        *,
        ref: SessionRef | None = None,
        provider: str | None = None,
        status_code: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
    ) -> None:
        super().__init__(message)
        self.ref = ref
        self.provider = ref.provider if ref and provider is None else provider
        self.status_code = status_code
        self.request_id = request_id
        self.retry_after = retry_after
        self.headers = dict(headers or {})
        self.body = body

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), str(self), {name: vars(self)[name] for name in vars(self) if name != "__notes__"})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BrowserSessionsError):
            return NotImplemented
        return self.__reduce__() == other.__reduce__()

    def __hash__(self) -> int:
        return hash((type(self), str(self), self.ref))


def _rebuilt(error: type[BrowserSessionsError], message: str, fields: dict[str, Any]) -> BrowserSessionsError:
    return error(message, **fields)


class ConfigurationError(BrowserSessionsError):
    """The configuration allows no request; nothing was sent.

    The message names the argument or the environment variable, and never shows a key or an address.
    """


class InvalidSessionRef(BrowserSessionsError, ValueError):
    """A reference to a session is invalid; nothing was sent.

    The message names the problem and, for an unknown provider, lists the known ones.
    """


class NotConnectable(BrowserSessionsError):
    """The provider, the state of the session or the base URL allows no connection to the browser."""


class Unsupported(BrowserSessionsError):
    """The provider cannot do this, or has no such option; nothing was sent. The message names those that can."""


class InvalidOption(BrowserSessionsError, ValueError):
    """An option cannot be expressed; nothing was sent."""


class LedgerError(BrowserSessionsError):
    """The ledger cannot be read or written, or others could have written it.

    Nothing was created, and `reap` stopped nothing. If the ledger can no longer be written once a session has been
    created, that is logged at ERROR, and nothing is raised.
    """


class CreateUncertain(BrowserSessionsError):
    """The response to a create was lost, and the session was not found: it may be running.

    Do not create another one because of this. Look at `candidates` and, later, list the marker: `client.list(provider,
    metadata={"browser-sessions": error.marker})`. The error of the lost response is the cause.

    Attributes:
        marker (str | None): The label `browser-sessions` that the create asked for; None if the provider has no labels.
        since (datetime): When the create was sent, by this machine's clock, UTC.
        candidates (tuple[BrowserSession, ...]): If there is no marker, the open sessions created since then, except
            those that this client created: one of them may be it.

    """

    def __init__(
        self,
        message: str,
        *,
        marker: str | None,
        since: datetime,
        candidates: tuple[BrowserSession, ...] = (),
        **fields: Any,
    ) -> None:
        super().__init__(message, **fields)
        self.marker = marker
        self.since = since
        self.candidates = candidates


class StopUnconfirmed(BrowserSessionsError):
    """A session was asked to stop, but was not seen to end in time: it may be running.

    Attributes:
        session (BrowserSession | None): The session as it was last seen; None if no poll got a response. If the stop or
            the last poll failed, its error is the cause.

    """

    def __init__(self, message: str, *, session: BrowserSession | None = None, **fields: Any) -> None:
        super().__init__(message, **fields)
        self.session = session


class TransportError(BrowserSessionsError):
    """There was no response, or only part of one: no connection, TLS, a lost connection; httpx's error is the cause."""


class RequestTimeout(TransportError, TimeoutError):
    """There was no whole response within `timeout` for one attempt, or within `deadline` for all of them."""


class ApiStatusError(BrowserSessionsError):
    """The response has a status that is not a success, and that has no class of its own below.

    That includes redirects, none of which is followed, and a 404 for a path that the server does not know: check the
    base URL.
    """


class InvalidRequest(ApiStatusError):
    """400, 409 or 422: the provider rejected the request, usually because of the id's form."""


class AuthenticationFailed(ApiStatusError):
    """401, or what the provider sends in its place: the key is wrong, expired or of an unknown account."""


class PermissionDenied(ApiStatusError):
    """403: the key is valid, but does not allow this."""


class QuotaExceeded(ApiStatusError):
    """402, or a 403 about costs: credits or a cost limit are used up."""


class SessionNotFound(ApiStatusError):
    """404 or 410: this key has no such session, or no longer has it."""


class RateLimited(ApiStatusError):
    """429: too many requests, or too many sessions.

    Attributes:
        kind ("rate" | "concurrency" | None): "rate" if requests came too fast, "concurrency" if too many sessions run
            at once; None if the provider does not report which.

    """

    def __init__(self, message: str, *, kind: Literal["rate", "concurrency"] | None = None, **fields: Any) -> None:
        super().__init__(message, **fields)
        self.kind = kind


class ProviderUnavailable(ApiStatusError):
    """408 or 5xx, those of the CDN in front included: the provider failed to handle the request."""


class UnexpectedResponse(BrowserSessionsError):
    """A success is not what the provider describes: not JSON, too large, or without the id of a session.

    Nothing of its body is kept, since it may belong to any session.

    Attributes:
        path (str | None): Where in the JSON the problem is, for example "data.session_id"; None for the whole body.

    """

    def __init__(self, message: str, *, path: str | None = None, **fields: Any) -> None:
        super().__init__(message, **fields)
        self.path = path


class SessionEnded(BrowserSessionsError):
    """A session that was to become ready has ended.

    Attributes:
        session (BrowserSession): The session, ended.

    """

    def __init__(self, message: str, *, session: BrowserSession, **fields: Any) -> None:
        super().__init__(message, **fields)
        self.session = session


class WaitTimeout(BrowserSessionsError, TimeoutError):
    """A session did not end, become ready or meet the condition in time.

    Attributes:
        session (BrowserSession | None): The session as it was last seen; None if no poll got a response. If the last
            poll failed, its error is the cause.

    """

    def __init__(self, message: str, *, session: BrowserSession | None = None, **fields: Any) -> None:
        super().__init__(message, **fields)
        self.session = session


TRANSIENT = (TransportError, RateLimited, ProviderUnavailable)
"""The errors after which the same request may succeed a moment later."""

__all__ = [
    "TRANSIENT",
    "ApiStatusError",
    "AuthenticationFailed",
    "BrowserSessionsError",
    "ConfigurationError",
    "CreateUncertain",
    "InvalidOption",
    "InvalidRequest",
    "InvalidSessionRef",
    "LedgerError",
    "NotConnectable",
    "PermissionDenied",
    "ProviderUnavailable",
    "QuotaExceeded",
    "RateLimited",
    "RequestTimeout",
    "SessionEnded",
    "SessionNotFound",
    "StopUnconfirmed",
    "TransportError",
    "UnexpectedResponse",
    "Unsupported",
    "WaitTimeout",
]
