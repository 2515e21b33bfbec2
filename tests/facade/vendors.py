"""What differs between the providers' lives of a session, as data, and their generated clients over a sandbox."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from browser_sessions import SessionRef
from browser_sessions.sandbox import KEY, Sandbox, serve
from codegen.__main__ import ROOT
from codegen.providers import load_providers

START = datetime(2026, 3, 4, 9, tzinfo=UTC)
OPERATIONS = {each.slug: {one.name: one for one in each.operations} for each in load_providers(ROOT)}


@dataclass(frozen=True)
class Vendor:
    """How a provider's API says what all of them say.

    Attributes:
        slug: The provider.
        created: The status of a create.
        id_of_created, session, rows: Where a create's id, a get's session and a list's rows are in their bodies.
        id: The name of the id in a row.
        starting, running, stopped, expired, failed: What `status` is in the course of a life.
        lifetime: Seconds after which a session has ended that was created without options.
        stop: The body of a stop.
        marked: The body of a create with the mark job=nightly.
        marks: The mark in a session: its property, and its value.
        by_mark: The arguments of a list of the sessions with the mark.
        page: The arguments of a list for a page of ten, by the number of the page counted from 0.
        history: The operation that lists all sessions.

    """

    slug: str
    created: int
    id_of_created: tuple[str, ...]
    session: tuple[str, ...]
    rows: tuple[str, ...]
    id: str
    starting: str
    running: str
    stopped: str
    expired: str
    lifetime: int
    stop: Mapping[str, Any] = field(default_factory=dict)
    marked: Mapping[str, Any] = field(default_factory=dict)
    marks: tuple[str, Any] | None = None
    by_mark: Mapping[str, Any] = field(default_factory=dict)
    page: Any = None
    failed: str = "failed"
    history: str = "list_sessions"

    def __str__(self) -> str:
        return self.slug


MARK = {"job": "nightly"}
CREATING = (
    Vendor(
        "anchorbrowser",
        *(200, ("data", "id"), ("data",), ("data", "sessions"), "id"),
        *("running", "running", "completed", "completed", 20 * 60),
        marked={"session": {"tags": ["job=nightly"]}},
        marks=("tags", ["job=nightly"]),
        by_mark={"tags": "job=nightly"},
        page=lambda number: {"page": number + 1},
    ),
    Vendor(
        "browser_use",
        *(201, ("id",), (), ("items",), "id"),
        *("active", "active", "stopped", "stopped", 60 * 60),
        failed="stopped",
        stop={"body": {"action": "stop"}},
        marked={"metadata": MARK},
        marks=("metadata", MARK),
        by_mark={"metadata": ["job:nightly"]},
        page=lambda number: {"page_number": number + 1},
    ),
    Vendor(
        "browserbase",
        *(201, ("id",), (), (), "id"),
        *("PENDING", "RUNNING", "COMPLETED", "TIMED_OUT", 300),
        failed="ERROR",
        stop={"body": {"status": "REQUEST_RELEASE"}},
        marked={"userMetadata": MARK},
        marks=("userMetadata", MARK),
        by_mark={"q": "user_metadata['job']:'nightly'"},
    ),
    Vendor(
        "skyvern",
        *(200, ("browser_session_id",), (), (), "browser_session_id"),
        *("created", "running", "completed", "completed", 63 * 60 + 1),
        page=lambda number: {"page": number + 1},
        history="list_past_sessions",
    ),
)
BRIGHT_DATA = Vendor(
    "brightdata",
    *(0, (), ("session",), ("sessions",), "session_id"),
    *("running", "running", "", "failed", 60 * 60),
    page=lambda number: {"limit": 10, "offset": 10 * number},
)
VENDORS = (*CREATING, BRIGHT_DATA)
BY_SLUG = {vendor.slug: vendor for vendor in VENDORS}


def at(body: Any, place: tuple[str, ...]) -> Any:
    """Return what is at a place of a body."""
    for name in place:
        body = body[name]
    return body


class Account:
    """A provider's generated client, over a sandbox, which closes it.

    Args:
        server: The sandbox.
        vendor: The provider.
        token: The key.

    """

    def __init__(self, server: Sandbox, vendor: Vendor, token: str) -> None:
        self.vendor, self.server = vendor, server
        package = importlib.import_module(f"{vendor.slug}_client")
        self.client: Any = package.AuthenticatedClient(base_url=server.base_urls[vendor.slug], token=token)

    def call(self, operation: str, *arguments: Any, **named: Any) -> Any:
        """Return the response of an operation, which is what the client expects."""
        tag = OPERATIONS[self.vendor.slug][operation].tag
        module = importlib.import_module(f"{self.vendor.slug}_client.api.{tag}.{operation}")
        response = module.sync_detailed(*arguments, client=self.client, **named)
        assert response.error is None, response
        return response

    def body(self, operation: str, *arguments: Any, expected: int = 200, **named: Any) -> Any:
        """Return the body of a response of a status, as the client read it."""
        response = self.call(operation, *arguments, **named)
        assert response.status_code == expected, response
        parsed = response.parsed
        if isinstance(parsed, list):
            assert getattr(parsed, "unexpected", {}) == {}
            return [each.to_dict() for each in parsed]
        assert parsed.unexpected == {}
        return parsed.to_dict()

    def create(self, body: Mapping[str, Any] | None = None) -> str:
        """Create a session, and return its id."""
        created = self.body("create_session", expected=self.vendor.created, body=dict(body or {}))
        return str(at(created, self.vendor.id_of_created))

    def begin(self) -> str:
        """Let a session begin in the way there is, and return its id."""
        return self.create() if "create_session" in OPERATIONS[self.vendor.slug] else self.start()

    def start(self, *arguments: Any, **named: Any) -> str:
        """Let a session begin without a request, and return its id."""
        return self.server.start(self.vendor.slug, *arguments, **named).id

    def get(self, session_id: str) -> Any:
        """Return a session."""
        return at(self.body("get_session", session_id), self.vendor.session)

    def stop(self, session_id: str) -> Any:
        """Return the response of a stop."""
        return self.call("stop_session", session_id, **self.vendor.stop)

    def rows(self, operation: str = "list_sessions", **named: Any) -> list[Any]:
        """Return the rows of a list."""
        found: list[Any] = at(self.body(operation, **named), self.vendor.rows)
        return found

    def ids(self, operation: str = "list_sessions", **named: Any) -> list[str]:
        """Return the ids of the rows of a list."""
        return [row[self.vendor.id] for row in self.rows(operation, **named)]

    def open_ids(self) -> list[str]:
        """Return the ids of the sessions that are not over, as the sandbox knows them."""
        return [ref.id for ref in self.server.open_sessions(self.vendor.slug)]

    def ref(self, session_id: str) -> SessionRef:
        """Return the reference of a session."""
        return SessionRef(self.vendor.slug, session_id)


class Bench:
    """A sandbox, and the clients that tests use over it, which are closed with it."""

    def __init__(self, server: Sandbox, stack: ExitStack) -> None:
        self.server, self._stack = server, stack
        self._accounts: dict[tuple[str, str], Account] = {}

    def anew(self) -> Bench:
        """Return this, as it is at its start, with the clock stopped at a time of the past."""
        self.server.freeze(START)
        self.server.reset()
        return self

    def account(self, vendor: Vendor | str, token: str = KEY) -> Account:
        """Return a provider's client."""
        found = BY_SLUG[vendor] if isinstance(vendor, str) else vendor
        if (found.slug, token) not in self._accounts:
            account = self._accounts[found.slug, token] = Account(self.server, found, token)
            self._stack.enter_context(account.client)
        return self._accounts[found.slug, token]


@contextmanager
def open_bench() -> Iterator[Bench]:
    """Serve a sandbox for tests."""
    with ExitStack() as stack:
        yield Bench(stack.enter_context(serve()), stack)
