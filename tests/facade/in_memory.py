"""The sandbox without its server: a function that responds to a client's requests, and a time that tests move."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx

from browser_sessions import PROVIDERS
from browser_sessions.sandbox._faults import Kind, make_fault
from browser_sessions.sandbox._fleet import Clock as SandboxClock
from browser_sessions.sandbox._messages import Request
from browser_sessions.sandbox._stand_in import StandIn
from tests.facade.fetching import KEY
from tests.facade.test_retries import Clock

CREATORS = tuple(slug for slug, provider in PROVIDERS.items() if provider.operations["create"].is_available)
"""The providers whose sessions can be created."""


class _Time(SandboxClock):
    """The sandbox's time, which goes by the test's clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._began = datetime.now(UTC) - timedelta(seconds=clock.now)

    def now(self) -> datetime:
        """Return the time."""
        return self._began + timedelta(seconds=self._clock.now)


class InMemory:
    """What stands in for one provider.

    Attributes:
        sent: The methods and paths of the requests, in their order.

    """

    def __init__(self, slug: str, clock: Clock) -> None:
        self.slug = slug
        self._stand_in = StandIn(slug, KEY, _Time(clock))
        self._before: Callable[[httpx.Request], None] = lambda _: None
        self.sent: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Respond to a request."""
        base = httpx.URL(PROVIDERS[self.slug].base_url).path.rstrip("/")
        path = request.url.path
        self.sent.append(f"{request.method} {path.removeprefix(base)}")
        self._before(request)
        query = parse_qs(request.url.query.decode(), keep_blank_values=True)
        responding = self._stand_in.respond(Request(request.method, path, request.headers, query, request.content))
        try:
            while True:
                responding.send(None)
        except StopIteration as end:
            reply = end.value
        if reply.is_lost:
            raise httpx.RemoteProtocolError("lost")
        headers: dict[str, Any] = dict(reply.headers)
        return httpx.Response(reply.status, json=reply.body, headers=headers)

    def before(self, act: Callable[[httpx.Request], None]) -> None:
        """Do something with each request before it is responded to."""
        self._before = act

    def fault(self, operation: str, kind: Kind, amount: float | None = None, *, times: int | None = 1) -> None:
        """Let an operation go wrong, as `Sandbox.fault`."""
        self._stand_in.faults.add(make_fault(operation, kind, amount, times=times))

    @property
    def open(self) -> list[str]:
        """The ids of the sessions that have not ended."""
        return [life.id for life in self._stand_in.fleet.open_sessions()]

    def start(self, **options: Any) -> str:
        """Start a session as another program would, and return its id."""
        session = self._stand_in.wire.new_session(self._stand_in.fleet, options, self._stand_in.fleet.now)
        self._stand_in.fleet.add(session)
        return session.id
