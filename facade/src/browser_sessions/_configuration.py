"""The arguments of both clients, and what they share with those that `with_options` makes."""

from __future__ import annotations

import copy
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from browser_sessions._bounds import Seconds, checked_bounds
from browser_sessions._providers import PROVIDERS
from browser_sessions._ref import unknown_provider
from browser_sessions.errors import ConfigurationError

if TYPE_CHECKING:
    import ssl

    from browser_sessions._async_many import AsyncRun
    from browser_sessions._connect import ConnectInfo
    from browser_sessions._session import BrowserSession

Transport = TypeVar("Transport")
Driver = TypeVar("Driver")


class Configuration(ABC, Generic[Transport, Driver]):
    """The arguments of `Client` and `AsyncClient`, checked as far as possible without the environment."""

    def __init__(  # noqa: PLR0913 - as many as there are
        self,
        *,
        api_keys: Mapping[str, str] | None = None,
        base_urls: Mapping[str, str] | None = None,
        plain_http: Collection[str] = (),
        timeout: Seconds = 30,
        max_retries: int = 2,
        deadline: Seconds = 120,
        transport: Transport | None = None,
        proxy: str | None = None,
        verify: ssl.SSLContext | bool = True,
        ledger: str | os.PathLike[str] | None = None,
        owner: str | None = None,
    ) -> None:
        if transport is not None and (proxy is not None or verify is not True):
            raise ConfigurationError("a transport has its own proxy and certificates: give it these")
        self._api_keys = _by_provider("api_keys", api_keys)
        self._base_urls = _by_provider("base_urls", base_urls)
        self._plain_http = _providers_in("plain_http", plain_http)
        self._bounds = checked_bounds(timeout, max_retries, deadline)
        self._transport = transport
        self._proxy = proxy
        self._verify = verify
        self._ledger = None if ledger is None else Path(ledger).absolute()
        self._owner = None if owner is None else _checked_owner(owner)
        self._shared: Shared[Driver] = Shared()

    def with_options(
        self, *, timeout: Seconds | None = None, max_retries: int | None = None, deadline: Seconds | None = None
    ) -> Self:
        """Return a client with other limits that shares this one's connections: closing one of them closes both.

            patient = client.with_options(deadline=600)

        Args:
            timeout: As for the client; None for this one's.
            max_retries: As for the client; None for this one's.
            deadline: As for the client; None for this one's.

        Raises:
            ValueError: A number is out of range.

        """
        given = (timeout, max_retries, deadline)
        limits: Any = (old if new is None else new for old, new in zip(self._bounds, given, strict=True))
        other = copy.copy(self)
        vars(other)["_bounds"] = checked_bounds(*limits)
        return other

    def connect_info(self, session: BrowserSession, *, hosts: Collection[str] = ()) -> ConnectInfo:
        """Return the URL and headers to connect to a session's browser, for example by Playwright's `connect_over_cdp`.

        Nothing is sent. The API key is in it if the provider wants it, and `repr` shows nothing of it. A key in a
        header is only for this machine, the provider's own hosts and the host of the base URL.

            info = client.connect_info(client.get("skyvern:pbs_123"))

        Args:
            session: A session that was fetched just before, since its URL may change and expire.
            hosts: Other hosts that may get the key, such as "browsers.example".

        Raises:
            NotConnectable: The provider, the session's state or the base URL allows no connection; or the URL is at a
                host that may not get the key.
            ConfigurationError: The API key is missing.

        """
        from browser_sessions._access import find_access
        from browser_sessions._connect import connect_info
        from browser_sessions._ref import as_ref
        from browser_sessions._session import BrowserSession

        if not isinstance(session, BrowserSession):
            raise TypeError(f"connect_info takes a session, not {type(session).__name__}: get it first")
        access = find_access(as_ref(session), self._api_keys, self._base_urls, self._plain_http)
        return connect_info(session, access, hosts)

    def _open(self) -> Driver:
        return self._shared.driver or self._shared.open(self._make_driver)

    @abstractmethod
    def _make_driver(self) -> Driver: ...

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of browser sessions>"


class Shared(Generic[Driver]):
    """The driver, which is made once, with a client's first call, and is closed with the client."""

    def __init__(self) -> None:
        self.driver: Driver | None = None
        self.runs: tuple[AsyncRun[Any, Any], ...] = ()
        self._lock = threading.Lock()
        self._is_closed = False

    def open(self, make: Callable[[], Driver]) -> Driver:
        """Return the driver, which is made if there is none yet.

        Raises:
            ConfigurationError: The client is closed.

        """
        with self._lock:
            if self._is_closed:
                raise ConfigurationError("this client is closed: make another one")
            self.driver = self.driver or make()
            return self.driver

    def keep(self, run: AsyncRun[Any, Any]) -> None:
        """Note work that closing the client ends."""
        self.runs = (*(each for each in self.runs if not each.is_over), run)

    def close(self, transport: Any) -> Any:
        """Return what to close: the driver, or else the transport; None the second time."""
        with self._lock:
            closing = None if self._is_closed else self.driver or transport
            self.driver = None
            self._is_closed = True
            return closing


def _by_provider(name: str, values: Mapping[str, str] | None) -> dict[str, str]:
    if not isinstance(values, Mapping | None):
        raise ConfigurationError(f"{name} must be a mapping by provider, such as {{'skyvern': '…'}}")
    checked: dict[str, Any] = dict(values or {})
    _providers_in(name, checked)
    for slug, value in checked.items():
        if not isinstance(value, str) or not value:
            raise ConfigurationError(f"{name}[{slug!r}] is empty or not a text", provider=slug)
    return checked


def _providers_in(name: str, slugs: Collection[str]) -> frozenset[str]:
    given = frozenset([slugs] if isinstance(slugs, str) else slugs)
    for slug in given - PROVIDERS.keys():
        raise ConfigurationError(f"{name}: {unknown_provider(slug)}")
    return given


def _checked_owner(owner: str) -> str:
    from browser_sessions._options import checked_owner  # few clients have one

    return checked_owner(owner)
