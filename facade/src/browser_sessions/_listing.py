"""Lists of sessions, read page by page, so that each session that matches comes once."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from browser_sessions._call import Call, Course, course
from browser_sessions._paging import NoProgressError, Pages, Read
from browser_sessions._query import Query
from browser_sessions._reading import time_of
from browser_sessions._session import BrowserSession, Origin
from browser_sessions.errors import UnexpectedResponse

if TYPE_CHECKING:
    from browser_sessions._drivers import AsyncDriver, Driver

_log = logging.getLogger("browser_sessions")


class Rows(Protocol):
    """The rows of a generated client: a list of those that could be read."""

    sent: int
    unexpected: dict[int, Any]

    def __len__(self) -> int: ...

    def pop(self) -> Any: ...

    def reverse(self) -> None: ...

    def sort(self, *, key: Callable[[Any], float]) -> None: ...


View = Callable[[Any, Origin], BrowserSession]


class Source(NamedTuple):
    """One series of pages of a provider's list.

    Attributes:
        operation: The generated module of the operation that reads a page.
        pages: Yields the arguments that ask for one page after the other.
        rows: Takes the rows from the model of a page.
        view: Views a row.
        arguments: What is asked for with each page.
        is_sorted: Whether the rows are in the right order; those of a list in one piece need not be, and are models
            with `created_at` and `started_at`.

    """

    operation: Any
    pages: Pages
    rows: Callable[[Any], Rows]
    view: View
    arguments: Mapping[str, Any] = {}
    is_sorted: bool = True


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row of a list that cannot be read as a session.

    Attributes:
        raw: The JSON value, which may hold credentials, and is not shown.

    """

    raw: Any = field(repr=False)


class Reading:
    """How far a list has been read.

    Attributes:
        provider: Whose list it is.
        skipped: The rows that cannot be read.
        complete: Whether all of the list was read, and each of its rows could be.

    """

    def __init__(
        self,
        provider: str,
        query: Query,
        sources: Iterable[Source],
        call_of: Callable[[Source, Mapping[str, Any]], Call[Any]],
    ) -> None:
        self.provider = provider
        self.skipped: list[SkippedRow] = []
        self.complete = False
        self._query = query
        self._call_of = call_of
        self._given: set[str] = set()
        self._unread: set[str] = set()
        self._steps = self._read(sources)

    def next_page(self) -> Course[Iterator[BrowserSession] | None]:
        """Read a page, and return its sessions that match and did not come before; None after the last page.

        They are viewed one by one, and all of them before the next page is read.
        """
        try:
            call = next(self._steps, None)
            return None if call is None else self._steps.send((yield from course(call)))
        except BaseException:
            self._steps.close()  # a list that failed is at its end
            raise

    def all_pages(self) -> Course[list[BrowserSession]]:
        """Read the list to its end, or up to its limit, and return the sessions of all pages."""
        found: list[BrowserSession] = []
        while (page := (yield from self.next_page())) is not None:
            found += page
        return found

    def _read(self, sources: Iterable[Source]) -> Generator[Any, Any, None]:
        """Yield the call for a page, receive the page and yield its sessions, and so on until there are enough."""
        for source in sources:
            read: Read | None = None
            known: set[str] = set()
            rows_so_far = 0
            while (arguments := self._following(source, read)) is not None:
                page = yield self._call_of(source, {**source.arguments, **arguments})
                rows = source.rows(page)
                if not source.is_sorted:
                    rows.sort(key=_age)
                starts_skipped = any(each.raw == rows.unexpected.get(0) for each in self.skipped)
                skipped = self._skip(rows.unexpected.values())
                ids: list[str] = []
                yield self._wanted(rows, source.view, ids)
                if len(self._given) == self._query.limit:
                    return
                starts_known = starts_skipped if 0 in rows.unexpected else not known.isdisjoint(ids[:1])
                before = len(known)
                known.update(ids)
                rows_so_far += rows.sent
                read = Read(page, rows.sent, rows_so_far, len(known) - before + skipped, starts_known)
        self.complete = not self.skipped
        if self.skipped:
            text = "%s: %d rows of the list of sessions cannot be read; they are in `skipped`"
            _log.warning(text, self.provider, len(self.skipped))

    def _following(self, source: Source, read: Read | None) -> Mapping[str, Any] | None:
        """Return the arguments for the page after one, or for the first; None after the last one."""
        try:
            return source.pages.send(read) if read else next(source.pages)
        except StopIteration:
            return None
        except NoProgressError as error:
            raise UnexpectedResponse(
                f"{self.provider}: the list cannot be read to its end: {error}", provider=self.provider
            ) from None

    def _skip(self, unread: Iterable[Any]) -> int:
        """Keep rows that cannot be read, and return how many of them are new."""
        before = len(self.skipped)
        for each in unread:
            text = json.dumps(each, sort_keys=True)
            if text not in self._unread:  # pages overlap
                self._unread.add(text)
                self.skipped.append(SkippedRow(each))
        return len(self.skipped) - before

    def _wanted(self, rows: Rows, view: View, ids: list[str]) -> Iterator[BrowserSession]:
        """Yield the sessions of a page that match, without those that were yielded before, up to the limit.

        Each row is dropped with its session, so that a list in one piece does not stay until its end. The ids of all
        sessions are added to `ids`.
        """
        given, limit = self._given, self._query.limit
        matches = None if self._query.takes_all else self._query.matches
        rows.reverse()
        try:
            while rows:
                session = view(rows.pop(), "list")
                ids.append(session.id)
                if session.id not in given and (matches is None or matches(session)):
                    given.add(session.id)
                    yield session
                    if len(given) == limit:
                        return
        except BaseException:
            self._steps.close()  # a page that was not read to its end must not be followed by others
            raise


def _age(row: Any) -> float:
    """Return a number that is least for the row of the newest session, and largest for one without a time."""
    created = time_of(row.created_at, "", []) or time_of(row.started_at, "", [])
    return -created.timestamp() if created else 0.0


class _Progress:
    """The progress of a list that is being read."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._page: Iterator[BrowserSession] = iter(())

    @property
    def skipped(self) -> list[SkippedRow]:
        """The rows that cannot be read as sessions."""
        return self._reading.skipped

    @property
    def complete(self) -> bool:
        """Whether the list was read to its end, and each of its rows could be; False until then."""
        return self._reading.complete


class Listing(_Progress, Iterator[BrowserSession]):
    """Iterates over the sessions of a list; a page is read when the first session of it is needed.

    running = client.list("browserbase", status="running")
    for session in running:
        ...
    if not running.complete:
        ...  # rows that cannot be read are in running.skipped

    """

    def __init__(self, reading: Reading, driver: Driver) -> None:
        super().__init__(reading)
        self._driver = driver

    def __next__(self) -> BrowserSession:
        while (session := next(self._page, None)) is None:
            page = self._driver.run(self._reading.next_page())
            if page is None:
                raise StopIteration
            self._page = page
        return session


class AsyncListing(_Progress, AsyncIterator[BrowserSession]):
    """`Listing`, for tasks of asyncio and trio."""

    def __init__(self, reading: Reading, driver: AsyncDriver) -> None:
        super().__init__(reading)
        self._driver = driver

    async def __anext__(self) -> BrowserSession:
        while (session := next(self._page, None)) is None:
            page = await self._driver.run(self._reading.next_page())
            if page is None:
                raise StopAsyncIteration
            self._page = page
        return session
