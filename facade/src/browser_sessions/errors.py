"""What goes wrong, as values: one family, which can be compared and pickled.

BrowserSessionsError
└── InvalidSessionRef   (also ValueError)   unknown provider; an id that is empty, "." or ".."
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from browser_sessions._ref import SessionRef

_FIELDS = ("ref", "provider", "status_code", "request_id", "retry_after", "headers", "body")


class BrowserSessionsError(Exception):
    """What all errors of this package are; two with the same message and fields are equal.

    Attributes:
        ref (SessionRef | None): Which session it is about.
        provider (str | None): Which provider it is about.
        status_code (int | None): The HTTP status that the provider answered with.
        request_id (str | None): The provider's own name for the request, for its support.
        retry_after (float | None): Seconds after which the provider wants to be asked again.
        headers (Mapping[str, str]): The answer's headers, without secrets.
        body (str | None): The answer's body, its first 2,000 characters.

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

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _FIELDS}

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), str(self), self._fields())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BrowserSessionsError):
            return NotImplemented
        return self.__reduce__() == other.__reduce__()

    def __hash__(self) -> int:
        return hash((type(self), str(self), self.ref))


def _rebuilt(error: type[BrowserSessionsError], message: str, fields: dict[str, Any]) -> BrowserSessionsError:
    return error(message, **fields)


class InvalidSessionRef(BrowserSessionsError, ValueError):  # noqa: N818 - says what is wrong, as all names here do
    """A text, or a provider with an id, that can name no session: nothing was sent.

    The message says what is wrong, and for an unknown provider which ones there are; it does not repeat the text.
    """


__all__ = ["BrowserSessionsError", "InvalidSessionRef"]
