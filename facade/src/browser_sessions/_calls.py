"""Which call each method of a client is: a new operation is a method here, and a module in each provider's folder."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from browser_sessions._access import Access, find_access, find_keyed
from browser_sessions._attempt import Pause
from browser_sessions._bounds import Bounds, Seconds, checked_seconds
from browser_sessions._call import Call, Course, course, is_transient, whole
from browser_sessions._http import HEADERS
from browser_sessions._ref import SessionRef, known_provider
from browser_sessions._session import BrowserSession
from browser_sessions.errors import (
    BrowserSessionsError,
    ConfigurationError,
    InvalidOption,
    SessionNotFound,
    Unsupported,
)

if TYPE_CHECKING:
    from browser_sessions._account import Account
    from browser_sessions._creation import Creation
    from browser_sessions._inquiry import Inquiry
    from browser_sessions._ledger import Ledger
    from browser_sessions._listing import Reading, Source
    from browser_sessions._query import Query
    from browser_sessions._reap_report import ReapReport
    from browser_sessions._reaping import Scope
    from browser_sessions._waiting import Until


_NEW = 10.0
"""Seconds after its creation in which a provider may not find a session yet."""


_MOST_CREATED = 10_000
"""Sessions that are remembered as created here."""

MAX_LIST = 100_000_000
"""Bytes that a page of a list may have: two providers send the whole list at once."""


class ProviderClient(NamedTuple):
    """A provider that was opened with a key.

    Attributes:
        access: The key and the address.
        module: The module of ours that knows its generated client.
        client: The generated client, which makes requests.

    """

    access: Access
    module: Any
    client: Any


class Calls:
    """The calls of a client; each provider is opened with its first one."""

    def __init__(
        self,
        api_keys: Mapping[str, str],
        base_urls: Mapping[str, str],
        plain_http: Collection[str] = (),
        *,
        ledger: Path | None = None,
        owner: str | None = None,
    ) -> None:
        self._api_keys = api_keys
        self._base_urls = base_urls
        self._plain_http = plain_http
        self._opened: dict[str, ProviderClient] = {}
        self.owner = owner
        self.ledger: Ledger | None = None
        if ledger:
            from browser_sessions._ledger import Ledger

            self.ledger = Ledger(ledger)
        self.created: OrderedDict[SessionRef, float] = OrderedDict()
        """The latest sessions that were created here and not yet stopped, and when that was."""

    def get(self, ref: SessionRef, bounds: Bounds) -> Course[BrowserSession]:
        """Fetch a session."""
        access, module, client = self.open(ref)
        return course(Call(access, client, module.OPERATION, module.view, bounds, (ref.id,), ref=ref))

    def list(self, slug: str, query: Query, bounds: Bounds) -> Reading:
        """Read a list of sessions, each page by a call of its own."""
        from browser_sessions._listing import Reading

        access, _, client = self.open(slug)
        sources = import_module(f"browser_sessions._providers.{slug}.lists").sources(query)

        def call_of(source: Source, named: Mapping[str, Any]) -> Call[Any]:
            return Call(access, client, source.operation, whole, bounds, named=named, max_body=MAX_LIST)

        return Reading(slug, query, sources, call_of)

    def lists(
        self, slugs: Iterable[str] | None, query_of: Callable[[str], Query], bounds: Bounds
    ) -> dict[str, Reading | BrowserSessionsError]:
        """Read the lists of some providers, or of all with a key; an error takes the place of one that fails."""
        named = self.keyed() if slugs is None else [slugs] if isinstance(slugs, str) else slugs
        if not isinstance(named, Iterable):
            raise InvalidOption(f"providers must be an iterable of names, not {type(named).__name__}")
        found: dict[str, Reading | BrowserSessionsError] = {}
        for slug in named:
            try:
                found[slug] = self.list(slug, query_of(slug), bounds)
            except (ConfigurationError, Unsupported) as error:
                found[slug] = error.with_traceback(None)
        return found

    def inquiry(self, of: SessionRef | str, operation: str, bounds: Bounds, *, option: str | None = None) -> Inquiry:
        """Prepare requests about a session, or about the account of a provider; nothing is sent."""
        from browser_sessions._inquiry import Inquiry
        from browser_sessions._providers._operations import require

        ref = of if isinstance(of, SessionRef) else None
        slug = of.provider if isinstance(of, SessionRef) else of
        require(known_provider(slug).slug, operation, option=option)
        return Inquiry(*self.open(of), bounds, ref)

    def account(self, slug: str, bounds: Bounds) -> Course[Account]:
        """Read an account."""
        inquiry = self.inquiry(slug, "account", bounds)
        account: Course[Account] = import_module(f"{inquiry.module.__name__}.accounts").account(inquiry)
        return account

    def creation(self, slug: str, given: Mapping[str, Any], bounds: Bounds) -> Creation:
        """Prepare the creation of a session; nothing is sent."""
        from browser_sessions._creation import Creation
        from browser_sessions._options import checked_options

        options = checked_options(slug, **given)
        return Creation(self, self.open(slug), options, bounds)

    def stop(self, ref: SessionRef, timeout: Seconds, bounds: Bounds) -> Course[BrowserSession]:
        """Stop a session."""
        from browser_sessions._stopping import stop

        return stop(self, ref, checked_seconds("timeout", timeout), bounds)

    def reap(self, scope: Scope, bounds: Bounds) -> Course[ReapReport]:
        """Stop the sessions that were left running."""
        from browser_sessions._reaping import Reaping

        return Reaping(self, scope, bounds).steps()

    def wait(self, ref: SessionRef, until: Until, timeout: Seconds, bounds: Bounds) -> Course[BrowserSession]:
        """Fetch a session until it has ended, is ready, or meets a condition; each poll is one attempt."""
        from browser_sessions._waiting import Polls

        polls = Polls(ref, until, timeout)
        while True:
            try:
                session = yield from self.get(ref, polls.bounds(bounds))
            except BrowserSessionsError as error:
                if not (is_transient(error) or (isinstance(error, SessionNotFound) and self.is_new(ref))):
                    raise
                polls.failed(error)
            else:
                if polls.is_met(session):
                    return session
            yield Pause(polls.next_pause())

    def note_created(self, ref: SessionRef) -> None:
        """Note a new session; if there are too many, the oldest is forgotten, and its stop takes one request more."""
        self.created[ref] = time.monotonic()
        if len(self.created) > _MOST_CREATED:
            self.created.popitem(last=False)

    def is_new(self, ref: SessionRef) -> bool:
        """Whether a session was created here so recently that its provider may not find it yet."""
        created = self.created.get(ref)
        return created is not None and time.monotonic() - created < _NEW

    def keyed(self) -> Sequence[str]:
        """Return the providers for which there is a key."""
        return find_keyed(self._api_keys)

    def open(self, of: SessionRef | str) -> ProviderClient:
        """Return the client of a session's provider, or of a provider by its slug; the environment is read once.

        Raises:
            ConfigurationError: The key is missing, or the base URL is invalid.

        """
        slug = of.provider if isinstance(of, SessionRef) else of
        if opened := self._opened.get(slug):
            return opened
        access = find_access(of, self._api_keys, self._base_urls, self._plain_http)
        module = import_module(f"browser_sessions._providers.{slug}")
        client = module.CLIENT(token=access.key, base_url=access.base_url, headers=HEADERS)
        # Two threads may both come here: neither opens a connection.
        return self._opened.setdefault(slug, ProviderClient(access, module, client))
