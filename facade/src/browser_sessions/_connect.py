"""Where a browser is driven: what Playwright's `connect_over_cdp` takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from browser_sessions._providers import PROVIDERS
from browser_sessions._session import BrowserSession
from browser_sessions._status import SessionStatus
from browser_sessions.errors import NotConnectable

if TYPE_CHECKING:
    from browser_sessions._access import Access


@dataclass(frozen=True, slots=True, repr=False)
class ConnectInfo:
    """Where and how to connect to a session's browser; whoever has it drives the browser, so it is not shown.

    Attributes:
        url: A CDP address: `wss://…`, or `https://…` for discovery through `/json/version`.
        headers: What is to be sent along.

    """

    url: str
    headers: dict[str, str]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"


def connect_info(session: BrowserSession, access: Access) -> ConnectInfo:
    """Return where to connect to a session, with our key where the provider wants it.

    Raises:
        NotConnectable: There is no such place.

    """
    from urllib.parse import quote

    provider = access.provider
    template = provider.connect_url
    if template is None:
        raise _not_connectable(session, f"{provider.name} has no address for a session that is there already")
    if session.status.is_terminal:
        raise _not_connectable(session, f"it is over ({session.status})")
    is_there = session.status is SessionStatus.UNKNOWN or is_ready(session)
    if not is_there or ("{connect_url}" in template and session.connect_url is None):
        raise _not_connectable(session, 'its browser is not there yet: use wait(…, until="ready")')
    if "{key}" in template and not access.is_own:
        raise _not_connectable(session, f"another base URL than {provider.name}'s own has no known address")
    url = template.format(
        connect_url=session.connect_url, id=quote(session.id, safe=""), key=quote(access.key, safe="")
    )
    if provider.connect_header is None:
        return ConnectInfo(url, {})
    if not _is_private(url):
        raise _not_connectable(session, "its address is not encrypted, and would show the key on the way")
    return ConnectInfo(url, {provider.connect_header: access.key})


def is_ready(session: BrowserSession) -> bool:
    """Whether a session runs and, where its provider gives a sign of it, its browser is there."""
    sign = PROVIDERS[session.provider].ready
    return session.status is SessionStatus.RUNNING and (sign is None or getattr(session, sign) is not None)


def _is_private(address: str) -> bool:
    import httpx

    from browser_sessions._access import is_loopback

    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return False
    return url.scheme in {"https", "wss"} or is_loopback(url.host)


def _not_connectable(session: BrowserSession, problem: str) -> NotConnectable:
    return NotConnectable(f"{session.ref} cannot be connected to: {problem}", ref=session.ref)
