"""A browser that runs already, on this machine or another, and stands in for the browsers of the sessions here."""

from __future__ import annotations

from dataclasses import dataclass, field

VERSION = "json/version/"
"""The path below an http address at which a browser, and here each session, gives its WebSocket address."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Where the browser is.

    Attributes:
        websocket: Its own address.
        sessions: Below it, each session has an http address, at which the other one is found while the session runs.

    """

    websocket: str = field(repr=False)
    sessions: str


def find_websocket(address: str) -> str:
    """Return the WebSocket address of the browser at an address of either kind.

    Raises:
        ValueError: It is of neither kind, or no browser responds.

    """
    import httpx

    from browser_sessions._access import parse_url

    url = parse_url(address)
    if url and url.host and url.scheme in {"ws", "wss"}:
        return address
    if not url or not url.host or url.scheme not in {"http", "https"}:
        raise ValueError("the browser's address is not an absolute WebSocket or http URL")
    try:
        websocket: str = httpx.get(f"{address.rstrip('/')}/{VERSION}").json()["webSocketDebuggerUrl"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        advice = "start one that does, such as chromium --remote-debugging-port=9222"
        raise ValueError(f"no browser at {url.scheme}://{url.netloc.decode()} gives its address: {advice}") from None
    return websocket
