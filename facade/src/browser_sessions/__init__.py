"""One view of a cloud browser session of any provider, and one client that creates, lists, reads and stops sessions.

`Client` and `AsyncClient` do that for five providers, and return where to connect; `get()` fetches one session.
`view()` makes a `BrowserSession` of what any of the five generated clients returns. `PROVIDERS` lists, as data, what
each provider can report about a session.

Only the errors are imported at once. The clients, httpx and the modules of this package are imported when they are
first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from browser_sessions import errors
from browser_sessions.errors import BrowserSessionsError, InvalidSessionRef

if TYPE_CHECKING:
    from browser_sessions._account import Account
    from browser_sessions._async_client import AsyncClient
    from browser_sessions._client import Client, get
    from browser_sessions._connect import ConnectInfo
    from browser_sessions._live_view import LiveView
    from browser_sessions._options import Profile, Proxy
    from browser_sessions._providers import PROVIDERS, Provider
    from browser_sessions._reap_report import ReapReport
    from browser_sessions._ref import SessionRef
    from browser_sessions._session import BrowserSession, Cost, Recording, SessionFailure
    from browser_sessions._status import SessionStatus
    from browser_sessions._version import __version__
    from browser_sessions._view import view

_MODULES = {
    "PROVIDERS": "_providers",
    "Account": "_account",
    "AsyncClient": "_async_client",
    "BrowserSession": "_session",
    "Client": "_client",
    "ConnectInfo": "_connect",
    "Cost": "_session",
    "LiveView": "_live_view",
    "Profile": "_options",
    "Provider": "_providers",
    "Proxy": "_options",
    "ReapReport": "_reap_report",
    "Recording": "_session",
    "SessionFailure": "_session",
    "SessionRef": "_ref",
    "SessionStatus": "_status",
    "__version__": "_version",
    "get": "_client",
    "view": "_view",
}

__all__ = (
    "PROVIDERS",
    "Account",
    "AsyncClient",
    "BrowserSession",
    "BrowserSessionsError",
    "Client",
    "ConnectInfo",
    "Cost",
    "InvalidSessionRef",
    "LiveView",
    "Profile",
    "Provider",
    "Proxy",
    "ReapReport",
    "Recording",
    "SessionFailure",
    "SessionRef",
    "SessionStatus",
    "__version__",
    "errors",
    "get",
    "view",
)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value  # next time it is found without a call
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
