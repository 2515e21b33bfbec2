"""What goes wrong, as values: one family, which can be compared and pickled.

BrowserSessionsError
├── ConfigurationError                      no key, an address that is none, a key over plain http to a remote host
├── InvalidSessionRef   (also ValueError)   unknown provider; an id that is empty, "." or ".."
├── NotConnectable                          this provider, or the session's state, or the base URL allows no connection
├── TransportError                          could not connect, TLS, connection lost
│   └── RequestTimeout  (also TimeoutError) one attempt, or the deadline with no answer yet
├── ApiStatusError                          any status without a class below, 3xx included
│   ├── InvalidRequest                      400, 409, 422
│   ├── AuthenticationFailed                401, and 403 where that is how the provider says "bad key"
│   ├── PermissionDenied                    403
│   ├── QuotaExceeded                       402, and Anchor Browser's 403 for a cost limit
│   ├── SessionNotFound                     404, 410
│   ├── RateLimited                         429; `kind`: "rate", "concurrency" or None
│   └── ProviderUnavailable                 408, 5xx (520 to 526 included)
├── UnexpectedResponse                      a success that is not what the provider promises; `path`, where it is JSON
├── SessionEnded                            waiting for ready: it is over; `session`
└── WaitTimeout         (also TimeoutError) `session`: the last one seen, or None
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from browser_sessions._ref import SessionRef
    from browser_sessions._session import BrowserSession


class BrowserSessionsError(Exception):
    """What all errors of this package are; two with the same message and fields are equal.

    Attributes:
        ref (SessionRef | None): Which session it is about.
        provider (str | None): Which provider it is about.
        status_code (int | None): The HTTP status that the provider answered with.
        request_id (str | None): The provider's own name for the request, for its support.
        retry_after (float | None): Seconds after which the provider wants to be asked again.
        headers (Mapping[str, str]): The answer's headers, in lower case, without secrets.
        body (str | None): The answer's body, its first 2,000 characters, without secrets.

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
    """What was configured, or was not, allows no request: nothing was sent.

    The message names the environment variables that were looked at, and never shows a key or an address.
    """


class InvalidSessionRef(BrowserSessionsError, ValueError):
    """A text, or a provider with an id, that can name no session: nothing was sent.

    The message says what is wrong, and for an unknown provider which ones there are; it does not repeat the text.
    """


class NotConnectable(BrowserSessionsError):
    """There is no address to connect to: never of this provider, not in the session's state, or not at its base URL."""


class TransportError(BrowserSessionsError):
    """There was no answer, or not all of it: no connection, TLS, a lost connection; httpx's error is the cause."""


class RequestTimeout(TransportError, TimeoutError):
    """There was no answer, or not all of it, within `timeout` for one attempt or `deadline` for all of them."""


class ApiStatusError(BrowserSessionsError):
    """The provider answered with a status that is no success, and that has no class of its own below."""


class InvalidRequest(ApiStatusError):
    """400, 409 or 422: the provider does not take the request, usually because of the id's form."""


class AuthenticationFailed(ApiStatusError):
    """401, or the 403 of a provider that says "bad key" so: the key is wrong, expired or of another account."""


class PermissionDenied(ApiStatusError):
    """403: the key is a key, but this is not for it."""


class QuotaExceeded(ApiStatusError):
    """402, or the 403 of a provider that says so: credits or a cost limit are used up."""


class SessionNotFound(ApiStatusError):
    """404 or 410: there is no such session for this key, or not any more."""


class RateLimited(ApiStatusError):
    """429: too much was asked.

    Attributes:
        kind ("rate" | "concurrency" | None): Whether requests came too fast, or too many sessions run at once; None
            where the provider does not say.

    """

    def __init__(self, message: str, *, kind: Literal["rate", "concurrency"] | None = None, **fields: Any) -> None:
        super().__init__(message, **fields)
        self.kind = kind


class ProviderUnavailable(ApiStatusError):
    """408 or 5xx, those of the CDN in front included: the provider cannot answer now."""


class UnexpectedResponse(BrowserSessionsError):
    """A success that is not what the provider promises: not JSON, too large, or not what identifies a session.

    Attributes:
        path (str | None): Where in the JSON, for example "data.session_id"; None where the body as a whole is not it.

    """

    def __init__(self, message: str, *, path: str | None = None, **fields: Any) -> None:
        super().__init__(message, **fields)
        self.path = path


class SessionEnded(BrowserSessionsError):
    """A session that was waited for to be ready is over.

    Attributes:
        session (BrowserSession): The session.

    """

    def __init__(self, message: str, *, session: BrowserSession, **fields: Any) -> None:
        super().__init__(message, **fields)
        self.session = session


class WaitTimeout(BrowserSessionsError, TimeoutError):
    """What was waited for did not come in time.

    Attributes:
        session (BrowserSession | None): The session as it was last seen; None if no poll was answered. The last poll's
            error, if it failed, is the cause.

    """

    def __init__(self, message: str, *, session: BrowserSession | None = None, **fields: Any) -> None:
        super().__init__(message, **fields)
        self.session = session


PASSING = (TransportError, RateLimited, ProviderUnavailable)
"""What may be over when the same is asked again."""

__all__ = [
    "PASSING",
    "ApiStatusError",
    "AuthenticationFailed",
    "BrowserSessionsError",
    "ConfigurationError",
    "InvalidRequest",
    "InvalidSessionRef",
    "NotConnectable",
    "PermissionDenied",
    "ProviderUnavailable",
    "QuotaExceeded",
    "RateLimited",
    "RequestTimeout",
    "SessionEnded",
    "SessionNotFound",
    "TransportError",
    "UnexpectedResponse",
    "WaitTimeout",
]
