"""What a call's course asks for, step by step, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import httpx


class Attempt(NamedTuple):
    """One sending of a request.

    Attributes:
        request: What is sent.
        end: The moment of the monotonic clock at which it is given up.
        max_body: Bytes that the response's body may have, decompressed.
        may_repeat: Whether the same may be sent twice; if not, it gets a new connection and is not cut off.

    """

    request: httpx.Request
    end: float
    max_body: int
    may_repeat: bool


class Pause(NamedTuple):
    """A wait of some seconds."""

    seconds: float


class RawResponse(NamedTuple):
    """A response as it was received, whatever its status and body.

    Attributes:
        status_code: The HTTP status.
        headers: The headers.
        content: The body, as much of it as could be read.
        problem: Why the body of a success cannot be read; empty if it can.

    """

    status_code: int
    headers: httpx.Headers
    content: bytes
    problem: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the status is one of success, 200 to 299."""
        return 200 <= self.status_code < 300  # noqa: PLR2004 - HTTP's own
