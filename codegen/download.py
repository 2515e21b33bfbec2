"""Bytes from addresses, within limits: https and one site only, so many bytes, so many seconds, and no secret sent.

Whatever a server does, the answer is there when the time is over: it is measured from the first lookup of the name to
the last byte, so that neither a server that drips nor one that never answers holds anybody up. That is why this module
runs on trio, which can leave even a lookup that the operating system does not return from.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy

import attrs
import httpx
import trio

from codegen.errors import DownloadError, quoted

_HEADERS = {
    "User-Agent": f"browser-sessions (codegen fetch) python-httpx/{httpx.__version__}",
    "Accept": "text/markdown, text/plain;q=0.9, */*;q=0.1",
    # A page has some ten thousand bytes: what is not compressed cannot become more than was counted.
    "Accept-Encoding": "identity",
}
_ETAG = re.compile(r'(W/)?"[\x21\x23-\x7e]{0,200}"')
_CORRECT = "correct the page in specs/sources.toml"


@attrs.frozen
class Limits:
    """What one download may take; `seconds` counts all of it, redirects included."""

    size: int = 5_000_000
    seconds: float = 30
    redirects: int = 5


@attrs.frozen
class Wanted:
    """An address, and the ETag of what we have of it."""

    address: str
    etag: str | None = None


@attrs.frozen
class Download:
    """What a server sent, and its ETag; no data where we have it already."""

    data: bytes | None
    etag: str | None


def download(wanted: Mapping[str, Wanted], limits: Limits) -> dict[str, Download | DownloadError]:
    """Return what is at some addresses, or why that cannot be had, each under its name; all are asked at once."""
    return trio.run(_download_all, wanted, limits)


async def _download_all(wanted: Mapping[str, Wanted], limits: Limits) -> dict[str, Download | DownloadError]:
    results: dict[str, Download | DownloadError] = {}

    async def store(name: str) -> None:
        results[name] = await _download(wanted[name], limits)

    async with trio.open_nursery() as nursery:
        for name in wanted:
            nursery.start_soon(store, name)
    return results


async def _download(wanted: Wanted, limits: Limits) -> Download | DownloadError:
    try:
        with trio.fail_after(limits.seconds):
            return await _request(wanted, limits)
    except DownloadError as error:
        return error
    except (trio.TooSlowError, httpx.ConnectTimeout):
        given = f"all of it may take {limits.seconds:g} seconds, and a connection half of what is left of them"
        return DownloadError(wanted.address, f"is not there in time: {given}")
    # Besides what the network does: an address or a proxy's that is none, or whose protocol httpx cannot speak.
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, ImportError, OSError) as error:
        return DownloadError(wanted.address, f"cannot be had: {_reason(error)}")


def _reason(error: BaseException) -> str:
    """Return the kind of an error, and what it says; some say nothing themselves, but were raised from others."""
    cause: BaseException | None = error
    while cause and not str(cause):
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__ + (f": {quoted(str(cause))}" if cause else "")


async def _request(wanted: Wanted, limits: Limits) -> Download:
    first = httpx.URL(wanted.address)
    if first.scheme != "https" or not first.host or first.userinfo:
        raise DownloadError(wanted.address, f"is not an https address without a user: {_CORRECT}")
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    deadline = trio.current_effective_deadline()
    async with httpx.AsyncClient(headers=_HEADERS, cookies=no_cookies, timeout=None) as client:  # noqa: S113 - above
        request = client.build_request("GET", first, headers={"If-None-Match": wanted.etag} if wanted.etag else {})
        for _ in range(limits.redirects + 1):
            # What httpx itself gives up, it closes; of a handshake that trio cancels, it forgets the socket. So it is
            # given less time than there is, and none is begun for which there is too little to tell the two apart.
            left = deadline - trio.current_time()
            if left < limits.seconds / 5:
                raise trio.TooSlowError
            request.extensions["timeout"]["connect"] = left / 2
            response = await client.send(request, stream=True)
            async with contextlib.aclosing(response):
                if response.next_request is None:
                    return await _read(response, wanted, limits)
                request = response.next_request
                _require_same_site(first, request.url, wanted)
    raise DownloadError(wanted.address, f"leads on after {limits.redirects} redirects")


def _require_same_site(first: httpx.URL, url: httpx.URL, wanted: Wanted) -> None:
    """Refuse to go elsewhere: another host is another site even if the names are alike, and so is another port."""
    if (url.scheme, url.host, url.port, url.userinfo) != (first.scheme, first.host, first.port, b""):
        elsewhere = quoted(str(url.copy_with(username=None, password=None)))
        raise DownloadError(wanted.address, f"leads to another site, {elsewhere}: if that is right, {_CORRECT}")


async def _read(response: httpx.Response, wanted: Wanted, limits: Limits) -> Download:
    if response.status_code == httpx.codes.NOT_MODIFIED and wanted.etag:
        return Download(None, wanted.etag)
    if response.status_code != httpx.codes.OK:
        advice = f": if it has moved, {_CORRECT}" if response.is_client_error else ""
        raise DownloadError(wanted.address, f"the server answers {response.status_code}{advice}")
    if (encoding := response.headers.get("Content-Encoding", "identity").lower()) != "identity":
        raise DownloadError(wanted.address, f"is sent in the encoding {quoted(encoding)}, though we ask for none")
    data = bytearray()
    with trio.CancelScope() as enough:
        async for chunk in response.aiter_raw():
            data += chunk
            if len(data) > limits.size:
                enough.cancel()  # ends the generators below from within, and closes all that they hold
    if len(data) > limits.size:
        raise DownloadError(wanted.address, f"is longer than {limits.size:,} bytes")
    etag = response.headers.get("ETag", "")
    return Download(bytes(data), etag if _ETAG.fullmatch(etag) else None)
