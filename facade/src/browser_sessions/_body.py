"""The bodies of requests and responses."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import httpx

from browser_sessions._attempt import RawResponse

if TYPE_CHECKING:
    from browser_sessions._saving import FileDraft

_GZIP = 16 + zlib.MAX_WBITS


class Content(httpx.AsyncByteStream):
    """A request's body. httpx's own is a generator, which is left half-way when the connection breaks: trio warns."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._parts = [content] if content else []

    def __aiter__(self) -> AsyncIterator[bytes]:
        return Content(self._content)

    async def __anext__(self) -> bytes:
        if not self._parts:
            raise StopAsyncIteration
        return self._parts.pop()


class Body:
    """A response's body as it arrives: decompressed, and no larger than it may be.

    Args:
        status: The status of the response.
        headers: Its headers.
        most: Bytes that the body may have, as it arrives and decompressed.
        into: Where the body of a success is written; None to keep it in memory.

    """

    def __init__(self, status: int, headers: httpx.Headers, most: int, into: FileDraft | None = None) -> None:
        coding = headers.get("content-encoding", "").strip().lower()
        self.is_success = 200 <= status < 300  # noqa: PLR2004 - HTTP's own
        self.is_whole = False
        self._status = status
        self._headers = headers
        self._most = most
        self._content = bytearray()
        self._into = into if self.is_success else None
        self._received = self._length = 0
        self._gzip = zlib.decompressobj(_GZIP) if coding in {"gzip", "x-gzip"} else None
        self._advice = ""
        self._problem = (
            ""
            if self._gzip or coding in {"", "identity"}
            else f"it is compressed as {coding!r}, which was not requested"
        )
        self._keep(b"")

    def take(self, chunk: bytes) -> bool:
        """Take what has arrived, and return whether more of it is wanted."""
        self._received += len(chunk)  # what follows a compressed body is not part of it, and may be endless
        if self._gzip and not self._problem:
            try:
                chunk = self._gzip.decompress(chunk, self._most + 1 - self._length)
            except zlib.error:
                self._problem = "it is compressed wrongly"
        if not self._problem:
            self._keep(chunk)
            if max(self._received, self._length) > self._most:
                self._problem = f"it is larger than {self._most / 1_000_000:g} MB"
                self._advice = "pass a larger max_size" if self._into else ""
        return not self._problem

    def _keep(self, chunk: bytes) -> None:
        if not self._into:
            self._content += chunk
        elif not self._into.write(chunk, is_first=not self._length):
            self._problem = "it cannot be written"
        self._length += len(chunk)

    def response(self) -> RawResponse:
        """Return the response with its body.

        For a status that is not a success, the body is as much of it as came: the status matters more.

        Raises:
            httpx.TransportError: The body of a success did not come as a whole.

        """
        if self.is_success and not self._problem:
            if not self.is_whole:
                raise httpx.ReadTimeout("timed out")
            if self._gzip and not self._gzip.eof:
                raise httpx.RemoteProtocolError("the compressed body is cut off")
        problem = self._problem if self.is_success else ""
        return RawResponse(self._status, self._headers, bytes(self._content), problem, self._advice)
