"""A call that no provider has yet: one that creates a session, and may not be repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import httpx
from skyvern_client import AuthenticatedClient
from skyvern_client.api.sessions import get_session

from browser_sessions import PROVIDERS, BrowserSession
from browser_sessions._access import Access
from browser_sessions._attempt import Receipt
from browser_sessions._bounds import Bounds
from browser_sessions._call import Call, Course, MayExistError, course
from browser_sessions._http import HEADERS
from browser_sessions._providers.skyvern import view
from browser_sessions.errors import BrowserSessionsError
from tests.facade.fetching import KEY

T = TypeVar("T")

BOUNDS = Bounds(30, 2, 120)
RECEIPT = Receipt()
"""Of a call that is not made at the same time as another one."""


class Create:
    """The generated operation, as it would be."""

    parse_response = staticmethod(get_session.parse_response)

    @staticmethod
    def build_request(
        minutes: int, *, client: AuthenticatedClient, path: str = "/v1/browser_sessions"
    ) -> httpx.Request:
        """Return the request."""
        return client.build_request("post", path, content_type="application/json", json={"timeout": minutes})


def call(base_url: str = "https://api.skyvern.com", **changes: Any) -> Call[BrowserSession]:
    """Return the call; changed, perhaps."""
    access = Access(PROVIDERS["skyvern"], KEY, base_url)
    client = AuthenticatedClient(token=KEY, base_url=base_url, headers=HEADERS)
    made = Call(access, client, Create, view, BOUNDS, (5,), receipt=RECEIPT, secrets=("hunter2",))
    return made._replace(**changes)


def noting(of: Call[T], note: Callable[[Any], object]) -> Course[T]:
    """Return the course of a call that notes the kind of an interruption."""
    try:
        return (yield from course(of))
    except (BrowserSessionsError, MayExistError):
        raise
    except BaseException as interruption:
        note(type(interruption))
        raise
