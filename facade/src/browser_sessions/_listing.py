"""Lists of sessions: what is asked for, and how they are read until each session that matches has come once."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from browser_sessions._bounds import is_whole
from browser_sessions._call import Call, Course, course
from browser_sessions._paging import NoProgressError, Pages, Read
from browser_sessions._providers import PROVIDERS, Provider
from browser_sessions._providers._operations import require
from browser_sessions._reading import MARKER
from browser_sessions._ref import unknown_provider
from browser_sessions._session import BrowserSession, Origin
from browser_sessions._status import SessionStatus
from browser_sessions.errors import InvalidOption, UnexpectedResponse

if TYPE_CHECKING:
    from browser_sessions._drivers import AsyncDriver, Driver

Statuses = SessionStatus | str | Iterable[SessionStatus | str] | None

OPEN = frozenset(each for each in SessionStatus if not each.is_terminal)
"""What is not over, for certain or perhaps."""

_log = logging.getLogger("browser_sessions")


class Rows(Protocol):
    """The rows of a generated client: a list of those that could be read."""

    sent: int
    unexpected: dict[int, Any]

    def __iter__(self) -> Iterator[Any]: ...


class Query(NamedTuple):
    """Which sessions are wanted.

    Attributes:
        statuses: Those of one of these statuses; None for all.
        metadata: Those with all of these labels.
        created_after, created_before: Those that were created, or at least started, between these times, both included.
        limit: How many at most.

    """

    statuses: frozenset[SessionStatus] | None
    metadata: Mapping[str, str]
    created_after: datetime | None
    created_before: datetime | None
    limit: int | None

    def matches(self, session: BrowserSession) -> bool:
        """Whether a session is wanted; one without a time is not wanted by time."""
        if self.statuses is not None and session.status not in self.statuses:
            return False
        if self.metadata and any(_label(session, name) != value for name, value in self.metadata.items()):
            return False
        if self.created_after is None and self.created_before is None:
            return True
        created = session.created_at or session.started_at
        if created is None:
            return False
        is_late = self.created_after is None or created >= self.created_after
        return is_late and (self.created_before is None or created <= self.created_before)

    def words(self, words: Mapping[SessionStatus, tuple[str, ...]]) -> list[str] | None:
        """Return what to ask a server for, in the order of a life; None where it cannot be asked for all of it.

        Args:
            words: By status, all of a provider's own words that can mean it, and no more; a status that is not there
                may come as any word.

        """
        if self.statuses is None or not self.statuses <= words.keys():
            return None
        wanted = [word for status in SessionStatus if status in self.statuses for word in words[status]]
        return list(dict.fromkeys(wanted))


class Source(NamedTuple):
    """One series of pages that a provider hands out.

    Attributes:
        operation: The generated module of the operation that reads a page.
        pages: Yields the arguments that ask for one page after the other.
        rows: Takes the rows from the model of a page.
        view: Views a row.
        arguments: What is asked for with each page.
        is_sorted: Whether the rows are in the right order; those of a list in one piece need not be.

    """

    operation: Any
    pages: Pages
    rows: Callable[[Any], Rows]
    view: Callable[[Any, Origin], BrowserSession]
    arguments: Mapping[str, Any] = {}
    is_sorted: bool = True


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row of a list that cannot be read as a session.

    Attributes:
        raw: The JSON value, which may hold credentials, and is not shown.

    """

    raw: Any = field(repr=False)


Steps = Generator[Call[Any] | BrowserSession, Any, None]
"""Yields the calls that read pages, and is sent each page, and yields the sessions that match."""


def all_of(steps: Steps) -> Course[list[BrowserSession]]:
    """Return all sessions of a list, at once."""
    found: list[BrowserSession] = []
    page: Any = None
    while True:
        try:
            step = steps.send(page)
        except StopIteration:
            return found
        page = None
        if isinstance(step, Call):
            page = yield from course(step)
        else:
            found.append(step)


class Reading:
    """How far a list has been read.

    Attributes:
        skipped: The rows that cannot be read.
        complete: Whether all of the list was read, and each of its rows could be.

    """

    def __init__(self, slug: str, query: Query) -> None:
        self.skipped: list[SkippedRow] = []
        self.complete = False
        self._slug = slug
        self._query = query
        self._given = 0
        self._seen: set[str] = set()

    def steps(self, sources: Iterable[Source], call_of: Callable[[Source, Mapping[str, Any]], Call[Any]]) -> Steps:
        """Read all sources to their ends, or until there are as many sessions as were asked for."""
        for source in sources:
            read: Read | None = None
            known: set[str] = set()
            end = 0
            while True:
                try:
                    arguments = source.pages.send(read) if read else next(source.pages)
                except StopIteration:
                    break
                except NoProgressError as error:
                    raise UnexpectedResponse(f"{self._slug}: the list cannot be read to its end: {error}") from None
                page = yield call_of(source, {**source.arguments, **arguments})
                rows = source.rows(page)
                sessions = [source.view(row, "list") for row in rows]
                if not source.is_sorted:
                    sessions.sort(key=_age)
                starts_known = self._starts_known(rows, sessions, known)
                before = len(known)
                known.update(each.id for each in sessions)
                self._skip(rows.unexpected.values())
                for session in filter(self._query.matches, self._unseen(sessions)):
                    yield session
                    self._given += 1
                    if self._given == self._query.limit:
                        return
                end += rows.sent
                read = Read(page, rows.sent, end, len(known) - before, starts_known)
        self.complete = not self.skipped
        if self.skipped:
            text = "%s: %d rows of the list of sessions cannot be read; they are in `skipped`"
            _log.warning(text, self._slug, len(self.skipped))

    def _starts_known(self, rows: Rows, sessions: list[BrowserSession], known: set[str]) -> bool:
        """Whether a page begins with a row that a page before it had."""
        if 0 in rows.unexpected:
            return any(each.raw == rows.unexpected[0] for each in self.skipped)
        return bool(sessions) and sessions[0].id in known

    def _skip(self, unread: Iterable[Any]) -> None:
        for each in unread:
            if all(each != skipped.raw for skipped in self.skipped):  # pages overlap
                self.skipped.append(SkippedRow(each))

    def _unseen(self, sessions: Iterable[BrowserSession]) -> Iterator[BrowserSession]:
        for session in sessions:
            if session.id not in self._seen:
                self._seen.add(session.id)
                yield session


def _label(session: BrowserSession, name: str) -> Any:
    return session.marker if name == MARKER else session.metadata.get(name)


def _age(session: BrowserSession) -> float:
    """Return what is least for the newest session, and largest for one without a time."""
    created = session.created_at or session.started_at
    return -created.timestamp() if created else 0.0


class Listing(Iterator[BrowserSession]):
    """Iterates over the sessions of a list; a page is read when the first session of it is needed.

    running = client.list("browserbase", status="running")
    for session in running:
        ...
    if not running.complete:
        ...  # rows that cannot be read are in running.skipped

    """

    def __init__(self, reading: Reading, steps: Steps, driver: Driver) -> None:
        self._reading = reading
        self._steps = steps
        self._driver = driver

    @property
    def skipped(self) -> list[SkippedRow]:
        """The rows that cannot be read as sessions."""
        return self._reading.skipped

    @property
    def complete(self) -> bool:
        """Whether the list was read to its end, and each of its rows could be; False until then."""
        return self._reading.complete

    def __next__(self) -> BrowserSession:
        step = next(self._steps)
        while isinstance(step, Call):
            step = self._steps.send(self._driver.run(course(step)))
        return step


class AsyncListing(AsyncIterator[BrowserSession]):
    """`Listing`, for tasks of asyncio and trio."""

    def __init__(self, reading: Reading, steps: Steps, driver: AsyncDriver) -> None:
        self._reading = reading
        self._steps = steps
        self._driver = driver

    @property
    def skipped(self) -> list[SkippedRow]:
        """The rows that cannot be read as sessions."""
        return self._reading.skipped

    @property
    def complete(self) -> bool:
        """Whether the list was read to its end, and each of its rows could be; False until then."""
        return self._reading.complete

    async def __anext__(self) -> BrowserSession:
        try:
            step = next(self._steps)
            while isinstance(step, Call):
                step = self._steps.send(await self._driver.run(course(step)))
        except StopIteration:
            raise StopAsyncIteration from None
        return step


def checked_query(
    slug: str,
    status: Statuses,
    others: tuple[Mapping[str, str] | None, datetime | None, datetime | None, int | None],
) -> Query:
    """Return what was asked for as arguments: a status, metadata, two times and a limit.

    Raises:
        Unsupported: The provider's sessions have no metadata, and some were asked for.
        InvalidOption: The provider or a status is unknown, a time has no offset, or the limit is below one.

    """
    metadata, created_after, created_before, limit = others
    if slug not in PROVIDERS:
        raise InvalidOption(unknown_provider(slug))
    provider = PROVIDERS[slug]
    if limit is not None and not is_whole(limit, least=1):
        raise InvalidOption(f"limit is a number, 1 or more, not {limit!r}", provider=slug)
    require(slug, "list", option="metadata" if metadata else None)
    for name, moment in (("created_after", created_after), ("created_before", created_before)):
        if moment is not None and moment.utcoffset() is None:
            raise InvalidOption(f"{name} has no offset: give it one, such as datetime.UTC", provider=provider.slug)
    return Query(_checked_statuses(provider, status), dict(metadata or {}), created_after, created_before, limit)


def _checked_statuses(provider: Provider, status: Statuses) -> frozenset[SessionStatus] | None:
    if status is None:
        return None
    found: set[SessionStatus] = set()
    for each in [status] if isinstance(status, str) else status:
        if each == "open":
            found |= OPEN
        elif each in list(SessionStatus):
            found.add(SessionStatus(each))
        else:
            known = ", ".join(["open", *SessionStatus])
            raise InvalidOption(f"unknown status {each!r}: there are {known}", provider=provider.slug)
    return frozenset(found)
