"""Which call each method of a client is: a new operation is a method here, and a module in each provider's folder."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from browser_sessions._access import Access, find_access
from browser_sessions._attempt import Pause
from browser_sessions._bounds import Bounds, Seconds
from browser_sessions._call import Call, Course, course, is_transient
from browser_sessions._http import HEADERS
from browser_sessions._ref import SessionRef
from browser_sessions._session import BrowserSession
from browser_sessions.errors import BrowserSessionsError

if TYPE_CHECKING:
    from browser_sessions._listing import Reading, Source
    from browser_sessions._query import Query
    from browser_sessions._waiting import Until


MAX_LIST = 100_000_000
"""Bytes that a page of a list may have: two providers send a list as one."""


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
        self, api_keys: Mapping[str, str], base_urls: Mapping[str, str], plain_http: Collection[str] = ()
    ) -> None:
        self._api_keys = api_keys
        self._base_urls = base_urls
        self._plain_http = plain_http
        self._opened: dict[str, ProviderClient] = {}

    def get(self, ref: SessionRef, bounds: Bounds) -> Course[BrowserSession]:
        """Fetch a session."""
        access, module, client = self._opened.get(ref.provider) or self._open(ref)
        return course(Call(access, client, module.OPERATION, module.view, bounds, (ref.id,), ref=ref))

    def list(self, slug: str, query: Query, bounds: Bounds) -> Reading:
        """Read a list of sessions, each page by a call of its own."""
        from browser_sessions._listing import Reading

        access, _, client = self._opened.get(slug) or self._open(slug)
        sources = import_module(f"browser_sessions._providers.{slug}.lists").sources(query)

        def call_of(source: Source, named: Mapping[str, Any]) -> Call[Any]:
            return Call(access, client, source.operation, _whole, bounds, named=named, max_body=MAX_LIST)

        return Reading(slug, query, sources, call_of)

    def wait(self, ref: SessionRef, until: Until, timeout: Seconds, bounds: Bounds) -> Course[BrowserSession]:
        """Fetch a session until it is what is waited for; each poll is one attempt."""
        from browser_sessions._waiting import Polls

        polls = Polls(ref, until, timeout)
        while True:
            try:
                session = yield from self.get(ref, polls.bounds(bounds))
            except BrowserSessionsError as error:
                if not is_transient(error):
                    raise
                polls.failed(error)
            else:
                if polls.is_met(session):
                    return session
            yield Pause(polls.next_pause())

    def _open(self, of: SessionRef | str) -> ProviderClient:
        access = find_access(of, self._api_keys, self._base_urls, self._plain_http)
        module = import_module(f"browser_sessions._providers.{access.provider.slug}")
        client = module.CLIENT(token=access.key, base_url=access.base_url, headers=HEADERS)
        # Two threads may both come here: neither opens a connection.
        return self._opened.setdefault(access.provider.slug, ProviderClient(access, module, client))


def _whole(page: Any) -> Any:
    return page
