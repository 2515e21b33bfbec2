"""What a client was told, by arguments or the environment: it is the same for the synchronous and the other one."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from browser_sessions._bounds import Bounds
from browser_sessions._providers import PROVIDERS
from browser_sessions.errors import ConfigurationError

if TYPE_CHECKING:
    from browser_sessions._connect import ConnectInfo
    from browser_sessions._session import BrowserSession

Transport = TypeVar("Transport")


class Configuration(Generic[Transport]):
    """What `Client` and `AsyncClient` are made with, checked as far as it can be without the environment."""

    def __init__(  # noqa: PLR0913 - as many as there are
        self,
        *,
        api_keys: Mapping[str, str] | None = None,
        base_urls: Mapping[str, str] | None = None,
        timeout: float = 30,
        max_retries: int = 2,
        deadline: float = 120,
        transport: Transport | None = None,
    ) -> None:
        self._api_keys = _by_provider("api_keys", api_keys)
        self._base_urls = _by_provider("base_urls", base_urls)
        self._bounds = Bounds(timeout, max_retries, deadline)
        self._transport = transport
        self._opening = threading.Lock()
        self._is_closed = False

    def connect_info(self, session: BrowserSession) -> ConnectInfo:
        """Return where to connect to a session's browser, for example for Playwright's `connect_over_cdp`.

        Nothing is sent. Our key is in it where the provider wants it, and nothing of it in its `repr`.

        Raises:
            NotConnectable: There is no such address: of this provider, in this state, or at this base URL.
            ConfigurationError: There is no key.

        """
        from browser_sessions._access import find_access
        from browser_sessions._connect import connect_info

        return connect_info(session, find_access(session.ref, self._api_keys, self._base_urls))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of browser sessions>"

    def _require_open(self) -> None:
        if self._is_closed:
            raise ConfigurationError("this client is closed: make another one")


def _by_provider(name: str, values: Mapping[str, str] | None) -> dict[str, str]:
    checked: dict[str, Any] = dict(values or {})
    for slug, value in checked.items():
        if slug not in PROVIDERS:
            raise ConfigurationError(f"{name}: there is no provider {slug!r}. There are: {', '.join(PROVIDERS)}")
        if not isinstance(value, str) or not value:
            raise ConfigurationError(f"{name}[{slug!r}] is no text, or an empty one", provider=slug)
    return checked
