"""The live view of a session while it runs, and its recordings."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

import httpx

from browser_sessions._access import parse_url
from browser_sessions._attempt import RawResponse
from browser_sessions._bounds import Bounds
from browser_sessions._call import Call, Course, course
from browser_sessions._http import HEADERS
from browser_sessions._inquiry import Inquiry
from browser_sessions._live_view import LiveView
from browser_sessions._masking import shown
from browser_sessions._reading import address_of
from browser_sessions._records import done
from browser_sessions._ref import SessionRef
from browser_sessions._saving import FileDraft
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
    """Return where people watch a session."""
    provider, ref = inquiry.access.provider, _ref(inquiry)
    if "live_view_url" in provider.fields:
        session = yield from inquiry.session()
        if provider.fields["live_view_url"][0] in session.unexpected:
            raise _no_link(inquiry)
        expires_at = session.expires_at if "expires_at" in provider.operations["live_view"].fields else None
        found = LiveView(session.live_view_url, expires_at) if session.live_view_url else None
    else:
        found = yield from _module_of(inquiry, "live_views").live_view(inquiry)
    if found is None:
        raise NotConnectable(f"{shown(ref)} cannot be watched: it has ended, or has no live view yet", ref=ref)
    _require_link(inquiry, found.url)
    return found


def recordings(inquiry: Inquiry) -> Course[tuple[Recording, ...]]:
    """Return the recordings of a session that exist by now."""
    if "recordings" in inquiry.access.provider.fields:
        session = yield from inquiry.session()
        found = session.recordings
    else:
        found = yield from _module_of(inquiry, "recordings").recordings(inquiry)
    for each in found:
        _require_link(inquiry, each.url)
    return found


def request_recording(inquiry: Inquiry) -> Course[None]:
    """Ask for the recordings of a session to be made."""
    yield from _module_of(inquiry, "recordings").request_recording(inquiry)


def save_recording(inquiry: Inquiry, bounds: Bounds, target: Path, *, overwrite: bool, max_size: int) -> Course[Path]:
    """Write a session's first recording into a file, and return its path.

    Args:
        inquiry: How the provider is asked.
        bounds: How long it may take to read the recording, and how often that may be tried.
        target: Where the file is to be.
        overwrite: Whether a file that is there already is replaced.
        max_size: How many bytes there may be.

    """
    with FileDraft(target) as draft:
        yield from _written(inquiry, inquiry._replace(bounds=bounds, max_body=max_size, into=draft))
        return (yield from done(partial(draft.publish, overwrite=overwrite)))


def _written(inquiry: Inquiry, into_file: Inquiry) -> Course[None]:
    """Write the recording, from the operation that has its bytes, or else from its URL."""
    has_urls = "recordings" in inquiry.access.provider.fields
    content = None if has_urls else _module_of(inquiry, "recordings").CONTENT
    if content is not None:
        yield from into_file.ask(content)
        return
    found = yield from recordings(inquiry)
    if not found:
        ref = _ref(inquiry)
        raise SessionNotFound(f"{shown(ref)} has no recording, or none yet", ref=ref)
    yield from _fetched(into_file, found[0].url)


class _Link(NamedTuple):
    """A URL, requested in the way of an operation of a generated client.

    Attributes:
        url: The URL.
        headers: The headers of the request.

    """

    url: str
    headers: Any

    def build_request(self, *, client: object) -> httpx.Request:
        """Return the request; the key is in `headers`, or nowhere."""
        del client
        return httpx.Request("GET", self.url, headers=self.headers)

    def parse_response(self, response: RawResponse) -> _Arrival:
        """Return True for 200; any other success has only a part of the body, or none."""
        return _Arrival(response.status_code, True if response.status_code == HTTPStatus.OK else None)


class _Arrival(NamedTuple):
    status_code: int
    parsed: Literal[True] | None
    error: None = None


def _fetched(inquiry: Inquiry, address: str) -> Course[None]:
    """Write the content of a URL into the inquiry's file; the key is sent only to the API's own host."""
    url, base = httpx.URL(address), httpx.URL(inquiry.access.base_url)
    is_own = (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port)
    headers = inquiry.client.build_request("get", "").headers if is_own else httpx.Headers(HEADERS)
    headers["Accept"] = "*/*"
    link = _Link(address, headers)
    access = inquiry.access if is_own else replace(inquiry.access, base_url=f"{url.scheme}://{url.netloc.decode()}")
    call: Call[bool] = Call(
        access,
        inquiry.client,
        link,
        bool,
        inquiry.bounds,
        ref=inquiry.ref,
        max_body=inquiry.max_body,
        secrets=(address,),
        into=inquiry.into,
    )
    try:
        yield from course(call)
    except ApiStatusError as error:
        if is_own or isinstance(error, ProviderUnavailable | RateLimited):
            raise
        refusal = _refusal(inquiry, error)
    else:
        return
    raise refusal


def _refusal(inquiry: Inquiry, error: ApiStatusError) -> ApiStatusError:
    """Return the error for a URL of a recording that is refused, which means nothing about the session or the key."""
    advice = "such a URL expires, so list the recordings again"
    if "location" in error.headers:
        advice = "it redirects, which is not followed: list the recordings, and fetch the URL yourself"
    text = f"{shown(_ref(inquiry))}: its recording cannot be fetched (status {error.status_code}); {advice}"
    return ApiStatusError(text, ref=inquiry.ref, status_code=error.status_code)


def _require_link(inquiry: Inquiry, address: str) -> None:
    """Refuse a text that is not an absolute http URL with a host, or in which parsers disagree about the host."""
    url = parse_url(address) if address_of(address, "", []) else None
    if url is None or url.scheme not in {"http", "https"} or not url.host:
        raise _no_link(inquiry)


def _no_link(inquiry: Inquiry) -> UnexpectedResponse:
    name, ref = inquiry.access.provider.name, _ref(inquiry)
    problem = f"{name} sent a URL that cannot be opened: it is not an absolute http or https URL"
    return UnexpectedResponse(f"{shown(ref)}: {problem}; find it on {name}'s own site", ref=ref)


def _module_of(inquiry: Inquiry, name: str) -> Any:
    return import_module(f"{inquiry.module.__name__}.{name}")


def _ref(inquiry: Inquiry) -> SessionRef:
    return cast("SessionRef", inquiry.ref)
