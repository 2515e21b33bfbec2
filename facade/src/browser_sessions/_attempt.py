"""The steps of a call's course, and their results."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import httpx

    from browser_sessions._saving import FileDraft


class Receipt:
    """The result of a request that may not be sent twice, even if the caller that waited for it was interrupted.

    Attributes:
        is_sent: Whether the request was sent, or was about to be.
        came: The response, or what sending it raised; None as long as neither is there.

    """

    __slots__ = ("came", "is_sent")

    def __init__(self) -> None:
        self.is_sent = False
        self.came: RawResponse | Exception | None = None

    def renew(self) -> None:
        """Forget the result of an earlier attempt; the next one is sent now."""
        self.came = None
        self.is_sent = True


class Attempt(NamedTuple):
    """One attempt to send a request.

    Attributes:
        request: What is sent.
        end: The moment of the monotonic clock at which it is given up.
        max_body: Bytes that the response's body may have, decompressed.
        receipt: Where what came of it is kept, if the same may not be sent twice: it gets a new connection, and is not
            cut off.
        into: Where the body of a success is written; None to keep it in memory.

    """

    request: httpx.Request
    end: float
    max_body: int
    receipt: Receipt | None = None
    into: FileDraft | None = None


class Pause(NamedTuple):
    """A pause of some seconds."""

    seconds: float


class Work(NamedTuple):
    """Work that may block, on a disk for example, and is not cut off; its error comes back as a value."""

    do: Callable[[], Any]


class RawResponse(NamedTuple):
    """A response as it was received, whatever its status and body.

    Attributes:
        status_code: The HTTP status.
        headers: The headers.
        content: The body, as much of it as could be read; empty if it was written elsewhere.
        problem: Why the body of a success cannot be read; empty if it can.
        advice: What to do about that; empty if it is the usual.

    """

    status_code: int
    headers: httpx.Headers
    content: bytes
    problem: str = ""
    advice: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the status is a success, 200 to 299."""
        return 200 <= self.status_code < 300  # noqa: PLR2004 - HTTP's own
