"""Where to connect to a session's browser: what Playwright's `connect_over_cdp` takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from browser_sessions._masking import shown
from browser_sessions._providers import PROVIDERS
from browser_sessions._reading import text_of
from browser_sessions._session import BrowserSession
from browser_sessions._status import SessionStatus
from browser_sessions.errors import NotConnectable

if TYPE_CHECKING:
    from browser_sessions._access import Access


@dataclass(frozen=True, slots=True, repr=False)
class ConnectInfo:
    """Where and how to connect to a session's browser; it grants control of the browser, so `repr` hides it.

    Playwright's `connect_over_cdp` takes it as it is. Puppeteer's `browserURL` drops the path, the query and the
    headers of an https URL, and Selenium takes neither: for them, fetch `json/version/` below the URL with the headers,
    and connect to its `webSocketDebuggerUrl` with the headers.

    Attributes:
        url: A CDP URL: `wss://…`, or `https://…` for discovery through `/json/version`.
        headers: Headers to send with it; a driver also sends them along redirects and to the host that discovery names.

    """

    url: str
    headers: dict[str, str]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"


def connect_info(session: BrowserSession, access: Access, hosts: Collection[str] = ()) -> ConnectInfo:
    """Return where to connect to a session, with the API key where the provider wants it.

    Raises:
        NotConnectable: The provider, the state of the session or the base URL allows no connection; or the key is
            wanted in a header at a host that is neither the provider's, nor the base URL's, nor in `hosts`.

    """
    from urllib.parse import quote

    provider = access.provider
    template = provider.connect_url
    if template is None:
        raise _not_connectable(session, f"{provider.name} has no URL for a session that exists")
    if session.status.is_terminal:
        raise _not_connectable(session, f"it has ended ({session.status})")
    is_there = is_ready(session) or session.status is SessionStatus.UNKNOWN
    if "{connect_url}" in template and provider.fields["connect_url"][0] in session.unexpected:
        raise _not_connectable(session, "what the provider sent as its URL is not an absolute http or WebSocket URL")
    if not is_there or ("{connect_url}" in template and session.connect_url is None):
        raise _not_connectable(session, 'its browser has no URL yet; use wait(…, until="ready")')
    if "{key}" in template and not access.is_own:
        raise _not_connectable(session, f"its URL is known only at {provider.name}'s own base URL")
    url = template.format(
        connect_url=session.connect_url, id=quote(session.id, safe=""), key=quote(access.key, safe="")
    )
    scheme, _, rest = url.partition("://")
    url = f"{scheme.lower()}://{rest}"  # Playwright knows no WSS
    if provider.connect_header is None:
        return ConnectInfo(url, {})
    if problem := _problem_of_host(url, access, hosts):
        raise _not_connectable(session, f"its URL is {problem}")
    return ConnectInfo(url, {provider.connect_header: access.key})


def is_ready(session: BrowserSession) -> bool:
    """Whether a session runs and can be connected to, as far as its provider gives a sign of that.

    Raises:
        NotConnectable: It will never have a URL to connect to.

    """
    provider = PROVIDERS[session.provider]
    for name, value in provider.connect_never.items():
        if session.connect_url is None and text_of(getattr(session.raw, name, None)) == value:
            problem = f"{provider.name} gives no URL of a browser whose {name} is {value}; connect to it directly"
            raise _not_connectable(session, problem)
    is_there = all(getattr(session, name) is not None for name in provider.ready)
    return session.status is SessionStatus.RUNNING and is_there


def _problem_of_host(address: str, access: Access, hosts: Collection[str]) -> str | None:
    """Return why a host may not get the API key in a header."""
    import httpx

    from browser_sessions._access import is_loopback, is_within, parse_url

    url = parse_url(address)
    if url is None:
        return "invalid"
    host, own = url.host, access.provider.domain
    is_own = is_within(host, own)
    if is_loopback(host):
        return None
    name = access.provider.name
    others = [hosts] if isinstance(hosts, str) else hosts
    if not is_own and host not in {httpx.URL(access.base_url).host, *map(str.lower, others)}:
        shown = url.raw_host.decode("ascii")
        return (
            f"at {shown}, which is neither {name}'s nor the base URL's host, so {name}'s API key is not sent there; "
            f"pass hosts=[{shown!r}] if it may be"
        )
    if url.scheme in {"ws", "http"} and (is_own or not access.plain_http):
        advice = "" if is_own else f"; pass plain_http=[{access.provider.slug!r}] to the client if it may be"
        return f"not encrypted and on another machine, so {name}'s API key is not sent there{advice}"
    return None


def _not_connectable(session: BrowserSession, problem: str) -> NotConnectable:
    return NotConnectable(f"{shown(session.ref)} cannot be connected to: {problem}", ref=session.ref)
