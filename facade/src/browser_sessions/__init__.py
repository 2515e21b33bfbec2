"""One view of a cloud browser session, whoever runs it.

`view()` makes a `BrowserSession` of what any of the five generated clients returns. `PROVIDERS` says, as data, what
each provider can tell of a session.

Nothing but the errors is imported before it is used: neither a client nor httpx, and a module of this package with its
first name.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from browser_sessions import errors
from browser_sessions.errors import BrowserSessionsError, InvalidSessionRef

if TYPE_CHECKING:
    from browser_sessions._providers import PROVIDERS, Provider
    from browser_sessions._ref import SessionRef
    from browser_sessions._session import BrowserSession, Cost, Recording, SessionFailure
    from browser_sessions._status import SessionStatus
    from browser_sessions._view import view

_MODULES = {
    "PROVIDERS": "_providers",
    "BrowserSession": "_session",
    "Cost": "_session",
    "Provider": "_providers",
    "Recording": "_session",
    "SessionFailure": "_session",
    "SessionRef": "_ref",
    "SessionStatus": "_status",
    "view": "_view",
}

__all__ = (
    "PROVIDERS",
    "BrowserSession",
    "BrowserSessionsError",
    "Cost",
    "InvalidSessionRef",
    "Provider",
    "Recording",
    "SessionFailure",
    "SessionRef",
    "SessionStatus",
    "errors",
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
