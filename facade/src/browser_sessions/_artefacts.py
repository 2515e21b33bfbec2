"""What there is to see of a session while it runs, and what it leaves behind."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from importlib import import_module
from typing import Any, NamedTuple, cast

import httpx

from browser_sessions._access import parse_url
from browser_sessions._attempt import RawResponse
from browser_sessions._bounds import Bounds
from browser_sessions._call import Call, Course, course
from browser_sessions._failures import line_of
from browser_sessions._http import HEADERS
from browser_sessions._inquiry import Inquiry
from browser_sessions._live_view import LiveView
from browser_sessions._masking import mask_text
from browser_sessions._reading import address_of
from browser_sessions._ref import SessionRef
from browser_sessions._session import Recording
from browser_sessions.errors import (
    ApiStatusError,
    NotConnectable,
    ProviderUnavailable,
    RateLimited,
    SessionNotFound,
    UnexpectedResponse,
)


def live_view(inquiry: Inquiry) -> Course[LiveView]:
    """Return where a session is watched."""
    provider, ref = inquiry.access.provider, _ref(inquiry)
    if "live_view_url" in provider.fields:
        session = yield from inquiry.session()
        expires_at = session.expires_at if "expires_at" in provider.operations["live_view"].fields else None
        found = LiveView(session.live_view_url, expires_at) if session.live_view_url else None
    else:
        found = yield from _module_of(inquiry, "live_views").live_view(inquiry)
    if found is None:
        raise NotConnectable(f"{_shown(ref)} cannot be watched: it is over, or has no page yet", ref=ref)
    _require_link(inquiry, found.url)
    return found


def recordings(inquiry: Inquiry) -> Course[tuple[Recording, ...]]:
    """Return the recordings that there are of a session."""
    if "recordings" in inquiry.access.provider.fields:
        session = yield from inquiry.session()
        found = session.recordings
    else:
        found = yield from _module_of(inquiry, "recordings").recordings(inquiry)
    for each in found:
        _require_link(inquiry, each.url)
    return found


def request_recording(inquiry: Inquiry) -> Course[None]:
    """Have the recordings of a session made."""
    yield from _module_of(inquiry, "recordings").request_recording(inquiry)


def recording_content(inquiry: Inquiry, bounds: Bounds, max_body: int) -> Course[bytes]:
    """Return the bytes of a session's first recording.

    Args:
        inquiry: How the provider is asked.
        bounds: How long it may take to read them, and how often that may be tried.
        max_body: How many bytes there may be.

    """
    content = None if "recordings" in inquiry.access.provider.fields else _module_of(inquiry, "recordings").CONTENT
    if content is not None:
        return cast("bytes", (yield from inquiry.within(bounds, max_body).ask(content)))
    found = yield from recordings(inquiry)
    if not found:
        ref = _ref(inquiry)
        raise SessionNotFound(f"{_shown(ref)} has no recording, or none yet", ref=ref)
    return (yield from _fetched(inquiry, found[0].url, bounds, max_body))


class _Link(NamedTuple):
    """An address, to be asked for as an operation of a generated client is.

    Attributes:
        url: The address.
        headers: The headers of the request.

    """

    url: str
    headers: Any

    def build_request(self, *, client: object) -> httpx.Request:
        """Return the request; the key is in `headers`, or nowhere."""
        del client
        return httpx.Request("GET", self.url, headers=self.headers)

    def parse_response(self, response: RawResponse) -> _Content:
        """Return the body as it is; none of another success than 200, which has a part of it, or nothing."""
        return _Content(response.status_code, response.content if response.status_code == HTTPStatus.OK else None)


class _Content(NamedTuple):
    status_code: int
    parsed: bytes | None
    error: None = None


def _content_of(content: bytes) -> bytes:
    return content


def _fetched(inquiry: Inquiry, address: str, bounds: Bounds, max_body: int) -> Course[bytes]:
    """Return what is at an address, which gets the key only if it is at the API's own host."""
    url, base = httpx.URL(address), httpx.URL(inquiry.access.base_url)
    is_own = (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port)
    headers = inquiry.client.build_request("get", "").headers if is_own else httpx.Headers(HEADERS)
    headers["Accept"] = "*/*"
    link = _Link(address, headers)
    access = inquiry.access if is_own else replace(inquiry.access, base_url=f"{url.scheme}://{url.netloc.decode()}")
    call: Call[bytes] = Call(
        access, inquiry.client, link, _content_of, bounds, ref=inquiry.ref, max_body=max_body, secrets=(address,)
    )
    try:
        return (yield from course(call))
    except ApiStatusError as error:
        if is_own or isinstance(error, ProviderUnavailable | RateLimited):
            raise
        text = f"{_shown(_ref(inquiry))}: its recording cannot be fetched (status {error.status_code})"
        refusal = ApiStatusError(
            f"{text}; such an address expires, so list the recordings again",
            ref=inquiry.ref,
            status_code=error.status_code,
        )
    raise refusal


def _require_link(inquiry: Inquiry, address: str) -> None:
    """Refuse what is no absolute http URL with a host, or one in which parsers disagree about the host."""
    url = parse_url(address) if address_of(address, "", []) else None
    if url is None or url.scheme not in {"http", "https"} or not url.host:
        name, ref = inquiry.access.provider.name, _ref(inquiry)
        raise UnexpectedResponse(f"{_shown(ref)}: {name} sent an address that is no absolute http URL", ref=ref)


def _module_of(inquiry: Inquiry, name: str) -> Any:
    return import_module(f"{inquiry.module.__name__}.{name}")


def _ref(inquiry: Inquiry) -> SessionRef:
    return cast("SessionRef", inquiry.ref)


def _shown(ref: SessionRef) -> str:
    return line_of(mask_text(str(ref)))
